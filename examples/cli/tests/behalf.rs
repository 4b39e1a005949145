//! Requests that somebody makes for somebody else: an officer from paper, a guardian for a minor.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use oneservice_core::office::{Clock, SystemClock};
use serde_json::json;
use support::{Office, words};

#[test]
fn an_officer_enters_what_came_on_paper() {
    let office = Office::new();
    office.ask(&["demo", "--requests", "1", "--no-serve"]);
    let file = office.application("paper.json", |_| {});
    let yesterday = SystemClock.now().plus_hours(-25).to_string();
    let enter = ["request", "submit", &file, "--fake-documents", "--as"];
    let denied = |more: &[&str]| {
        let (exit, error) = office.refused("data", &[&enter, more].concat());
        assert_eq!(exit, 4, "{error}");
        error["params"]["denials"][0]["code"].as_str().unwrap().to_owned()
    };
    // The sample's own moment is months away, and somebody who examines enters nothing.
    let far = SystemClock.now().plus_hours(-24 * 30).to_string();
    assert_eq!(denied(&["front-desk", "--occurred-at", &far]), "too-late");
    let tomorrow = SystemClock.now().plus_hours(24).to_string();
    assert_eq!(denied(&["front-desk", "--occurred-at", &tomorrow]), "came-in-future");
    assert_eq!(denied(&["examiner", "--occurred-at", "now"]), "not-your-role");

    let receipt = office.ask(&[&enter[..], &["front-desk", "--occurred-at", &yesterday]].concat());
    let code = receipt["code"].as_str().unwrap();
    let shown = office.ask(&["request", "show", code]);
    let first = &shown["events"][0];
    assert_eq!((&first["role"], &first["officer"]), (&"front-desk".into(), &"front-desk".into()), "{first}");
    assert_eq!(first["details"]["channel"], "counter", "{first}");
    assert_eq!(first["details"]["signature"]["method"], "paper", "{first}");
    assert_eq!(first["lag_minutes"], 25 * 60, "{first}");
    let said = office.run(&["--lang", "en", "request", "show", code]);
    assert!(words(&said.stdout).contains("; entered 25 h later"), "{}", words(&said.stdout));

    // What comes now has no lag.
    let now = office.ask(&[&enter[..], &["front-desk", "--occurred-at", "now"]].concat());
    let shown = office.ask(&["request", "show", now["code"].as_str().unwrap()]);
    assert!(shown["events"][0]["lag_minutes"].is_null(), "{shown}");
}

/// The example's service that takes minors says what a guardian must do and give.
#[test]
fn a_minor_is_told_that_a_guardian_applies() {
    let office = Office::new();
    let catalog = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/battambang");
    let catalog = catalog.to_str().unwrap();
    let errors = |by_representative: bool| {
        let file = office.application("minor.json", |it| {
            it["service"] = json!("culture.ceremony-music-troupe");
            it["applicant"]["by_representative"] = json!(by_representative);
            it["form"] = json!({ "birth_date": "2010-06-02" });
        });
        let output = office.run(&["--catalog", catalog, "request", "check", &file, "--json"]);
        assert_eq!(output.status.code(), Some(6), "{}", words(&output.stderr));
        words(&output.stdout).to_owned()
    };
    let alone = errors(false);
    assert!(alone.contains("checks.guardian-applies") && !alone.contains("form.guardian_id"), "{alone}");
    let with = errors(true);
    assert!(!with.contains("checks.guardian-applies") && with.contains("form.guardian_id"), "{with}");
}
