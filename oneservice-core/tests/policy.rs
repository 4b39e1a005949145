//! The dependency policy of `deny.toml`, for machines without cargo-deny: licences, bans, sources.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn metadata() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn policy() -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deny.toml");
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Whether an SPDX expression can be met by allowed licences: one side of OR, both of AND.
fn allowed(expression: &str, allow: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.trim();
    if allow(expression) {
        return true;
    }
    // The outermost operator, outside brackets; OR binds looser than AND.
    for (word, all) in [(" OR ", false), (" AND ", true), ("/", false)] {
        let mut depth = 0;
        for (at, character) in expression.char_indices() {
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ if depth == 0 && expression[at..].starts_with(word) => {
                    let (left, right) = (&expression[..at], &expression[at + word.len()..]);
                    let (left, right) = (allowed(left, allow), allowed(right, allow));
                    return if all { left && right } else { left || right };
                }
                _ => {}
            }
        }
    }
    expression
        .strip_prefix('(')
        .and_then(|inner| inner.strip_suffix(')'))
        .is_some_and(|inner| allowed(inner, allow))
}

#[test]
fn every_dependency_keeps_the_policy() {
    let (metadata, policy) = (metadata(), policy());
    let list = |value: &toml::Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let allow = list(&policy["licenses"]["allow"]);
    let exceptions = policy["licenses"]["exceptions"].as_array().unwrap();
    // As in cargo-deny: what only its wrappers use is let through.
    let bans = policy["bans"]["deny"].as_array().unwrap();
    let users = |name: &str| -> Vec<&str> {
        let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
        let uses = |node: &&Value| {
            node["deps"]
                .as_array()
                .unwrap()
                .iter()
                .any(|dep| dep["pkg"].as_str().unwrap().contains(&format!("#{name}@")))
        };
        nodes.iter().filter(uses).map(|node| node["id"].as_str().unwrap()).collect()
    };
    let banned = |name: &str| {
        let ban = bans.iter().find(|ban| ban["crate"].as_str() == Some(name));
        let wrappers = ban.map(|ban| ban.get("wrappers").map(list).unwrap_or_default());
        wrappers.is_some_and(|wrappers| {
            users(name)
                .iter()
                .any(|user| !wrappers.iter().any(|wrapper| user.contains(&format!("#{wrapper}@"))))
        })
    };
    let used: Vec<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for package in metadata["packages"].as_array().unwrap() {
        if !used.contains(&package["id"].as_str().unwrap()) {
            continue;
        }
        seen += 1;
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("none");
        let excepted = exceptions.iter().any(|exception| {
            exception["crate"].as_str() == Some(name)
                && list(&exception["allow"]).iter().any(|l| l == licence)
        });
        if !excepted && !allowed(licence, &|one| allow.iter().any(|l| l == one)) {
            wrong.push(format!("{name}: licence {licence}"));
        }
        if banned(name) {
            wrong.push(format!("{name}: banned"));
        }
        let source = package["source"].as_str();
        if source.is_some_and(|source| source != "registry+https://github.com/rust-lang/crates.io-index") {
            wrong.push(format!("{name}: from {source:?}"));
        }
    }
    assert!(seen > 100, "the dependencies were read");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_expression_is_met_by_one_side_of_or_and_both_of_and() {
    let allow = |one: &str| matches!(one, "MIT" | "ISC");
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0 OR MIT", true),
        ("(MIT OR GPL-3.0) AND ISC", true),
        ("MIT AND GPL-3.0", false),
        ("MIT/GPL-3.0", true),
        ("", false),
    ] {
        assert_eq!(allowed(expression, &allow), expected, "{expression}");
    }
}
