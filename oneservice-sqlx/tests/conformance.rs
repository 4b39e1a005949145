//! SQLite keeps every promise of the seam, also over closing and opening again.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use oneservice_core::store::{Archive, Store, StoreError};
use oneservice_core::testing::{self, Archived, Durable, Subject, Target};
use oneservice_sqlx::SqliteStore;

struct InFolder {
    folder: tempfile::TempDir,
    store: Arc<SqliteStore>,
}

impl InFolder {
    async fn open(folder: tempfile::TempDir) -> Result<Self, StoreError> {
        let store = Arc::new(SqliteStore::open(folder.path().join("office.sqlite")).await?);
        Ok(Self { folder, store })
    }
}

impl Subject for InFolder {
    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store) as Arc<dyn Store>
    }
}

impl Archived for InFolder {
    fn archive(&self) -> Arc<dyn Archive> {
        Arc::clone(&self.store) as Arc<dyn Archive>
    }
}

impl Durable for InFolder {
    async fn reopen(self) -> Result<Self, StoreError> {
        let Self { folder, store } = self;
        store.close().await;
        Self::open(folder).await
    }
}

impl Target for InFolder {
    async fn reopen_target(self) -> Result<Self, StoreError> {
        let Self { folder, store } = self;
        store.close().await;
        let store = Arc::new(SqliteStore::open_target(folder.path().join("office.sqlite")).await?);
        Ok(Self { folder, store })
    }
}

fn main() {
    testing::main_durable(|| InFolder::open(tempfile::tempdir().unwrap()));
}
