//! What people do to the tables by hand, and what programs do beside them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use oneservice_core::store::{Drafts, Log, Outcome, Query, Requests, StoreError};
use oneservice_core::testing::fixtures::{commit, draft, office, with_counter, with_key};
use oneservice_sqlx::testing::PostgresServer;
use oneservice_sqlx::{PostgresOptions, PostgresStore, SqliteStore};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, SqliteConnection};

/// One edit of each column by hand, as SQL; `~` stands before the table.
const EDITS: &[&str] = &[
    "UPDATE ~event SET envelope = salt WHERE log_index = 1",
    "UPDATE ~event SET payload = envelope WHERE log_index = 1",
    "UPDATE ~event SET salt = leaf WHERE log_index = 1",
    "UPDATE ~event SET leaf = commitment WHERE log_index = 1",
    "UPDATE ~event SET commitment = leaf WHERE log_index = 1",
    "UPDATE ~event SET log_index = 7 WHERE log_index = 1",
    "UPDATE ~event SET version = 7 WHERE log_index = 1",
    "UPDATE ~event SET request_id = (SELECT MAX(request_id) FROM ~request) WHERE log_index = 1",
    "UPDATE ~event SET place_seal = place_seal + 1 WHERE log_index = 1",
    "DELETE FROM ~event WHERE log_index = 1",
    "UPDATE ~request SET version = 1 WHERE version = 2",
    "UPDATE ~request SET version = 3 WHERE version = 2",
    "UPDATE ~request SET applicant_name = 'somebody else' WHERE version = 2",
    "UPDATE ~request SET stage = 'closed' WHERE version = 2",
    "UPDATE ~request SET stage = 'nowhere' WHERE version = 2",
    "UPDATE ~request SET due_on = '2030-01-01' WHERE version = 2",
    "UPDATE ~request SET service_id = 'trade.other' WHERE version = 2",
    "UPDATE ~request SET queues = '[]' WHERE version = 2",
    "UPDATE ~request SET tokens = 'no list' WHERE version = 2",
    "UPDATE ~request SET submitted_at = submitted_at + 1 WHERE version = 2",
    "UPDATE ~request SET seal = access_hash WHERE version = 2",
];

/// Reads everything of a store that holds requests 1 (two events) and 2 (one), and says what was found wrong.
async fn read_all(store: &(impl Requests + Log)) -> Vec<StoreError> {
    let mut errors = Vec::new();
    errors.extend(store.events(&office(), 0, 100).await.err());
    for n in [1, 2] {
        errors.extend(store.history(&office(), commit(n, 0).request).await.err());
        errors.extend(store.summary(&office(), commit(n, 0).request).await.err());
    }
    errors.extend(store.find(&office(), &Query::All, None, 10).await.err());
    errors
}

async fn fill(store: &(impl Requests + Drafts)) {
    store.commit(&[commit(1, 0), commit(1, 1), commit(2, 0)]).await.unwrap();
    store.save_draft(&office(), &draft("form", 1, 10), 0).await.unwrap();
}

fn found(edit: &str, errors: &[StoreError]) {
    assert!(!errors.is_empty(), "nobody noticed: {edit}");
    for error in errors {
        assert!(matches!(error, StoreError::Corrupt { .. }), "{edit}: {error:?}");
    }
}

#[tokio::test]
async fn a_row_changed_by_hand_is_named_on_postgres() {
    let server = PostgresServer::start(&["fsync=off"]).unwrap();
    for (nth, edit) in EDITS.iter().enumerate() {
        let options: PostgresOptions = format!("{}&schema=edit_{nth}", server.url()).parse().unwrap();
        let store = PostgresStore::open(&options).await.unwrap();
        fill(&store).await;
        assert_eq!(read_all(&store).await.len(), 0);
        let mut hand = PgConnection::connect(&server.url()).await.unwrap();
        let sql = edit.replace('~', &format!("edit_{nth}."));
        sqlx::query(AssertSqlSafe(sql)).execute(&mut hand).await.unwrap();
        found(edit, &read_all(&store).await);
        store.close().await;
    }
}

#[tokio::test]
async fn a_row_changed_by_hand_is_named_on_sqlite() {
    for edit in EDITS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("office.sqlite");
        let store = SqliteStore::open(&path).await.unwrap();
        fill(&store).await;
        assert_eq!(read_all(&store).await.len(), 0);
        let mut hand = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
        let sql = edit.replace('~', "oneservice_");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut hand).await.unwrap();
        found(edit, &read_all(&store).await);
    }
}

#[tokio::test]
async fn the_hosts_transaction_decides_on_postgres() {
    let server = PostgresServer::start(&["fsync=off"]).unwrap();
    let store = PostgresStore::open(&server.url().parse().unwrap()).await.unwrap();
    let host = PgPool::connect(&server.url()).await.unwrap();
    sqlx::query("CREATE TABLE business (name text PRIMARY KEY)").execute(&host).await.unwrap();
    let commit = with_counter(with_key(commit(1, 0), "key", "content"), "receipt", 0);
    for keep in [false, true] {
        let mut transaction = host.begin().await.unwrap();
        sqlx::query("INSERT INTO business VALUES ('stall')").execute(&mut *transaction).await.unwrap();
        let outcome = store.commit_in(&mut transaction, &commit).await.unwrap();
        assert_eq!(outcome, Outcome::Committed(commit.placed(0)));
        let again = store.commit_in(&mut transaction, &commit).await.unwrap();
        assert_eq!(again, Outcome::Replayed(commit.placed(0)), "it sees its own work");
        assert_eq!(store.summary(&office(), commit.request).await.unwrap(), None, "nobody else does");
        if keep {
            transaction.commit().await.unwrap()
        } else {
            transaction.rollback().await.unwrap()
        }
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM business").fetch_one(&host).await.unwrap();
        assert_eq!((rows, store.head(&office()).await.unwrap().size), if keep { (1, 1) } else { (0, 0) });
        assert_eq!(store.counter(&office(), "receipt").await.unwrap(), u64::from(keep));
    }
}

#[tokio::test]
async fn the_hosts_transaction_decides_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.sqlite");
    let store = SqliteStore::open(&path).await.unwrap();
    let mut host = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    sqlx::query("CREATE TABLE business (name text PRIMARY KEY)").execute(&mut host).await.unwrap();
    let commit = with_counter(with_key(commit(1, 0), "key", "content"), "receipt", 0);
    for keep in [false, true] {
        let mut transaction = host.begin_with("BEGIN IMMEDIATE").await.unwrap();
        sqlx::query("INSERT INTO business VALUES ('stall')").execute(&mut *transaction).await.unwrap();
        let outcome = store.commit_in(&mut transaction, &commit).await.unwrap();
        assert_eq!(outcome, Outcome::Committed(commit.placed(0)));
        if keep {
            transaction.commit().await.unwrap()
        } else {
            transaction.rollback().await.unwrap()
        }
        let rows: i64 =
            sqlx::query_scalar("SELECT count(*) FROM business").fetch_one(&mut host).await.unwrap();
        assert_eq!((rows, store.head(&office()).await.unwrap().size), if keep { (1, 1) } else { (0, 0) });
        assert_eq!(store.counter(&office(), "receipt").await.unwrap(), u64::from(keep));
    }
}
