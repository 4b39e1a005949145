//! A fact as it is stored: a public envelope that names nobody, and a private payload that can be erased later.
//!
//! Both are JSON with a format number. The envelope holds the payload's commitment, a salted SHA-256, so that
//! erasing payload and salt leaves the envelope, and every hash over it, valid and says nothing of what was erased.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Alias, AnyFact, AnyRequest, Draft, Ending, Entry, FactName, Record, Request, StageName, Unlawful,
};
use crate::calendar::Date;
use crate::catalog::{Role, Service};
use crate::ids::{DepartmentId, Digest32, OfficeId, ReasonCode, RequestId, ServiceId, StepId, VersionHash};
use crate::money::Money;

/// The format in which events are written today. Older ones stay readable.
pub const EVENT_FORMAT: u32 = 1;

/// Room for most envelopes and payloads, so that they need not move while they are written.
const USUAL_BYTES: usize = 1_024;

fn written(part: &impl Serialize) -> Result<Vec<u8>, PayloadError> {
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    serde_json::to_writer(&mut bytes, part)?;
    Ok(bytes)
}

/// A fact with who recorded it and when: the private payload of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Who and when.
    #[serde(flatten)]
    pub entry: Entry,
    /// What happened.
    pub fact: AnyFact,
}

/// A payload that cannot be read: damaged, or written by a newer version of this library.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// Not a payload at all.
    #[error("the payload is not readable")]
    Malformed(#[from] serde_json::Error),
    /// Written in a format this version does not know: use the newer program.
    #[error("the payload has format {found}; this version reads up to {known}")]
    Newer {
        /// The format found.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// The history does not begin with a submission.
    #[error("the history does not begin with a submission")]
    NoBeginning,
    /// The closings of the cash desk leave something out or count it twice.
    #[error("the closings of the cash desk do not follow each other")]
    Closings,
    /// The history breaks the lifecycle table.
    #[error(transparent)]
    Unlawful(#[from] Unlawful),
}

#[derive(Serialize)]
struct PayloadOut<'a> {
    format: u32,
    #[serde(flatten)]
    recorded: &'a Recorded,
}

#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

impl Recorded {
    /// The bytes to store.
    ///
    /// # Errors
    /// Only if a value cannot be written as JSON, which no fact made by the rules can cause.
    pub fn to_payload(&self) -> Result<Vec<u8>, PayloadError> {
        written(&PayloadOut { format: EVENT_FORMAT, recorded: self })
    }

    /// Reads stored bytes of any released format.
    ///
    /// # Errors
    /// [`PayloadError::Malformed`], [`PayloadError::Newer`].
    pub fn from_payload(bytes: &[u8]) -> Result<Self, PayloadError> {
        match serde_json::from_slice::<Self>(bytes) {
            Ok(recorded) if bytes.starts_with(b"{\"format\":1,") => Ok(recorded),
            read => {
                let found = serde_json::from_slice::<FormatOnly>(bytes)?.format;
                if found > EVENT_FORMAT {
                    return Err(PayloadError::Newer { found, known: EVENT_FORMAT });
                }
                Ok(read?)
            }
        }
    }
}

/// What the public may know of one event: no name, no free text, no file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// [`EVENT_FORMAT`] when it was written.
    pub format: u32,
    /// The office.
    pub office: OfficeId,
    /// The request's name in the public log; random, so that it leads to nobody.
    pub request: Alias,
    /// 1, 2, 3, … within the request.
    pub version: u64,
    /// What happened.
    pub fact: FactName,
    /// Where the request stands afterwards.
    pub stage: StageName,
    /// The service.
    pub service: ServiceId,
    /// Its version, by content.
    pub service_version: VersionHash,
    /// The role in which it was recorded.
    pub role: Role,
    /// The department, if an officer recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentId>,
    /// When, to the minute, in UTC: `2026-11-24T03:45Z`.
    pub minute: String,
    /// How many minutes later than it happened it was entered, if it came on paper before: whoever enters late is seen to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag_minutes: Option<u64>,
    /// The day by which the office must be done, if its clock runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// The step of the plan it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// Coded reasons: of a return, a rejection or a refusal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<ReasonCode>,
    /// The fee on a submission or correction, the money on a payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// How it ended, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
    /// Salted SHA-256 of the payload.
    pub commitment: Digest32,
}

impl Envelope {
    /// The envelope of `recorded`, whose payload has `commitment`, and which brought the request to `after`.
    pub fn of(recorded: &Recorded, after: &AnyRequest, commitment: Digest32) -> Self {
        let record = after.record();
        let ending = match after {
            AnyRequest::Closed(closed) => Some(closed.stage().ending),
            _ => None,
        };
        let (step, reasons, amount) = public_parts(&recorded.fact);
        Self {
            format: EVENT_FORMAT,
            office: record.office.clone(),
            request: record.alias,
            version: record.version,
            fact: recorded.fact.name(),
            stage: after.stage(),
            service: record.service.id.clone(),
            service_version: record.service.hash,
            role: recorded.entry.by.role,
            department: recorded.entry.by.department.clone(),
            minute: recorded.entry.minute(),
            lag_minutes: recorded.entry.lag_minutes(),
            due: record.due_on,
            step,
            reasons,
            amount,
            ending,
            commitment,
        }
    }

    /// The bytes that are stored, hashed and published.
    ///
    /// # Errors
    /// Only if a value cannot be written as JSON, which no envelope made by [`of`](Self::of) can cause.
    pub fn to_bytes(&self) -> Result<Vec<u8>, PayloadError> {
        written(self)
    }
}

fn public_parts(fact: &AnyFact) -> (Option<StepId>, Vec<ReasonCode>, Option<Money>) {
    match fact {
        AnyFact::Submission(f) => (None, Vec::new(), Some(f.fee.total)),
        AnyFact::Resubmission(f) => (None, Vec::new(), Some(f.fee.total)),
        AnyFact::Payment(f) => (None, Vec::new(), Some(f.amount)),
        AnyFact::Judgement(f) => {
            let reasons = match &f.verdict {
                super::Verdict::Rejected { reason, .. } => vec![reason.clone()],
                _ => Vec::new(),
            };
            (Some(f.step.clone()), reasons, None)
        }
        AnyFact::StepPassed(f) => (Some(f.step.clone()), Vec::new(), None),
        AnyFact::Return(f) => {
            let reasons = f.corrections.iter().map(|c| &c.reason).chain(&f.exception).cloned().collect();
            (Some(f.step.clone()), reasons, None)
        }
        AnyFact::Reminder(f) => (f.step.clone(), Vec::new(), None),
        AnyFact::Escalation(f) => (f.step.clone(), Vec::new(), None),
        AnyFact::Approval(f) => (Some(f.step.clone()), Vec::new(), None),
        AnyFact::Refusal(f) => (Some(f.step.clone()), f.reasons.clone(), None),
        AnyFact::Issuance(f) => (Some(f.step.clone()), Vec::new(), None),
        AnyFact::Extension(f) => (None, vec![f.reason.clone()], None),
        AnyFact::DelayExplained(f) => (None, vec![f.reason.clone()], None),
        AnyFact::Reopening(f) => (None, vec![f.reason.clone()], None),
        AnyFact::Suspension(f) => (None, vec![f.reason.clone()], None),
        AnyFact::Revocation(f) => (None, vec![f.reason.clone()], None),
        AnyFact::Complaint(f) => (None, vec![f.subject.clone()], None),
        AnyFact::Waiver(f) => (None, vec![f.reason.clone()], Some(f.amount)),
        AnyFact::Refund(f) => (None, Vec::new(), Some(f.amount)),
        AnyFact::TransferRecorded(f) => (None, Vec::new(), Some(f.amount)),
        AnyFact::TransferConfirmed(f) => (None, Vec::new(), Some(f.amount)),
        AnyFact::TransferRejected(f) => (None, vec![f.reason.clone()], None),
        AnyFact::Assignment(f) => (Some(f.step.clone()), f.reason.iter().cloned().collect(), None),
        AnyFact::InspectionScheduled(f) => (Some(f.step.clone()), f.reason.iter().cloned().collect(), None),
        AnyFact::Recusal(f) => (None, vec![f.reason.clone()], None),
        AnyFact::Endorsement(f) => (Some(f.step.clone()), Vec::new(), None),
        AnyFact::Vacancy(f) => (Some(f.step.clone()), Vec::new(), None),
        AnyFact::ReviewOpened(_)
        | AnyFact::Collection(_)
        | AnyFact::Withdrawal(_)
        | AnyFact::Lapse(_)
        | AnyFact::Objection(_)
        | AnyFact::ObjectionUpheld(_)
        | AnyFact::ObjectionDismissed(_)
        | AnyFact::RefusalFinal(_)
        | AnyFact::SilentApproval(_)
        | AnyFact::Reading(_)
        | AnyFact::ComplaintAnswered(_)
        | AnyFact::Reinstatement(_)
        | AnyFact::Expiry(_)
        | AnyFact::Replacement(_)
        | AnyFact::Mandate(_)
        | AnyFact::MandateRevoked(_)
        | AnyFact::Cosignature(_) => (None, Vec::new(), None),
    }
}

/// The request that a history leads to, under the service version it names.
///
/// # Errors
/// [`PayloadError::NoBeginning`] and [`PayloadError::Unlawful`] when the history was tampered with or is damaged.
pub fn replay<'a>(
    id: RequestId,
    service: Arc<Service>,
    history: impl IntoIterator<Item = &'a Recorded>,
) -> Result<AnyRequest, PayloadError> {
    let mut facts = history.into_iter();
    let Some(Recorded { entry, fact: AnyFact::Submission(submission) }) = facts.next() else {
        return Err(PayloadError::NoBeginning);
    };
    let draft = Request { record: Box::new(Record::begin(id, submission, entry)), service, stage: Draft };
    let begun = AnyRequest::Submitted(draft.take(submission, entry));
    Ok(facts.try_fold(begun, |request, Recorded { entry, fact }| request.evolve(fact, entry))?)
}
