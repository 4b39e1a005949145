//! A proxy that hands one connection from statement to statement breaks prepared statements: found at start and refused in words.

use oneservice_core::store::{StoreError, Written};
use sqlx::PgConnection;
use thiserror::Error;

use super::PostgresStore;
use crate::ask::Ask;

#[derive(Debug, Error)]
#[error(
    "between here and PostgreSQL stands a proxy that pools by transaction and loses prepared statements: let it pool by session, \
     give it prepared statements (PgBouncer 1.21 and later: max_prepared_statements), or connect past it"
)]
struct LosesStatements;

/// Prepares on two connections under the names that the driver counts up on each, and runs them in turn. Behind a proxy in
/// transaction mode both meet on one connection, and the server says that a name is taken (42P05) or not known (26000).
pub(super) async fn check(one: &mut PgConnection, two: &mut PgConnection) -> Result<(), StoreError> {
    for _ in 0..3 {
        for (connection, sql) in
            [(&mut *one, "SELECT 1::bigint + $1::bigint"), (&mut *two, "SELECT 2::bigint + $1::bigint")]
        {
            let found: Result<i64, sqlx::Error> =
                sqlx::query_scalar(sql).bind(1_i64).fetch_one(connection).await;
            match found {
                Ok(_) => {}
                Err(error) if loses_statements(&error) => {
                    return Err(PostgresStore::ENGINE.unavailable(Written::No, LosesStatements));
                }
                Err(error) => return Err(PostgresStore::ENGINE.error(Written::No, error)),
            }
        }
    }
    Ok(())
}

fn loses_statements(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    // 08P01: the proxy's own word for a message that does not fit.
    code.is_some_and(|code| matches!(&*code, "26000" | "42P05" | "08P01"))
}
