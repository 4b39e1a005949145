//! A draft: what somebody has filled in and not yet submitted. It is no fact and not in any log.

use super::{
    Misuse,
    commit::{PAYLOAD_MAX_BYTES, bounded},
};
use crate::{calendar::Moment, ids::Digest32};

/// A draft as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Keyed hash of the access key that opens it.
    pub key: Digest32,
    /// 1, 2, 3, …: one more with each saving.
    pub version: u64,
    /// When it was saved.
    pub saved_at: Moment,
    /// When it may be thrown away.
    pub expires_at: Moment,
    /// What was filled in; at most [`PAYLOAD_MAX_BYTES`]. The engine reads none of it.
    pub body: Vec<u8>,
}

impl Draft {
    /// Checks the rules of the seam that need no look at the store; every engine calls it before it saves.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn check(&self, expected: u64) -> Result<(), Misuse> {
        bounded("a draft", self.body.len(), PAYLOAD_MAX_BYTES)?;
        if Some(self.version) != expected.checked_add(1) {
            return Err(Misuse::DraftVersion { found: self.version, expected });
        }
        Ok(())
    }
}

/// What became of a draft that was to be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DraftOutcome {
    /// It is stored, now or from an earlier call with the very same draft.
    Saved,
    /// It was changed elsewhere, submitted or thrown away meanwhile; nothing was written.
    Changed {
        /// The stored version; none if there is no such draft (any more).
        actual: Option<u64>,
    },
}
