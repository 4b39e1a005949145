//! What is wrong with a catalogue: file, line, field, code and a sentence for whoever edits it.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

/// One mistake in a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mistake {
    /// The file, relative to the catalogue's folder.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The key, with ids where there are any: `sections.company.fields.tin.pattern`.
    pub field: String,
    /// Stable kind of mistake.
    pub code: MistakeCode,
    /// What is wrong and what to do.
    pub message: String,
}

/// Kinds of mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MistakeCode {
    /// The file cannot be read.
    Unreadable,
    /// A file that a catalogue must have is not there.
    MissingFile,
    /// A file that does not belong in a catalogue.
    UnknownFile,
    /// A file, or the whole catalogue, is too large.
    TooLarge,
    /// Not TOML or not CSV.
    Syntax,
    /// A key the format does not have.
    UnknownKey,
    /// A key that must be there.
    MissingKey,
    /// A value of the wrong type.
    Type,
    /// A text that is empty, untidy, or in the wrong script.
    Text,
    /// A word that is none of those allowed.
    Word,
    /// A name that is not of the form of names.
    Name,
    /// A day, time or time zone that does not exist.
    Time,
    /// A value outside what makes sense.
    Value,
    /// The same name or day twice.
    Duplicate,
    /// A name that refers to nothing.
    Reference,
    /// A condition that cannot be read or has the wrong type.
    Condition,
    /// A field whose keys do not fit its type.
    Field,
    /// A review plan that cannot be followed.
    Plan,
    /// A fee that cannot be.
    Fee,
    /// A file whose place says something else than its content.
    Place,
    /// Versions of a service that cannot stand beside each other.
    Version,
}

super::words! {
    MistakeCode {
        Unreadable => "unreadable", MissingFile => "missing-file", UnknownFile => "unknown-file",
        TooLarge => "too-large", Syntax => "syntax", UnknownKey => "unknown-key", MissingKey => "missing-key",
        Type => "type", Text => "text", Word => "word", Name => "name", Time => "time", Value => "value",
        Duplicate => "duplicate", Reference => "reference", Condition => "condition", Field => "field",
        Plan => "plan", Fee => "fee", Place => "place", Version => "version",
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.field, self.message)
    }
}

/// A catalogue that cannot be used: every mistake in it. Correct them and load it again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the catalogue has {} mistakes; the first: {}", .mistakes.len(), .mistakes[0])]
pub struct CatalogError {
    /// Sorted by file and line; never empty.
    pub mistakes: Vec<Mistake>,
}
