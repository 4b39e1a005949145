//! Whole lives through an office on the engine without a disk. `ONESERVICE_LIVES=34000` makes a million commands of it.

use std::sync::Arc;

use oneservice_core::store::MemoryStore;
use oneservice_core::testing::clerk::lives::{live, wanted};

async fn ten_thousand_commands() {
    let tried =
        live(Arc::new(MemoryStore::default()), wanted(340)).await.unwrap_or_else(|broken| panic!("{broken}"));
    println!("{tried} commands on memory");
}

#[tokio::test]
async fn an_office_on_memory_agrees_with_the_sheet() {
    ten_thousand_commands().await;
}

#[tokio::test]
async fn and_so_does_another() {
    ten_thousand_commands().await;
}
