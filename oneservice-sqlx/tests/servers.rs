//! Several servers on one PostgreSQL, while servers and PostgreSQL are killed: whatever was acknowledged is there, once.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use oneservice_core::calendar::Moment;
use oneservice_core::ids::CommitId;
use oneservice_core::office::{Clock, SystemClock};
use oneservice_core::store::{
    CounterMove, EventBody, GroupCommit, IdempotencyKey, Limits, Log, Outcome, Requests, Store, Written,
};
use oneservice_core::testing::fixtures;
use oneservice_sqlx::testing::PostgresServer;
use oneservice_sqlx::{PostgresOptions, PostgresStore};
use sqlx::{Connection, PgConnection};

/// Requests that all clients work on.
const REQUESTS: u64 = 200;
/// How long the servers work; the long run asks for more.
fn seconds() -> u64 {
    std::env::var("ONESERVICE_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(6)
}

/// Says what became of a commit: its id, and whether it is acknowledged.
type Say = Arc<dyn Fn(CommitId, Told) + Send + Sync>;

/// What a client was told of its commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Written,
    NotWritten,
    Unknown,
}

/// What stands after the commit in the payload of one that moves the counter.
const COUNTS: &str = " counts";

/// A client: takes some request as it is, and brings it one event on.
async fn client(store: Arc<dyn Store>, group: Arc<GroupCommit>, say: Say, stop: Arc<AtomicBool>) {
    let office = fixtures::office();
    let mut last_at = Moment::from_millis(0);
    while !stop.load(Ordering::Relaxed) {
        let n = fastrand::u64(1..=REQUESTS);
        let request = fixtures::request(n);
        let Ok(row) = store.summary(&office, request).await else { continue };
        let at = SystemClock.now().max(last_at);
        let mut commit = fixtures::commit(n, row.map_or(0, |row| row.version));
        (commit.id, commit.at) = (CommitId::new(at, std::array::from_fn(|_| fastrand::u8(..))), at);
        let fingerprint = fixtures::digest(&commit.id.to_string());
        commit.key = Some(IdempotencyKey { key: commit.id.to_string(), fingerprint });
        if fastrand::u8(..8) == 0 {
            let Ok(from) = store.counter(&office, "receipt").await else { continue };
            commit.counters = vec![CounterMove { name: "receipt".into(), from }];
        }
        // The payload names its commit, so that one written twice would show.
        let counts = if commit.counters.is_empty() { "" } else { COUNTS };
        let payload = format!("{}{counts}", commit.id).into_bytes();
        commit.events = vec![EventBody::seal([7; 32], payload, |commitment| commitment.as_bytes().to_vec())];
        let id = commit.id;
        match group.commit(commit).await {
            Ok(Outcome::Committed(_)) => say(id, Told::Written),
            Ok(outcome) => {
                if let Outcome::ClockBehind { last } = outcome {
                    last_at = last;
                }
                say(id, Told::NotWritten);
            }
            Err(error) if error.written() == Written::Unknown => say(id, Told::Unknown),
            Err(_) => say(id, Told::NotWritten),
        }
    }
}

async fn work(options: PostgresOptions, clients: usize, say: Say, stop: Arc<AtomicBool>) {
    let store = loop {
        match PostgresStore::open(&options).await {
            Ok(store) => break store,
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    };
    let store: Arc<dyn Store> = Arc::new(store);
    let group = Arc::new(GroupCommit::new(Arc::clone(&store), Limits::default()));
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            tokio::spawn(client(Arc::clone(&store), Arc::clone(&group), Arc::clone(&say), Arc::clone(&stop)))
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    group.close().await;
}

/// Not a test of its own: what a server process of the test below runs.
#[tokio::test(flavor = "multi_thread")]
async fn server_process() {
    let Ok(url) = std::env::var("ONESERVICE_SERVER_URL") else { return };
    let say: Say = Arc::new(|id, told| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n{told:?} {id}").unwrap();
        out.flush().unwrap();
    });
    // It ends when it is killed.
    work(url.parse().unwrap(), 32, say, Arc::default()).await;
}

fn start_server(url: &str, said: mpsc::Sender<(Told, CommitId)>) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "server_process", "--nocapture"])
        .env("ONESERVICE_SERVER_URL", url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            let Some((word, id)) = line.split_once(' ') else { continue };
            let told = [Told::Written, Told::NotWritten, Told::Unknown].into_iter();
            let told = told.into_iter().find(|told| format!("{told:?}") == word);
            if let Some((told, id)) = told.zip(id.parse().ok()) {
                let _ = said.send((told, id));
            }
        }
    });
    child
}

/// Reads the whole log and holds it against what the clients were told. Gives the number of events.
async fn judge(store: &PostgresStore, all: &[(Told, CommitId)]) -> u64 {
    let office = fixtures::office();
    let head = store.head(&office).await.unwrap();
    let mut seen: BTreeSet<CommitId> = BTreeSet::new();
    let mut versions: BTreeMap<_, u64> = BTreeMap::new();
    let (mut index, mut counted) = (0, 0);
    while index < head.size {
        for event in store.events(&office, index, 1_000).await.unwrap() {
            assert_eq!(event.index, index, "the log has no gap");
            let payload = std::str::from_utf8(&event.body.payload).unwrap();
            counted += u64::from(payload.ends_with(COUNTS));
            let id: CommitId = payload.trim_end_matches(COUNTS).parse().unwrap();
            assert!(seen.insert(id), "commit {id} is there twice");
            let version = versions.entry(event.request).or_default();
            *version += 1;
            assert_eq!(event.version, *version, "an update of {} was lost", event.request);
            index += 1;
        }
    }
    for n in 1..=REQUESTS {
        let request = fixtures::request(n);
        let history = store.history(&office, request).await.unwrap();
        assert_eq!(history.len() as u64, versions.get(&request).copied().unwrap_or(0));
    }
    for (told, id) in all {
        match told {
            Told::Written => {
                assert!(seen.contains(id), "commit {id} was acknowledged and is lost");
                assert!(store.outcome(&office, *id).await.unwrap().is_some());
            }
            Told::NotWritten => assert!(!seen.contains(id), "commit {id} is there and was said not to be"),
            Told::Unknown => {}
        }
    }
    assert_eq!(
        store.counter(&office, "receipt").await.unwrap(),
        counted,
        "each move of the counter is there once"
    );
    head.size
}

#[test]
fn two_servers_lose_nothing_while_they_and_postgres_are_killed() {
    let mut postgres = PostgresServer::start(&[]).unwrap();
    let url = postgres.url();
    let (said, hear) = mpsc::channel();
    let mut servers = [start_server(&url, said.clone()), start_server(&url, said.clone())];
    let part = Duration::from_millis(seconds() * 1_000 / 4);
    std::thread::sleep(part);
    servers[0].kill().unwrap();
    servers[0].wait().unwrap();
    servers[0] = start_server(&url, said.clone());
    std::thread::sleep(part);
    let killed = Instant::now();
    postgres.kill().unwrap();
    postgres.restart().unwrap();
    let away = killed.elapsed();
    std::thread::sleep(2 * part);
    for server in &mut servers {
        server.kill().unwrap();
        server.wait().unwrap();
    }
    drop(said);
    let all: Vec<(Told, CommitId)> = hear.iter().collect();
    let told = |what: Told| all.iter().filter(|(told, _)| *told == what).count();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let events = runtime.block_on(async {
        let store = PostgresStore::open(&url.parse().unwrap()).await.unwrap();
        judge(&store, &all).await
    });
    assert!(told(Told::Written) > 200, "the servers worked");
    eprintln!(
        "2 servers, 64 clients, {} s: {events} events, {} acknowledged, {} refused, lost 0, twice 0, left unknown {}; PostgreSQL away {away:?}",
        seconds(),
        told(Told::Written),
        told(Told::NotWritten),
        told(Told::Unknown),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_that_is_promoted_is_followed() {
    let mut primary = PostgresServer::start(&[]).unwrap();
    let mut standby = primary.standby(&[], "s1").unwrap();
    let mut admin = PgConnection::connect(&primary.url()).await.unwrap();
    for sql in ["ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (s1)'", "SELECT pg_reload_conf()"] {
        sqlx::query(sql).execute(&mut admin).await.unwrap();
    }
    let is_sync = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
    while sqlx::query_scalar::<_, i64>(is_sync).fetch_one(&mut admin).await.unwrap() == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(admin);

    let options: PostgresOptions = format!("{},{}", primary.url(), standby.url()).parse().unwrap();
    let all: Arc<Mutex<Vec<(Instant, Told, CommitId)>>> = Arc::default();
    let said = Arc::clone(&all);
    let say: Say = Arc::new(move |id, told| said.lock().unwrap().push((Instant::now(), told, id)));
    let stop = Arc::new(AtomicBool::default());
    let working = tokio::spawn(work(options.clone(), 16, say, Arc::clone(&stop)));
    let count = || all.lock().unwrap().iter().filter(|(_, told, _)| *told == Told::Written).count();
    while count() < 300 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let killed = Instant::now();
    primary.kill().unwrap();
    standby.promote().unwrap();
    let promoted = Instant::now();
    let before = count();
    while count() < before + 300 {
        assert!(promoted.elapsed() < Duration::from_secs(60), "the new primary is not found");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.store(true, Ordering::Relaxed);
    working.await.unwrap();
    let all = all.lock().unwrap().clone();
    let written: Vec<Instant> =
        all.iter().filter(|(_, told, _)| *told == Told::Written).map(|(at, ..)| *at).collect();
    let first_after = *written.iter().filter(|at| **at > promoted).min().unwrap();
    let store = PostgresStore::open(&options).await.unwrap();
    let told: Vec<(Told, CommitId)> = all.iter().map(|(_, told, id)| (*told, *id)).collect();
    let events = judge(&store, &told).await;
    eprintln!(
        "failover: {} acknowledged, {events} stored, lost 0, twice 0; promoted {:?} after the kill, working again {:?} later",
        written.len(),
        promoted - killed,
        first_after - promoted,
    );
}
