//! A store goes from engine to engine through the real program, and nothing of it is lost on the way.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Output};

use oneservice_core::store::{PAGE_MAX, TransferError, transfer};
use oneservice_core::testing::faults::{Failing, Fault};
use oneservice_pilot::{Engine, StoreUrl};
use oneservice_sqlx::testing::PostgresServer;
use serde_json::Value;

/// Runs the real program on a folder.
fn oneservice(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oneservice"))
        .arg("--data")
        .arg(folder)
        .arg("--catalog")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/battambang"))
        .arg("--json")
        .args(arguments)
        .output()
        .unwrap()
}

/// What it printed: one JSON value on each line.
fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn one(folder: &Path, arguments: &[&str]) -> Value {
    lines(&oneservice(folder, arguments)).remove(0)
}

/// How it ended, and what it said about it.
fn refused(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = oneservice(folder, arguments);
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn url(kind: &str, folder: &Path, name: &str) -> String {
    format!("{kind}:{}", folder.join(name).display())
}

/// Every event of a store, in order.
async fn events(url: &str) -> Vec<oneservice_core::store::StoredEvent> {
    let engine = Engine::open_existing(&url.parse::<StoreUrl>().unwrap()).await.unwrap();
    let mut all = Vec::new();
    for office in engine.archive().offices().await.unwrap() {
        loop {
            let page = engine.archive().events(&office, all.len() as u64, PAGE_MAX).await.unwrap();
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
    }
    engine.close().await;
    all
}

#[tokio::test]
async fn over_every_engine_and_back_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = PostgresServer::start(&["fsync=off"]).unwrap();
    let made = one(folder, &["demo", "--requests", "60", "--no-serve"]);
    let stores = [
        url("redb", folder, "office.redb"),
        server.url(),
        url("sqlite", folder, "office.sqlite"),
        url("redb", folder, "again.redb"),
    ];
    let first = &stores[0];
    let copies: Vec<Value> =
        stores.windows(2).map(|pair| one(folder, &["store", "transfer", &pair[0], &pair[1]])).collect();
    for copied in &copies {
        assert_eq!(copied["events"], made["events"]);
        assert_eq!((&copied["counts"], &copied["digest"]), (&copies[0]["counts"], &copies[0]["digest"]));
        assert_eq!(copied["found"], 0);
    }

    for store in &stores {
        let check = one(folder, &["--store", store, "store", "check"]);
        assert_eq!(check["findings"], Value::Array(vec![]), "{store}");
        assert_eq!((&check["digest"], &check["events"]), (&copies[0]["digest"], &made["events"]), "{store}");
        let stats = one(folder, &["--store", store, "store", "stats"]);
        assert_eq!(stats["counts"], copies[0]["counts"], "{store}");
        let stages = stats["offices"][0]["stages"].as_object().unwrap();
        let requests: u64 = stages.values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(Value::from(requests), copies[0]["counts"]["summaries"], "{store}");
    }
    let listed = |store: &str| lines(&oneservice(folder, &["--store", store, "request", "list"]));
    let rows = listed(first);
    assert!(rows.len() > 10);
    let all = events(first).await;
    assert_eq!(Value::from(all.len()), made["events"]);
    for store in &stores[1..] {
        assert_eq!(listed(store), rows);
        for row in rows.iter().step_by(5) {
            let show = |store: &str| {
                let code = row["code"].as_str().unwrap();
                oneservice(folder, &["--store", store, "request", "show", code]).stdout
            };
            let shown = show(first);
            assert!(shown.len() > 100 && shown == show(store), "{row}");
        }
        assert!(all == events(store).await, "every byte of every event: {store}");
    }
}

#[tokio::test]
async fn a_transfer_that_was_cut_off_is_no_office_and_is_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    one(folder, &["demo", "--requests", "60", "--no-serve"]);
    let from = url("redb", folder, "office.redb");
    let server = PostgresServer::start(&["fsync=off"]).unwrap();
    let targets = [
        (url("sqlite", folder, "office.sqlite"), 3),
        (url("redb", folder, "copy.redb"), 4),
        (server.url(), 4),
    ];
    for (to, writes) in targets {
        let source = Engine::open_existing(&from.parse().unwrap()).await.unwrap();
        let plan = vec![Fault::None; writes - 1].into_iter().chain([Fault::LostAfter, Fault::Full]);
        let answer = match Engine::open_target(&to.parse().unwrap()).await.unwrap() {
            Engine::Sqlite(store) => {
                let answer = transfer(source.archive(), &Failing::new(store.clone(), plan), |_| ()).await;
                store.close().await;
                answer
            }
            Engine::Redb(store) => transfer(source.archive(), &Failing::new(store, plan), |_| ()).await,
            Engine::Postgres(store) => {
                let answer = transfer(source.archive(), &Failing::new(store.clone(), plan), |_| ()).await;
                store.close().await;
                answer
            }
        };
        assert!(matches!(answer, Err(TransferError::Target(_))), "{answer:?}");
        source.close().await;

        for command in
            [&["request", "list"][..], &["store", "check"], &["store", "stats"], &["queue", "show"]]
        {
            let (code, said) = refused(folder, &[&["--store", &to], command].concat());
            assert_eq!(code, 5, "{command:?} {said}");
            assert!(said.contains("not finished") && said.contains("store transfer"), "{said}");
        }
        let copied = one(folder, &["store", "transfer", &from, &to]);
        assert!(copied["found"].as_u64().unwrap() > 0, "{copied}");
        let check = one(folder, &["--store", &to, "store", "check"]);
        assert_eq!((&check["digest"], &check["findings"]), (&copied["digest"], &Value::Array(vec![])));
        assert_eq!(events(&from).await, events(&to).await);
    }
}

#[test]
fn what_cannot_be_transferred_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    one(folder, &["demo", "--requests", "30", "--no-serve"]);
    let (first, second) = (url("redb", folder, "office.redb"), url("sqlite", folder, "office.sqlite"));
    let missing = url("redb", folder, "nothing.redb");
    one(folder, &["store", "transfer", &first, &second]);
    let before = one(folder, &["--store", &second, "store", "check"]);
    for (from, to, code, words) in [
        (&first, &second, 5, "holds data already"),
        (&second, &first, 5, "holds data already"),
        (&missing, &second, 3, "holds no store"),
        (&first, &first, 2, "into itself"),
        (&first, &"cupboard:third".to_owned(), 2, "redb:PATH"),
    ] {
        let (found, said) = refused(folder, &["store", "transfer", from, to]);
        assert_eq!(found, code, "{from} {to}: {said}");
        assert!(said.contains(words), "{said}");
    }
    assert!(!folder.join("nothing.redb").exists(), "a source is not made");
    assert_eq!(one(folder, &["--store", &second, "store", "check"]), before, "the target was not touched");
    for command in ["stats", "migrate"] {
        let (code, said) = refused(folder, &["--store", &missing, "store", command]);
        assert_eq!(code, 3, "{said}");
    }
    let schema = one(folder, &["--store", &second, "store", "migrate", "--dry-run"]);
    assert_eq!((&schema["found"], &schema["pending"]), (&schema["known"], &Value::Array(vec![])));
}
