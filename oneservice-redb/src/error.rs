//! redb's errors in the seam's words.

use std::error::Error;
use std::io;
use std::sync::Arc;

use oneservice_core::ids::OfficeId;
use oneservice_core::store::{StoreError, Written};

pub(crate) const ENGINE: &str = "redb";

pub(crate) fn unavailable(written: Written, source: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError::Unavailable { engine: ENGINE, written, source: Arc::from(source.into()) }
}

pub(crate) fn corrupt(office: Option<&OfficeId>, index: Option<u64>, what: String) -> StoreError {
    StoreError::Corrupt { engine: ENGINE, office: office.cloned(), index, what }
}

/// Any error of redb, met before (`Written::No`) or during (`Written::Unknown`) a commit.
pub(crate) fn engine(written: Written, error: impl Into<redb::Error>) -> StoreError {
    match error.into() {
        redb::Error::Corrupted(what) => corrupt(None, None, what),
        redb::Error::Io(source) if is_full(&source) => {
            StoreError::Full { engine: ENGINE, written, source: Arc::new(source) }
        }
        other => unavailable(written, other),
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
