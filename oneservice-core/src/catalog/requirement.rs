//! What must be handed in and signed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Condition;
use crate::ids::DocumentId;
use crate::text::Text;

/// The most files of one application; a service's papers may not ask for more altogether.
pub const PAPERS_MAX: u32 = 200;

/// A paper that a service asks for. A narrowing of CPSV-AP's `Requirement`; the file given for it is `Evidence`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentRequirement {
    /// Name within the service.
    pub id: DocumentId,
    /// Its name in words.
    pub name: Text,
    /// Whether it must be there.
    pub required: bool,
    /// When it must be there although `required` is false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_when: Option<Condition>,
    /// When it is asked for; always, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_when: Option<Condition>,
    /// What it should look like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// Formats taken, by content.
    pub formats: Vec<DocumentFormat>,
    /// The most bytes of one file.
    pub max_bytes: u64,
    /// Files taken; 1 if not said.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub max_files: u32,
    /// Paper copies the office keeps.
    pub copies: u32,
    /// Whether the original is shown at collection.
    pub original_at_counter: bool,
    /// How old the paper may be on the day of submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_within_months: Option<u32>,
    /// A pilot assumption, not law.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assumed: bool,
}

fn one() -> u32 {
    1
}

fn is_one(n: &u32) -> bool {
    *n == 1
}

/// File formats a requirement may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "plain words")]
pub enum DocumentFormat {
    Pdf,
    Jpeg,
    Png,
    Mp4,
}

/// How an applicant may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "plain words")]
pub enum SignatureKind {
    Drawn,
    Thumbprint,
    Scanned,
    Digital,
}

super::words! {
    DocumentFormat { Pdf => "pdf", Jpeg => "jpeg", Png => "png", Mp4 => "mp4" }
    SignatureKind { Drawn => "drawn", Thumbprint => "thumbprint", Scanned => "scanned", Digital => "digital" }
}

impl DocumentFormat {
    /// The format of a media type.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        match media_type {
            "application/pdf" => Some(Self::Pdf),
            "image/jpeg" => Some(Self::Jpeg),
            "image/png" => Some(Self::Png),
            "video/mp4" => Some(Self::Mp4),
            _ => None,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Mp4 => "video/mp4",
        }
    }
}

/// How a service wants to be signed for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureRule {
    /// Whether the application must be signed.
    pub required: bool,
    /// The ways accepted.
    pub kinds: Vec<SignatureKind>,
    /// What the applicant agrees to.
    pub statement: Text,
    /// Whether the collector signs again for the result.
    pub at_collection: bool,
    /// Who else must sign before review opens, such as the owner of the house; none where the applicant's signature is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cosigner: Option<Text>,
}
