//! What a fuzzer throws arbitrary bytes at, and what must hold whatever they are.
//!
//! A function here panics when a promise is broken and does nothing otherwise. `fuzz/` calls them under libFuzzer, an ordinary test
//! replays the seeds.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use serde_json::{Map, Value};

use super::{fixtures, sample};
use crate::{
    calendar::{Date, date, parse_date},
    catalog::{
        self, ApplicantKind, Catalog, Condition, DocumentClaim, Environment, Filing, Purpose, Scope, Service,
        SignatureKind,
    },
    ids::Digest32,
    request::{Envelope, Recorded, replay},
};

/// The longest text of a condition, as the catalogue's format promises it.
const CONDITION_MAX_BYTES: usize = 1024;

static SAMPLE: LazyLock<Catalog> =
    LazyLock::new(|| sample::catalog().expect("the sample catalogue is in order"));

/// Files of a catalogue, each after a line `=== path`, in place of the sample's.
///
/// Either they are a catalogue, whose forms then have a schema and can be judged, or there is at least one mistake.
pub fn catalog(bytes: &[u8]) {
    let mut files = sample::files();
    files.extend(parts(&String::from_utf8_lossy(bytes)));
    match Catalog::parse(&files) {
        Ok(catalog) => {
            for service in catalog.services() {
                assert!(service.form_schema().is_object());
                judged(service, &catalog, &filing(&Map::new()));
            }
        }
        Err(error) => {
            assert!(!error.mistakes.is_empty(), "refused without a mistake");
            for mistake in &error.mistakes {
                assert!(mistake.line >= 1 && !mistake.to_string().is_empty());
            }
        }
    }
}

/// What somebody filed, as JSON, for the sample's form. What is not of the form of a filing counts as not given.
pub fn answers(bytes: &[u8]) {
    let Ok(Value::Object(given)) = serde_json::from_slice(bytes) else { return };
    let filing = filing(&given);
    for service in SAMPLE.services() {
        judged(service, &SAMPLE, &filing);
    }
}

/// Judges twice: problems are in order, and the normal form of the answers is its own normal form.
fn judged(service: &Service, catalog: &Catalog, filing: &Filing) {
    let first = service.assess(filing, catalog.places());
    assert!(first.problems.is_sorted(), "problems are out of order");
    let again =
        service.assess(&Filing { form: first.answers.clone().into(), ..filing.clone() }, catalog.places());
    assert_eq!(again.answers, first.answers, "the normal form is not stable");
}

fn parts(text: &str) -> BTreeMap<String, String> {
    let part = |part: &str| {
        let (path, content) = part.split_once('\n').unwrap_or((part, ""));
        (path.trim().to_owned(), content.to_owned())
    };
    text.split("=== ").skip(1).map(part).collect()
}

fn filing(given: &Map<String, Value>) -> Filing {
    let text = |key: &str| given.get(key).and_then(Value::as_str).unwrap_or_default();
    let documents = given.get("documents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Filing {
        applicant: if text("applicant") == "company" {
            ApplicantKind::Company
        } else {
            ApplicantKind::Person
        },
        by_representative: given.get("by_representative") == Some(&Value::Bool(true)),
        purpose: Purpose::from_word(text("purpose")).unwrap_or(Purpose::New),
        submitted_on: day(given.get("submitted_on")).unwrap_or(date(2026, 3, 31)),
        form: given.get("form").and_then(Value::as_object).cloned().unwrap_or_default().into(),
        documents: documents.iter().map(claim).collect(),
        signature: match text("signature") {
            "drawn" => Some(SignatureKind::Drawn),
            "thumbprint" => Some(SignatureKind::Thumbprint),
            _ => None,
        },
    }
}

fn claim(given: &Value) -> DocumentClaim {
    let text = |key: &str| given.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    DocumentClaim {
        id: text("file"),
        document: text("document"),
        media_type: text("media_type"),
        size_bytes: given.get("size").and_then(Value::as_u64).unwrap_or_default(),
        issued: day(given.get("issued")),
    }
}

fn day(given: Option<&Value>) -> Option<Date> {
    given.and_then(Value::as_str).and_then(parse_date)
}

/// A condition, and after its first line the answers that it is asked over, as JSON.
///
/// Any text is compiled or refused; what is compiled has the same value each time, is bounded, and holds only if it is true.
pub fn condition(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (source, given) = text.split_once('\n').unwrap_or((&text, ""));
    let compiled = Condition::compile(source);
    assert!(source.len() <= CONDITION_MAX_BYTES || compiled.is_err(), "too long a text is compiled");
    let Ok(condition) = compiled else { return };
    assert_eq!(Condition::compile(condition.as_str()).as_ref(), Ok(&condition));
    let mut names = Environment::default();
    if let Ok(Value::Object(given)) = serde_json::from_str(given) {
        names.form = given.iter().filter_map(|(name, value)| Some((name.clone(), seen(value)?))).collect();
    }
    let value = condition.evaluate(&names);
    assert_eq!(format!("{value:?}"), format!("{:?}", condition.evaluate(&names)));
    assert_eq!(condition.holds(&names), value == Ok(catalog::Value::Bool(true)));
    for service in SAMPLE.services() {
        // A type, or a mistake in words.
        let scope = Scope::of(service.fields());
        if let Err(mistake) = condition.check(&scope) {
            assert!(!mistake.to_string().is_empty());
        }
    }
}

fn seen(given: &Value) -> Option<catalog::Value> {
    Some(match given {
        Value::Bool(is) => catalog::Value::Bool(*is),
        Value::Number(number) => match number.as_i64() {
            Some(number) => catalog::Value::Int(number),
            None => catalog::Value::Double(number.as_f64()?),
        },
        Value::String(text) => catalog::Value::Text(text.clone()),
        Value::Array(items) => catalog::Value::List(items.iter().filter_map(seen).collect()),
        Value::Object(names) => catalog::Value::Record(
            names.iter().filter_map(|(name, value)| Some((name.clone(), seen(value)?))).collect(),
        ),
        Value::Null => return None,
    })
}

/// The stored facts of one request, each on a line.
///
/// A line is read or refused; what is read is written again and is the same; a history is lawful or refused, and what it leads to can
/// be told to the public.
pub fn events(bytes: &[u8]) {
    let mut history = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let _ = serde_json::from_slice::<Envelope>(line);
        let Ok(recorded) = Recorded::from_payload(line) else { continue };
        let written = recorded.to_payload().expect("what was read can be written");
        let again = Recorded::from_payload(&written).expect("what was written can be read");
        assert_eq!(again, recorded, "a fact changes when it is written again");
        history.push(recorded);
    }
    for service in SAMPLE.services() {
        let Ok(request) = replay(fixtures::request(1), Arc::clone(service), &history) else { continue };
        let last = history.last().expect("a request has a history");
        let envelope = Envelope::of(last, &request, Digest32::sha256(&[b"payload"]));
        assert!(envelope.to_bytes().is_ok(), "an event without a public part");
    }
}
