//! The engine without a disk: reference for the others, and handy in tests.

mod archive;

use super::{
    Commit, Cursor, Draft, DraftOutcome, Drafts, Head, Log, Lookup, Outcome, PAGE_MAX, Page, Placed,
    Position, Query, Requests, StoreError, StoredEvent, Summary, judge,
};
use crate::{
    calendar::Moment,
    ids::{CommitId, Digest32, OfficeId, RequestId, TrackingCode},
};
use async_trait::async_trait;
use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    ops::Bound,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

/// Keeps every promise of the seam but durability: what it holds ends with the process. A clone is another handle to the same memory.
///
/// ```
/// use oneservice_core::{ids::OfficeId, store::{Head, Log, MemoryStore}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::default();
/// let office: OfficeId = "harbour-town".parse()?;
/// assert_eq!(store.head(&office).await?, Head::default());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default, Clone)]
pub struct MemoryStore {
    offices: Arc<RwLock<Offices>>,
}

#[derive(Debug, Default)]
struct Offices {
    held: BTreeMap<OfficeId, Held>,
    /// Whether a transfer into this store is under way.
    unfinished: bool,
}

/// What is held of one office.
#[derive(Debug, Default)]
struct Held {
    head: Head,
    events: Vec<StoredEvent>,
    /// Places in `events`.
    histories: BTreeMap<RequestId, Vec<usize>>,
    summaries: BTreeMap<RequestId, Summary>,
    listings: BTreeSet<(String, Position, RequestId)>,
    commits: BTreeMap<CommitId, Placed>,
    keys: BTreeMap<String, (Digest32, CommitId)>,
    counters: BTreeMap<String, u64>,
    drafts: BTreeMap<Digest32, Draft>,
}

impl MemoryStore {
    // A panic while the lock was held cannot leave a commit half done: `Held::write` does not panic. So poison says
    // nothing here.
    fn read(&self) -> RwLockReadGuard<'_, Offices> {
        self.offices.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Offices> {
        self.offices.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// For the work of an office, which a store with an unfinished transfer refuses.
    fn open(&self) -> Result<RwLockWriteGuard<'_, Offices>, StoreError> {
        let offices = self.write();
        if offices.unfinished { Err(StoreError::Unfinished) } else { Ok(offices) }
    }
}

impl Offices {
    fn of(&self, office: &OfficeId) -> Option<&Held> {
        self.held.get(office)
    }

    fn commit(&mut self, commit: &Commit) -> Outcome {
        if let Ok(Some(refusal)) = judge(commit, self) {
            return refusal;
        }
        Outcome::Committed(self.held.entry(commit.office.clone()).or_default().write(commit))
    }
}

impl Held {
    fn write(&mut self, commit: &Commit) -> Placed {
        let placed = commit.placed(self.head.size);
        for (version, body) in (commit.expected + 1..).zip(&commit.events) {
            self.append(StoredEvent {
                office: commit.office.clone(),
                index: self.events.len() as u64,
                request: commit.request,
                version,
                body: body.clone(),
            });
        }
        self.list(&commit.summary);
        self.commits.insert(commit.id, placed);
        if let Some(key) = &commit.key {
            self.keys.insert(key.key.clone(), (key.fingerprint, commit.id));
        }
        for counter in &commit.counters {
            self.counters.insert(counter.name.clone(), counter.from.saturating_add(1));
        }
        if let Some((draft, _)) = &commit.closes_draft {
            self.drafts.remove(draft);
        }
        self.head = Head { size: self.events.len() as u64, last_at: commit.at };
        placed
    }

    fn append(&mut self, event: StoredEvent) {
        self.histories.entry(event.request).or_default().push(self.events.len());
        self.events.push(event);
    }

    /// Moves the request's row to where its new summary lists it.
    fn list(&mut self, summary: &Summary) {
        let entry = |(query, position): (Query, _)| (query.key().into_owned(), position, summary.request);
        for listed in self.summaries.get(&summary.request).map(Summary::listed).unwrap_or_default() {
            self.listings.remove(&entry(listed));
        }
        self.listings.extend(summary.listed().into_iter().map(entry));
        self.summaries.insert(summary.request, summary.clone());
    }
}

impl Lookup for Offices {
    type Error = Infallible;

    fn placed(&self, office: &OfficeId, commit: CommitId) -> Result<Option<Placed>, Infallible> {
        Ok(self.of(office).and_then(|held| held.commits.get(&commit).copied()))
    }

    fn key(&self, office: &OfficeId, key: &str) -> Result<Option<(Digest32, Placed)>, Infallible> {
        let Some(held) = self.of(office) else { return Ok(None) };
        let found = held.keys.get(key).copied();
        Ok(found.and_then(|(fingerprint, commit)| Some((fingerprint, *held.commits.get(&commit)?))))
    }

    fn version(&self, office: &OfficeId, request: RequestId) -> Result<u64, Infallible> {
        let version = |held: &Held| held.summaries.get(&request).map(|summary| summary.version);
        Ok(self.of(office).and_then(version).unwrap_or(0))
    }

    fn code(&self, office: &OfficeId, code: &TrackingCode) -> Result<Option<RequestId>, Infallible> {
        let key = Query::Code(*code).key().into_owned();
        Ok(self.of(office).and_then(|held| held.after(key, None).next()))
    }

    fn draft(&self, office: &OfficeId, key: &Digest32) -> Result<Option<u64>, Infallible> {
        Ok(self.of(office).and_then(|held| held.drafts.get(key)).map(|draft| draft.version))
    }

    fn counter(&self, office: &OfficeId, name: &str) -> Result<u64, Infallible> {
        Ok(self.of(office).and_then(|held| held.counters.get(name).copied()).unwrap_or(0))
    }

    fn head(&self, office: &OfficeId) -> Result<Head, Infallible> {
        Ok(self.of(office).map(|held| held.head).unwrap_or_default())
    }
}

impl Held {
    /// The requests listed under the query `key`, from after the cursor.
    fn after(&self, key: String, after: Option<&Cursor>) -> impl Iterator<Item = RequestId> {
        let first = (key.clone(), Position(i64::MIN), RequestId::new(Moment::from_millis(0), [0; 10]));
        let start = match after {
            Some(cursor) => Bound::Excluded((key.clone(), cursor.position, cursor.request)),
            None => Bound::Included(first),
        };
        let rows = self.listings.range((start, Bound::Unbounded));
        rows.take_while(move |(query, ..)| *query == key).map(|(.., request)| *request)
    }

    fn page(&self, query: &Query, after: Option<&Cursor>, limit: usize) -> Page {
        let mut rows = Vec::new();
        for request in self.after(query.key().into_owned(), after) {
            if rows.len() == limit {
                return Page { next: Cursor::after(&rows, query), rows };
            }
            rows.extend(self.summaries.get(&request).cloned());
        }
        Page { rows, next: None }
    }
}

#[async_trait]
impl Requests for MemoryStore {
    async fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        for commit in batch {
            commit.check()?;
        }
        let mut offices = self.open()?;
        Ok(batch.iter().map(|commit| offices.commit(commit)).collect())
    }

    async fn outcome(&self, office: &OfficeId, commit: CommitId) -> Result<Option<Placed>, StoreError> {
        Ok(self.read().of(office).and_then(|held| held.commits.get(&commit).copied()))
    }

    async fn history(&self, office: &OfficeId, request: RequestId) -> Result<Vec<StoredEvent>, StoreError> {
        let offices = self.read();
        let Some(held) = offices.of(office) else { return Ok(vec![]) };
        let places = held.histories.get(&request).map(Vec::as_slice).unwrap_or_default();
        Ok(places.iter().filter_map(|place| held.events.get(*place).cloned()).collect())
    }

    async fn summary(&self, office: &OfficeId, request: RequestId) -> Result<Option<Summary>, StoreError> {
        let offices = self.read();
        Ok(offices.of(office).and_then(|held| held.summaries.get(&request)).cloned())
    }

    async fn find(
        &self,
        office: &OfficeId,
        query: &Query,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let limit = limit.min(PAGE_MAX);
        let offices = self.read();
        Ok(match offices.of(office) {
            Some(held) if limit > 0 => held.page(query, after, limit),
            _ => Page::default(),
        })
    }
}

#[async_trait]
impl Drafts for MemoryStore {
    async fn save_draft(
        &self,
        office: &OfficeId,
        draft: &Draft,
        expected: u64,
    ) -> Result<DraftOutcome, StoreError> {
        draft.check(expected)?;
        let mut offices = self.open()?;
        let drafts = &mut offices.held.entry(office.clone()).or_default().drafts;
        let stored = drafts.get(&draft.key);
        if stored == Some(draft) {
            return Ok(DraftOutcome::Saved);
        }
        let actual = stored.map(|stored| stored.version);
        if actual.unwrap_or(0) != expected {
            return Ok(DraftOutcome::Changed { actual });
        }
        drafts.insert(draft.key, draft.clone());
        Ok(DraftOutcome::Saved)
    }

    async fn load_draft(&self, office: &OfficeId, key: &Digest32) -> Result<Option<Draft>, StoreError> {
        Ok(self.read().of(office).and_then(|held| held.drafts.get(key).cloned()))
    }

    async fn purge_drafts(
        &self,
        office: &OfficeId,
        before: Moment,
        limit: usize,
    ) -> Result<Vec<Draft>, StoreError> {
        let mut offices = self.open()?;
        let Some(held) = offices.held.get_mut(office) else { return Ok(vec![]) };
        let expired = held.drafts.values().filter(|draft| draft.expires_at < before);
        let mut expired: Vec<(Moment, Digest32)> =
            expired.map(|draft| (draft.expires_at, draft.key)).collect();
        expired.sort_unstable();
        expired.truncate(limit.min(PAGE_MAX));
        Ok(expired.iter().filter_map(|(_, key)| held.drafts.remove(key)).collect())
    }
}

#[async_trait]
impl Log for MemoryStore {
    async fn head(&self, office: &OfficeId) -> Result<Head, StoreError> {
        Ok(self.read().of(office).map(|held| held.head).unwrap_or_default())
    }

    async fn events(
        &self,
        office: &OfficeId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let offices = self.read();
        let Some(held) = offices.of(office) else { return Ok(vec![]) };
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        Ok(held.events.iter().skip(from).take(limit.min(PAGE_MAX)).cloned().collect())
    }

    async fn counter(&self, office: &OfficeId, name: &str) -> Result<u64, StoreError> {
        Ok(self.read().of(office).and_then(|held| held.counters.get(name).copied()).unwrap_or(0))
    }
}
