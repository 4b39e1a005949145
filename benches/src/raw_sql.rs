//! What somebody would write by hand in SQL: the same rows of the same bytes in the same tables, and no rule asked.
//!
//! Tables are those of the library, made by opening a store of it. One task writes what waits, by the rule of the library's own group
//! commit, or one command a transaction.

use std::time::{Duration, Instant};

use oneservice_core::store::{Commit, Position, Query};
use sqlx::{PgPool, SqliteConnection, SqlitePool};
use tokio::sync::{mpsc, oneshot};

const GATHER: Duration = Duration::from_micros(200);

type Waiting = (Commit, oneshot::Sender<bool>);

/// One writing task before a database.
#[derive(Debug, Clone)]
pub struct Batcher {
    queue: mpsc::UnboundedSender<Waiting>,
}

impl Batcher {
    /// Starts a task that hands `write` at most `most` commands at a time. `write` says whether they are stored.
    pub fn start<F: Future<Output = bool> + Send>(
        most: usize,
        mut write: impl FnMut(Vec<Commit>) -> F + Send + 'static,
    ) -> Self {
        let (queue, mut waiting) = mpsc::unbounded_channel::<Waiting>();
        tokio::spawn(async move {
            let mut company = 0;
            while let Some(first) = waiting.recv().await {
                let mut batch = vec![first];
                let begun = Instant::now();
                while batch.len() < most {
                    match waiting.try_recv() {
                        Ok(next) => batch.push(next),
                        Err(_) if batch.len() < company && begun.elapsed() < GATHER => {
                            tokio::task::yield_now().await;
                        }
                        Err(_) => break,
                    }
                }
                company = batch.len();
                let (commits, answers): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
                let is_stored = write(commits).await;
                for answer in answers {
                    // Who went away needs no answer.
                    let _ = answer.send(is_stored);
                }
            }
        });
        Self { queue }
    }

    /// Writes `commit` once it is awaited; says whether it is stored.
    pub fn write(&self, commit: Commit) -> impl Future<Output = bool> + Send + 'static {
        let queue = self.queue.clone();
        async move {
            let (done, answer) = oneshot::channel();
            queue.send((commit, done)).is_ok() && answer.await.unwrap_or(false)
        }
    }
}

/// The columns of submissions, row by row.
struct Columns {
    index: Vec<i64>,
    request: Vec<String>,
    commit: Vec<String>,
    at: Vec<i64>,
    envelope: Vec<Vec<u8>>,
    salt: Vec<Vec<u8>>,
    payload: Vec<Vec<u8>>,
    leaf: Vec<Vec<u8>>,
    commitment: Vec<Vec<u8>>,
    code: Vec<String>,
    stage: Vec<String>,
    service: Vec<String>,
    service_version: Vec<String>,
    sector: Vec<String>,
    name: Vec<String>,
    queues: Vec<String>,
    tokens: Vec<String>,
    due_on: Vec<String>,
    access: Vec<Vec<u8>>,
    phone: Vec<Vec<u8>>,
    newest: Vec<i64>,
    open: Vec<i64>,
    key: Vec<String>,
    fingerprint: Vec<Vec<u8>>,
    queue: (Vec<String>, Vec<String>, Vec<i64>),
    token: (Vec<String>, Vec<String>, Vec<i64>),
}

/// The checksums that the library writes are 8 bytes, too.
const SEAL: [u8; 8] = [7; 8];

impl Columns {
    fn of(first: i64, commits: &[Commit]) -> Self {
        let text = |f: &dyn Fn(&Commit) -> String| commits.iter().map(f).collect::<Vec<_>>();
        let blob = |f: &dyn Fn(&Commit) -> Vec<u8>| commits.iter().map(f).collect::<Vec<_>>();
        let listed = |commit: &Commit, wanted: fn(&Query) -> bool| {
            commit
                .summary
                .listed()
                .into_iter()
                .find(|(query, _)| wanted(query))
                .map_or(0, |(_, Position(at))| at)
        };
        let key = |c: &Commit| c.key.clone().expect("submissions have keys");
        let names = |wanted: fn(Query) -> Option<String>| {
            let mut rows = (vec![], vec![], vec![]);
            for commit in commits {
                for (query, Position(at)) in commit.summary.listed() {
                    if let Some(name) = wanted(query) {
                        rows.0.push(commit.request.to_string());
                        rows.1.push(name);
                        rows.2.push(at);
                    }
                }
            }
            rows
        };
        Self {
            index: (first..).take(commits.len()).collect(),
            request: text(&|c| c.request.to_string()),
            commit: text(&|c| c.id.to_string()),
            at: commits.iter().map(|c| c.at.millis()).collect(),
            envelope: blob(&|c| c.events[0].envelope.clone()),
            salt: blob(&|c| c.events[0].salt.to_vec()),
            payload: blob(&|c| c.events[0].payload.clone()),
            leaf: blob(&|c| c.events[0].leaf.as_bytes().to_vec()),
            commitment: blob(&|c| c.events[0].commitment.as_bytes().to_vec()),
            code: text(&|c| c.summary.code.to_string()),
            stage: text(&|c| c.summary.stage.to_string()),
            service: text(&|c| c.summary.service.to_string()),
            service_version: text(&|c| c.summary.service_version.to_string()),
            sector: text(&|c| c.summary.sector.to_string()),
            name: text(&|c| c.summary.applicant_name.clone()),
            queues: text(&|c| serde_json::to_string(&c.summary.queues).unwrap_or_default()),
            tokens: text(&|c| serde_json::to_string(&c.summary.tokens).unwrap_or_default()),
            due_on: text(&|c| c.summary.due_on.map(|day| day.to_string()).unwrap_or_default()),
            access: blob(&|c| c.summary.access.as_bytes().to_vec()),
            phone: blob(&|c| c.summary.phone.map(|phone| phone.as_bytes().to_vec()).unwrap_or_default()),
            newest: commits.iter().map(|c| listed(c, |q| matches!(q, Query::All))).collect(),
            open: commits.iter().map(|c| listed(c, |q| matches!(q, Query::Open))).collect(),
            key: text(&|c| key(c).key),
            fingerprint: blob(&|c| key(c).fingerprint.as_bytes().to_vec()),
            queue: names(
                |query| if let Query::Queue(queue) = query { Some(queue.to_string()) } else { None },
            ),
            token: names(|query| if let Query::Token(token) = query { Some(token) } else { None }),
        }
    }
}

/// The same writes in one statement, without a question.
const BATCH: &str = r#"
WITH n AS (
    SELECT * FROM UNNEST($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[],
    $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::bytea[],
    $21::bytea[], $22::bigint[], $23::bigint[], $24::text[], $25::bytea[])
    AS n(log_index, request_id, commit_id, at, envelope, salt, payload, leaf, commitment, code, stage, service, service_version, sector,
    name, queues, tokens, due_on, access, phone, newest, open, key, fingerprint)
), e AS (
    INSERT INTO oneservice.event (office_id, log_index, request_id, version, envelope, salt, payload, leaf, commitment, place_seal)
    SELECT $1, log_index, request_id, 1, envelope, salt, payload, leaf, commitment, 7 FROM n
), r AS (
    INSERT INTO oneservice.request (office_id, request_id, version, tracking_code, stage, service_id, service_version, sector_id,
        applicant_name, queues, tokens, submitted_at, due_on, access_hash, phone_hash, newest_position, open_position, seal)
    SELECT $1, request_id, 1, code, stage, service, service_version, sector, name, queues, tokens, at, due_on, access, phone, newest, open,
        $26 FROM n
), c AS (
    INSERT INTO oneservice.commit (office_id, commit_id, request_id, version, first_index, recorded_at, place_seal)
    SELECT $1, commit_id, request_id, 1, log_index, at, 7 FROM n
), k AS (
    INSERT INTO oneservice.idempotency_key (office_id, key, fingerprint, commit_id) SELECT $1, key, fingerprint, commit_id FROM n
), q AS (
    INSERT INTO oneservice.request_queue (office_id, request_id, queue, position)
    SELECT $1, q.* FROM UNNEST($27::text[], $28::text[], $29::bigint[]) AS q
), t AS (
    INSERT INTO oneservice.request_token (office_id, request_id, token, position)
    SELECT $1, t.* FROM UNNEST($30::text[], $31::text[], $32::bigint[]) AS t
)
INSERT INTO oneservice.head (office_id, size, last_at) SELECT $1, MAX(log_index) + 1, MAX(at) FROM n
ON CONFLICT (office_id) DO UPDATE SET size = excluded.size, last_at = excluded.last_at"#;

/// Writes a batch into PostgreSQL by one statement.
///
/// # Errors
/// The database's.
pub async fn batch_to_postgres(pool: &PgPool, first: i64, commits: &[Commit]) -> Result<(), sqlx::Error> {
    let c = Columns::of(first, commits);
    sqlx::query(BATCH)
        .bind(commits[0].office.to_string())
        .bind(c.index)
        .bind(c.request)
        .bind(c.commit)
        .bind(c.at)
        .bind(c.envelope)
        .bind(c.salt)
        .bind(c.payload)
        .bind(c.leaf)
        .bind(c.commitment)
        .bind(c.code)
        .bind(c.stage)
        .bind(c.service)
        .bind(c.service_version)
        .bind(c.sector)
        .bind(c.name)
        .bind(c.queues)
        .bind(c.tokens)
        .bind(c.due_on)
        .bind(c.access)
        .bind(c.phone)
        .bind(c.newest)
        .bind(c.open)
        .bind(c.key)
        .bind(c.fingerprint)
        .bind(SEAL.to_vec())
        .bind(c.queue.0)
        .bind(c.queue.1)
        .bind(c.queue.2)
        .bind(c.token.0)
        .bind(c.token.1)
        .bind(c.token.2)
        .execute(pool)
        .await?;
    Ok(())
}

/// The inserts of one command one by one, in either dialect; `$run` sends a statement with its values.
macro_rules! one_by_one {
    ($prefix:literal, $connection:expr, $first:expr, $commits:expr) => {{
        let c = Columns::of($first, $commits);
        let office = $commits[0].office.to_string();
        for n in 0..$commits.len() {
            sqlx::query(concat!(
                "INSERT INTO ", $prefix, "event (office_id, log_index, request_id, version, envelope, salt, payload, leaf, \
                 commitment, place_seal) VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, 7)"
            ))
            .bind(office.clone())
            .bind(c.index[n])
            .bind(c.request[n].clone())
            .bind(c.envelope[n].clone())
            .bind(c.salt[n].clone())
            .bind(c.payload[n].clone())
            .bind(c.leaf[n].clone())
            .bind(c.commitment[n].clone())
            .execute(&mut *$connection)
            .await?;
            sqlx::query(concat!(
                "INSERT INTO ", $prefix, "request (office_id, request_id, version, tracking_code, stage, service_id, \
                 service_version, sector_id, applicant_name, queues, tokens, submitted_at, due_on, access_hash, phone_hash, \
                 newest_position, open_position, seal) VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
            ))
            .bind(office.clone())
            .bind(c.request[n].clone())
            .bind(c.code[n].clone())
            .bind(c.stage[n].clone())
            .bind(c.service[n].clone())
            .bind(c.service_version[n].clone())
            .bind(c.sector[n].clone())
            .bind(c.name[n].clone())
            .bind(c.queues[n].clone())
            .bind(c.tokens[n].clone())
            .bind(c.at[n])
            .bind(c.due_on[n].clone())
            .bind(c.access[n].clone())
            .bind(c.phone[n].clone())
            .bind(c.newest[n])
            .bind(c.open[n])
            .bind(SEAL.to_vec())
            .execute(&mut *$connection)
            .await?;
            sqlx::query(concat!(
                "INSERT INTO ", $prefix, "commit (office_id, commit_id, request_id, version, first_index, recorded_at, \
                 place_seal) VALUES ($1, $2, $3, 1, $4, $5, 7)"
            ))
            .bind(office.clone())
            .bind(c.commit[n].clone())
            .bind(c.request[n].clone())
            .bind(c.index[n])
            .bind(c.at[n])
            .execute(&mut *$connection)
            .await?;
            sqlx::query(concat!(
                "INSERT INTO ", $prefix, "idempotency_key (office_id, key, fingerprint, commit_id) VALUES ($1, $2, $3, $4)"
            ))
            .bind(office.clone())
            .bind(c.key[n].clone())
            .bind(c.fingerprint[n].clone())
            .bind(c.commit[n].clone())
            .execute(&mut *$connection)
            .await?;
        }
        for (sql, (requests, names, positions)) in [
            (
                concat!("INSERT INTO ", $prefix, "request_queue (office_id, request_id, queue, position) VALUES ($1, $2, $3, $4)"),
                &c.queue,
            ),
            (
                concat!("INSERT INTO ", $prefix, "request_token (office_id, request_id, token, position) VALUES ($1, $2, $3, $4)"),
                &c.token,
            ),
        ] {
            for ((request, name), position) in requests.iter().zip(names).zip(positions) {
                sqlx::query(sql)
                    .bind(office.clone())
                    .bind(request.clone())
                    .bind(name.clone())
                    .bind(*position)
                    .execute(&mut *$connection)
                    .await?;
            }
        }
        sqlx::query(concat!(
            "INSERT INTO ", $prefix, "head (office_id, size, last_at) VALUES ($1, $2, $3) \
             ON CONFLICT (office_id) DO UPDATE SET size = excluded.size, last_at = excluded.last_at"
        ))
        .bind(office)
        .bind($first + $commits.len() as i64)
        .bind(c.at[0])
        .execute(&mut *$connection)
        .await?;
    }};
}

/// Writes commands into PostgreSQL by a statement for each row, in one transaction.
///
/// # Errors
/// The database's.
pub async fn one_by_one_to_postgres(
    pool: &PgPool,
    first: i64,
    commits: &[Commit],
) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    one_by_one!("oneservice.", transaction, first, commits);
    transaction.commit().await
}

/// Writes commands into SQLite by a statement for each row, in one transaction.
///
/// # Errors
/// The database's.
pub async fn one_by_one_to_sqlite(
    pool: &SqlitePool,
    first: i64,
    commits: &[Commit],
) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let connection: &mut SqliteConnection = &mut transaction;
    one_by_one!("oneservice_", connection, first, commits);
    transaction.commit().await
}
