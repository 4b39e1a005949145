//! What lets the applicant see and complain, and money that is not taken or given back.

use serde::{Deserialize, Serialize};

use super::ReasonCode;
use crate::ids::{BlobId, DocumentId};
use crate::money::Money;

/// An officer opened a paper. Recorded the first time for each officer and file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The paper.
    pub document: DocumentId,
    /// The file.
    pub blob: BlobId,
}

/// The applicant complains of how the request is handled. Seen and answered by the ombudsman.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// A reason of kind `complaint` in the office's profile.
    pub subject: ReasonCode,
    /// The applicant's words.
    pub text: String,
}

/// The ombudsman answered the oldest complaint that was open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintAnswered {
    /// Words to the applicant.
    pub text: String,
}

/// A part of the fee, or all of it, is not asked for, for a coded reason of the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// How much.
    pub amount: Money,
    /// A reason of kind `waive` in the office's profile.
    pub reason: ReasonCode,
    /// Words to the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The cashier gave money back: all that was taken and is not owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// How much.
    pub amount: Money,
    /// The number of its receipt in the office's register, without gaps.
    pub receipt: String,
}
