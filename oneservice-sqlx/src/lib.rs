//! OneService on SQL databases.
//!
//! ```no_run
//! use oneservice_core::store::Archive;
//! use oneservice_sqlx::SqliteStore;
//!
//! # async fn open() -> Result<(), oneservice_core::store::StoreError> {
//! let store = SqliteStore::open("office.sqlite").await?;
//! println!("{} offices", store.offices().await?.len());
//! # Ok(())
//! # }
//! ```
//!
//! * **Tables that people can read**: one row for each request, one for each event, with their own names in columns. All tables are
//!   called `oneservice_…`, so that they can lie beside those of another program.
//! * **One transaction a batch**, fsynced before it is answered.
//! * **A row changed by hand is found** when it is read: requests, commits and drafts carry a checksum, events their own hashes. What only
//!   says where a request is listed has none; `store check` compares it with the requests.

#![deny(missing_docs)]

mod archive;
mod ask;
mod error;
mod known;
mod postgres;
mod put;
mod row;
mod seam;
mod sqlite;
mod statements;
#[cfg(feature = "testing")]
pub mod testing;

pub use postgres::{PostgresOptions, PostgresStore, PostgresUrlError};
pub use sqlite::SqliteStore;
