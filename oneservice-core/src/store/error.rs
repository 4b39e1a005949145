//! Why an engine could not do its work, and what is then known of the data.

use crate::ids::OfficeId;
use std::{error::Error as StdError, path::PathBuf, sync::Arc};
use thiserror::Error;

/// What is known of a write that ended in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Written {
    /// Nothing of it is stored, nor will be.
    No,
    /// It may be stored or not: look up the commit's id with [`Requests::outcome`](super::Requests::outcome).
    Unknown,
}

/// Why an engine could not do its work. What an office may *expect* (a version conflict, say) is an
/// [`Outcome`](super::Outcome), not an error.
#[non_exhaustive]
#[derive(Debug, Clone, Error)]
pub enum StoreError {
    /// The engine did not answer. Try again later; where `written` is [`Written::Unknown`], look before.
    #[error("{engine} is unavailable")]
    Unavailable {
        /// `"redb"`, `"sqlite"`, …
        engine: &'static str,
        /// What is known of what was to be written.
        written: Written,
        /// What the engine said.
        source: Arc<dyn StdError + Send + Sync>,
    },
    /// There is no room left. What was acknowledged stays readable; make room, then go on.
    #[error("no room is left for {engine}")]
    Full {
        /// The engine.
        engine: &'static str,
        /// What is known of what was to be written.
        written: Written,
        /// What the engine said.
        source: Arc<dyn StdError + Send + Sync>,
    },
    /// What was read is not what was written. Stop, keep the file, run the check, restore from a copy.
    #[error("{engine} gave back damaged data: {what}")]
    Corrupt {
        /// The engine.
        engine: &'static str,
        /// The office whose data it is, where known.
        office: Option<OfficeId>,
        /// Place of the damaged event in the office's log, if it is an event.
        index: Option<u64>,
        /// What is wrong.
        what: String,
    },
    /// The store was written by a later version of the program: use that one.
    #[error("the store has format {found}; this program knows formats up to {known}")]
    Newer {
        /// Format of the store.
        found: u32,
        /// Latest format known here.
        known: u32,
    },
    /// Another process has the store open.
    #[error("{} is in use by another process", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// There is no store here: create one, or correct the path.
    #[error("{} holds no store", path.display())]
    Missing {
        /// The file looked for.
        path: PathBuf,
    },
    /// There is a store already where one was to be created; it was not touched.
    #[error("{} is there already", path.display())]
    AlreadyThere {
        /// The file.
        path: PathBuf,
    },
    /// A transfer into this store is not finished: run it again. Until then it is no office, and nothing is written.
    #[error("a transfer into this store is not finished: run it again")]
    Unfinished,
    /// The target of a transfer holds data of its own; it was not touched. Name an empty one.
    #[error("the target holds data already")]
    NotEmpty,
    /// Too many commits are waiting for the engine. Nothing was written; try again in a moment.
    #[error("{waiting} commits are waiting already")]
    Busy {
        /// How many may wait.
        waiting: usize,
    },
    /// The store is being closed. Nothing was written.
    #[error("the store is closed")]
    Closed,
    /// The caller broke a rule of the seam; nothing was written. A defect of the caller, not of the data.
    #[error(transparent)]
    Misuse(#[from] Misuse),
}

impl StoreError {
    /// Stable name: API field, log field and key of the translated message.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "store.unavailable",
            Self::Full { .. } => "store.full",
            Self::Corrupt { .. } => "store.corrupt",
            Self::Newer { .. } => "store.newer",
            Self::Locked { .. } => "store.locked",
            Self::Missing { .. } => "store.missing",
            Self::AlreadyThere { .. } => "store.already_there",
            Self::Unfinished => "store.unfinished",
            Self::NotEmpty => "store.not_empty",
            Self::Busy { .. } => "store.busy",
            Self::Closed => "store.closed",
            Self::Misuse(_) => "store.misuse",
        }
    }

    /// What the translated message may name.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Unavailable { engine, .. } | Self::Full { engine, .. } => {
                vec![("engine", (*engine).into())]
            }
            Self::Corrupt { engine, office, index, what } => {
                let mut params = vec![("engine", (*engine).into()), ("what", what.clone())];
                params.extend(office.as_ref().map(|office| ("office", office.to_string())));
                params.extend(index.map(|index| ("index", index.to_string())));
                params
            }
            Self::Newer { found, known } => vec![("found", found.to_string()), ("known", known.to_string())],
            Self::Locked { path } | Self::Missing { path } | Self::AlreadyThere { path } => {
                vec![("path", path.display().to_string())]
            }
            Self::Busy { waiting } => vec![("waiting", waiting.to_string())],
            Self::Unfinished | Self::NotEmpty | Self::Closed => vec![],
            Self::Misuse(misuse) => vec![("what", misuse.to_string())],
        }
    }

    /// What is known of what was to be written when this error came.
    pub fn written(&self) -> Written {
        match self {
            Self::Unavailable { written, .. } | Self::Full { written, .. } => *written,
            _ => Written::No,
        }
    }

    /// The same error, with what has been found out since about the write.
    #[must_use]
    pub fn with_written(mut self, known: Written) -> Self {
        if let Self::Unavailable { written, .. } | Self::Full { written, .. } = &mut self {
            *written = known;
        }
        self
    }

    /// Whether the same call may succeed later without anybody changing the call.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Full { .. } | Self::Busy { .. } | Self::Locked { .. })
    }
}

/// A rule of the seam that a caller broke.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Misuse {
    /// A commit without events says nothing.
    #[error("a commit has no events")]
    NoEvents,
    /// More than [`EVENTS_MAX`](super::EVENTS_MAX) events.
    #[error("a commit has {count} events")]
    TooManyEvents {
        /// How many.
        count: usize,
    },
    /// The summary is of another request.
    #[error("the summary is of another request")]
    ForeignSummary,
    /// The summary's version is not the one after the events.
    #[error("the summary says version {found}; after the events it is {right}")]
    SummaryVersion {
        /// In the summary.
        found: u64,
        /// `expected` and the number of events.
        right: u64,
    },
    /// Something is longer than the seam allows.
    #[error("{what} has {bytes} bytes, {max} are allowed")]
    TooLong {
        /// What.
        what: &'static str,
        /// Its size.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// An event does not match its own hashes.
    #[error("an event to be written is damaged: {0}")]
    Unsealed(#[from] super::Damage),
    /// A counter is moved twice by one commit.
    #[error("counter {name:?} is moved twice by one commit")]
    CounterTwice {
        /// The counter.
        name: String,
    },
    /// Records are brought into a store that is not the target of a transfer.
    #[error("no transfer into this store is under way")]
    NoTransfer,
    /// A draft's version is not the one after the expected.
    #[error("the draft says version {found}, expected is {expected}")]
    DraftVersion {
        /// In the draft.
        found: u64,
        /// The version before.
        expected: u64,
    },
}
