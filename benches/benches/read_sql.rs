//! Reading a large store on SQLite and PostgreSQL: a page of a queue, a tracking code, a history, beside the same rows by hand-written
//! SQL through the same driver.
//!
//! `-- --requests N` says how many requests are there (100,000 unless it is given), `-- sqlite` or `-- postgres` asks one of them. Each pair is asked in turn; the medians are compared.

use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use oneservice_benches::load::submission;
use oneservice_benches::raw_sql::{batch_to_postgres, one_by_one_to_sqlite};
use oneservice_core::ids::OfficeId;
use oneservice_core::store::{Commit, Log, Query, Requests};
use oneservice_sqlx::testing::PostgresServer;
use oneservice_sqlx::{PostgresStore, SqliteStore};
use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};

const BATCH: u32 = 250;
const QUESTIONS: u32 = 2_000;
const PAGE: usize = 20;

type Failure = Box<dyn Error>;

const COLUMNS: &str = "r.request_id, r.version, r.tracking_code, r.stage, r.service_id, r.service_version, r.sector_id, r.applicant_name, \
                       r.queues, r.tokens, r.submitted_at, r.due_on, r.wake_at, r.access_hash, r.phone_hash, r.seal";

/// A request's row and an event's, as the driver reads them.
type RequestColumns = (
    String,
    i64,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    i64,
    Option<String>,
    Option<i64>,
    Vec<u8>,
    Option<Vec<u8>>,
    Vec<u8>,
);
type EventColumns = (i64, String, i64, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, i64);

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().collect();
    let asked = words.iter().position(|word| word == "--requests").and_then(|at| words.get(at + 1));
    let requests: u32 = asked.map_or(Ok(100_000), |number| number.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut out = io::stdout().lock();
    writeln!(out, "reading among {requests} requests, medians of {QUESTIONS}")?;
    writeln!(
        out,
        "{:>9} | {:>14} | {:>9} {:>9} | {:>9}",
        "engine", "question", "raw µs", "ours µs", "ours/raw"
    )?;
    let rows = runtime.block_on(async {
        let only = |engine: &str| words.iter().any(|word| word == engine);
        let mut rows = Vec::new();
        if !only("postgres") {
            rows.extend(sqlite(requests).await?);
        }
        if !only("sqlite") {
            rows.extend(postgres(requests).await?);
        }
        Ok::<_, Failure>(rows)
    })?;
    for (engine, question, raw, ours) in rows {
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        writeln!(
            out,
            "{engine:>9} | {question:>14} | {:>9.0} {:>9.0} | {:>9.2}",
            micros(raw),
            micros(ours),
            ours.as_secs_f64() / raw.as_secs_f64()
        )?;
    }
    Ok(())
}

type Measured = (&'static str, &'static str, Duration, Duration);

fn memory() -> &'static Path {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory } else { Path::new("/tmp") }
}

fn batches(requests: u32) -> impl Iterator<Item = (i64, Vec<Commit>)> {
    (0..requests).step_by(BATCH as usize).map(move |first| {
        (i64::from(first), (first..(first + BATCH).min(requests)).map(submission).collect())
    })
}

/// Says that the measuring begins: from here on the machine should have nothing else to do.
fn filled(engine: &str, begun: Instant) -> io::Result<()> {
    writeln!(io::stderr(), "{engine}: filled in {} s, now measured", begun.elapsed().as_secs())
}

/// The checksums that hand-written rows lack: the library's own are put there by writing some requests through it.
async fn own(store: &impl Requests, requests: u32) -> Result<Vec<Commit>, Failure> {
    let own: Vec<Commit> = (requests..requests + BATCH)
        .map(|n| {
            let mut commit = submission(n);
            // They lead every listing, so that pages hold rows that can be read.
            commit.summary.submitted_at = oneservice_core::calendar::Moment::from_millis(i64::MAX / 2);
            commit.summary.due_on = Some(oneservice_core::calendar::date(2020, 1, 1));
            commit
        })
        .collect();
    store.commit(&own).await?;
    Ok(own)
}

/// Asks the library and the raw question in turn; gives the medians.
async fn pair<A, B>(
    mut raw: impl FnMut(usize) -> A,
    mut ours: impl FnMut(usize) -> B,
) -> Result<(Duration, Duration), Failure>
where
    A: Future<Output = Result<usize, Failure>>,
    B: Future<Output = Result<usize, Failure>>,
{
    let mut times = [Vec::new(), Vec::new()];
    for nth in 0..QUESTIONS as usize {
        let begun = Instant::now();
        let by_hand = raw(nth).await?;
        times[0].push(begun.elapsed());
        let begun = Instant::now();
        let by_us = ours(nth).await?;
        times[1].push(begun.elapsed());
        if by_hand != by_us {
            return Err(format!("{by_hand} rows by hand, {by_us} by us").into());
        }
    }
    let mut median = |n: usize| {
        times[n].sort();
        times[n][times[n].len() / 2]
    };
    Ok((median(0), median(1)))
}

/// The three questions, on whichever database.
macro_rules! questions {
    ($engine:literal, $prefix:literal, $store:expr, $pool:expr, $own:expr) => {{
        let (store, pool, own) = ($store, $pool, $own);
        let office: OfficeId = own[0].office.clone();
        let queue = own[0].summary.queues[0].clone();
        let page = format!(
            "SELECT {COLUMNS} FROM {0}request_queue q JOIN {0}request r ON r.office_id = q.office_id AND r.request_id = q.request_id \
             WHERE q.office_id = $1 AND q.queue = $2 ORDER BY q.position, q.request_id LIMIT {1}",
            $prefix,
            PAGE + 1
        );
        let code = format!(
            "SELECT {COLUMNS} FROM {}request r WHERE r.office_id = $1 AND r.tracking_code = $2",
            $prefix
        );
        let history = format!(
            "SELECT log_index, request_id, version, envelope, salt, payload, leaf, commitment, place_seal FROM {}event \
             WHERE office_id = $1 AND request_id = $2 ORDER BY version",
            $prefix
        );
        // Every column is read, as a program would.
        let requests = |sql: &str, what: String| {
            let query = sqlx::query_as::<_, RequestColumns>(AssertSqlSafe(sql.to_owned()));
            let (query, pool) = (query.bind(office.to_string()).bind(what), pool.clone());
            async move { Ok::<usize, Failure>(black_box(query.fetch_all(&pool).await?).len()) }
        };
        let events = |sql: &str, what: String| {
            let query = sqlx::query_as::<_, EventColumns>(AssertSqlSafe(sql.to_owned()));
            let (query, pool) = (query.bind(office.to_string()).bind(what), pool.clone());
            async move { Ok::<usize, Failure>(black_box(query.fetch_all(&pool).await?).len()) }
        };
        let nth = |nth: usize| &own[nth % own.len()];
        let mut rows: Vec<Measured> = Vec::new();
        let (by_hand, by_us) = pair(
            |_| requests(&page, queue.to_string()),
            |_| async {
                let page = store.find(&office, &Query::Queue(queue.clone()), None, PAGE).await?;
                Ok(page.rows.len() + usize::from(page.next.is_some()))
            },
        )
        .await?;
        rows.push(($engine, "page of a queue", by_hand, by_us));
        let (by_hand, by_us) = pair(
            |n| requests(&code, nth(n).summary.code.to_string()),
            |n| {
                let query = Query::Code(nth(n).summary.code);
                let (store, office) = (store.clone(), office.clone());
                async move { Ok(store.find(&office, &query, None, 1).await?.rows.len()) }
            },
        )
        .await?;
        rows.push(($engine, "tracking code", by_hand, by_us));
        let (by_hand, by_us) = pair(
            |n| events(&history, nth(n).request.to_string()),
            |n| {
                let (store, office, request) = (store.clone(), office.clone(), nth(n).request);
                async move { Ok(store.history(&office, request).await?.len()) }
            },
        )
        .await?;
        rows.push(($engine, "history", by_hand, by_us));
        rows
    }};
}

async fn sqlite(requests: u32) -> Result<Vec<Measured>, Failure> {
    let folder = tempfile::tempdir_in(memory())?;
    let path = folder.path().join("office.sqlite");
    let store = SqliteStore::open(&path).await?;
    let options = SqliteConnectOptions::new().filename(&path).journal_mode(SqliteJournalMode::Wal);
    let pool: SqlitePool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
    let begun = Instant::now();
    for (first, commits) in batches(requests) {
        one_by_one_to_sqlite(&pool, first, &commits).await?;
    }
    filled("sqlite", begun)?;
    let own = own(&store, requests).await?;
    Ok(questions!("sqlite", "oneservice_", &store, &pool, &own))
}

async fn postgres(requests: u32) -> Result<Vec<Measured>, Failure> {
    let server =
        PostgresServer::start_in(memory(), &["fsync=off", "max_wal_size=4GB", "shared_buffers=1GB"])?;
    let store = PostgresStore::open(&server.url().parse()?).await?;
    let pool: PgPool =
        PgPoolOptions::new().max_connections(4).test_before_acquire(false).connect(&server.url()).await?;
    let begun = Instant::now();
    for (first, commits) in batches(requests) {
        batch_to_postgres(&pool, first, &commits).await?;
    }
    sqlx::query("VACUUM ANALYZE").execute(&pool).await?;
    filled("postgres", begun)?;
    let own = own(&store, requests).await?;
    store.head(&own[0].office).await?;
    Ok(questions!("postgres", "oneservice.", &store, &pool, &own))
}
