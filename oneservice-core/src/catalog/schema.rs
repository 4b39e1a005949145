//! Forms as JSON Schema 2020-12, for programs that send requests.
//!
//! The schema describes the *normalised* answers. What JSON Schema cannot say is left out and stays with
//! [`Service::assess`]: conditions over other answers, the geography, dates relative to the day of submission, and the
//! rules over several fields. A form that the walker accepts is always valid under the schema.

use serde_json::{Map, Value, json};

use super::{Catalog, Field, FieldKind, Service, TextRule};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

impl Catalog {
    /// The schema of a service file, as JSON Schema 2020-12.
    pub fn service_schema() -> Value {
        schemars::schema_for!(Service).to_value()
    }
}

impl Service {
    /// The schema of this form's normalised answers.
    pub fn form_schema(&self) -> Value {
        let required: Vec<&str> = self
            .sections
            .iter()
            .filter(|section| section.visible_when.is_none())
            .flat_map(|section| &section.fields)
            .filter(|field| field.required && field.visible_when.is_none())
            .map(|field| field.id.as_str())
            .collect();
        let properties: Map<String, Value> =
            self.fields().map(|field| (field.id.to_string(), field_schema(field))).collect();
        json!({
            "$schema": DIALECT,
            "title": self.name.en,
            "description": self.summary.en,
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    }
}

fn field_schema(field: &Field) -> Value {
    let mut schema = kind_schema(&field.kind);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("title".into(), field.label.en.clone().into());
        if let Some(hint) = &field.hint {
            schema.insert("description".into(), hint.en.clone().into());
        }
    }
    schema
}

fn text_schema(rule: &TextRule) -> Value {
    let mut schema = json!({
        "type": "string", "minLength": rule.min_length.unwrap_or(1).max(1), "maxLength": rule.max_length,
    });
    if let Some(pattern) = &rule.pattern {
        schema["pattern"] = format!("^(?:{})$", pattern.as_str()).into();
    }
    schema
}

/// A text whose script matters: the whole may have a pattern of its own.
fn scripted(rule: &TextRule, letters: &str) -> Value {
    let mut schema = text_schema(rule);
    schema["allOf"] = json!([{ "pattern": letters }]);
    schema
}

/// A decimal as text: at most 15 digits and `decimals` after the point.
fn decimal_pattern(decimals: u32) -> String {
    match decimals {
        0 => "^-?[0-9]{1,15}$".to_owned(),
        decimals => format!("^-?[0-9]{{1,15}}(\\.[0-9]{{1,{decimals}}})?$"),
    }
}

fn kind_schema(kind: &FieldKind) -> Value {
    let words = |options: &[super::FieldOption]| options.iter().map(|o| o.value.clone()).collect::<Vec<_>>();
    match kind {
        FieldKind::Text(rule) => text_schema(rule),
        FieldKind::KhmerText(rule) => scripted(rule, "[\u{1780}-\u{17ff}]"),
        FieldKind::LatinText(rule) => scripted(rule, "^[ -~\u{c0}-\u{24f}]*$"),
        FieldKind::Integer { min, max, .. } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        FieldKind::Decimal { decimals, .. } => {
            json!({ "type": "string", "pattern": decimal_pattern(*decimals) })
        }
        FieldKind::Money { currency, .. } => {
            json!({ "type": "string", "pattern": decimal_pattern(currency.decimals()) })
        }
        FieldKind::Date { .. } => {
            json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "format": "date" })
        }
        FieldKind::Phone => json!({ "type": "string", "pattern": "^\\+855[1-9][0-9]{7,8}$" }),
        FieldKind::Email => json!({ "type": "string", "pattern": "^[^@\\s]+@[^@\\s]+\\.[^@\\s.]+$" }),
        FieldKind::NationalId => json!({ "type": "string", "pattern": "^[0-9]{9}$" }),
        FieldKind::Choice { options } => json!({ "enum": words(options) }),
        FieldKind::MultiChoice { options, min_items, max_items } => json!({
            "type": "array", "items": { "enum": words(options) }, "uniqueItems": true,
            "minItems": min_items.unwrap_or(0).max(1), "maxItems": max_items.unwrap_or(99),
        }),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Address { level, province } => {
            let digits = level.code_length();
            let pattern = match province {
                Some(province)
                    if province.len() <= digits && province.bytes().all(|b| b.is_ascii_digit()) =>
                {
                    format!("^{province}[0-9]{{{}}}$", digits - province.len())
                }
                _ => format!("^[0-9]{{{digits}}}$"),
            };
            json!({
                "type": "object", "additionalProperties": false, "required": ["code"],
                "properties": { "code": { "type": "string", "pattern": pattern }, "line": { "type": "string", "maxLength": super::answer::ADDRESS_LINE_MAX } },
            })
        }
        FieldKind::GeoPoint { .. } => json!({
            "type": "object", "additionalProperties": false, "required": ["lat", "lon"],
            "properties": { "lat": { "type": "number" }, "lon": { "type": "number" } },
        }),
        FieldKind::Table { columns, min_rows, max_rows } => {
            let properties: Map<String, Value> =
                columns.iter().map(|column| (column.id.to_string(), field_schema(column))).collect();
            let required: Vec<&str> = columns.iter().filter(|c| c.required).map(|c| c.id.as_str()).collect();
            json!({
                "type": "array", "minItems": min_rows.unwrap_or(0).max(1), "maxItems": max_rows,
                "items": {
                    "type": "object", "properties": properties, "required": required, "additionalProperties": false,
                },
            })
        }
        FieldKind::File(_) => json!({ "type": "string" }),
    }
}
