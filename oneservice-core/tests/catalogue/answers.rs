//! Answers of other forms than those that people write, and of the kinds that the drawn filings have no mistakes of.

use std::sync::Arc;

use oneservice_core::catalog::{ApplicantKind, Assessment, Catalog, Filing, Purpose, SignatureKind};
use oneservice_core::testing::sample;
use serde_json::{Value, json};

/// What is made of the sample's answers with one other.
fn assessed(field: &str, answer: Value) -> Assessment {
    let catalog: Catalog = sample::catalog().unwrap();
    let mut form = sample::answers();
    form.insert(field.to_owned(), answer);
    let filing = Filing {
        applicant: ApplicantKind::Person,
        by_representative: false,
        purpose: Purpose::New,
        submitted_on: "2026-03-31".parse().unwrap(),
        form: Arc::new(form),
        documents: Vec::new(),
        signature: Some(SignatureKind::Drawn),
    };
    catalog.services().next().unwrap().assess(&filing, catalog.places())
}

/// What is wrong with an answer to `field`, in codes and values.
fn wrong(field: &str, answer: Value) -> String {
    let path = format!("form.{field}");
    let problems = assessed(field, answer).problems;
    let said = problems.iter().filter(|problem| problem.path.starts_with(&path)).map(|problem| {
        let values = problem.params.iter().map(|(name, value)| format!(" {name}={value}"));
        format!("{}{}", problem.code.as_str(), values.collect::<String>())
    });
    said.collect::<Vec<_>>().join(", ")
}

fn normal(field: &str, answer: Value) -> Value {
    assessed(field, answer).answers.get(field).cloned().unwrap_or_default()
}

#[test]
fn what_was_typed_is_kept_where_it_is_not_its_own_normal_form() {
    let found = assessed("email", json!(" "));
    for (field, answer) in sample::answers() {
        let (typed, normal) = (found.typed.get(&field), found.answers.get(&field));
        match field.as_str() {
            "email" => assert_eq!((typed, normal), (Some(&json!(" ")), None), "nothing was answered"),
            "birth_date" | "national_id" | "phone" => {
                assert!(typed == Some(&answer) && normal.is_some_and(|normal| *normal != answer), "{field}");
            }
            _ => assert_eq!((typed, normal), (None, Some(&answer)), "{field}"),
        }
    }
}

#[test]
fn an_address_is_a_code_and_a_line() {
    let home = |code: Value, line: Value| json!({ "code": code, "line": line });
    let plain = json!({ "code": "900101" });
    for (code, line, expected) in [
        (json!("900101"), json!(null), plain.clone()),
        (json!(900101), json!("  "), plain.clone()),
        (json!("៩០០១០១"), json!(" No. 5  Road 3 "), json!({ "code": "900101", "line": "No. 5 Road 3" })),
        (json!("900101"), json!("ក".repeat(200)), home(json!("900101"), json!("ក".repeat(200)))),
    ] {
        assert_eq!(normal("home", home(code, line)), expected);
    }
    for line in ["ក".repeat(201), "a".repeat(201), "a".repeat(70_000)] {
        assert_eq!(wrong("home", home(json!("900101"), json!(line))), "too-long n=200");
    }
    assert_eq!(wrong("home", home(json!("900101"), json!(5))), "type");
    for code in [
        json!("770101"),
        json!("9001"),
        json!(null),
        json!(["900101"]),
        json!("9".repeat(65)),
        json!(9001.01),
    ] {
        assert_eq!(wrong("home", home(code, json!(null))), "geo-code");
    }
    assert_eq!(wrong("home", json!({ "code": "900101", "street": "5" })), "type");
    assert_eq!(wrong("home", json!("900101")), "type");
    assert_eq!(wrong("place", home(json!("910101"), json!(null))), "outside-province");
}

#[test]
fn a_point_has_two_numbers_in_the_country() {
    assert_eq!(wrong("spot", json!({ "lat": 12.5, "lon": 104.5 })), "");
    assert_eq!(wrong("spot", json!({ "lat": 104.5, "lon": 12.5 })), "outside-country");
    for point in [
        json!({ "lat": 12.5 }),
        json!({ "lat": 12.5, "lon": "104.5" }),
        json!([12.5, 104.5]),
        json!({ "lat": 1, "lon": 2, "alt": 3 }),
    ] {
        assert_eq!(wrong("spot", point), "type");
    }
}

#[test]
fn a_service_is_not_given_to_whom_it_is_not_for() {
    let catalog: Catalog = sample::catalog().unwrap();
    let service = catalog.services().next().unwrap();
    let filing = Filing {
        applicant: ApplicantKind::Person,
        by_representative: false,
        purpose: Purpose::Replacement,
        submitted_on: "2026-03-31".parse().unwrap(),
        form: Arc::new(sample::answers()),
        documents: Vec::new(),
        signature: None,
    };
    let said: Vec<String> = service
        .assess(&filing, catalog.places())
        .problems
        .iter()
        .map(|problem| format!("{} {}", problem.path, problem.code.as_str()))
        .collect();
    assert_eq!(said, ["documents.id-card missing", "purpose not-offered", "signature missing"]);
}

/// A program that is told of a former request's reasons finds their words.
#[test]
fn a_reason_is_found_by_its_code() {
    let catalog: Catalog = sample::catalog().unwrap();
    let service = catalog.services().next().unwrap();
    assert_eq!(service.reason("TR-X01").unwrap().text.en, "There is no place left");
    assert!(service.reason("TR-X02").is_none());
}
