//! The exported JSON Schema and the walker say the same of an answer, for what JSON Schema can say.
//!
//! Asked for every field of every service of the Battambang catalogue, with answers of the drawn filings, junk, and both mutated.

use std::path::Path;

use jsonschema::Validator;
use oneservice_core::catalog::{
    ApplicantKind, Catalog, Field, FieldKind, Filing, ProblemCode as Code, Purpose, Service,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

/// What a schema cannot say: the geography, days relative to others, amounts kept as text, and whether the question applies.
const UNSAYABLE: &[Code] = &[
    Code::GeoCode,
    Code::OutsideProvince,
    Code::OutsideCountry,
    Code::TooEarly,
    Code::TooLate,
    Code::NotApplicable,
];

/// Each field of a service with a schema of its own, and with nothing that hides it.
struct Question {
    service: Service,
    field: Field,
    schema: Validator,
}

fn questions(catalog: &Catalog) -> Vec<Question> {
    let mut questions = Vec::new();
    for service in catalog.services() {
        let schema = service.form_schema();
        for field in service.fields() {
            let mut field = field.clone();
            (field.visible_when, field.required_when, field.required) = (None, None, false);
            let id = field.id.to_string();
            let one = json!({ "type": "object", "properties": { &id: schema["properties"][&id] }, "additionalProperties": false });
            let mut service = Service::clone(service);
            service.sections.truncate(1);
            service.sections[0].visible_when = None;
            service.sections[0].fields = vec![field.clone()];
            service.checks.clear();
            let schema =
                jsonschema::draft202012::options().should_validate_formats(true).build(&one).unwrap();
            questions.push(Question { service, field, schema });
        }
    }
    questions
}

fn pool() -> Vec<Value> {
    let mut pool: Vec<Value> = include_str!("../data/filings.jsonl")
        .lines()
        .flat_map(|line| {
            let filing: Value = serde_json::from_str(line).unwrap();
            let normal = filing["expect"]["normalized"].as_object().unwrap().clone();
            filing["form"].as_object().unwrap().clone().into_values().chain(normal.into_values())
        })
        .collect();
    pool.extend([
        json!(0),
        json!(-1),
        json!(1.5),
        json!(true),
        json!([]),
        json!({}),
        json!("0"),
        json!("-0.0"),
        json!("1e3"),
    ]);
    pool.sort_by_key(Value::to_string);
    pool.dedup();
    pool
}

/// A value with one thing changed.
fn mutated(value: Value, how: u8, place: usize) -> Value {
    match (value, how) {
        (Value::String(text), 1) => {
            let mut letters: Vec<char> = text.chars().collect();
            letters.insert(place % (letters.len() + 1), ['x', '9', 'ក', '៥', '-', '.', '(', ' '][place % 8]);
            Value::String(letters.into_iter().collect())
        }
        (Value::String(text), 2) => {
            let nth = place % text.chars().count().max(1);
            Value::String(text.chars().enumerate().filter(|(n, _)| *n != nth).map(|(_, c)| c).collect())
        }
        (Value::String(text), 3) => Value::String(text.repeat(1 + place % 40)),
        (Value::Array(mut items), 1) if !items.is_empty() => {
            let again = items[place % items.len()].clone();
            items.push(again);
            Value::Array(items)
        }
        (Value::Array(mut items), 2) if !items.is_empty() => {
            let nth = place % items.len();
            items[nth] = mutated(items[nth].take(), 2, place / 7);
            Value::Array(items)
        }
        (Value::Object(mut parts), 1) => {
            parts.insert("extra".into(), json!(1));
            Value::Object(parts)
        }
        (Value::Object(mut parts), 2 | 3) if !parts.is_empty() => {
            let key = parts.keys().nth(place % parts.len()).unwrap().clone();
            let part = parts.remove(&key).unwrap();
            if how == 3 {
                parts.insert(key, mutated(part, 1, place / 5));
            }
            Value::Object(parts)
        }
        (Value::Number(number), 1) => json!(number.as_f64().unwrap_or(0.0) * 1000.0),
        (Value::Number(number), 2) => json!(number.to_string()),
        (value, _) => value,
    }
}

fn judge(question: &Question, catalog: &Catalog, answer: &Value) -> (Vec<Code>, Option<Value>) {
    let form = Map::from_iter([(question.field.id.to_string(), answer.clone())]);
    let filing = Filing {
        applicant: ApplicantKind::Person,
        by_representative: false,
        purpose: Purpose::New,
        submitted_on: "2026-06-01".parse().unwrap(),
        form: form.into(),
        documents: vec![],
        signature: None,
    };
    let mut found = question.service.assess(&filing, catalog.places());
    found.problems.retain(|problem| problem.path.starts_with("form."));
    let codes = found.problems.iter().map(|problem| problem.code).collect();
    (codes, found.answers.get(question.field.id.as_str()).cloned())
}

#[test]
fn walker_and_schema_agree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/catalog/battambang");
    let catalog = Catalog::load(root).unwrap();
    let (questions, pool) = (questions(&catalog), pool());
    assert!(
        questions.len() > 500 && pool.len() > 500,
        "{} questions, {} answers",
        questions.len(),
        pool.len()
    );
    let (mut yes, mut no) = (0, 0);
    let mut ask = |question: &Question, answer: Value| -> Result<(), String> {
        let id = question.field.id.as_str();
        let valid = |answer: &Value| question.schema.is_valid(&json!({ id: answer }));
        let (codes, normal) = judge(question, &catalog, &answer);
        let told = || format!("{} {id}: {answer} gave {codes:?} and {normal:?}", question.service.id);
        match &normal {
            Some(normal) if codes.is_empty() => {
                yes += 1;
                if valid(normal) {
                    Ok(())
                } else {
                    Err(format!("accepted, but not by the schema: {}", told()))
                }
            }
            // Nothing was answered: there is nothing to compare.
            _ if codes.is_empty() => Ok(()),
            _ => {
                no += 1;
                let kind = &question.field.kind;
                let is_number_in_text = matches!(kind, FieldKind::Decimal { .. } | FieldKind::Money { .. });
                let bound = |code: &Code| is_number_in_text && matches!(code, Code::Min | Code::Max);
                let sayable = codes.iter().all(|code| !UNSAYABLE.contains(code) && !bound(code));
                // A schema takes 3.0 for a whole number; we ask for one that is written as one.
                if answer.is_f64() {
                    return Ok(());
                }
                // The schema is for answers in their normal form.
                let tidy = answer.as_str().is_none_or(|text| oneservice_core::text::line(text) == text);
                let in_table = matches!(kind, FieldKind::Table { .. });
                if sayable && tidy && !in_table && valid(&answer) {
                    return Err(format!("refused, but not by the schema: {}", told()));
                }
                Ok(())
            }
        }
    };
    let config = Config { cases: 40_000, failure_persistence: None, ..Config::default() };
    let drawn = (0..questions.len(), 0..pool.len(), 0..4_u8, any::<u16>());
    // The count has to outlive the runner's closure, which may not change what is around it.
    let ask = std::cell::RefCell::new(&mut ask);
    let run = TestRunner::new(config).run(&drawn, |(question, answer, how, place)| {
        let answer = mutated(pool[answer].clone(), how, usize::from(place));
        (ask.borrow_mut())(&questions[question], answer).map_err(TestCaseError::fail)
    });
    run.unwrap_or_else(|error| panic!("{error}"));
    // A drawn answer seldom fits its field: each also gets what was answered to fields of its own kind.
    for line in include_str!("../data/filings.jsonl").lines() {
        let filing: Value = serde_json::from_str(line).unwrap();
        for question in questions.iter().filter(|question| filing["service"] == question.service.id.as_str())
        {
            if let Some(answer) = filing["form"].get(question.field.id.as_str()) {
                for how in 0..4 {
                    let answer = mutated(answer.clone(), how, line.len());
                    (ask.borrow_mut())(question, answer).unwrap_or_else(|error| panic!("{error}"));
                }
            }
        }
    }
    assert!(yes > 3_000 && no > 3_000, "{yes} accepted, {no} refused");
}
