//! Whole lives through an office on redb. `ONESERVICE_LIVES=34000` makes a million commands of it.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and says how much it tried")]

use std::sync::Arc;

use oneservice_core::testing::clerk::lives::{live, wanted};
use oneservice_redb::RedbStore;

async fn ten_thousand_commands() {
    let folder = tempfile::tempdir().unwrap();
    let store = RedbStore::open(folder.path().join("office.redb")).await.unwrap();
    let tried = live(Arc::new(store), wanted(340)).await.unwrap_or_else(|broken| panic!("{broken}"));
    println!("{tried} commands on redb");
}

#[tokio::test]
async fn an_office_on_redb_agrees_with_the_sheet() {
    ten_thousand_commands().await;
}

#[tokio::test]
async fn and_so_does_another() {
    ten_thousand_commands().await;
}
