//! A proxy that hands one connection from statement to statement mixes what belongs to connections: found at start and refused in words.

use oneservice_core::store::{StoreError, Written};
use sqlx::PgConnection;
use thiserror::Error;

use super::PostgresStore;
use crate::ask::Ask;
use crate::error::code;

#[derive(Debug, Error)]
#[error(
    "between here and PostgreSQL stands a proxy that pools by transaction and mixes prepared statements and settings of connections: \
     let it pool by session, or connect past it"
)]
struct MixesConnections;

/// Says something on one connection and looks for it on the other; then prepares on both under the names that the driver counts up on
/// each, and runs them in turn. Behind a proxy in transaction mode both meet on one connection, and the server knows the setting, or says
/// that a name is taken (42P05) or not known (26000).
pub(super) async fn check(one: &mut PgConnection, two: &mut PgConnection) -> Result<(), StoreError> {
    let fail = |error| PostgresStore::ENGINE.error(Written::No, error);
    let mixes = || PostgresStore::ENGINE.unavailable(Written::No, MixesConnections);
    sqlx::raw_sql("SET oneservice.mark = 'set'").execute(&mut *one).await.map_err(fail)?;
    let seen = sqlx::raw_sql("SELECT 1 WHERE current_setting('oneservice.mark', true) = 'set'");
    let is_seen = seen.fetch_optional(&mut *two).await.map_err(fail)?.is_some();
    sqlx::raw_sql("RESET oneservice.mark").execute(&mut *one).await.map_err(fail)?;
    if is_seen {
        return Err(mixes());
    }
    for _ in 0..3 {
        for (connection, sql) in
            [(&mut *one, "SELECT 1::bigint + $1::bigint"), (&mut *two, "SELECT 2::bigint + $1::bigint")]
        {
            let found: Result<i64, sqlx::Error> =
                sqlx::query_scalar(sql).bind(1_i64).fetch_one(connection).await;
            match found {
                Ok(_) => {}
                Err(error) if loses_statements(&error) => return Err(mixes()),
                Err(error) => return Err(fail(error)),
            }
        }
    }
    Ok(())
}

fn loses_statements(error: &sqlx::Error) -> bool {
    // 08P01: the proxy's own word for a message that does not fit.
    code(error).is_some_and(|code| matches!(&*code, "26000" | "42P05" | "08P01"))
}
