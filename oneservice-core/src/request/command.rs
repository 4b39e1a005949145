//! The dynamic door for pages, command line and programs: a [`Command`] is dispatched to the typed methods, so
//! there is no second set of rules.

use super::{
    Actor, AnyFact, AnyRequest, Collector, Context, Correction, Corrections, Denial, Denied, FactName,
    Finding, InspectionReport, InspectionScheduled, Item, Mandate, Officer, PaymentMethod, Recorded,
    Replacement, Request, Signature, Stage, StepPassed, TRANSITIONS, Transition, Verdict,
};
use crate::ids::{BlobId, DocumentId, ReasonCode, StepId};
use crate::money::Money;

/// Something that somebody wants done to a request.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are those of the typed methods and facts")]
pub enum Command {
    /// See [`Request::pay`].
    Pay { amount: Money, method: PaymentMethod },
    /// See [`Request::record_transfer`].
    RecordTransfer { amount: Money, reference: String },
    /// See [`Request::confirm_transfer`].
    ConfirmTransfer,
    /// See [`Request::reject_transfer`].
    RejectTransfer { reason: ReasonCode, note: Option<String> },
    /// See [`Request::judge`].
    Judge { step: StepId, item: Item, verdict: Verdict },
    /// See [`Request::pass_step`].
    PassStep {
        step: StepId,
        finding: Finding,
        note: Option<String>,
        checked: Vec<usize>,
        report: Option<InspectionReport>,
    },
    /// See [`Request::schedule_inspection`].
    ScheduleInspection(InspectionScheduled),
    /// See [`Request::return_to_applicant`].
    Return { step: StepId, corrections: Vec<Correction>, note: Option<String>, exception: Option<ReasonCode> },
    /// See [`Request::resubmit`].
    Resubmit(Corrections),
    /// See [`Request::approve`].
    Approve { step: StepId, note: Option<String> },
    /// See [`Request::refuse`].
    Refuse { step: StepId, reasons: Vec<ReasonCode>, note: Option<String> },
    /// See [`Request::issue`].
    Issue { step: StepId },
    /// See [`Request::collect`].
    Collect { collector: Collector, signature: Option<Signature>, originals_seen: Vec<DocumentId> },
    /// See [`Request::withdraw`].
    Withdraw { reason: Option<String> },
    /// See [`Request::object`].
    Object { text: String },
    /// See [`Request::uphold`].
    UpholdObjection { note: String },
    /// See [`Request::dismiss`].
    DismissObjection { note: String },
    /// See [`Request::remind`].
    Remind { step: Option<StepId> },
    /// See [`Request::escalate`].
    Escalate { step: Option<StepId> },
    /// See [`Request::lapse`].
    Lapse,
    /// See [`Request::make_final`].
    MakeFinal,
    /// See [`Request::grant_by_silence`].
    GrantBySilence,
    /// See [`Request::extend`].
    Extend { working_days: u32, reason: ReasonCode, note: Option<String> },
    /// See [`Request::explain_delay`].
    ExplainDelay { reason: ReasonCode, note: Option<String> },
    /// See [`Request::reopen`].
    Reopen { reason: ReasonCode, note: Option<String> },
    /// See [`Request::read`].
    Read { blob: BlobId },
    /// See [`Request::complain`].
    Complain { subject: ReasonCode, text: String },
    /// See [`Request::answer_complaint`].
    AnswerComplaint { text: String },
    /// See [`Request::waive`].
    Waive { amount: Money, reason: ReasonCode, note: Option<String> },
    /// See [`Request::refund`].
    Refund { amount: Money },
    /// See [`Request::suspend`].
    Suspend { reason: ReasonCode, note: Option<String> },
    /// See [`Request::reinstate`].
    Reinstate { note: Option<String> },
    /// See [`Request::revoke`].
    Revoke { reason: ReasonCode, note: Option<String> },
    /// See [`Request::expire`].
    Expire,
    /// See [`Request::replace`].
    Replace(Replacement),
    /// See [`Request::assign`].
    Assign { step: StepId, to: Option<Officer>, reason: Option<ReasonCode>, note: Option<String> },
    /// See [`Request::recuse`].
    Recuse { reason: ReasonCode, note: Option<String> },
    /// See [`Request::report_vacancy`].
    ReportVacancy { step: StepId, staff: Vec<Officer> },
    /// See [`Request::give_mandate`].
    GiveMandate(Mandate),
    /// See [`Request::revoke_mandate`].
    RevokeMandate,
    /// See [`Request::cosign`].
    Cosign { identity: String, signature: Signature },
}

/// A register of the office whose numbers have no gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Series {
    /// Receipts for money.
    Receipt,
    /// Results of the request's service.
    Result,
}

/// A command that was lawful: the facts in order, each with the request as it stands after it. The first is the
/// commanded one, the others follow from it by themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    first: (Recorded, AnyRequest),
    further: Vec<(Recorded, AnyRequest)>,
}

impl Decided {
    /// The facts, in order, each with the request after it.
    pub fn steps(&self) -> impl Iterator<Item = &(Recorded, AnyRequest)> {
        std::iter::once(&self.first).chain(&self.further)
    }

    /// The request after all of them.
    pub fn request(&self) -> &AnyRequest {
        &self.further.last().unwrap_or(&self.first).1
    }

    /// The same, taken out.
    pub fn into_request(mut self) -> AnyRequest {
        self.further.pop().unwrap_or(self.first).1
    }
}

/// A denied command: every reason, and the request as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandDenied {
    /// The request, unchanged.
    pub request: Box<AnyRequest>,
    /// All the reasons; never empty.
    pub denials: Vec<Denial>,
}

impl<S: Stage> From<Denied<S>> for CommandDenied
where
    AnyRequest: From<Request<S>>,
{
    fn from(denied: Denied<S>) -> Self {
        Self { request: Box::new(AnyRequest::from(*denied.request)), denials: denied.denials }
    }
}

impl Command {
    /// The fact it asks for.
    pub fn fact(&self) -> FactName {
        match self {
            Self::Pay { .. } => FactName::Payment,
            Self::RecordTransfer { .. } => FactName::TransferRecorded,
            Self::ConfirmTransfer => FactName::TransferConfirmed,
            Self::RejectTransfer { .. } => FactName::TransferRejected,
            Self::Judge { .. } => FactName::Judgement,
            Self::PassStep { .. } => FactName::StepPassed,
            Self::ScheduleInspection(_) => FactName::InspectionScheduled,
            Self::Return { .. } => FactName::Return,
            Self::Resubmit(_) => FactName::Resubmission,
            Self::Approve { .. } => FactName::Approval,
            Self::Refuse { .. } => FactName::Refusal,
            Self::Issue { .. } => FactName::Issuance,
            Self::Collect { .. } => FactName::Collection,
            Self::Withdraw { .. } => FactName::Withdrawal,
            Self::Object { .. } => FactName::Objection,
            Self::UpholdObjection { .. } => FactName::ObjectionUpheld,
            Self::DismissObjection { .. } => FactName::ObjectionDismissed,
            Self::Remind { .. } => FactName::Reminder,
            Self::Escalate { .. } => FactName::Escalation,
            Self::Lapse => FactName::Lapse,
            Self::MakeFinal => FactName::RefusalFinal,
            Self::GrantBySilence => FactName::SilentApproval,
            Self::Extend { .. } => FactName::Extension,
            Self::ExplainDelay { .. } => FactName::DelayExplained,
            Self::Reopen { .. } => FactName::Reopening,
            Self::Read { .. } => FactName::Reading,
            Self::Complain { .. } => FactName::Complaint,
            Self::AnswerComplaint { .. } => FactName::ComplaintAnswered,
            Self::Waive { .. } => FactName::Waiver,
            Self::Refund { .. } => FactName::Refund,
            Self::Suspend { .. } => FactName::Suspension,
            Self::Reinstate { .. } => FactName::Reinstatement,
            Self::Revoke { .. } => FactName::Revocation,
            Self::Expire => FactName::Expiry,
            Self::Replace(_) => FactName::Replacement,
            Self::Assign { .. } => FactName::Assignment,
            Self::Recuse { .. } => FactName::Recusal,
            Self::ReportVacancy { .. } => FactName::Vacancy,
            Self::GiveMandate(_) => FactName::Mandate,
            Self::RevokeMandate => FactName::MandateRevoked,
            Self::Cosign { .. } => FactName::Cosignature,
        }
    }

    /// The register it needs a number from.
    pub fn series(&self) -> Option<Series> {
        match self {
            Self::Pay { .. } | Self::ConfirmTransfer | Self::Refund { .. } => Some(Series::Receipt),
            Self::Issue { .. } => Some(Series::Result),
            _ => None,
        }
    }

    /// Whether `fact`, recorded since the person looked, takes away what the command was based on.
    ///
    /// A judgement stands on its one item; money, collection and withdrawal on the stage; a decision on
    /// everything that was there to see.
    pub fn is_disturbed_by(&self, fact: &AnyFact) -> bool {
        let moves =
            |name: FactName| TRANSITIONS.iter().any(|arrow| arrow.fact == name && arrow.from != arrow.to);
        match (self, fact) {
            // The clock takes nothing away.
            (_, AnyFact::Reminder(_) | AnyFact::Escalation(_)) => false,
            // Nor does who looks at it.
            (_, AnyFact::Reading(_) | AnyFact::Complaint(_) | AnyFact::ComplaintAnswered(_)) => false,
            // Whose a step is the rules ask again.
            (_, AnyFact::Assignment(_) | AnyFact::Recusal(_) | AnyFact::Vacancy(_)) => false,
            // As they ask for the code of a mandate.
            (_, AnyFact::Mandate(_) | AnyFact::MandateRevoked(_)) => false,
            // What must come before review comes in any order.
            (_, AnyFact::Cosignature(_)) if !matches!(self, Self::Cosign { .. }) => false,
            (Self::Judge { item, .. }, AnyFact::Judgement(other)) => *item == other.item,
            (Self::Judge { step, .. }, AnyFact::StepPassed(other)) => *step == other.step,
            (Self::PassStep { step, .. }, AnyFact::InspectionScheduled(other)) => *step == other.step,
            (Self::ScheduleInspection(mine), AnyFact::InspectionScheduled(other)) => mine.step == other.step,
            (_, AnyFact::InspectionScheduled(_)) => false,
            // Another transfer may wait now than the one that was seen.
            (
                Self::RecordTransfer { .. } | Self::ConfirmTransfer | Self::RejectTransfer { .. },
                AnyFact::TransferRecorded(_) | AnyFact::TransferConfirmed(_) | AnyFact::TransferRejected(_),
            ) => true,
            (
                Self::Judge { .. }
                | Self::ScheduleInspection(_)
                | Self::Pay { .. }
                | Self::RecordTransfer { .. }
                | Self::ConfirmTransfer
                | Self::RejectTransfer { .. }
                | Self::Collect { .. }
                | Self::Withdraw { .. },
                other,
            ) => moves(other.name()) || other.name() == self.fact(),
            (
                _,
                AnyFact::Payment(_)
                | AnyFact::TransferRecorded(_)
                | AnyFact::TransferConfirmed(_)
                | AnyFact::TransferRejected(_)
                | AnyFact::Waiver(_)
                | AnyFact::Refund(_),
            ) => false,
            _ => true,
        }
    }
}

impl AnyRequest {
    /// Asks the rules. `number` is the next one of [`Command::series`], ignored where the command needs none.
    ///
    /// ```
    /// # use oneservice_core::request::{AnyRequest, Actor, Command, Context, Decided};
    /// fn withdraw(request: AnyRequest, context: &Context<'_>) -> Option<Decided> {
    ///     request.decide(Command::Withdraw { reason: None }, "", &Actor::Applicant, context).ok()
    /// }
    /// ```
    ///
    /// # Errors
    /// Every reason against it, and the request unchanged. [`Denial::NotInStage`] when the act does not belong to
    /// the stage.
    pub fn decide(
        self,
        command: Command,
        number: &str,
        by: &Actor,
        context: &Context<'_>,
    ) -> Result<Decided, CommandDenied> {
        let number = number.to_owned();
        match (self, command) {
            (Self::Submitted(r), Command::Pay { amount, method }) => {
                let paid = one(r.pay(by, context, amount, method, number))?;
                Ok(paid.and_open_review(context))
            }
            (Self::Submitted(r), Command::Cosign { identity, signature }) => {
                Ok(one(r.cosign(by, context, identity, signature))?.and_open_review(context))
            }
            (Self::InReview(r), Command::Pay { amount, method }) => {
                one(r.pay(by, context, amount, method, number))
            }
            (Self::Approved(r), Command::Pay { amount, method }) => {
                one(r.pay(by, context, amount, method, number))
            }
            (Self::Ready(r), Command::Pay { amount, method }) => {
                one(r.pay(by, context, amount, method, number))
            }
            (Self::InReview(r), Command::Judge { step, item, verdict }) => {
                one(r.judge(by, context, &step, item, verdict))
            }
            (Self::InReview(r), Command::PassStep { step, finding, note, checked, report }) => {
                one(r.pass_step(by, context, StepPassed { step, finding, note, checked, report }))
            }
            (Self::InReview(r), Command::ScheduleInspection(appointment)) => {
                one(r.schedule_inspection(by, context, appointment))
            }
            (Self::InReview(r), Command::Return { step, corrections, note, exception }) => {
                one(r.return_to_applicant(by, context, &step, corrections, note, exception))
            }
            (Self::Returned(r), Command::Resubmit(corrections)) => one(r.resubmit(by, context, corrections)),
            (Self::InReview(r), Command::Approve { step, note }) if r.endorsements_missing(&step) > 0 => {
                one(r.endorse(by, context, &step, note))
            }
            (Self::InReview(r), Command::Approve { step, note }) => one(r.approve(by, context, &step, note)),
            (Self::InReview(r), Command::Refuse { step, reasons, note }) => {
                one(r.refuse(by, context, &step, reasons, note))
            }
            (Self::Approved(r), Command::Issue { step }) => one(r.issue(by, context, &step, number)),
            (Self::Ready(r), Command::Collect { collector, signature, originals_seen }) => {
                one(r.collect(by, context, collector, signature, originals_seen))
            }
            (Self::Submitted(r), Command::Withdraw { reason }) => one(r.withdraw(by, context, reason)),
            (Self::InReview(r), Command::Withdraw { reason }) => one(r.withdraw(by, context, reason)),
            (Self::Returned(r), Command::Withdraw { reason }) => one(r.withdraw(by, context, reason)),
            (Self::Refused(r), Command::Object { text }) => one(r.object(by, context, text)),
            (Self::Objected(r), Command::UpholdObjection { note }) => one(r.uphold(by, context, note)),
            (Self::Objected(r), Command::DismissObjection { note }) => one(r.dismiss(by, context, note)),
            (
                request,
                command @ (Command::Remind { .. }
                | Command::Escalate { .. }
                | Command::Lapse
                | Command::MakeFinal
                | Command::GrantBySilence
                | Command::Extend { .. }
                | Command::ExplainDelay { .. }
                | Command::Reopen { .. }),
            ) => request.decide_in_time(command, by, context),
            (request, command) => request.decide_aside(command, number, by, context),
        }
    }

    pub(super) fn not_in_stage(self, command: &Command) -> CommandDenied {
        let (act, stage) = (command.fact(), self.stage());
        let possible =
            TRANSITIONS.iter().filter(|arrow| arrow.from == stage).map(|arrow| arrow.fact).collect();
        CommandDenied { request: Box::new(self), denials: vec![Denial::NotInStage { act, stage, possible }] }
    }
}

pub(super) fn one<F, S, From_>(
    ruled: Result<Transition<F, S>, Denied<From_>>,
) -> Result<Decided, CommandDenied>
where
    F: Into<AnyFact>,
    S: Stage,
    From_: Stage,
    AnyRequest: From<Request<S>> + From<Request<From_>>,
{
    let Transition { fact, entry, request } = ruled?;
    Ok(Decided { first: (Recorded { entry, fact: fact.into() }, request.into()), further: Vec::new() })
}

impl Decided {
    /// Sends a draft in: its submission, and the opening of review if nothing has to come before it.
    ///
    /// # Errors
    /// As [`Request::submit`](Request::<super::Draft>::submit).
    pub fn submission(
        draft: Request<super::Draft>,
        by: &Actor,
        context: &Context<'_>,
    ) -> Result<Self, CommandDenied> {
        Ok(one(draft.submit(by, context))?.and_open_review(context))
    }

    /// A step for which there is nobody is never passed over in silence.
    pub(crate) fn and_report_vacancies(mut self, staff: &[Officer], context: &Context<'_>) -> Self {
        for step in self.request().vacant_steps(staff) {
            let report = Command::ReportVacancy { step, staff: staff.to_vec() };
            if let Ok(Self { first, .. }) = self.request().clone().decide(report, "", &Actor::System, context)
            {
                self.further.push(first);
            }
        }
        self
    }

    /// Review opens by itself as soon as everything is there that comes before it.
    pub(super) fn and_open_review(mut self, context: &Context<'_>) -> Self {
        // Asked before it is copied.
        if let AnyRequest::Submitted(submitted) = self.request()
            && !submitted.record().waits_before_review()
            && let Ok(Transition { fact, entry, request }) =
                submitted.clone().open_review(&Actor::System, context)
        {
            self.further.push((Recorded { entry, fact: fact.into() }, request.into()));
        }
        self
    }
}
