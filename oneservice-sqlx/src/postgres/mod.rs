//! PostgreSQL: as many servers as like on one database, or on whichever of several is the writable one.

mod connect;
mod facts;
mod member;
mod migrate;
mod nodes;
mod pooler;
mod template;
mod write;

use std::sync::Arc;

use oneservice_core::ids::OfficeId;
use oneservice_core::store::{StoreError, Written};
use sqlx::SqlStr;
use sqlx::postgres::{PgPool, Postgres};
use tokio::time::timeout;

use crate::ask::{Ask, Row, Value, bind, guarded};
use crate::error::{Engine, Meaning};
use crate::put::Work;
use crate::statements::Statements;

pub use connect::{PostgresOptions, PostgresUrlError};
use nodes::{Nodes, Patience};
use template::Template;
use write::{ANSWER, WriteStatements};

/// SQLSTATE classes: 53100 is a full disk, XX001 and XX002 are damaged files.
fn meaning(code: &str) -> Meaning {
    match code {
        "53100" => Meaning::Full,
        "XX001" | "XX002" => Meaning::Damaged,
        _ => Meaning::Other,
    }
}

/// A store in a schema of a PostgreSQL database. Cheap to clone; all clones are the same store.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    nodes: Nodes,
    statements: Statements,
    /// The statements that write a run of members.
    write: WriteStatements,
    /// The statement that waits for others who write to an office.
    lock: SqlStr,
    /// The statement that says why a run was not written.
    facts: Template,
}

impl PostgresStore {
    /// Asks again on another connection or server, as long as that can help and the question changes nothing when asked twice.
    async fn again<T, F: Future<Output = Result<T, sqlx::Error>> + Send>(
        &self,
        written: Written,
        pool: impl Fn() -> PgPool + Send + Sync,
        ask: impl Fn(PgPool) -> F + Send + Sync,
    ) -> Result<T, StoreError> {
        let mut patience = Patience::default();
        loop {
            let error = match timeout(ANSWER, ask(pool())).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => error,
                Err(_) => return Err(Self::ENGINE.unavailable(written, "the database does not answer")),
            };
            if !self.inner.nodes.may_pass(&error, &mut patience).await {
                return Err(Self::ENGINE.error(written, self.inner.nodes.cause(error).await));
            }
        }
    }
}

impl Ask for PostgresStore {
    const ENGINE: Engine = Engine { name: "postgres", meaning };
    const OFFICES_APART: bool = true;

    fn statements(&self) -> &Statements {
        &self.inner.statements
    }

    async fn fetch<R: Row>(&self, sql: &SqlStr, values: Vec<Value>) -> Result<Vec<R>, StoreError> {
        let ask = |pool| {
            let query = bind!(sqlx::query_as::<Postgres, R>(sql.clone()), values.clone());
            async move { query.fetch_all(&pool).await }
        };
        self.again(Written::No, || self.inner.nodes.readers(), ask).await
    }

    async fn write<R: Row>(&self, sql: &SqlStr, values: Vec<Value>) -> Result<Vec<R>, StoreError> {
        let query = bind!(sqlx::query_as::<Postgres, R>(sql.clone()), values);
        query
            .fetch_all(&self.inner.nodes.writers())
            .await
            .map_err(|error| Self::ENGINE.error(Written::Unknown, error))
    }

    async fn guarded(&self, guard: Work, then: Vec<Work>) -> Result<bool, StoreError> {
        let begun = self.inner.nodes.writers().begin().await;
        guarded!(begun.map_err(|error| Self::ENGINE.error(Written::No, error))?, guard, then, Postgres)
    }

    /// A statement holds the office's head row from its beginning to its end, also when its connection is gone.
    async fn settle(&self, office: &OfficeId) -> Result<(), StoreError> {
        self.execute(&self.inner.lock, vec![office.as_str().into()]).await?;
        Ok(())
    }

    /// Only what may be run twice: a lock, or drafts, where the second finds what the first has written.
    async fn execute(&self, sql: &SqlStr, values: Vec<Value>) -> Result<u64, StoreError> {
        let ask = |pool| {
            let query = bind!(sqlx::query::<Postgres>(sql.clone()), values.clone());
            async move { Ok(query.execute(&pool).await?.rows_affected()) }
        };
        self.again(Written::Unknown, || self.inner.nodes.writers(), ask).await
    }
}
