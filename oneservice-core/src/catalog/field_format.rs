//! A field between its flat form in files and its typed form in memory.

use thiserror::Error;

use super::form::FieldFormat;
use super::{
    DateBound, DocumentFormat, DocumentRequirement, Field, FieldKind, FromResult, Pattern, TextRule,
};
use crate::ids::{DocumentId, FieldId};

/// Why a field's keys do not make a field.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FieldError {
    /// The name is not of small letters, digits and `_`.
    #[error("'{0}' is not a field name: small letters, digits and _")]
    Name(String),
    /// The format has no such kind.
    #[error("'{0}' is not a kind of field")]
    Kind(String),
    /// The kind needs a key that is not there.
    #[error("a field of this kind needs {0}")]
    Needs(&'static str),
    /// The kind has no use for a key.
    #[error("{0} is not for this kind of field")]
    NotFor(&'static str),
    /// A value that cannot be.
    #[error("{key}: {why}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong.
        why: String,
    },
}

impl FieldError {
    /// The key it is about.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Name(_) => "id",
            Self::Kind(_) => "type",
            Self::Needs(key) | Self::NotFor(key) | Self::Value { key, .. } => key,
        }
    }
}

impl std::str::FromStr for DateBound {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let Some(offset) = text.strip_prefix("submission") else {
            return text.parse().map(Self::Day).map_err(|_| ());
        };
        if offset.is_empty() {
            return Ok(Self::Days(0));
        }
        let unit = offset.chars().next_back().ok_or(())?;
        let number = &offset[..offset.len() - unit.len_utf8()];
        let digits = number.strip_prefix(['+', '-']).ok_or(())?;
        if digits.is_empty() || digits.len() > 5 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(());
        }
        match unit {
            'd' => number.parse().map(Self::Days).map_err(|_| ()),
            'y' => number.parse().ok().filter(|y| (-200..=200).contains(y)).map(Self::Years).ok_or(()),
            _ => Err(()),
        }
    }
}

impl std::fmt::Display for DateBound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Days(0) => f.write_str("submission"),
            Self::Days(days) => write!(f, "submission{days:+}d"),
            Self::Years(years) => write!(f, "submission{years:+}y"),
        }
    }
}

/// The most bytes of a file within a form: what a phone's camera makes.
const FILE_MAX_BYTES: u64 = 5 << 20;

/// Which kinds a key is for. Keys that every field may have are not listed.
const ONLY_FOR: &[(&str, &[&str])] = &[
    ("min", &["integer", "decimal", "money"]),
    ("max", &["integer", "decimal", "money"]),
    ("min_length", &["text", "khmer-text", "latin-text"]),
    ("max_length", &["text", "khmer-text", "latin-text"]),
    ("pattern", &["text", "latin-text"]),
    ("decimals", &["decimal"]),
    ("currency", &["money"]),
    ("unit", &["integer", "decimal", "money"]),
    ("not_before", &["date"]),
    ("not_after", &["date"]),
    ("multiline", &["text", "khmer-text"]),
    ("level", &["address"]),
    ("province", &["address", "geo-point"]),
    ("options", &["choice", "multi-choice"]),
    ("min_items", &["multi-choice"]),
    ("max_items", &["multi-choice"]),
    ("min_rows", &["table"]),
    ("max_rows", &["table"]),
    ("columns", &["table"]),
];

impl FieldFormat {
    fn given(&self, key: &str) -> bool {
        match key {
            "min" => self.min.is_some(),
            "max" => self.max.is_some(),
            "min_length" => self.min_length.is_some(),
            "max_length" => self.max_length.is_some(),
            "pattern" => self.pattern.is_some(),
            "decimals" => self.decimals.is_some(),
            "currency" => self.currency.is_some(),
            "unit" => self.unit.is_some(),
            "not_before" => self.not_before.is_some(),
            "not_after" => self.not_after.is_some(),
            "multiline" => self.multiline,
            "level" => self.level.is_some(),
            "province" => self.province.is_some(),
            "options" => self.options.is_some(),
            "min_items" => self.min_items.is_some(),
            "max_items" => self.max_items.is_some(),
            "min_rows" => self.min_rows.is_some(),
            "max_rows" => self.max_rows.is_some(),
            "columns" => self.columns.is_some(),
            _ => false,
        }
    }

    fn file(&self) -> Result<DocumentRequirement, FieldError> {
        Ok(DocumentRequirement {
            id: paper_id(&self.id)?,
            name: self.label.clone(),
            required: false,
            required_when: None,
            visible_when: None,
            hint: self.hint.clone(),
            formats: vec![DocumentFormat::Jpeg, DocumentFormat::Png, DocumentFormat::Pdf],
            max_bytes: FILE_MAX_BYTES,
            max_files: 1,
            copies: 0,
            original_at_counter: false,
            issued_within_months: None,
            assumed: false,
        })
    }

    fn text_rule(&self) -> Result<TextRule, FieldError> {
        let max_length = self.max_length.ok_or(FieldError::Needs("max_length"))?;
        at_least_one("max_length", max_length)?;
        if self.min_length.is_some_and(|min| min > max_length) {
            return Err(FieldError::Value { key: "min_length", why: "is greater than max_length".into() });
        }
        let pattern = self.pattern.as_deref().map(Pattern::compile).transpose();
        let pattern =
            pattern.map_err(|error| FieldError::Value { key: "pattern", why: error.to_string() })?;
        Ok(TextRule { min_length: self.min_length, max_length, pattern, multiline: self.multiline })
    }

    fn bounds(&self) -> Result<(f64, f64), FieldError> {
        let bound = |value: &Option<serde_json::Number>, key| {
            let number = value.as_ref().ok_or(FieldError::Needs(key))?.as_f64();
            number.ok_or(FieldError::Value { key, why: "is not a number".into() })
        };
        let (min, max) = (bound(&self.min, "min")?, bound(&self.max, "max")?);
        if min > max {
            return Err(FieldError::Value { key: "min", why: "is greater than max".into() });
        }
        Ok((min, max))
    }

    fn whole_bounds(&self) -> Result<(i64, i64), FieldError> {
        self.bounds()?;
        let whole = |value: &Option<serde_json::Number>, key| {
            let number = value.as_ref().and_then(serde_json::Number::as_i64);
            number.ok_or(FieldError::Value { key, why: "is not a whole number".into() })
        };
        Ok((whole(&self.min, "min")?, whole(&self.max, "max")?))
    }

    fn options(&self) -> Result<Vec<super::FieldOption>, FieldError> {
        let options = self.options.clone().ok_or(FieldError::Needs("options"))?;
        let mut seen = std::collections::BTreeSet::new();
        if let Some(twice) = options.iter().find(|option| !seen.insert(option.value.as_str())) {
            return Err(FieldError::Value {
                key: "options",
                why: format!("'{}' stands there twice", twice.value),
            });
        }
        if options.len() < 2 {
            return Err(FieldError::Value { key: "options", why: "there are fewer than two".into() });
        }
        if let Some(most) = self.max_items {
            at_least_one("max_items", most)?;
        }
        if self.min_items.is_some_and(|fewest| fewest as usize > options.len()) {
            return Err(FieldError::Value { key: "min_items", why: "is more than there are options".into() });
        }
        Ok(options)
    }

    fn date_bound(text: &Option<String>, key: &'static str) -> Result<Option<DateBound>, FieldError> {
        let why = "is not a day, 'submission', or 'submission-18y' or the like";
        let parse = |text: &String| text.parse().map_err(|()| FieldError::Value { key, why: why.into() });
        text.as_ref().map(parse).transpose()
    }

    fn kind(&self) -> Result<FieldKind, FieldError> {
        Ok(match self.kind.as_str() {
            "text" => FieldKind::Text(self.text_rule()?),
            "khmer-text" => FieldKind::KhmerText(self.text_rule()?),
            "latin-text" => FieldKind::LatinText(self.text_rule()?),
            "integer" => {
                let (min, max) = self.whole_bounds()?;
                FieldKind::Integer { min, max, unit: self.unit.clone() }
            }
            "decimal" => {
                let (min, max) = self.bounds()?;
                let decimals = self.decimals.ok_or(FieldError::Needs("decimals"))?;
                if decimals > 9 {
                    return Err(FieldError::Value { key: "decimals", why: "is more than 9".into() });
                }
                FieldKind::Decimal { min, max, decimals, unit: self.unit.clone() }
            }
            "money" => {
                let (min, max) = self.bounds()?;
                FieldKind::Money { min, max, currency: self.currency.ok_or(FieldError::Needs("currency"))? }
            }
            "date" => {
                let not_before = Self::date_bound(&self.not_before, "not_before")?;
                let not_after = Self::date_bound(&self.not_after, "not_after")?;
                let crossed = match (not_before, not_after) {
                    (Some(DateBound::Day(from)), Some(DateBound::Day(until))) => from > until,
                    (Some(DateBound::Days(from)), Some(DateBound::Days(until))) => from > until,
                    (Some(DateBound::Years(from)), Some(DateBound::Years(until))) => from > until,
                    _ => false,
                };
                if crossed {
                    return Err(FieldError::Value { key: "not_before", why: "is after not_after".into() });
                }
                FieldKind::Date { not_before, not_after }
            }
            "phone" => FieldKind::Phone,
            "email" => FieldKind::Email,
            "national-id" => FieldKind::NationalId,
            "choice" => FieldKind::Choice { options: self.options()? },
            "multi-choice" => {
                let options = self.options()?;
                if self.min_items.unwrap_or(0) > self.max_items.unwrap_or(u32::MAX) {
                    return Err(FieldError::Value {
                        key: "min_items",
                        why: "is greater than max_items".into(),
                    });
                }
                FieldKind::MultiChoice { options, min_items: self.min_items, max_items: self.max_items }
            }
            "boolean" => FieldKind::Boolean,
            "address" => FieldKind::Address {
                level: self.level.ok_or(FieldError::Needs("level"))?,
                province: self.province.clone(),
            },
            "geo-point" => FieldKind::GeoPoint { province: self.province.clone() },
            "table" => {
                let mut columns = self.columns.clone().ok_or(FieldError::Needs("columns"))?;
                let max_rows = self.max_rows.ok_or(FieldError::Needs("max_rows"))?;
                at_least_one("max_rows", max_rows)?;
                if columns.is_empty() {
                    return Err(FieldError::Value { key: "columns", why: "there are none".into() });
                }
                let mut seen = std::collections::BTreeSet::new();
                if let Some(twice) = columns.iter().find(|column| !seen.insert(&column.id)) {
                    return Err(FieldError::Value {
                        key: "columns",
                        why: format!("'{}' stands there twice", twice.id),
                    });
                }
                if columns.iter().any(|column| matches!(column.kind, FieldKind::Table { .. })) {
                    return Err(FieldError::Value { key: "columns", why: "a table within a table".into() });
                }
                if self.min_rows.unwrap_or(0) > max_rows {
                    return Err(FieldError::Value {
                        key: "min_rows",
                        why: "is greater than max_rows".into(),
                    });
                }
                for column in &mut columns {
                    if let FieldKind::File(paper) = &mut column.kind {
                        // Two tables may have columns of the same name.
                        (paper.id, paper.max_files) =
                            (paper_id(&format!("{}_{}", self.id, column.id))?, max_rows);
                    }
                }
                FieldKind::Table { columns, min_rows: self.min_rows, max_rows }
            }
            "file" => FieldKind::File(Box::new(self.file()?)),
            other => return Err(FieldError::Kind(other.to_owned())),
        })
    }
}

/// The paper that a file within a form is given for; names of fields and of papers are written differently.
fn paper_id(field: &str) -> Result<DocumentId, FieldError> {
    field.replace('_', "-").parse().map_err(|_| FieldError::Name(field.to_owned()))
}

/// A bound of nothing is a slip: no answer could keep it.
fn at_least_one(key: &'static str, most: u32) -> Result<(), FieldError> {
    if most == 0 { Err(FieldError::Value { key, why: "must be at least 1".into() }) } else { Ok(()) }
}

impl TryFrom<FieldFormat> for Field {
    type Error = FieldError;

    fn try_from(format: FieldFormat) -> Result<Self, FieldError> {
        let id: FieldId = format.id.parse().map_err(|_| FieldError::Name(format.id.clone()))?;
        let kind = format.kind()?;
        let needless = |(key, kinds): &&(&'static str, &[&str])| {
            format.given(key) && !kinds.contains(&format.kind.as_str())
        };
        if let Some((key, _)) = ONLY_FOR.iter().find(needless) {
            return Err(FieldError::NotFor(key));
        }
        if format.from_result.is_some_and(|part| !part.is_for(&kind)) {
            let why = "the number is for a text, the days are for a date".into();
            return Err(FieldError::Value { key: "from_result", why });
        }
        let FieldFormat { label, hint, required, visible_when, required_when, .. } = format;
        let FieldFormat { personal, assumed, from_result, .. } = format;
        Ok(Self {
            id,
            label,
            hint,
            required,
            visible_when,
            required_when,
            personal,
            assumed,
            from_result,
            kind,
        })
    }
}

impl From<Field> for FieldFormat {
    fn from(field: Field) -> Self {
        let mut format = Self {
            id: field.id.to_string(),
            kind: field.kind.as_str().to_owned(),
            label: field.label,
            required: field.required,
            hint: field.hint,
            visible_when: field.visible_when,
            required_when: field.required_when,
            personal: field.personal,
            assumed: field.assumed,
            from_result: field.from_result,
            ..Self::default()
        };
        match field.kind {
            FieldKind::Text(rule) | FieldKind::KhmerText(rule) | FieldKind::LatinText(rule) => {
                format.min_length = rule.min_length;
                format.max_length = Some(rule.max_length);
                format.pattern = rule.pattern.map(|pattern| pattern.as_str().to_owned());
                format.multiline = rule.multiline;
            }
            FieldKind::Integer { min, max, unit } => {
                (format.min, format.max, format.unit) = (Some(min.into()), Some(max.into()), unit);
            }
            FieldKind::Decimal { min, max, decimals, unit } => {
                (format.min, format.max) = (number(min), number(max));
                (format.decimals, format.unit) = (Some(decimals), unit);
            }
            FieldKind::Money { min, max, currency } => {
                (format.min, format.max, format.currency) = (number(min), number(max), Some(currency));
            }
            FieldKind::Date { not_before, not_after } => {
                format.not_before = not_before.map(|bound| bound.to_string());
                format.not_after = not_after.map(|bound| bound.to_string());
            }
            FieldKind::Choice { options } => format.options = Some(options),
            FieldKind::MultiChoice { options, min_items, max_items } => {
                (format.options, format.min_items, format.max_items) = (Some(options), min_items, max_items);
            }
            FieldKind::Address { level, province } => {
                (format.level, format.province) = (Some(level), province);
            }
            FieldKind::GeoPoint { province } => format.province = province,
            FieldKind::Table { columns, min_rows, max_rows } => {
                (format.columns, format.min_rows, format.max_rows) =
                    (Some(columns), min_rows, Some(max_rows));
            }
            FieldKind::Phone
            | FieldKind::Email
            | FieldKind::NationalId
            | FieldKind::Boolean
            | FieldKind::File(_) => {}
        }
        format
    }
}

impl FromResult {
    /// Whether an answer of this kind can hold it.
    fn is_for(self, kind: &FieldKind) -> bool {
        match self {
            Self::Number => {
                matches!(kind, FieldKind::Text(_) | FieldKind::KhmerText(_) | FieldKind::LatinText(_))
            }
            Self::ValidUntil | Self::IssuedOn => matches!(kind, FieldKind::Date { .. }),
        }
    }
}

/// `10` and `10.0` are the same bound: written the same way, so that the version's hash is the same.
fn number(value: f64) -> Option<serde_json::Number> {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return Some((value as i64).into());
    }
    serde_json::Number::from_f64(value)
}

impl FieldKind {
    /// The kind's word in files.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::KhmerText(_) => "khmer-text",
            Self::LatinText(_) => "latin-text",
            Self::Integer { .. } => "integer",
            Self::Decimal { .. } => "decimal",
            Self::Money { .. } => "money",
            Self::Date { .. } => "date",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::NationalId => "national-id",
            Self::Choice { .. } => "choice",
            Self::MultiChoice { .. } => "multi-choice",
            Self::Boolean => "boolean",
            Self::Address { .. } => "address",
            Self::GeoPoint { .. } => "geo-point",
            Self::Table { .. } => "table",
            Self::File(_) => "file",
        }
    }

    /// The options of a choice.
    pub fn options(&self) -> Option<&[super::FieldOption]> {
        match self {
            Self::Choice { options } | Self::MultiChoice { options, .. } => Some(options),
            _ => None,
        }
    }
}
