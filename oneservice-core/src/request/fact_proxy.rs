//! Who may collect for the applicant: a mandate, its end, and how it was shown.

use serde::{Deserialize, Serialize};

use crate::ids::Digest32;

/// The applicant names a person who may collect the result, and is given a code for them, once. Another mandate takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// The name of the proxy.
    pub name: String,
    /// The kind of the proxy's identity paper and its last digits: `national-id 6789`.
    pub identity: String,
    /// What the code is known by: see [`Office::mandate_code`](crate::office::Office::mandate_code). The code itself is kept nowhere.
    pub code: Digest32,
}

/// The applicant takes the mandate back: its code opens nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MandateRevoked {}

/// How a proxy showed that the applicant sent them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MandateProof {
    /// By the code of a [`Mandate`], as [`Office::mandate_code`](crate::office::Office::mandate_code) knows it.
    Code(Digest32),
    /// By a written authority, which the officer saw.
    Paper,
}
