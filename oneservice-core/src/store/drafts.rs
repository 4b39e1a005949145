//! Where drafts are kept until they are submitted or expire.

use super::{Draft, DraftOutcome, StoreError};
use crate::{
    calendar::Moment,
    ids::{Digest32, OfficeId},
};
use async_trait::async_trait;
use std::fmt::Debug;

/// Where drafts are kept.
///
/// * **Atomicity.** A saving or a purge is seen whole or not at all.
/// * **Durability.** What was answered survives a crash and loss of power ([`MemoryStore`](super::MemoryStore)
///   excepted).
/// * **Order.** Versions of a draft are 1, 2, 3, … without a gap.
/// * **Cancellation.** Dropping a future leaves its work wholly done or wholly not, perhaps only some time later.
#[async_trait]
pub trait Drafts: Debug + Send + Sync {
    /// Saves `draft` if the stored version is `expected` (0: there is none). The very same draft again is
    /// [`DraftOutcome::Saved`], so that a lost answer may be asked for again.
    ///
    /// # Errors
    /// As their `written` says; [`StoreError::Misuse`] writes nothing.
    async fn save_draft(
        &self,
        office: &OfficeId,
        draft: &Draft,
        expected: u64,
    ) -> Result<DraftOutcome, StoreError>;

    /// The draft under `key`, expired or not.
    ///
    /// # Errors
    /// The engine's own; nothing is written.
    async fn load_draft(&self, office: &OfficeId, key: &Digest32) -> Result<Option<Draft>, StoreError>;

    /// Throws away at most `limit` drafts that expire before `before`, the earliest first, and gives them back, so that
    /// their files can follow.
    ///
    /// # Errors
    /// As their `written` says: where it is unknown, drafts may be gone without having been given back.
    async fn purge_drafts(
        &self,
        office: &OfficeId,
        before: Moment,
        limit: usize,
    ) -> Result<Vec<Draft>, StoreError>;
}
