//! No difference between two versions goes unnamed, and none is made up.

use std::path::Path;
use std::sync::Arc;

use oneservice_core::catalog::diff::{Change, Edit, ServiceEdit, Subject, catalogs, versions};
use oneservice_core::catalog::{Catalog, Service};
use oneservice_core::testing::sample;
use serde_json::{Value, json};

const STALL: &str = "services/trade/market-stall.toml";

fn stall() -> Arc<Service> {
    sample::catalog().unwrap().services().next().unwrap().clone()
}

/// The sample's service after edits of its file.
fn edited(edits: &[(&str, &str)]) -> Arc<Service> {
    let mut files = sample::files();
    let text = edits.iter().fold(files[STALL].clone(), |text, (from, to)| {
        assert!(text.contains(from), "the sample has no {from:?}");
        text.replacen(from, to, 1)
    });
    files.insert(STALL.into(), text);
    Catalog::parse(&files).unwrap().services().next().unwrap().clone()
}

fn one(edits: &[(&str, &str)]) -> Change {
    let changes = versions(&stall(), &edited(edits));
    let [change] = changes.as_slice() else { panic!("{edits:?}: {changes:#?}") };
    change.clone()
}

fn changed(change: &Change) -> (&str, &Value, &Value) {
    match &change.edit {
        Edit::Changed { key, before, after } => (key, before, after),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_change_is_named_by_what_it_is_about() {
    let fee = one(&[("base = 20000", "base = 25000")]);
    assert_eq!((fee.subject, changed(&fee)), (Subject::Fee, ("base", &json!(20000), &json!(25000))));
    let days = one(&[("working_days = 10\nclock", "working_days = 12\nclock")]);
    assert_eq!((days.subject, changed(&days).0), (Subject::ProcessingTime, "working_days"));
    let required = one(&[(
        "label = { km = \"អ៊ីមែល\", en = \"Email\" }\nrequired = false",
        "label = { km = \"អ៊ីមែល\", en = \"Email\" }\nrequired = true",
    )]);
    assert_eq!(
        (required.subject, required.id.as_str(), changed(&required).0),
        (Subject::Field, "email", "required")
    );
    assert_eq!(required.label.unwrap().en, "Email");
    let bound = one(&[("min = 1\nmax = 20", "min = 1\nmax = 30")]);
    assert_eq!((bound.id.as_str(), changed(&bound)), ("stalls", ("max", &json!(20), &json!(30))));
    let option = one(&[("  { value = \"other\", label = { km = \"ផ្សេងៗ\", en = \"Other\" } },\n", "")]);
    assert_eq!((option.subject, option.id.as_str()), (Subject::Option, "other"));
    assert!(matches!(option.edit, Edit::Removed { .. }));
    assert_eq!(option.of.unwrap().id, "goods");
    let months = one(&[("months = 12", "months = 24")]);
    assert_eq!((months.subject, changed(&months).0), (Subject::Validity, "months"));
    let step = one(&[("working_days = 3\nchecklist", "working_days = 2\nchecklist")]);
    assert_eq!((step.subject, step.id.as_str()), (Subject::Step, "examine"));
    assert!(!step.concerns_applicants() && bound_concerns(&fee));
    let reason = one(&[("en = \"There is no place left\"", "en = \"No place is left\"")]);
    assert_eq!((reason.subject, reason.id.as_str(), changed(&reason).0), (Subject::Reason, "TR-X01", "text"));
    let paper = one(&[("max_files = 2", "max_files = 3")]);
    assert_eq!((paper.subject, paper.id.as_str()), (Subject::Document, "health-letter"));
    let silence = one(&[("then = \"escalate\"", "then = \"grant\"")]);
    assert_eq!((silence.subject, changed(&silence).0), (Subject::Silence, "then"));
    assert!(silence.concerns_applicants());
    let refund = one(&[("base = 20000", "base = 20000\nrefund = \"before-decision\"")]);
    assert_eq!((refund.subject, changed(&refund).0), (Subject::Fee, "refund"));
    let other_number = versions(&stall(), &edited(&[("version = 1", "version = 2")]));
    assert_eq!(other_number, []);
}

fn bound_concerns(change: &Change) -> bool {
    change.concerns_applicants()
}

#[test]
fn a_question_that_moves_to_another_part_is_the_same_question() {
    let field = "[[sections.fields]]\nid = \"email\"\ntype = \"email\"\nlabel = { km = \"អ៊ីមែល\", en = \"Email\" }\nrequired = false\npersonal = true\n\n";
    let moved = edited(&[
        (field, ""),
        ("[[sections.fields]]\nid = \"spot\"", &format!("{field}[[sections.fields]]\nid = \"spot\"")),
    ]);
    let changes = versions(&stall(), &moved);
    let section = changes.iter().find(|change| change.id == "email").unwrap();
    assert_eq!(changed(section), ("section", &json!("applicant"), &json!("stall")));
    assert!(changes.iter().all(|change| matches!(change.edit, Edit::Changed { .. })), "{changes:#?}");
}

/// Every value of a canonical form, changed by itself; every entry of a list, left out, or changing places with the next.
fn slips(value: &Value, at: &mut Vec<String>, found: &mut Vec<(String, Value)>, whole: &Value) {
    let put = |found: &mut Vec<(String, Value)>, at: &[String], new: Option<Value>| {
        let mut copy = whole.clone();
        let (last, path) = at.split_last().unwrap();
        let parent = copy.pointer_mut(&path.iter().map(|p| format!("/{p}")).collect::<String>()).unwrap();
        match (parent, new) {
            (Value::Object(object), Some(new)) => drop(object.insert(last.clone(), new)),
            (Value::Object(object), None) => drop(object.remove(last)),
            (Value::Array(list), Some(new)) => list[last.parse::<usize>().unwrap()] = new,
            (Value::Array(list), None) => drop(list.remove(last.parse().unwrap())),
            _ => unreachable!("a path leads through objects and lists"),
        }
        found.push((at.join("."), copy));
    };
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                at.push(key.clone());
                put(found, at, None);
                slips(inner, at, found, whole);
                at.pop();
            }
        }
        Value::Array(list) => {
            for (nth, inner) in list.iter().enumerate() {
                at.push(nth.to_string());
                if let Some(next) = list.get(nth + 1) {
                    let mut copy = whole.clone();
                    let path: String = at[..at.len() - 1].iter().map(|p| format!("/{p}")).collect();
                    let both = copy.pointer_mut(&path).and_then(Value::as_array_mut).unwrap();
                    (both[nth], both[nth + 1]) = (next.clone(), inner.clone());
                    found.push((format!("{} with the next", at.join(".")), copy));
                }
                put(found, at, None);
                slips(inner, at, found, whole);
                at.pop();
            }
        }
        Value::Bool(truth) => put(found, at, Some(Value::Bool(!truth))),
        Value::Number(number) => put(found, at, number.as_i64().map(|n| json!(n + 1))),
        Value::String(text) => {
            put(found, at, Some(json!(format!("{text}x"))));
            // Words of the format take none but other words.
            for word in [
                "on-approval",
                "runs",
                "company",
                "renewal",
                "email",
                "examiner",
                "letter",
                "return",
                "inspection",
            ] {
                put(found, at, Some(json!(word)));
            }
            put(found, at, Some(json!("2027-01-01")));
        }
        Value::Null => {}
    }
}

#[test]
fn whatever_a_version_says_a_difference_in_it_is_found() {
    let service = stall();
    let whole: Value = serde_json::from_str(&service.canonical()).unwrap();
    let mut found = Vec::new();
    slips(&whole, &mut Vec::new(), &mut found, &whole);
    let mut compared = 0;
    for (at, slip) in found {
        let Ok(other) = Service::from_canonical(&slip.to_string()) else { continue };
        let differs = other.canonical() != service.canonical() && at != "version";
        assert_eq!(!versions(&service, &other).is_empty(), differs, "{at}");
        assert_eq!(!versions(&other, &service).is_empty(), differs, "{at}, back");
        compared += usize::from(differs);
    }
    assert!(compared > 400, "{compared} slips were compared");
}

#[test]
fn a_catalogue_beside_itself_does_not_differ() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/catalog/battambang");
    let catalog = Catalog::load(folder).unwrap();
    assert!(catalogs(&catalog, &catalog).is_empty());
    let all: Vec<_> = catalog.services().collect();
    assert!(all.windows(2).all(|pair| !versions(pair[0], pair[1]).is_empty()));
}

#[test]
fn services_and_versions_that_come_and_go_are_named() {
    let parse = |edit: &dyn Fn(&mut std::collections::BTreeMap<String, String>)| {
        let mut files = sample::files();
        edit(&mut files);
        Catalog::parse(&files).unwrap()
    };
    let plain = parse(&|_| ());
    let none = parse(&|files| drop(files.remove(STALL)));
    let second = |files: &mut std::collections::BTreeMap<String, String>, more: (&str, &str)| {
        let text = files[STALL].replacen("version = 1", "version = 2", 1);
        let text = text.replacen("2026-01-01", "2026-07-01", 1).replacen(more.0, more.1, 1);
        files.insert("services/trade/market-stall.v2.toml".into(), text);
    };
    let both = parse(&|files| second(files, ("base = 20000", "base = 25000")));
    let replaced = parse(&|files| {
        second(files, ("base = 20000", "base = 25000"));
        files.remove(STALL);
    });
    let in_place = parse(&|files| {
        let text = files[STALL].replacen("base = 20000", "base = 25000", 1);
        files.insert(STALL.into(), text);
    });
    let withdrawn = parse(&|files| {
        let text = files[STALL].replacen("version = 1", "version = 1\nwithdrawn_on = \"2026-09-01\"", 1);
        files.insert(STALL.into(), text);
    });
    let tried = parse(&|files| {
        let text = files[STALL].replacen("version = 1", "version = 1\ntrial_only = true", 1);
        files.insert(STALL.into(), text);
    });
    let edits = |before: &Catalog, after: &Catalog| {
        let diff = catalogs(before, after);
        assert_eq!(diff.office, []);
        diff.services.into_iter().map(|diff| diff.edit).collect::<Vec<_>>()
    };
    assert!(
        matches!(edits(&none, &plain).as_slice(), [ServiceEdit::Added { version }] if version.version == 1)
    );
    assert!(
        matches!(edits(&plain, &none).as_slice(), [ServiceEdit::Removed { version }] if version.version == 1)
    );
    for after in [&both, &replaced] {
        match edits(&plain, after).as_slice() {
            [ServiceEdit::Changed { from, to, in_place: false, changes }] => {
                assert_eq!((from.version, to.version), (1, 2));
                // The fee, and the day from which it is in force.
                assert_eq!(changes.len(), 2, "{changes:#?}");
            }
            other => panic!("{other:#?}"),
        }
    }
    assert!(
        matches!(edits(&both, &plain).as_slice(), [ServiceEdit::VersionRemoved { version }] if version.version == 2)
    );
    assert!(
        matches!(edits(&both, &replaced).as_slice(), [ServiceEdit::VersionRemoved { version }] if version.version == 1)
    );
    assert!(
        matches!(edits(&plain, &in_place).as_slice(), [ServiceEdit::Changed { in_place: true, changes, .. }] if changes.len() == 1)
    );
    for (after, key) in [(&withdrawn, "withdrawn_on"), (&tried, "trial_only")] {
        match edits(&plain, after).as_slice() {
            [ServiceEdit::Changed { in_place: false, changes, .. }] => {
                assert_eq!(changed(&changes[0]).0, key);
            }
            other => panic!("{other:#?}"),
        }
    }
}

#[test]
fn what_the_office_says_differs_by_name() {
    let plain = sample::catalog().unwrap();
    let edits: &[(&str, &str, &str, Subject, &str, &str)] = &[
        ("office.toml", "correct_days = 60", "correct_days = 20", Subject::Periods, "", "correct_days"),
        ("office.toml", "pay_days = 30\n", "", Subject::Periods, "", "pay_days"),
        ("office.toml", "sample_office", "office", Subject::Contact, "", "telegram"),
        ("office.toml", "13:00-16:00", "13:00-17:00", Subject::Hours, "", "sessions"),
        ("office.toml", "HT-{yyyy}", "HX-{yyyy}", Subject::Numbering, "", "request"),
        ("office.toml", "en = \"Reception\"", "en = \"Front\"", Subject::Counter, "reception", "name"),
        (
            "office.toml",
            "en = \"Department of Trade\"",
            "en = \"Trade\"",
            Subject::Department,
            "trade",
            "name",
        ),
        ("office.toml", "not_with = [\"approver\"]\n", "", Subject::Role, "front-desk", "not_with"),
        ("office.toml", "kind = \"late\"", "kind = \"extend\"", Subject::OfficeReason, "OF-L01", "kind"),
        ("holidays.toml", "en = \"Labour Day\"", "en = \"May Day\"", Subject::Holiday, "2026-05-01", "name"),
        (
            "holidays.toml",
            "[[holidays]]\ndate = \"2026-01-01\"\nname = { km = \"ទិវាចូលឆ្នាំសកល\", en = \"New Year's Day\" }\nstatus = \"listed\"\n",
            "",
            Subject::Holiday,
            "2026-01-01",
            "",
        ),
    ];
    for (file, from, to, subject, id, key) in edits {
        let mut files = sample::files();
        let text = files[*file].replacen(from, to, 1);
        assert_ne!(text, files[*file], "the sample has no {from:?}");
        files.insert((*file).into(), text);
        let diff = catalogs(&plain, &Catalog::parse(&files).unwrap());
        let [change] = diff.office.as_slice() else { panic!("{from}: {diff:#?}") };
        assert_eq!((change.subject, change.id.as_str(), diff.services.len()), (*subject, *id, 0), "{from}");
        match &change.edit {
            Edit::Changed { key: found, .. } => assert_eq!(found, key, "{from}"),
            _ => assert_eq!(*key, "", "{from}"),
        }
    }
}
