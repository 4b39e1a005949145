//! Who looks at a request, in which order. A step is a CMMN *task*, its `when` a *sentry*.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Condition, Role};
use crate::ids::{DepartmentId, StepId};
use crate::text::Text;

/// The most photos of one inspection's report.
pub const PHOTOS_MAX: u32 = 10;

/// The steps of examination, in the order in which they are written; `after` says what waits for what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewPlan {
    /// A pilot assumption, not law.
    pub assumed: bool,
    /// The steps.
    pub steps: Vec<ReviewStep>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewStep {
    /// Name within the plan.
    pub id: StepId,
    /// What is done.
    pub kind: StepKind,
    /// In words.
    pub title: Text,
    /// Who does it.
    pub role: Role,
    /// Where.
    pub department: DepartmentId,
    /// The steps that come first. Steps with the same ones run side by side.
    pub after: Vec<StepId>,
    /// Working days it may take.
    pub working_days: u32,
    /// When it is needed; always, if not said. A step that is not needed counts as done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Steps that another person must have done: four eyes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub distinct_from: Vec<StepId>,
    /// How many officers must be for granting in the deciding step; one, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_approvers: Option<u32>,
    /// How many photos the report of an inspection has at least; none, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photos: Option<u32>,
    /// Points to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<Text>,
    /// Whether it may return the request for correction.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_return: bool,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// Is everything there?
    Completeness,
    /// Is it right?
    Examination,
    /// A visit to the site.
    Inspection,
    /// Another department's opinion.
    Opinion,
    /// A decision, or a proposal for one.
    Approval,
    /// The result is prepared and handed out.
    Issue,
}

/// Whether the office's clock stops while the applicant corrects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClockRule {
    /// It stops.
    StopsWhileReturned,
    /// It runs on.
    Runs,
}

super::words! {
    StepKind {
        Completeness => "completeness", Examination => "examination", Inspection => "inspection",
        Opinion => "opinion", Approval => "approval", Issue => "issue",
    }
    ClockRule { StopsWhileReturned => "stops-while-returned", Runs => "runs" }
}
