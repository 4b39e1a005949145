//! Catalogues and rules from the command line: differences in words and as data, plans as pictures, rules with their schema.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::Command;

use oneservice_core::testing::sample;
use serde_json::Value;

const STALL: &str = "services/trade/market-stall.toml";

/// The small catalogue in a folder, after edits of its service.
fn folder(at: &Path, edits: &[(&str, &str)]) -> PathBuf {
    for (path, text) in sample::files() {
        let text = if path == STALL {
            edits.iter().fold(text, |text, (from, to)| {
                assert!(text.contains(from), "the sample has no {from:?}");
                text.replacen(from, to, 1)
            })
        } else {
            text
        };
        let path = at.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    at.to_owned()
}

/// Exit code, and what was printed.
fn run(catalog: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_oneservice"))
        .env("ONESERVICE_CATALOG", catalog)
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), text)
}

#[test]
fn two_catalogues_are_compared_in_words_and_as_data() {
    let data = tempfile::tempdir().unwrap();
    let before = folder(&data.path().join("before"), &[]);
    let after = folder(
        &data.path().join("after"),
        &[
            ("version = 1", "version = 2"),
            ("valid_from = \"2026-01-01\"", "valid_from = \"2027-01-01\""),
            ("base = 20000", "base = 25000"),
            ("id = \"plate\"", "id = \"sign\""),
            ("role = \"examiner\"", "role = \"inspector\""),
        ],
    );
    let office = std::fs::read_to_string(after.join("office.toml")).unwrap();
    std::fs::write(after.join("office.toml"), office.replace("correct_days = 60", "correct_days = 20"))
        .unwrap();
    let paths = [before.to_str().unwrap(), after.to_str().unwrap()];
    let diff = |more: &[&str]| run(&before, &[&["catalog", "diff", paths[0], paths[1]], more].concat());
    let (exit, text) = diff(&[]);
    assert_eq!(exit, 0, "{text}");
    for said in [
        "trade.market-stall  Licence: market stall",
        "periods · days to correct: 60 → 20",
        "Version 1 → 2, from 01/01/2027",
        "fee · base fee: KHR\u{a0}20,000 → KHR\u{a0}25,000",
        "New question: Sign number",
        "No longer there (question): Sign number",
        "Examination · role: Examining officer → Inspector",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let (_, khmer) = diff(&["--lang", "km"]);
    assert!(khmer.contains("កំណែ ១ → ២") && khmer.contains("សំណួរថ្មី"), "{khmer}");
    let (_, data) = diff(&["--json"]);
    let data: Value = serde_json::from_str(&data).unwrap();
    let service = &data["services"][0];
    assert_eq!(data["office"][0]["key"], "correct_days");
    assert_eq!((service["edit"].as_str(), service["to"]["version"].as_u64()), (Some("changed"), Some(2)));
    let changes = service["changes"].as_array().unwrap();
    let fee = changes.iter().find(|change| change["subject"] == "fee").unwrap();
    assert_eq!((fee["key"].as_str(), fee["after"].as_i64()), (Some("base"), Some(25_000)));
    let (exit, same) = run(&before, &["catalog", "diff", paths[0], paths[0]]);
    assert_eq!((exit, same.trim()), (0, "No difference"));
    assert_eq!(run(&before, &["catalog", "diff", paths[0], "/there/is/none"]).0, 3);
}

#[test]
fn a_version_is_shown_by_its_number_and_its_plan_as_a_picture() {
    let data = tempfile::tempdir().unwrap();
    let catalog = folder(data.path(), &[]);
    let show = |more: &[&str]| run(&catalog, &[&["catalog", "show", "trade.market-stall"], more].concat());
    assert!(show(&["--number", "1"]).1.starts_with("trade.market-stall version 1"));
    let (exit, text) = show(&["--number", "7"]);
    assert!(exit == 3 && text.contains("no version 7; it has 1"), "{text}");
    let (exit, picture) = show(&["--diagram"]);
    assert_eq!(exit, 0);
    let expected = "flowchart TD
    begin([\"Licence: market stall\"])
    s0[\"Completeness<br/>Front desk officer<br/>One-Window Service Office<br/>1 working days ↩\"]
    s1[\"Examination<br/>Examining officer<br/>Department of Trade<br/>3 working days ↩\"]
    s2{{\"Opinion<br/>Opinion officer<br/>Department of Health<br/>4 working days\"}}
    s3[\"Decision<br/>Head of the office<br/>One-Window Service Office<br/>2 working days\"]
    s4[\"Prepare the result<br/>Front desk officer<br/>One-Window Service Office<br/>1 working days\"]
    begin --> s0
    s0 --> s1
    s0 -.->|\"form.goods == #quot;food#quot;\"| s2
    s1 --> s3
    s2 --> s3
    s3 --> s4
    s1 -.-|\"different people\"| s3";
    assert_eq!(picture.trim_end(), expected);
    assert!(show(&["--diagram", "--lang", "km"]).1.contains("៣ ថ្ងៃធ្វើការ"));
}

#[test]
fn the_rules_are_printed_as_their_schema_says() {
    let data = tempfile::tempdir().unwrap();
    let catalog = folder(data.path(), &[]);
    let ask = |arguments: &[&str]| -> Value {
        let (exit, text) = run(&catalog, arguments);
        assert_eq!(exit, 0, "{text}");
        serde_json::from_str(&text).unwrap()
    };
    let schema = ask(&["rules", "schema"]);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut rules = ask(&["rules", "show", "--json", "--service", "trade.market-stall"]);
    let plain = ask(&["rules", "show", "--json"]);
    for said in [&rules, &plain] {
        let wrong: Vec<String> = validator.iter_errors(said).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
    assert_eq!(
        (rules["service"]["reasons"][2]["code"].as_str(), plain.get("service")),
        (Some("TR-X01"), None)
    );
    assert_eq!(
        (rules["service"]["silence"]["then"].as_str(), rules["periods"]["pay_days"].as_u64()),
        (Some("escalate"), Some(30))
    );
    assert_eq!(
        (&rules["reasons"][0]["code"], &rules["reasons"][0]["kind"]),
        (&"OF-E01".into(), &"extend".into())
    );
    let row = |rules: &Value, from: &str, fact: &str| {
        let rows = rules["transitions"].as_array().unwrap();
        rows.iter().find(|row| row["from"] == from && row["fact"] == fact).cloned()
    };
    let collected = row(&rules, "ready", "collection").unwrap();
    assert_eq!(
        (collected["to"].as_str(), &collected["roles"]),
        (Some("closed"), &serde_json::json!(["front-desk"]))
    );
    let role = |name: &str| {
        rules["roles"].as_array().unwrap().iter().find(|role| role["role"] == name).cloned().unwrap()
    };
    assert_eq!(role("auditor")["may"], serde_json::json!([]));
    assert!(role("cashier")["may"][0]["stages"].as_array().unwrap().iter().any(|stage| stage == "ready"));
    let denial = rules["denials"].as_array().unwrap().iter().find(|no| no["code"] == "fee-unpaid").unwrap();
    assert!(denial["words"]["km"].as_str().unwrap().contains("{due}") && denial["params"][0] == "due");
    // The schema is no schema of anything.
    rules["transitions"][0]["to"] = "heaven".into();
    assert!(!validator.is_valid(&rules));
    assert!(run(&catalog, &["rules", "show"]).1.contains("ready        collection"));
    assert_eq!(run(&catalog, &["rules", "show", "--service", "trade.none"]).0, 3);
}
