//! What an applicant holds after a request was sent.

use serde::Serialize;

use crate::calendar::{Date, Moment};
use crate::catalog::FeeDue;
use crate::ids::{AccessKey, Digest32, RequestId, TrackingCode};
use crate::request::{ServiceRef, StageName};

/// Proof that a request is stored: made only after the engine answered that it is on disk. Asking again with the same
/// draft gives the same receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The request.
    pub id: RequestId,
    /// Its code for people.
    pub code: TrackingCode,
    /// Its number in the office's register, as the office writes it.
    pub number: String,
    /// The secret link, only for the applicant.
    #[serde(skip)]
    pub key: AccessKey,
    /// The service version.
    pub service: ServiceRef,
    /// Where it stood right after it was sent.
    pub stage: StageName,
    /// When it was recorded.
    pub recorded_at: Moment,
    /// The day it counts as received.
    pub received_on: Date,
    /// The day by which it is due.
    pub due_on: Date,
    /// What it costs.
    pub fee: FeeDue,
    /// Its place in the office's log.
    pub index: u64,
    /// RFC 6962 leaf hash of the submission's envelope.
    pub leaf: Digest32,
}
