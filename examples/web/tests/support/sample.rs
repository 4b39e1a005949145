//! A sample of the catalogue, as somebody would file it today.

use std::path::Path;

use oneservice_core::calendar::{Date, dmy, parse_date};
use oneservice_core::office::{Clock, SystemClock};
use serde_json::Value;

/// The valid sample of a service, with its dates moved to today: papers and plans of the file grow old.
pub(crate) fn fresh(name: &str) -> Value {
    kept(name).unwrap_or_else(|| panic!("the catalogue has no sample {name}"))
}

/// The same, if the catalogue has one.
pub(crate) fn kept(name: &str) -> Option<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/battambang/samples");
    let text = std::fs::read_to_string(root.join(format!("{name}--valid.json"))).ok()?;
    let mut sample: Value = serde_json::from_str(&text).unwrap();
    let today: Date = SystemClock.now().to_string()[..10].parse().unwrap();
    for paper in sample["documents"].as_array_mut().unwrap() {
        if paper.get("issued").is_some() {
            paper["issued"] = dmy(today).into();
        }
    }
    sample["form"].as_object_mut().unwrap().values_mut().for_each(|answer| shift(answer, today));
    Some(sample)
}

/// Days of the sample's year lie ahead, all by the same month.
fn shift(answer: &mut Value, today: Date) {
    match answer {
        Value::String(text) => {
            let day = parse_date(text).filter(|day| day.year() == 2026);
            if let Some(later) = day.and_then(|_| today.checked_add(jiff::Span::new().days(30)).ok()) {
                *text = dmy(later);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shift(item, today)),
        Value::Object(parts) => parts.values_mut().for_each(|part| shift(part, today)),
        _ => {}
    }
}

/// Every control of the form with what to put into it.
pub(crate) fn controls(sample: &Value) -> Vec<(String, String)> {
    sample["form"].as_object().unwrap().iter().flat_map(|(field, answer)| flat(field, answer)).collect()
}

fn flat(name: &str, value: &Value) -> Vec<(String, String)> {
    let pair = |name: String, value: &str| (name, value.to_owned());
    match value {
        Value::Object(parts) if parts.contains_key("code") => {
            let code = oneservice_core::text::ascii_digits(parts["code"].as_str().unwrap());
            let levels = (1..=4).map(|level| 2 * level).filter(|length| code.len() >= *length);
            let mut pairs: Vec<_> =
                levels.map(|length| pair(format!("{name}.{length}"), &code[..length])).collect();
            let line = parts.get("line").and_then(Value::as_str);
            pairs.extend(line.map(|line| pair(format!("{name}.line"), line)));
            pairs
        }
        Value::Object(parts) => vec![(name.to_owned(), format!("{}, {}", parts["lat"], parts["lon"]))],
        Value::Array(rows) if rows.iter().any(Value::is_object) => {
            let cells = rows.iter().enumerate().flat_map(|(row, cells)| {
                cells.as_object().unwrap().iter().map(move |(column, cell)| (row, column, cell))
            });
            cells.flat_map(|(row, column, cell)| flat(&format!("{name}.{row}.{column}"), cell)).collect()
        }
        Value::Array(items) => items.iter().flat_map(|item| flat(name, item)).collect(),
        Value::String(text) => vec![pair(name.to_owned(), text)],
        other => vec![(name.to_owned(), other.to_string())],
    }
}
