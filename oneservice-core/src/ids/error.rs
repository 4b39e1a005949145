//! Why a text is not the id it was taken for.

use thiserror::Error;

/// Why a text is not an id. Ids come from files and addresses: correct the text.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdError {
    /// The text is longer than any id of its kind: shorten it.
    #[error("a {kind} id has at most {limit} characters")]
    TooLong {
        /// Which kind of id was wanted.
        kind: &'static str,
        /// Characters allowed.
        limit: usize,
    },
    /// The text has not the shape of its kind: write it as `expected` says.
    #[error("{text:?} is not a {kind} id: expected {expected}")]
    Shape {
        /// Which kind of id was wanted.
        kind: &'static str,
        /// The text, cut after 80 characters.
        text: String,
        /// The shape as a regular expression.
        expected: &'static str,
    },
}

impl IdError {
    pub(super) fn shape(kind: &'static str, text: &str, expected: &'static str) -> Self {
        Self::Shape { kind, text: text.chars().take(80).collect(), expected }
    }

    /// Stable name: API field, log field and key of the translated message.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "id.too_long",
            Self::Shape { .. } => "id.shape",
        }
    }

    /// What the translated message may name.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooLong { kind, limit } => vec![("kind", (*kind).to_owned()), ("limit", limit.to_string())],
            Self::Shape { kind, text, expected } => {
                vec![
                    ("kind", (*kind).to_owned()),
                    ("text", text.clone()),
                    ("expected", (*expected).to_owned()),
                ]
            }
        }
    }
}

/// Why a text is not a [`TrackingCode`](super::TrackingCode) or an [`AccessKey`](super::AccessKey): a person mistyped
/// it, so each variant says where to look.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CodeError {
    /// A character that no code contains: the letter was misread (I, L, O, U, 0 and 1 are never used in tracking codes).
    #[error("the character {character:?} is in no code")]
    Character {
        /// The first such character, as typed.
        character: char,
    },
    /// Characters are missing or too many: compare with the receipt.
    #[error("a code has {expected} characters, not {actual}")]
    Length {
        /// Characters of a whole code, without hyphens.
        expected: usize,
        /// Characters found.
        actual: usize,
    },
    /// Every character is possible but together they are no code: one is wrong, or two are swapped.
    #[error("the check character does not fit: one character is wrong, or two are swapped")]
    Check,
}

impl CodeError {
    /// Stable name: API field, log field and key of the translated message.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Character { .. } => "code.character",
            Self::Length { .. } => "code.length",
            Self::Check => "code.check",
        }
    }

    /// What the translated message may name.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Character { character } => vec![("character", character.to_string())],
            Self::Length { expected, actual } => {
                vec![("expected", expected.to_string()), ("actual", actual.to_string())]
            }
            Self::Check => Vec::new(),
        }
    }
}
