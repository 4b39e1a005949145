//! OneService on redb: the embedded storage engine, one file for a whole office.
//!
//! ```no_run
//! use oneservice_core::store::Archive;
//! use oneservice_redb::RedbStore;
//!
//! # async fn open() -> Result<(), oneservice_core::store::StoreError> {
//! let store = RedbStore::open("office.redb").await?;
//! println!("{} offices", store.offices().await?.len());
//! # Ok(())
//! # }
//! ```
//!
//! * **One transaction a batch**, fsynced before it is answered, with redb's quick repair, so that opening after a crash
//!   takes no scan.
//! * **Creation is whole or not at all**: a new file is made under another name and moved into place.
//! * **A failed disk is not the end**: after an I/O error redb refuses every further write until it is opened again; this
//!   engine does that by itself, and reads go on meanwhile.
//! * **A flipped bit is found**: redb gives damaged pages back without an error, so every event and row is checked
//!   against its own hash when it is read.

#![deny(missing_docs)]

mod archive;
mod encode;
mod error;
mod open;
mod read;
mod tables;
mod write;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use async_trait::async_trait;
use oneservice_core::calendar::Moment;
use oneservice_core::ids::{CommitId, Digest32, OfficeId, RequestId};
use oneservice_core::store::{
    Commit, Cursor, Draft, DraftOutcome, Drafts, Head, Log, Outcome, Page, Placed, Query, Requests,
    StoreError, StoredEvent, Summary, Written,
};
use redb::{Database, DatabaseError};

pub use tables::FORMAT;

/// The embedded store. Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub struct RedbStore {
    inner: Arc<Inner>,
}

struct Inner {
    opener: Opener,
    path: PathBuf,
    /// None after an I/O error, until it is opened again.
    database: RwLock<Option<Arc<Database>>>,
}

type Opener = Box<dyn Fn() -> Result<Database, DatabaseError> + Send + Sync>;

impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbStore").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

impl RedbStore {
    /// Runs blocking work on a thread that may block.
    async fn run<T: Send + 'static>(
        &self,
        written: Written,
        work: impl FnOnce(&Inner) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = Arc::clone(&self.inner);
        let task = tokio::task::spawn_blocking(move || work(&inner));
        task.await.unwrap_or_else(|cause| Err(error::unavailable(written, cause)))
    }

    /// Reads the whole file and compares redb's own checksums. Slow; for `store check`. Gives whether all is well.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] while readers hold the file.
    pub async fn check_file(&self) -> Result<bool, StoreError> {
        self.run(Written::No, Inner::check_file).await
    }
}

#[async_trait]
impl Requests for RedbStore {
    async fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        for commit in batch {
            commit.check()?;
        }
        let batch = batch.to_vec();
        self.run(Written::Unknown, move |inner| inner.commit(&batch)).await
    }

    async fn outcome(&self, office: &OfficeId, commit: CommitId) -> Result<Option<Placed>, StoreError> {
        let office = office.clone();
        self.run(Written::No, move |inner| inner.outcome(&office, commit)).await
    }

    async fn history(&self, office: &OfficeId, request: RequestId) -> Result<Vec<StoredEvent>, StoreError> {
        let office = office.clone();
        self.run(Written::No, move |inner| inner.history(&office, request)).await
    }

    async fn summary(&self, office: &OfficeId, request: RequestId) -> Result<Option<Summary>, StoreError> {
        let office = office.clone();
        self.run(Written::No, move |inner| inner.summary(&office, request)).await
    }

    async fn find(
        &self,
        office: &OfficeId,
        query: &Query,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let (office, query, after) = (office.clone(), query.clone(), after.copied());
        self.run(Written::No, move |inner| inner.find(&office, &query, after.as_ref(), limit)).await
    }
}

#[async_trait]
impl Drafts for RedbStore {
    async fn save_draft(
        &self,
        office: &OfficeId,
        draft: &Draft,
        expected: u64,
    ) -> Result<DraftOutcome, StoreError> {
        draft.check(expected)?;
        let (office, draft) = (office.clone(), draft.clone());
        self.run(Written::Unknown, move |inner| inner.save_draft(&office, &draft, expected)).await
    }

    async fn load_draft(&self, office: &OfficeId, key: &Digest32) -> Result<Option<Draft>, StoreError> {
        let (office, key) = (office.clone(), *key);
        self.run(Written::No, move |inner| inner.load_draft(&office, &key)).await
    }

    async fn purge_drafts(
        &self,
        office: &OfficeId,
        before: Moment,
        limit: usize,
    ) -> Result<Vec<Draft>, StoreError> {
        let office = office.clone();
        self.run(Written::Unknown, move |inner| inner.purge_drafts(&office, before, limit)).await
    }
}

#[async_trait]
impl Log for RedbStore {
    async fn head(&self, office: &OfficeId) -> Result<Head, StoreError> {
        let office = office.clone();
        self.run(Written::No, move |inner| inner.head(&office)).await
    }

    async fn events(
        &self,
        office: &OfficeId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let office = office.clone();
        self.run(Written::No, move |inner| inner.events(&office, from, limit)).await
    }

    async fn counter(&self, office: &OfficeId, name: &str) -> Result<u64, StoreError> {
        let (office, name) = (office.clone(), name.to_owned());
        self.run(Written::No, move |inner| inner.counter(&office, &name)).await
    }
}
