//! The office's log: every event of every request, in the order in which they were committed.

use super::{StoreError, StoredEvent};
use crate::{calendar::Moment, ids::OfficeId};
use async_trait::async_trait;
use std::fmt::Debug;

/// The office's log, as those read it who follow or audit it.
///
/// * **Atomicity.** A reader sees a commit's events all or none; whoever has read up to the head has missed nothing.
/// * **Durability.** What was read survives ([`MemoryStore`](super::MemoryStore) excepted): nothing is shown that a
///   crash could take back.
/// * **Order.** Indexes 0, 1, 2, … without a gap; what is appended never changes what was there.
/// * **Cancellation.** Reading only.
#[async_trait]
pub trait Log: Debug + Send + Sync {
    /// Size and time of the office's log; [`Head::default`] for an office that has none.
    ///
    /// # Errors
    /// The engine's own.
    async fn head(&self, office: &OfficeId) -> Result<Head, StoreError>;

    /// Events from index `from` on, at most `limit` and at most [`PAGE_MAX`](super::PAGE_MAX), at least one if there is
    /// one (and `limit` is not 0). Their hashes are checked.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] names the first damaged event; the engine's own.
    async fn events(
        &self,
        office: &OfficeId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError>;

    /// The last number taken from a register; 0 if none was.
    ///
    /// # Errors
    /// The engine's own.
    async fn counter(&self, office: &OfficeId, name: &str) -> Result<u64, StoreError>;
}

/// Where an office's log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of events; the index of the next.
    pub size: u64,
    /// When the last was recorded; 1970 for an empty log. The log takes nothing earlier.
    pub last_at: Moment,
}

impl Default for Head {
    fn default() -> Self {
        Self { size: 0, last_at: Moment::from_millis(0) }
    }
}
