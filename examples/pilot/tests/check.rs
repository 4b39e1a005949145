//! The check of a store finds what is wrong with it, and nothing where nothing is.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use oneservice_core::calendar::Moment;
use oneservice_core::catalog::{Catalog, Role};
use oneservice_core::ids::CommitId;
use oneservice_core::office::{Checkup, Office, SetClock};
use oneservice_core::request::StageName;
use oneservice_core::store::{
    Archive, EventBody, Kind, Log, MemoryStore, Place, Query, QueueName, Records, StoredEvent, Summary,
    transfer,
};
use oneservice_pilot::demo;
use oneservice_redb::RedbStore;
use oneservice_sqlx::SqliteStore;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

/// An office that has worked for ninety days.
async fn worked(folder: &Path) -> (Office, RedbStore) {
    worked_on(folder, 30).await
}

async fn worked_on(folder: &Path, requests: usize) -> (Office, RedbStore) {
    let catalog = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/battambang");
    let store = RedbStore::open(folder.join("office.redb")).await.unwrap();
    let clock = Arc::new(SetClock::at(Moment::parse("2026-05-04T02:00:00Z").unwrap()));
    let office =
        Office::builder(store.clone(), Catalog::load(catalog).unwrap()).clock(Arc::clone(&clock) as _);
    let office = office.build().await.unwrap();
    demo::fill(&office, &clock, demo::Plan { requests, seed: 5 }, |_| ()).await.unwrap();
    (office, store)
}

async fn check(office: &Office, store: &dyn Archive) -> Checkup {
    office.check(store, |_, _| ()).await.unwrap()
}

/// A copy of the store in which `change` has been at work on the records.
async fn tampered(store: &RedbStore, mut change: impl FnMut(&mut Records)) -> MemoryStore {
    let copy = MemoryStore::default();
    copy.begin_import().await.unwrap();
    let mut heads = Vec::new();
    for office in store.offices().await.unwrap() {
        for kind in Kind::ALL {
            let mut place = Place::first(kind);
            loop {
                let mut records = store.export(&office, &place, 1_000).await.unwrap();
                let Some(next) = records.next() else { break };
                // The first page of each kind is enough to do harm in.
                if place == Place::first(kind) {
                    change(&mut records);
                }
                copy.import(&office, &records).await.unwrap();
                place = next;
            }
        }
        let head = store.head(&office).await.unwrap();
        heads.push((office, head));
    }
    copy.finish_import(&heads).await.unwrap();
    copy
}

/// The codes of what is found, each once.
fn codes(checkup: &Checkup) -> Vec<&'static str> {
    let mut codes: Vec<_> = checkup.findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[tokio::test]
async fn nothing_is_found_where_nothing_is_wrong_on_every_engine() {
    let folder = tempfile::tempdir().unwrap();
    let (office, store) = worked(folder.path()).await;
    let checkup = check(&office, &store).await;
    assert_eq!(checkup.findings, []);
    assert!(checkup.events > 100 && checkup.requests > 10 && checkup.not_replayed == 0, "{checkup:?}");
    let (memory, sqlite) =
        (MemoryStore::default(), SqliteStore::open(folder.path().join("office.sqlite")).await.unwrap());
    for copy in [&memory as &dyn Archive, &sqlite] {
        let copied = transfer(&store, copy, |_| ()).await.unwrap();
        assert_eq!(copied.digest, checkup.digest);
        let again = check(&office, copy).await;
        assert_eq!(again.findings, []);
        assert_eq!(again.digest, checkup.digest);
        assert_eq!((again.events, again.requests), (checkup.events, checkup.requests));
    }
}

#[tokio::test]
async fn each_wrong_record_is_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let (office, store) = worked(folder.path()).await;
    let sound = check(&office, &store).await.digest;
    type Change = fn(&mut Records);
    let changes: [(&str, &[&str], bool, Change); 8] = [
        ("a flipped bit in a payload", &["damaged"], false, |records| {
            if let Records::Events(events) = records {
                events[7].body.payload[9] ^= 1;
            }
        }),
        ("an event that was written anew", &["history"], false, |records| {
            if let Records::Events(events) = records {
                let StoredEvent { body, .. } = &mut events[0];
                *body = EventBody::seal([1; 32], b"made up".to_vec(), |_| b"made up".to_vec());
            }
        }),
        ("the last event gone", &["gap"], false, |records| {
            if let Records::Events(events) = records {
                events.pop();
            }
        }),
        ("a row that says something else", &["summary"], true, |records| {
            if let Records::Summaries(rows) = records {
                rows[1].applicant_name.push('x');
            }
        }),
        ("a row that is gone", &["summary"], true, |records| {
            if let Records::Summaries(rows) = records {
                rows.remove(1);
            }
        }),
        ("a commit elsewhere", &["commit"], true, |records| {
            if let Records::Commits(commits) = records {
                commits[2].first_index = commits[9].first_index;
                commits[2].request = commits[9].request;
                commits[2].version = 0;
            }
        }),
        ("a key of nothing", &["key"], true, |records| {
            if let Records::Keys(keys) = records {
                keys[0].commit = CommitId::new(Moment::from_millis(1), [9; 10]);
            }
        }),
        ("a register that lost a number", &["counter"], true, |records| {
            if let Records::Counters(counters) = records {
                counters[0].1 += 1;
            }
        }),
    ];
    for (what, expected, same_events, change) in changes {
        let copy = tampered(&store, change).await;
        let found = check(&office, &copy).await;
        let codes = codes(&found);
        assert!(expected.iter().all(|code| codes.contains(code)), "{what}: {:?}", found.findings);
        assert_eq!(found.digest == sound, same_events, "{what}");
        assert!(found.found > 0 && found.found < 20, "{what} drowns: {:?}", found.findings);
        if let ["commit" | "key" | "counter"] = expected {
            assert_eq!(codes, *expected, "{what}: {:?}", found.findings);
        }
    }
    // The tampering itself, with nothing changed, is not what was found.
    let copy = tampered(&store, |_| ()).await;
    assert_eq!(check(&office, &copy).await.findings, []);
}

#[tokio::test]
async fn rows_changed_by_hand_are_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let (office, store) = worked(folder.path()).await;
    for (nth, (code, statement)) in [
        ("damaged", "UPDATE oneservice_event SET payload = x'00' WHERE log_index = 3"),
        ("damaged", "UPDATE oneservice_event SET version = 90 WHERE log_index = 3"),
        ("summary", "UPDATE oneservice_request SET applicant_name = 'somebody else'"),
        ("listing", "UPDATE oneservice_request SET open_position = NULL WHERE open_position IS NOT NULL"),
        ("listing", "UPDATE oneservice_request SET open_position = 5 WHERE stage = 'closed'"),
        ("listing", "DELETE FROM oneservice_request_token WHERE token = (SELECT max(token) FROM oneservice_request_token)"),
        ("listing", "DELETE FROM oneservice_request_queue"),
        ("key", "DELETE FROM oneservice_commit WHERE commit_id = (SELECT min(commit_id) FROM oneservice_idempotency_key)"),
        ("counter", "UPDATE oneservice_counter SET value = value + 1 WHERE name = (SELECT min(name) FROM oneservice_counter)"),
        ("counter", "DELETE FROM oneservice_counter"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(format!("{nth}.sqlite"));
        let copy = SqliteStore::open(&path).await.unwrap();
        transfer(&store, &copy, |_| ()).await.unwrap();
        let mut connection = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
        let done = sqlx::query(statement).execute(&mut connection).await.unwrap();
        assert!(done.rows_affected() > 0, "{statement}");
        connection.close().await.unwrap();
        let found = check(&office, &copy).await;
        assert!(codes(&found).contains(&code), "{statement}: {:?}", found.findings);
        copy.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cashier_finds_whoever_may_pay_now() {
    let folder = tempfile::tempdir().unwrap();
    let (office, _) = worked_on(folder.path(), 400).await;
    let cashier = Query::Queue(QueueName::new(Role::Cashier, &"owso".parse().unwrap()));
    let listed: BTreeSet<_> =
        rows(&office, &cashier).await.into_iter().map(|row| (row.request, row.stage)).collect();
    let (mut to_pay, mut stages) = (BTreeSet::new(), BTreeSet::new());
    for row in rows(&office, &Query::All).await {
        let case = office.case(row.request).await.unwrap();
        let stage = case.request.stage();
        if !case.request.record().payable_in(stage).is_zero() {
            to_pay.insert((row.request, stage));
            stages.insert(stage);
        }
    }
    assert_eq!(listed, to_pay);
    // Before review, and once it is granted.
    let granted = stages.contains(&StageName::Approved) || stages.contains(&StageName::Ready);
    assert!(stages.contains(&StageName::Submitted) && granted, "{stages:?}");
}

async fn rows(office: &Office, query: &Query) -> Vec<Summary> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = office.list(query, after.as_ref(), 200).await.unwrap();
        all.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}
