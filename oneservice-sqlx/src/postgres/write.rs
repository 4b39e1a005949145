//! Writing: one statement judges and writes a run of members; whoever it leaves out is told why by a second one.
//!
//! The office's head row is the only device against others: the statement locks it, and does nothing if it was moved since the
//! statement's snapshot was taken. So all that it sees of the office (but drafts, which are compared again as they are
//! deleted) is what is there, at every isolation level, without a read before the write.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use futures::future::join_all;
use oneservice_core::calendar::Moment;
use oneservice_core::ids::{Digest32, OfficeId, RequestId};
use oneservice_core::store::{Commit, Outcome, StoreError, Written};
use sqlx::postgres::Postgres;
use sqlx::{FromRow, PgConnection};
use tokio::time::timeout;

use super::member::{Columns, runs};
use super::nodes::{Patience, Verdict};
use super::template::Template;
use super::{Inner, PostgresStore};
use crate::ask::Ask;
use crate::error::Engine;
use crate::known::Known;
use crate::row::{PlacedRow, storable};

const ENGINE: Engine = PostgresStore::ENGINE;

/// How often a run is tried again because the office's log has grown since the statement began.
const ATTEMPTS: usize = 64;

/// How long an answer may take: longer than the server waits for a lock. A network that swallows everything says nothing at all.
pub(super) const ANSWER: Duration = Duration::from_secs(15);

/// Judges and writes. Answers -1 if the office has a head row; 0, with the time of the last event before, if the judgement was by what
/// is there now; and each member with the index of its first event, or, if it was left out, -1 and whose its tracking code was.
///
/// Work grows with the members and not with their square or the office, whatever the planner believes of sizes: questions of the tables
/// are subqueries, which stay look-ups, and rows of a member find its index in an array. Where a table has several indices that begin
/// with the office, the planner of an empty table sees no difference between them; so the order of the one that is meant is asked
/// for, by `BETWEEN x AND x ORDER BY`, as no other gives it. (A deletion has none to ask for: it may read a young office, until rows are
/// counted, which every server does within a minute.)
///
/// `judged` is said to be materialized, or its look-ups would be made again wherever its verdict is used.
///
/// What no member of a run needs is not sent: an engine sets up every part, which costs more than a lone submission itself. `old`: one is
/// of a request that was there before; `counters`: one moves counters; `drafts`: one closes a draft.
const WRITE: &str = include_str!("write.sql");

/// [`WRITE`] for every kind of run.
#[derive(Debug)]
pub(super) struct WriteStatements([Template; 8]);

impl WriteStatements {
    pub(super) fn new(prefix: &str) -> Self {
        Self(std::array::from_fn(|nth| {
            let words = PARTS.iter().enumerate().filter(|(bit, _)| nth >> bit & 1 == 1);
            Template::new(WRITE, prefix, &words.map(|(_, (word, _))| *word).collect::<Vec<_>>())
        }))
    }

    /// The statement that does what `run` needs.
    fn of(&self, run: &[&Commit]) -> &Template {
        let needed =
            PARTS.iter().enumerate().filter(|(_, (_, needs))| run.iter().any(|commit| needs(commit)));
        &self.0[needed.fold(0, |nth, (bit, _)| nth | 1 << bit)]
    }
}

/// Whether a member needs a part.
type Needs = fn(&Commit) -> bool;

/// Parts of [`WRITE`] that not every run needs, and which members need them.
const PARTS: [(&str, Needs); 3] = [
    ("old", |commit| commit.expected > 0),
    ("counters", |commit| !commit.counters.is_empty()),
    ("drafts", |commit| commit.closes_draft.is_some()),
];

/// Waits for whoever writes to an office.
pub(super) const LOCK: &str = "SELECT size FROM ~head WHERE office_id = $1 FOR UPDATE";

/// Why a member was not written: what the rules of the seam ask about, in one snapshot.
pub(super) const FACTS: &str = r#"
SELECT k.fingerprint, k.commit_id AS keyed,
    (SELECT r.version FROM ~request r WHERE r.office_id = $1 AND r.request_id = $2) AS version,
    (SELECT d.version FROM ~draft d WHERE d.office_id = $1 AND d.draft_key = $3) AS draft_version,
    c.commit_id, c.request_id, c.version AS placed_version, c.first_index, c.recorded_at, c.place_seal,
    v.nth AS counter, (SELECT n.value FROM ~counter n WHERE n.office_id = $1 AND n.name = v.name) AS value
FROM (SELECT 1) AS one
LEFT JOIN ~idempotency_key k ON k.office_id = $1 AND k.key = $4
LEFT JOIN ~commit c ON c.office_id = $1 AND c.commit_id IN ($5, k.commit_id)
LEFT JOIN UNNEST($6::text[]) WITH ORDINALITY AS v(name, nth) ON true"#;

/// A row of [`FACTS`]: one for each commit found and each counter asked for.
#[derive(Debug, FromRow)]
struct FactRow {
    fingerprint: Option<Vec<u8>>,
    keyed: Option<String>,
    version: Option<i64>,
    draft_version: Option<i64>,
    commit_id: Option<String>,
    request_id: Option<String>,
    placed_version: Option<i64>,
    first_index: Option<i64>,
    recorded_at: Option<i64>,
    place_seal: Option<i64>,
    counter: Option<i64>,
    value: Option<i64>,
}

impl FactRow {
    fn placed(&self) -> Option<PlacedRow> {
        Some(PlacedRow {
            commit_id: self.commit_id.clone()?,
            request_id: self.request_id.clone()?,
            version: self.placed_version?,
            first_index: self.first_index?,
            recorded_at: self.recorded_at?,
            place_seal: self.place_seal?,
        })
    }
}

/// What became of a member.
enum Member {
    /// Written, with this index of its first event.
    Written(u64),
    /// Left out. Its tracking code was this request's then: one that came after it in the run may have freed it since.
    Left { code_of: Option<RequestId> },
}

/// What became of a run.
enum Run {
    /// The time of the office's last event before, and all members in order.
    Judged(Moment, Vec<Member>),
    /// The office's log grew meanwhile; nothing was written.
    Moved,
    /// The office has no log, or the store is the target of a transfer; nothing was written.
    New,
}

impl PostgresStore {
    pub(crate) async fn write_batch(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        for commit in batch {
            commit.check()?;
        }
        let mut offices: BTreeMap<&OfficeId, Vec<(usize, &Commit)>> = BTreeMap::new();
        for (place, commit) in batch.iter().enumerate() {
            offices.entry(&commit.office).or_default().push((place, commit));
        }
        // Offices know nothing of each other; each has its own connection. All are waited for, so that none is cut off midway.
        let all =
            join_all(offices.into_iter().map(|(office, members)| self.write_office(office, members))).await;
        let wrote = all.iter().any(|answer| match answer {
            Ok(outcomes) => has_committed(outcomes),
            Err(error) => error.written() == Written::Unknown,
        });
        let mut outcomes: Vec<Option<Outcome>> = vec![None; batch.len()];
        for answer in all {
            for (place, outcome) in
                answer.map_err(|error| if wrote { after_writing(error) } else { error })?
            {
                outcomes[place] = Some(outcome);
            }
        }
        let lost = || ENGINE.unavailable(Written::Unknown, "a member got no answer");
        outcomes.into_iter().map(|outcome| outcome.ok_or_else(lost)).collect()
    }

    /// Writes the members of one office, run by run.
    async fn write_office(
        &self,
        office: &OfficeId,
        members: Vec<(usize, &Commit)>,
    ) -> Result<Vec<(usize, Outcome)>, StoreError> {
        let mut outcomes = Vec::with_capacity(members.len());
        for run in runs(members) {
            let done = self.write_run(office, run, &mut outcomes).await;
            done.map_err(|error| if has_committed(&outcomes) { after_writing(error) } else { error })?;
        }
        Ok(outcomes)
    }

    /// Tries a run until each member is written or refused.
    async fn write_run(
        &self,
        office: &OfficeId,
        mut members: Vec<(usize, &Commit)>,
        outcomes: &mut Vec<(usize, Outcome)>,
    ) -> Result<(), StoreError> {
        let mut patience = Patience::default();
        for _ in 0..ATTEMPTS {
            if members.is_empty() {
                return Ok(());
            }
            let pool = self.inner.nodes.writers();
            // Until a connection is there, nothing is sent.
            let mut connection = match pool.acquire().await {
                Ok(connection) => connection,
                Err(error) => {
                    self.pause(error, Written::No, &mut patience).await?;
                    continue;
                }
            };
            let commits: Vec<&Commit> = members.iter().map(|(_, commit)| *commit).collect();
            let ran = match timeout(ANSWER, self.inner.run(&mut connection, office, &commits)).await {
                Ok(ran) => ran?,
                Err(_) => {
                    // Given back, it would be asked whether it is alive, and nobody may answer for a quarter of an hour.
                    drop(connection.detach());
                    return Err(ENGINE.unavailable(Written::Unknown, "the database does not answer"));
                }
            };
            match ran {
                Ok(run) => {
                    members = self.inner.settle(&mut connection, office, run, members, outcomes).await?;
                }
                Err(error) => {
                    drop(connection);
                    // The server's own answer says that the statement was undone, unless it was going away: then perhaps not.
                    let undone =
                        matches!(&error, sqlx::Error::Database(_)) && Verdict::of(&error) != Verdict::Away;
                    if undone && Verdict::of(&error) != Verdict::Lasting {
                        self.pause(error, Written::No, &mut patience).await?;
                    } else {
                        let is_known = error
                            .as_database_error()
                            .and_then(|e| e.code())
                            .is_some_and(|code| is_before_commit(&code));
                        let written = if is_known { Written::No } else { Written::Unknown };
                        return Err(ENGINE.error(written, error));
                    }
                }
            }
        }
        Err(ENGINE.unavailable(Written::No, "others write to this office all the time"))
    }

    /// Waits if `error` may pass, and is the error otherwise.
    async fn pause(
        &self,
        error: sqlx::Error,
        written: Written,
        patience: &mut Patience,
    ) -> Result<(), StoreError> {
        if self.inner.nodes.may_pass(&error, patience).await {
            return Ok(());
        }
        Err(ENGINE.error(written, self.inner.nodes.cause(error).await))
    }

    /// Writes `commit` in the caller's own transaction: whether it is kept is decided there. Give it a [`Commit`] that
    /// [`Office::prepare`](oneservice_core::office::Office::prepare) made.
    ///
    /// The office's log is locked until the transaction ends, so end it soon; the log grows in the order in which transactions
    /// began to write.
    ///
    /// # Errors
    /// As [`Requests::commit`](oneservice_core::store::Requests::commit). After any error the transaction can only be rolled back.
    pub async fn commit_in(
        &self,
        transaction: &mut sqlx::Transaction<'_, Postgres>,
        commit: &Commit,
    ) -> Result<Outcome, StoreError> {
        commit.check()?;
        let office = &commit.office;
        let mut outcomes = Vec::new();
        for _ in 0..ATTEMPTS {
            let run = self.inner.run(&mut *transaction, office, &[commit]).await?;
            let run = run.map_err(|error| ENGINE.error(Written::No, error))?;
            self.inner.settle(&mut *transaction, office, run, vec![(0, commit)], &mut outcomes).await?;
            if let Some((_, outcome)) = outcomes.pop() {
                return Ok(outcome);
            }
        }
        Err(ENGINE.unavailable(Written::No, "others write to this office all the time"))
    }
}

fn has_committed(outcomes: &[(usize, Outcome)]) -> bool {
    outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Committed(_)))
}

/// An error of a batch of which something is written: no error but "unavailable" leaves that open.
fn after_writing(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable { .. } => error.with_written(Written::Unknown),
        other => ENGINE.unavailable(Written::Unknown, other),
    }
}

/// Codes of errors that a statement meets before its commit: values, names, rights, resources.
fn is_before_commit(code: &str) -> bool {
    ["22", "23", "25", "28", "42", "53", "54", "55"].iter().any(|class| code.starts_with(class))
}

impl Inner {
    /// Runs the statement once. The outer error is of what was to be sent, the inner one the driver's.
    async fn run(
        &self,
        connection: &mut PgConnection,
        office: &OfficeId,
        commits: &[&Commit],
    ) -> Result<Result<Run, sqlx::Error>, StoreError> {
        let columns = Columns::of(office, commits)?;
        let mut rows: Vec<(i64, i64, Option<String>)> =
            match columns.bind(self.write.of(commits), office).fetch_all(connection).await {
                Ok(rows) => rows,
                Err(error) => return Ok(Err(error)),
            };
        rows.sort();
        let marked = |mark: i64| rows.iter().find(|(member, ..)| *member == mark).map(|(_, place, _)| *place);
        Ok(Ok(match (marked(-1), marked(0)) {
            (None, _) => Run::New,
            (Some(_), None) => Run::Moved,
            (Some(_), Some(last_at)) => {
                let members = rows.into_iter().filter(|(member, ..)| *member > 0);
                let members = members.map(|(_, place, code_of)| match u64::try_from(place) {
                    Ok(index) => Member::Written(index),
                    Err(_) => Member::Left { code_of: code_of.and_then(|owner| owner.parse().ok()) },
                });
                Run::Judged(Moment::from_millis(last_at), members.collect())
            }
        }))
    }

    /// Answers those whose fate is known; gives back the others, which are to be tried again.
    async fn settle<'a>(
        &self,
        connection: &mut PgConnection,
        office: &OfficeId,
        run: Run,
        members: Vec<(usize, &'a Commit)>,
        outcomes: &mut Vec<(usize, Outcome)>,
    ) -> Result<Vec<(usize, &'a Commit)>, StoreError> {
        let (mut last_at, judged) = match run {
            Run::Judged(last_at, judged) => (last_at, judged),
            Run::Moved => return Ok(members),
            Run::New => {
                let mark: Option<(String,)> = sqlx::query_as(self.statements.transfer_mark.clone())
                    .fetch_optional(&mut *connection)
                    .await
                    .map_err(|error| ENGINE.error(Written::No, error))?;
                if mark.is_some() {
                    return Err(StoreError::Unfinished);
                }
                sqlx::query(self.statements.begin_log.clone())
                    .bind(office.to_string())
                    .execute(connection)
                    .await
                    .map_err(|error| ENGINE.error(Written::No, error))?;
                return Ok(members);
            }
        };
        let mut again = Vec::new();
        let wrote = judged.iter().any(|judged| matches!(judged, Member::Written(_)));
        let mut written = HashSet::new();
        for (judged, (place, commit)) in judged.into_iter().zip(members) {
            let outcome = match judged {
                Member::Written(index) => {
                    last_at = commit.at;
                    written.insert(commit.request);
                    Some(Outcome::Committed(commit.placed(index)))
                }
                Member::Left { code_of } => {
                    // A member before it may have let its code go.
                    let code_of = code_of.filter(|owner| !written.contains(owner));
                    let refusal = self.refusal(connection, commit, last_at, code_of).await;
                    refusal.map_err(|error| if wrote { after_writing(error) } else { error })?
                }
            };
            match outcome {
                Some(outcome) => outcomes.push((place, outcome)),
                None => again.push((place, commit)),
            }
        }
        Ok(again)
    }

    /// Why `commit` is not written; none if by now it could be. Its time and its code were held against `last_at` and `code_of`: by
    /// now members of its run that come after it may be written.
    async fn refusal(
        &self,
        connection: &mut PgConnection,
        commit: &Commit,
        last_at: Moment,
        code_of: Option<RequestId>,
    ) -> Result<Option<Outcome>, StoreError> {
        let office = &commit.office;
        let counters: Vec<String> =
            commit.counters.iter().map(|counter| storable(&counter.name).into_owned()).collect();
        let rows: Vec<FactRow> = sqlx::query_as(self.facts.clone())
            .bind(office.to_string())
            .bind(commit.request.to_string())
            .bind(commit.closes_draft.as_ref().map(|(key, _)| key.as_bytes().to_vec()))
            .bind(commit.key.as_ref().map(|key| storable(&key.key).into_owned()))
            .bind(commit.id.to_string())
            .bind(counters)
            .fetch_all(connection)
            .await
            .map_err(|error| ENGINE.error(Written::Unknown, error))?;
        let mut known = self.known(commit, rows)?;
        known.head.last_at = last_at;
        known.codes.extend(code_of.map(|owner| (commit.summary.code, owner)));
        Ok(known.refusal(commit))
    }

    fn known(&self, commit: &Commit, rows: Vec<FactRow>) -> Result<Known, StoreError> {
        let office = &commit.office;
        let corrupt = |what: String| ENGINE.corrupt(Some(office), None, what);
        let mut known = Known::default();
        for row in &rows {
            if let Some(placed) = row.placed() {
                let placed = placed.read(ENGINE, office)?;
                known.commits.insert(placed.commit, placed);
            }
            let counter = row.counter.and_then(|nth| commit.counters.get(usize::try_from(nth - 1).ok()?));
            if let Some((counter, value)) = counter.zip(row.value) {
                known.counters.insert(counter.name.clone(), value.cast_unsigned());
            }
        }
        let Some(first) = rows.first() else { return Ok(known) };
        if let Some(version) = first.version {
            known.versions.insert(commit.request, version.cast_unsigned());
        }
        if let Some(((draft, _), version)) = commit.closes_draft.as_ref().zip(first.draft_version) {
            known.drafts.insert(*draft, version.cast_unsigned());
        }
        if let Some((key, keyed)) = commit.key.as_ref().zip(first.keyed.as_ref()) {
            let lost = || corrupt(format!("the idempotency key '{}' names no commit", key.key));
            let placed = keyed.parse().ok().and_then(|id| known.commits.get(&id)).ok_or_else(lost)?;
            let fingerprint = first.fingerprint.clone().and_then(|bytes| bytes.try_into().ok());
            let fingerprint = Digest32::from_bytes(fingerprint.ok_or_else(lost)?);
            known.keys.insert(key.key.clone(), (fingerprint, *placed));
        }
        Ok(known)
    }
}
