//! Names of the stages, for rows, pages and files; the stages themselves are types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StageName {
    /// Being filled in; not yet in the office's log.
    Draft,
    /// Registered; waits for what must come before review.
    Submitted,
    /// Waits for the applicant's corrections.
    Returned,
    /// In the steps of the review plan.
    InReview,
    /// Granted; the result is being prepared.
    Approved,
    /// The applicant may come and collect.
    Ready,
    /// Not granted; may be objected to.
    Refused,
    /// An objection is being looked at.
    Objected,
    /// Over: collected, refused, withdrawn or lapsed.
    Closed,
}

impl StageName {
    /// The name as it is written in files: `in-review`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::InReview => "in-review",
            Self::Approved => "approved",
            Self::Ready => "ready",
            Self::Refused => "refused",
            Self::Objected => "objected",
            Self::Closed => "closed",
        }
    }
}

impl std::fmt::Display for StageName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
