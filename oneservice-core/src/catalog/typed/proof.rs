//! The proof itself: what a struct's schema takes, held against what a form's answers are.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::{Field, FieldKind, FieldOption};
use super::{Misfit, Why};

/// A part of an answer, and what is known of it.
pub(super) struct Asked<'a> {
    id: &'a str,
    /// Whether it is there in every answer that is accepted.
    always: bool,
    part: Part<'a>,
}

#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    Field(&'a FieldKind),
    Text,
    Number,
}

impl<'a> Asked<'a> {
    /// A question of a section that is there for everybody, or not.
    pub(super) fn in_section(field: &'a Field, for_everybody: bool) -> Self {
        let asked = Self::from(field);
        Self { always: for_everybody && field.visible_when.is_none() && asked.always, ..asked }
    }
}

impl<'a> From<&'a Field> for Asked<'a> {
    fn from(field: &'a Field) -> Self {
        Self { id: field.id.as_str(), always: field.required, part: Part::Field(&field.kind) }
    }
}

/// Keywords that say nothing about which values are taken.
const ANNOTATIONS: &[&str] = &[
    "$schema",
    "$defs",
    "$id",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
];
/// References and alternatives are followed so deep.
const DEPTH_MAX: usize = 16;

pub(super) struct Proof<'s> {
    root: &'s Value,
    pub(super) misfits: Vec<Misfit>,
}

/// What a schema takes, other than null: one kind of value, or some texts.
enum Takes<'s> {
    Anything,
    OneOf(BTreeSet<&'s str>),
    Schema(&'s Map<String, Value>),
}

impl<'s> Proof<'s> {
    pub(super) fn over(root: &'s Value) -> Self {
        Self { root, misfits: Vec::new() }
    }

    fn say(&mut self, path: &str, why: Why) {
        self.misfits.push(Misfit { path: path.to_owned(), why });
    }

    fn unproven(&mut self, path: &str, keyword: &str) {
        self.say(path, Why::Unproven { keyword: keyword.to_owned() });
    }

    /// Follows references and alternatives; null is no alternative, since no answer is null.
    fn alternatives(
        &self,
        schema: &'s Value,
        depth: usize,
        found: &mut Vec<&'s Map<String, Value>>,
    ) -> Result<bool, &'static str> {
        let schema = match schema {
            Value::Bool(anything) => return Ok(*anything),
            Value::Object(schema) => schema,
            _ => return Err("schema"),
        };
        if depth > DEPTH_MAX {
            return Err("$ref");
        }
        if let Some(name) = schema.get("$ref") {
            let target = name.as_str().and_then(|name| self.root.pointer(name.strip_prefix('#')?));
            return self.alternatives(target.ok_or("$ref")?, depth + 1, found);
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(Value::Array(choices)) = schema.get(keyword) {
                let mut anything = false;
                for choice in choices {
                    anything |= self.alternatives(choice, depth + 1, found)?;
                }
                return Ok(anything);
            }
        }
        let is_bare = schema.keys().all(|key| ANNOTATIONS.contains(&key.as_str()));
        if schema.get("type").and_then(Value::as_str) != Some("null") && !is_bare {
            found.push(schema);
        }
        Ok(is_bare)
    }

    fn takes(&self, schema: &'s Value) -> Result<Takes<'s>, &'static str> {
        let mut found = Vec::new();
        if self.alternatives(schema, 0, &mut found)? {
            return Ok(Takes::Anything);
        }
        let mut words = BTreeSet::new();
        for choice in &found {
            let listed = choice.get("enum").and_then(Value::as_array).into_iter().flatten();
            words.extend(listed.chain(choice.get("const")).filter_map(Value::as_str));
        }
        let is_list =
            |choice: &&Map<String, Value>| choice.contains_key("enum") || choice.contains_key("const");
        match found.as_slice() {
            all if !all.is_empty() && all.iter().all(is_list) => Ok(Takes::OneOf(words)),
            [schema] => Ok(Takes::Schema(schema)),
            _ => Err("anyOf"),
        }
    }

    pub(super) fn object(&mut self, at: &str, asked: &[Asked<'_>], schema: &'s Value) {
        let Some(schema) = self.of_type(at, schema, &["object"], "named values") else { return };
        const KNOWN: &[&str] = &["type", "properties", "required", "additionalProperties"];
        self.only(at, schema, KNOWN);
        let empty = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object);
        let required: BTreeSet<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        // A map, which takes what no place was made for.
        let is_map = schema.get("additionalProperties") == Some(&Value::Bool(true));
        let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        if schema.get("additionalProperties").is_some_and(|more| !more.is_boolean()) {
            self.unproven(at, "additionalProperties");
        }
        let path = |id: &str| if at.is_empty() { id.to_owned() } else { format!("{at}.{id}") };
        for part in asked {
            let path = path(part.id);
            match properties.and_then(|properties| properties.get(part.id)) {
                None if part.always && !is_map || is_closed => self.say(&path, Why::NoPlace),
                None => {}
                Some(place) => {
                    if required.contains(part.id) && !part.always {
                        self.say(&path, Why::MayBeMissing);
                    }
                    self.part(&path, part.part, place);
                }
            }
        }
        for name in
            properties.unwrap_or(&empty).keys().filter(|name| asked.iter().all(|a| a.id != name.as_str()))
        {
            self.say(&path(name), Why::NotAsked);
        }
    }

    fn part(&mut self, path: &str, part: Part<'_>, schema: &'s Value) {
        match part {
            Part::Text => self.text(path, schema, None),
            Part::Number => {
                if let Some(schema) = self.of_type(path, schema, &["number"], "numbers") {
                    self.only(path, schema, &["type", "format"]);
                }
            }
            Part::Field(kind) => self.answer(path, kind, schema),
        }
    }

    fn answer(&mut self, path: &str, kind: &FieldKind, schema: &'s Value) {
        match kind {
            FieldKind::Integer { min, max, .. } => self.whole(path, (*min, *max), schema),
            FieldKind::Boolean => {
                if let Some(schema) = self.of_type(path, schema, &["boolean"], "true or false") {
                    self.only(path, schema, &["type"]);
                }
            }
            FieldKind::Choice { options } => self.choice(path, options, schema),
            FieldKind::MultiChoice { options, .. } => {
                if let Some(items) = self.items(path, schema) {
                    self.choice(path, options, items);
                }
            }
            FieldKind::Address { .. } => {
                let asked = [
                    Asked { id: "code", always: true, part: Part::Text },
                    Asked { id: "line", always: false, part: Part::Text },
                ];
                self.object(path, &asked, schema);
            }
            FieldKind::GeoPoint { .. } => {
                let asked = ["lat", "lon"].map(|id| Asked { id, always: true, part: Part::Number });
                self.object(path, &asked, schema);
            }
            FieldKind::Table { columns, .. } => {
                if let Some(items) = self.items(path, schema) {
                    let asked: Vec<Asked<'_>> = columns.iter().map(Asked::from).collect();
                    self.object(path, &asked, items);
                }
            }
            FieldKind::Date { .. } => self.text(path, schema, Some("date")),
            FieldKind::Email => self.text(path, schema, Some("email")),
            FieldKind::Text(_)
            | FieldKind::KhmerText(_)
            | FieldKind::LatinText(_)
            | FieldKind::Decimal { .. }
            | FieldKind::Money { .. }
            | FieldKind::Phone
            | FieldKind::NationalId
            | FieldKind::File(_) => self.text(path, schema, None),
        }
    }

    /// Texts of any content, or of one that has its own format in JSON Schema.
    fn text(&mut self, path: &str, schema: &'s Value, format: Option<&str>) {
        let Some(schema) = self.of_type(path, schema, &["string"], "texts") else { return };
        self.only(path, schema, &["type", "format"]);
        let wanted = schema.get("format").and_then(Value::as_str);
        if wanted.is_some() && wanted != format {
            self.unproven(path, "format");
        }
    }

    fn whole(&mut self, path: &str, (min, max): (i64, i64), schema: &'s Value) {
        let Some(schema) = self.of_type(path, schema, &["integer", "number"], "whole numbers") else {
            return;
        };
        self.only(path, schema, &["type", "format", "minimum", "maximum"]);
        let (least, greatest) = match schema.get("format").and_then(Value::as_str) {
            Some("int8") => (i64::from(i8::MIN), i64::from(i8::MAX)),
            Some("int16") => (i64::from(i16::MIN), i64::from(i16::MAX)),
            Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
            Some("uint8") => (0, i64::from(u8::MAX)),
            Some("uint16") => (0, i64::from(u16::MAX)),
            Some("uint32") => (0, i64::from(u32::MAX)),
            Some("uint" | "uint64" | "uint128") => (0, i64::MAX),
            _ => (i64::MIN, i64::MAX),
        };
        let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
        let least = bound("minimum").map_or(least, |bound| bound.max(least));
        let greatest = bound("maximum").map_or(greatest, |bound| bound.min(greatest));
        if min < least || max > greatest {
            self.say(path, Why::Range { min, max });
        }
    }

    fn choice(&mut self, path: &str, options: &[FieldOption], schema: &'s Value) {
        let variants = match self.takes(schema) {
            Ok(Takes::OneOf(variants)) => variants,
            Ok(_) => return self.text(path, schema, None),
            Err(keyword) => return self.unproven(path, keyword),
        };
        for option in options.iter().filter(|option| !variants.contains(option.value.as_str())) {
            self.say(path, Why::OptionWithoutPlace { option: option.value.clone() });
        }
        for variant in variants.iter().filter(|v| options.iter().all(|option| option.value != **v)) {
            self.say(path, Why::NoSuchOption { option: (*variant).to_owned() });
        }
    }

    fn items(&mut self, path: &str, schema: &'s Value) -> Option<&'s Value> {
        let schema = self.of_type(path, schema, &["array"], "lists")?;
        self.only(path, schema, &["type", "items", "uniqueItems"]);
        schema.get("items")
    }

    /// The schema, if it takes one of these types; none if it takes anything, or something else, which is said.
    fn of_type(
        &mut self,
        path: &str,
        schema: &'s Value,
        types: &[&str],
        wanted: &'static str,
    ) -> Option<&'s Map<String, Value>> {
        let found = match self.takes(schema) {
            Ok(Takes::Anything) => return None,
            Ok(Takes::Schema(schema)) => schema,
            Ok(Takes::OneOf(_)) => {
                self.say(path, Why::Type { wanted, found: "some words only".into() });
                return None;
            }
            Err(keyword) => {
                self.unproven(path, keyword);
                return None;
            }
        };
        let taken: Vec<&str> = match found.get("type") {
            Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
            Some(one) => one.as_str().into_iter().collect(),
            None => Vec::new(),
        };
        if taken.iter().any(|taken| types.contains(taken)) {
            return Some(found);
        }
        let taken: Vec<&str> = taken.into_iter().filter(|taken| *taken != "null").collect();
        self.say(path, Why::Type { wanted, found: taken.join(" or ") });
        None
    }

    /// Every other keyword may refuse answers.
    fn only(&mut self, path: &str, schema: &Map<String, Value>, known: &[&str]) {
        let other = |key: &&String| !known.contains(&key.as_str()) && !ANNOTATIONS.contains(&key.as_str());
        if let Some(keyword) = schema.keys().find(other) {
            self.unproven(path, keyword);
        }
    }
}
