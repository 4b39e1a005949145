//! Errors of the driver in the seam's words.

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;

use oneservice_core::ids::OfficeId;
use oneservice_core::store::{StoreError, Written};
use sqlx::migrate::{MigrateError, Migrator};

/// A driver's name, and how it tells what went wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Engine {
    pub(crate) name: &'static str,
    /// What an error code of the database means.
    pub(crate) meaning: fn(&str) -> Meaning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Full,
    Damaged,
    Other,
}

/// The code by which the database says what went wrong; none if it was not the database that said so.
pub(crate) fn code(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error.as_database_error()?.code()
}

impl Engine {
    pub(crate) fn unavailable(
        self,
        written: Written,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> StoreError {
        StoreError::Unavailable { engine: self.name, written, source: Arc::from(source.into()) }
    }

    pub(crate) fn corrupt(
        self,
        office: Option<&OfficeId>,
        index: Option<u64>,
        what: impl Into<String>,
    ) -> StoreError {
        StoreError::Corrupt { engine: self.name, office: office.cloned(), index, what: what.into() }
    }

    /// Any error of the driver, met before (`Written::No`) or during (`Written::Unknown`) a commit.
    pub(crate) fn error(self, written: Written, error: sqlx::Error) -> StoreError {
        let meaning = code(&error).map(|code| (self.meaning)(&code));
        match (meaning, error) {
            (Some(Meaning::Full), error) => {
                StoreError::Full { engine: self.name, written, source: Arc::new(error) }
            }
            (Some(Meaning::Damaged), error) => self.corrupt(None, None, error.to_string()),
            // A column that holds something of another kind than its schema says.
            (_, error @ (sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))) => {
                self.corrupt(None, None, error.to_string())
            }
            (_, error) => self.unavailable(written, error),
        }
    }
}

/// The latest schema that this program knows.
pub(crate) fn known(migrator: &Migrator) -> i64 {
    migrator.iter().map(|migration| migration.version).max().unwrap_or(0)
}

pub(crate) fn number(version: i64) -> u32 {
    u32::try_from(version).unwrap_or(u32::MAX)
}

/// Why the tables could not be brought to this program's schema.
pub(crate) fn migration(engine: Engine, migrator: &Migrator, error: MigrateError) -> StoreError {
    let known = known(migrator);
    match error {
        MigrateError::VersionMissing(found) if found > known => {
            StoreError::Newer { found: number(found), known: number(known) }
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            engine.error(Written::No, error)
        }
        other => engine.corrupt(None, None, other.to_string()),
    }
}
