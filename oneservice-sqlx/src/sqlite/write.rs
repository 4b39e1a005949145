//! Writing: a batch is judged and written in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use oneservice_core::ids::{Digest32, OfficeId, RequestId};
use oneservice_core::store::{Commit, IdempotencyKey, Outcome, Placed, StoreError, Summary, Written};
use serde_json::json;
use sqlx::{Sqlite, SqliteConnection};

use super::{SqliteStore, commit_fail, fail};
use crate::ask::{Ask, bind};
use crate::known::Known;
use crate::put::{self, Work};
use crate::row::{PlacedRow, SummaryRow, as_it_was, storable};
use crate::seam::head_of;
use crate::statements::Statements;

const ENGINE: crate::error::Engine = SqliteStore::ENGINE;

impl SqliteStore {
    pub(crate) async fn write_batch(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        for commit in batch {
            commit.check()?;
        }
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(fail)?;
        let outcomes = write_members(&self.statements, &mut transaction, batch).await?;
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
        let outcomes = write_members(&self.statements, transaction, std::slice::from_ref(commit)).await?;
        outcomes.into_iter().next().ok_or_else(|| ENGINE.unavailable(Written::No, "a member got no answer"))
    }
}

/// Judges and writes the members of a batch in the transaction of `connection`.
async fn write_members(
    all: &Statements,
    connection: &mut SqliteConnection,
    batch: &[Commit],
) -> Result<Vec<Outcome>, StoreError> {
    let mark: Option<(String,)> =
        sqlx::query_as(all.transfer_mark.clone()).fetch_optional(&mut *connection).await.map_err(fail)?;
    if mark.is_some() {
        return Err(StoreError::Unfinished);
    }
    let mut offices: BTreeMap<&OfficeId, Vec<&Commit>> = BTreeMap::new();
    for commit in batch {
        offices.entry(&commit.office).or_default().push(commit);
    }
    let mut known = BTreeMap::new();
    for (office, commits) in offices {
        known.insert(office, load(all, connection, office, &commits).await?);
    }
    let mut outcomes = Vec::with_capacity(batch.len());
    let mut grown = BTreeSet::new();
    for commit in batch {
        let Some((known, rows)) = known.get_mut(&commit.office) else { continue };
        let outcome = known.judge(commit);
        if let Outcome::Committed(placed) = outcome {
            grown.insert(&commit.office);
            let old = rows.insert(commit.request, commit.summary.clone());
            for (sql, values) in works(all, commit, old.as_ref(), &placed)? {
                let query = bind!(sqlx::query::<Sqlite>(sql), values);
                query.execute(&mut *connection).await.map_err(fail)?;
            }
        }
        outcomes.push(outcome);
    }
    for (office, (known, _)) in known.into_iter().filter(|(office, _)| grown.contains(office)) {
        let (sql, values) = put::head(all, office, &known.head);
        bind!(sqlx::query::<Sqlite>(sql), values).execute(&mut *connection).await.map_err(fail)?;
    }
    Ok(outcomes)
}

/// What is known of `office` that `commits` ask about, and the rows of their requests. Names go as one JSON list, so that each
/// question is one statement.
async fn load(
    all: &Statements,
    connection: &mut SqliteConnection,
    office: &OfficeId,
    commits: &[&Commit],
) -> Result<(Known, HashMap<RequestId, Summary>), StoreError> {
    let list = |names: Vec<String>| json!(names).to_string();
    let mut known = Known::default();
    let mut old = HashMap::new();
    let row: Option<(i64, i64)> = sqlx::query_as(all.head.clone())
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
            let value: Option<i64> = sqlx::query_scalar(all.counter.clone())
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

/// What a member that was judged to be lawful writes; `old` is the request's row before.
fn works(
    all: &Statements,
    commit: &Commit,
    old: Option<&Summary>,
    placed: &Placed,
) -> Result<Vec<Work>, StoreError> {
    let office = &commit.office;
    let mut works = put::summary(all, ENGINE, office, old, &commit.summary)?;
    for ((index, version), body) in (placed.first_index..).zip(commit.expected + 1..).zip(&commit.events) {
        works.push(put::event(&all.add_event, office, (index, commit.request, version), body));
    }
    works.push(put::placed(&all.add_commit, office, placed));
    if let Some(IdempotencyKey { key, fingerprint }) = &commit.key {
        works.push(put::key(&all.add_key, office, key, fingerprint, commit.id));
    }
    for counter in &commit.counters {
        works.push(put::counter(all, office, &counter.name, counter.from.saturating_add(1)));
    }
    if let Some((key, _)) = &commit.closes_draft {
        let values = vec![office.as_str().into(), key.as_bytes().as_slice().into()];
        works.push((all.close_draft.clone(), values));
    }
    Ok(works)
}
