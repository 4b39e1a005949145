//! Asking a database: the little that the two drivers do differently, so that everything above is written once.

use std::future::Future;

use oneservice_core::store::StoreError;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, SqlStr};

use crate::error::Engine;
use crate::statements::Statements;

/// A value that is bound to a statement.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Int(i64),
    Blob(Vec<u8>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

/// Binds [`Value`]s to a statement of either driver.
macro_rules! bind {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                $crate::ask::Value::Text(text) => query.bind(text),
                $crate::ask::Value::Int(number) => query.bind(number),
                $crate::ask::Value::Blob(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}
pub(crate) use bind;

/// A row that both drivers can read.
pub(crate) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}

impl<R> Row for R where R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{}

/// A database that answers.
pub(crate) trait Ask: Sync {
    /// Its name and errors.
    const ENGINE: Engine;

    /// The questions, with its tables.
    fn statements(&self) -> &Statements;

    /// All rows of an answer. Nothing is written.
    fn fetch<R: Row>(
        &self,
        sql: &SqlStr,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<R>, StoreError>> + Send;

    /// The same for a statement that writes, in a transaction of its own.
    fn write<R: Row>(
        &self,
        sql: &SqlStr,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<R>, StoreError>> + Send;

    /// The number of rows that a statement changed, in a transaction of its own.
    fn execute(
        &self,
        sql: &SqlStr,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}
