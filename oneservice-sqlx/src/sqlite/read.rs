//! Reading: each question one statement, or one snapshot.

use async_trait::async_trait;
use oneservice_core::calendar::Moment;
use oneservice_core::ids::{CommitId, OfficeId, RequestId};
use oneservice_core::store::{
    Commit, Cursor, Head, Log, Outcome, PAGE_MAX, Page, Placed, Query, Requests, StoreError, StoredEvent,
    Summary, Written,
};
use sqlx::query::QueryAs;
use sqlx::sqlite::{Sqlite, SqliteArguments};

use super::{ENGINE, SqliteStore};
use crate::row::{EventRow, PlacedRow, SummaryRow};

pub(super) fn fail(error: sqlx::Error) -> StoreError {
    ENGINE.error(Written::No, error)
}

/// A page of requests: `$of` gives the rows, `$position` their order. ?1 is the office, ?2 what is asked for, ?3 and ?4 the place
/// after which the page begins, ?5 its length.
macro_rules! page {
    ($of:literal, $position:literal) => {
        page!($of, $position, concat!($position, ", "))
    };
    // All at one position: their ids alone give the order.
    ($of:literal) => {
        page!($of, "0", "")
    };
    ($of:literal, $position:literal, $order:expr) => {
        concat!(
            "SELECT r.request_id, r.version, tracking_code, stage, service_id, service_version, sector_id, applicant_name, queues, ",
            "tokens, submitted_at, due_on, wake_at, access_hash, phone_hash, seal FROM ",
            $of,
            " AND (",
            $position,
            ", r.request_id) > (?3, ?4) ORDER BY ",
            $order,
            "r.request_id LIMIT ?5"
        )
    };
}

const ALL: &str = page!("oneservice_request r WHERE r.office_id = ?1", "newest_position");
const OPEN: &str = page!("oneservice_request r WHERE r.office_id = ?1", "open_position");
const WAKING: &str = page!("oneservice_request r WHERE r.office_id = ?1", "waking_position");
const STAGE: &str = page!("oneservice_request r WHERE r.office_id = ?1 AND stage = ?2", "newest_position");
const SERVICE: &str =
    page!("oneservice_request r WHERE r.office_id = ?1 AND service_id = ?2", "newest_position");
const PHONE: &str =
    page!("oneservice_request r WHERE r.office_id = ?1 AND phone_hash = ?2", "newest_position");
const CODE: &str = page!("oneservice_request r WHERE r.office_id = ?1 AND tracking_code = ?2");
const ACCESS: &str = page!("oneservice_request r WHERE r.office_id = ?1 AND access_hash = ?2");
const QUEUE: &str = page!(
    "oneservice_request_queue q JOIN oneservice_request r ON r.office_id = q.office_id AND r.request_id = q.request_id \
     WHERE q.office_id = ?1 AND q.queue = ?2",
    "q.position"
);
const TOKEN: &str = page!(
    "oneservice_request_token t JOIN oneservice_request r ON r.office_id = t.office_id AND r.request_id = t.request_id \
     WHERE t.office_id = ?1 AND t.token = ?2",
    "t.position"
);

type Asked = QueryAs<'static, Sqlite, SummaryRow, SqliteArguments>;

/// The statement that answers `query`, with office and what is asked for.
fn asked(office: &OfficeId, query: &Query) -> Asked {
    let ask = |sql: &'static str| sqlx::query_as(sql).bind(office.to_string());
    match query {
        Query::All => ask(ALL).bind(None::<String>),
        Query::Open => ask(OPEN).bind(None::<String>),
        Query::Waking => ask(WAKING).bind(None::<String>),
        Query::Stage(stage) => ask(STAGE).bind(stage.to_string()),
        Query::Service(service) => ask(SERVICE).bind(service.to_string()),
        Query::Phone(phone) => ask(PHONE).bind(phone.as_bytes().to_vec()),
        Query::Code(code) => ask(CODE).bind(code.to_string()),
        Query::Access(access) => ask(ACCESS).bind(access.as_bytes().to_vec()),
        Query::Queue(queue) => ask(QUEUE).bind(queue.to_string()),
        Query::Token(_) => {
            // As it is listed: cut like the key.
            let key = query.key();
            ask(TOKEN).bind(key.strip_prefix("token:").unwrap_or_default().to_owned())
        }
    }
}

#[async_trait]
impl Requests for SqliteStore {
    async fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        self.write_batch(batch).await
    }

    async fn outcome(&self, office: &OfficeId, commit: CommitId) -> Result<Option<Placed>, StoreError> {
        let row: Option<PlacedRow> = sqlx::query_as(
            "SELECT commit_id, request_id, version, first_index, recorded_at, seal FROM oneservice_commit \
             WHERE office_id = ?1 AND commit_id = ?2",
        )
        .bind(office.as_str())
        .bind(commit.to_string())
        .fetch_optional(&self.readers)
        .await
        .map_err(fail)?;
        row.map(|row| row.read(ENGINE, office)).transpose()
    }

    async fn history(&self, office: &OfficeId, request: RequestId) -> Result<Vec<StoredEvent>, StoreError> {
        // One snapshot for both questions.
        let mut snapshot = self.readers.begin().await.map_err(fail)?;
        let rows: Vec<EventRow> = sqlx::query_as(
            "SELECT log_index, request_id, version, envelope, salt, payload, leaf, commitment, seal FROM oneservice_event \
             WHERE office_id = ?1 AND request_id = ?2 ORDER BY version",
        )
        .bind(office.as_str())
        .bind(request.to_string())
        .fetch_all(&mut *snapshot)
        .await
        .map_err(fail)?;
        let promised: Option<i64> = sqlx::query_scalar(
            "SELECT version FROM oneservice_request WHERE office_id = ?1 AND request_id = ?2",
        )
        .bind(office.as_str())
        .bind(request.to_string())
        .fetch_optional(&mut *snapshot)
        .await
        .map_err(fail)?;
        drop(snapshot);
        let mut events = Vec::with_capacity(rows.len());
        for (version, row) in (1..).zip(rows) {
            let event = row.read(ENGINE, office)?;
            if event.version != version {
                return Err(ENGINE.corrupt(Some(office), Some(event.index), "an event before it is missing"));
            }
            events.push(event);
        }
        if promised.unwrap_or(0).cast_unsigned() != events.len() as u64 {
            let what = format!(
                "the history of request {request} has {} of {} events",
                events.len(),
                promised.unwrap_or(0)
            );
            return Err(ENGINE.corrupt(Some(office), None, what));
        }
        Ok(events)
    }

    async fn summary(&self, office: &OfficeId, request: RequestId) -> Result<Option<Summary>, StoreError> {
        let row: Option<SummaryRow> = sqlx::query_as(
            "SELECT request_id, version, tracking_code, stage, service_id, service_version, sector_id, applicant_name, queues, \
             tokens, submitted_at, due_on, wake_at, access_hash, phone_hash, seal FROM oneservice_request \
             WHERE office_id = ?1 AND request_id = ?2",
        )
        .bind(office.as_str())
        .bind(request.to_string())
        .fetch_optional(&self.readers)
        .await
        .map_err(fail)?;
        row.map(|row| row.read(ENGINE, office)).transpose()
    }

    async fn find(
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
        let (position, request) =
            after.map_or((i64::MIN, String::new()), |after| (after.position.0, after.request.to_string()));
        // One row more than is shown says whether there is another page.
        let rows = asked(office, query)
            .bind(position)
            .bind(request)
            .bind(limit as i64 + 1)
            .fetch_all(&self.readers)
            .await
            .map_err(fail)?;
        let more = rows.len() > limit;
        let rows: Vec<Summary> =
            rows.into_iter().take(limit).map(|row| row.read(ENGINE, office)).collect::<Result<_, _>>()?;
        Ok(Page { next: Cursor::after(&rows, query).filter(|_| more), rows })
    }
}

#[async_trait]
impl Log for SqliteStore {
    async fn head(&self, office: &OfficeId) -> Result<Head, StoreError> {
        let row: Option<(i64, i64)> =
            sqlx::query_as("SELECT size, last_at FROM oneservice_head WHERE office_id = ?1")
                .bind(office.as_str())
                .fetch_optional(&self.readers)
                .await
                .map_err(fail)?;
        Ok(row.map(head).unwrap_or_default())
    }

    async fn events(
        &self,
        office: &OfficeId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let Ok(from) = i64::try_from(from) else { return Ok(Vec::new()) };
        let rows: Vec<EventRow> = sqlx::query_as(
            "SELECT log_index, request_id, version, envelope, salt, payload, leaf, commitment, seal FROM oneservice_event \
             WHERE office_id = ?1 AND log_index >= ?2 ORDER BY log_index LIMIT ?3",
        )
        .bind(office.as_str())
        .bind(from)
        .bind(limit.min(PAGE_MAX) as i64)
        .fetch_all(&self.readers)
        .await
        .map_err(fail)?;
        rows.into_iter().map(|row| row.read(ENGINE, office)).collect()
    }

    async fn counter(&self, office: &OfficeId, name: &str) -> Result<u64, StoreError> {
        let value: Option<i64> =
            sqlx::query_scalar("SELECT value FROM oneservice_counter WHERE office_id = ?1 AND name = ?2")
                .bind(office.as_str())
                .bind(name)
                .fetch_optional(&self.readers)
                .await
                .map_err(fail)?;
        Ok(value.unwrap_or(0).cast_unsigned())
    }
}

pub(super) fn head((size, last_at): (i64, i64)) -> Head {
    Head { size: size.cast_unsigned(), last_at: Moment::from_millis(last_at) }
}
