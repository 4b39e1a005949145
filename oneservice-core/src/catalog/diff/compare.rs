//! Two versions of a service or two offices, key by key. A table says which keys hold things with names; all other keys are compared as they are.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Change, Edit, Named, Subject};
use crate::catalog::{Catalog, Service};
use crate::text::Text;

/// A key that holds one thing or several things with names.
struct Part {
    key: &'static str,
    subject: Subject,
    /// The keys of name and label, where there are several.
    named: Option<(&'static str, &'static str)>,
}

const fn one(key: &'static str, subject: Subject) -> Part {
    Part { key, subject, named: None }
}

const fn many(key: &'static str, subject: Subject, id: &'static str, label: &'static str) -> Part {
    Part { key, subject, named: Some((id, label)) }
}

const SERVICE: &[Part] = &[
    one("fee", Subject::Fee),
    one("processing_time", Subject::ProcessingTime),
    one("validity", Subject::Validity),
    many("sections", Subject::Section, "id", "title"),
    many("fields", Subject::Field, "id", "label"),
    many("documents", Subject::Document, "id", "name"),
    many("checks", Subject::Check, "id", "message"),
    one("signature", Subject::Signature),
    many("legal_basis", Subject::LegalBasis, "id", "title"),
    one("review", Subject::Review),
    one("result", Subject::Result),
    one("silence", Subject::Silence),
    many("reasons", Subject::Reason, "code", "text"),
];
const OFFICE: &[Part] = &[
    one("hours", Subject::Hours),
    one("contact", Subject::Contact),
    one("numbering", Subject::Numbering),
    one("khqr", Subject::Khqr),
    one("periods", Subject::Periods),
    many("counters", Subject::Counter, "id", "name"),
    many("departments", Subject::Department, "id", "name"),
    many("roles", Subject::Role, "id", "name"),
    many("reasons", Subject::OfficeReason, "code", "text"),
    many("holidays", Subject::Holiday, "date", "name"),
];
const FEE: &[Part] = &[many("rules", Subject::FeeRule, "id", "label")];
const PROCESSING_TIME: &[Part] = &[many("rules", Subject::ProcessingRule, "when", "label")];
const REVIEW: &[Part] = &[many("steps", Subject::Step, "id", "title")];
const FIELD: &[Part] =
    &[many("options", Subject::Option, "value", "label"), many("columns", Subject::Column, "id", "label")];
const COLUMN: &[Part] = &[many("options", Subject::Option, "value", "label")];

fn parts(subject: Subject) -> &'static [Part] {
    match subject {
        Subject::Service => SERVICE,
        Subject::Office => OFFICE,
        Subject::Fee => FEE,
        Subject::ProcessingTime => PROCESSING_TIME,
        Subject::Review => REVIEW,
        Subject::Field => FIELD,
        Subject::Column => COLUMN,
        _ => &[],
    }
}

/// What differs between two versions of a service, in the order of the catalogue's format. Nothing, if they say the same under
/// whatever number.
pub fn versions(before: &Service, after: &Service) -> Vec<Change> {
    let mut compare = Compare::default();
    compare.things(Subject::Service, None, &flat(before), &flat(after));
    compare.changes
}

/// What differs between the offices of two catalogues: what `office.toml` says, and the holidays.
pub fn office(before: &Catalog, after: &Catalog) -> Vec<Change> {
    let whole = |catalog: &Catalog| {
        let mut whole = match serde_json::to_value(catalog.office()) {
            Ok(Value::Object(whole)) => whole,
            _ => Map::new(),
        };
        let holidays = catalog.calendar().holidays().iter();
        let holidays = holidays.map(|(date, name)| json!({ "date": date.to_string(), "name": name }));
        whole.insert("holidays".into(), holidays.collect());
        whole
    };
    let mut compare = Compare::default();
    compare.things(Subject::Office, None, &whole(before), &whole(after));
    compare.changes
}

/// The canonical form, its questions in one list with their section as a key: a question that moved is the same question. The
/// number of the version says nothing that differs.
fn flat(service: &Service) -> Map<String, Value> {
    let mut flat = match serde_json::from_str(&service.canonical()) {
        Ok(Value::Object(flat)) => flat,
        _ => Map::new(),
    };
    flat.remove("version");
    let mut fields = Vec::new();
    for section in flat.get_mut("sections").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(section) = section.as_object_mut() else { continue };
        let id = section.get("id").cloned().unwrap_or_default();
        for mut field in section.remove("fields").and_then(|f| f.as_array().cloned()).unwrap_or_default() {
            field["section"] = id.clone();
            fields.push(field);
        }
    }
    flat.insert("fields".into(), Value::Array(fields));
    // What a catalogue says about a version beside its content.
    if let Some(day) = service.withdrawn_on {
        flat.insert("withdrawn_on".into(), day.to_string().into());
    }
    if let Some(Ok(reason)) = service.withdrawn_reason.as_ref().map(serde_json::to_value) {
        flat.insert("withdrawn_reason".into(), reason);
    }
    if service.trial_only {
        flat.insert("trial_only".into(), true.into());
    }
    flat
}

#[derive(Default)]
struct Compare {
    changes: Vec<Change>,
}

/// A thing under comparison: its name, and the question it belongs to.
type Thing<'a> = Option<(&'a Named, Option<&'a Named>)>;

impl Compare {
    fn say(&mut self, subject: Subject, thing: Thing<'_>, edit: Edit) {
        let (id, label) = thing.map(|(named, _)| (named.id.clone(), named.label.clone())).unwrap_or_default();
        let of = thing.and_then(|(_, of)| of.cloned());
        self.changes.push(Change { subject, id, label, of, edit });
    }

    fn things(
        &mut self,
        subject: Subject,
        thing: Thing<'_>,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) {
        let parts = parts(subject);
        let plain = |key: &&String| parts.iter().all(|part| part.key != key.as_str());
        let mut keys: Vec<&String> = before.keys().chain(after.keys()).filter(plain).collect();
        keys.sort();
        keys.dedup();
        for key in keys.into_iter().filter(|key| before.get(*key) != after.get(*key)) {
            let value = |of: &Map<String, Value>| of.get(key).cloned().unwrap_or_default();
            let edit = Edit::Changed { key: key.clone(), before: value(before), after: value(after) };
            self.say(subject, thing, edit);
        }
        for part in parts {
            let (before, after) = (before.get(part.key), after.get(part.key));
            match part.named {
                None => {
                    let empty = Map::new();
                    let whole = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
                    let (before, after) = (whole(before), whole(after));
                    self.things(
                        part.subject,
                        None,
                        before.as_ref().unwrap_or(&empty),
                        after.as_ref().unwrap_or(&empty),
                    );
                }
                Some(keys) => {
                    let of = thing.map(|(named, _)| named);
                    self.lists(part.subject, of, &entries(before, keys), &entries(after, keys));
                }
            }
        }
    }

    fn lists(&mut self, subject: Subject, of: Option<&Named>, before: &[Entry<'_>], after: &[Entry<'_>]) {
        let new: BTreeMap<&str, &Entry<'_>> = after.iter().map(|e| (e.named.id.as_str(), e)).collect();
        let old: BTreeMap<&str, &Entry<'_>> = before.iter().map(|e| (e.named.id.as_str(), e)).collect();
        for entry in before.iter().filter(|entry| !new.contains_key(entry.named.id.as_str())) {
            let value = Value::Object(entry.value.clone());
            self.say(subject, Some((&entry.named, of)), Edit::Removed { value });
        }
        for entry in after {
            let thing = Some((&entry.named, of));
            match old.get(entry.named.id.as_str()) {
                Some(earlier) => self.things(subject, thing, earlier.value, entry.value),
                None => self.say(subject, thing, Edit::Added { value: Value::Object(entry.value.clone()) }),
            }
        }
        let order = |entries: &[Entry<'_>], other: &BTreeMap<&str, &Entry<'_>>| -> Vec<Value> {
            let both = entries.iter().filter(|entry| other.contains_key(entry.named.id.as_str()));
            both.map(|entry| entry.named.id.clone().into()).collect()
        };
        let (was, is) = (order(before, &new), order(after, &old));
        if was != is {
            let edit = Edit::Changed { key: "order".into(), before: was.into(), after: is.into() };
            let of = of.cloned();
            self.changes.push(Change { subject, id: String::new(), label: None, of, edit });
        }
    }
}

struct Entry<'a> {
    named: Named,
    value: &'a Map<String, Value>,
}

/// The entries of a list by name; of several with one name, the later ones are counted.
fn entries<'a>(list: Option<&'a Value>, (id, label): (&str, &str)) -> Vec<Entry<'a>> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let list = list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    list.map(|value| {
        let name = value.get(id).and_then(Value::as_str).unwrap_or_default();
        let nth = seen.entry(name).and_modify(|nth| *nth += 1).or_insert(1);
        let id = if *nth == 1 { name.to_owned() } else { format!("{name} #{nth}") };
        let label = value.get(label).cloned().and_then(|label| serde_json::from_value::<Text>(label).ok());
        Entry { named: Named { id, label }, value }
    })
    .collect()
}
