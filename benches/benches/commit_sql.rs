//! Submissions on SQLite and PostgreSQL: the public commit path beside hand-written SQL through the same driver, with 1, 8, 64 and 256 in
//! flight.
//!
//! On PostgreSQL the raw base is one statement for a batch that asks nothing; "naive" is a statement for each row, a transaction for
//! each command. All are measured in turn, round after round, and the best round of each counts. Files lie in memory where there is
//! `/dev/shm`, since real disks of shared machines vary tenfold; PostgreSQL waits a millisecond before each sync, SQLite's syncs cost
//! nothing, so that its ratios are those of the processor alone. `-- postgres` or `-- sqlite` measures one of them.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use oneservice_benches::load::{drive, submission, submissions};
use oneservice_benches::raw_sql::{Batcher, batch_to_postgres, one_by_one_to_postgres, one_by_one_to_sqlite};
use oneservice_core::store::{Commit, GroupCommit, Limits, Outcome, Store};
use oneservice_sqlx::testing::PostgresServer;
use oneservice_sqlx::{PostgresStore, SqliteStore};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};

const IN_FLIGHT: [usize; 4] = [1, 8, 64, 256];
const ROUNDS: usize = 3;
const BATCH: usize = 256;
/// The first commands make plans and threads.
const WARM_UP: u32 = 8;

type Failure = Box<dyn Error>;

/// Commands a second of one way of writing.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// A transaction for each command, a statement for each row.
    Naive,
    /// As many commands as wait at once, by hand.
    Raw,
    /// The library.
    Ours,
}

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let server = PostgresServer::start_in(folder(), &["commit_delay=1000", "commit_siblings=0"])?;
    let mut out = io::stdout().lock();
    writeln!(out, "submissions, commands a second, best of {ROUNDS} rounds")?;
    writeln!(
        out,
        "{:>9} | {:>9} | {:>9} {:>9} {:>9} | {:>9} {:>11}",
        "engine", "in flight", "naive", "raw", "ours", "ours/raw", "ours/naive"
    )?;
    let only = std::env::args().find(|word| word == "sqlite" || word == "postgres");
    for engine in
        ["sqlite", "postgres"].into_iter().filter(|engine| only.as_deref().is_none_or(|only| only == *engine))
    {
        for in_flight in IN_FLIGHT {
            let mut best = [0.0_f64; 3];
            for _ in 0..ROUNDS {
                for (best, way) in best.iter_mut().zip([Way::Naive, Way::Raw, Way::Ours]) {
                    let commands = commands(way, in_flight);
                    let took = runtime.block_on(async {
                        match engine {
                            "sqlite" => sqlite(way, commands, in_flight).await,
                            _ => postgres(&server, way, commands, in_flight).await,
                        }
                    })?;
                    *best = best.max(f64::from(commands) / took.as_secs_f64());
                }
            }
            let [naive, raw, ours] = best;
            writeln!(
                out,
                "{engine:>9} | {in_flight:>9} | {naive:>9.0} {raw:>9.0} {ours:>9.0} | {:>9.2} {:>11.2}",
                ours / raw,
                ours / naive
            )?;
        }
    }
    Ok(())
}

fn folder() -> &'static Path {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory } else { Path::new("/tmp") }
}

/// One command a transaction does not get much faster with more in flight: fewer tell as much.
fn commands(way: Way, in_flight: usize) -> u32 {
    match way {
        Way::Naive => 300,
        Way::Raw | Way::Ours => u32::try_from(in_flight * 30).unwrap_or(300).clamp(300, 6_000),
    }
}

async fn measure<F: Future<Output = bool> + Send + 'static>(
    commands: u32,
    in_flight: usize,
    write: impl Fn(Commit) -> F,
) -> Duration {
    drive((0..WARM_UP).map(|n| submission(u32::MAX - n)).collect(), 1, &write).await;
    drive(submissions(commands), in_flight, write).await
}

async fn ours(store: Arc<dyn Store>, commands: u32, in_flight: usize) -> Duration {
    let group = Arc::new(GroupCommit::new(store, Limits::default()));
    let write = |commit| {
        let group = Arc::clone(&group);
        async move { matches!(group.commit(commit).await, Ok(Outcome::Committed(_))) }
    };
    let took = measure(commands, in_flight, write).await;
    group.close().await;
    took
}

/// A writing task that numbers events from 0.
fn batcher<F: Future<Output = Result<(), sqlx::Error>> + Send + 'static>(
    most: usize,
    write: impl Fn(i64, Vec<Commit>) -> F + Send + Sync + 'static,
) -> Batcher {
    let next = AtomicI64::new(0);
    Batcher::start(most, move |commits| {
        let first = next.fetch_add(commits.len() as i64, Ordering::Relaxed);
        let written = write(first, commits);
        async move {
            let written = written.await;
            // A driver that fails must not look fast.
            written.expect("the raw writer writes");
            true
        }
    })
}

async fn sqlite(way: Way, commands: u32, in_flight: usize) -> Result<Duration, Failure> {
    let folder = tempfile::tempdir_in(folder())?;
    let path = folder.path().join("office.sqlite");
    let store = SqliteStore::open(&path).await?;
    if matches!(way, Way::Ours) {
        let took = ours(Arc::new(store.clone()), commands, in_flight).await;
        store.close().await;
        return Ok(took);
    }
    store.close().await;
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool: SqlitePool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    let most = if matches!(way, Way::Naive) { 1 } else { BATCH };
    let batcher = batcher(most, move |first, commits| {
        let pool = pool.clone();
        async move { one_by_one_to_sqlite(&pool, first, &commits).await }
    });
    Ok(measure(commands, in_flight, |commit| batcher.write(commit)).await)
}

async fn postgres(
    server: &PostgresServer,
    way: Way,
    commands: u32,
    in_flight: usize,
) -> Result<Duration, Failure> {
    // Every measurement begins with empty tables of the same names.
    let pool = PgPool::connect(&server.url()).await?;
    sqlx::query("DROP SCHEMA IF EXISTS oneservice CASCADE").execute(&pool).await?;
    let store = PostgresStore::open(&server.url().parse()?).await?;
    let took = match way {
        Way::Ours => ours(Arc::new(store.clone()), commands, in_flight).await,
        Way::Raw => {
            let raw = pool.clone();
            let batcher = batcher(BATCH, move |first, commits| {
                let raw = raw.clone();
                async move { batch_to_postgres(&raw, first, &commits).await }
            });
            measure(commands, in_flight, |commit| batcher.write(commit)).await
        }
        Way::Naive => {
            let raw = pool.clone();
            let batcher = batcher(1, move |first, commits| {
                let raw = raw.clone();
                async move { one_by_one_to_postgres(&raw, first, &commits).await }
            });
            measure(commands, in_flight, |commit| batcher.write(commit)).await
        }
    };
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM oneservice.event").fetch_one(&pool).await?;
    if stored != i64::from(commands + WARM_UP) {
        return Err(format!("{way:?}: {stored} events are stored").into());
    }
    store.close().await;
    pool.close().await;
    Ok(took)
}
