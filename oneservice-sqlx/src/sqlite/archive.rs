//! Reading the file out record by record, and filling it so.

use async_trait::async_trait;
use futures::stream::{BoxStream, StreamExt};
use oneservice_core::ids::{Digest32, OfficeId};
use oneservice_core::store::{
    Allowance, Archive, Counts, Draft, Head, Misuse, Place, Placed, Records, SentKey, StoreError,
    StoredEvent, Summary, Weight,
};
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteExecutor};
use sqlx::{FromRow, Transaction};

use super::read::fail;
use super::write::{commit_fail, list};
use super::{ENGINE, SqliteStore};
use crate::row::{DraftRow, EventRow, PlacedRow, SummaryRow};

#[derive(Debug, FromRow)]
struct KeyRow {
    key: String,
    fingerprint: Vec<u8>,
    commit_id: String,
}

impl KeyRow {
    fn read(self, office: &OfficeId) -> Result<SentKey, StoreError> {
        let commit = self.commit_id.parse().ok();
        let fingerprint = self.fingerprint.try_into().map(Digest32::from_bytes).ok();
        let lost = || {
            ENGINE.corrupt(Some(office), None, format!("the idempotency key '{}' cannot be read", self.key))
        };
        let (commit, fingerprint) = commit.zip(fingerprint).ok_or_else(lost)?;
        Ok(SentKey { key: self.key, fingerprint, commit })
    }
}

/// Whether a transfer into this store is not finished.
async fn is_target(executor: impl SqliteExecutor<'_>) -> Result<bool, StoreError> {
    let marks: i64 = sqlx::query_scalar("SELECT count(*) FROM oneservice_transfer")
        .fetch_one(executor)
        .await
        .map_err(fail)?;
    Ok(marks > 0)
}

async fn counts(executor: impl SqliteExecutor<'_>) -> Result<Counts, StoreError> {
    let counts: (i64, i64, i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM oneservice_event), (SELECT count(*) FROM oneservice_commit), \
         (SELECT count(*) FROM oneservice_idempotency_key), (SELECT count(*) FROM oneservice_counter), \
         (SELECT count(*) FROM oneservice_request), (SELECT count(*) FROM oneservice_draft)",
    )
    .fetch_one(executor)
    .await
    .map_err(fail)?;
    Ok(Counts {
        events: counts.0.cast_unsigned(),
        commits: counts.1.cast_unsigned(),
        keys: counts.2.cast_unsigned(),
        counters: counts.3.cast_unsigned(),
        summaries: counts.4.cast_unsigned(),
        drafts: counts.5.cast_unsigned(),
    })
}

/// The rows that a page has room for. They come one by one, so that a page of large ones is not read whole first.
async fn page<Row, Record: Weight>(
    mut rows: BoxStream<'_, Result<Row, sqlx::Error>>,
    limit: usize,
    read: impl Fn(Row) -> Result<Record, StoreError>,
) -> Result<Vec<Record>, StoreError> {
    let mut allowance = Allowance::new(limit);
    let mut records = Vec::new();
    while let Some(row) = rows.next().await {
        let record = read(row.map_err(fail)?)?;
        if !allowance.take(&record) {
            break;
        }
        records.push(record);
    }
    Ok(records)
}

impl SqliteStore {
    /// A transaction for an office's work, which a store with an unfinished transfer refuses.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        let mut transaction = self.begin_any().await?;
        if is_target(&mut *transaction).await? { Err(StoreError::Unfinished) } else { Ok(transaction) }
    }

    async fn begin_any(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(fail)
    }

    /// A transaction for what belongs to a transfer.
    async fn begin_target(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        let mut transaction = self.begin_any().await?;
        if is_target(&mut *transaction).await? { Ok(transaction) } else { Err(Misuse::NoTransfer.into()) }
    }

    pub(super) async fn is_target(&self) -> Result<bool, StoreError> {
        is_target(&self.readers).await
    }

    async fn events_from(
        &self,
        office: &OfficeId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let Ok(from) = i64::try_from(from) else { return Ok(Vec::new()) };
        let rows = sqlx::query_as(
            "SELECT log_index, request_id, version, envelope, salt, payload, leaf, commitment, seal FROM oneservice_event \
             WHERE office_id = ?1 AND log_index >= ?2 ORDER BY log_index LIMIT ?3",
        )
        .bind(office.as_str())
        .bind(from)
        .bind(most(limit))
        .fetch(&self.readers);
        page(rows, limit, |row: EventRow| row.read(ENGINE, office)).await
    }

    async fn commits_after(
        &self,
        office: &OfficeId,
        after: String,
        limit: usize,
    ) -> Result<Vec<Placed>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT commit_id, request_id, version, first_index, recorded_at, seal FROM oneservice_commit \
             WHERE office_id = ?1 AND commit_id > ?2 ORDER BY commit_id LIMIT ?3",
        )
        .bind(office.as_str())
        .bind(after)
        .bind(most(limit))
        .fetch(&self.readers);
        page(rows, limit, |row: PlacedRow| row.read(ENGINE, office)).await
    }

    async fn keys_after(
        &self,
        office: &OfficeId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<SentKey>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT key, fingerprint, commit_id FROM oneservice_idempotency_key \
             WHERE office_id = ?1 AND key >= ?2 AND (?3 OR key <> ?2) ORDER BY key LIMIT ?4",
        )
        .bind(office.as_str())
        .bind(after.unwrap_or_default())
        .bind(after.is_none())
        .bind(most(limit))
        .fetch(&self.readers);
        page(rows, limit, |row: KeyRow| row.read(office)).await
    }

    async fn counters_after(
        &self,
        office: &OfficeId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT name, value FROM oneservice_counter \
             WHERE office_id = ?1 AND name >= ?2 AND (?3 OR name <> ?2) ORDER BY name LIMIT ?4",
        )
        .bind(office.as_str())
        .bind(after.unwrap_or_default())
        .bind(after.is_none())
        .bind(most(limit))
        .fetch(&self.readers);
        page(rows, limit, |(name, value): (String, i64)| Ok((name, value.cast_unsigned()))).await
    }

    async fn summaries_after(
        &self,
        office: &OfficeId,
        after: String,
        limit: usize,
    ) -> Result<Vec<Summary>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT request_id, version, tracking_code, stage, service_id, service_version, sector_id, applicant_name, queues, \
             tokens, submitted_at, due_on, wake_at, access_hash, phone_hash, seal FROM oneservice_request \
             WHERE office_id = ?1 AND request_id > ?2 ORDER BY request_id LIMIT ?3",
        )
        .bind(office.as_str())
        .bind(after)
        .bind(most(limit))
        .fetch(&self.readers);
        page(rows, limit, |row: SummaryRow| row.read(ENGINE, office)).await
    }

    async fn drafts_after(
        &self,
        office: &OfficeId,
        after: &[u8],
        limit: usize,
    ) -> Result<Vec<Draft>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT draft_key, version, saved_at, expires_at, body, seal FROM oneservice_draft \
             WHERE office_id = ?1 AND draft_key > ?2 ORDER BY draft_key LIMIT ?3",
        )
        .bind(office.as_str())
        .bind(after.to_vec())
        .bind(most(limit))
        .fetch(&self.readers);
        page(rows, limit, |row: DraftRow| row.read(ENGINE, office)).await
    }
}

fn most(limit: usize) -> i64 {
    Allowance::new(limit).records() as i64
}

#[async_trait]
impl Archive for SqliteStore {
    async fn offices(&self) -> Result<Vec<OfficeId>, StoreError> {
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT office_id FROM oneservice_head WHERE size > 0 UNION SELECT office_id FROM oneservice_draft ORDER BY 1",
        )
        .fetch_all(&self.readers)
        .await
        .map_err(fail)?;
        let office = |name: String| name.parse().map_err(|_| ENGINE.corrupt(None, None, "an office's name"));
        names.into_iter().map(office).collect()
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        counts(&self.readers).await
    }

    async fn export(&self, office: &OfficeId, place: &Place, limit: usize) -> Result<Records, StoreError> {
        fn after(id: Option<impl ToString>) -> String {
            id.map(|id| id.to_string()).unwrap_or_default()
        }
        Ok(match place {
            Place::Events(from) => Records::Events(self.events_from(office, *from, limit).await?),
            Place::Commits(commit) => {
                Records::Commits(self.commits_after(office, after(*commit), limit).await?)
            }
            Place::Keys(key) => Records::Keys(self.keys_after(office, key.as_deref(), limit).await?),
            Place::Counters(name) => {
                Records::Counters(self.counters_after(office, name.as_deref(), limit).await?)
            }
            Place::Summaries(request) => {
                Records::Summaries(self.summaries_after(office, after(*request), limit).await?)
            }
            Place::Drafts(key) => {
                let after = key.as_ref().map_or(&[][..], |key| key.as_bytes());
                Records::Drafts(self.drafts_after(office, after, limit).await?)
            }
        })
    }

    async fn begin_import(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin_any().await?;
        if is_target(&mut *transaction).await? {
            sqlx::query("DELETE FROM oneservice_draft").execute(&mut *transaction).await.map_err(fail)?;
        } else if counts(&mut *transaction).await?.total() > 0 {
            return Err(StoreError::NotEmpty);
        } else {
            sqlx::query("INSERT INTO oneservice_transfer (unfinished) VALUES (1)")
                .execute(&mut *transaction)
                .await
                .map_err(fail)?;
        }
        transaction.commit().await.map_err(commit_fail)
    }

    async fn import(&self, office: &OfficeId, records: &Records) -> Result<(), StoreError> {
        let mut transaction = self.begin_target().await?;
        match records {
            Records::Events(events) => {
                for event in events {
                    put_event(&mut transaction, event).await?;
                }
            }
            Records::Commits(commits) => {
                for placed in commits {
                    put_commit(&mut transaction, office, placed).await?;
                }
            }
            Records::Keys(keys) => {
                for key in keys {
                    put_key(&mut transaction, office, key).await?;
                }
            }
            Records::Counters(counters) => {
                for (name, value) in counters {
                    put_counter(&mut transaction, office, name, *value).await?;
                }
            }
            Records::Summaries(summaries) => {
                for summary in summaries {
                    let old = stored_summary(&mut transaction, office, summary).await?;
                    list(&mut transaction, office, old.as_ref(), summary).await?;
                }
            }
            Records::Drafts(drafts) => {
                for draft in drafts {
                    put_draft(&mut transaction, office, draft).await?;
                }
            }
        }
        transaction.commit().await.map_err(commit_fail)
    }

    async fn finish_import(&self, heads: &[(OfficeId, Head)]) -> Result<(), StoreError> {
        let mut transaction = self.begin_target().await?;
        for (office, head) in heads {
            sqlx::query("INSERT INTO oneservice_head (office_id, size, last_at) VALUES (?1, ?2, ?3)")
                .bind(office.as_str())
                .bind(head.size.cast_signed())
                .bind(head.last_at.millis())
                .execute(&mut *transaction)
                .await
                .map_err(fail)?;
        }
        sqlx::query("DELETE FROM oneservice_transfer").execute(&mut *transaction).await.map_err(fail)?;
        transaction.commit().await.map_err(commit_fail)
    }
}

async fn put_event(connection: &mut SqliteConnection, event: &StoredEvent) -> Result<(), StoreError> {
    let row = EventRow::new(&event.office, event.index, event.request, event.version, &event.body);
    sqlx::query(
        "INSERT INTO oneservice_event (office_id, log_index, request_id, version, envelope, salt, payload, leaf, commitment, seal) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
    )
    .bind(event.office.as_str())
    .bind(row.log_index)
    .bind(row.request_id)
    .bind(row.version)
    .bind(row.envelope)
    .bind(row.salt)
    .bind(row.payload)
    .bind(row.leaf)
    .bind(row.commitment)
    .bind(row.seal)
    .execute(connection)
    .await
    .map_err(fail)?;
    Ok(())
}

async fn put_commit(
    connection: &mut SqliteConnection,
    office: &OfficeId,
    placed: &Placed,
) -> Result<(), StoreError> {
    let row = PlacedRow::new(office, placed);
    sqlx::query(
        "INSERT INTO oneservice_commit (office_id, commit_id, request_id, version, first_index, recorded_at, seal) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
    )
    .bind(office.as_str())
    .bind(row.commit_id)
    .bind(row.request_id)
    .bind(row.version)
    .bind(row.first_index)
    .bind(row.recorded_at)
    .bind(row.seal)
    .execute(connection)
    .await
    .map_err(fail)?;
    Ok(())
}

async fn put_key(
    connection: &mut SqliteConnection,
    office: &OfficeId,
    key: &SentKey,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO oneservice_idempotency_key (office_id, key, fingerprint, commit_id) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT DO NOTHING",
    )
    .bind(office.as_str())
    .bind(&key.key)
    .bind(key.fingerprint.as_bytes().as_slice())
    .bind(key.commit.to_string())
    .execute(connection)
    .await
    .map_err(fail)?;
    Ok(())
}

async fn put_counter(
    connection: &mut SqliteConnection,
    office: &OfficeId,
    name: &str,
    value: u64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO oneservice_counter (office_id, name, value) VALUES (?1, ?2, ?3) \
         ON CONFLICT (office_id, name) DO UPDATE SET value = excluded.value",
    )
    .bind(office.as_str())
    .bind(name)
    .bind(value.cast_signed())
    .execute(connection)
    .await
    .map_err(fail)?;
    Ok(())
}

/// The row that `summary` takes the place of.
async fn stored_summary(
    connection: &mut SqliteConnection,
    office: &OfficeId,
    summary: &Summary,
) -> Result<Option<Summary>, StoreError> {
    let row: Option<SummaryRow> = sqlx::query_as(
        "SELECT request_id, version, tracking_code, stage, service_id, service_version, sector_id, applicant_name, queues, \
         tokens, submitted_at, due_on, wake_at, access_hash, phone_hash, seal FROM oneservice_request \
         WHERE office_id = ?1 AND request_id = ?2",
    )
    .bind(office.as_str())
    .bind(summary.request.to_string())
    .fetch_optional(connection)
    .await
    .map_err(fail)?;
    row.map(|row| row.read(ENGINE, office)).transpose()
}

async fn put_draft(
    connection: &mut SqliteConnection,
    office: &OfficeId,
    draft: &Draft,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO oneservice_draft (office_id, draft_key, version, saved_at, expires_at, body, seal) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT (office_id, draft_key) DO UPDATE SET version = excluded.version, saved_at = excluded.saved_at, \
         expires_at = excluded.expires_at, body = excluded.body, seal = excluded.seal",
    )
    .bind(office.as_str())
    .bind(draft.key.as_bytes().as_slice())
    .bind(draft.version.cast_signed())
    .bind(draft.saved_at.millis())
    .bind(draft.expires_at.millis())
    .bind(&draft.body)
    .bind(DraftRow::seal(office, draft))
    .execute(connection)
    .await
    .map_err(fail)?;
    Ok(())
}
