//! An officer enters a request for somebody at the counter, from the start to the receipt.

use oneservice_core::catalog::DocumentFormat;
use oneservice_core::request::{AnyFact, Channel, SignatureMethod};
use oneservice_pilot::fake;

use crate::support::{between, sample};
use crate::town::{GUESTHOUSE, Town, desk_of, page_of, pairs, text};

const SERVICE: &str = "tourism.guesthouse-licence";

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_entered_at_the_counter_and_signed_on_paper() {
    let town = Town::open().await;
    let mut desk = town.sit("front-desk");
    assert!(desk.get("/en/desk").contains("href=\"/en/desk/new\""));
    assert!(desk.get("/en/desk/new?q=guesthouse").contains(&format!("href=\"/en/desk/new/{SERVICE}\"")));
    let start = format!("/en/desk/new/{SERVICE}");
    assert!(desk.get(&start).contains(&format!("action=\"{start}\"")));
    let tasks = desk.post(&start, &pairs(&[("applicant", "person"), ("purpose", "new")]));
    let key = desk.path.strip_prefix("/en/a/").unwrap().to_owned();
    // The applicant's own pages, which say whose work it is and give nobody's link away.
    assert!(tasks.contains("Entered at the counter") && !tasks.contains("class=\"key\""), "{tasks}");
    assert!(desk.get(&format!("/en/a/{key}/q/applicant")).contains("Entered at the counter"));

    let at = format!("/en/desk/a/{key}");
    assert!(desk.get(&at).contains("Something is still missing"));
    let sample = sample::fresh(GUESTHOUSE);
    let mut draft = town.office.open_draft(key.parse().unwrap()).await.unwrap();
    draft.answers(sample["form"].as_object().unwrap().clone()).await.unwrap();
    for paper in sample["documents"].as_array().unwrap() {
        let word = |key: &str| paper[key].as_str().unwrap();
        let issued = paper["issued"].as_str().and_then(oneservice_core::calendar::parse_date);
        let bytes = fake::document(DocumentFormat::of_media_type(word("media_type")).unwrap());
        draft.attach(word("document"), word("file"), issued, bytes).await.unwrap();
    }
    let check = desk.get(&format!("/en/a/{key}/check"));
    assert!(check.contains("Sign on paper and send") && !check.contains("/send\""), "{check}");
    // Nobody but an officer of the front desk enters it, and not by the applicant's way.
    let mut other = town.visitor();
    other.post(&format!("/en/a/{key}/send"), &[]);
    assert_eq!(other.path, "/en/desk/login");
    other.post(&format!("/en/a/{key}/sign"), &pairs(&[("agree", "1"), ("signer", "x")]));
    assert_eq!(other.path, "/en/desk/login");
    let mut examiner = town.sit("examiner");
    for path in [at.as_str(), "/en/desk/new", &start] {
        examiner.get(path);
        assert_eq!(examiner.status, 404, "{path}");
    }

    let code_of = |page: &str| between(page, "<p class=\"code\">", "</p>")[0].to_owned();
    let summary = desk.get(&format!("{at}/summary"));
    for shown in [text(&sample, "name_latin"), "Signature or thumbprint", "Guesthouse", "Natural person"] {
        assert!(summary.contains(shown), "{shown}: {summary}");
    }
    let old = code_of(&summary);
    // Something is changed after the print: what was signed is another thing.
    draft.answer("name_latin", "CHAN DARA").await.unwrap();
    let code = code_of(&desk.get(&format!("{at}/summary")));
    assert_ne!(code, old);
    let scan = fake::document(DocumentFormat::Pdf);
    let page = desk.send_parts(&at, &[("code", &old), ("signer", "CHAN DARA")], "scan.pdf", &scan);
    assert_eq!(desk.status, 422);
    assert!(page.contains("print the summary again"), "{page}");
    let page = desk.send_parts(&at, &[("code", &code)], "", b"");
    assert!(page.contains("the name of who signed") && page.contains("Choose a photo or scan"), "{page}");

    let calendar = town.office.catalog().calendar();
    let came = |hours: i64| calendar.local(town.office.now().plus_hours(-hours));
    let typed = |hours: i64| {
        let came = came(hours);
        (came.strftime("%d/%m/%Y").to_string(), came.strftime("%H:%M").to_string())
    };
    let (day, time) = typed(24 * 40);
    let fields = |day: &str, time: &str| {
        let fields = [("code", code.as_str()), ("signer", "CHAN DARA"), ("day", day), ("time", time)];
        fields.map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let borrowed = |fields: &[(String, String); 4]| -> Vec<(String, String)> { fields.to_vec() };
    let mut send = |fields: Vec<(String, String)>, name: &str, scan: &[u8]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let page = desk.send_parts(&at, &fields, name, scan);
        (desk.status, desk.path.clone(), page)
    };
    let (status, _, page) = send(borrowed(&fields("yesterday", "9")), "scan.pdf", &scan);
    assert!(status == 422 && page.contains("Write day and time"), "{page}");
    let (status, _, page) = send(borrowed(&fields(&day, &time)), "scan.pdf", &scan);
    assert!(status == 422 && page.contains("The last day was"), "{page}");
    let (day, time) = typed(-24);
    let (status, _, page) = send(borrowed(&fields(&day, &time)), "", b"");
    assert!(status == 422 && page.contains("lies in the future"), "{page}");
    // The scan is there since; what was typed too.
    assert!(page.contains("✓ Saved") && page.contains(&format!("value=\"{code}\"")), "{page}");
    let (day, time) = typed(50);
    let (_, path, page) = send(borrowed(&fields(&day, &time)), "", b"");
    assert_eq!(path, format!("/en/r/{key}"), "{page}");
    assert!(page.contains("entered 2 days later") && page.contains("Print this page"), "{page}");
    assert!(page.contains("class=\"key\"") && page.contains("href=\"/en/desk\""), "{page}");

    let case = town.office.case_by_link(key.parse().unwrap()).await.unwrap();
    let record = case.request.record();
    assert_eq!(record.channel, Channel::Counter);
    assert_eq!(record.signature.as_ref().unwrap().method, SignatureMethod::Paper);
    assert_eq!(case.history[0].recorded.entry.by.officer.as_ref().unwrap().as_str(), "front-desk");
    assert_eq!(record.received_on, calendar.received_on(record.submitted_at));
    let page = examiner.get(&format!("/en/desk/r/{}", record.id));
    assert!(page.contains("entered 2 days later") && page.contains("· front-desk"), "{page}");
    // A second tap leads to the same receipt; the applicant follows it without seeing the office's side.
    desk.send_parts(&at, &[("code", &code)], "", b"");
    assert_eq!(desk.path, format!("/en/r/{key}"));
    let page = town.visitor().get(&format!("/en/r/{key}"));
    assert!(page.contains("entered 2 days later") && !page.contains("/en/desk"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_is_entered_at_the_counter() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.pay(&receipt).await;
    let mut desk = town.sit("front-desk");
    let (path, fix) = (desk_of(&receipt), format!("{}/fix", desk_of(&receipt)));
    assert!(!desk.get(&path).contains(&fix), "nothing was given back");
    desk.get(&fix);
    assert_eq!(desk.path, path, "so that there is no such page");
    town.send_back(&receipt, "documents.national-id", "Too dark").await;
    assert!(desk.get(&path).contains(&fix));
    let page = desk.get(&fix);
    assert!(page.contains("Entered at the counter") && page.contains("Too dark"), "{page}");

    // For others there is no such page, whoever knows its address.
    let mut other = town.visitor();
    other.get(&fix);
    assert_eq!(other.path, "/en/desk/login");
    let mut examiner = town.sit("examiner");
    for path in [fix.clone(), format!("{fix}/d/national-id")] {
        examiner.get(&path);
        assert_eq!(examiner.status, 404, "{path}");
    }

    // A paper, by the page of its own, and all of it together.
    let page = desk.post(&fix, &pairs(&[("_upload", "national-id")]));
    assert_eq!(desk.path, format!("{fix}/d/national-id"), "{page}");
    let paper = fake::document(DocumentFormat::Pdf);
    desk.upload(&format!("{fix}/d/national-id"), "card.pdf", None, &paper);
    assert_eq!(desk.path, fix);
    desk.post(&fix, &[]);
    assert_eq!((desk.status, desk.path.as_str()), (200, path.as_str()));
    let case = town.case(&receipt).await;
    let last = &case.history.last().unwrap().recorded;
    assert_eq!(last.entry.by.officer.as_ref().unwrap().as_str(), "front-desk");
    let AnyFact::Resubmission(sent) = &last.fact else { panic!("{last:?}") };
    assert_eq!(sent.channel, Channel::Counter);
    // Tapped again on the page that is old.
    desk.post(&fix, &[]);
    assert_eq!((desk.status, desk.path.as_str()), (200, path.as_str()));
    let page = town.visitor().get(&page_of(&receipt));
    assert!(page.contains("Corrected"), "the applicant sees it: {page}");
    // Who was about to correct it at home is told that theirs was not sent.
    let mut applicant = town.visitor();
    let page = applicant.post(&format!("{}/fix", page_of(&receipt)), &[]);
    assert_eq!(applicant.status, 409);
    assert!(page.contains("What you entered here was not sent"), "{page}");
    applicant.get(&format!("{}/fix", page_of(&receipt)));
    assert_eq!(applicant.path, page_of(&receipt));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_counter_a_signature_is_one_that_the_officer_saw() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.pay(&receipt).await;
    town.send_back(&receipt, "signature", "Not the name of the card").await;
    let mut desk = town.sit("front-desk");
    let fix = format!("{}/fix", desk_of(&receipt));
    let page = desk.post(&fix, &pairs(&[("_return", "1"), ("_signer", "SOK DARA")]));
    assert_eq!(desk.status, 422, "nobody saw it: {page}");
    assert!(page.contains("name=\"_signed\"") && !page.contains("value=\"SOK DARA\""), "{page}");
    // A page of another return sends nothing.
    desk.post(&fix, &pairs(&[("_return", "2"), ("_signer", "SOK DARA"), ("_signed", "1")]));
    assert_eq!(desk.path, fix);
    desk.post(&fix, &pairs(&[("_return", "1"), ("_signer", "SOK DARA"), ("_signed", "1")]));
    assert_eq!(desk.path, desk_of(&receipt));
    let signature = town.case(&receipt).await.request.record().signature.clone().unwrap();
    assert_eq!((signature.method, signature.signer.as_str()), (SignatureMethod::Paper, "SOK DARA"));
}
