//! Coded reasons: nobody returns or refuses without one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DocumentId, FieldId, LawId, ReasonCode};
use crate::text::Text;

/// Why a request may be returned or refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Stable code, shown to the applicant.
    pub code: ReasonCode,
    /// What it is for.
    pub kind: ReasonKind,
    /// In words.
    pub text: Text,
    /// The law behind it; a refusal must have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<LawId>,
    /// The only field it can be given for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldId>,
    /// The only document it can be given for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentId>,
    /// Says nothing by itself, as "another reason" does: words must go with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_words: bool,
    /// A pilot assumption, not law.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assumed: bool,
}

/// What a reason is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// To send back for correction.
    Return,
    /// To refuse.
    Refuse,
}

super::words! {
    ReasonKind { Return => "return", Refuse => "refuse" }
}
