//! Writing: a batch is judged and written in one transaction.

use std::collections::{BTreeMap, HashMap};

use oneservice_core::ids::{Digest32, OfficeId, RequestId};
use oneservice_core::store::{Commit, Outcome, StoreError, Summary, Written};
use serde_json::json;
use sqlx::{Sqlite, SqliteConnection};

use super::{SqliteStore, commit_fail, fail};
use crate::ask::Ask;
use crate::known::Known;
use crate::row::{EventRow, Listed, PlacedRow, SummaryRow, as_it_was, storable};
use crate::seam::head_of;

const ENGINE: crate::error::Engine = SqliteStore::ENGINE;

impl SqliteStore {
    pub(crate) async fn write_batch(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        for commit in batch {
            commit.check()?;
        }
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(fail)?;
        let outcomes = write_members(&mut transaction, batch).await?;
        if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Committed(_))) {
            transaction.commit().await.map_err(commit_fail)?;
        }
        Ok(outcomes)
    }

    /// Writes `commit` in the caller's own transaction: whether it is kept is decided there. Give it a [`Commit`] that
    /// [`Office::prepare`](oneservice_core::office::Office::prepare) made, and a transaction that was begun with `BEGIN IMMEDIATE`
    /// on the same file: one that has only read so far may not be allowed to write any more.
    ///
    /// # Errors
    /// As [`Requests::commit`](oneservice_core::store::Requests::commit). After any error the transaction can only be rolled back.
    pub async fn commit_in(
        &self,
        transaction: &mut sqlx::Transaction<'_, Sqlite>,
        commit: &Commit,
    ) -> Result<Outcome, StoreError> {
        commit.check()?;
        let outcomes = write_members(transaction, std::slice::from_ref(commit)).await?;
        outcomes.into_iter().next().ok_or_else(|| ENGINE.unavailable(Written::No, "a member got no answer"))
    }
}

/// Judges and writes the members of a batch in the transaction of `connection`.
async fn write_members(
    connection: &mut SqliteConnection,
    batch: &[Commit],
) -> Result<Vec<Outcome>, StoreError> {
    let mark: Option<(String,)> = sqlx::query_as("SELECT office_id FROM oneservice_transfer")
        .fetch_optional(&mut *connection)
        .await
        .map_err(fail)?;
    if mark.is_some() {
        return Err(StoreError::Unfinished);
    }
    let mut offices: BTreeMap<&OfficeId, Vec<&Commit>> = BTreeMap::new();
    for commit in batch {
        offices.entry(&commit.office).or_default().push(commit);
    }
    let mut known = BTreeMap::new();
    for (office, commits) in offices {
        known.insert(office, load(connection, office, &commits).await?);
    }
    let mut outcomes = Vec::with_capacity(batch.len());
    for commit in batch {
        let Some((known, rows)) = known.get_mut(&commit.office) else { continue };
        let outcome = known.judge(commit);
        if matches!(outcome, Outcome::Committed(_)) {
            let old = rows.insert(commit.request, commit.summary.clone());
            write(connection, commit, old.as_ref(), &outcome).await?;
        }
        outcomes.push(outcome);
    }
    for (office, (known, _)) in known {
        sqlx::query(
            "INSERT INTO oneservice_head (office_id, size, last_at) SELECT ?1, ?2, ?3 WHERE ?2 > 0 \
             ON CONFLICT (office_id) DO UPDATE SET size = excluded.size, last_at = excluded.last_at \
             WHERE size <> excluded.size",
        )
        .bind(office.as_str())
        .bind(known.head.size.cast_signed())
        .bind(known.head.last_at.millis())
        .execute(&mut *connection)
        .await
        .map_err(fail)?;
    }
    Ok(outcomes)
}

/// What is known of `office` that `commits` ask about, and the rows of their requests. Names go as one JSON list, so that each
/// question is one statement.
async fn load(
    connection: &mut SqliteConnection,
    office: &OfficeId,
    commits: &[&Commit],
) -> Result<(Known, HashMap<RequestId, Summary>), StoreError> {
    let list = |names: Vec<String>| json!(names).to_string();
    let mut known = Known::default();
    let mut old = HashMap::new();
    let row: Option<(i64, i64)> =
        sqlx::query_as("SELECT size, last_at FROM oneservice_head WHERE office_id = ?1")
            .bind(office.as_str())
            .fetch_optional(&mut *connection)
            .await
            .map_err(fail)?;
    known.head = row.map(head_of).unwrap_or_default();

    let keys: Vec<String> = commits
        .iter()
        .filter_map(|commit| commit.key.as_ref())
        .map(|key| storable(&key.key).into_owned())
        .collect();
    let mut ids: Vec<String> = commits.iter().map(|commit| commit.id.to_string()).collect();
    let mut found: Vec<(String, Vec<u8>, String)> = Vec::new();
    if !keys.is_empty() {
        found = sqlx::query_as(
            "SELECT key, fingerprint, commit_id FROM oneservice_idempotency_key \
             WHERE office_id = ?1 AND key IN (SELECT value FROM json_each(?2))",
        )
        .bind(office.as_str())
        .bind(list(keys))
        .fetch_all(&mut *connection)
        .await
        .map_err(fail)?;
        ids.extend(found.iter().map(|(.., commit)| commit.clone()));
    }
    let rows: Vec<PlacedRow> = sqlx::query_as(
        "SELECT commit_id, request_id, version, first_index, recorded_at, place_seal FROM oneservice_commit \
         WHERE office_id = ?1 AND commit_id IN (SELECT value FROM json_each(?2))",
    )
    .bind(office.as_str())
    .bind(list(ids))
    .fetch_all(&mut *connection)
    .await
    .map_err(fail)?;
    for row in rows {
        let placed = row.read(ENGINE, office)?;
        known.commits.insert(placed.commit, placed);
    }
    for (key, fingerprint, commit) in found {
        let lost =
            || ENGINE.corrupt(Some(office), None, format!("the idempotency key '{key}' names no commit"));
        let placed = commit.parse().ok().and_then(|commit| known.commits.get(&commit)).ok_or_else(lost)?;
        let fingerprint = fingerprint.try_into().map(Digest32::from_bytes).map_err(|_| lost())?;
        known.keys.insert(as_it_was(&key), (fingerprint, *placed));
    }

    let rows: Vec<SummaryRow> = sqlx::query_as(
        "SELECT request_id, version, tracking_code, stage, service_id, service_version, sector_id, applicant_name, queues, \
         tokens, submitted_at, due_on, wake_at, access_hash, phone_hash, seal FROM oneservice_request \
         WHERE office_id = ?1 AND request_id IN (SELECT value FROM json_each(?2))",
    )
    .bind(office.as_str())
    .bind(list(commits.iter().map(|commit| commit.request.to_string()).collect()))
    .fetch_all(&mut *connection)
    .await
    .map_err(fail)?;
    for row in rows {
        let summary = row.read(ENGINE, office)?;
        known.codes.insert(summary.code, summary.request);
        known.versions.insert(summary.request, summary.version);
        old.insert(summary.request, summary);
    }
    let codes: Vec<(String, String)> = sqlx::query_as(
        "SELECT tracking_code, request_id FROM oneservice_request \
         WHERE office_id = ?1 AND tracking_code IN (SELECT value FROM json_each(?2))",
    )
    .bind(office.as_str())
    .bind(list(commits.iter().map(|commit| commit.summary.code.to_string()).collect()))
    .fetch_all(&mut *connection)
    .await
    .map_err(fail)?;
    for (code, request) in codes {
        let lost =
            || ENGINE.corrupt(Some(office), None, format!("the tracking code '{code}' or its request"));
        let pair = code.parse().ok().zip(request.parse().ok());
        let (code, request) = pair.ok_or_else(lost)?;
        known.codes.insert(code, request);
    }

    for commit in commits {
        for counter in &commit.counters {
            let value: Option<i64> =
                sqlx::query_scalar("SELECT value FROM oneservice_counter WHERE office_id = ?1 AND name = ?2")
                    .bind(office.as_str())
                    .bind(storable(&counter.name).into_owned())
                    .fetch_optional(&mut *connection)
                    .await
                    .map_err(fail)?;
            known.counters.insert(counter.name.clone(), value.unwrap_or(0).cast_unsigned());
        }
        if let Some((key, _)) = &commit.closes_draft {
            let version: Option<i64> = sqlx::query_scalar(
                "SELECT version FROM oneservice_draft WHERE office_id = ?1 AND draft_key = ?2",
            )
            .bind(office.as_str())
            .bind(key.as_bytes().as_slice())
            .fetch_optional(&mut *connection)
            .await
            .map_err(fail)?;
            known.drafts.extend(version.map(|version| (*key, version.cast_unsigned())));
        }
    }
    Ok((known, old))
}

/// Writes a member that was judged to be lawful; `old` is the request's row before.
async fn write(
    connection: &mut SqliteConnection,
    commit: &Commit,
    old: Option<&Summary>,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    let Some(placed) = outcome.placed() else { return Ok(()) };
    let office = &commit.office;
    for ((index, version), body) in (placed.first_index..).zip(commit.expected + 1..).zip(&commit.events) {
        let row = EventRow::new(office, index, commit.request, version, body);
        sqlx::query(
            "INSERT INTO oneservice_event (office_id, log_index, request_id, version, envelope, salt, payload, leaf, \
             commitment, place_seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )
        .bind(office.as_str())
        .bind(row.log_index)
        .bind(row.request_id)
        .bind(row.version)
        .bind(row.envelope)
        .bind(row.salt)
        .bind(row.payload)
        .bind(row.leaf)
        .bind(row.commitment)
        .bind(row.place_seal)
        .execute(&mut *connection)
        .await
        .map_err(fail)?;
    }
    list(connection, office, old, &commit.summary).await?;
    let row = PlacedRow::new(office, &placed);
    sqlx::query(
        "INSERT INTO oneservice_commit (office_id, commit_id, request_id, version, first_index, recorded_at, place_seal) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(office.as_str())
    .bind(row.commit_id)
    .bind(row.request_id)
    .bind(row.version)
    .bind(row.first_index)
    .bind(row.recorded_at)
    .bind(row.place_seal)
    .execute(&mut *connection)
    .await
    .map_err(fail)?;
    if let Some(key) = &commit.key {
        sqlx::query(
            "INSERT INTO oneservice_idempotency_key (office_id, key, fingerprint, commit_id) VALUES (?1, ?2, ?3, ?4)",
        )
        .bind(office.as_str())
        .bind(storable(&key.key).into_owned())
        .bind(key.fingerprint.as_bytes().as_slice())
        .bind(commit.id.to_string())
        .execute(&mut *connection)
        .await
        .map_err(fail)?;
    }
    for counter in &commit.counters {
        sqlx::query(
            "INSERT INTO oneservice_counter (office_id, name, value) VALUES (?1, ?2, ?3) \
             ON CONFLICT (office_id, name) DO UPDATE SET value = excluded.value",
        )
        .bind(office.as_str())
        .bind(storable(&counter.name).into_owned())
        .bind(counter.from.saturating_add(1).cast_signed())
        .execute(&mut *connection)
        .await
        .map_err(fail)?;
    }
    if let Some((key, _)) = &commit.closes_draft {
        sqlx::query("DELETE FROM oneservice_draft WHERE office_id = ?1 AND draft_key = ?2")
            .bind(office.as_str())
            .bind(key.as_bytes().as_slice())
            .execute(&mut *connection)
            .await
            .map_err(fail)?;
    }
    Ok(())
}

/// The request's row and where it is listed; entries that stay are not touched.
async fn list(
    connection: &mut SqliteConnection,
    office: &OfficeId,
    old: Option<&Summary>,
    summary: &Summary,
) -> Result<(), StoreError> {
    let row = SummaryRow::new(ENGINE, office, summary)?;
    let listed = Listed::of(summary);
    let before = old.map(Listed::of).unwrap_or_default();
    sqlx::query(
        "INSERT INTO oneservice_request (office_id, request_id, version, tracking_code, stage, service_id, service_version, \
         sector_id, applicant_name, queues, tokens, submitted_at, due_on, wake_at, access_hash, phone_hash, newest_position, \
         open_position, waking_position, seal) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20) \
         ON CONFLICT (office_id, request_id) DO UPDATE SET version = excluded.version, tracking_code = excluded.tracking_code, \
         stage = excluded.stage, service_id = excluded.service_id, service_version = excluded.service_version, \
         sector_id = excluded.sector_id, applicant_name = excluded.applicant_name, queues = excluded.queues, \
         tokens = excluded.tokens, submitted_at = excluded.submitted_at, due_on = excluded.due_on, wake_at = excluded.wake_at, \
         access_hash = excluded.access_hash, phone_hash = excluded.phone_hash, newest_position = excluded.newest_position, \
         open_position = excluded.open_position, waking_position = excluded.waking_position, seal = excluded.seal",
    )
    .bind(office.as_str())
    .bind(&row.request_id)
    .bind(row.version)
    .bind(row.tracking_code)
    .bind(row.stage)
    .bind(row.service_id)
    .bind(row.service_version)
    .bind(row.sector_id)
    .bind(row.applicant_name)
    .bind(row.queues)
    .bind(row.tokens)
    .bind(row.submitted_at)
    .bind(row.due_on)
    .bind(row.wake_at)
    .bind(row.access_hash)
    .bind(row.phone_hash)
    .bind(listed.newest)
    .bind(listed.open)
    .bind(listed.waking)
    .bind(row.seal)
    .execute(&mut *connection)
    .await
    .map_err(fail)?;
    let names = [
        (
            "DELETE FROM oneservice_request_queue WHERE office_id = ?1 AND queue = ?2 AND position = ?3 AND request_id = ?4",
            "INSERT INTO oneservice_request_queue (office_id, queue, position, request_id) VALUES (?1, ?2, ?3, ?4)",
            (before.queues, listed.queues),
        ),
        (
            "DELETE FROM oneservice_request_token WHERE office_id = ?1 AND token = ?2 AND position = ?3 AND request_id = ?4",
            "INSERT INTO oneservice_request_token (office_id, token, position, request_id) VALUES (?1, ?2, ?3, ?4)",
            (before.tokens, listed.tokens),
        ),
    ];
    for (delete, insert, (before, now)) in names {
        let gone = before.iter().filter(|entry| !now.contains(entry)).map(|entry| (delete, entry));
        let new = now.iter().filter(|entry| !before.contains(entry)).map(|entry| (insert, entry));
        for (sql, (name, position)) in gone.chain(new) {
            sqlx::query(sql)
                .bind(office.as_str())
                .bind(name)
                .bind(position)
                .bind(&row.request_id)
                .execute(&mut *connection)
                .await
                .map_err(fail)?;
        }
    }
    Ok(())
}
