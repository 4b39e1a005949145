//! Reading a store out record by record, and filling one so, on both databases.

use oneservice_core::ids::{Digest32, OfficeId};
use oneservice_core::store::{
    Allowance, Counts, Draft, Head, Misuse, Place, Placed, Records, SentKey, StoreError, StoredEvent,
    Summary, Weight,
};
use sqlx::{FromRow, SqlStr};

use crate::ask::{Ask, Row, Value};
use crate::put::{self, Work};
use crate::row::{DraftRow, EventRow, PlacedRow, SummaryRow, as_it_was, storable};
use crate::seam::summary as stored_summary;

/// Rows that are asked for at once: of those that may hold megabytes, few.
const LARGE: usize = 32;
const SMALL: usize = 500;

#[derive(Debug, FromRow)]
struct KeyRow {
    key: String,
    fingerprint: Vec<u8>,
    commit_id: String,
}

#[derive(Debug, FromRow)]
struct CountsRow {
    events: i64,
    commits: i64,
    keys: i64,
    counters: i64,
    summaries: i64,
    drafts: i64,
}

/// Whether a transfer into this store is not finished.
pub(crate) async fn is_target<A: Ask>(database: &A) -> Result<bool, StoreError> {
    let marks: Vec<(String,)> = database.fetch(&database.statements().transfer_mark, vec![]).await?;
    Ok(!marks.is_empty())
}

/// The offices that have a log or drafts.
pub(crate) async fn offices<A: Ask>(database: &A) -> Result<Vec<OfficeId>, StoreError> {
    let names: Vec<(String,)> = database.fetch(&database.statements().offices, vec![]).await?;
    let office =
        |(name,): (String,)| name.parse().map_err(|_| A::ENGINE.corrupt(None, None, "an office's name"));
    names.into_iter().map(office).collect()
}

pub(crate) async fn counts<A: Ask>(database: &A) -> Result<Counts, StoreError> {
    let row: Option<CountsRow> = database.fetch(&database.statements().counts, vec![]).await?.pop();
    let row = row.ok_or_else(|| A::ENGINE.corrupt(None, None, "no counts"))?;
    Ok(Counts {
        events: row.events.cast_unsigned(),
        commits: row.commits.cast_unsigned(),
        keys: row.keys.cast_unsigned(),
        counters: row.counters.cast_unsigned(),
        summaries: row.summaries.cast_unsigned(),
        drafts: row.drafts.cast_unsigned(),
    })
}

/// A page of what follows `after`, asked for in small pieces until it is full: `name` gives the place that a record ends.
async fn page<A: Ask, R: Row, T: Weight>(
    database: &A,
    sql: &SqlStr,
    office: &OfficeId,
    mut after: Vec<Value>,
    (limit, piece): (usize, usize),
    read: impl Fn(R) -> Result<T, StoreError>,
    name: impl Fn(&T) -> Vec<Value>,
) -> Result<Vec<T>, StoreError> {
    let mut allowance = Allowance::new(limit);
    let mut records = Vec::new();
    loop {
        let most = piece.min(allowance.records());
        if most == 0 {
            return Ok(records);
        }
        let mut values = vec![office.as_str().into(), (most as i64).into()];
        values.append(&mut after);
        let rows: Vec<R> = database.fetch(sql, values).await?;
        let is_last = rows.len() < most;
        for row in rows {
            let record = read(row)?;
            if !allowance.take(&record) {
                return Ok(records);
            }
            records.push(record);
        }
        match records.last() {
            Some(last) if !is_last => after = name(last),
            _ => return Ok(records),
        }
    }
}

/// The name after which names come, and whether the very first, which may be empty, comes too.
fn after_name(name: Option<&str>) -> Vec<Value> {
    vec![storable(name.unwrap_or_default()).into_owned().into(), i64::from(name.is_none()).into()]
}

fn after_id(id: Option<impl ToString>) -> Vec<Value> {
    vec![id.map(|id| id.to_string()).unwrap_or_default().into()]
}

pub(crate) async fn export<A: Ask>(
    database: &A,
    office: &OfficeId,
    place: &Place,
    limit: usize,
) -> Result<Records, StoreError> {
    let all = database.statements();
    Ok(match place {
        Place::Events(from) => {
            let Ok(from) = i64::try_from(*from) else { return Ok(Records::Events(vec![])) };
            let read = |row: EventRow| row.read(A::ENGINE, office);
            let name = |event: &StoredEvent| vec![(event.index.cast_signed() + 1).into()];
            Records::Events(
                page(database, &all.events_from, office, vec![from.into()], (limit, LARGE), read, name)
                    .await?,
            )
        }
        Place::Commits(commit) => {
            let read = |row: PlacedRow| row.read(A::ENGINE, office);
            let name = |placed: &Placed| after_id(Some(placed.commit));
            let after = after_id(*commit);
            Records::Commits(
                page(database, &all.commits_after, office, after, (limit, SMALL), read, name).await?,
            )
        }
        Place::Keys(key) => {
            let read = |row: KeyRow| key_of::<A>(office, row);
            let name = |key: &SentKey| after_name(Some(&key.key));
            let after = after_name(key.as_deref());
            Records::Keys(page(database, &all.keys_after, office, after, (limit, SMALL), read, name).await?)
        }
        Place::Counters(counter) => {
            let read = |(name, value): (String, i64)| Ok((as_it_was(&name), value.cast_unsigned()));
            let name = |counter: &(String, u64)| after_name(Some(&counter.0));
            let after = after_name(counter.as_deref());
            Records::Counters(
                page(database, &all.counters_after, office, after, (limit, SMALL), read, name).await?,
            )
        }
        Place::Summaries(request) => {
            let read = |row: SummaryRow| row.read(A::ENGINE, office);
            let name = |summary: &Summary| after_id(Some(summary.request));
            let after = after_id(*request);
            Records::Summaries(
                page(database, &all.summaries_after, office, after, (limit, SMALL), read, name).await?,
            )
        }
        Place::Drafts(key) => {
            let read = |row: DraftRow| row.read(A::ENGINE, office);
            let name = |draft: &Draft| vec![draft.key.as_bytes().as_slice().into()];
            let after = key.as_ref().map_or(&[][..], |key| key.as_bytes());
            Records::Drafts(
                page(database, &all.drafts_after, office, vec![after.into()], (limit, LARGE), read, name)
                    .await?,
            )
        }
    })
}

fn key_of<A: Ask>(office: &OfficeId, row: KeyRow) -> Result<SentKey, StoreError> {
    let commit = row.commit_id.parse().ok();
    let fingerprint = row.fingerprint.try_into().map(Digest32::from_bytes).ok();
    let lost =
        || A::ENGINE.corrupt(Some(office), None, format!("the idempotency key '{}' cannot be read", row.key));
    let (commit, fingerprint) = commit.zip(fingerprint).ok_or_else(lost)?;
    Ok(SentKey { key: as_it_was(&row.key), fingerprint, commit })
}

pub(crate) async fn begin_import<A: Ask>(database: &A) -> Result<(), StoreError> {
    let all = database.statements();
    if is_target(database).await? {
        return target(database, vec![(all.delete_drafts.clone(), vec![])]).await;
    }
    // The mark is set only where there is nothing; but somebody may have begun to write before it was there.
    if !database.guarded((all.mark_transfer.clone(), vec![]), vec![]).await? {
        return Err(StoreError::NotEmpty);
    }
    if counts(database).await? != Counts::default() {
        database.execute(&all.remove_mark, vec![]).await?;
        return Err(StoreError::NotEmpty);
    }
    Ok(())
}

/// Does `work` in one transaction, if the store has the mark.
async fn target<A: Ask>(database: &A, work: Vec<Work>) -> Result<(), StoreError> {
    let guard = (database.statements().keep_mark.clone(), vec![]);
    if database.guarded(guard, work).await? { Ok(()) } else { Err(Misuse::NoTransfer.into()) }
}

pub(crate) async fn import<A: Ask>(
    database: &A,
    office: &OfficeId,
    records: &Records,
) -> Result<(), StoreError> {
    let all = database.statements();
    let mut work: Vec<Work> = Vec::new();
    match records {
        Records::Events(events) => work.extend(events.iter().map(|event| {
            let place = (event.index, event.request, event.version);
            put::event(&all.put_event, office, place, &event.body)
        })),
        Records::Commits(commits) => {
            work.extend(commits.iter().map(|placed| put::placed(&all.put_commit, office, placed)));
        }
        Records::Keys(keys) => work.extend(
            keys.iter().map(|key| put::key(&all.put_key, office, &key.key, &key.fingerprint, key.commit)),
        ),
        Records::Counters(counters) => {
            work.extend(counters.iter().map(|(name, value)| put::counter(all, office, name, *value)));
        }
        Records::Summaries(summaries) => {
            for summary in summaries {
                let old = stored_summary(database, office, summary.request).await?;
                work.extend(put::summary(all, A::ENGINE, office, old.as_ref(), summary)?);
            }
        }
        Records::Drafts(drafts) => work.extend(drafts.iter().map(|draft| {
            let values = vec![
                office.as_str().into(),
                draft.key.as_bytes().as_slice().into(),
                draft.version.cast_signed().into(),
                draft.saved_at.millis().into(),
                draft.expires_at.millis().into(),
                draft.body.as_slice().into(),
                DraftRow::seal(office, draft).into(),
            ];
            (all.put_draft.clone(), values)
        })),
    }
    target(database, work).await
}

pub(crate) async fn finish_import<A: Ask>(
    database: &A,
    heads: &[(OfficeId, Head)],
) -> Result<(), StoreError> {
    let all = database.statements();
    let mut work: Vec<Work> = heads.iter().map(|(office, head)| put::head(all, office, head)).collect();
    work.push((all.remove_mark.clone(), vec![]));
    target(database, work).await
}

/// [`Archive`](oneservice_core::store::Archive) for a store that is [`Ask`].
macro_rules! implement_archive {
    ($store:ty) => {
        #[async_trait::async_trait]
        impl oneservice_core::store::Archive for $store {
            async fn offices(&self) -> Result<Vec<OfficeId>, StoreError> {
                offices(self).await
            }

            async fn counts(&self) -> Result<Counts, StoreError> {
                counts(self).await
            }

            async fn export(
                &self,
                office: &OfficeId,
                place: &Place,
                limit: usize,
            ) -> Result<Records, StoreError> {
                export(self, office, place, limit).await
            }

            async fn begin_import(&self) -> Result<(), StoreError> {
                begin_import(self).await
            }

            async fn import(&self, office: &OfficeId, records: &Records) -> Result<(), StoreError> {
                import(self, office, records).await
            }

            async fn finish_import(&self, heads: &[(OfficeId, Head)]) -> Result<(), StoreError> {
                finish_import(self, heads).await
            }
        }
    };
}

implement_archive!(crate::SqliteStore);
implement_archive!(crate::PostgresStore);
