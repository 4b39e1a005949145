//! A service is tried by the command line, and the office is as it was.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use serde_json::json;
use support::{Office, words};

#[test]
fn what_is_tried_is_seen_by_trials_alone() {
    let office = Office::new();
    office.ask(&["demo", "--requests", "2", "--no-serve"]);
    let of = |stats: &serde_json::Value, id: &str| {
        stats["offices"].as_array().unwrap().iter().find(|office| office["office"] == id).cloned()
    };
    let before = of(&office.ask(&["store", "stats"]), "harbour-town");
    let file = office.application("mine.json", |_| {});
    let sent = office.ask(&["--trial", "request", "submit", &file, "--fake-documents"]);
    let code = sent["code"].as_str().unwrap();
    assert!(code.starts_with("TEST-") && sent["number"].as_str().unwrap().starts_with("TRIAL-HT-"), "{sent}");
    assert_eq!(office.refused("data", &["request", "show", code]).0, 3, "the office has no such request");
    assert_eq!(office.refused("data", &["request", "pay", code, "--as", "cashier"]).0, 3);
    assert_eq!(office.refused("data", &["--trial", "request", "khqr", code]).0, 3, "nobody pays for a trial");
    office.ask(&["--trial", "request", "pay", code, "--as", "cashier"]);
    assert_eq!(office.ask(&["--trial", "queue", "show", "--desk", "front-desk@owso"])["code"], json!(code));
    let queue = office.run(&["queue", "show"]);
    assert!(queue.status.success() && !words(&queue.stdout).contains(code));

    let stats = office.ask(&["store", "stats"]);
    assert_eq!(of(&stats, "harbour-town"), before, "the office is as it was");
    let tried = of(&stats, "harbour-town-trial").unwrap();
    assert_eq!((&tried["trial"], &tried["stages"]), (&json!(true), &json!({ "in-review": 1 })), "{stats}");
    assert!(words(&office.run(&["store", "stats"]).stdout).contains("trials, which count nowhere"));
    // A check and a copy leave nothing out.
    let check = office.ask(&["store", "check"]);
    let found = (&check["found"], &check["requests"], &check["trials"], &check["not_replayed"]);
    assert_eq!(found, (&json!(0), &json!(3), &json!(1), &json!(0)), "{check}");
    let (from, to) = (office.path("data/office.redb"), office.path("copy.redb"));
    let (from, to) = (format!("redb:{}", from.display()), format!("redb:{}", to.display()));
    assert_eq!(office.ask(&["store", "transfer", &from, &to])["digest"], check["digest"]);
    assert_eq!(office.ask(&["--store", &to, "--trial", "request", "show", code])["code"], json!(code));

    for arguments in [["--trial", "serve"], ["--trial", "demo"]] {
        assert_eq!(office.refused("data", &arguments).0, 2);
    }
    // The key that the trials' links need is not made anew while they are all that is stored.
    let alone = ["--trial", "request", "submit", &file, "--fake-documents"];
    assert!(office.run_in("other", &alone, "").status.success());
    std::fs::remove_file(office.path("other/keys/office.key")).unwrap();
    assert!(!office.run_in("other", &["queue", "show"], "").status.success());
    assert!(!office.path("other/keys/office.key").exists());
}
