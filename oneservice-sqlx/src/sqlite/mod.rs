//! SQLite: one file, one writer, as many readers as ask.

mod archive;
mod open;
mod read;
mod write;

use std::path::PathBuf;

use sqlx::SqlitePool;

use crate::error::{Engine, Meaning};

pub(crate) const ENGINE: Engine = Engine { name: "sqlite", meaning };

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
}
