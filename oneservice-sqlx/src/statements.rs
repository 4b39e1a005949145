//! Questions that both databases understand, written once.
//!
//! `~` stands before every table's name: a prefix in SQLite, a schema in PostgreSQL. `$1` is always the office.
//!
//! `LIMIT $n + 0`: SQLite (since 3.46) prepares a statement anew for every value of a parameter that is a limit by itself, which costs
//! more than the answer.

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
            " LIMIT $4 + 0"
        )
    };
}

macro_rules! add_event {
    () => {
        "INSERT INTO ~event (office_id, log_index, request_id, version, envelope, salt, payload, leaf, commitment, place_seal) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    };
}

macro_rules! add_commit {
    () => {
        "INSERT INTO ~commit (office_id, commit_id, request_id, version, first_index, recorded_at, place_seal) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    };
}

macro_rules! add_key {
    () => {
        "INSERT INTO ~idempotency_key (office_id, key, fingerprint, commit_id) VALUES ($1, $2, $3, $4)"
    };
}

statements! {
    all = page!("~request r WHERE r.office_id = $1", "r.newest_position, r.request_id");
    open = page!("~request r WHERE r.office_id = $1", "r.open_position, r.request_id");
    waking = page!("~request r WHERE r.office_id = $1", "r.waking_position, r.request_id");
    stage = page!("~request r WHERE r.office_id = $1 AND r.stage = $5", "r.newest_position, r.request_id");
    service = page!("~request r WHERE r.office_id = $1 AND r.service_id = $5", "r.newest_position, r.request_id");
    phone = page!("~request r WHERE r.office_id = $1 AND r.phone_hash = $5", "r.newest_position, r.request_id");
    // At most one row, at position 0. Where an index that begins with the office could mislead the planner of a young table, the order
    // of the one that is meant is asked for: a range and not an equality, by which the order would go without saying.
    code = page!(
        "~request r WHERE r.office_id = $1 AND r.tracking_code BETWEEN $5 AND $5",
        "0, r.request_id",
        "r.tracking_code"
    );
    access = page!(
        "~request r WHERE r.office_id = $1 AND r.access_hash BETWEEN $5 AND $5",
        "0, r.request_id",
        "r.access_hash, r.request_id"
    );
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
    summary = concat!(
        "SELECT ",
        summary_columns!(),
        " FROM ~request r WHERE r.office_id = $1 AND r.request_id BETWEEN $2 AND $2 ORDER BY r.request_id LIMIT 1"
    );
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
        " FROM ~event WHERE office_id = $1 AND log_index >= $2 ORDER BY log_index LIMIT $3 + 0"
    );
    head = "SELECT size, last_at FROM ~head WHERE office_id = $1";
    counter = "SELECT value FROM ~counter WHERE office_id = $1 AND name = $2";
    outcome = "SELECT commit_id, request_id, version, first_index, recorded_at, place_seal FROM ~commit \
               WHERE office_id = $1 AND commit_id = $2";
    draft = "SELECT draft_key, version, saved_at, expires_at, body, seal FROM ~draft \
             WHERE office_id = $1 AND draft_key = $2";
    insert_draft = "INSERT INTO ~draft (office_id, draft_key, version, saved_at, expires_at, body, seal) \
                    SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT office_id FROM ~transfer) IS NULL \
                    ON CONFLICT (office_id, draft_key) DO NOTHING";
    update_draft = "UPDATE ~draft SET version = $3, saved_at = $4, expires_at = $5, body = $6, seal = $7 \
                    WHERE office_id = $1 AND draft_key = $2 AND version = $8 AND (SELECT office_id FROM ~transfer) IS NULL";
    /// The expiry is asked again outside, for a draft that is saved meanwhile.
    purge_drafts = "DELETE FROM ~draft WHERE office_id = $1 AND expires_at < $2 AND draft_key IN \
                    (SELECT d.draft_key FROM ~draft d WHERE d.office_id = $1 AND d.expires_at < $2 \
                    ORDER BY d.expires_at, d.draft_key LIMIT $3 + 0) AND (SELECT office_id FROM ~transfer) IS NULL \
                    RETURNING draft_key, version, saved_at, expires_at, body, seal";
    /// An office begins with an empty log.
    begin_log = "INSERT INTO ~head (office_id, size, last_at) VALUES ($1, 0, 0) ON CONFLICT (office_id) DO NOTHING";
    /// The offices that have a log or drafts.
    offices = "SELECT office_id FROM ~head WHERE size > 0 UNION SELECT office_id FROM ~draft ORDER BY office_id";
    counts = "SELECT (SELECT COUNT(*) FROM ~event) AS events, (SELECT COUNT(*) FROM ~commit) AS commits, \
              (SELECT COUNT(*) FROM ~idempotency_key) AS keys, (SELECT COUNT(*) FROM ~counter) AS counters, \
              (SELECT COUNT(*) FROM ~request) AS summaries, (SELECT COUNT(*) FROM ~draft) AS drafts";
    events_from = concat!(
        "SELECT ",
        event_columns!(),
        " FROM ~event WHERE office_id = $1 AND log_index >= $3 ORDER BY log_index LIMIT $2 + 0"
    );
    commits_after = "SELECT commit_id, request_id, version, first_index, recorded_at, place_seal FROM ~commit \
                     WHERE office_id = $1 AND commit_id > $3 ORDER BY commit_id LIMIT $2 + 0";
    keys_after = "SELECT key, fingerprint, commit_id FROM ~idempotency_key \
                  WHERE office_id = $1 AND key >= $3 AND ($4 = 1 OR key <> $3) ORDER BY key LIMIT $2 + 0";
    counters_after = "SELECT name, value FROM ~counter \
                      WHERE office_id = $1 AND name >= $3 AND ($4 = 1 OR name <> $3) ORDER BY name LIMIT $2 + 0";
    summaries_after = concat!(
        "SELECT ",
        summary_columns!(),
        " FROM ~request r WHERE r.office_id = $1 AND r.request_id > $3 ORDER BY r.request_id LIMIT $2 + 0"
    );
    drafts_after = "SELECT draft_key, version, saved_at, expires_at, body, seal FROM ~draft \
                    WHERE office_id = $1 AND draft_key > $3 ORDER BY draft_key LIMIT $2 + 0";
    transfer_mark = "SELECT office_id FROM ~transfer";
    mark_transfer = "INSERT INTO ~transfer (office_id) SELECT '*' WHERE (SELECT 1 FROM ~event LIMIT 1) IS NULL \
                     AND (SELECT 1 FROM ~commit LIMIT 1) IS NULL AND (SELECT 1 FROM ~idempotency_key LIMIT 1) IS NULL \
                     AND (SELECT 1 FROM ~counter LIMIT 1) IS NULL AND (SELECT 1 FROM ~request LIMIT 1) IS NULL \
                     AND (SELECT 1 FROM ~draft LIMIT 1) IS NULL";
    /// Changes nothing, but holds the mark's row until the transaction ends.
    keep_mark = "UPDATE ~transfer SET office_id = office_id";
    remove_mark = "DELETE FROM ~transfer";
    close_draft = "DELETE FROM ~draft WHERE office_id = $1 AND draft_key = $2";
    delete_drafts = "DELETE FROM ~draft";
    // A commit adds what must not be there yet; a transfer that is resumed puts what may be there already.
    add_event = add_event!();
    put_event = concat!(add_event!(), " ON CONFLICT DO NOTHING");
    add_commit = add_commit!();
    put_commit = concat!(add_commit!(), " ON CONFLICT DO NOTHING");
    add_key = add_key!();
    put_key = concat!(add_key!(), " ON CONFLICT DO NOTHING");
    put_counter = "INSERT INTO ~counter (office_id, name, value) VALUES ($1, $2, $3) \
                   ON CONFLICT (office_id, name) DO UPDATE SET value = excluded.value";
    put_draft = "INSERT INTO ~draft (office_id, draft_key, version, saved_at, expires_at, body, seal) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (office_id, draft_key) DO UPDATE SET version = excluded.version, \
                 saved_at = excluded.saved_at, expires_at = excluded.expires_at, body = excluded.body, seal = excluded.seal";
    put_request = "INSERT INTO ~request (office_id, request_id, version, tracking_code, stage, service_id, service_version, \
                   sector_id, applicant_name, queues, tokens, submitted_at, due_on, wake_at, access_hash, phone_hash, \
                   newest_position, open_position, waking_position, seal) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) \
                   ON CONFLICT (office_id, request_id) DO UPDATE SET version = excluded.version, \
                   tracking_code = excluded.tracking_code, stage = excluded.stage, service_id = excluded.service_id, \
                   service_version = excluded.service_version, sector_id = excluded.sector_id, \
                   applicant_name = excluded.applicant_name, queues = excluded.queues, tokens = excluded.tokens, \
                   submitted_at = excluded.submitted_at, due_on = excluded.due_on, wake_at = excluded.wake_at, \
                   access_hash = excluded.access_hash, phone_hash = excluded.phone_hash, \
                   newest_position = excluded.newest_position, open_position = excluded.open_position, \
                   waking_position = excluded.waking_position, seal = excluded.seal";
    leave_queue = "DELETE FROM ~request_queue WHERE office_id = $1 AND request_id = $2 AND queue = $3 AND position = $4";
    enter_queue = "INSERT INTO ~request_queue (office_id, request_id, queue, position) VALUES ($1, $2, $3, $4)";
    leave_token = "DELETE FROM ~request_token WHERE office_id = $1 AND request_id = $2 AND token = $3 AND position = $4";
    enter_token = "INSERT INTO ~request_token (office_id, request_id, token, position) VALUES ($1, $2, $3, $4)";
    put_head = "INSERT INTO ~head (office_id, size, last_at) VALUES ($1, $2, $3) \
                ON CONFLICT (office_id) DO UPDATE SET size = excluded.size, last_at = excluded.last_at";
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
                // Asked only when a whole store is checked or copied, or of a table that holds one row at most.
                let of_all = ["offices", "counts", "delete_drafts", "mark_transfer"].contains(&name);
                let of_one = step.ends_with("oneservice_transfer") || step == "SCAN CONSTANT ROW";
                assert!(!step.starts_with("SCAN") || of_all || of_one, "{name}: {step}");
                assert!(!step.contains("TEMP B-TREE") || of_all, "{name}: {step}");
            }
        }
    }
}
