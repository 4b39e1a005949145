//! Writing: one statement writes a run of members as if each were lawful. If one of them is not, it writes nothing; a second one says
//! who that is, and the others are written without them.
//!
//! The office's head row is moved first, so that those who write to an office queue there. What else a member needs is held by keys
//! that cannot be there twice, and by counting what was found as it should be: so nothing rests on what the statement saw before its turn
//! came, at every isolation level, without a read before the write.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use oneservice_core::ids::OfficeId;
use oneservice_core::store::{Commit, Outcome, StoreError, Written};
use sqlx::postgres::Postgres;
use sqlx::{Connection as _, PgConnection};
use tokio::time::{sleep, timeout};

use super::member::{Columns, runs};
use super::nodes::{Patience, Verdict};
use super::template::Template;
use super::{Inner, PostgresStore};
use crate::ask::Ask;
use crate::error::{Engine, code};

const ENGINE: Engine = PostgresStore::ENGINE;

/// How often a run is tried: others may come in between each time.
const ATTEMPTS: usize = 64;

/// How long an answer may take: longer than the server waits for a lock. A network that swallows everything says nothing at all.
pub(super) const ANSWER: Duration = Duration::from_secs(15);

/// Writes a run, and answers with the index of its first event. It answers nothing, and writes nothing, if the office has no head row
/// or a later one than the run, or if the store is the target of a transfer; a member that the rules of the seam refuse for another
/// reason makes it fail: by a key that is there already, or by dividing by zero where fewer rows were found as they should be than there
/// are members.
///
/// `old` is what the statement saw, and may be behind; then a later event of the same request has the version that this one wants, and
/// that key fails it.
///
/// Work grows with the members and not with their square or the office, whatever the planner believes of sizes: rows of a member find
/// what was said of it in an array. Where a table has several indices that begin with the office, the planner of an empty table sees no
/// difference between them; so the order of the one that is meant is asked for, by `BETWEEN x AND x ORDER BY`, as no other gives it.
/// (A deletion has none to ask for: it may read a young office, until rows are counted, which every server does within a minute.)
///
/// What no member of a run needs is not sent: an engine sets up every part, which costs more than a lone submission itself. `old`: one is
/// of a request that was there before; `counters`: one moves counters; `drafts`: one closes a draft.
const WRITE: &str = include_str!("write.sql");

/// How the statement fails when a member is not lawful: a key that is there, a division by zero.
const UNLAWFUL: [&str; 2] = ["23505", "22012"];

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

/// What became of a run.
enum Run {
    /// Written, from this index on.
    Written(u64),
    /// Nothing was written, since some of its members are not lawful, or were not when they came.
    Unlawful,
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
                Ok(Run::Written(first)) => {
                    let placed = placed(&commits, first);
                    outcomes.extend(members.iter().map(|(place, _)| *place).zip(placed));
                    return Ok(());
                }
                Ok(Run::Unlawful) => {
                    members = self.inner.refuse(&mut connection, office, members, outcomes).await?;
                }
                Err(error) => {
                    drop(connection);
                    // The server's own answer says that the statement was undone, unless it was going away: then perhaps not.
                    let undone =
                        matches!(&error, sqlx::Error::Database(_)) && Verdict::of(&error) != Verdict::Away;
                    if undone && Verdict::of(&error) != Verdict::Lasting {
                        self.pause(error, Written::No, &mut patience).await?;
                    } else {
                        let is_known = code(&error).is_some_and(|code| is_before_commit(&code));
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
            let fail = |error| ENGINE.error(Written::No, error);
            // A statement that fails must not take with it what the caller has written.
            let mut savepoint = transaction.begin().await.map_err(fail)?;
            match self.inner.run(&mut savepoint, office, &[commit]).await?.map_err(fail)? {
                Run::Written(first) => {
                    savepoint.commit().await.map_err(fail)?;
                    return Ok(Outcome::Committed(commit.placed(first)));
                }
                Run::Unlawful => savepoint.rollback().await.map_err(fail)?,
            }
            self.inner.refuse(&mut *transaction, office, vec![(0, commit)], &mut outcomes).await?;
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

/// What is told to each of a run's members that were written from the index `first` on.
fn placed(commits: &[&Commit], mut first: u64) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(commits.len());
    for commit in commits {
        outcomes.push(Outcome::Committed(commit.placed(first)));
        first += commit.events.len() as u64;
    }
    outcomes
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
        let answer: Result<Option<(i64,)>, _> =
            columns.bind(self.write.of(commits), office).fetch_optional(connection).await;
        Ok(match answer {
            Ok(Some((first,))) => Ok(Run::Written(first.cast_unsigned())),
            Ok(None) => Ok(Run::Unlawful),
            Err(error) if code(&error).is_some_and(|code| UNLAWFUL.contains(&&*code)) => Ok(Run::Unlawful),
            Err(error) => Err(error),
        })
    }

    /// Answers the members that are not lawful; gives back the others, which are to be tried again.
    async fn refuse<'a>(
        &self,
        connection: &mut PgConnection,
        office: &OfficeId,
        members: Vec<(usize, &'a Commit)>,
        outcomes: &mut Vec<(usize, Outcome)>,
    ) -> Result<Vec<(usize, &'a Commit)>, StoreError> {
        let commits: Vec<&Commit> = members.iter().map(|(_, commit)| *commit).collect();
        let Some(mut known) = self.known(connection, office, &commits).await? else {
            let begin = sqlx::query(self.statements.begin_log.clone()).bind(office.to_string());
            begin.execute(connection).await.map_err(|error| ENGINE.error(Written::No, error))?;
            return Ok(members);
        };
        let before = outcomes.len();
        let mut again = Vec::new();
        for (place, commit) in members {
            match known.judge(commit) {
                Outcome::Committed(_) => again.push((place, commit)),
                refusal => outcomes.push((place, refusal)),
            }
        }
        if outcomes.len() == before {
            // Whoever was in the way is gone. Unequal pauses, so that two who met do not meet again.
            sleep(Duration::from_millis(5).mul_f64(fastrand::f64())).await;
        }
        Ok(again)
    }
}
