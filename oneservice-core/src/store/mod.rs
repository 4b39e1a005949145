//! What a storage engine must promise.
//!
//! The seam between the rules and the disk: three small traits, together a [`Store`], and a fourth to copy stores. An engine keeps events, summary
//! rows and drafts without understanding them; what is lawful was decided before. In return everything above relies on
//! the four words that stand at each trait: atomicity, durability, order, cancellation.
//!
//! * [`Requests`]: write commits, load histories, find rows;
//! * [`Drafts`]: what is not yet submitted;
//! * [`Log`]: everything that happened in an office, in order;
//! * [`Archive`]: everything, record by record, out of one engine and into another ([`transfer()`]);
//! * [`MemoryStore`]: the engine without a disk, reference for the others;
//! * [`GroupCommit`]: one queue before any engine, so that many commits share one write to the disk.
//!
//! The rule owned here: **expected outcomes are values, errors say what is known to be written.** What a caller may
//! meet in good order (a conflict, a repeat) is an [`Outcome`]; a [`StoreError`] says by [`StoreError::written`] whether
//! the work may have been done.

mod archive;
mod commit;
mod draft;
mod drafts;
mod error;
mod event;
mod group_commit;
mod judge;
mod log;
mod log_digest;
mod memory;
mod query;
mod requests;
mod schema;
mod summary;
mod transfer;

pub use archive::{Allowance, Archive, Counts, EXPORT_MAX_BYTES, Kind, Place, Records, SentKey, Weight};
pub use commit::{
    Commit, CounterMove, ENVELOPE_MAX_BYTES, EVENTS_MAX, IdempotencyKey, KEY_MAX_BYTES, Outcome,
    PAYLOAD_MAX_BYTES, Placed, SUMMARY_MAX_BYTES,
};
pub use draft::{Draft, DraftOutcome};
pub use drafts::Drafts;
pub use error::{Misuse, StoreError, Written};
pub use event::{Damage, EventBody, StoredEvent};
pub use group_commit::{GroupCommit, Limits};
pub use judge::{Lookup, judge};
pub use log::{Head, Log};
pub use log_digest::LogDigest;
pub use memory::MemoryStore;
pub use query::{Cursor, CursorError, PAGE_MAX, Position, Query, QueueName, QueueNameError, TOKEN_MAX_BYTES};
pub use requests::{Page, Requests};
pub use schema::Schema;
pub use summary::{Summary, TOKENS_MAX};
pub use transfer::{Progress, Step, TransferError, Transferred, transfer};

/// All that an engine provides.
pub trait Store: Requests + Drafts + Log {}

impl<S: Requests + Drafts + Log + ?Sized> Store for S {}
