//! A wrapper that fails on command, to try what stands before an engine or copies into one.

use crate::{
    calendar::Moment,
    ids::{CommitId, Digest32, OfficeId, RequestId},
    store::{
        Archive, Commit, Counts, Cursor, Draft, DraftOutcome, Drafts, Head, Log, Outcome, Page, Place,
        Placed, Query, Records, Requests, Store, StoreError, StoredEvent, Summary, Written,
    },
};
use async_trait::async_trait;
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// What goes wrong with a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing.
    None,
    /// The engine says that it wrote nothing, and wrote nothing.
    Refused,
    /// The question is lost: nothing is written, and the engine does not know.
    LostBefore,
    /// The answer is lost: all is written, and the engine does not know.
    LostAfter,
    /// Half of the members are written, then the answer is lost.
    LostMidway,
    /// All is written, then the engine panics.
    Panic,
    /// There is no room.
    Full,
    /// Nothing is written, and the process is dead: no later call comes through.
    KilledBefore,
    /// All is written, and the process is dead: nobody hears of it, and no later call comes through.
    KilledAfter,
}

/// A store whose commits (and imports) fail as planned, and whose every call fails while it is down.
#[derive(Debug)]
pub struct Failing<S: ?Sized> {
    inner: Arc<S>,
    plan: Mutex<VecDeque<Fault>>,
    down: AtomicU64,
    lost_saves: AtomicU64,
    lost_request: Mutex<Option<RequestId>>,
    commits: AtomicU64,
    look_ups: AtomicU64,
    batches: Mutex<Vec<Vec<CommitId>>>,
}

impl<S: Store> Failing<S> {
    /// Wraps `inner`; the first commits fail as `plan` says, later ones do not.
    pub fn new(inner: S, plan: impl IntoIterator<Item = Fault>) -> Self {
        Self::over(Arc::new(inner), plan)
    }
}

impl<S: Store + ?Sized> Failing<S> {
    /// Wraps what others hold as well.
    pub fn over(inner: Arc<S>, plan: impl IntoIterator<Item = Fault>) -> Self {
        Self {
            inner,
            plan: Mutex::new(plan.into_iter().collect()),
            down: AtomicU64::new(0),
            lost_saves: AtomicU64::new(0),
            lost_request: Mutex::default(),
            commits: AtomicU64::new(0),
            look_ups: AtomicU64::new(0),
            batches: Mutex::default(),
        }
    }

    /// Lets the next `calls` calls fail, whichever they are.
    pub fn take_down(&self, calls: u64) {
        self.down.store(calls, Ordering::SeqCst);
    }

    /// Lets the next `calls` savings of a draft be done, and their answers be lost.
    pub fn lose_saved_answers(&self, calls: u64) {
        self.lost_saves.store(calls, Ordering::SeqCst);
    }

    /// Lets every reading of one request's history fail from now on.
    pub fn lose_request(&self, request: RequestId) {
        *self.lost_request.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
    }

    /// The store behind.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// How often `commit` was called.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::SeqCst)
    }

    /// How often `outcome` was called.
    pub fn look_ups(&self) -> u64 {
        self.look_ups.load(Ordering::SeqCst)
    }

    /// The members of every batch so far.
    pub fn batches(&self) -> Vec<Vec<CommitId>> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fault(&self) -> Fault {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or(Fault::None)
    }

    /// Lets `work`, which is done whole or not at all, fail as planned.
    async fn whole(&self, work: impl Future<Output = Result<(), StoreError>>) -> Result<(), StoreError> {
        self.up()?;
        match self.fault() {
            Fault::None => work.await,
            Fault::Refused => Err(unavailable(Written::No)),
            Fault::LostBefore => Err(unavailable(Written::Unknown)),
            Fault::LostAfter | Fault::LostMidway => {
                work.await?;
                Err(unavailable(Written::Unknown))
            }
            Fault::Panic => {
                work.await?;
                panic!("planned")
            }
            Fault::Full => Err(full()),
            Fault::KilledBefore => Err(self.dies()),
            Fault::KilledAfter => {
                work.await?;
                Err(self.dies())
            }
        }
    }

    fn dies(&self) -> StoreError {
        self.take_down(u64::MAX);
        unavailable(Written::Unknown)
    }

    fn up(&self) -> Result<(), StoreError> {
        let was = self.down.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |calls| calls.checked_sub(1));
        if was.is_ok() { Err(unavailable(Written::No)) } else { Ok(()) }
    }
}

fn unavailable(written: Written) -> StoreError {
    StoreError::Unavailable { engine: "failing", written, source: Arc::new(std::io::Error::other("planned")) }
}

fn full() -> StoreError {
    StoreError::Full {
        engine: "failing",
        written: Written::Unknown,
        source: Arc::new(std::io::Error::from(std::io::ErrorKind::StorageFull)),
    }
}

#[async_trait]
impl<S: Store + ?Sized> Requests for Failing<S> {
    fn writes_offices_apart(&self) -> bool {
        self.inner.writes_offices_apart()
    }

    async fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        let ids = batch.iter().map(|commit| commit.id).collect();
        self.batches.lock().unwrap_or_else(PoisonError::into_inner).push(ids);
        self.up()?;
        match self.fault() {
            Fault::None => self.inner.commit(batch).await,
            Fault::Refused => Err(unavailable(Written::No)),
            Fault::LostBefore => Err(unavailable(Written::Unknown)),
            Fault::LostAfter => {
                self.inner.commit(batch).await?;
                Err(unavailable(Written::Unknown))
            }
            Fault::LostMidway => {
                self.inner.commit(&batch[..batch.len().div_ceil(2)]).await?;
                Err(unavailable(Written::Unknown))
            }
            Fault::Panic => {
                self.inner.commit(batch).await?;
                panic!("planned")
            }
            Fault::Full => Err(full()),
            Fault::KilledBefore => Err(self.dies()),
            Fault::KilledAfter => {
                self.inner.commit(batch).await?;
                Err(self.dies())
            }
        }
    }

    async fn outcome(&self, office: &OfficeId, commit: CommitId) -> Result<Option<Placed>, StoreError> {
        self.look_ups.fetch_add(1, Ordering::SeqCst);
        self.up()?;
        self.inner.outcome(office, commit).await
    }

    async fn history(&self, office: &OfficeId, request: RequestId) -> Result<Vec<StoredEvent>, StoreError> {
        self.up()?;
        if *self.lost_request.lock().unwrap_or_else(PoisonError::into_inner) == Some(request) {
            return Err(unavailable(Written::No));
        }
        self.inner.history(office, request).await
    }

    async fn summary(&self, office: &OfficeId, request: RequestId) -> Result<Option<Summary>, StoreError> {
        self.up()?;
        self.inner.summary(office, request).await
    }

    async fn find(
        &self,
        office: &OfficeId,
        query: &Query,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.up()?;
        self.inner.find(office, query, after, limit).await
    }
}

#[async_trait]
impl<S: Store + ?Sized> Drafts for Failing<S> {
    async fn save_draft(
        &self,
        office: &OfficeId,
        draft: &Draft,
        expected: u64,
    ) -> Result<DraftOutcome, StoreError> {
        self.up()?;
        let saved = self.inner.save_draft(office, draft, expected).await?;
        let lost =
            self.lost_saves.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |calls| calls.checked_sub(1));
        if lost.is_ok() { Err(unavailable(Written::Unknown)) } else { Ok(saved) }
    }

    async fn load_draft(&self, office: &OfficeId, key: &Digest32) -> Result<Option<Draft>, StoreError> {
        self.up()?;
        self.inner.load_draft(office, key).await
    }

    async fn purge_drafts(
        &self,
        office: &OfficeId,
        before: Moment,
        limit: usize,
    ) -> Result<Vec<Draft>, StoreError> {
        self.up()?;
        self.inner.purge_drafts(office, before, limit).await
    }
}

#[async_trait]
impl<S: Store + ?Sized> Log for Failing<S> {
    async fn head(&self, office: &OfficeId) -> Result<Head, StoreError> {
        self.up()?;
        self.inner.head(office).await
    }

    async fn events(
        &self,
        office: &OfficeId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.up()?;
        self.inner.events(office, from, limit).await
    }

    async fn counter(&self, office: &OfficeId, name: &str) -> Result<u64, StoreError> {
        self.up()?;
        self.inner.counter(office, name).await
    }
}

#[async_trait]
impl<S: Archive + ?Sized> Archive for Failing<S> {
    async fn offices(&self) -> Result<Vec<OfficeId>, StoreError> {
        self.up()?;
        self.inner.offices().await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.up()?;
        self.inner.counts().await
    }

    async fn export(&self, office: &OfficeId, place: &Place, limit: usize) -> Result<Records, StoreError> {
        self.up()?;
        self.inner.export(office, place, limit).await
    }

    async fn begin_import(&self) -> Result<(), StoreError> {
        self.whole(self.inner.begin_import()).await
    }

    async fn import(&self, office: &OfficeId, records: &Records) -> Result<(), StoreError> {
        self.whole(self.inner.import(office, records)).await
    }

    async fn finish_import(&self, heads: &[(OfficeId, Head)]) -> Result<(), StoreError> {
        self.whole(self.inner.finish_import(heads)).await
    }
}
