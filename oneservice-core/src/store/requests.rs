//! Where requests are written and found again.

use super::{Commit, Cursor, Outcome, Placed, Query, StoreError, StoredEvent, Summary};
use crate::ids::{CommitId, OfficeId, RequestId};
use async_trait::async_trait;
use std::fmt::Debug;

/// Where the histories of requests are kept.
///
/// * **Atomicity.** Each member of a batch is seen whole (events, summary, listings, key, counters, closed draft, the
///   office's head) or not at all, by readers and after a crash; one member's refusal leaves the others alone.
/// * **Durability.** What `commit` answered [`Outcome::Committed`] survives a crash and loss of power
///   ([`MemoryStore`](super::MemoryStore) excepted). It is visible to every reader who asks after the answer.
/// * **Order.** Members take effect in batch order. A request's events have versions 1, 2, 3, … and an office's events
///   indexes 0, 1, 2, …, both without a gap, and `at` never decreases along an office's log. Offices know nothing of
///   each other.
/// * **Cancellation.** Dropping the future of `commit` leaves each member wholly written or wholly not, perhaps only
///   some time later; the other methods write nothing.
///
/// Every engine passes the whole of the conformance suite (`testing`, a feature of this crate).
#[async_trait]
pub trait Requests: Debug + Send + Sync {
    /// Writes what of `batch` can be written and answers for each member, in order.
    ///
    /// # Errors
    /// [`StoreError::Misuse`], [`StoreError::Busy`], [`StoreError::Closed`]: nothing of the batch is written.
    /// [`StoreError::Unavailable`], [`StoreError::Full`]: as their `written` says; if unknown, each member for itself
    /// may be written or not, and [`outcome`](Self::outcome) tells, once it answers. [`StoreError::Corrupt`]: nothing is
    /// written.
    async fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError>;

    /// Whether batches of different offices are best sent side by side, since none waits for another. An engine with one writer says
    /// no, as is assumed: there, a batch of all offices is cheaper.
    fn writes_offices_apart(&self) -> bool {
        false
    }

    /// Where a commit stands; none if it is not stored.
    ///
    /// # Errors
    /// The engine's own; nothing is written, and nothing is known of the commit.
    async fn outcome(&self, office: &OfficeId, commit: CommitId) -> Result<Option<Placed>, StoreError>;

    /// All events of a request, oldest first; none if there is no such request in this office. Their hashes are checked.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if an event is damaged or missing; the engine's own. Nothing is written.
    async fn history(&self, office: &OfficeId, request: RequestId) -> Result<Vec<StoredEvent>, StoreError>;

    /// The summary row of a request; none if there is no such request in this office.
    ///
    /// # Errors
    /// The engine's own; nothing is written.
    async fn summary(&self, office: &OfficeId, request: RequestId) -> Result<Option<Summary>, StoreError>;

    /// The requests listed under `query`, in the order of their positions, equal ones by request, after `after`.
    /// At most `limit` rows and at most [`PAGE_MAX`](super::PAGE_MAX); reads at most one row more than it gives.
    /// `limit` 0 gives nothing.
    ///
    /// # Errors
    /// The engine's own; nothing is written.
    async fn find(
        &self,
        office: &OfficeId,
        query: &Query,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError>;
}

/// A page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The rows, in order.
    pub rows: Vec<Summary>,
    /// Where the next page starts; none if this is the last.
    pub next: Option<Cursor>,
}
