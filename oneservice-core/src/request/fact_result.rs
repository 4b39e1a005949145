//! The life of a result after it was handed over.

use serde::{Deserialize, Serialize};

use super::ReasonCode;
use crate::calendar::Date;
use crate::ids::RequestId;

/// The result does not hold for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// A reason of kind `suspend` in the office's profile.
    pub reason: ReasonCode,
    /// Words to the holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A suspended result holds again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reinstatement {
    /// Words to the holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The result does not hold any more, for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// A reason of kind `revoke` in the office's profile.
    pub reason: ReasonCode,
    /// Words to the holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Another result takes its place, and it does not hold any more: it was lost or damaged, or says what is no longer so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// The number of the other.
    pub number: String,
    /// The request that it came of.
    pub request: RequestId,
}

/// The last day of the result's validity has passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiry {
    /// That day.
    pub last_day: Date,
}
