//! Somebody asks for somebody else, as the pages have it: a guardian for a minor, a person for a company.

use oneservice_core::catalog::{ApplicantKind, DocumentFormat, Purpose};
use oneservice_core::office::NewDraft;
use oneservice_core::request::SignatureMethod;
use oneservice_pilot::fake;
use serde_json::json;

use crate::support::sample;
use crate::town::{GUESTHOUSE, Town};

#[tokio::test(flavor = "multi_thread")]
async fn a_guardian_applies_and_signs_for_a_minor() {
    let town = Town::open().await;
    let mut draft = town.office.draft(NewDraft::of("culture.ceremony-music-troupe")).await.unwrap();
    let born = |years: i16| town.office.today().saturating_sub(jiff::Span::new().years(years)).to_string();
    let at = format!("/en/a/{}", draft.key().text());
    let mut visitor = town.visitor();
    let alone = "Under 18 a parent or guardian applies and signs";
    draft.answer("birth_date", born(16)).await.unwrap();
    assert!(visitor.get(&format!("{at}/check")).contains(alone));
    assert!(!visitor.get(&at).contains("Guardian of a minor"));

    draft.set_applicant(ApplicantKind::Person, true, Purpose::New).await.unwrap();
    assert!(!visitor.get(&format!("{at}/check")).contains(alone));
    let tasks = visitor.get(&at);
    assert!(tasks.contains("Guardian of a minor") && tasks.contains("Family book"), "{tasks}");
    assert!(!tasks.contains("Power of attorney"), "a parent has none: {tasks}");
    let asked = visitor.get(&format!("{at}/q/guardian"));
    for field in ["guardian_name", "guardian_relation", "guardian_id"] {
        assert!(asked.contains(&format!("name=\"{field}\"")), "{field}: {asked}");
    }
    let missing = draft.assess().await.unwrap().problems;
    assert!(missing.iter().any(|problem| problem.path == "form.guardian_id"), "{missing:?}");
    assert!(visitor.get(&format!("{at}/sign")).contains("You sign for the applicant"));

    // Of age, somebody with a power of attorney may act, and no guardian is asked for; and too young is too young.
    draft.answer("birth_date", born(18)).await.unwrap();
    let tasks = visitor.get(&at);
    assert!(tasks.contains("Power of attorney") && !tasks.contains("Guardian of a minor"), "{tasks}");
    draft.answer("birth_date", born(14)).await.unwrap();
    let wrong = draft.assess().await.unwrap().problems;
    assert!(wrong.iter().any(|problem| problem.path == "form.birth_date"), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_known_by_its_registration_number() {
    let town = Town::open().await;
    let sample = sample::fresh(GUESTHOUSE);
    let new = NewDraft { applicant: ApplicantKind::Company, ..NewDraft::of("tourism.guesthouse-licence") };
    let mut draft = town.office.draft(new).await.unwrap();
    draft.answers(sample["form"].as_object().unwrap().clone()).await.unwrap();
    let missing = |path: &str, problems: &[oneservice_core::catalog::Problem]| {
        problems.iter().any(|problem| problem.path == path)
    };
    draft.answer("registration_no", "12").await.unwrap();
    let wrong = draft.assess().await.unwrap().problems;
    assert!(missing("form.registration_no", &wrong) && missing("form.position", &wrong), "{wrong:?}");
    let company = json!({
        "company_name_km": "ក្រុមហ៊ុន សង្កែ", "company_name_latin": "SANGKE CO., LTD.", "registration_no": "00098765",
        "position": "នាយក",
    });
    draft.answers(company.as_object().unwrap().clone()).await.unwrap();
    let service = draft.service().await.unwrap();
    let today = town.office.today();
    for asked in draft.assess().await.unwrap().asked_documents.iter().filter(|asked| asked.required) {
        let paper = service.document(asked.id.as_str()).unwrap();
        let issued = paper.issued_within_months.map(|_| today);
        let format = paper.formats.first().copied().unwrap_or(DocumentFormat::Pdf);
        draft.attach(asked.id.as_str(), "paper", issued, fake::document(format)).await.unwrap();
    }
    draft.sign(SignatureMethod::Drawn, "SOK DARA", Some(fake::signature())).await.unwrap();
    let receipt = draft.submit().await.unwrap();

    let mut desk = town.sit("front-desk");
    assert!(desk.get("/en/desk/find?q=00098765").contains(&receipt.code.to_string()));
    assert!(!desk.get("/en/desk/find?q=00098764").contains(&receipt.code.to_string()));
    for path in [format!("/en/desk/r/{}", receipt.id), format!("/en/r/{}", receipt.key.text())] {
        let page = desk.get(&path);
        assert!(page.contains("Legal person (company)"), "{path}: {page}");
    }
}
