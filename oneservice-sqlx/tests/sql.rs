//! The SQL that the library sends, as the server logs it: portable, by index, and one round trip a batch.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use oneservice_core::store::{Archive, Commit, Drafts, Kind, Log, Outcome, Page, Place, Query, Requests};
use oneservice_core::testing::fixtures::{
    commit, commit_id, digest, draft, moment, office, request, with_counter, with_key,
};
use oneservice_sqlx::testing::PostgresServer;
use oneservice_sqlx::{PostgresOptions, PostgresStore};
use serde_json::Value;
use sqlx::{Connection, PgConnection};

/// Logs every statement, and every plan with what it read. Nobody counts rows for the planner: a young table is the hard case.
const LOG_ALL: &[&str] = &[
    "fsync=off",
    "autovacuum=off",
    "log_statement=all",
    "session_preload_libraries=auto_explain",
    "auto_explain.log_min_duration=0",
    "auto_explain.log_analyze=on",
    "auto_explain.log_timing=off",
    "auto_explain.log_format=json",
];

const REQUESTS: u64 = 3_000;

/// A statement that ran, as the server saw it.
#[derive(Debug)]
struct Ran {
    text: String,
    plan: Value,
}

/// The plans in a log.
fn plans(log: &str) -> Vec<Ran> {
    let mut ran = Vec::new();
    for (_, rest) in log.match_indices("  plan:\n").map(|(at, mark)| log.split_at(at + mark.len())) {
        let json: String =
            rest.lines().take_while(|line| line.starts_with('\t')).collect::<Vec<_>>().join("\n");
        let json: Value = serde_json::from_str(&json).unwrap();
        ran.push(Ran { text: json["Query Text"].as_str().unwrap().to_owned(), plan: json["Plan"].clone() });
    }
    ran
}

/// Every node of a plan.
fn nodes(plan: &Value) -> Vec<&Value> {
    let mut all = vec![plan];
    for below in plan["Plans"].as_array().into_iter().flatten() {
        all.extend(nodes(below));
    }
    all
}

/// Rows that a node read from its table, also those that it read in vain.
fn rows_read(node: &Value) -> f64 {
    let number = |key: &str| node[key].as_f64().unwrap_or(0.0);
    (number("Actual Rows") + number("Rows Removed by Filter")) * number("Actual Loops")
}

async fn open(server: &PostgresServer) -> PostgresStore {
    // One connection, so that the log is in order.
    let options: PostgresOptions = format!("{}&pool=2", server.url()).parse().unwrap();
    PostgresStore::open(&options).await.unwrap()
}

/// A commit with everything that a commit can have.
fn rich(n: u64) -> Commit {
    let mut rich = with_key(commit(n, 0), &format!("key {n}"), "content");
    rich.summary.wake_at = Some(moment(n.cast_signed()));
    rich
}

async fn fill(store: &PostgresStore) {
    let all: Vec<Commit> = (1..=REQUESTS).map(rich).collect();
    for batch in all.chunks(250) {
        for outcome in store.commit(batch).await.unwrap() {
            assert!(matches!(outcome, Outcome::Committed(_)), "{outcome:?}");
        }
    }
    for n in 0..500 {
        let office = office();
        store.save_draft(&office, &draft(&format!("form {n}"), 1, n), 0).await.unwrap();
    }
}

/// Every query, with the rows that it shows.
async fn ask_all(store: &PostgresStore) -> Vec<(&'static str, usize)> {
    let office = office();
    let row = rich(7).summary;
    let mut shown = Vec::new();
    for (name, query) in [
        ("all", Query::All),
        ("open", Query::Open),
        ("waking", Query::Waking),
        ("stage", Query::Stage(row.stage)),
        ("service", Query::Service(row.service.clone())),
        ("queue", Query::Queue(row.queues[0].clone())),
        ("code", Query::Code(row.code)),
        ("access", Query::Access(row.access)),
        ("phone", Query::Phone(digest("phone 1"))),
        ("token", Query::Token("sok".into())),
    ] {
        let Page { rows, next } = store.find(&office, &query, None, 20).await.unwrap();
        shown.push((name, rows.len()));
        if let Some(next) = next {
            shown.push((name, store.find(&office, &query, Some(&next), 20).await.unwrap().rows.len()));
        }
    }
    shown.push(("summary", usize::from(store.summary(&office, request(9)).await.unwrap().is_some())));
    shown.push(("history", store.history(&office, request(9)).await.unwrap().len()));
    shown.push(("outcome", usize::from(store.outcome(&office, commit_id(9, 0)).await.unwrap().is_some())));
    shown.push(("events", store.events(&office, 1_000, 50).await.unwrap().len()));
    shown.push(("head", 1.min(store.head(&office).await.unwrap().size as usize)));
    shown.push(("counter", store.counter(&office, "none").await.unwrap() as usize));
    shown.push(("draft", usize::from(store.load_draft(&office, &digest("form 3")).await.unwrap().is_some())));
    shown
}

#[tokio::test]
async fn every_query_reads_by_index_and_one_row_more_than_it_shows() {
    let server = PostgresServer::start(LOG_ALL).unwrap();
    let store = open(&server).await;
    fill(&store).await;
    // As every server does by itself, unless told not to.
    let mut admin = PgConnection::connect(&server.url()).await.unwrap();
    sqlx::query("ANALYZE").execute(&mut admin).await.unwrap();
    // After some questions a plan is kept that does not know what is asked for.
    for _ in 0..7 {
        ask_all(&store).await;
    }
    let before = server.log().unwrap().len();
    let shown = ask_all(&store).await;
    let log = server.log().unwrap();
    let ran = plans(&log[before..]);
    assert_eq!(ran.len(), shown.len(), "each question is one statement");
    for (Ran { text, plan }, (name, shown)) in ran.iter().zip(&shown) {
        for node in nodes(plan).into_iter().filter(|node| node.get("Relation Name").is_some()) {
            // A table of one row is read faster without its index; what counts is that nothing is read in vain.
            let read = rows_read(node);
            assert!(read <= *shown as f64 + 1.0, "{name} read {read}, shows {shown}: {text}\n{plan:#}");
        }
    }
    assert!(
        shown.iter().filter(|(_, rows)| *rows == 20).count() >= 12,
        "full pages were among them: {shown:?}"
    );
}

#[tokio::test]
async fn a_batch_is_one_round_trip_and_reads_by_index() {
    let server = PostgresServer::start(LOG_ALL).unwrap();
    let store = open(&server).await;
    fill(&store).await;
    let mut admin = PgConnection::connect(&server.url()).await.unwrap();
    let office = office();
    for (what, batch) in [
        ("new requests", (5_001..=5_064).map(rich).collect::<Vec<_>>()),
        ("later events", (5_001..=5_064).map(|n| commit(n, 1)).collect()),
        ("a lone commit", vec![with_counter(rich(6_000), "receipt", 0)]),
        (
            "a draft's end",
            vec![{
                let mut closing = rich(6_001);
                closing.closes_draft = Some((digest("form 3"), 1));
                closing
            }],
        ),
    ] {
        if what == "a draft's end" {
            // A deletion has no order to ask for: in a young table the planner may read the office's few drafts, until rows are counted.
            sqlx::query("ANALYZE").execute(&mut admin).await.unwrap();
        }
        let before = server.log().unwrap().len();
        for outcome in store.commit(&batch).await.unwrap() {
            assert!(matches!(outcome, Outcome::Committed(_)), "{what}: {outcome:?}");
        }
        let log = server.log().unwrap();
        let log = &log[before..];
        // BEGIN and COMMIT would be statements of their own here.
        let statements = log.matches("LOG:  execute ").count() + log.matches("LOG:  statement: ").count();
        assert_eq!(statements, 1, "{what}: {log}");
        let ran = plans(log);
        assert_eq!(ran.len(), 1);
        for node in nodes(&ran[0].plan) {
            let kind = node["Node Type"].as_str().unwrap();
            assert!(!kind.contains("Seq Scan"), "{what}: {:#}", ran[0].plan);
            if node.get("Relation Name").is_some() && node["Operation"].is_null() {
                let read = rows_read(node);
                assert!(read <= batch.len() as f64 + 1.0, "{what} read {read}: {node:#}");
            }
        }
    }
    // Whoever is refused costs one more, which says why.
    let before = server.log().unwrap().len();
    let refused = store.commit(&[commit(5_001, 0)]).await.unwrap();
    assert!(matches!(refused[..], [Outcome::Replayed(_)]), "{refused:?}");
    assert_eq!(server.log().unwrap()[before..].matches("LOG:  execute ").count(), 2);
    assert_eq!(store.head(&office).await.unwrap().size, REQUESTS + 64 + 64 + 2);
}

/// What engines that distribute PostgreSQL do not have, or have otherwise.
const FORBIDDEN: &[&str] = &[
    "notify",
    "listen ",
    "advisory",
    "serializable",
    "nextval",
    "currval",
    "serial",
    "identity",
    "now()",
    "current_timestamp",
    "clock_timestamp",
    "random()",
    "gen_random",
    "for share",
    "skip locked",
    "nowait",
    "with hold",
    "deferrable",
    "trigger",
    "create function",
    "create type",
    "create domain",
    "partition by range",
    "partition by list",
    "partition by hash",
    "temp ",
    "temporary",
    "unlogged",
    " offset ",
    "set session",
    "lock table",
    "::regclass",
    "ctid",
    "xmin",
    "returning *",
    "select *",
];

#[tokio::test]
async fn what_is_sent_is_in_the_portable_subset() {
    let server = PostgresServer::start(LOG_ALL).unwrap();
    let store = open(&server).await;
    store.commit(&[with_counter(rich(1), "receipt", 0), rich(2)]).await.unwrap();
    store.commit(&[commit(1, 0), commit(1, 1)]).await.unwrap();
    let office = office();
    for (draft, expected) in [(draft("form", 1, 10), 0), (draft("form", 2, 20), 1)] {
        store.save_draft(&office, &draft, expected).await.unwrap();
    }
    ask_all(&store).await;
    store.purge_drafts(&office, moment(100), 10).await.unwrap();
    store.counts().await.unwrap();
    for kind in Kind::ALL {
        store.export(&office, &Place::first(kind), 10).await.unwrap();
    }
    assert_eq!(store.offices().await.unwrap().len(), 1);

    let ran = plans(&server.log().unwrap());
    let texts: BTreeSet<&str> =
        ran.iter().map(|ran| ran.text.as_str()).filter(|text| text.contains("oneservice")).collect();
    assert!(texts.len() >= 24, "all statements were seen: {}", texts.len());
    for text in &texts {
        let plain = text.to_lowercase();
        // Rows are counted only when a whole store is checked or copied.
        assert!(!plain.contains("count(") || plain.starts_with("select (select count(*)"), "{text}");
        for word in FORBIDDEN {
            assert!(!plain.contains(word), "'{word}' in {text}");
        }
        let is_of_no_office = plain.contains("count(")
            || plain.contains("migration")
            || plain.contains("order by office_id")
            || plain.contains("current_setting");
        // Each table that is named is asked for the rows of an office, or gets its name; the transfer's mark is of the whole store.
        let tables =
            plain.matches("\"oneservice\".").count() - plain.matches("\"oneservice\".transfer").count();
        let conflicts = plain.matches("on conflict (office_id, ").count();
        let offices =
            plain.matches("office_id = ").count() + plain.matches("(office_id, ").count() - conflicts;
        assert!(is_of_no_office || offices >= tables, "{tables} tables, {offices} of an office: {text}");
        if plain.contains("for update") {
            assert!(
                plain.contains("from \"oneservice\".head where office_id = $1 "),
                "a lock without its office: {text}"
            );
        }
    }

    // And of the tables: every key and index leads with the office, and nothing works behind the statements' backs.
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    let foreign: Vec<String> = sqlx::query_scalar(
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid \
         JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0] \
         WHERE n.nspname = 'oneservice' AND t.relname <> 'migration' AND a.attname <> 'office_id'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(foreign, Vec::<String>::new(), "these do not lead with the office");
    let machinery: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname || ' ' || c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = 'oneservice' AND c.relkind NOT IN ('r', 'i', 'v') \
         UNION ALL SELECT tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'oneservice' \
         UNION ALL SELECT proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'oneservice' \
         UNION ALL SELECT conname::text FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace \
         WHERE n.nspname = 'oneservice' AND k.contype NOT IN ('p', 'u')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(machinery, Vec::<String>::new(), "no sequence, trigger, function, type or foreign key");
    let kinds: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT data_type || COALESCE(' ' || collation_name, '') FROM information_schema.columns c \
         JOIN information_schema.tables t USING (table_schema, table_name) \
         WHERE table_schema = 'oneservice' AND table_name <> 'migration' AND table_type = 'BASE TABLE' ORDER BY 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(kinds, ["bigint", "bytea", "text C"]);
    let without: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'oneservice' \
         AND c.relkind IN ('r', 'v') AND c.relname <> 'migration' AND obj_description(c.oid) IS NULL",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(without, Vec::<String>::new(), "every table and view says what it is");
}
