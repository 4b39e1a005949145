//! Names of the facts, for rows, pages and files.

use serde::{Deserialize, Serialize};

/// Names of the facts, for rows, pages and files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is documented at the fact it names")]
pub enum FactName {
    Submission,
    ReviewOpened,
    Payment,
    Judgement,
    StepPassed,
    Return,
    Resubmission,
    Approval,
    Refusal,
    Issuance,
    Collection,
    Withdrawal,
    Lapse,
    Objection,
    ObjectionUpheld,
    ObjectionDismissed,
    RefusalFinal,
    Reminder,
    Escalation,
    SilentApproval,
    Extension,
    DelayExplained,
    Reopening,
    Reading,
    Complaint,
    ComplaintAnswered,
    Waiver,
    Refund,
    Suspension,
    Reinstatement,
    Revocation,
    Expiry,
    Assignment,
    Recusal,
    Endorsement,
    Vacancy,
    Mandate,
    MandateRevoked,
    TransferRecorded,
    TransferConfirmed,
    TransferRejected,
    Cosignature,
    InspectionScheduled,
    Replacement,
}

impl FactName {
    /// The name as it is written in files: `step-passed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::ReviewOpened => "review-opened",
            Self::Payment => "payment",
            Self::Judgement => "judgement",
            Self::StepPassed => "step-passed",
            Self::Return => "return",
            Self::Resubmission => "resubmission",
            Self::Approval => "approval",
            Self::Refusal => "refusal",
            Self::Issuance => "issuance",
            Self::Collection => "collection",
            Self::Withdrawal => "withdrawal",
            Self::Lapse => "lapse",
            Self::Objection => "objection",
            Self::ObjectionUpheld => "objection-upheld",
            Self::ObjectionDismissed => "objection-dismissed",
            Self::RefusalFinal => "refusal-final",
            Self::Reminder => "reminder",
            Self::Escalation => "escalation",
            Self::SilentApproval => "silent-approval",
            Self::Extension => "extension",
            Self::DelayExplained => "delay-explained",
            Self::Reopening => "reopening",
            Self::Reading => "reading",
            Self::Complaint => "complaint",
            Self::ComplaintAnswered => "complaint-answered",
            Self::Waiver => "waiver",
            Self::Refund => "refund",
            Self::Suspension => "suspension",
            Self::Reinstatement => "reinstatement",
            Self::Revocation => "revocation",
            Self::Expiry => "expiry",
            Self::Assignment => "assignment",
            Self::Recusal => "recusal",
            Self::Endorsement => "endorsement",
            Self::Vacancy => "vacancy",
            Self::Mandate => "mandate",
            Self::MandateRevoked => "mandate-revoked",
            Self::TransferRecorded => "transfer-recorded",
            Self::TransferConfirmed => "transfer-confirmed",
            Self::TransferRejected => "transfer-rejected",
            Self::Cosignature => "cosignature",
            Self::InspectionScheduled => "inspection-scheduled",
            Self::Replacement => "replacement",
        }
    }
}

/// A fact type's name.
pub trait NamedFact {
    /// The name.
    const NAME: FactName;
}

impl std::fmt::Display for FactName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
