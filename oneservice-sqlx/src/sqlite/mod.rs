//! SQLite: one file, one writer, as many readers as ask.

mod open;
mod write;

use std::path::PathBuf;
use std::sync::Arc;

use oneservice_core::ids::OfficeId;
use oneservice_core::store::{StoreError, Written};
use sqlx::sqlite::Sqlite;
use sqlx::{SqlStr, SqlitePool};

use crate::ask::{Ask, Row, Value, bind, guarded};
use crate::error::{Engine, Meaning};
use crate::put::Work;
use crate::statements::Statements;

/// Before the names of all tables.
pub(crate) const PREFIX: &str = "oneservice_";

/// Result codes of SQLite, extended ones included: the lowest byte is the primary code.
fn meaning(code: &str) -> Meaning {
    match code.parse::<i32>().map(|code| code & 0xff) {
        Ok(13) => Meaning::Full,
        Ok(11 | 26) => Meaning::Damaged,
        _ => Meaning::Other,
    }
}

/// A store in an SQLite file. Cheap to clone; all clones are the same store.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    path: PathBuf,
    /// One connection: SQLite has one writer at a time, and waiting here is fairer than in its locks.
    writer: SqlitePool,
    readers: SqlitePool,
    statements: Arc<Statements>,
}

fn fail(error: sqlx::Error) -> StoreError {
    SqliteStore::ENGINE.error(Written::No, error)
}

fn commit_fail(error: sqlx::Error) -> StoreError {
    SqliteStore::ENGINE.error(Written::Unknown, error)
}

impl Ask for SqliteStore {
    const ENGINE: Engine = Engine { name: "sqlite", meaning };
    const OFFICES_APART: bool = false;

    fn statements(&self) -> &Statements {
        &self.statements
    }

    async fn fetch<R: Row>(&self, sql: &SqlStr, values: Vec<Value>) -> Result<Vec<R>, StoreError> {
        let query = bind!(sqlx::query_as::<Sqlite, R>(sql.clone()), values);
        query.fetch_all(&self.readers).await.map_err(fail)
    }

    async fn write<R: Row>(&self, sql: &SqlStr, values: Vec<Value>) -> Result<Vec<R>, StoreError> {
        let query = bind!(sqlx::query_as::<Sqlite, R>(sql.clone()), values);
        query.fetch_all(&self.writer).await.map_err(commit_fail)
    }

    async fn guarded(&self, guard: Work, then: Vec<Work>) -> Result<bool, StoreError> {
        guarded!(self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(fail)?, guard, then, Sqlite)
    }

    /// The one writer is in this process, and nobody leaves it while it works.
    async fn settle(&self, _: &OfficeId) -> Result<(), StoreError> {
        Ok(())
    }

    async fn execute(&self, sql: &SqlStr, values: Vec<Value>) -> Result<u64, StoreError> {
        let query = bind!(sqlx::query::<Sqlite>(sql.clone()), values);
        Ok(query.execute(&self.writer).await.map_err(commit_fail)?.rows_affected())
    }
}
