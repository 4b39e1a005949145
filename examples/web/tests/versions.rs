//! A service changes while somebody fills its form in: the pages say what is different before anything else is done, and a service that
//! is no longer offered says so.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::Path;

use support::{Server, Visitor, between};

fn pairs(form: &[(&str, &str)]) -> Vec<(String, String)> {
    form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn edit(catalog: &Path, edits: &[(&str, &str)]) {
    let path = catalog.join("services/test/permit.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = edits.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "the service has no {from:?}");
        text.replacen(from, to, 1)
    });
    std::fs::write(path, text).unwrap();
}

/// The second version asks for a number of rooms and no longer for the phone, under another fee.
const SECOND: &[(&str, &str)] = &[
    ("version = 1\nvalid_from = \"2026-01-01\"", "version = 2\nvalid_from = \"2026-02-01\""),
    ("id = \"phone\"\ntype = \"phone\"", "id = \"rooms\"\ntype = \"integer\"\nmin = 1\nmax = 50"),
    ("when = \"none\"\nbase = 0", "when = \"on-approval\"\nbase = 5000"),
];

#[test]
fn a_draft_that_was_carried_over_says_what_changed_before_it_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let catalog = data.path().join("catalog");
    support::small_catalogue(&catalog);
    let server = Server::start_with(data.path(), "redb", &catalog);
    let mut visitor = Visitor::new(&server);
    visitor.post("/en/s/test.permit/start", &pairs(&[("applicant", "person"), ("purpose", "new")]));
    let draft = visitor.path.clone();
    visitor.post(&format!("{draft}/q/applicant"), &pairs(&[("name", "សុខ"), ("phone", "012345678")]));
    visitor.post(&format!("{draft}/sign"), &pairs(&[("agree", "1"), ("signer", "SOK")]));
    drop(server);

    edit(&catalog, SECOND);
    let server = Server::start_with(data.path(), "redb", &catalog);
    let mut visitor = Visitor::new(&server);
    // Whichever page is opened or sent, the notice comes first; what was typed on an old page is kept.
    for page in ["", "/who", "/check", "/sign", "/q/applicant"] {
        let seen = visitor.get(&format!("{draft}{page}"));
        assert_eq!((visitor.status, visitor.path.as_str()), (200, draft.as_str()), "{page}");
        assert!(seen.contains("The service has changed"), "{page}");
    }
    for (page, form) in [
        ("/sign", pairs(&[("agree", "1"), ("signer", "SOK")])),
        ("/send", vec![]),
        ("/q/applicant", pairs(&[("name", "សុខ ដារា"), ("phone", "012345679")])),
    ] {
        visitor.post(&format!("{draft}{page}"), &form);
        assert_eq!((visitor.status, visitor.path.as_str()), (200, draft.as_str()), "{page}");
    }
    let notice = visitor.get(&draft);
    let lists = between(&notice, "<ul>", "</ul>");
    assert_eq!(lists.len(), 2, "{notice}");
    assert!(
        lists[0].contains("Please answer: Test") && lists[0].contains("Please sign again"),
        "{}",
        lists[0]
    );
    assert!(lists[1].contains("No longer asked: Test. Your answer “012345678”"), "{}", lists[1]);
    assert!(lists[1].contains("Your fee") && lists[1].contains("5,000"), "{}", lists[1]);
    assert!(!lists[1].contains("base fee"), "what it means for these answers is said: {}", lists[1]);
    assert!(
        notice.contains("version 1 has been replaced by version 2, in force from 01/02/2026"),
        "{notice}"
    );
    let khmer = visitor.get(draft.strip_prefix("/en").unwrap());
    assert!(khmer.contains("សេវានេះបានផ្លាស់ប្តូរ") && khmer.contains("០១/០២/២០២៦"), "{khmer}");

    let tasks = visitor.post(&format!("{draft}/changed"), &[]);
    assert!(tasks.contains("Check and send") && !tasks.contains("012345678"), "{tasks}");
    let questions = visitor.get(&format!("{draft}/q/applicant"));
    assert!(questions.contains("សុខ ដារា") && questions.contains("name=\"rooms\""), "{questions}");
    visitor.post(&format!("{draft}/q/applicant"), &pairs(&[("name", "សុខ ដារា"), ("rooms", "4")]));
    visitor.post(&format!("{draft}/sign"), &pairs(&[("agree", "1"), ("signer", "SOK")]));
    let receipt = visitor.post(&format!("{draft}/send"), &[]);
    assert!(visitor.path.starts_with("/en/r/"), "{}: {receipt}", visitor.path);
}

#[test]
fn a_service_that_is_no_longer_offered_says_why_and_since_when() {
    let data = tempfile::tempdir().unwrap();
    let catalog = data.path().join("catalog");
    support::small_catalogue(&catalog);
    let server = Server::start_with(data.path(), "redb", &catalog);
    let mut visitor = Visitor::new(&server);
    let start = "/en/s/test.permit/start";
    visitor.post(start, &pairs(&[("applicant", "person"), ("purpose", "new")]));
    let draft = visitor.path.clone();
    drop(server);

    let withdrawn = "version = 1\nwithdrawn_on = \"2026-03-01\"\nwithdrawn_reason = { km = \"ច្បាប់ថ្មី\", en = \"A new law\" }";
    edit(&catalog, &[("version = 1", withdrawn)]);
    let server = Server::start_with(data.path(), "redb", &catalog);
    let mut visitor = Visitor::new(&server);
    let page = visitor.get("/en/s/test.permit");
    assert_eq!(visitor.status, 410);
    assert!(page.contains("since 01/03/2026. Why: A new law"), "{page}");
    visitor.post(start, &pairs(&[("applicant", "person"), ("purpose", "new")]));
    assert_eq!(visitor.status, 410);
    assert!(!visitor.get("/en/services").contains("/s/test.permit"));
    let page = visitor.get(&draft);
    assert_eq!(visitor.status, 200);
    assert!(page.contains("Why: A new law") && page.contains("it cannot be sent"), "{page}");
    assert!(!page.contains("Check and send"), "{page}");
    visitor.post(&format!("{draft}/send"), &[]);
    assert_eq!(visitor.status, 410);
    drop(server);

    // To come, and gone without a word.
    edit(&catalog, &[(withdrawn, "version = 1"), ("\"2026-01-01\"", "\"2099-01-01\"")]);
    let server = Server::start_with(data.path(), "redb", &catalog);
    let page = Visitor::new(&server).get("/en/s/test.permit");
    assert!(page.contains("from 01/01/2099 on"), "{page}");
    drop(server);
    std::fs::remove_file(catalog.join("services/test/permit.toml")).unwrap();
    let server = Server::start_with(data.path(), "redb", &catalog);
    let mut visitor = Visitor::new(&server);
    assert!(visitor.get(&draft).contains("no longer offers this service"));
    visitor.get("/en/s/test.permit");
    assert_eq!(visitor.status, 404);
}
