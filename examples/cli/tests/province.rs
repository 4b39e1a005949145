//! Another province by its catalogue alone: other sectors, hours, holidays, time zone, fees and words, and not a line of code.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Output};

use oneservice_core::testing::sample;
use serde_json::Value;

/// Runs the real program on the other province.
fn oneservice(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oneservice"))
        .arg("--data")
        .arg(folder.join("data"))
        .arg("--catalog")
        .arg(folder.join("catalog"))
        .args(arguments)
        .output()
        .unwrap()
}

/// What the program printed: one JSON value on each line.
fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn another_province_runs_by_its_catalogue() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in sample::files() {
        let path = folder.path().join("catalog").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let run = |arguments: &[&str]| lines(&oneservice(folder.path(), arguments));
    let catalog = folder.path().join("catalog");
    let found = run(&["catalog", "check", catalog.to_str().unwrap(), "--json"]);
    assert_eq!(found, [Value::Array(vec![])], "no mistake");
    let listed = run(&["catalog", "list", "--json"]);
    assert_eq!(
        listed.iter().map(|row| row["id"].as_str().unwrap()).collect::<Vec<_>>(),
        ["trade.market-stall"]
    );

    // Ninety days of work, through the rules, in all stages.
    let made = run(&["demo", "--requests", "120", "--no-serve", "--json"]);
    assert_eq!(made[0]["requests"], 120);
    assert!(made[0]["events"].as_u64().unwrap() > 500, "{made:?}");
    let rows = run(&["request", "list", "--json"]);
    assert!(rows.len() >= 20, "{rows:?}");
    let shown = run(&["request", "show", rows[0]["code"].as_str().unwrap(), "--json"]);
    assert!(shown[0]["events"].as_array().is_some_and(|events| !events.is_empty()), "{shown:?}");
    assert!(!run(&["queue", "show", "--json"]).is_empty(), "somebody has something to do");
    run(&["store", "check", "--json"]);
    assert!(!shown[0]["number"].as_str().unwrap().starts_with("BTB"), "{shown:?}");
    for text in [format!("{rows:?}"), format!("{shown:?}")] {
        assert!(!text.contains("Battambang") && !text.contains("បាត់ដំបង"), "of another office: {text}");
    }
}
