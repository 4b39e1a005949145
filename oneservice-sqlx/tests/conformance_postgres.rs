//! PostgreSQL keeps every promise of the seam, also over closing and opening again.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use oneservice_core::store::{Archive, Store, StoreError};
use oneservice_core::testing::{self, Archived, Durable, Subject, Target};
use oneservice_sqlx::testing::PostgresServer;
use oneservice_sqlx::{PostgresOptions, PostgresStore};

/// One server for all cases; each has a schema of its own. What outlives a crash is asked elsewhere, so nothing is synced here.
static SERVER: LazyLock<PostgresServer> = LazyLock::new(|| PostgresServer::start(&["fsync=off"]).unwrap());

struct InSchema {
    options: PostgresOptions,
    store: Arc<PostgresStore>,
}

impl InSchema {
    async fn open(options: PostgresOptions) -> Result<Self, StoreError> {
        let store = Arc::new(PostgresStore::open(&options).await?);
        Ok(Self { options, store })
    }

    async fn fresh() -> Result<Self, StoreError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self::open(format!("{}&schema=case_{number}&pool=4", SERVER.url()).parse().unwrap()).await
    }
}

impl Subject for InSchema {
    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store) as Arc<dyn Store>
    }
}

impl Durable for InSchema {
    async fn reopen(self) -> Result<Self, StoreError> {
        let Self { options, store } = self;
        store.close().await;
        Self::open(options).await
    }
}

impl Archived for InSchema {
    fn archive(&self) -> Arc<dyn Archive> {
        Arc::clone(&self.store) as Arc<dyn Archive>
    }
}

impl Target for InSchema {
    async fn reopen_target(self) -> Result<Self, StoreError> {
        let Self { options, store } = self;
        store.close().await;
        let store = Arc::new(PostgresStore::open_target(&options).await?);
        Ok(Self { options, store })
    }
}

fn main() {
    testing::main_durable(InSchema::fresh);
}
