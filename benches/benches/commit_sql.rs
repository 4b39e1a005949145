//! Submissions on SQLite and PostgreSQL: the public commit path beside hand-written SQL through the same driver, with 1, 8, 64 and 256 in
//! flight.
//!
//! On PostgreSQL the raw base is one statement for a batch that asks nothing; "naive" is a statement for each row, a transaction for
//! each command. All are measured in turn, round after round, and the best round of each counts. Files lie in memory where there is
//! `/dev/shm`, since real disks of shared machines vary tenfold; PostgreSQL waits a millisecond before each sync, SQLite's syncs cost
//! nothing, so that its ratios are those of the processor alone. At the end sixteen offices on two servers are measured against one office
//! on one. `-- postgres`, `-- sqlite` or `-- offices` measures one of them; `-- postgres-es` compares with that crate, which is built by
//! itself (`benches/postgres-es`).

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use oneservice_benches::load::{drive, submission, submissions};
use oneservice_benches::raw_sql::{Batcher, batch_to_postgres, one_by_one_to_postgres, one_by_one_to_sqlite};
use oneservice_core::ids::OfficeId;
use oneservice_core::store::{Commit, GroupCommit, Limits, Outcome, Store};
use oneservice_sqlx::testing::PostgresServer;
use oneservice_sqlx::{PostgresStore, SqliteStore};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};

const IN_FLIGHT: [usize; 4] = [1, 8, 64, 256];
const ROUNDS: usize = 3;
const BATCH: usize = 256;
/// Offices that share a database, and commands of all of them in flight.
const OFFICES: usize = 16;
const MANY: usize = 64;
/// The first commands make plans and threads.
const WARM_UP: u32 = 32;
/// The same for all, since a larger store is slower. Rates of one command at a time need no more.
const COMMANDS: u32 = 4_000;

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
    let modes = ["sqlite", "postgres", "offices", "postgres-es"];
    let only = std::env::args().find(|word| modes.contains(&word.as_str()));
    for engine in
        ["sqlite", "postgres"].into_iter().filter(|engine| only.as_deref().is_none_or(|only| only == *engine))
    {
        for in_flight in IN_FLIGHT {
            let mut best = [0.0_f64; 3];
            for _ in 0..ROUNDS {
                for (best, way) in best.iter_mut().zip([Way::Naive, Way::Raw, Way::Ours]) {
                    let commands =
                        if in_flight == 1 || matches!(way, Way::Naive) { COMMANDS / 4 } else { COMMANDS };
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
    if only.as_deref() == Some("postgres-es") {
        for in_flight in [1, 8, 64] {
            let mut best = [0.0_f64; 2];
            for _ in 0..ROUNDS {
                let commands = COMMANDS / 4;
                best[0] = best[0].max(postgres_es(&server, in_flight, commands)?);
                let took = runtime.block_on(postgres(&server, Way::Ours, commands, in_flight))?;
                best[1] = best[1].max(f64::from(commands) / took.as_secs_f64());
            }
            let [theirs, ours] = best;
            writeln!(
                out,
                "{in_flight} in flight: postgres-es {theirs:.0}, ours {ours:.0}, {:.2}",
                ours / theirs
            )?;
        }
    }
    if only.is_none_or(|only| only == "offices") {
        let mut best = [0.0_f64; 2];
        for _ in 0..ROUNDS {
            for (best, several) in best.iter_mut().zip([1, OFFICES]) {
                let took = runtime.block_on(offices(&server, several))?;
                *best = best.max(f64::from(COMMANDS) / took.as_secs_f64());
            }
        }
        let [one, many] = best;
        writeln!(
            out,
            "postgres, {MANY} in flight: one office {one:.0}, {OFFICES} offices on two servers {many:.0}, {:.2}",
            many / one
        )?;
    }
    Ok(())
}

fn folder() -> &'static Path {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory } else { Path::new("/tmp") }
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

/// The same number of commands through the crate postgres-es, in a program of its own.
fn postgres_es(server: &PostgresServer, in_flight: usize, commands: u32) -> Result<f64, Failure> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/postgres-es/Cargo.toml");
    let ran = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--release", "--manifest-path", manifest, "--", &server.url()])
        .args([in_flight.to_string(), commands.to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    Ok(String::from_utf8(ran.stdout)?.trim().parse()?)
}

/// Commands of so many offices through two servers, each of which serves every other one.
async fn offices(server: &PostgresServer, offices: usize) -> Result<Duration, Failure> {
    let pool = PgPool::connect(&server.url()).await?;
    sqlx::query("DROP SCHEMA IF EXISTS oneservice CASCADE").execute(&pool).await?;
    let names: Vec<OfficeId> =
        (0..offices).map(|n| format!("office-{n}").parse()).collect::<Result<_, _>>()?;
    let mut groups = Vec::new();
    for _ in 0..2 {
        let store = PostgresStore::open(&server.url().parse()?).await?;
        groups.push((Arc::new(GroupCommit::new(Arc::new(store.clone()), Limits::default())), store));
    }
    let next = AtomicI64::new(0);
    let write = |mut commit: Commit| {
        let nth = next.fetch_add(1, Ordering::Relaxed) as usize % offices;
        commit.office = names[nth].clone();
        let group = Arc::clone(&groups[nth % groups.len()].0);
        async move { matches!(group.commit(commit).await, Ok(Outcome::Committed(_))) }
    };
    drive((0..WARM_UP).map(|n| submission(u32::MAX - n)).collect(), 1, &write).await;
    let took = drive(submissions(COMMANDS), MANY, write).await;
    for (group, store) in groups {
        group.close().await;
        store.close().await;
    }
    pool.close().await;
    Ok(took)
}
