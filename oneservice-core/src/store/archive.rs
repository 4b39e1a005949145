//! Everything that a store holds, as records that every engine understands: what a copy into another engine is made of.
//!
//! The rule owned here: **a store into which a transfer is not finished is no office.** [`begin_import`](Archive::begin_import)
//! marks it, only [`finish_import`](Archive::finish_import) takes the mark away, and nothing else is written meanwhile.

use super::{Draft, Head, Placed, Store, StoreError, StoredEvent, Summary};
use crate::ids::{CommitId, Digest32, OfficeId, RequestId};
use async_trait::async_trait;
use serde::Serialize;

/// Most bytes of contents in one page of [`Archive::export`], except that one record is always given.
pub const EXPORT_MAX_BYTES: usize = 8 << 20;

/// Reads a store out record by record, and takes such records in.
///
/// * **Atomicity.** What one `import` brings is written whole or not at all; so are `begin_import` and `finish_import`.
/// * **Durability.** What was answered survives a crash and loss of power ([`MemoryStore`](super::MemoryStore)
///   excepted).
/// * **Order.** Offices come in the order of their names, records of a kind in the order of their names' bytes, events by
///   index: the same on every engine.
/// * **Cancellation.** Dropping a future leaves its work wholly done or wholly not, perhaps only some time later;
///   `offices`, `counts` and `export` write nothing.
///
/// While a transfer into a store is under way, [`commit`](super::Requests::commit),
/// [`save_draft`](super::Drafts::save_draft) and [`purge_drafts`](super::Drafts::purge_drafts) answer
/// [`StoreError::Unfinished`], and so does opening it for anything but the transfer.
#[async_trait]
pub trait Archive: Store {
    /// The offices that have a log or drafts, in the order of their names.
    ///
    /// # Errors
    /// The engine's own.
    async fn offices(&self) -> Result<Vec<OfficeId>, StoreError>;

    /// How much the whole store holds, whatever office it belongs to.
    ///
    /// # Errors
    /// The engine's own.
    async fn counts(&self) -> Result<Counts, StoreError>;

    /// Records of one kind from `place` on: at most `limit`, at most [`PAGE_MAX`](super::PAGE_MAX), and as many as
    /// [`Allowance`] gives room for, but at least one if there is one (and `limit` is not 0). Their hashes are checked.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if a record is damaged; the engine's own.
    async fn export(&self, office: &OfficeId, place: &Place, limit: usize) -> Result<Records, StoreError>;

    /// Marks the store as the target of a transfer. A store that has the mark already keeps it and what came with earlier
    /// tries, but for its drafts, which are thrown away: they may have been submitted at the source meanwhile.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] if it holds anything and has no mark; as their `written` says.
    async fn begin_import(&self) -> Result<(), StoreError>;

    /// Writes records of `office` as they are: an event with its place in its request's history, a summary with its
    /// listings. Events, commits and keys that are there already are left as they are, since they never change;
    /// counters, summaries and drafts are replaced. So the same records again change nothing.
    ///
    /// # Errors
    /// [`Misuse::NoTransfer`](super::Misuse::NoTransfer) without the mark; as their `written` says.
    async fn import(&self, office: &OfficeId, records: &Records) -> Result<(), StoreError>;

    /// Writes where each office's log ends, and takes the mark away: from now on the store is like any other.
    ///
    /// # Errors
    /// [`Misuse::NoTransfer`](super::Misuse::NoTransfer) without the mark; as their `written` says.
    async fn finish_import(&self, heads: &[(OfficeId, Head)]) -> Result<(), StoreError>;
}

/// What kinds of records a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// What happened.
    Events,
    /// Where each commit stands.
    Commits,
    /// Idempotency keys.
    Keys,
    /// Registers.
    Counters,
    /// Summary rows, one for each request; where they are listed follows from them.
    Summaries,
    /// What is not yet submitted.
    Drafts,
}

impl Kind {
    /// Every kind, in the order in which they are copied: what is pointed at comes first.
    pub const ALL: [Self; 6] =
        [Self::Events, Self::Commits, Self::Keys, Self::Counters, Self::Summaries, Self::Drafts];

    /// The kind's name, in English.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Commits => "commits",
            Self::Keys => "keys",
            Self::Counters => "counters",
            Self::Summaries => "summaries",
            Self::Drafts => "drafts",
        }
    }
}

/// Where a page of [`Archive::export`] begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Events from this index on.
    Events(u64),
    /// Commits after this one.
    Commits(Option<CommitId>),
    /// Keys after this one.
    Keys(Option<String>),
    /// Counters after this one.
    Counters(Option<String>),
    /// Summaries after that of this request.
    Summaries(Option<RequestId>),
    /// Drafts after this one.
    Drafts(Option<Digest32>),
}

impl Place {
    /// Before all records of `kind`.
    pub fn first(kind: Kind) -> Self {
        match kind {
            Kind::Events => Self::Events(0),
            Kind::Commits => Self::Commits(None),
            Kind::Keys => Self::Keys(None),
            Kind::Counters => Self::Counters(None),
            Kind::Summaries => Self::Summaries(None),
            Kind::Drafts => Self::Drafts(None),
        }
    }
}

/// Records of one kind, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Records {
    /// What happened.
    Events(Vec<StoredEvent>),
    /// Where each commit stands.
    Commits(Vec<Placed>),
    /// Idempotency keys.
    Keys(Vec<SentKey>),
    /// Registers and the last number taken from each.
    Counters(Vec<(String, u64)>),
    /// Summary rows.
    Summaries(Vec<Summary>),
    /// Drafts.
    Drafts(Vec<Draft>),
}

/// An idempotency key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentKey {
    /// The key.
    pub key: String,
    /// Hash of what was sent under it.
    pub fingerprint: Digest32,
    /// The commit that it made.
    pub commit: CommitId,
}

impl Records {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Events(records) => records.len(),
            Self::Commits(records) => records.len(),
            Self::Keys(records) => records.len(),
            Self::Counters(records) => records.len(),
            Self::Summaries(records) => records.len(),
            Self::Drafts(records) => records.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the next page begins; none if this one is empty.
    pub fn next(&self) -> Option<Place> {
        Some(match self {
            Self::Events(records) => Place::Events(records.last()?.index.saturating_add(1)),
            Self::Commits(records) => Place::Commits(Some(records.last()?.commit)),
            Self::Keys(records) => Place::Keys(Some(records.last()?.key.clone())),
            Self::Counters(records) => Place::Counters(Some(records.last()?.0.clone())),
            Self::Summaries(records) => Place::Summaries(Some(records.last()?.request)),
            Self::Drafts(records) => Place::Drafts(Some(records.last()?.key)),
        })
    }
}

/// How many records of each kind there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Events.
    pub events: u64,
    /// Commits.
    pub commits: u64,
    /// Idempotency keys.
    pub keys: u64,
    /// Counters.
    pub counters: u64,
    /// Summaries.
    pub summaries: u64,
    /// Drafts.
    pub drafts: u64,
}

impl Counts {
    /// How many there are of `kind`.
    pub fn of(&self, kind: Kind) -> u64 {
        match kind {
            Kind::Events => self.events,
            Kind::Commits => self.commits,
            Kind::Keys => self.keys,
            Kind::Counters => self.counters,
            Kind::Summaries => self.summaries,
            Kind::Drafts => self.drafts,
        }
    }

    /// How many there are of all kinds.
    pub fn total(&self) -> u64 {
        Kind::ALL.iter().map(|kind| self.of(*kind)).sum()
    }
}

/// What still fits into a page of [`Archive::export`]: one rule, so that the pages of all engines end at the same records.
#[derive(Debug)]
pub struct Allowance {
    records: usize,
    bytes: usize,
    first: bool,
}

impl Allowance {
    /// Room for `limit` records and for [`EXPORT_MAX_BYTES`].
    pub fn new(limit: usize) -> Self {
        Self { records: limit.min(super::PAGE_MAX), bytes: EXPORT_MAX_BYTES, first: true }
    }

    /// Most records that may still come.
    pub fn records(&self) -> usize {
        self.records
    }

    /// Takes the room of one more record; false, and nothing is taken, if there is none.
    pub fn take(&mut self, record: &impl Weight) -> bool {
        let bytes = record.bytes();
        if self.records == 0 || (bytes > self.bytes && !self.first) {
            return false;
        }
        self.first = false;
        self.records -= 1;
        self.bytes = self.bytes.saturating_sub(bytes);
        true
    }
}

/// How much room a record takes in a page.
pub trait Weight {
    /// Bytes of its contents; what is small and bounded does not count.
    fn bytes(&self) -> usize;
}

impl Weight for StoredEvent {
    fn bytes(&self) -> usize {
        self.body.envelope.len() + self.body.payload.len()
    }
}

impl Weight for Summary {
    fn bytes(&self) -> usize {
        self.text_bytes()
    }
}

impl Weight for Draft {
    fn bytes(&self) -> usize {
        self.body.len()
    }
}

impl Weight for Placed {
    fn bytes(&self) -> usize {
        0
    }
}

impl Weight for SentKey {
    fn bytes(&self) -> usize {
        0
    }
}

impl Weight for (String, u64) {
    fn bytes(&self) -> usize {
        0
    }
}
