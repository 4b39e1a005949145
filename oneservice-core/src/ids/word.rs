//! Ids that people write in catalogues and configuration: short words of a fixed shape.

use std::{borrow::Borrow, borrow::Cow, fmt, str::FromStr, sync::Arc};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::IdError;

/// No id is longer; a service id has two parts of this length.
const PART_LIMIT: usize = 64;

fn word_of(text: &str, first: fn(u8) -> bool, other: fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes, [head, tail @ ..] if first(*head) && tail.iter().all(|&byte| other(byte)))
}

fn is_kebab(text: &str) -> bool {
    word_of(text, |b| b.is_ascii_lowercase(), |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_snake(text: &str) -> bool {
    word_of(text, |b| b.is_ascii_lowercase(), |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_upper(text: &str) -> bool {
    word_of(text, |b| b.is_ascii_uppercase(), |b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
}

fn is_service(text: &str) -> bool {
    text.split_once('.').is_some_and(|(sector, service)| {
        is_kebab(sector) && is_kebab(service) && sector.len() <= PART_LIMIT && service.len() <= PART_LIMIT
    })
}

/// Defines an id that is a checked text: cheap to clone, compared and serialised as its text.
///
/// `word_id! { /** docs */ Name, "kind in messages", shape test, "shape as a regular expression", longest }` makes
/// `struct Name(Arc<str>)` with `parse`, `as_str`, `Display`, `FromStr`, serde (a string) and `JsonSchema` (a string with
/// the pattern). It borrows as `str`, so maps keyed by it can be asked with a `&str`.
macro_rules! word_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $test:path, $pattern:literal, $limit:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes `text` if it has the shape of this id.
            ///
            /// # Errors
            /// [`IdError`] names the kind of id and the shape wanted.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                if text.len() > $limit {
                    return Err(IdError::TooLong { kind: $kind, limit: $limit });
                }
                if !$test(text) {
                    return Err(IdError::shape($kind, text, $pattern));
                }
                Ok(Self(text.into()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), &self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($name)).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "maxLength": $limit })
            }
        }
    };
}

word_id! {
    /// An office that answers for its services; leads every key in a store.
    OfficeId, "office", is_kebab, "^[a-z][a-z0-9-]*$", PART_LIMIT
}
word_id! {
    /// A field of government, such as `tourism`.
    SectorId, "sector", is_kebab, "^[a-z][a-z0-9-]*$", PART_LIMIT
}
word_id! {
    /// A department that examines or gives its opinion.
    DepartmentId, "department", is_kebab, "^[a-z][a-z0-9-]*$", PART_LIMIT
}
word_id! {
    /// What can be asked for, in all its versions: `sector.service`.
    ServiceId, "service", is_service, "^[a-z][a-z0-9-]*\\.[a-z][a-z0-9-]*$", 2 * PART_LIMIT + 1
}
word_id! {
    /// A person who works for the office.
    OfficerId, "officer", is_kebab, "^[a-z][a-z0-9-]*$", PART_LIMIT
}
word_id! {
    /// A field of a form, or a column of a table in it; `snake_case`, since conditions name it.
    FieldId, "field", is_snake, "^[a-z][a-z0-9_]*$", PART_LIMIT
}
word_id! {
    /// A document that a service asks for.
    DocumentId, "document", is_kebab, "^[a-z][a-z0-9-]*$", PART_LIMIT
}
word_id! {
    /// A step of a review plan.
    StepId, "step", is_kebab, "^[a-z][a-z0-9-]*$", PART_LIMIT
}
word_id! {
    /// A coded reason to return or refuse, such as `X90`.
    ReasonCode, "reason", is_upper, "^[A-Z][A-Z0-9-]*$", PART_LIMIT
}

word_id! {
    /// A law within a service's legal basis.
    LawId, "law", is_kebab, "^[a-z][a-z0-9-]*$", PART_LIMIT
}
word_id! {
    /// A section of a form.
    SectionId, "section", is_snake, "^[a-z][a-z0-9_]*$", PART_LIMIT
}
word_id! {
    /// A rule over several fields of a form.
    CheckId, "check", is_kebab, "^[a-z][a-z0-9-]*$", PART_LIMIT
}
word_id! {
    /// A rule of a fee.
    RuleId, "rule", is_kebab, "^[a-z][a-z0-9-]*$", PART_LIMIT
}

impl OfficeId {
    /// The longest id that a catalogue may give its office: there is room behind it for the names of the office's other logs.
    pub(crate) const OWN_LIMIT: usize = 48;
    const CASH_DESK: &'static str = "-cash-desk";
    const TRIAL: &'static str = "-trial";

    /// Whether an office may be called so: the id leaves room for those of its other logs and is not taken for one of them.
    pub(crate) fn is_own(&self) -> bool {
        self.0.len() <= Self::OWN_LIMIT
            && ![Self::TRIAL, Self::CASH_DESK].iter().any(|end| self.0.ends_with(end))
    }

    /// Where the book of the office's cash desk is filed.
    pub(crate) fn cash_desk(&self) -> Self {
        Self(format!("{}{}", self.0, Self::CASH_DESK).into())
    }

    /// Where the office files what it only tries; a trial's own trial is itself.
    pub(crate) fn trial(&self) -> Self {
        if self.is_trial() { self.clone() } else { Self(format!("{}{}", self.0, Self::TRIAL).into()) }
    }

    /// Whether what is filed here is only tried, and counts nowhere.
    #[must_use]
    pub fn is_trial(&self) -> bool {
        self.0.strip_suffix(Self::CASH_DESK).unwrap_or(&self.0).ends_with(Self::TRIAL)
    }
}

impl ServiceId {
    /// The part before the point: the sector's id as text.
    #[must_use]
    pub fn sector(&self) -> &str {
        self.0.split_once('.').map_or("", |(sector, _)| sector)
    }

    /// The part after the point: the service's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_once('.').map_or("", |(_, name)| name)
    }
}
