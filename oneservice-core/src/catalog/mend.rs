//! A file with mistakes of form is mended with stand-ins, so that what lies deeper is looked at in the same go: whoever edits a catalogue
//! gets every mistake at once. What was mended is never used for anything else.

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::Mistake;
use super::shape::{Key, Shape};
use crate::ids::ServiceId;

/// A place in a file: keys of tables, numbers of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Key(String),
    Entry(usize),
}

/// Something of the wrong form: where, and what should stand there. `None`: nothing should.
pub(super) type Gap = (Vec<Part>, Option<Shape>);

/// The file as it could have been meant, if that can be guessed.
pub(super) fn mended<T: DeserializeOwned>(file: &Table, gaps: &[Gap]) -> Option<T> {
    let mut file = file.clone();
    for (place, shape) in gaps {
        put(&mut file, place, shape.map(stand_in));
    }
    // A service's id has two parts; nothing else at that key does.
    let names_service = |id: &Value| id.as_str().is_some_and(|id| id.parse::<ServiceId>().is_ok());
    if file.contains_key("sections") && !file.get("id").is_some_and(names_service) {
        file.insert("id".into(), "x.x".into());
    }
    for section in file.get_mut("sections").and_then(Value::as_array_mut).into_iter().flatten() {
        for field in section.get_mut("fields").and_then(Value::as_array_mut).into_iter().flatten() {
            if field.clone().try_into::<super::Field>().is_err() {
                *field = plain_field(field).into();
            }
        }
    }
    Value::Table(file).try_into().ok()
}

/// Whether a mistake at `field` only follows from one of `known`: it is about the same key, something in it or something around it.
pub(super) fn follows(field: &str, known: &[Mistake]) -> bool {
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    known.iter().any(|other| within(field, &other.field) || within(&other.field, field))
}

fn put(table: &mut Table, place: &[Part], value: Option<Value>) {
    let [Part::Key(key), rest @ ..] = place else { return };
    match (rest, value) {
        ([], None) => drop(table.remove(key)),
        ([], Some(value)) => drop(table.insert(key.clone(), value)),
        ([Part::Entry(nth), rest @ ..], value) => {
            let entry = table.get_mut(key).and_then(Value::as_array_mut).and_then(|list| list.get_mut(*nth));
            if let Some(Value::Table(entry)) = entry {
                put(entry, rest, value);
            }
        }
        (rest, value) => {
            if let Some(Value::Table(inner)) = table.get_mut(key) {
                put(inner, rest, value);
            }
        }
    }
}

fn stand_in(shape: Shape) -> Value {
    match shape {
        Shape::Text | Shape::Kebab | Shape::Snake => "x".into(),
        Shape::Whole | Shape::Number => 1.into(),
        Shape::Bool => false.into(),
        Shape::Label => {
            Table::from_iter([("km", "ក"), ("en", "a")].map(|(k, v)| (k.into(), v.into()))).into()
        }
        Shape::Labels | Shape::Texts | Shape::Kebabs | Shape::Tables(_) => Value::Array(Vec::new()),
        Shape::Word(words) => words[0].into(),
        Shape::Words(words) => vec![words[0]].into(),
        Shape::Day => "2026-01-01".into(),
        Shape::Condition => "true".into(),
        Shape::Table(keys) => needed(keys).into(),
    }
}

fn needed(keys: &[Key]) -> Table {
    let needed = keys.iter().filter(|(_, needed, _)| *needed);
    needed.map(|(name, _, shape)| ((*name).to_owned(), stand_in(*shape))).collect()
}

/// A question of the simplest kind under the same name.
pub(super) fn plain_field(field: &Value) -> Table {
    let mut plain = Table::new();
    plain.insert("id".into(), field.get("id").cloned().unwrap_or_else(|| "x".into()));
    plain.insert("type".into(), "phone".into());
    plain.insert("label".into(), stand_in(Shape::Label));
    plain.insert("required".into(), false.into());
    plain
}
