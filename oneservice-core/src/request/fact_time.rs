//! What happens because time passes, and what officers may do about it.

use serde::{Deserialize, Serialize};

use super::ReasonCode;
use crate::calendar::Date;
use crate::ids::{LawId, StepId};

/// The last day of what is waited for comes near: the applicant's where the applicant must act, the office's own otherwise.
/// Recorded once for each such day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// The last day.
    pub last_day: Date,
    /// The step whose last day it is; none where it is that of the whole request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
}

/// The office is late: the heads are called on. Recorded once for each due day that was missed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// The day that was missed.
    pub due_on: Date,
    /// The step whose last day it was; none where it was that of the whole request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
}

/// The office did not decide in time, and by law that grants the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilentApproval {
    /// The day that was missed.
    pub due_on: Date,
    /// The law of the service that says so.
    pub legal_basis: LawId,
    /// Its article.
    pub article: String,
    /// The steps that were not done and no longer apply.
    pub skipped: Vec<StepId>,
}

/// The due day is moved, once, for a coded reason of the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// By so many working days.
    pub working_days: u32,
    /// A reason of kind `extend` in the office's profile.
    pub reason: ReasonCode,
    /// Words to the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The new due day.
    pub due_on: Date,
}

/// Why the office is late, told to the applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelayExplained {
    /// The day that was missed.
    pub due_on: Date,
    /// A reason of kind `late` in the office's profile.
    pub reason: ReasonCode,
    /// Words to the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A closed request whose result was not handed over is taken up again, by a named right and for a coded reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopening {
    /// A reason of kind `reopen` in the office's profile.
    pub reason: ReasonCode,
    /// Words to the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The deciding steps that are open again.
    pub steps: Vec<StepId>,
    /// The new due day.
    pub due_on: Date,
}
