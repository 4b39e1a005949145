//! One number for everything that happened: the same on every engine.

use super::StoredEvent;
use crate::ids::Digest32;
use sha2::{Digest, Sha256};

/// Digest over every byte of all events, office by office in the order of their names, each in the order of its log. The
/// same events give the same digest, whichever engine holds them.
///
/// ```
/// use oneservice_core::store::LogDigest;
///
/// assert_eq!(LogDigest::default().finish(), LogDigest::default().finish());
/// ```
#[derive(Debug, Clone, Default)]
pub struct LogDigest {
    hash: Sha256,
}

impl LogDigest {
    /// Takes the next event in.
    pub fn add(&mut self, event: &StoredEvent) {
        // The lengths keep the parts apart.
        let parts: [&[u8]; 9] = [
            event.office.as_str().as_bytes(),
            &event.index.to_be_bytes(),
            event.request.as_bytes(),
            &event.version.to_be_bytes(),
            &event.body.envelope,
            &event.body.salt,
            &event.body.payload,
            event.body.leaf.as_bytes(),
            event.body.commitment.as_bytes(),
        ];
        for part in parts {
            self.hash.update((part.len() as u64).to_be_bytes());
            self.hash.update(part);
        }
    }

    /// The digest over all that was taken in.
    pub fn finish(self) -> Digest32 {
        Digest32::from_bytes(self.hash.finalize().into())
    }
}
