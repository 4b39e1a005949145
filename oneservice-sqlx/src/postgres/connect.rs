//! Where the database is, and opening it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use oneservice_core::store::{Schema, StoreError, Written};
use sqlx::Connection;
use sqlx::postgres::PgConnectOptions;
use thiserror::Error;

use super::facts::FACTS;
use super::nodes::Nodes;
use super::template::Template;
use super::write::{self, WriteStatements};
use super::{Inner, PostgresStore, migrate, pooler};
use crate::archive::is_target;
use crate::ask::Ask;
use crate::statements::{Statements, prefixed};

/// The schema that holds the tables unless another is named.
const SCHEMA: &str = "oneservice";
/// More connections than cores lose; writing takes one at a time anyway.
const CONNECTIONS: u32 = 8;
/// Keys that the driver understands; others it would pass over silently.
const KEYS: [&str; 12] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "user",
    "password",
    "dbname",
    "application_name",
    "statement-cache-capacity",
];

/// One database, on one server or on several of which one is writable.
///
/// ```
/// use oneservice_sqlx::PostgresOptions;
///
/// let one: PostgresOptions = "postgres://office@db.example/office?sslmode=verify-full&schema=owso&pool=4".parse()?;
/// assert_eq!(one.schema(), "owso");
/// // A list of servers: the writable one is found and followed. Passwords are never shown.
/// let two: PostgresOptions = "postgres://office:secret@db1/office,postgres://office:secret@db2/office".parse()?;
/// assert_eq!(two.to_string(), "postgres://office@db1/office,postgres://office@db2/office");
/// # Ok::<(), oneservice_sqlx::PostgresUrlError>(())
/// ```
#[derive(Clone)]
pub struct PostgresOptions {
    nodes: Vec<PgConnectOptions>,
    schema: String,
    connections: u32,
    shown: String,
}

/// Why a text does not say where a database is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PostgresUrlError {
    /// It does not begin as it must.
    #[error(
        "a PostgreSQL store is written postgres://USER@HOST/DATABASE, several of them with a comma between"
    )]
    Scheme,
    /// A word after `?` is not known.
    #[error(
        "'{0}' is no option of a PostgreSQL store; known are schema, pool, sslmode, sslrootcert, sslcert, sslkey, host, port, user, password, dbname, application_name"
    )]
    UnknownKey(String),
    /// An option's value is of no use.
    #[error("'{value}' is no value for {key}")]
    Value {
        /// The option.
        key: String,
        /// What was given.
        value: String,
    },
    /// Two servers of a list name different schemas or pool sizes.
    #[error("all servers of a list must name the same {0}")]
    Different(&'static str),
    /// The driver cannot read it.
    #[error("not an address of a PostgreSQL server: {0}")]
    Unreadable(String),
}

impl FromStr for PostgresOptions {
    type Err = PostgresUrlError;

    fn from_str(text: &str) -> Result<Self, PostgresUrlError> {
        let mut read = Self { nodes: vec![], schema: String::new(), connections: 0, shown: String::new() };
        for url in split(text) {
            let (address, own) = take_own(url)?;
            let schema = own.schema.unwrap_or_else(|| SCHEMA.to_owned());
            let connections = own.connections.unwrap_or(CONNECTIONS);
            if read.nodes.is_empty() {
                (read.schema, read.connections) = (schema, connections);
            } else if read.schema != schema {
                return Err(PostgresUrlError::Different("schema"));
            } else if read.connections != connections {
                return Err(PostgresUrlError::Different("pool"));
            }
            let options: PgConnectOptions = address
                .parse()
                .map_err(|error: sqlx::Error| PostgresUrlError::Unreadable(error.to_string()))?;
            let separator = if read.shown.is_empty() { "" } else { "," };
            read.shown = format!("{}{separator}{}", read.shown, without_password(url));
            read.nodes.push(options);
        }
        Ok(read)
    }
}

/// The addresses of a list.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = text
        .match_indices(",postgres")
        .map(|(at, _)| at)
        .filter(|at| text[at + 1..].starts_with("postgres://") || text[at + 1..].starts_with("postgresql://"))
        .collect();
    let ends: Vec<usize> = starts.iter().copied().chain([text.len()]).collect();
    let begins: Vec<usize> = [0].into_iter().chain(starts.into_iter().map(|at| at + 1)).collect();
    begins.into_iter().zip(ends).map(|(begin, end)| &text[begin..end])
}

#[derive(Debug, Default)]
struct Own {
    schema: Option<String>,
    connections: Option<u32>,
}

/// An address without our own options.
fn take_own(url: &str) -> Result<(String, Own), PostgresUrlError> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(PostgresUrlError::Scheme);
    }
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let mut own = Own::default();
    let mut theirs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let wrong = || PostgresUrlError::Value { key: key.to_owned(), value: value.to_owned() };
        match key {
            "schema" => own.schema = Some(schema_name(value).ok_or_else(wrong)?.to_owned()),
            "pool" => {
                own.connections =
                    Some(value.parse().ok().filter(|size| (2..=256).contains(size)).ok_or_else(wrong)?)
            }
            key if KEYS.contains(&key) => theirs.push(pair),
            // What looks otherwise may be part of a password with a question mark.
            key if key.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '-') => {
                return Err(PostgresUrlError::UnknownKey(key.to_owned()));
            }
            _ => return Err(PostgresUrlError::Unreadable("what stands after '?' is no option".to_owned())),
        }
    }
    Ok((if theirs.is_empty() { address.to_owned() } else { format!("{address}?{}", theirs.join("&")) }, own))
}

/// A name that needs no thought in any quotes: lower case letters, digits and underscores.
fn schema_name(text: &str) -> Option<&str> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let begins = text.starts_with(|c: char| c.is_ascii_lowercase()) && !text.starts_with("pg_");
    (begins && text.len() <= 48 && text.chars().all(fits)).then_some(text)
}

/// An address as it may be shown.
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let address = match address.rsplit_once('@') {
        Some((who, place)) => format!("{}@{place}", who.split(':').next().unwrap_or_default()),
        None => address.to_owned(),
    };
    let query: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("password=")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{scheme}://{address}{mark}{}", query.join("&"))
}

impl PostgresOptions {
    /// The schema that holds the tables.
    pub fn schema(&self) -> &str {
        &self.schema
    }
}

/// As it was written, without passwords.
impl fmt::Display for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresOptions({self})")
    }
}

impl PartialEq for PostgresOptions {
    fn eq(&self, other: &Self) -> bool {
        self.shown == other.shown
    }
}

impl Eq for PostgresOptions {}

impl PostgresStore {
    /// Opens the store, and brings its schema to this program's: made if it is not there, migrated if it is older.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if a newer program migrated it; [`StoreError::Unfinished`] if a transfer into it is not finished;
    /// [`StoreError::Unavailable`] with what the server or the network said, also if a proxy before it loses prepared
    /// statements; [`StoreError::Corrupt`] if a migration was half done or edited.
    pub async fn open(options: &PostgresOptions) -> Result<Self, StoreError> {
        let store = Self::open_target(options).await?;
        if is_target(&store).await? { Err(StoreError::Unfinished) } else { Ok(store) }
    }

    /// Opens the store as the target of a transfer, and makes it if it is not there: also one that an unfinished transfer left.
    ///
    /// # Errors
    /// As [`open`](Self::open), but for [`StoreError::Unfinished`].
    pub async fn open_target(options: &PostgresOptions) -> Result<Self, StoreError> {
        let fail = |error| Self::ENGINE.error(Written::No, error);
        let nodes = Nodes::new(options.nodes.clone(), options.connections);
        let mut connection = nodes.connect().await.map_err(fail)?;
        let mut second = nodes.connect().await.map_err(fail)?;
        pooler::check(&mut connection, &mut second).await?;
        // How they take the farewell does not matter.
        let _ = second.close().await;
        migrate::run(&mut connection, &options.schema).await?;
        let _ = connection.close().await;
        let prefix = format!("\"{}\".", options.schema);
        let inner = Inner {
            nodes,
            statements: Statements::new(&prefix),
            write: WriteStatements::new(&prefix),
            lock: prefixed(write::LOCK, &prefix),
            facts: Template::new(FACTS, &prefix, &[]),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Which schema the database has, and what opening it would change. Changes nothing.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn schema(options: &PostgresOptions) -> Result<Schema, StoreError> {
        let nodes = Nodes::new(options.nodes.clone(), options.connections);
        let mut connection = nodes.connect().await.map_err(|error| Self::ENGINE.error(Written::No, error))?;
        let schema = migrate::schema(&mut connection, &options.schema).await;
        // How it takes the farewell does not matter.
        let _ = connection.close().await;
        schema
    }

    /// Waits for what is under way and closes all connections; every later call fails.
    pub async fn close(&self) {
        self.inner.nodes.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_says_why() {
        let error = |text: &str| text.parse::<PostgresOptions>().unwrap_err();
        assert_eq!(error("mysql://a/b"), PostgresUrlError::Scheme);
        assert_eq!(
            error("postgres://a/b?target_session_attrs=any"),
            PostgresUrlError::UnknownKey("target_session_attrs".into())
        );
        for wrong in ["A", "1a", "pg_x", "a-b", "", "a\"b"] {
            let found = error(&format!("postgres://a/b?schema={wrong}"));
            assert_eq!(found, PostgresUrlError::Value { key: "schema".into(), value: wrong.into() });
        }
        assert_eq!(
            error("postgres://a/b?pool=0"),
            PostgresUrlError::Value { key: "pool".into(), value: "0".into() }
        );
        let secret = error("postgres://u:pa?Hush@a/b");
        assert!(!secret.to_string().contains("Hush"), "{secret}");
        let apart = "postgres://a/b?schema=x,postgres://c/b?schema=y";
        assert_eq!(error(apart), PostgresUrlError::Different("schema"));
        assert!(matches!(error("postgres://a:port/b"), PostgresUrlError::Unreadable(_)));
    }

    #[test]
    fn a_password_is_never_shown() {
        for text in [
            "postgres://u:hush@a/b",
            "postgres://u@a/b?password=hush",
            "postgres://u:hush@a/b,postgres://u:hush@c/b",
        ] {
            let options: PostgresOptions = text.parse().unwrap();
            assert!(!options.to_string().contains("hush"), "{options}");
            assert!(!format!("{options:?}").contains("hush"));
        }
    }
}
