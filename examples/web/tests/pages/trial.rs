//! A service is tried on the pages, from the form to the result in the applicant's hands, and nothing of it counts.

use std::path::Path;

use oneservice_core::catalog::DocumentFormat;
use oneservice_core::office::Office;
use oneservice_core::store::Query;
use oneservice_pilot::{demo, fake};

use crate::support::{Visitor, between, sample};
use crate::town::{Town, catalogue_with, desk_of, page_of, pairs};

const GUIDE: &str = "tourism.tour-guide-licence";
const SAMPLE: &str = "tourism_tour-guide-licence";

/// The catalogue of Battambang, in which the licence of a guide is only tried.
fn catalogue(folder: &Path) {
    catalogue_with(folder, "services/tourism/tour-guide-licence.toml", |text| {
        text.replacen("\nversion = 1\n", "\nversion = 1\ntrial_only = true\n", 1)
    });
}

/// What the office is counted by: events, the registers, what is listed.
async fn counted(office: &Office) -> (u64, u64, u64, usize) {
    let (store, id) = (office.store(), office.id());
    let year = office.today().year();
    let events = store.head(id).await.unwrap().size;
    let receipts = store.counter(id, &format!("receipt/{year}")).await.unwrap();
    let results = store.counter(id, &format!("result/{GUIDE}/{year}")).await.unwrap();
    (events, receipts, results, office.list(&Query::All, None, 100).await.unwrap().rows.len())
}

/// Reads a page and looks at what every page of a trial says.
fn tried(page: &str) -> &str {
    assert!(page.contains("TRIAL — nothing here counts") && page.contains("សាកល្បង — "), "{page}");
    let leads_out = between(page, "href=\"", "\"")
        .into_iter()
        .chain(between(page, "action=\"", "\""))
        .filter(|link| link.starts_with('/') && !link.starts_with("/trial") && !link.starts_with("/assets"));
    let leads_out: Vec<&str> = leads_out.collect();
    assert!(leads_out.iter().all(|link| *link == "/en/desk"), "{leads_out:?}");
    page
}

fn sit_at_trial(town: &Town, officer: &str) -> Visitor {
    let mut visitor = town.visitor();
    visitor.post("/trial/en/desk/login", &pairs(&[("name", officer), ("password", demo::PASSWORD)]));
    assert_eq!((visitor.path.as_str(), visitor.status), ("/trial/en/desk", 200), "{officer} signs in");
    visitor
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_is_tried_from_the_form_to_the_applicants_hands_and_the_office_is_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    catalogue(folder.path());
    let town = Town::open_under(folder.path().to_owned(), None).await;
    let waiting = town.apply("tourism_guesthouse-licence").await;
    town.pay(&waiting).await;
    let before = counted(&town.office).await;

    // Nobody takes a trial for a request: it is not offered, and its pages are for staff.
    let mut visitor = town.visitor();
    assert!(!visitor.get("/en/services").contains(GUIDE));
    assert!(visitor.get(&format!("/en/s/{GUIDE}")).contains("does not offer this service yet"));
    assert_eq!(visitor.status, 409);
    for path in ["/trial", "/trial/en/services", "/trial/en/nowhere"] {
        visitor.get(path);
        assert!(
            visitor.path.starts_with("/trial") && visitor.path.ends_with("/desk/login"),
            "{}",
            visitor.path
        );
    }

    // From the form …
    let mut desk = sit_at_trial(&town, "front-desk");
    assert!(tried(&desk.get("/trial/en/services")).contains(&format!("/trial/en/s/{GUIDE}")));
    assert!(tried(&desk.get("/trial")).contains("<html lang=\"km\">"));
    desk.post(&format!("/trial/en/s/{GUIDE}/start"), &pairs(&[("applicant", "person"), ("purpose", "new")]));
    let (draft, filing) = (desk.path.clone(), sample::fresh(SAMPLE));
    let service = town.office.catalog().service(&GUIDE.parse().unwrap()).unwrap().clone();
    for section in &service.sections {
        desk.post(&format!("{draft}/q/{}", section.id), &sample::controls(&filing));
    }
    for paper in filing["documents"].as_array().unwrap() {
        let word = |key: &str| paper[key].as_str().unwrap();
        let bytes = fake::document(DocumentFormat::of_media_type(word("media_type")).unwrap());
        desk.upload(
            &format!("{draft}/d/{}", word("document")),
            word("file"),
            paper["issued"].as_str(),
            &bytes,
        );
    }
    desk.post(&format!("{draft}/sign"), &pairs(&[("agree", "1"), ("signer", "SOK DARA")]));
    let page = desk.post(&format!("{draft}/send"), &[]);
    let receipt_path = desk.path.clone();
    assert!(receipt_path.starts_with("/trial/en/r/"), "{receipt_path}: {page}");
    assert!(tried(&page).contains("class=\"code\">TEST-") && page.contains("<dd>TRIAL-"));
    assert!(between(&page, "class=\"key\">", "<")[0].ends_with(&receipt_path));
    assert!(!page.contains("Pay with your banking app"), "nobody pays for a trial");

    // … over every desk …
    let trial = town.office.trial();
    let rows = trial.list(&Query::All, None, 10).await.unwrap().rows;
    let tested = rows[0].clone();
    let path = format!("/trial/en/desk/r/{}", tested.request);
    let pass = |step| pairs(&[("act", "pass"), ("step", step), ("finding", "favourable")]);
    for (officer, form) in [
        ("cashier", pairs(&[("act", "pay"), ("method", "cash")])),
        ("front-desk", pass("intake")),
        ("examiner", pass("examine")),
        ("approver", pairs(&[("act", "approve"), ("step", "approve")])),
        ("front-desk", pairs(&[("act", "issue"), ("step", "issue")])),
    ] {
        let mut officer = sit_at_trial(&town, officer);
        assert!(tried(&officer.get("/trial/en/desk")).contains(&tested.code.to_string()));
        assert!(!officer.get("/en/desk").contains(&tested.code.to_string()), "not among what counts");
        tried(&officer.post(&path, &form));
        assert_eq!((officer.path.split('#').next(), officer.status), (Some(path.as_str()), 200));
    }
    // … into the applicant's hands.
    let page = desk.get(&path);
    let mut form = pairs(&[
        ("act", "collect"),
        ("collector", "SOK DARA"),
        ("relation", "applicant"),
        ("identity", "national-id 6789"),
        ("signed", "1"),
    ]);
    let originals = between(&page, "name=\"original\" value=\"", "\"");
    form.extend(originals.iter().map(|id| ("original".to_owned(), (*id).to_owned())));
    desk.post(&path, &form);
    assert_eq!(desk.status, 200);
    let page = desk.get(&receipt_path);
    assert!(tried(&page).contains("Collected") && page.contains("TRIAL-"), "{page}");
    let trial = town.office.trial();
    let number = trial.case(tested.request).await.unwrap().request.record().result.clone().unwrap().number;
    let asked = format!("/en/verify?no={number}");
    assert!(tried(&desk.get(&format!("/trial{asked}"))).contains("notice ok"), "the trial's register has it");
    assert!(visitor.get(&asked).contains("notice late"), "the office never gave {number}");

    // The office has no trace of it, and finds its own as ever.
    assert_eq!(counted(&town.office).await, before);
    let (_, receipts, results, listed) = counted(&trial).await;
    assert_eq!((receipts, results, listed), (1, 1, 1));
    let mut officer = town.sit("front-desk");
    officer.get(&path.replacen("/trial", "", 1));
    assert_eq!(officer.status, 404);
    assert!(!officer.get(&format!("/en/desk/find?q={}", tested.code)).contains(&tested.applicant_name));
    officer.get(&receipt_path.replacen("/trial", "", 1));
    assert_eq!(officer.status, 404);
    assert!(officer.get(&desk_of(&waiting)).contains(&waiting.code.to_string()));
    assert!(!officer.get(&page_of(&waiting)).contains("nothing here counts"), "this one counts");
    officer.get(&format!("/trial{}", page_of(&waiting)));
    assert_eq!(officer.status, 404);
}
