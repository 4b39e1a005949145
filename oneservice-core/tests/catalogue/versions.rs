//! Versions of a service beside each other: which is in force on a day, and files that cannot stand beside each other.

use std::collections::BTreeMap;

use oneservice_core::calendar::Date;
use oneservice_core::catalog::{Catalog, Unoffered};
use oneservice_core::ids::ServiceId;
use oneservice_core::testing::sample;

const STALL: &str = "services/trade/market-stall.toml";
const SECOND: &str = "services/trade/market-stall.v2.toml";

fn id() -> ServiceId {
    "trade.market-stall".parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The sample with a second version from July on, and changes to both files.
fn two(first: &[(&str, &str)], second: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut files = sample::files();
    let begun =
        [("version = 1", "version = 2"), ("valid_from = \"2026-01-01\"", "valid_from = \"2026-07-01\"")];
    let edited = |text: &str, changes: &[(&str, &str)]| {
        changes.iter().fold(text.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "the sample has no {from:?}");
            text.replacen(from, to, 1)
        })
    };
    let text = files[STALL].clone();
    files.insert(SECOND.into(), edited(&edited(&text, &begun), second));
    files.insert(STALL.into(), edited(&text, first));
    files
}

#[test]
fn the_version_in_force_is_the_last_that_has_begun() {
    let files = two(
        &[],
        &[("base = 20000", "base = 30000"), ("version = 2", "version = 2\nwithdrawn_on = \"2026-10-01\"")],
    );
    let catalog = Catalog::parse(&files).unwrap();
    let version = |on: &str| catalog.in_force(&id(), day(on)).map(|service| service.version);
    assert_eq!(version("2025-12-31"), Err(Unoffered::NotYet { from: day("2026-01-01") }));
    assert_eq!(version("2026-01-01"), Ok(1));
    assert_eq!(version("2026-06-30"), Ok(1));
    assert_eq!(version("2026-07-01"), Ok(2));
    assert_eq!(version("2026-09-30"), Ok(2));
    assert_eq!(version("2026-10-01"), Err(Unoffered::Withdrawn { since: day("2026-10-01"), reason: None }));
    assert_eq!(
        catalog.in_force(&"trade.nothing".parse().unwrap(), day("2026-07-01")).unwrap_err(),
        Unoffered::Unknown
    );
    assert_eq!(catalog.offered(day("2026-07-01")).count(), 1);
    assert_eq!(catalog.offered(day("2026-10-01")).count(), 0);
    assert_eq!((catalog.versions(&id()).len(), catalog.service(&id()).unwrap().version), (2, 2));
    let first = &catalog.versions(&id())[0];
    assert_eq!(catalog.version(&id(), first.hash).map(|service| service.version), Some(1));
}

#[test]
fn a_version_that_is_only_tried_is_in_force_for_trials() {
    let tried = ("version = 2", "version = 2\ntrial_only = true");
    let catalog = Catalog::parse(&two(&[], &[tried])).unwrap();
    let trial = catalog.clone().for_trial();
    assert!(trial.is_trial() && !catalog.is_trial());
    let version =
        |catalog: &Catalog, on: &str| catalog.in_force(&id(), day(on)).map(|service| service.version);
    for (on, number) in [("2026-03-01", 1), ("2026-12-01", 1)] {
        assert_eq!(version(&catalog, on), Ok(number), "the one before goes on on {on}");
    }
    // The newest one is tried, before it takes effect as well.
    for on in ["2025-01-01", "2026-12-01"] {
        assert_eq!(version(&trial, on), Ok(2), "{on}");
    }
    assert_eq!(version(&Catalog::parse(&two(&[], &[])).unwrap().for_trial(), "2026-01-01"), Ok(2));
    // No part of the version, which is the same once it is public.
    let public = Catalog::parse(&two(&[], &[])).unwrap();
    assert_eq!(public.service(&id()).unwrap().hash, catalog.service(&id()).unwrap().hash);
    assert_eq!(version(&public, "2026-12-01"), Ok(2));
    let mut files = sample::files();
    files.insert(STALL.into(), files[STALL].replacen("version = 1", "version = 1\ntrial_only = true", 1));
    let only = Catalog::parse(&files).unwrap();
    assert_eq!(version(&only, "2026-12-01"), Err(Unoffered::TrialOnly));
    assert_eq!(only.offered(day("2026-12-01")).count(), 0);
    assert_eq!(only.for_trial().offered(day("2026-12-01")).count(), 1);
}

#[test]
fn a_withdrawal_is_no_other_version() {
    let withdrawn = "version = 1\nwithdrawn_on = \"2026-10-01\"\nwithdrawn_reason = { km = \"ច្បាប់ថ្មី\", en = \"A new law\" }";
    let mut files = sample::files();
    let text = files[STALL].replacen("version = 1", withdrawn, 1);
    files.insert(STALL.into(), text);
    let (before, after) = (sample::catalog().unwrap(), Catalog::parse(&files).unwrap());
    assert_eq!(before.service(&id()).unwrap().hash, after.service(&id()).unwrap().hash);
    match after.in_force(&id(), day("2026-12-01")) {
        Err(Unoffered::Withdrawn { since, reason }) => {
            assert_eq!((since, reason.unwrap().en), (day("2026-10-01"), "A new law".to_owned()));
        }
        other => panic!("{other:?}"),
    }
    // An earlier version that is withdrawn before the next begins leaves a gap.
    let files = two(&[("version = 1", "version = 1\nwithdrawn_on = \"2026-05-01\"")], &[]);
    let catalog = Catalog::parse(&files).unwrap();
    assert!(matches!(catalog.in_force(&id(), day("2026-06-01")), Err(Unoffered::Withdrawn { .. })));
    assert_eq!(catalog.in_force(&id(), day("2026-07-01")).unwrap().version, 2);
}

#[test]
fn versions_that_cannot_stand_beside_each_other_are_named_where_they_stand() {
    let from = |of: &'static str| ("valid_from = \"2026-07-01\"", of);
    type Edits<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Edits<'_>, Edits<'_>, &str, &str, &str); 8] = [
        (&[("version = 1", "version = 2")], &[], SECOND, "version", "duplicate"),
        (&[], &[from("valid_from = \"2026-01-01\"")], SECOND, "valid_from", "duplicate"),
        (&[], &[from("valid_from = \"2025-07-01\"")], SECOND, "valid_from", "version"),
        (&[], &[("version = 2", "version = 3")], SECOND, "version", "place"),
        (
            &[("version = 1", "version = 1\nwithdrawn_on = \"2026-08-01\"")],
            &[],
            STALL,
            "withdrawn_on",
            "version",
        ),
        (
            &[("version = 1", "version = 1\nwithdrawn_on = \"2026-01-01\"")],
            &[],
            STALL,
            "withdrawn_on",
            "value",
        ),
        (&[("version = 1", "version = 1\nwithdrawn_on = \"soon\"")], &[], STALL, "withdrawn_on", "time"),
        (
            &[("version = 1", "version = 1\nwithdrawn_reason = { km = \"ច្បាប់\", en = \"Law\" }")],
            &[],
            STALL,
            "withdrawn_on",
            "missing-key",
        ),
    ];
    for (first, second, file, field, code) in cases {
        let found = Catalog::parse(&two(first, second)).unwrap_err().mistakes;
        let [mistake] = found.as_slice() else { panic!("{first:?} {second:?}: {found:#?}") };
        assert_eq!((mistake.file.as_str(), mistake.field.as_str()), (file, field), "{mistake}");
        assert_eq!(mistake.code.to_string(), code, "{mistake}");
        let line = two(first, second)[file].lines().position(|line| line.starts_with(field));
        assert_eq!(line.map_or(1, |line| line as u32 + 1), mistake.line, "{mistake}");
    }
}
