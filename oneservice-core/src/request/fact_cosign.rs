//! The signature of somebody besides the applicant.

use serde::{Deserialize, Serialize};

use super::Signature;

/// Whoever the service wants to sign besides the applicant has signed, under what the applicant signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cosignature {
    /// The kind of the co-signer's identity paper and its last digits: `national-id 6789`.
    pub identity: String,
    /// The signature.
    pub signature: Signature,
}
