//! Coded reasons of the office itself: for what officers do to a request that no service has reasons for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OfficeProfile;
use crate::ids::ReasonCode;
use crate::text::Text;

/// Why the office does something that delays, moves or takes up a request, or why somebody complains of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficeReason {
    /// Stable code, shown to the applicant.
    pub code: ReasonCode,
    /// What it is for.
    pub kind: OfficeReasonKind,
    /// In words.
    pub text: Text,
    /// A pilot assumption, not law.
    #[serde(default)]
    pub assumed: bool,
    /// What was read.
    #[serde(default)]
    pub source: Option<String>,
}

/// What a reason of the office is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OfficeReasonKind {
    /// To move the due day.
    Extend,
    /// To explain a delay.
    Late,
    /// To take a closed request up again.
    Reopen,
    /// To have no part in a request.
    Recuse,
    /// To give a step to another officer.
    Reassign,
    /// To move the appointment of an inspection.
    Reschedule,
    /// To return for something that could have been named before.
    Exception,
    /// To ask for less than the fee.
    Waive,
    /// Why a transfer was not found on the account.
    Transfer,
    /// Why there is more or less in the drawer than there has to be.
    Cash,
    /// What a complaint is about.
    Complaint,
    /// To suspend a result.
    Suspend,
    /// To revoke a result.
    Revoke,
}

super::words! {
    OfficeReasonKind {
        Extend => "extend", Late => "late", Reopen => "reopen", Recuse => "recuse", Reassign => "reassign",
        Reschedule => "reschedule", Exception => "exception", Waive => "waive", Transfer => "transfer", Cash => "cash", Complaint => "complaint",
        Suspend => "suspend", Revoke => "revoke",
    }
}

impl OfficeProfile {
    /// The reason `code`, if it is one of this kind.
    pub fn reason(&self, code: &ReasonCode, kind: OfficeReasonKind) -> Option<&OfficeReason> {
        self.reasons_of(kind).find(|reason| &reason.code == code)
    }

    /// All reasons of a kind, in the order of the file.
    pub fn reasons_of(&self, kind: OfficeReasonKind) -> impl Iterator<Item = &OfficeReason> {
        self.reasons.iter().filter(move |reason| reason.kind == kind)
    }
}
