//! Opening, and bringing the tables to this program's schema.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use oneservice_core::store::{Schema, StoreError};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::{PREFIX, SqliteStore, fail};
use crate::archive::is_target;
use crate::ask::Ask;
use crate::error::{known, migration, number};
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
    /// [`StoreError::Newer`] if a newer program wrote it, [`StoreError::Unfinished`] if a transfer into it is not finished,
    /// [`StoreError::Corrupt`] if it is no SQLite file, [`StoreError::Unavailable`] and [`StoreError::Full`].
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let store = Self::open_target(path).await?;
        if is_target(&store).await? { Err(StoreError::Unfinished) } else { Ok(store) }
    }

    /// Opens the store in the file at `path` as the target of a transfer, and makes it if it is not there: also one that an
    /// unfinished transfer left.
    ///
    /// # Errors
    /// As [`open`](Self::open), but for [`StoreError::Unfinished`].
    pub async fn open_target(path: impl AsRef<Path>) -> Result<Self, StoreError> {
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

    /// Which schema the file at `path` has, and what opening it would change. Changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no file; as [`open`](Self::open), but for [`StoreError::Newer`] and
    /// [`StoreError::Unfinished`].
    pub async fn schema(path: impl AsRef<Path>) -> Result<Schema, StoreError> {
        let path = path.as_ref().to_owned();
        if !path.exists() {
            return Err(StoreError::Missing { path });
        }
        let mut connection = SqliteConnectOptions::new()
            .filename(&path)
            .busy_timeout(PATIENCE)
            .connect()
            .await
            .map_err(fail)?;
        let tables: i64 =
            sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'oneservice_migration'")
                .fetch_one(&mut connection)
                .await
                .map_err(fail)?;
        let mut found = 0;
        if tables > 0 {
            found = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM oneservice_migration")
                .fetch_one(&mut connection)
                .await
                .map_err(fail)?;
        }
        connection.close().await.map_err(fail)?;
        let migrator = migrator();
        let pending = migrator.iter().filter(|migration| migration.version > found);
        let pending = pending.map(|migration| format!("{:04} {}", migration.version, migration.description));
        Ok(Schema { found: number(found), known: number(known(&migrator)), pending: pending.collect() })
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
