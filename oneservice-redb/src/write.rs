//! Writing: a batch is one transaction, answered when it is on disk.

use std::cell::RefCell;

use oneservice_core::calendar::Moment;
use oneservice_core::ids::{CommitId, Digest32, OfficeId, RequestId, TrackingCode};
use oneservice_core::store::{
    Commit, Draft, DraftOutcome, Head, Lookup, Outcome, PAGE_MAX, Placed, Query, StoreError, Summary,
    Written, judge,
};
use redb::{Durability, ReadableTable, Table, WriteTransaction};

use crate::Inner;
use crate::encode;
use crate::error::{corrupt, engine};
use crate::tables::{
    COMMITS, COUNTERS, DRAFTS, EVENTS, EXPIRIES, HEADS, HISTORY, Hash, Id, KEYS, LISTINGS, META, SUMMARIES,
    TRANSFER,
};

/// Before the commit itself nothing is written: a transaction that fails is dropped.
fn fail(error: impl Into<redb::Error>) -> StoreError {
    engine(Written::No, error)
}

impl Inner {
    /// Runs an office's work in one transaction. When it says so, the transaction is committed.
    fn write<T>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<(T, bool), StoreError>,
    ) -> Result<T, StoreError> {
        self.write_any(|write| if is_target(write)? { Err(StoreError::Unfinished) } else { work(write) })
    }

    /// The same, also while a transfer into this store is under way.
    pub(crate) fn write_any<T>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<(T, bool), StoreError>,
    ) -> Result<T, StoreError> {
        let database = self.database()?;
        let attempt = || {
            let mut write = database.begin_write().map_err(fail)?;
            write.set_durability(Durability::Immediate).map_err(fail)?;
            write.set_quick_repair(true);
            let (answer, changed) = work(&write)?;
            if changed {
                // From here on an error does not say that nothing was written.
                write.commit().map_err(|error| engine(Written::Unknown, error))?;
            }
            Ok(answer)
        };
        let result = attempt();
        if let Err(StoreError::Unavailable { .. } | StoreError::Full { .. }) = &result {
            drop(database);
            self.close_after_error();
        }
        result
    }

    pub(crate) fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        self.write(|write| {
            let tables = Tables::open(write)?;
            let outcomes: Vec<Outcome> =
                batch.iter().map(|commit| tables.commit(commit)).collect::<Result<_, _>>()?;
            let changed = outcomes.iter().any(|outcome| matches!(outcome, Outcome::Committed(_)));
            Ok((outcomes, changed))
        })
    }

    pub(crate) fn save_draft(
        &self,
        office: &OfficeId,
        draft: &Draft,
        expected: u64,
    ) -> Result<DraftOutcome, StoreError> {
        self.write(|write| {
            let tables = Tables::open(write)?;
            let stored = tables.stored_draft(office, &draft.key)?;
            if stored.as_ref() == Some(draft) {
                return Ok((DraftOutcome::Saved, false));
            }
            let actual = stored.as_ref().map(|stored| stored.version);
            if actual.unwrap_or(0) != expected {
                return Ok((DraftOutcome::Changed { actual }, false));
            }
            tables.put_draft(office, draft)?;
            Ok((DraftOutcome::Saved, true))
        })
    }

    pub(crate) fn purge_drafts(
        &self,
        office: &OfficeId,
        before: Moment,
        limit: usize,
    ) -> Result<Vec<Draft>, StoreError> {
        self.write(|write| {
            let tables = Tables::open(write)?;
            let name = office.as_str();
            let mut expired: Vec<Hash> = Vec::new();
            let range = (name, i64::MIN, [0; 32])..(name, before.millis(), [0; 32]);
            for row in tables.expiries.borrow().range(range).map_err(fail)?.take(limit.min(PAGE_MAX)) {
                expired.push(row.map_err(fail)?.0.value().2);
            }
            let mut purged = Vec::new();
            for key in expired {
                purged.extend(tables.remove_draft(office, &Digest32::from_bytes(key))?);
            }
            let changed = !purged.is_empty();
            Ok((purged, changed))
        })
    }
}

/// Whether a transfer into this store is under way.
pub(crate) fn is_target(write: &WriteTransaction) -> Result<bool, StoreError> {
    let meta = write.open_table(META).map_err(fail)?;
    Ok(meta.get(TRANSFER).map_err(fail)?.is_some())
}

#[expect(clippy::type_complexity, reason = "a table is named by its key and value, as in tables.rs")]
/// The tables of one transaction. Each is in its own cell, so that a judgement may read while nothing is written.
pub(crate) struct Tables<'t> {
    pub(crate) heads: RefCell<Table<'t, &'static str, (u64, i64)>>,
    pub(crate) events: RefCell<Table<'t, (&'static str, u64), &'static [u8]>>,
    pub(crate) history: RefCell<Table<'t, (&'static str, Id, u64), u64>>,
    pub(crate) summaries: RefCell<Table<'t, (&'static str, Id), &'static [u8]>>,
    pub(crate) listings: RefCell<Table<'t, (&'static str, &'static str, i64, Id), ()>>,
    pub(crate) commits: RefCell<Table<'t, (&'static str, Id), &'static [u8]>>,
    pub(crate) keys: RefCell<Table<'t, (&'static str, &'static str), (Hash, Id)>>,
    pub(crate) counters: RefCell<Table<'t, (&'static str, &'static str), u64>>,
    pub(crate) drafts: RefCell<Table<'t, (&'static str, Hash), &'static [u8]>>,
    pub(crate) expiries: RefCell<Table<'t, (&'static str, i64, Hash), ()>>,
}

impl<'t> Tables<'t> {
    pub(crate) fn open(write: &'t WriteTransaction) -> Result<Self, StoreError> {
        Ok(Self {
            heads: write.open_table(HEADS).map_err(fail)?.into(),
            events: write.open_table(EVENTS).map_err(fail)?.into(),
            history: write.open_table(HISTORY).map_err(fail)?.into(),
            summaries: write.open_table(SUMMARIES).map_err(fail)?.into(),
            listings: write.open_table(LISTINGS).map_err(fail)?.into(),
            commits: write.open_table(COMMITS).map_err(fail)?.into(),
            keys: write.open_table(KEYS).map_err(fail)?.into(),
            counters: write.open_table(COUNTERS).map_err(fail)?.into(),
            drafts: write.open_table(DRAFTS).map_err(fail)?.into(),
            expiries: write.open_table(EXPIRIES).map_err(fail)?.into(),
        })
    }

    fn commit(&self, commit: &Commit) -> Result<Outcome, StoreError> {
        if let Some(refusal) = judge(commit, self)? {
            return Ok(refusal);
        }
        let office = commit.office.as_str();
        let id = *commit.request.as_bytes();
        let head = self.head(&commit.office)?;
        let placed = commit.placed(head.size);
        let mut index = head.size;
        for (version, body) in (commit.expected + 1..).zip(&commit.events) {
            let bytes = encode::event(commit.request, version, body);
            self.events.borrow_mut().insert((office, index), bytes.as_slice()).map_err(fail)?;
            self.history.borrow_mut().insert((office, id, version), index).map_err(fail)?;
            index += 1;
        }
        self.list(&commit.office, &commit.summary, commit.expected == 0)?;
        let bytes = encode::placed(&placed);
        self.commits.borrow_mut().insert((office, *commit.id.as_bytes()), bytes.as_slice()).map_err(fail)?;
        if let Some(key) = &commit.key {
            let value = (*key.fingerprint.as_bytes(), *commit.id.as_bytes());
            self.keys.borrow_mut().insert((office, key.key.as_str()), value).map_err(fail)?;
        }
        for counter in &commit.counters {
            let next = counter.from.saturating_add(1);
            self.counters.borrow_mut().insert((office, counter.name.as_str()), next).map_err(fail)?;
        }
        if let Some((draft, _)) = &commit.closes_draft {
            self.remove_draft(&commit.office, draft)?;
        }
        self.heads.borrow_mut().insert(office, (index, commit.at.millis())).map_err(fail)?;
        Ok(Outcome::Committed(placed))
    }

    /// Moves the request's row to where its new summary lists it; entries that stay are not touched. Of a request that is new there
    /// is no row to look for.
    pub(crate) fn list(&self, office: &OfficeId, summary: &Summary, is_new: bool) -> Result<(), StoreError> {
        let name = office.as_str();
        let id = *summary.request.as_bytes();
        let old = match is_new {
            true => Vec::new(),
            false => match self.summaries.borrow().get((name, id)).map_err(fail)? {
                Some(stored) => encode::read_summary(office, stored.value())?.listed(),
                None => Vec::new(),
            },
        };
        let new = summary.listed();
        let mut listings = self.listings.borrow_mut();
        for (query, position) in old.iter().filter(|entry| !new.contains(entry)) {
            listings.remove((name, query.key().as_ref(), position.0, id)).map_err(fail)?;
        }
        for (query, position) in new.iter().filter(|entry| !old.contains(entry)) {
            listings.insert((name, query.key().as_ref(), position.0, id), ()).map_err(fail)?;
        }
        let bytes = encode::summary(summary)?;
        self.summaries.borrow_mut().insert((name, id), bytes.as_slice()).map_err(fail)?;
        Ok(())
    }

    fn stored_draft(&self, office: &OfficeId, key: &Digest32) -> Result<Option<Draft>, StoreError> {
        let drafts = self.drafts.borrow();
        let stored = drafts.get((office.as_str(), *key.as_bytes())).map_err(fail)?;
        stored.map(|stored| encode::read_draft(office, *key, stored.value())).transpose()
    }

    /// Puts `draft` in the place of the one under its key.
    pub(crate) fn put_draft(&self, office: &OfficeId, draft: &Draft) -> Result<(), StoreError> {
        self.remove_draft(office, &draft.key)?;
        let key = *draft.key.as_bytes();
        let bytes = encode::draft(draft);
        self.drafts.borrow_mut().insert((office.as_str(), key), bytes.as_slice()).map_err(fail)?;
        let expiry = (office.as_str(), draft.expires_at.millis(), key);
        self.expiries.borrow_mut().insert(expiry, ()).map_err(fail)?;
        Ok(())
    }

    fn remove_draft(&self, office: &OfficeId, key: &Digest32) -> Result<Option<Draft>, StoreError> {
        let Some(draft) = self.stored_draft(office, key)? else { return Ok(None) };
        self.drafts.borrow_mut().remove((office.as_str(), *key.as_bytes())).map_err(fail)?;
        let expiry = (office.as_str(), draft.expires_at.millis(), *key.as_bytes());
        self.expiries.borrow_mut().remove(expiry).map_err(fail)?;
        Ok(Some(draft))
    }
}

impl Lookup for Tables<'_> {
    type Error = StoreError;

    fn placed(&self, office: &OfficeId, commit: CommitId) -> Result<Option<Placed>, StoreError> {
        let commits = self.commits.borrow();
        let found = commits.get((office.as_str(), *commit.as_bytes())).map_err(fail)?;
        found.map(|placed| encode::read_placed(office, placed.value())).transpose()
    }

    fn key(&self, office: &OfficeId, key: &str) -> Result<Option<(Digest32, Placed)>, StoreError> {
        let found = self.keys.borrow().get((office.as_str(), key)).map_err(fail)?.map(|found| found.value());
        let Some((fingerprint, commit)) = found else { return Ok(None) };
        let lost = || corrupt(Some(office), None, "an idempotency key names no commit".to_owned());
        let commit = CommitId::from_bytes(commit).map_err(|_| lost())?;
        let placed = self.placed(office, commit)?.ok_or_else(lost)?;
        Ok(Some((Digest32::from_bytes(fingerprint), placed)))
    }

    fn version(&self, office: &OfficeId, request: RequestId) -> Result<u64, StoreError> {
        let summaries = self.summaries.borrow();
        let found = summaries.get((office.as_str(), *request.as_bytes())).map_err(fail)?;
        Ok(match found {
            Some(summary) => encode::read_summary(office, summary.value())?.version,
            None => 0,
        })
    }

    fn code(&self, office: &OfficeId, code: &TrackingCode) -> Result<Option<RequestId>, StoreError> {
        let key = Query::Code(*code).key();
        let listings = self.listings.borrow();
        let range = (office.as_str(), key.as_ref(), i64::MIN, [0; 16])
            ..=(office.as_str(), key.as_ref(), i64::MAX, [u8::MAX; 16]);
        let first = listings.range(range).map_err(fail)?.next().transpose().map_err(fail)?;
        let unknown = || corrupt(Some(office), None, "a listing names no request".to_owned());
        first.map(|(listed, _)| RequestId::from_bytes(listed.value().3).map_err(|_| unknown())).transpose()
    }

    fn draft(&self, office: &OfficeId, key: &Digest32) -> Result<Option<u64>, StoreError> {
        Ok(self.stored_draft(office, key)?.map(|draft| draft.version))
    }

    fn counter(&self, office: &OfficeId, name: &str) -> Result<u64, StoreError> {
        Ok(self
            .counters
            .borrow()
            .get((office.as_str(), name))
            .map_err(fail)?
            .map_or(0, |value| value.value()))
    }

    fn head(&self, office: &OfficeId) -> Result<Head, StoreError> {
        let found = self.heads.borrow().get(office.as_str()).map_err(fail)?.map(|head| head.value());
        Ok(found.map(|(size, at)| Head { size, last_at: Moment::from_millis(at) }).unwrap_or_default())
    }
}
