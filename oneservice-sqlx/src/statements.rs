//! Questions that both databases understand, written once.
//!
//! `~` stands before every table's name: a prefix in SQLite, a schema in PostgreSQL. `$1` is always the office.

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

/// Puts `prefix` before every table of `text`.
pub(crate) fn prefixed(text: &str, prefix: &str) -> SqlStr {
    // Our own text, and a prefix that is a constant or a quoted name.
    AssertSqlSafe(text.replace('~', prefix)).into_sql_str()
}

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)+) => {
        /// The questions, with the tables of one store.
        #[derive(Debug)]
        pub(crate) struct Statements {
            $($(#[$doc])* pub(crate) $name: SqlStr,)+
        }

        impl Statements {
            pub(crate) fn new(prefix: &str) -> Self {
                // Cloned once, so that every later clone shares the text.
                Self { $($name: prefixed($text, prefix).clone(),)+ }
            }

            /// Each with its name.
            #[cfg(test)]
            fn all_named(&self) -> Vec<(&'static str, &SqlStr)> {
                vec![$((stringify!($name), &self.$name),)+]
            }
        }
    };
}

macro_rules! summary_columns {
    () => {
        "r.request_id, r.version, r.tracking_code, r.stage, r.service_id, r.service_version, r.sector_id, r.applicant_name, \
         r.queues, r.tokens, r.submitted_at, r.due_on, r.wake_at, r.access_hash, r.phone_hash, r.seal"
    };
}

macro_rules! event_columns {
    () => {
        "log_index, request_id, version, envelope, salt, payload, leaf, commitment, place_seal"
    };
}

/// A page of requests: `$of` gives the rows, `$after` is compared with the place after which the page begins ($2, $3), $4 is its
/// length, $5 what is asked for.
macro_rules! page {
    ($of:literal, $after:literal) => {
        page!($of, $after, $after)
    };
    ($of:literal, $after:literal, $order:literal) => {
        concat!(
            "SELECT ",
            summary_columns!(),
            " FROM ",
            $of,
            " AND (",
            $after,
            ") > ($2, $3) ORDER BY ",
            $order,
            " LIMIT $4"
        )
    };
}

statements! {
    all = page!("~request r WHERE r.office_id = $1", "r.newest_position, r.request_id");
    open = page!("~request r WHERE r.office_id = $1", "r.open_position, r.request_id");
    waking = page!("~request r WHERE r.office_id = $1", "r.waking_position, r.request_id");
    stage = page!("~request r WHERE r.office_id = $1 AND r.stage = $5", "r.newest_position, r.request_id");
    service = page!("~request r WHERE r.office_id = $1 AND r.service_id = $5", "r.newest_position, r.request_id");
    phone = page!("~request r WHERE r.office_id = $1 AND r.phone_hash = $5", "r.newest_position, r.request_id");
    // At most one row, at position 0.
    code = page!("~request r WHERE r.office_id = $1 AND r.tracking_code = $5", "0, r.request_id", "r.request_id");
    access = page!("~request r WHERE r.office_id = $1 AND r.access_hash = $5", "0, r.request_id", "r.request_id");
    queue = page!(
        "~request_queue q JOIN ~request r ON r.office_id = q.office_id AND r.request_id = q.request_id \
         WHERE q.office_id = $1 AND q.queue = $5",
        "q.position, q.request_id"
    );
    token = page!(
        "~request_token t JOIN ~request r ON r.office_id = t.office_id AND r.request_id = t.request_id \
         WHERE t.office_id = $1 AND t.token = $5",
        "t.position, t.request_id"
    );
    summary = concat!("SELECT ", summary_columns!(), " FROM ~request r WHERE r.office_id = $1 AND r.request_id = $2");
    /// Events, and the number of them that the request's row promises: one statement, so one snapshot.
    history = concat!(
        "SELECT ",
        event_columns!(),
        ", (SELECT r.version FROM ~request r WHERE r.office_id = $1 AND r.request_id = $2) AS promised \
         FROM ~event WHERE office_id = $1 AND request_id = $2 ORDER BY version"
    );
    events = concat!(
        "SELECT ",
        event_columns!(),
        " FROM ~event WHERE office_id = $1 AND log_index >= $2 ORDER BY log_index LIMIT $3"
    );
    head = "SELECT size, last_at FROM ~head WHERE office_id = $1";
    counter = "SELECT value FROM ~counter WHERE office_id = $1 AND name = $2";
    outcome = "SELECT commit_id, request_id, version, first_index, recorded_at, place_seal FROM ~commit \
               WHERE office_id = $1 AND commit_id = $2";
    draft = "SELECT draft_key, version, saved_at, expires_at, body, seal FROM ~draft \
             WHERE office_id = $1 AND draft_key = $2";
    insert_draft = "INSERT INTO ~draft (office_id, draft_key, version, saved_at, expires_at, body, seal) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (office_id, draft_key) DO NOTHING";
    update_draft = "UPDATE ~draft SET version = $3, saved_at = $4, expires_at = $5, body = $6, seal = $7 \
                    WHERE office_id = $1 AND draft_key = $2 AND version = $8";
    /// The expiry is asked again outside, for a draft that is saved meanwhile.
    purge_drafts = "DELETE FROM ~draft WHERE office_id = $1 AND expires_at < $2 AND draft_key IN \
                    (SELECT d.draft_key FROM ~draft d WHERE d.office_id = $1 AND d.expires_at < $2 \
                    ORDER BY d.expires_at, d.draft_key LIMIT $3) \
                    RETURNING draft_key, version, saved_at, expires_at, body, seal";
    /// An office begins with an empty log.
    begin_log = "INSERT INTO ~head (office_id, size, last_at) VALUES ($1, 0, 0) ON CONFLICT (office_id) DO NOTHING";
    offices = "SELECT office_id FROM ~head WHERE size > 0 ORDER BY office_id";
}

#[cfg(test)]
mod tests {
    use super::Statements;
    use crate::SqliteStore;
    use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

    /// SQLite's own word for a question that an index answers is SEARCH; PostgreSQL's plans are asked in `tests/sql.rs`.
    #[tokio::test]
    async fn every_question_is_answered_by_an_index_of_sqlite() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("office.sqlite");
        SqliteStore::open(&path).await.unwrap().close().await;
        let mut connection = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
        let statements = Statements::new("oneservice_");
        for (name, sql) in statements.all_named() {
            let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", sql.as_str()));
            let plan: Vec<(i64, i64, i64, String)> =
                sqlx::query_as(explain).fetch_all(&mut connection).await.unwrap();
            for (.., step) in plan {
                // All offices are asked for only when a whole store is checked or copied.
                assert!(!step.starts_with("SCAN") || name == "offices", "{name}: {step}");
                assert!(!step.contains("TEMP B-TREE"), "{name}: {step}");
            }
        }
    }
}
