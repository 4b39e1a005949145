//! The seam's questions, for both databases.

use oneservice_core::calendar::Moment;
use oneservice_core::ids::{CommitId, Digest32, OfficeId, RequestId};
use oneservice_core::store::{
    Cursor, Draft, DraftOutcome, Head, PAGE_MAX, Page, Placed, Query, StoreError, StoredEvent, Summary,
};
use sqlx::{FromRow, SqlStr};

use crate::archive::is_target;
use crate::ask::{Ask, Value};
use crate::row::{DraftRow, EventRow, PlacedRow, SummaryRow, storable};

/// An event of a history, and how many the request's row promises.
#[derive(Debug, FromRow)]
struct HistoryRow {
    #[sqlx(flatten)]
    event: EventRow,
    promised: Option<i64>,
}

pub(crate) async fn outcome<A: Ask>(
    database: &A,
    office: &OfficeId,
    commit: CommitId,
) -> Result<Option<Placed>, StoreError> {
    for is_settled in [false, true] {
        // It may still be being written, by a connection that was lost.
        if is_settled {
            database.settle(office).await?;
        }
        let values = vec![office.as_str().into(), commit.to_string().into()];
        let found: Option<PlacedRow> = database.fetch(&database.statements().outcome, values).await?.pop();
        if let Some(row) = found {
            return row.read(A::ENGINE, office).map(Some);
        }
    }
    Ok(None)
}

pub(crate) async fn history<A: Ask>(
    database: &A,
    office: &OfficeId,
    request: RequestId,
) -> Result<Vec<StoredEvent>, StoreError> {
    let values = || vec![office.as_str().into(), request.to_string().into()];
    let ask = || database.fetch::<HistoryRow>(&database.statements().history, values());
    let mut rows = ask().await?;
    if rows.is_empty() {
        // No event, hence nothing that carries the promise.
        if summary(database, office, request).await?.is_none() {
            return Ok(vec![]);
        }
        // Perhaps the request came between the two questions.
        rows = ask().await?;
    }
    let promised = rows.first().and_then(|row| row.promised).unwrap_or(0).cast_unsigned();
    let mut events = Vec::with_capacity(rows.len());
    for (version, row) in (1..).zip(rows) {
        let event = row.event.read(A::ENGINE, office)?;
        if event.version != version {
            return Err(A::ENGINE.corrupt(Some(office), Some(event.index), "an event before it is missing"));
        }
        events.push(event);
    }
    if promised == 0 || promised != events.len() as u64 {
        let what = format!("the history of request {request} has {} of {promised} events", events.len());
        return Err(A::ENGINE.corrupt(Some(office), None, what));
    }
    Ok(events)
}

pub(crate) async fn summary<A: Ask>(
    database: &A,
    office: &OfficeId,
    request: RequestId,
) -> Result<Option<Summary>, StoreError> {
    let values = vec![office.as_str().into(), request.to_string().into()];
    let row: Option<SummaryRow> = database.fetch(&database.statements().summary, values).await?.pop();
    row.map(|row| row.read(A::ENGINE, office)).transpose()
}

/// The statement that answers `query`, and what it asks for.
fn asked<A: Ask>(database: &A, query: &Query) -> (SqlStr, Option<Value>) {
    let all = database.statements();
    let (sql, value) = match query {
        Query::All => (&all.all, None),
        Query::Open => (&all.open, None),
        Query::Waking => (&all.waking, None),
        Query::Stage(stage) => (&all.stage, Some(stage.to_string().into())),
        Query::Service(service) => (&all.service, Some(service.to_string().into())),
        Query::Phone(phone) => (&all.phone, Some(phone.as_bytes().as_slice().into())),
        Query::Code(code) => (&all.code, Some(code.to_string().into())),
        Query::Access(access) => (&all.access, Some(access.as_bytes().as_slice().into())),
        Query::Queue(queue) => (&all.queue, Some(queue.as_str().into())),
        Query::Token(_) => {
            // As it is listed: cut like the key.
            let key = query.key();
            let token = key.strip_prefix("token:").unwrap_or_default();
            (&all.token, Some(storable(token).into_owned().into()))
        }
    };
    (sql.clone(), value)
}

pub(crate) async fn find<A: Ask>(
    database: &A,
    office: &OfficeId,
    query: &Query,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page, StoreError> {
    let limit = limit.min(PAGE_MAX);
    if limit == 0 {
        return Ok(Page::default());
    }
    let (position, request) =
        after.map_or((i64::MIN, String::new()), |after| (after.position.0, after.request.to_string()));
    let (sql, value) = asked(database, query);
    // One row more than is shown says whether there is another page.
    let mut values = vec![office.as_str().into(), position.into(), request.into(), (limit as i64 + 1).into()];
    values.extend(value);
    let rows: Vec<SummaryRow> = database.fetch(&sql, values).await?;
    let more = rows.len() > limit;
    let rows: Vec<Summary> =
        rows.into_iter().take(limit).map(|row| row.read(A::ENGINE, office)).collect::<Result<_, _>>()?;
    Ok(Page { next: Cursor::after(&rows, query).filter(|_| more), rows })
}

pub(crate) async fn head<A: Ask>(database: &A, office: &OfficeId) -> Result<Head, StoreError> {
    let row: Option<(i64, i64)> =
        database.fetch(&database.statements().head, vec![office.as_str().into()]).await?.pop();
    Ok(row.map(head_of).unwrap_or_default())
}

pub(crate) fn head_of((size, last_at): (i64, i64)) -> Head {
    Head { size: size.cast_unsigned(), last_at: Moment::from_millis(last_at) }
}

pub(crate) async fn events<A: Ask>(
    database: &A,
    office: &OfficeId,
    from: u64,
    limit: usize,
) -> Result<Vec<StoredEvent>, StoreError> {
    let Ok(from) = i64::try_from(from) else { return Ok(Vec::new()) };
    let values = vec![office.as_str().into(), from.into(), (limit.min(PAGE_MAX) as i64).into()];
    let rows: Vec<EventRow> = database.fetch(&database.statements().events, values).await?;
    rows.into_iter().map(|row| row.read(A::ENGINE, office)).collect()
}

pub(crate) async fn counter<A: Ask>(database: &A, office: &OfficeId, name: &str) -> Result<u64, StoreError> {
    let values = vec![office.as_str().into(), storable(name).into_owned().into()];
    let value: Option<(i64,)> = database.fetch(&database.statements().counter, values).await?.pop();
    Ok(value.map_or(0, |(value,)| value.cast_unsigned()))
}

pub(crate) async fn load_draft<A: Ask>(
    database: &A,
    office: &OfficeId,
    key: &Digest32,
) -> Result<Option<Draft>, StoreError> {
    let values = vec![office.as_str().into(), key.as_bytes().as_slice().into()];
    let row: Option<DraftRow> = database.fetch(&database.statements().draft, values).await?.pop();
    row.map(|row| row.read(A::ENGINE, office)).transpose()
}

pub(crate) async fn save_draft<A: Ask>(
    database: &A,
    office: &OfficeId,
    draft: &Draft,
    expected: u64,
) -> Result<DraftOutcome, StoreError> {
    draft.check(expected)?;
    let mut values: Vec<Value> = vec![
        office.as_str().into(),
        draft.key.as_bytes().as_slice().into(),
        draft.version.cast_signed().into(),
        draft.saved_at.millis().into(),
        draft.expires_at.millis().into(),
        draft.body.as_slice().into(),
        DraftRow::seal(office, draft).as_slice().into(),
    ];
    let all = database.statements();
    let changed = if expected == 0 {
        database.execute(&all.insert_draft, values).await?
    } else {
        values.push(expected.cast_signed().into());
        database.execute(&all.update_draft, values).await?
    };
    if changed > 0 {
        return Ok(DraftOutcome::Saved);
    }
    refuse_target(database).await?;
    let stored = load_draft(database, office, &draft.key).await?;
    if stored.as_ref() == Some(draft) {
        return Ok(DraftOutcome::Saved);
    }
    Ok(DraftOutcome::Changed { actual: stored.map(|stored| stored.version) })
}

/// What writes nothing into a store with an unfinished transfer says so.
async fn refuse_target<A: Ask>(database: &A) -> Result<(), StoreError> {
    if is_target(database).await? { Err(StoreError::Unfinished) } else { Ok(()) }
}

pub(crate) async fn purge_drafts<A: Ask>(
    database: &A,
    office: &OfficeId,
    before: Moment,
    limit: usize,
) -> Result<Vec<Draft>, StoreError> {
    let values = vec![office.as_str().into(), before.millis().into(), (limit.min(PAGE_MAX) as i64).into()];
    let rows: Vec<DraftRow> = database.write(&database.statements().purge_drafts, values).await?;
    if rows.is_empty() {
        refuse_target(database).await?;
    }
    // They are gone, so whoever can be read is given back, whatever became of the others.
    let read = |row: DraftRow| {
        row.read(A::ENGINE, office)
            .inspect_err(|error| tracing::error!(%error, "a damaged draft was removed"))
            .ok()
    };
    let mut drafts: Vec<Draft> = rows.into_iter().filter_map(read).collect();
    drafts.sort_by_key(|draft| (draft.expires_at, draft.key));
    Ok(drafts)
}

/// The seam's traits for a store that is [`Ask`]: each method is a question above.
macro_rules! implement_seam {
    ($store:ty) => {
        #[async_trait::async_trait]
        impl oneservice_core::store::Requests for $store {
            async fn commit(
                &self,
                batch: &[oneservice_core::store::Commit],
            ) -> Result<Vec<oneservice_core::store::Outcome>, StoreError> {
                self.write_batch(batch).await
            }

            fn writes_offices_apart(&self) -> bool {
                <Self as $crate::ask::Ask>::OFFICES_APART
            }

            async fn outcome(
                &self,
                office: &OfficeId,
                commit: CommitId,
            ) -> Result<Option<Placed>, StoreError> {
                $crate::seam::outcome(self, office, commit).await
            }

            async fn history(
                &self,
                office: &OfficeId,
                request: RequestId,
            ) -> Result<Vec<StoredEvent>, StoreError> {
                $crate::seam::history(self, office, request).await
            }

            async fn summary(
                &self,
                office: &OfficeId,
                request: RequestId,
            ) -> Result<Option<Summary>, StoreError> {
                $crate::seam::summary(self, office, request).await
            }

            async fn find(
                &self,
                office: &OfficeId,
                query: &Query,
                after: Option<&Cursor>,
                limit: usize,
            ) -> Result<Page, StoreError> {
                $crate::seam::find(self, office, query, after, limit).await
            }
        }

        #[async_trait::async_trait]
        impl oneservice_core::store::Log for $store {
            async fn head(&self, office: &OfficeId) -> Result<Head, StoreError> {
                $crate::seam::head(self, office).await
            }

            async fn events(
                &self,
                office: &OfficeId,
                from: u64,
                limit: usize,
            ) -> Result<Vec<StoredEvent>, StoreError> {
                $crate::seam::events(self, office, from, limit).await
            }

            async fn counter(&self, office: &OfficeId, name: &str) -> Result<u64, StoreError> {
                $crate::seam::counter(self, office, name).await
            }
        }

        #[async_trait::async_trait]
        impl oneservice_core::store::Drafts for $store {
            async fn save_draft(
                &self,
                office: &OfficeId,
                draft: &Draft,
                expected: u64,
            ) -> Result<DraftOutcome, StoreError> {
                $crate::seam::save_draft(self, office, draft, expected).await
            }

            async fn load_draft(
                &self,
                office: &OfficeId,
                key: &Digest32,
            ) -> Result<Option<Draft>, StoreError> {
                $crate::seam::load_draft(self, office, key).await
            }

            async fn purge_drafts(
                &self,
                office: &OfficeId,
                before: Moment,
                limit: usize,
            ) -> Result<Vec<Draft>, StoreError> {
                $crate::seam::purge_drafts(self, office, before, limit).await
            }
        }
    };
}

implement_seam!(crate::SqliteStore);
implement_seam!(crate::PostgresStore);
