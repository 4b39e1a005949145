//! The servers that may hold the database. One of them is writable; it is found, and found again when it has changed.
//!
//! The rule owned here: **what an error means for the next try.** Nothing here runs a write again.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use crate::error::code;

/// How long a question is asked again.
const PATIENCE: Duration = Duration::from_secs(4);
/// Longest wait for a free connection, and for a server to take one.
const ACQUIRE: Duration = Duration::from_secs(3);
/// The same where another server may do instead: a pool tries a server that is gone until this is over.
const ACQUIRE_OF_SEVERAL: Duration = Duration::from_millis(500);
/// Longest wait for one of several servers to say whether it is writable.
const PROBE: Duration = Duration::from_secs(1);
/// How long what was found is believed by others who look for it.
const LOCATED: Duration = Duration::from_millis(50);

/// The servers.
#[derive(Debug)]
pub(super) struct Nodes {
    nodes: Vec<Node>,
    current: AtomicUsize,
    /// The latest timeline that a writable server was seen to have: one with an earlier was replaced.
    timeline: AtomicI64,
    /// Held while the writable server is looked for, so that one looks for all.
    locating: Mutex<Option<Instant>>,
}

#[derive(Debug)]
struct Node {
    options: PgConnectOptions,
    /// For questions.
    readers: PgPool,
    /// For what writes, so that no flood of questions is in its way.
    writers: PgPool,
}

/// How much longer a question may be asked again.
#[derive(Debug)]
pub(super) struct Patience {
    until: Instant,
    pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { until: Instant::now() + PATIENCE, pause: Duration::from_millis(5) }
    }
}

/// What an error says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The transaction was undone in favour of another: the same again may succeed.
    Undone,
    /// This server takes no writes: another one does.
    NotWritable,
    /// The connection or the server is gone, or none was free.
    Away,
    /// The same again would fail again.
    Lasting,
}

impl Verdict {
    pub(super) fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::WorkerCrashed => Self::Away,
            sqlx::Error::Database(error) => Self::of_code(&error.code().unwrap_or_default()),
            _ => Self::Lasting,
        }
    }

    /// PostgreSQL's SQLSTATE.
    fn of_code(code: &str) -> Self {
        match code {
            // Serialization failure, deadlock; a key that another commit has taken since the statement began.
            "40001" | "40P01" | "23505" => Self::Undone,
            "25006" => Self::NotWritable,
            // Shutting down, crashed, starting up, too many connections; connection exceptions.
            "57P01" | "57P02" | "57P03" | "53300" => Self::Away,
            code if code.starts_with("08") => Self::Away,
            _ => Self::Lasting,
        }
    }
}

impl Nodes {
    pub(super) fn new(options: Vec<PgConnectOptions>, connections: u32) -> Self {
        let acquire = if options.len() > 1 { ACQUIRE_OF_SEVERAL } else { ACQUIRE };
        // Without a question before each use, which would double the round trips: a dead connection shows by its error.
        let pool = |connections: u32, options: &PgConnectOptions| {
            PgPoolOptions::new()
                .max_connections(connections.max(1))
                .acquire_timeout(acquire)
                .test_before_acquire(false)
                .after_connect(|connection, _| Box::pin(plan_by_index(connection)))
                .connect_lazy_with(options.clone())
        };
        let node = |options: PgConnectOptions| Node {
            readers: pool(connections.div_ceil(2), &options),
            writers: pool(connections / 2, &options),
            options,
        };
        Self {
            nodes: options.into_iter().map(node).collect(),
            current: AtomicUsize::new(0),
            timeline: AtomicI64::new(0),
            locating: Mutex::new(None),
        }
    }

    fn node(&self) -> &Node {
        // There is at least one, by how options are read; an index is only ever one of theirs.
        &self.nodes[self.current.load(Ordering::Relaxed) % self.nodes.len()]
    }

    /// Connections for questions to the server that was writable when last looked for.
    pub(super) fn readers(&self) -> PgPool {
        self.node().readers.clone()
    }

    /// Connections for writing to it.
    pub(super) fn writers(&self) -> PgPool {
        self.node().writers.clone()
    }

    /// A connection of its own to the writable server, without the pool, which would hide why there is none. A server that is just
    /// starting is waited for.
    pub(super) async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let until = Instant::now() + PATIENCE;
        loop {
            let error = match self.connect_once().await {
                Ok(connection) => return Ok(connection),
                Err(error) => error,
            };
            let is_starting = code(&error).is_some_and(|code| code == "57P03");
            if !is_starting || Instant::now() >= until {
                return Err(error);
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    async fn connect_once(&self) -> Result<PgConnection, sqlx::Error> {
        self.locate().await;
        match timeout(ACQUIRE, self.node().options.connect()).await {
            Ok(connected) => connected,
            Err(_) => Err(sqlx::Error::PoolTimedOut),
        }
    }

    /// Whether it is worth asking again after `error`, and if so, waits and looks for the writable server.
    pub(super) async fn may_pass(&self, error: &sqlx::Error, patience: &mut Patience) -> bool {
        let verdict = Verdict::of(error);
        if verdict == Verdict::Lasting || Instant::now() >= patience.until {
            return false;
        }
        // Unequal pauses, so that two who met do not meet again.
        sleep(patience.pause.mul_f64(0.5 + fastrand::f64())).await;
        patience.pause = (patience.pause * 2).min(Duration::from_millis(250));
        if verdict != Verdict::Undone {
            self.locate().await;
        }
        true
    }

    /// Finds the writable server if there are several; of two that say so, the one with the later timeline, since the other was
    /// replaced by it; and never again one that was replaced.
    async fn locate(&self) {
        if self.nodes.len() < 2 {
            return;
        }
        let mut located = self.locating.lock().await;
        if located.is_some_and(|at| at.elapsed() < LOCATED) {
            return;
        }
        let mut best: Option<(i64, usize)> = None;
        for (index, node) in self.nodes.iter().enumerate() {
            let asked = async {
                let mut connection = node.options.connect().await?;
                let writable = is_writable(&mut connection).await?;
                let timeline = if writable { timeline(&mut connection).await } else { 0 };
                // Its answer is known; how it takes the farewell does not matter.
                let _ = connection.close().await;
                Ok::<_, sqlx::Error>(writable.then_some(timeline))
            };
            if let Ok(Ok(Some(timeline))) = timeout(PROBE, asked).await
                && timeline >= self.timeline.load(Ordering::Relaxed)
                && best.is_none_or(|(latest, _)| timeline > latest)
            {
                best = Some((timeline, index));
            }
        }
        *located = Some(Instant::now());
        let Some((timeline, index)) = best else { return };
        self.timeline.store(timeline, Ordering::Relaxed);
        if self.current.swap(index, Ordering::Relaxed) != index {
            tracing::warn!(server = index, "another server is writable now");
        }
    }

    /// What really is behind an error: a pool that timed out hides why it got no connection.
    pub(super) async fn cause(&self, error: sqlx::Error) -> sqlx::Error {
        if !matches!(error, sqlx::Error::PoolTimedOut) {
            return error;
        }
        match self.connect().await {
            Ok(_) => error,
            Err(cause) => cause,
        }
    }

    pub(super) async fn close(&self) {
        for node in &self.nodes {
            node.readers.close().await;
            node.writers.close().await;
        }
    }
}

/// Every statement of ours is answered by an index, in its order. Said to the planner, so that it needs neither think about the large
/// statement each time, which takes longer than running it, nor know a young table's size, nor compile what it believes to
/// be costly, nor start helpers for a page of twenty rows. And no lock is waited for without end: whoever holds an office has its connections soon otherwise. Where an engine does not
/// know a setting, it is only slower.
const BY_INDEX: &str = "SET jit = off; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off; \
                        SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_sort = off; SET max_parallel_workers_per_gather = 0; SET lock_timeout = 5000";

async fn plan_by_index(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    match sqlx::raw_sql(BY_INDEX).execute(connection).await {
        Err(error) if Verdict::of(&error) == Verdict::Away => Err(error),
        _ => Ok(()),
    }
}

async fn is_writable(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let read_only: String =
        sqlx::query_scalar("SELECT current_setting('transaction_read_only')").fetch_one(connection).await?;
    Ok(read_only == "off")
}

/// The server's timeline, which grows with each promotion; 0 where the engine has none.
async fn timeline(connection: &mut PgConnection) -> i64 {
    let file: Result<String, _> =
        sqlx::query_scalar("SELECT pg_walfile_name(pg_current_wal_lsn())").fetch_one(connection).await;
    file.ok().and_then(|file| i64::from_str_radix(file.get(..8)?, 16).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Verdict;

    #[test]
    fn codes_say_what_may_pass() {
        for (code, verdict) in [
            ("40001", Verdict::Undone),
            ("40P01", Verdict::Undone),
            ("23505", Verdict::Undone),
            ("25006", Verdict::NotWritable),
            ("57P01", Verdict::Away),
            ("57P02", Verdict::Away),
            ("57P03", Verdict::Away),
            ("08006", Verdict::Away),
            ("53300", Verdict::Away),
            ("53100", Verdict::Lasting),
            ("57014", Verdict::Lasting),
            ("42P01", Verdict::Lasting),
            ("28P01", Verdict::Lasting),
            ("XX000", Verdict::Lasting),
        ] {
            assert_eq!(Verdict::of_code(code), verdict, "{code}");
        }
    }
}
