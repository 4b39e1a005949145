//! The conformance suite can fail: engines that break one promise each are turned red by it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::mem;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use oneservice_core::calendar::Moment;
use oneservice_core::ids::{CommitId, Digest32, OfficeId, RequestId};
use oneservice_core::store::{
    Commit, Cursor, Draft, DraftOutcome, Drafts, Head, Log, MemoryStore, Outcome, Page, Placed, Query,
    Requests, Store, StoreError, StoredEvent, Summary,
};
use oneservice_core::testing::{self, Broken, Checked, Durable, Subject, fixtures};

/// The one promise that an engine breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Breaks {
    Nothing,
    VersionCheck,
    IdempotencyKey,
    CommitId,
    OrderOfHistory,
    OrderOfLog,
    SummaryRow,
    LastRowOfPage,
    Cursor,
    CodeCheck,
    CounterCheck,
    ClockCheck,
    DraftIsClosed,
    DraftVersion,
    DraftExpiry,
    OfficesApart,
    Atomicity,
    AnswerAfterSync,
}

const ALL: [Breaks; 17] = [
    Breaks::VersionCheck,
    Breaks::IdempotencyKey,
    Breaks::CommitId,
    Breaks::OrderOfHistory,
    Breaks::OrderOfLog,
    Breaks::SummaryRow,
    Breaks::LastRowOfPage,
    Breaks::Cursor,
    Breaks::CodeCheck,
    Breaks::CounterCheck,
    Breaks::ClockCheck,
    Breaks::DraftIsClosed,
    Breaks::DraftVersion,
    Breaks::DraftExpiry,
    Breaks::OfficesApart,
    Breaks::Atomicity,
    Breaks::AnswerAfterSync,
];

/// One write, as a disk would keep it.
#[derive(Debug, Clone)]
enum Written {
    Batch(Vec<Commit>),
    Draft(OfficeId, Draft, u64),
    Purge(OfficeId, Moment, usize),
}

/// The memory engine with one promise broken, and a journal that stands for its disk.
#[derive(Debug)]
struct Mutant {
    breaks: Breaks,
    inner: MemoryStore,
    disk: Mutex<Vec<Written>>,
    /// Answered, but not on the disk yet.
    cached: Mutex<Vec<Written>>,
    fresh: Mutex<u64>,
}

impl Mutant {
    fn new(breaks: Breaks) -> Self {
        Self {
            breaks,
            inner: MemoryStore::default(),
            disk: Mutex::default(),
            cached: Mutex::default(),
            fresh: Mutex::new(1_000_000),
        }
    }

    fn is(&self, breaks: Breaks) -> bool {
        self.breaks == breaks
    }

    fn office(&self, office: &OfficeId) -> OfficeId {
        if self.is(Breaks::OfficesApart) { fixtures::office() } else { office.clone() }
    }

    fn sync(&self, written: Written) {
        let mut cached = self.cached.lock().unwrap();
        self.disk.lock().unwrap().extend(mem::take(&mut *cached));
        if self.is(Breaks::AnswerAfterSync) {
            cached.push(written);
        } else {
            self.disk.lock().unwrap().push(written);
        }
    }

    /// `commit` with the promise broken.
    async fn broken(&self, commit: &Commit) -> Result<Commit, StoreError> {
        let mut broken = commit.clone();
        broken.office = self.office(&commit.office);
        let request = self.inner.summary(&broken.office, commit.request).await?;
        match self.breaks {
            Breaks::VersionCheck => {
                broken.expected = request.map_or(0, |row| row.version);
                broken.summary.version = broken.expected + commit.events.len() as u64;
            }
            Breaks::IdempotencyKey => broken.key = None,
            Breaks::CommitId if self.inner.outcome(&broken.office, commit.id).await?.is_some() => {
                let mut fresh = self.fresh.lock().unwrap();
                *fresh += 1;
                broken.id = fixtures::commit_id(*fresh, 0);
            }
            Breaks::SummaryRow => {
                if let Some(old) = request {
                    broken.summary = Summary { version: commit.version_after(), ..old };
                }
            }
            Breaks::CounterCheck => {
                for counter in &mut broken.counters {
                    counter.from = self.inner.counter(&broken.office, &counter.name).await?;
                }
            }
            Breaks::ClockCheck => {
                broken.at = broken.at.max(self.inner.head(&broken.office).await?.last_at);
            }
            Breaks::DraftIsClosed => broken.closes_draft = None,
            Breaks::CodeCheck => {
                let taken =
                    self.inner.find(&broken.office, &Query::Code(commit.summary.code), None, 1).await?;
                if taken.rows.iter().any(|row| row.request != commit.request) {
                    let mut fresh = self.fresh.lock().unwrap();
                    *fresh += 1;
                    broken.summary.code = fixtures::code(*fresh);
                }
            }
            _ => {}
        }
        Ok(broken)
    }
}

#[async_trait]
impl Requests for Mutant {
    async fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        let mut outcomes = Vec::new();
        if !self.is(Breaks::Atomicity) {
            for commit in batch {
                commit.check()?;
            }
        }
        for commit in batch {
            let broken = self.broken(commit).await?;
            outcomes.extend(self.inner.commit(std::slice::from_ref(&broken)).await?);
            self.sync(Written::Batch(vec![broken]));
        }
        Ok(outcomes)
    }

    async fn outcome(&self, office: &OfficeId, commit: CommitId) -> Result<Option<Placed>, StoreError> {
        self.inner.outcome(&self.office(office), commit).await
    }

    async fn history(&self, office: &OfficeId, request: RequestId) -> Result<Vec<StoredEvent>, StoreError> {
        let mut history = self.inner.history(&self.office(office), request).await?;
        if self.is(Breaks::OrderOfHistory) {
            history.reverse();
        }
        Ok(history)
    }

    async fn summary(&self, office: &OfficeId, request: RequestId) -> Result<Option<Summary>, StoreError> {
        self.inner.summary(&self.office(office), request).await
    }

    async fn find(
        &self,
        office: &OfficeId,
        query: &Query,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let after = after.filter(|_| !self.is(Breaks::Cursor));
        let mut page = self.inner.find(&self.office(office), query, after, limit).await?;
        if self.is(Breaks::LastRowOfPage) && page.rows.len() > 1 {
            page.rows.pop();
        }
        Ok(page)
    }
}

#[async_trait]
impl Drafts for Mutant {
    async fn save_draft(
        &self,
        office: &OfficeId,
        draft: &Draft,
        expected: u64,
    ) -> Result<DraftOutcome, StoreError> {
        let (office, mut draft, mut expected) = (self.office(office), draft.clone(), expected);
        if self.is(Breaks::DraftVersion) {
            let stored = self.inner.load_draft(&office, &draft.key).await?;
            expected = stored.map_or(0, |stored| stored.version);
            draft.version = expected + 1;
        }
        let outcome = self.inner.save_draft(&office, &draft, expected).await?;
        self.sync(Written::Draft(office, draft, expected));
        Ok(outcome)
    }

    async fn load_draft(&self, office: &OfficeId, key: &Digest32) -> Result<Option<Draft>, StoreError> {
        self.inner.load_draft(&self.office(office), key).await
    }

    async fn purge_drafts(
        &self,
        office: &OfficeId,
        before: Moment,
        limit: usize,
    ) -> Result<Vec<Draft>, StoreError> {
        let day = if self.is(Breaks::DraftExpiry) { 86_400_000 } else { 0 };
        let before = Moment::from_millis(before.millis() + day);
        let purged = self.inner.purge_drafts(&self.office(office), before, limit).await?;
        self.sync(Written::Purge(self.office(office), before, limit));
        Ok(purged)
    }
}

#[async_trait]
impl Log for Mutant {
    async fn head(&self, office: &OfficeId) -> Result<Head, StoreError> {
        self.inner.head(&self.office(office)).await
    }

    async fn events(
        &self,
        office: &OfficeId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events = self.inner.events(&self.office(office), from, limit).await?;
        if self.is(Breaks::OrderOfLog) {
            events.reverse();
        }
        Ok(events)
    }

    async fn counter(&self, office: &OfficeId, name: &str) -> Result<u64, StoreError> {
        self.inner.counter(&self.office(office), name).await
    }
}

/// A mutant that can be closed: what is not on its disk is gone then.
struct OnDisk(Arc<Mutant>);

impl Subject for OnDisk {
    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.0) as Arc<dyn Store>
    }
}

impl Durable for OnDisk {
    async fn reopen(self) -> Result<Self, StoreError> {
        let again = Mutant::new(self.0.breaks);
        let disk = self.0.disk.lock().unwrap().clone();
        for written in &disk {
            match written {
                Written::Batch(batch) => drop(again.inner.commit(batch).await?),
                Written::Draft(office, draft, expected) => {
                    let _ = again.inner.save_draft(office, draft, *expected).await?;
                }
                Written::Purge(office, before, limit) => {
                    drop(again.inner.purge_drafts(office, *before, *limit).await?);
                }
            }
        }
        *again.disk.lock().unwrap() = disk;
        Ok(Self(Arc::new(again)))
    }
}

/// The cases that a store which `breaks` a promise fails.
async fn red(breaks: Breaks) -> Vec<&'static str> {
    let mut red = Vec::new();
    for case in testing::cases() {
        let check = (case.run)(Arc::new(Mutant::new(breaks)));
        if fails(check).await {
            red.push(case.name);
        }
    }
    for case in testing::durable_cases() {
        let check = (case.run)(Box::new(OnDisk(Arc::new(Mutant::new(breaks)))));
        if fails(check).await {
            red.push(case.name);
        }
    }
    red
}

async fn fails(check: impl Future<Output = Checked> + Send + 'static) -> bool {
    let checked: Result<Checked, _> = tokio::spawn(check).await;
    !matches!(checked, Ok(Ok::<(), Broken>(())))
}

#[tokio::test]
async fn the_suite_is_green_on_what_is_whole() {
    assert_eq!(red(Breaks::Nothing).await, Vec::<&str>::new());
}

#[tokio::test]
async fn every_broken_promise_turns_the_suite_red() {
    // A case that panics over a mutant says so; that is no news here.
    std::panic::set_hook(Box::new(|_| {}));
    let mut green = Vec::new();
    for breaks in ALL {
        let red = red(breaks).await;
        println!("{breaks:?}: {} red, such as {}", red.len(), red.first().unwrap_or(&"none"));
        if red.is_empty() {
            green.push(breaks);
        }
    }
    let _ = std::panic::take_hook();
    assert_eq!(green, Vec::new(), "these stay unseen");
}
