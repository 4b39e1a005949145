//! Asking a database: the little that the two drivers do differently, so that everything above is written once.

use std::future::Future;

use oneservice_core::ids::OfficeId;
use oneservice_core::store::StoreError;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, SqlStr};

use crate::error::Engine;
use crate::put::Work;
use crate::statements::Statements;

/// A value that is bound to a statement.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Blob(Option<Vec<u8>>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(Some(bytes.to_vec()))
    }
}

macro_rules! values {
    ($($kind:ident of $type:ty),+) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$kind(Some(value))
            }
        }

        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$kind(value)
            }
        })+
    };
}

values!(Text of String, Int of i64, Blob of Vec<u8>);

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

    /// Whether it has more than one writer.
    const OFFICES_APART: bool;

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

    /// Does `guard` and `then` in one transaction; but if `guard` changes no row, nothing is done, and the answer is no.
    fn guarded(&self, guard: Work, then: Vec<Work>) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Waits until whatever was being written for `office` is written or undone, also by those who no longer wait for it.
    fn settle(&self, office: &OfficeId) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The number of rows that a statement changed, in a transaction of its own.
    fn execute(
        &self,
        sql: &SqlStr,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// [`Ask::guarded`] for a store with a pool of writers: the two drivers' transactions have no type in common.
macro_rules! guarded {
    ($transaction:expr, $guard:expr, $then:expr, $database:ty) => {{
        let mut transaction = $transaction;
        let fail = |error| Self::ENGINE.error(Written::No, error);
        let (sql, values) = $guard;
        let guard = $crate::ask::bind!(sqlx::query::<$database>(sql), values);
        if guard.execute(&mut *transaction).await.map_err(fail)?.rows_affected() == 0 {
            return Ok(false);
        }
        for (sql, values) in $then {
            let query = $crate::ask::bind!(sqlx::query::<$database>(sql), values);
            query.execute(&mut *transaction).await.map_err(fail)?;
        }
        transaction.commit().await.map_err(|error| Self::ENGINE.error(Written::Unknown, error))?;
        Ok(true)
    }};
}
pub(crate) use guarded;
