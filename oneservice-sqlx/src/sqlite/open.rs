//! Opening, and bringing the tables to this program's schema.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use oneservice_core::store::StoreError;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::{PREFIX, SqliteStore, fail};
use crate::ask::Ask;
use crate::error::migration;
use crate::statements::Statements;

/// Readers at a time; SQLite reads from memory mostly, so a few are as good as many.
const READERS: u32 = 4;
/// How long to wait for another program that is writing.
const PATIENCE: Duration = Duration::from_secs(5);

fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!("migrations/sqlite");
    // The host application may have migrations of its own in the same file.
    migrator.dangerous_set_table_name("oneservice_migration");
    migrator
}

impl SqliteStore {
    /// Opens the store in the file at `path`, and makes it if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if a newer program wrote it, [`StoreError::Corrupt`] if it is no SQLite file,
    /// [`StoreError::Unavailable`] and [`StoreError::Full`].
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE);
        // Once without a pool, which would hide why it cannot be opened.
        options.connect().await.map_err(fail)?.close().await.map_err(fail)?;
        let writer = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options.clone());
        let migrator = migrator();
        migrator.run(&writer).await.map_err(|error| migration(SqliteStore::ENGINE, &migrator, error))?;
        let readers =
            SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options.read_only(true));
        Ok(Self { path, writer, readers, statements: Arc::new(Statements::new(PREFIX)) })
    }

    /// Lets SQLite check its whole file. Slow; for `store check`. Gives whether all is well.
    ///
    /// # Errors
    /// The engine's own; nothing is written.
    pub async fn check_file(&self) -> Result<bool, StoreError> {
        let said: String =
            sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&self.readers).await.map_err(fail)?;
        Ok(said == "ok")
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits for what is under way and closes the file; every later call fails.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
