//! What is written at once, and what becomes of it.
//!
//! The rule owned here: **a member of a batch is committed or refused for exactly one reason**, found in a fixed order
//! (see [`Outcome`]), and a refusal writes nothing and leaves the other members alone.

use super::{EventBody, Misuse, Summary};
use crate::{
    calendar::Moment,
    ids::{CommitId, Digest32, OfficeId, RequestId},
};
use std::collections::BTreeSet;

/// Most events of one commit.
pub const EVENTS_MAX: usize = 64;
/// Longest envelope of an event.
pub const ENVELOPE_MAX_BYTES: usize = 64 << 10;
/// Longest payload of an event, and longest body of a draft.
pub const PAYLOAD_MAX_BYTES: usize = 4 << 20;
/// Longest idempotency key, and longest name of a counter.
pub const KEY_MAX_BYTES: usize = 128;
/// Most text in a summary: names, queues and tokens together.
pub const SUMMARY_MAX_BYTES: usize = 64 << 10;

/// New events of one request and all that must change with them: written whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Made by the caller, never used for another commit; asking again under it gives the first answer.
    pub id: CommitId,
    /// The office whose log grows.
    pub office: OfficeId,
    /// The request the events belong to.
    pub request: RequestId,
    /// Version of the request before this commit; 0 for a new request.
    pub expected: u64,
    /// When the events are recorded; never before the last event of the office.
    pub at: Moment,
    /// What happened, oldest first; at least one.
    pub events: Vec<EventBody>,
    /// The request's summary row after the events.
    pub summary: Summary,
    /// Makes a repeated send harmless: kept as long as the request.
    pub key: Option<IdempotencyKey>,
    /// Register numbers that are used up by this commit.
    pub counters: Vec<CounterMove>,
    /// The draft (its key, and the version that was submitted) that this commit takes the place of.
    pub closes_draft: Option<(Digest32, u64)>,
}

/// A name that a sender gives to what they send, so that sending twice makes one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// At most [`KEY_MAX_BYTES`]; unique in the office.
    pub key: String,
    /// Hash of what was sent: the same key with another content is a mistake of the sender.
    pub fingerprint: Digest32,
}

/// Takes the next number of a register that has no gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterMove {
    /// The register; at most [`KEY_MAX_BYTES`].
    pub name: String,
    /// Its value before; 0 if it was never moved. Afterwards it is one more.
    pub from: u64,
}

impl Commit {
    /// Checks the rules of the seam that need no look at the store. Every engine calls it on a whole batch before
    /// it writes, and [`GroupCommit`](super::GroupCommit) before it queues.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self) -> Result<(), Misuse> {
        if self.events.is_empty() {
            return Err(Misuse::NoEvents);
        }
        if self.events.len() > EVENTS_MAX {
            return Err(Misuse::TooManyEvents { count: self.events.len() });
        }
        for event in &self.events {
            bounded("an envelope", event.envelope.len(), ENVELOPE_MAX_BYTES)?;
            bounded("a payload", event.payload.len(), PAYLOAD_MAX_BYTES)?;
            event.check()?;
        }
        if self.summary.request != self.request {
            return Err(Misuse::ForeignSummary);
        }
        if self.summary.version != self.version_after() {
            return Err(Misuse::SummaryVersion { found: self.summary.version, right: self.version_after() });
        }
        bounded("a summary", self.summary.text_bytes(), SUMMARY_MAX_BYTES)?;
        if let Some(key) = &self.key {
            bounded("an idempotency key", key.key.len(), KEY_MAX_BYTES)?;
        }
        let mut moved = BTreeSet::new();
        for counter in &self.counters {
            bounded("a counter's name", counter.name.len(), KEY_MAX_BYTES)?;
            if !moved.insert(&counter.name) {
                return Err(Misuse::CounterTwice { name: counter.name.clone() });
            }
        }
        Ok(())
    }

    /// Version of the request once this is committed.
    pub fn version_after(&self) -> u64 {
        self.expected.saturating_add(self.events.len() as u64)
    }

    /// Where this commit stands if its first event gets the index `first_index`.
    pub fn placed(&self, first_index: u64) -> Placed {
        Placed {
            commit: self.id,
            request: self.request,
            version: self.version_after(),
            first_index,
            at: self.at,
        }
    }
}

pub(super) fn bounded(what: &'static str, bytes: usize, max: usize) -> Result<(), Misuse> {
    if bytes > max { Err(Misuse::TooLong { what, bytes, max }) } else { Ok(()) }
}

/// Where a commit stands in the office's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The commit.
    pub commit: CommitId,
    /// Its request.
    pub request: RequestId,
    /// Version of the request after it.
    pub version: u64,
    /// Index of its first event; the others follow without a gap.
    pub first_index: u64,
    /// When its events were recorded.
    pub at: Moment,
}

/// What became of a member of a batch. The reasons are looked for in the order in which they stand here, and the first
/// that holds is the answer; only [`Outcome::Committed`] wrote anything.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Written by an earlier call: the commit's id is known, or its key with the same fingerprint. The first place.
    Replayed(Placed),
    /// The key is known with another fingerprint: the sender used it for two things.
    KeyReused,
    /// The request is at another version than expected: load again and decide anew.
    VersionConflict {
        /// Its version.
        actual: u64,
    },
    /// Another request of the office has this tracking code: draw another.
    CodeTaken,
    /// The draft is at another version than the one that was submitted: somebody went on writing.
    DraftChanged {
        /// Its version; none if there is no such draft (any more).
        actual: Option<u64>,
    },
    /// A register number is taken: take the next.
    CounterMoved {
        /// The first of [`Commit::counters`] that does not fit.
        name: String,
        /// Its value.
        actual: u64,
    },
    /// `at` lies before the office's last event: ask the clock again.
    ClockBehind {
        /// When the last event was recorded.
        last: Moment,
    },
    /// Written now.
    Committed(Placed),
}

impl Outcome {
    /// Where the commit stands, if it is stored, now or from before.
    pub fn placed(&self) -> Option<Placed> {
        match self {
            Self::Committed(placed) | Self::Replayed(placed) => Some(*placed),
            _ => None,
        }
    }
}
