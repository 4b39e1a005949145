//! The visit to a site: when the inspector comes, and what was found.

use serde::{Deserialize, Serialize};

use super::{Evidence, ReasonCode};
use crate::calendar::Date;
use crate::ids::StepId;

/// The inspector comes to the site on this day, and the applicant is told. The last one of a step counts; all stay in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionScheduled {
    /// The step of the plan.
    pub step: StepId,
    /// The day.
    pub day: Date,
    /// Between which hours, in the inspector's words.
    pub hours: String,
    /// What the applicant should have ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepare: Option<String>,
    /// Why another day was appointed than before: a reason of kind `reschedule` in the office's profile. None for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonCode>,
}

/// What an inspection found, told to the applicant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionReport {
    /// The inspector's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Photos of the site.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Evidence>,
}
