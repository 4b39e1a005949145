//! Why the rules say no, as codes and values: the words come from a locale.

use thiserror::Error;

use super::{FactName, Item, ReasonCode, Request, Stage, StageName};
use crate::calendar::Date;
use crate::catalog::{Problem, Role};
use crate::ids::{DepartmentId, DocumentId, OfficerId, StepId};
use crate::money::Money;

/// Why the rules deny an act. Nothing was changed; the person can act on every variant.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Denial {
    /// The act does not belong to the stage the request stands in: look at it again, and do one of `possible`.
    #[error("{act} is not possible in stage {stage}")]
    NotInStage {
        /// What was tried.
        act: FactName,
        /// Where the request stands.
        stage: StageName,
        /// What may happen there.
        possible: Vec<FactName>,
    },
    /// Somebody else's part: one of `roles` may do it.
    #[error("only {} may do this", words(.roles))]
    NotYourRole {
        /// Who may.
        roles: Vec<Role>,
        /// In which department, where it matters.
        department: Option<DepartmentId>,
    },
    /// Four eyes: the plan wants another person than the one who did `other`.
    #[error("step {step} must be done by another person than step {other}")]
    FourEyes {
        /// The step that was tried.
        step: StepId,
        /// The step that this officer did.
        other: StepId,
    },
    /// The plan has no such step, or it does not apply to this request.
    #[error("step {step} is not part of this request's plan")]
    StepUnknown {
        /// The step.
        step: String,
    },
    /// The step is done already, or others come first.
    #[error("step {step} is not open")]
    StepNotOpen {
        /// The step that was tried.
        step: StepId,
        /// The steps that are open.
        open: Vec<StepId>,
    },
    /// The step's kind does not do this: approvals decide, other steps pass.
    #[error("step {step} cannot do this")]
    StepKind {
        /// The step.
        step: StepId,
    },
    /// The plan does not let this step return a request.
    #[error("step {step} may not return the request")]
    MayNotReturn {
        /// The step.
        step: StepId,
    },
    /// A decision needs every step of the plan: `open` are not done.
    #[error("steps {} are not done", words(.open))]
    StepsMissing {
        /// What is not done.
        open: Vec<StepId>,
    },
    /// Rejected items stand: return the request, or judge them again.
    #[error("rejected items stand: {}", words(.items))]
    RejectionsStand {
        /// Which.
        items: Vec<Item>,
    },
    /// A site is inspected on a day that was told to the applicant: appoint it first.
    #[error("step {step} has no appointment")]
    AppointmentMissing {
        /// The step.
        step: StepId,
    },
    /// The office is closed on that day.
    #[error("the office is closed on {day}")]
    DayClosed {
        /// The day.
        day: Date,
    },
    /// The day is too early or too late.
    #[error("the day must lie between {first_day} and {last_day}")]
    DayOutside {
        /// The first day that can be chosen.
        first_day: Date,
        /// The last.
        last_day: Date,
    },
    /// The report of an inspection has too few photos, or too many.
    #[error("the report takes {least} to {most} photos")]
    PhotoCount {
        /// How many the plan wants.
        least: usize,
        /// How many there may be.
        most: usize,
    },
    /// A return must name at least one thing to correct.
    #[error("nothing to correct is named")]
    NothingToCorrect,
    /// The request has no such answer, document or signature.
    #[error("{item} is not part of this request")]
    ItemUnknown {
        /// Which.
        item: Item,
    },
    /// An item is named twice.
    #[error("{item} is named twice")]
    ItemTwice {
        /// Which.
        item: Item,
    },
    /// An item that was rejected is left out of the return: the applicant has a right to one complete list.
    #[error("{item} was rejected and is not in the return")]
    DefectLeftOut {
        /// Which.
        item: Item,
    },
    /// An item could have been named in an earlier return: nothing of it changed since, and the office gives no reason of its own
    /// for an exception.
    #[error("{item} could have been named in an earlier return")]
    LateDefect {
        /// Which.
        item: Item,
    },
    /// Only what was returned can be corrected.
    #[error("{item} was not returned for correction")]
    NotReturned {
        /// Which.
        item: Item,
    },
    /// Each returned item is corrected or explained.
    #[error("{item} is neither corrected nor explained")]
    NotCorrected {
        /// Which.
        item: Item,
    },
    /// A coded reason is needed.
    #[error("a coded reason is needed")]
    ReasonMissing,
    /// The service has no such reason for this purpose.
    #[error("the service has no such reason: {code}")]
    ReasonUnknown {
        /// What was given.
        code: String,
    },
    /// The reason belongs to another field or document.
    #[error("reason {code} is not for {item}")]
    ReasonForOther {
        /// The reason.
        code: ReasonCode,
        /// What it was given for.
        item: Item,
    },
    /// Answers or documents are not in order: every problem at once.
    #[error("{} problems in the form or the documents", .0.len())]
    Form(Vec<Problem>),
    /// No fee is to be paid now.
    #[error("no fee is to be paid now")]
    NoFeeDue,
    /// The cashier takes exactly what the catalogue says.
    #[error("the fee is {due}, not {offered}")]
    WrongAmount {
        /// What is to be paid.
        due: Money,
        /// What was offered.
        offered: Money,
    },
    /// The fee must be paid first.
    #[error("the fee of {due} is not paid")]
    FeeUnpaid {
        /// What is to be paid.
        due: Money,
    },
    /// The statement must be signed, in a way that the service accepts.
    #[error("a signature is missing")]
    SignatureMissing,
    /// The officer must name who collects and what identity paper was seen.
    #[error("the collector is not named")]
    CollectorMissing,
    /// The original of a document must be seen at the counter before the result is handed over.
    #[error("the original of {document} was not seen")]
    OriginalNotSeen {
        /// Which.
        document: DocumentId,
    },
    /// Who took part in the decision does not look at the objection.
    #[error("an officer who took part in the decision may not look at the objection")]
    TookPart,
    /// A text that must be there is empty.
    #[error("words are missing: {field}")]
    WordsMissing {
        /// Which part of the command.
        field: &'static str,
    },
    /// A text is too long.
    #[error("{field} is longer than {limit} characters")]
    WordsTooLong {
        /// Which part of the command.
        field: &'static str,
        /// How many characters are allowed.
        limit: usize,
    },
    /// Nothing is due: there is no last day, or it was done already.
    #[error("nothing is due")]
    NothingDue,
    /// The last day has passed.
    #[error("the last day was {last_day}")]
    TooLate {
        /// The last day on which it could have been done.
        last_day: Date,
    },
    /// The due day was moved before.
    #[error("the due day was moved once already")]
    AlreadyExtended,
    /// Nobody, or nobody here, may move the due day so far.
    #[error("the due day may be moved by at most {limit} working days")]
    ExtensionTooLong {
        /// The most working days of this office; none at all is 0.
        limit: u32,
    },
    /// Only who is late explains it.
    #[error("the office is not late")]
    NotOverdue,
    /// What was handed over is not taken back by reopening.
    #[error("the result was handed over")]
    ResultHandedOver,
    /// The request has no such file.
    #[error("the request has no such file")]
    FileUnknown,
    /// It stands in the history already.
    #[error("it is recorded already")]
    AlreadyRecorded,
    /// Complaints are answered before more are made.
    #[error("{limit} complaints wait for an answer")]
    ComplaintsOpen {
        /// How many may be open at once.
        limit: usize,
    },
    /// Not as the result stands.
    #[error("the result is: {standing}")]
    ResultStands {
        /// `valid`, `suspended`, `revoked`, `expired`, `replaced`, or `none` if nothing was handed over.
        standing: &'static str,
    },
    /// Nothing was paid that is not owed.
    #[error("there is nothing to give back")]
    NothingToRefund,
    /// The time for it has not come.
    #[error("not before {last_day} has passed")]
    NotYet {
        /// The day that must have passed.
        last_day: Date,
    },
    /// The step is another officer's: ask them, or a head to give it to you.
    #[error("step {step} is {officer}'s")]
    AssignedTo {
        /// The step.
        step: StepId,
        /// Whose it is.
        officer: OfficerId,
    },
    /// The officer has no part in this request, by their own word.
    #[error("recused from this request")]
    Recused,
    /// The officer is who asks: the form has their own national ID, telephone number or company's number. Somebody else must do it, whatever
    /// it is; the officer may only look at it, and say that they have no part in it.
    #[error("nobody works on a request of their own")]
    OwnRequest,
    /// This officer may not do the step: choose another.
    #[error("{officer} may not do this step")]
    NotEligible {
        /// Who.
        officer: OfficerId,
    },
    /// So many others must be for granting first.
    #[error("{limit} more must be for granting first")]
    ApproversMissing {
        /// How many.
        limit: usize,
    },
    /// A proxy showed neither the code of a mandate nor a written authority.
    #[error("the proxy showed no mandate")]
    MandateMissing,
    /// The applicant took the mandate of this code back, or gave another one.
    #[error("the mandate was revoked")]
    MandateRevoked,
    /// No mandate of this request has this code, or it was spent.
    #[error("the code is not that of a mandate")]
    MandateWrong,
    /// A transfer was recorded: a cashier confirms or rejects it before more is done about the fee.
    #[error("a transfer waits to be confirmed")]
    TransferWaits,
    /// Money that came over the bank counts when two have seen it: record the transfer, and another confirms it.
    #[error("a transfer is recorded by one officer and confirmed by another")]
    TransferUnconfirmed,
    /// Nothing waits to be confirmed.
    #[error("no transfer waits to be confirmed")]
    NoTransferWaits,
    /// Four eyes: another cashier than the one who recorded it confirms a transfer.
    #[error("who recorded a transfer does not confirm it")]
    OwnTransfer,
    /// Four eyes: who entered a request for somebody at the counter does nothing but the counter's own work in it.
    #[error("who entered the request at the counter has no other part in it")]
    OwnEntry,
    /// Nothing came in the future.
    #[error("when the request came lies in the future")]
    CameInFuture,
    /// Somebody else must sign before review.
    #[error("the co-signature is missing")]
    CosignatureMissing,
    /// The service wants nobody else's signature.
    #[error("nobody else has to sign")]
    NoCosigner,
}

impl Denial {
    /// Stable name: API field, log field and key in `locales/`. Never changes once released.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotInStage { .. } => "not-in-stage",
            Self::NotYourRole { .. } => "not-your-role",
            Self::FourEyes { .. } => "four-eyes",
            Self::StepUnknown { .. } => "step-unknown",
            Self::StepNotOpen { .. } => "step-not-open",
            Self::StepKind { .. } => "step-kind",
            Self::MayNotReturn { .. } => "may-not-return",
            Self::StepsMissing { .. } => "steps-missing",
            Self::RejectionsStand { .. } => "rejections-stand",
            Self::AppointmentMissing { .. } => "appointment-missing",
            Self::DayClosed { .. } => "day-closed",
            Self::DayOutside { .. } => "day-outside",
            Self::PhotoCount { .. } => "photo-count",
            Self::NothingToCorrect => "nothing-to-correct",
            Self::ItemUnknown { .. } => "item-unknown",
            Self::ItemTwice { .. } => "item-twice",
            Self::DefectLeftOut { .. } => "defect-left-out",
            Self::LateDefect { .. } => "late-defect",
            Self::NotReturned { .. } => "not-returned",
            Self::NotCorrected { .. } => "not-corrected",
            Self::ReasonMissing => "reason-missing",
            Self::ReasonUnknown { .. } => "reason-unknown",
            Self::ReasonForOther { .. } => "reason-for-other",
            Self::Form(_) => "form",
            Self::NoFeeDue => "no-fee-due",
            Self::WrongAmount { .. } => "wrong-amount",
            Self::FeeUnpaid { .. } => "fee-unpaid",
            Self::SignatureMissing => "signature-missing",
            Self::CollectorMissing => "collector-missing",
            Self::OriginalNotSeen { .. } => "original-not-seen",
            Self::TookPart => "took-part",
            Self::WordsMissing { .. } => "words-missing",
            Self::WordsTooLong { .. } => "words-too-long",
            Self::NotYet { .. } => "not-yet",
            Self::NothingDue => "nothing-due",
            Self::TooLate { .. } => "too-late",
            Self::AlreadyExtended => "already-extended",
            Self::ExtensionTooLong { .. } => "extension-too-long",
            Self::NotOverdue => "not-overdue",
            Self::ResultHandedOver => "result-handed-over",
            Self::FileUnknown => "file-unknown",
            Self::AlreadyRecorded => "already-recorded",
            Self::ComplaintsOpen { .. } => "complaints-open",
            Self::NothingToRefund => "nothing-to-refund",
            Self::ResultStands { .. } => "result-stands",
            Self::AssignedTo { .. } => "assigned-to",
            Self::Recused => "recused",
            Self::OwnRequest => "own-request",
            Self::NotEligible { .. } => "not-eligible",
            Self::ApproversMissing { .. } => "approvers-missing",
            Self::MandateMissing => "mandate-missing",
            Self::MandateRevoked => "mandate-revoked",
            Self::MandateWrong => "mandate-wrong",
            Self::TransferWaits => "transfer-waits",
            Self::TransferUnconfirmed => "transfer-unconfirmed",
            Self::NoTransferWaits => "no-transfer-waits",
            Self::OwnTransfer => "own-transfer",
            Self::OwnEntry => "own-entry",
            Self::CameInFuture => "came-in-future",
            Self::CosignatureMissing => "cosignature-missing",
            Self::NoCosigner => "no-cosigner",
        }
    }

    /// Every code there is: a locale must have words for each.
    pub const CODES: &'static [&'static str] = &[
        "not-in-stage",
        "not-your-role",
        "four-eyes",
        "step-unknown",
        "step-not-open",
        "step-kind",
        "may-not-return",
        "steps-missing",
        "rejections-stand",
        "appointment-missing",
        "day-closed",
        "day-outside",
        "photo-count",
        "nothing-to-correct",
        "item-unknown",
        "item-twice",
        "defect-left-out",
        "late-defect",
        "not-returned",
        "not-corrected",
        "reason-missing",
        "reason-unknown",
        "reason-for-other",
        "form",
        "no-fee-due",
        "wrong-amount",
        "fee-unpaid",
        "signature-missing",
        "collector-missing",
        "original-not-seen",
        "took-part",
        "words-missing",
        "words-too-long",
        "not-yet",
        "nothing-due",
        "too-late",
        "already-extended",
        "extension-too-long",
        "not-overdue",
        "result-handed-over",
        "file-unknown",
        "already-recorded",
        "complaints-open",
        "nothing-to-refund",
        "result-stands",
        "assigned-to",
        "recused",
        "own-request",
        "not-eligible",
        "approvers-missing",
        "mandate-missing",
        "mandate-revoked",
        "mandate-wrong",
        "transfer-waits",
        "transfer-unconfirmed",
        "no-transfer-waits",
        "own-transfer",
        "own-entry",
        "came-in-future",
        "cosignature-missing",
        "no-cosigner",
    ];
}

/// A denied act: every reason, and the request as it was, so that nothing is lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Denied<S: Stage> {
    /// The request, unchanged.
    pub request: Box<Request<S>>,
    /// All the reasons; never empty.
    pub denials: Vec<Denial>,
}

pub(super) fn words<T: ToString>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}
