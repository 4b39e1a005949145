//! What can be judged and returned: one answer, one document, the signature.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;
use std::str::FromStr;

use crate::ids::{DocumentId, FieldId};

/// What an officer can judge and a return can name: one answer, one document, or the signature. Written as
/// the path of the error codes: `form.rooms`, `documents.site-plan`, `signature`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// An answer of the form.
    Field(FieldId),
    /// A required document.
    Document(DocumentId),
    /// The signature.
    Signature,
}

/// A text that names no answer, document or signature; write `form.<field>`, `documents.<id>` or `signature`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an item: write form.<field>, documents.<id> or signature")]
pub struct NotAnItem(pub String);

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(id) => write!(f, "form.{id}"),
            Self::Document(id) => write!(f, "documents.{id}"),
            Self::Signature => f.write_str("signature"),
        }
    }
}

impl FromStr for Item {
    type Err = NotAnItem;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || NotAnItem(text.chars().take(80).collect());
        match text.split_once('.') {
            None if text == "signature" => Ok(Self::Signature),
            Some(("form", id)) => id.parse().map(Self::Field).map_err(|_| fail()),
            Some(("documents", id)) => id.parse().map(Self::Document).map_err(|_| fail()),
            _ => Err(fail()),
        }
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
