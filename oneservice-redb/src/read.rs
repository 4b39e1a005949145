//! Reading: one snapshot for each question.

use oneservice_core::calendar::Moment;
use oneservice_core::ids::{CommitId, Digest32, OfficeId, RequestId};
use oneservice_core::store::{
    Cursor, Draft, Head, PAGE_MAX, Page, Placed, Query, StoreError, StoredEvent, Summary, Written,
};
use redb::{ReadTransaction, ReadableDatabase};

use crate::Inner;
use crate::encode::{read_draft, read_event, read_placed, read_summary};
use crate::error::{corrupt, engine};
use crate::tables::{COMMITS, COUNTERS, DRAFTS, EVENTS, HEADS, HISTORY, LISTINGS, SUMMARIES};

fn fail(error: impl Into<redb::Error>) -> StoreError {
    engine(Written::No, error)
}

impl Inner {
    pub(crate) fn snapshot(&self) -> Result<ReadTransaction, StoreError> {
        self.database()?.begin_read().map_err(fail)
    }

    pub(crate) fn head(&self, office: &OfficeId) -> Result<Head, StoreError> {
        let heads = self.snapshot()?.open_table(HEADS).map_err(fail)?;
        let head = heads.get(office.as_str()).map_err(fail)?.map(|head| head.value());
        Ok(head.map(|(size, at)| Head { size, last_at: Moment::from_millis(at) }).unwrap_or_default())
    }

    pub(crate) fn counter(&self, office: &OfficeId, name: &str) -> Result<u64, StoreError> {
        let counters = self.snapshot()?.open_table(COUNTERS).map_err(fail)?;
        Ok(counters.get((office.as_str(), name)).map_err(fail)?.map_or(0, |value| value.value()))
    }

    pub(crate) fn outcome(&self, office: &OfficeId, commit: CommitId) -> Result<Option<Placed>, StoreError> {
        let commits = self.snapshot()?.open_table(COMMITS).map_err(fail)?;
        let found = commits.get((office.as_str(), *commit.as_bytes())).map_err(fail)?;
        found.map(|placed| read_placed(office, placed.value())).transpose()
    }

    pub(crate) fn history(
        &self,
        office: &OfficeId,
        request: RequestId,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let snapshot = self.snapshot()?;
        let history = snapshot.open_table(HISTORY).map_err(fail)?;
        let events = snapshot.open_table(EVENTS).map_err(fail)?;
        let summaries = snapshot.open_table(SUMMARIES).map_err(fail)?;
        let (name, id) = (office.as_str(), *request.as_bytes());
        let mut found = Vec::new();
        for row in history.range((name, id, 0)..=(name, id, u64::MAX)).map_err(fail)? {
            let (key, index) = row.map_err(fail)?;
            let (version, index) = (key.value().2, index.value());
            let stored = events.get((name, index)).map_err(fail)?;
            let stored = stored
                .ok_or_else(|| corrupt(Some(office), Some(index), "the event is missing".to_owned()))?;
            let event = read_event(office, index, stored.value())?;
            if event.request != request || event.version != version || version != found.len() as u64 + 1 {
                return Err(corrupt(
                    Some(office),
                    Some(index),
                    "the event is not where it belongs".to_owned(),
                ));
            }
            found.push(event);
        }
        let promised = match summaries.get((name, id)).map_err(fail)? {
            Some(summary) => read_summary(office, summary.value())?.version,
            None => 0,
        };
        if promised != found.len() as u64 {
            let what = format!("the history of request {request} has {} of {promised} events", found.len());
            return Err(corrupt(Some(office), None, what));
        }
        Ok(found)
    }

    pub(crate) fn summary(
        &self,
        office: &OfficeId,
        request: RequestId,
    ) -> Result<Option<Summary>, StoreError> {
        let summaries = self.snapshot()?.open_table(SUMMARIES).map_err(fail)?;
        let found = summaries.get((office.as_str(), *request.as_bytes())).map_err(fail)?;
        found.map(|summary| read_summary(office, summary.value())).transpose()
    }

    pub(crate) fn find(
        &self,
        office: &OfficeId,
        query: &Query,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let limit = limit.min(PAGE_MAX);
        if limit == 0 {
            return Ok(Page::default());
        }
        let snapshot = self.snapshot()?;
        let listings = snapshot.open_table(LISTINGS).map_err(fail)?;
        let summaries = snapshot.open_table(SUMMARIES).map_err(fail)?;
        let (name, key) = (office.as_str(), query.key());
        let from = match after {
            Some(cursor) => (name, key.as_ref(), cursor.position.0, *cursor.request.as_bytes()),
            None => (name, key.as_ref(), i64::MIN, [0; 16]),
        };
        let until = (name, key.as_ref(), i64::MAX, [u8::MAX; 16]);
        let mut rows = Vec::new();
        for row in listings.range(from..=until).map_err(fail)? {
            let (listed, ()) = row.map(|(listed, _)| (listed, ())).map_err(fail)?;
            let (_, _, position, request) = listed.value();
            if after.is_some_and(|c| (c.position.0, *c.request.as_bytes()) == (position, request)) {
                continue;
            }
            if rows.len() == limit {
                return Ok(Page { next: Cursor::after(&rows, query), rows });
            }
            let stored = summaries.get((name, request)).map_err(fail)?;
            let stored = stored
                .ok_or_else(|| corrupt(Some(office), None, "a listed summary is missing".to_owned()))?;
            rows.push(read_summary(office, stored.value())?);
        }
        Ok(Page { rows, next: None })
    }

    pub(crate) fn events(
        &self,
        office: &OfficeId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let events = self.snapshot()?.open_table(EVENTS).map_err(fail)?;
        let name = office.as_str();
        let mut found = Vec::new();
        for row in events.range((name, from)..=(name, u64::MAX)).map_err(fail)?.take(limit.min(PAGE_MAX)) {
            let (key, stored) = row.map_err(fail)?;
            found.push(read_event(office, key.value().1, stored.value())?);
        }
        Ok(found)
    }

    pub(crate) fn load_draft(&self, office: &OfficeId, key: &Digest32) -> Result<Option<Draft>, StoreError> {
        let drafts = self.snapshot()?.open_table(DRAFTS).map_err(fail)?;
        let found = drafts.get((office.as_str(), *key.as_bytes())).map_err(fail)?;
        found.map(|draft| read_draft(office, *key, draft.value())).transpose()
    }
}
