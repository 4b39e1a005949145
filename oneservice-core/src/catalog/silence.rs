//! What follows when the office does not decide in time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::Date;
use crate::ids::LawId;

/// What silence means for a service. Without a rule a late request is escalated and waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    /// What follows once the due day has passed.
    pub then: SilenceRule,
    /// The law that says so: one of the service's `legal_basis`.
    pub legal_basis: LawId,
    /// The article, as it is cited.
    pub article: String,
    /// The rule holds for requests submitted on this day or later.
    #[schemars(with = "String")]
    pub since: Date,
    /// A pilot assumption, not law.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assumed: bool,
}

/// What follows once the due day has passed without a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SilenceRule {
    /// The heads are called on; the request waits.
    Escalate,
    /// The request counts as granted.
    Grant,
}

super::words! {
    SilenceRule { Escalate => "escalate", Grant => "grant" }
}
