//! An event as it is stored: a public envelope, a private payload, and the two hashes that hold them.
//!
//! The rule owned here: **nothing is read back that does not match its hashes.** The leaf hash is that of RFC 6962
//! (`SHA-256(0x00 ‖ envelope)`), so that the office's log can be a Merkle tree over the envelopes as they are; the
//! commitment is `SHA-256(salt ‖ payload)` and stands inside the envelope, so that payload and salt can be erased
//! later and the log stays valid.

use std::convert::Infallible;

use crate::ids::{Digest32, OfficeId, RequestId};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// An event in its place in the office's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The office whose log this is.
    pub office: OfficeId,
    /// Place in the office's log: 0, 1, 2, … without a gap.
    pub index: u64,
    /// The request it happened to.
    pub request: RequestId,
    /// Place in the life of the request: 1, 2, 3, … without a gap.
    pub version: u64,
    /// What was written.
    pub body: EventBody,
}

/// What an engine keeps of an event. It reads none of it, but checks the hashes whenever it gives one out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventBody {
    /// The public part; its bytes are the leaf of the office's log.
    pub envelope: Vec<u8>,
    /// Random bytes that keep the payload from being guessed from its commitment.
    pub salt: [u8; 32],
    /// The private part.
    pub payload: Vec<u8>,
    /// `SHA-256(0x00 ‖ envelope)`.
    pub leaf: Digest32,
    /// `SHA-256(salt ‖ payload)`; also inside the envelope.
    pub commitment: Digest32,
}

impl EventBody {
    /// Seals `payload` under `salt` (32 random bytes, never used twice) and lets `envelope` write the public part,
    /// which must contain the commitment it is given.
    ///
    /// ```
    /// use oneservice_core::store::EventBody;
    ///
    /// let event = EventBody::seal([7; 32], b"name and answers".to_vec(), |commitment| {
    ///     format!("submitted {commitment}").into_bytes()
    /// });
    /// assert!(event.check().is_ok());
    /// ```
    pub fn seal(salt: [u8; 32], payload: Vec<u8>, envelope: impl FnOnce(&Digest32) -> Vec<u8>) -> Self {
        match Self::try_seal(salt, payload, |commitment| Ok::<_, Infallible>(envelope(commitment))) {
            Ok(sealed) => sealed,
            Err(never) => match never {},
        }
    }

    /// The same with an envelope that may fail to be written.
    ///
    /// # Errors
    /// Those of `envelope`.
    pub fn try_seal<E>(
        salt: [u8; 32],
        payload: Vec<u8>,
        envelope: impl FnOnce(&Digest32) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let commitment = Self::commitment_of(&salt, &payload);
        let envelope = envelope(&commitment)?;
        let leaf = Self::leaf_of(&envelope);
        Ok(Self { envelope, salt, payload, leaf, commitment })
    }

    /// The leaf hash of an envelope (RFC 6962, section 2.1).
    pub fn leaf_of(envelope: &[u8]) -> Digest32 {
        Digest32::from_bytes(Sha256::new().chain_update([0]).chain_update(envelope).finalize().into())
    }

    /// The salted hash of a payload.
    pub fn commitment_of(salt: &[u8; 32], payload: &[u8]) -> Digest32 {
        Digest32::from_bytes(Sha256::new().chain_update(salt).chain_update(payload).finalize().into())
    }

    /// Recomputes both hashes.
    ///
    /// # Errors
    /// Which part is not what was written.
    pub fn check(&self) -> Result<(), Damage> {
        if Self::leaf_of(&self.envelope) != self.leaf {
            Err(Damage::Envelope)
        } else if Self::commitment_of(&self.salt, &self.payload) != self.commitment {
            Err(Damage::Payload)
        } else {
            Ok(())
        }
    }
}

/// Which part of an event does not match its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Damage {
    /// The envelope or the leaf hash.
    #[error("the envelope does not match its leaf hash")]
    Envelope,
    /// The payload, the salt or the commitment.
    #[error("the payload does not match its commitment")]
    Payload,
}
