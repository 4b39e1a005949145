//! Schemas of the SQLite engine: what is pending is named, done when the store is opened, and a newer one is refused.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use oneservice_core::store::{Archive, Log, Requests, StoreError};
use oneservice_core::testing::fixtures::{commit, office};
use oneservice_sqlx::SqliteStore;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

/// Does to a store's file what no program of ours does.
async fn by_hand(path: &Path, statements: &[&'static str]) {
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    for statement in statements {
        sqlx::query(*statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_store_of_the_first_schema_is_brought_up_to_date_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.sqlite");
    assert!(matches!(SqliteStore::schema(&path).await, Err(StoreError::Missing { .. })));
    assert!(!path.exists(), "asking makes nothing");
    let store = SqliteStore::open(&path).await.unwrap();
    store.commit(&[commit(1, 0)]).await.unwrap();
    store.close().await;
    // As the first schema left it.
    let undo = ["DROP TABLE oneservice_transfer", "DELETE FROM oneservice_migration WHERE version > 1"];
    by_hand(&path, &undo).await;
    for _ in 0..2 {
        let schema = SqliteStore::schema(&path).await.unwrap();
        assert_eq!((schema.found, &schema.pending[..1]), (1, &["0002 transfer".to_owned()][..]));
    }
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.head(&office()).await.unwrap().size, 1);
    assert!(matches!(store.begin_import().await, Err(StoreError::NotEmpty)));
    store.close().await;
    let schema = SqliteStore::schema(&path).await.unwrap();
    assert_eq!((schema.found, schema.pending.len()), (schema.known, 0));
}

#[tokio::test]
async fn a_newer_schema_is_refused_however_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.sqlite");
    SqliteStore::open(&path).await.unwrap().close().await;
    let newer = "INSERT INTO oneservice_migration (version, description, success, checksum, execution_time) \
                 VALUES (99, 'of next year', TRUE, x'00', 0)";
    by_hand(&path, &[newer]).await;
    assert_eq!(SqliteStore::schema(&path).await.unwrap().found, 99);
    assert!(matches!(SqliteStore::open(&path).await, Err(StoreError::Newer { found: 99, .. })));
    assert!(matches!(SqliteStore::open_target(&path).await, Err(StoreError::Newer { found: 99, .. })));
}
