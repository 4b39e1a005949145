//! Files within the form: an answer and its file go together.

use std::sync::Arc;

use oneservice_core::calendar::date;
use oneservice_core::catalog::{ApplicantKind, DocumentClaim, Filing, ProblemCode, Purpose, Service};
use oneservice_core::testing::sample;
use serde_json::{Map, Value, json};

const PAPER: &str = "previous-licence";

fn service() -> Arc<Service> {
    sample::catalog().unwrap().services().next().unwrap().clone()
}

/// What is wrong with a renewal that answers `file` and comes with these files.
fn problems(file: Value, given: &[(&str, &str)]) -> Vec<(String, ProblemCode)> {
    let mut form = sample::answers();
    form.insert("previous_expiry".into(), json!("2026-03-30"));
    form.insert("previous_licence".into(), file);
    let claims = given.iter().map(|(id, media_type)| DocumentClaim {
        id: (*id).to_owned(),
        document: PAPER.to_owned(),
        media_type: (*media_type).to_owned(),
        size_bytes: 6 << 20,
        issued: None,
    });
    let filing = Filing {
        applicant: ApplicantKind::Person,
        by_representative: false,
        purpose: Purpose::Renewal,
        submitted_on: date(2026, 3, 31),
        form: form.into(),
        documents: claims.collect(),
        signature: None,
    };
    let found = service().assess(&filing, sample::catalog().unwrap().places()).problems;
    let about = found.into_iter().filter(|problem| problem.path.contains("previous"));
    about.map(|problem| (problem.path, problem.code)).collect()
}

#[test]
fn an_answer_without_its_file_and_a_file_without_its_answer_are_told() {
    let (field, paper) = ("form.previous_licence".to_owned(), format!("documents.{PAPER}"));
    let too_large = (paper.clone(), ProblemCode::TooLarge);
    assert_eq!(problems(json!("a"), &[("a", "image/png")]), std::slice::from_ref(&too_large));
    assert_eq!(problems(json!("a"), &[]), [(field.clone(), ProblemCode::Missing)]);
    assert_eq!(problems(json!(7), &[]), [(field.clone(), ProblemCode::Type)]);
    let unnamed = (paper.clone(), ProblemCode::NotApplicable);
    assert_eq!(problems(Value::Null, &[("a", "image/png")]), [unnamed.clone(), too_large.clone()]);
    let other = problems(json!("b"), &[("a", "video/mp4")]);
    let format = (paper, ProblemCode::Format);
    assert_eq!(other, [format, unnamed, too_large, (field, ProblemCode::Missing)]);
}

#[test]
fn a_place_is_a_question_or_a_cell() {
    let service = service();
    let place = service.file_place("previous_licence").unwrap();
    assert_eq!((place.paper.id.as_str(), place.field.id.as_str()), (PAPER, "previous_licence"));
    assert!(place.cell.is_none());
    let mut answer = Value::Null;
    assert!(place.named(&answer).is_none() && place.put(&mut answer, Some("a")));
    assert_eq!((place.named(&answer), &answer), (Some("a"), &json!("a")));
    assert!(place.put(&mut answer, None) && answer.is_null());
    for nowhere in
        ["", ".", "stalls", "helpers", "helpers.0.name", "previous_licence.0", "previous_licence.0.x"]
    {
        assert!(service.file_place(nowhere).is_none(), "{nowhere}");
    }
    assert!(service.document(PAPER).is_none(), "it is not of the service's list");
    assert_eq!(service.paper(PAPER).unwrap().id, place.paper.id);
    assert_eq!(service.field_of_file(PAPER).unwrap().id, place.field.id);

    let mut form = Map::from_iter([("previous_licence".to_owned(), json!("a"))]);
    service.rename_files(&mut form, |_, name| Some(format!("{name}{name}")));
    assert_eq!(form["previous_licence"], "aa");
    assert_eq!(Vec::from_iter(service.files_named(&form)), [(PAPER, "aa")]);
    service.rename_files(&mut form, |_, _| None);
    assert!(form.is_empty() && service.files_named(&form).is_empty());
}
