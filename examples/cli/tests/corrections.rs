//! What was given back is corrected from the command line: by the applicant, or by an officer at the counter.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use oneservice_core::testing::sample;
use serde_json::{Value, json};
use support::Office;

/// A request that front desk gave back for its paper and one answer.
fn returned() -> (Office, String) {
    let office = Office::new();
    office.ask(&["demo", "--requests", "1", "--no-serve"]);
    let file = office.application("mine.json", |_| {});
    let receipt = office.ask(&["request", "submit", &file, "--fake-documents"]);
    let code = receipt["code"].as_str().unwrap().to_owned();
    office.ask(&["request", "pay", &code, "--as", "cashier"]);
    let items = ["--item", "documents.id-card=TR-C01", "--item", "form.area=TR-C09=More than the stall has"];
    office.ask(&[&["request", "return", &code, "--as", "front-desk"], &items[..]].concat());
    std::fs::write(office.path("card.pdf"), sample::PDF).unwrap();
    (office, code)
}

fn last(done: &Value) -> Value {
    done["events"].as_array().unwrap().last().unwrap().clone()
}

#[test]
fn the_applicant_corrects_all_of_it_together() {
    let (office, code) = returned();
    let card = format!("id-card={}", office.path("card.pdf").display());
    let correct = ["request", "correct", &code];
    let denials = |arguments: &[&str]| {
        let (exit, error) = office.refused("data", &[&correct[..], arguments].concat());
        assert_eq!(exit, 4, "{error}");
        let denials = error["params"]["denials"].as_array().unwrap().clone();
        denials.iter().map(|denial| denial["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(denials(&["--attach", &card]), ["not-corrected"], "one item was left alone");
    let more = ["--attach", &card, "--answer", "area=9,5", "--answer", "stalls=2"];
    assert!(denials(&more).contains(&"not-returned".to_owned()), "nobody asked for that");
    assert_eq!(denials(&["--attach", &card, "--answer", "area=much"]), ["form"]);
    for wrong in ["nothing", "area", "question=1", "days=sat"] {
        let (exit, error) = office.refused("data", &[&correct[..], &["--answer", wrong]].concat());
        assert_eq!((exit, &error["code"]), (2, &json!("usage")), "{wrong}: {error}");
    }
    let done = office.ask(&[&correct[..], &["--attach", &card, "--answer", "area=៩.៥"]].concat());
    let last = last(&done);
    assert_eq!((&last["fact"], &last["role"]), (&json!("resubmission"), &json!("applicant")), "{last}");
    assert_eq!(done["stage"], "in-review");
    assert_eq!(last["details"]["answers"]["area"], "9.5", "{last}");
    assert_eq!(done["answers"]["area"], "9.5", "{done}");
}

#[test]
fn an_officer_enters_a_correction_at_the_counter() {
    let (office, code) = returned();
    let card = format!("id-card={}", office.path("card.pdf").display());
    let by = |officer| {
        let explain = "form.area=The stall is that large";
        ["request", "correct", &code, "--as", officer, "--attach", &card, "--explain", explain]
    };
    let (exit, error) = office.refused("data", &by("examiner"));
    assert_eq!((exit, &error["params"]["denials"][0]["code"]), (4, &json!("not-your-role")), "{error}");
    let done = office.ask(&by("front-desk"));
    let last = last(&done);
    assert_eq!((&last["officer"], &last["role"]), (&json!("front-desk"), &json!("front-desk")), "{last}");
    assert!(last.to_string().contains("The stall is that large"), "{last}");
    assert_eq!(last["details"]["channel"], "counter", "{last}");
}
