//! Money at the desk, from the command line.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use serde_json::json;
use support::{Office, words};

#[test]
fn a_transfer_is_recorded_and_another_confirms_it() {
    let office = Office::new();
    office.ask(&["demo", "--requests", "2", "--no-serve"]);
    let file = office.application("mine.json", |_| {});
    let code =
        office.ask(&["request", "submit", &file, "--fake-documents"])["code"].as_str().unwrap().to_owned();
    let act = |act: &str, who: &str, more: &[&str]| {
        [&["request", act, &code, "--as", who], more]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let done = |words: Vec<String>| office.ask(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let waiting = done(act("record-transfer", "cashier", &["--reference", "FT1"]));
    assert_eq!(waiting["waits_for"], json!(["cashier-transfers@owso"]));
    assert_eq!(office.ask(&["queue", "show", "--desk", "cashier-transfers@owso"])["code"], json!(code));
    let own = act("confirm-transfer", "cashier", &[]);
    let (exit, error) = office.refused("data", &own.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((exit, error["params"]["denials"][0]["code"].as_str()), (4, Some("own-transfer")), "{error}");
    let rejected = done(act("reject-transfer", "cashier", &["--reason", "OF-T01", "--note", "Ask the bank"]));
    assert_eq!(rejected["waits_for"], json!(["cashier@owso"]));
    done(act("record-transfer", "front-desk", &["--reference", "FT2"]));
    let paid = done(act("confirm-transfer", "cashier", &[]));
    assert_eq!(
        (&paid["waits_for"], &paid["stage"]),
        (&json!(["front-desk@owso"]), &json!("in-review")),
        "{paid}"
    );
    assert!(
        words(&office.run(&["request", "show", &code]).stdout).contains("FT2  R-"),
        "reference and receipt"
    );
}

#[test]
fn what_is_to_be_paid_can_be_scanned() {
    let office = Office::new();
    office.ask(&["demo", "--requests", "2", "--no-serve"]);
    let file = office.application("mine.json", |_| {});
    let code =
        office.ask(&["request", "submit", &file, "--fake-documents"])["code"].as_str().unwrap().to_owned();
    let shown = office.ask(&["request", "khqr", &code]);
    assert_eq!(shown["amount"], json!({ "currency": "KHR", "amount": "30000" }));
    assert!(shown["khqr"].as_str().unwrap().starts_with("00020101021229150011office@devb"), "{shown}");
    let output = office.run(&["request", "khqr", &code]);
    assert!(words(&output.stdout).contains('█') && words(&output.stdout).contains("30,000"));
    office.ask(&["request", "pay", &code, "--as", "cashier"]);
    assert_eq!(office.refused("data", &["request", "khqr", &code]).0, 3);
}

#[test]
fn the_day_is_closed_and_shown_and_a_check_finds_nothing() {
    let office = Office::new();
    office.ask(&["demo", "--requests", "2", "--no-serve"]);
    // The demonstration has worked for weeks: what it took is closed first.
    let (exit, error) = office.refused("data", &["cash", "close", "--as", "cashier", "--counted", "1"]);
    assert_eq!(
        (exit, error["params"]["denials"][0]["code"].as_str()),
        (4, Some("reason-missing")),
        "{error}"
    );
    let close =
        ["cash", "close", "--as", "cashier", "--counted", "1", "--reason", "OF-D01", "--note", "Change"];
    let closed = office.ask(&close);
    assert_eq!(
        (&closed["counted"]["amount"], &closed["reason"]),
        (&json!("1"), &json!("OF-D01")),
        "{closed}"
    );
    assert_eq!(office.ask(&["cash", "show"]), closed);
    assert_eq!(office.refused("data", &close).0, 4, "once a day");
    assert_eq!(office.refused("data", &["cash", "close", "--as", "cashier", "--counted", "x"]).0, 2);
    let check = office.ask(&["store", "check"]);
    assert_eq!((&check["found"], &check["requests"]), (&json!(0), &json!(2)), "{check}");
    assert!(words(&office.run(&["cash", "show"]).stdout).contains("Change"));
}
