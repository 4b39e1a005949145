//! What each stage knows beyond what every stage knows.

use std::fmt::Debug;

use super::fact::{Correction, IssuedResult};
use super::{ReasonCode, StageName};
use crate::calendar::Date;
use crate::ids::StepId;

pub(super) mod sealed {
    /// Stages are those of the table and no others.
    pub trait Sealed {}
}

/// A stage of the lifecycle table. Sealed.
pub trait Stage: sealed::Sealed + Debug + Clone + PartialEq + Sized {
    /// Its name in rows, pages and files.
    const NAME: StageName;
}

/// Being filled in; not yet in the office's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft;

/// Registered; waits for what must come before review, such as a fee due on submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The last day for what must come before review: a fee, a co-signature; none if there is none.
    pub pay_by: Option<Date>,
}

/// In the steps of the review plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InReview;

/// Waits for the applicant; the office's clock is paused if the service says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The step that returned it and is open again afterwards.
    pub step: StepId,
    /// What is to be corrected; never empty.
    pub corrections: Vec<Correction>,
    /// The officer's words to the applicant.
    pub note: Option<String>,
    /// The office's day of the return.
    pub returned_on: Date,
    /// The last day to correct it; none if there is none.
    pub correct_by: Option<Date>,
}

/// Granted; the result is being prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved;

/// The result lies ready: the applicant may come and collect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// What is handed over.
    pub result: IssuedResult,
    /// The last day to collect it; none if there is none.
    pub collect_by: Option<Date>,
}

/// Not granted; may be objected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The step that decided.
    pub step: StepId,
    /// Coded reasons; never empty.
    pub reasons: Vec<ReasonCode>,
    /// The decider's words to the applicant.
    pub note: Option<String>,
    /// The last day to object; none if there is none.
    pub object_by: Option<Date>,
}

/// An objection is looked at by somebody who had no part in the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objected {
    /// The refusal that is objected to.
    pub refused: Refused,
    /// The applicant's words.
    pub objection: String,
}

/// Over. Nothing follows, but that a request whose result was not handed over may be taken up again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// How it ended.
    pub ending: super::fact::Ending,
}
