//! What is wrong with what was filed: path, code and values. The words come from a locale.

use serde::{Deserialize, Serialize};

/// One problem of a form, its documents or its signature.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Where: `form.<field>`, `form.<table>.<row>.<column>`, `documents.<id>`, `checks.<id>`, `signature`,
    /// `applicant.kind`, `purpose`. Rows count from 0.
    pub path: String,
    /// What.
    pub code: ProblemCode,
    /// What a translated message may name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<(String, String)>,
}

impl Problem {
    /// A problem without values.
    pub fn new(path: impl Into<String>, code: ProblemCode) -> Self {
        Self { path: path.into(), code, params: Vec::new() }
    }

    /// The same, with a value for the message.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.push((name.to_owned(), value.to_string()));
        self
    }
}

/// What can be wrong. The words are those of the catalogue's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[allow(missing_docs, reason = "the words are documented in the catalogue's format")]
pub enum ProblemCode {
    Missing,
    Unknown,
    Type,
    Script,
    TooLong,
    TooShort,
    Pattern,
    Number,
    Min,
    Max,
    Date,
    TooEarly,
    TooLate,
    Phone,
    Email,
    NationalId,
    Option,
    Items,
    Rows,
    GeoCode,
    OutsideProvince,
    OutsideCountry,
    NotApplicable,
    Rule,
    Format,
    TooLarge,
    TooManyFiles,
    TooOld,
    IssueDateMissing,
    NotEligible,
    NotOffered,
}

super::words! {
    ProblemCode {
        Missing => "missing", Unknown => "unknown", Type => "type", Script => "script", TooLong => "too-long",
        TooShort => "too-short", Pattern => "pattern", Number => "number", Min => "min", Max => "max",
        Date => "date", TooEarly => "too-early", TooLate => "too-late", Phone => "phone", Email => "email",
        NationalId => "national-id", Option => "option", Items => "items", Rows => "rows",
        GeoCode => "geo-code", OutsideProvince => "outside-province", OutsideCountry => "outside-country",
        NotApplicable => "not-applicable", Rule => "rule", Format => "format", TooLarge => "too-large",
        TooManyFiles => "too-many-files", TooOld => "too-old", IssueDateMissing => "issue-date-missing",
        NotEligible => "not-eligible", NotOffered => "not-offered",
    }
}

/// Ordered as their words, so that a list of problems has one order everywhere.
impl Ord for ProblemCode {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for ProblemCode {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
