//! Who does what: steps that are taken, given and shared, and people who have no part.

use serde::{Deserialize, Serialize};

use super::ReasonCode;
use crate::ids::{OfficerId, StepId};

/// A step was taken by an officer, given to one by a head, or given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The step.
    pub step: StepId,
    /// Whose it is from now on; anybody's who may, if nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<OfficerId>,
    /// Why a head decided it: a reason of kind `reassign` in the office's profile. None where an officer took it or gave it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonCode>,
    /// Words for colleagues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// An officer has no part in the request from now on, by their own word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recusal {
    /// A reason of kind `recuse` in the office's profile.
    pub reason: ReasonCode,
    /// Words for colleagues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One of several whom the deciding step wants is for granting. The last of them grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endorsement {
    /// The deciding step.
    pub step: StepId,
    /// Words that go with the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Nobody who works in the office may do an open step: the heads must find somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vacancy {
    /// The step.
    pub step: StepId,
}
