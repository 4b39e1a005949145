//! The one table: which fact may happen in which stage, recorded by whom, and where it leads.
//!
//! Everything about the shape of a life derives from this table: [`AnyRequest`], [`AnyFact`], replay, the
//! permissions, the diagram in the docs and the model tests. Change a row and the compiler names every place
//! that must follow.
//!
//! For a row `Submitted { Payment by [Cashier] => Submitted }` the macro writes
//!
//! ```text
//! impl Lawful<Payment> for Submitted { const ROLES: &[Role] = &[Role::Cashier]; }
//! Arrow { from: Submitted, fact: Payment, to: Submitted, roles: &[Cashier] }      // in TRANSITIONS
//! (AnyRequest::Submitted(r), AnyFact::Payment(f)) => AnyRequest::Submitted(r.take(f))   // in evolve
//! ```
//!
//! and the last line compiles only if [`Fact::To`](super::Fact::To) says the same as the table.

use serde::{Deserialize, Serialize};

use super::fact::*;
use super::fact_cosign::Cosignature;
use super::fact_inspection::InspectionScheduled;
use super::fact_oversight::{Complaint, ComplaintAnswered, Reading, Refund, Waiver};
use super::fact_people::{Assignment, Endorsement, Recusal, Vacancy};
use super::fact_proxy::{Mandate, MandateRevoked};
use super::fact_result::{Expiry, Reinstatement, Replacement, Revocation, Suspension};
use super::fact_time::{DelayExplained, Escalation, Extension, Reminder, Reopening, SilentApproval};
use super::fact_transfer::{TransferConfirmed, TransferRecorded, TransferRejected};
use super::stage::*;
use super::{Entry, Fact, FactName, NamedFact, Request, StageName};
use crate::catalog::Role;

/// The table allows fact `F` in this stage, to these roles.
#[diagnostic::on_unimplemented(
    message = "`{F}` is not lawful in stage `{Self}`",
    label = "the lifecycle table has no such row",
    note = "see `request::TRANSITIONS` for what may happen in which stage"
)]
pub trait Lawful<F>: Stage {
    /// Who may record it.
    const ROLES: &'static [Role];
}

/// One row of the table, as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Arrow {
    /// The stage in which the fact may happen.
    pub from: StageName,
    /// What happens.
    pub fact: FactName,
    /// The stage that follows.
    pub to: StageName,
    /// Who may record it.
    pub roles: &'static [Role],
}

/// The history holds a fact that the table does not allow where it stands: the store was tampered with or is
/// damaged. Do not act on the request; run the store's check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("fact {fact} cannot follow in stage {stage}")]
pub struct Unlawful {
    /// Where the request stood.
    pub stage: StageName,
    /// What the history says happened.
    pub fact: FactName,
}

macro_rules! lifecycle {
    (
        facts { $($fact:ident),+ $(,)? }
        stages { $($stage:ident { $($row:ident by [$($role:ident),+] => $to:ident),* $(,)? })+ }
    ) => {
        $(
            impl sealed::Sealed for $stage {}
            impl Stage for $stage { const NAME: StageName = StageName::$stage; }
            $(impl Lawful<$row> for $stage { const ROLES: &'static [Role] = &[$(Role::$role),+]; })*
        )+

        /// A request as a store gives it: in whichever stage its history has brought it to.
        #[derive(Debug, Clone, PartialEq)]
        pub enum AnyRequest {
            $(#[doc = concat!("In stage `", stringify!($stage), "`.")] $stage(Request<$stage>),)+
        }

        $(impl From<Request<$stage>> for AnyRequest {
            fn from(request: Request<$stage>) -> Self { Self::$stage(request) }
        })+

        impl AnyRequest {
            /// The stage it stands in.
            pub fn stage(&self) -> StageName {
                match self { $(Self::$stage(_) => StageName::$stage,)+ }
            }

            /// What every stage knows.
            pub fn record(&self) -> &super::Record {
                match self { $(Self::$stage(request) => request.record(),)+ }
            }

            /// The service version it stands under.
            pub fn service(&self) -> &std::sync::Arc<crate::catalog::Service> {
                match self { $(Self::$stage(request) => request.service(),)+ }
            }

            /// Replays one recorded fact.
            ///
            /// # Errors
            /// [`Unlawful`] when the table has no such row.
            pub fn evolve(self, fact: &AnyFact, entry: &Entry) -> Result<Self, Unlawful> {
                match (self, fact) {
                    $($((Self::$stage(request), AnyFact::$row(fact)) => Ok(Self::$to(request.take(fact, entry))),)*)+
                    (request, fact) => Err(Unlawful { stage: request.stage(), fact: fact.name() }),
                }
            }
        }

        /// Any fact, tagged by its name: what a history holds.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum AnyFact {
            $(#[doc = concat!("See [`", stringify!($fact), "`].")] $fact($fact),)+
        }

        $(impl From<$fact> for AnyFact {
            fn from(fact: $fact) -> Self { Self::$fact(fact) }
        })+

        $(impl NamedFact for $fact { const NAME: FactName = FactName::$fact; })+

        impl AnyFact {
            /// Its name.
            pub fn name(&self) -> FactName {
                match self { $(Self::$fact(_) => FactName::$fact,)+ }
            }
        }

        /// The whole table.
        pub const TRANSITIONS: &[Arrow] = &[
            $($(Arrow {
                from: StageName::$stage,
                fact: FactName::$row,
                to: StageName::$to,
                roles: &[$(Role::$role),+],
            },)*)+
        ];

        /// Every fact's name, in the table's order.
        pub const FACTS: &[FactName] = &[$(FactName::$fact),+];
        /// Every stage's name, in the table's order.
        pub const STAGES: &[StageName] = &[$(StageName::$stage),+];
    };
}

lifecycle! {
    facts {
        Submission, ReviewOpened, Payment, Judgement, StepPassed, Return, Resubmission, Approval, Refusal, Issuance,
        Collection, Withdrawal, Lapse, Objection, ObjectionUpheld, ObjectionDismissed, RefusalFinal, Reminder, Escalation,
        SilentApproval, Extension, DelayExplained, Reopening, Reading, Complaint, ComplaintAnswered, Waiver, Refund,
        Suspension, Reinstatement, Revocation, Expiry, Assignment, Recusal, Endorsement, Vacancy, Mandate, MandateRevoked,
        TransferRecorded, TransferConfirmed, TransferRejected,
        Cosignature, InspectionScheduled, Replacement,
    }
    stages {
        Draft {
            Submission by [Applicant, Representative, FrontDesk] => Submitted,
        }
        Submitted {
            Payment by [Cashier] => Submitted,
            Cosignature by [Cosigner, FrontDesk] => Submitted,
            ReviewOpened by [System] => InReview,
            Withdrawal by [Applicant, Representative] => Closed,
            Lapse by [System] => Closed,
            Reminder by [System] => Submitted,
            Reading by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate, Ombudsman] => Submitted,
            Complaint by [Applicant, Representative] => Submitted,
            ComplaintAnswered by [Ombudsman] => Submitted,
            Waiver by [DepartmentHead, GovernorDelegate] => Submitted,
            TransferRecorded by [FrontDesk, Cashier] => Submitted,
            TransferConfirmed by [Cashier] => Submitted,
            TransferRejected by [Cashier] => Submitted,
        }
        InReview {
            Judgement by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate] => InReview,
            StepPassed by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate] => InReview,
            InspectionScheduled by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate] => InReview,
            Payment by [Cashier] => InReview,
            Return by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate] => Returned,
            Approval by [DepartmentHead, Approver, GovernorDelegate] => Approved,
            Refusal by [DepartmentHead, Approver, GovernorDelegate] => Refused,
            Withdrawal by [Applicant, Representative] => Closed,
            Reminder by [System] => InReview,
            Escalation by [System] => InReview,
            SilentApproval by [System] => Approved,
            Extension by [DepartmentHead, Approver, GovernorDelegate] => InReview,
            DelayExplained by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate] => InReview,
            Reading by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate, Ombudsman] => InReview,
            Complaint by [Applicant, Representative] => InReview,
            ComplaintAnswered by [Ombudsman] => InReview,
            Waiver by [DepartmentHead, GovernorDelegate] => InReview,
            Refund by [Cashier] => InReview,
            Assignment by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate] => InReview,
            Recusal by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate] => InReview,
            Endorsement by [DepartmentHead, Approver, GovernorDelegate] => InReview,
            Vacancy by [System] => InReview,
            Mandate by [Applicant, Representative] => InReview,
            MandateRevoked by [Applicant, Representative] => InReview,
            TransferRecorded by [FrontDesk, Cashier] => InReview,
            TransferConfirmed by [Cashier] => InReview,
            TransferRejected by [Cashier] => InReview,
        }
        Returned {
            Resubmission by [Applicant, Representative, FrontDesk] => InReview,
            Withdrawal by [Applicant, Representative] => Closed,
            Lapse by [System] => Closed,
            Reminder by [System] => Returned,
            Reading by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate, Ombudsman] => Returned,
            Complaint by [Applicant, Representative] => Returned,
            ComplaintAnswered by [Ombudsman] => Returned,
            TransferConfirmed by [Cashier] => Returned,
            TransferRejected by [Cashier] => Returned,
        }
        Approved {
            Payment by [Cashier] => Approved,
            Issuance by [FrontDesk] => Ready,
            Reminder by [System] => Approved,
            Escalation by [System] => Approved,
            Extension by [DepartmentHead, Approver, GovernorDelegate] => Approved,
            DelayExplained by [FrontDesk, DepartmentHead, Approver, GovernorDelegate] => Approved,
            Reading by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate, Ombudsman] => Approved,
            Complaint by [Applicant, Representative] => Approved,
            ComplaintAnswered by [Ombudsman] => Approved,
            Waiver by [DepartmentHead, GovernorDelegate] => Approved,
            Refund by [Cashier] => Approved,
            Assignment by [FrontDesk, DepartmentHead, Approver, GovernorDelegate] => Approved,
            Recusal by [FrontDesk] => Approved,
            Vacancy by [System] => Approved,
            Mandate by [Applicant, Representative] => Approved,
            MandateRevoked by [Applicant, Representative] => Approved,
            TransferRecorded by [FrontDesk, Cashier] => Approved,
            TransferConfirmed by [Cashier] => Approved,
            TransferRejected by [Cashier] => Approved,
        }
        Ready {
            Payment by [Cashier] => Ready,
            Collection by [FrontDesk] => Closed,
            Lapse by [System] => Closed,
            Reminder by [System] => Ready,
            Reading by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate, Ombudsman] => Ready,
            Complaint by [Applicant, Representative] => Ready,
            ComplaintAnswered by [Ombudsman] => Ready,
            Waiver by [DepartmentHead, GovernorDelegate] => Ready,
            Refund by [Cashier] => Ready,
            Mandate by [Applicant, Representative] => Ready,
            MandateRevoked by [Applicant, Representative] => Ready,
            TransferRecorded by [FrontDesk, Cashier] => Ready,
            TransferConfirmed by [Cashier] => Ready,
            TransferRejected by [Cashier] => Ready,
        }
        Refused {
            Objection by [Applicant, Representative] => Objected,
            RefusalFinal by [System] => Closed,
            Reminder by [System] => Refused,
            Reading by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate, Ombudsman] => Refused,
            Complaint by [Applicant, Representative] => Refused,
            ComplaintAnswered by [Ombudsman] => Refused,
            TransferConfirmed by [Cashier] => Refused,
            TransferRejected by [Cashier] => Refused,
        }
        Objected {
            ObjectionUpheld by [DepartmentHead, Approver, GovernorDelegate] => InReview,
            ObjectionDismissed by [DepartmentHead, Approver, GovernorDelegate] => Closed,
            Reminder by [System] => Objected,
            Escalation by [System] => Objected,
            DelayExplained by [DepartmentHead, Approver, GovernorDelegate] => Objected,
            Reading by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate, Ombudsman] => Objected,
            Complaint by [Applicant, Representative] => Objected,
            ComplaintAnswered by [Ombudsman] => Objected,
            TransferConfirmed by [Cashier] => Objected,
            TransferRejected by [Cashier] => Objected,
        }
        Closed {
            Reopening by [GovernorDelegate] => InReview,
            Reminder by [System] => Closed,
            Expiry by [System] => Closed,
            Suspension by [DepartmentHead, Approver, GovernorDelegate] => Closed,
            Reinstatement by [DepartmentHead, Approver, GovernorDelegate] => Closed,
            Revocation by [DepartmentHead, Approver, GovernorDelegate] => Closed,
            Replacement by [System] => Closed,
            Reading by [FrontDesk, Examiner, Inspector, OpinionOfficer, DepartmentHead, Approver, GovernorDelegate, Ombudsman] => Closed,
            Complaint by [Applicant, Representative] => Closed,
            ComplaintAnswered by [Ombudsman] => Closed,
            Refund by [Cashier] => Closed,
            TransferConfirmed by [Cashier] => Closed,
            TransferRejected by [Cashier] => Closed,
        }
    }
}

impl StageName {
    /// Who may record `fact` in this stage by the table; nobody where it has no such row.
    pub fn roles(self, fact: FactName) -> &'static [Role] {
        let row = TRANSITIONS.iter().find(|arrow| arrow.from == self && arrow.fact == fact);
        row.map_or(&[], |arrow| arrow.roles)
    }

    /// Whether the table has a row for `fact` in this stage.
    pub fn allows(self, fact: FactName) -> bool {
        !self.roles(fact).is_empty()
    }
}

impl<S: Stage> Request<S> {
    /// Makes the fact true: the only place where a stage becomes another.
    // Inlined into every row of the table: a request that is returned through memory is read back before it has arrived there, which
    // takes longer than all the rest.
    #[inline(always)]
    pub(super) fn take<F: Fact<S>>(self, fact: &F, entry: &Entry) -> Request<F::To> {
        let Self { mut record, service, stage } = self;
        let passed = record.passed.len();
        let stage = fact.apply(entry, &mut record, stage);
        let moved = S::NAME != <F::To as Stage>::NAME;
        if moved {
            record.timing.since = entry.recorded_at;
        }
        // Which steps are open changes with the stage and with what is passed alone.
        if moved || record.passed.len() != passed {
            record.keep_step_days(<F::To as Stage>::NAME);
        }
        record.promise_steps(entry);
        record.version += 1;
        record.last_at = entry.recorded_at;
        Request { record, service, stage }
    }
}
