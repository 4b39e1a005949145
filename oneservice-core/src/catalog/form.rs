//! A form: sections of typed fields.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Condition, DocumentRequirement};
use crate::ids::{CheckId, FieldId, SectionId};
use crate::money::Currency;
use crate::text::Text;

/// A part of the form under one title.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Name within the service.
    pub id: SectionId,
    /// Its title.
    pub title: Text,
    /// When it applies; always, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_when: Option<Condition>,
    /// Its questions.
    pub fields: Vec<Field>,
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "FieldFormat", into = "FieldFormat")]
pub struct Field {
    /// Name within the form.
    pub id: FieldId,
    /// The question.
    pub label: Text,
    /// How to answer.
    pub hint: Option<Text>,
    /// Whether an answer must be given.
    pub required: bool,
    /// When the question applies; always, if not said.
    pub visible_when: Option<Condition>,
    /// When an answer must be given although `required` is false.
    pub required_when: Option<Condition>,
    /// Personal data: never in the public log.
    pub personal: bool,
    /// A pilot assumption, not law.
    pub assumed: bool,
    /// What of the former result answers it when a result is renewed, changed or replaced.
    pub from_result: Option<FromResult>,
    /// What an answer is.
    pub kind: FieldKind,
}

/// What of a former result a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FromResult {
    /// Its number.
    Number,
    /// Its last day.
    ValidUntil,
    /// The day it was issued.
    IssuedOn,
}

impl JsonSchema for Field {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Field".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        FieldFormat::json_schema(generator)
    }
}

/// What an answer is, with the bounds that belong to its kind.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FieldKind {
    /// Any text.
    Text(TextRule),
    /// A text that holds Khmer letters.
    KhmerText(TextRule),
    /// A text of Latin letters.
    LatinText(TextRule),
    /// A whole number.
    Integer {
        /// Least value.
        min: i64,
        /// Greatest value.
        max: i64,
        /// What is counted.
        unit: Option<Text>,
    },
    /// A decimal number; kept as text.
    Decimal {
        /// Least value.
        min: f64,
        /// Greatest value.
        max: f64,
        /// Digits after the point.
        decimals: u32,
        /// What is measured.
        unit: Option<Text>,
    },
    /// An amount of money; kept as text.
    Money {
        /// Least value, in whole units of the currency.
        min: f64,
        /// Greatest value, in whole units of the currency.
        max: f64,
        /// The currency.
        currency: Currency,
    },
    /// A day.
    Date {
        /// Earliest.
        not_before: Option<DateBound>,
        /// Latest.
        not_after: Option<DateBound>,
    },
    /// A phone number; kept as E.164.
    Phone,
    /// An email address.
    Email,
    /// A national identity number.
    NationalId,
    /// One of several options.
    Choice {
        /// The options.
        options: Vec<FieldOption>,
    },
    /// Some of several options.
    MultiChoice {
        /// The options.
        options: Vec<FieldOption>,
        /// Fewest.
        min_items: Option<u32>,
        /// Most.
        max_items: Option<u32>,
    },
    /// Yes or no.
    Boolean,
    /// A place of the geography, with a line for house and street.
    Address {
        /// How deep the code must go.
        level: PlaceLevel,
        /// The province it must lie in.
        province: Option<String>,
    },
    /// A point on the map.
    GeoPoint {
        /// The province it should lie in.
        province: Option<String>,
    },
    /// Rows of the same questions.
    Table {
        /// The questions of a row.
        columns: Vec<Field>,
        /// Fewest rows.
        min_rows: Option<u32>,
        /// Most rows.
        max_rows: u32,
    },
    /// A file within the form, such as the photo of each object. The answer is the [id](super::DocumentClaim::id) of a file that was
    /// given for this paper; it is no paper of the service's own list.
    File(Box<DocumentRequirement>),
}

/// Bounds of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct TextRule {
    /// Fewest characters (code points).
    pub min_length: Option<u32>,
    /// Most characters (code points).
    pub max_length: u32,
    /// What the whole value must match.
    pub pattern: Option<Pattern>,
    /// Whether it may have several lines.
    pub multiline: bool,
}

/// A regular expression that the whole value must match; without look-around, so that matching takes linear time.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    compiled: regex::Regex,
}

/// The most memory a compiled pattern may take.
const PATTERN_BYTES_MAX: usize = 1 << 20;

impl Pattern {
    /// Compiles `source`.
    ///
    /// # Errors
    /// When it is no regular expression, or one too large.
    pub fn compile(source: &str) -> Result<Self, regex::Error> {
        let compiled =
            regex::RegexBuilder::new(&format!("^(?:{source})$")).size_limit(PATTERN_BYTES_MAX).build()?;
        Ok(Self { source: source.to_owned(), compiled })
    }

    /// Whether the whole of `value` matches.
    pub fn matches(&self, value: &str) -> bool {
        self.compiled.is_match(value)
    }

    /// As it is written in the catalogue.
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldOption {
    /// The stored value.
    pub value: String,
    /// In words.
    pub label: Text,
}

/// How deep a code of the geography goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "plain words")]
pub enum PlaceLevel {
    Province,
    District,
    Commune,
    Village,
}

super::words! {
    PlaceLevel { Province => "province", District => "district", Commune => "commune", Village => "village" }
}

impl PlaceLevel {
    /// Digits of a code of this level.
    pub fn code_length(self) -> usize {
        match self {
            Self::Province => 2,
            Self::District => 4,
            Self::Commune => 6,
            Self::Village => 8,
        }
    }
}

/// A bound of a date: a day, the day of submission, or so many days or years from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateBound {
    /// A fixed day.
    Day(crate::calendar::Date),
    /// The day of submission and an offset in days.
    Days(i32),
    /// The day of submission and an offset in years; 29 February falls back to the 28th.
    Years(i16),
}

/// A rule over several fields; it must be true.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Name within the service.
    pub id: CheckId,
    /// What must hold; skipped while an answer it needs is missing.
    pub rule: Condition,
    /// What to tell if it does not.
    pub message: Text,
    /// The fields it is about.
    pub fields: Vec<FieldId>,
}

/// A field as it is written in a file: flat, the kind's bounds beside the rest.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldFormat {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) label: Text,
    pub(super) required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) hint: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) min: Option<serde_json::Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<serde_json::Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) min_length: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_length: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pattern: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) decimals: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) currency: Option<Currency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) not_before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) not_after: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) visible_when: Option<Condition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) required_when: Option<Condition>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) multiline: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) level: Option<PlaceLevel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) province: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) options: Option<Vec<FieldOption>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) min_items: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_items: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) min_rows: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_rows: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) columns: Option<Vec<Field>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) personal: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) assumed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from_result: Option<FromResult>,
}
