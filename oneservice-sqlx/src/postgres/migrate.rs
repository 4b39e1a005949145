//! Bringing the schema to this program's, beside the host application's own migrations and beside another server that does the same.

use std::borrow::Cow;

use oneservice_core::store::{Schema, StoreError};
use sqlx::migrate::{Migrate, MigrateError, Migration, Migrator};
use sqlx::{AssertSqlSafe, PgConnection, SqlSafeStr};

use super::PostgresStore;
use crate::ask::Ask;
use crate::error::{code, known, migration, number};

/// How often another server's migrating is waited for.
const ATTEMPTS: usize = 10;

/// This program's migrations, each run with `schema` as its search path, in its own transaction.
fn migrator(schema: &str) -> Migrator {
    let migrations = sqlx::migrate!("migrations/postgres")
        .iter()
        .map(|migration| {
            let sql = format!("SET LOCAL search_path TO \"{schema}\";\n{}", migration.sql.as_str());
            Migration { sql: AssertSqlSafe(sql).into_sql_str(), ..migration.clone() }
        })
        .collect();
    let mut migrator = Migrator::with_migrations(migrations);
    // sqlx would lock by an advisory lock, which engines that distribute PostgreSQL do not have. The table's key does it too.
    migrator.set_locking(false);
    migrator.dangerous_set_table_name(table(schema));
    migrator
}

fn table(schema: &str) -> Cow<'static, str> {
    format!("\"{schema}\".migration").into()
}

/// Which of this program's versions `schema` has, and which it lacks.
pub(super) async fn schema(connection: &mut PgConnection, schema: &str) -> Result<Schema, StoreError> {
    let pending = match pending(connection, schema).await {
        // A newer one is told, not refused, to whoever only asks.
        Err(StoreError::Newer { found, known }) => return Ok(Schema { found, known, pending: vec![] }),
        other => other?,
    };
    let migrator = migrator(schema);
    let is_pending = |migration: &&Migration| pending.iter().any(|other| other.version == migration.version);
    let found =
        migrator.iter().filter(|migration| !is_pending(migration)).map(|migration| migration.version).max();
    let pending =
        pending.iter().map(|migration| format!("{:04} {}", migration.version, migration.description));
    Ok(Schema {
        found: number(found.unwrap_or(0)),
        known: number(known(&migrator)),
        pending: pending.collect(),
    })
}

/// Versions that `schema` lacks.
async fn pending(connection: &mut PgConnection, schema: &str) -> Result<Vec<Migration>, StoreError> {
    let migrator = migrator(schema);
    let fail = |error| migration(PostgresStore::ENGINE, &migrator, error);
    let applied = match connection.list_applied_migrations(&table(schema)).await {
        Ok(applied) => applied,
        Err(MigrateError::Execute(error)) if is_absent(&error) => vec![],
        Err(error) => return Err(fail(error)),
    };
    if !applied.is_empty()
        && let Some(version) = connection.dirty_version(&table(schema)).await.map_err(&fail)?
    {
        return Err(fail(MigrateError::Dirty(version)));
    }
    if let Some(unknown) = applied.iter().find(|applied| !migrator.version_exists(applied.version)) {
        return Err(fail(MigrateError::VersionMissing(unknown.version)));
    }
    let is_applied =
        |migration: &Migration| applied.iter().any(|applied| applied.version == migration.version);
    let changed = |migration: &&Migration| {
        applied
            .iter()
            .any(|applied| applied.version == migration.version && applied.checksum != migration.checksum)
    };
    if let Some(changed) = migrator.iter().find(changed) {
        return Err(fail(MigrateError::VersionMismatch(changed.version)));
    }
    Ok(migrator.iter().filter(|migration| !is_applied(migration)).cloned().collect())
}

/// Runs what is pending. Two servers that start at once both succeed: whoever comes second finds the first one's work.
pub(super) async fn run(connection: &mut PgConnection, schema: &str) -> Result<(), StoreError> {
    let migrator = migrator(schema);
    let mut attempt = 0;
    loop {
        if pending(connection, schema).await?.is_empty() {
            return Ok(());
        }
        // Making it asks for a right that whoever may use it need not have.
        let is_there = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)");
        let made = match is_there.bind(schema).fetch_one(&mut *connection).await {
            Ok(true) => Ok(()),
            Ok(false) => connection.create_schema_if_not_exists(&format!("\"{schema}\"")).await,
            Err(error) => Err(MigrateError::Execute(error)),
        };
        let done = match made {
            Ok(()) => migrator.run_direct(None, connection, false).await,
            Err(error) => Err(error),
        };
        attempt += 1;
        match done {
            Ok(()) => return Ok(()),
            Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _))
                if was_first_elsewhere(&error) && attempt < ATTEMPTS =>
            {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            Err(error) => return Err(migration(PostgresStore::ENGINE, &migrator, error)),
        }
    }
}

fn has_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    code(error).is_some_and(|code| codes.contains(&&*code))
}

/// Neither the table nor its schema is there.
fn is_absent(error: &sqlx::Error) -> bool {
    has_code(error, &["42P01", "3F000"])
}

/// Something is there already that was not there a moment ago.
fn was_first_elsewhere(error: &sqlx::Error) -> bool {
    has_code(error, &["42P06", "42P07", "42710", "23505", "40001", "40P01", "XX000"])
}
