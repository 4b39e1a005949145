//! Submissions through the crate postgres-es, for comparison: one event of the same bytes, and two views, the request's row and its
//! queue, which take the place of our summary and listings.
//!
//! `URL IN_FLIGHT COMMANDS`: makes its tables anew and prints commands a second. Started by `commit_sql -- postgres-es`.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::GenericQuery;
use cqrs_es::{Aggregate, DomainEvent, EventEnvelope, View};
use postgres_es::{PostgresCqrs, PostgresViewRepository, postgres_cqrs};
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgPool, PgPoolOptions};

/// As many bytes as envelope and payload of the other side.
const BYTES: usize = 1_300;
/// The crate's own default.
const CONNECTIONS: u32 = 10;
const WARM_UP: u32 = 8;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Request {
    submitted: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Submitted {
    body: String,
    code: String,
    name: String,
}

impl DomainEvent for Submitted {
    fn event_type(&self) -> String {
        "Submitted".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

#[derive(Debug)]
struct Twice;

impl fmt::Display for Twice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("submitted twice")
    }
}

impl Error for Twice {}

impl Aggregate for Request {
    const TYPE: &'static str = "request";
    type Command = Submitted;
    type Event = Submitted;
    type Error = Twice;
    type Services = ();

    async fn handle(&mut self, command: Submitted, (): &(), sink: &EventSink<Self>) -> Result<(), Twice> {
        if self.submitted {
            return Err(Twice);
        }
        sink.write(command, self).await;
        Ok(())
    }

    fn apply(&mut self, _: Submitted) {
        self.submitted = true;
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Row {
    code: String,
    name: String,
    stage: String,
    tokens: Vec<String>,
}

impl View<Request> for Row {
    fn update(&mut self, event: &EventEnvelope<Request>) {
        self.code.clone_from(&event.payload.code);
        self.name.clone_from(&event.payload.name);
        self.stage = "submitted".to_owned();
        self.tokens = event.payload.name.split(' ').map(str::to_owned).collect();
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Queued {
    queue: String,
    position: u64,
}

impl View<Request> for Queued {
    fn update(&mut self, _: &EventEnvelope<Request>) {
        self.queue = "front-desk@owso".to_owned();
        self.position = 1;
    }
}

const TABLES: &str = "DROP TABLE IF EXISTS events, request_row, request_queued; \
    CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint CHECK (sequence >= 0) NOT NULL, \
    event_type text NOT NULL, event_version text NOT NULL, payload json NOT NULL, metadata json NOT NULL, \
    PRIMARY KEY (aggregate_type, aggregate_id, sequence)); \
    CREATE TABLE request_row (view_id text PRIMARY KEY, version bigint CHECK (version >= 0) NOT NULL, payload json NOT NULL); \
    CREATE TABLE request_queued (view_id text PRIMARY KEY, version bigint CHECK (version >= 0) NOT NULL, payload json NOT NULL)";

fn framework(pool: &PgPool) -> PostgresCqrs<Request> {
    let rows = PostgresViewRepository::<Row, Request>::new("request_row", pool.clone());
    let queued = PostgresViewRepository::<Queued, Request>::new("request_queued", pool.clone());
    // An error of a view would otherwise be lost without a word.
    let mut rows = GenericQuery::new(Arc::new(rows));
    rows.use_error_handler(Box::new(|error| panic!("{error}")));
    let mut queued = GenericQuery::new(Arc::new(queued));
    queued.use_error_handler(Box::new(|error| panic!("{error}")));
    postgres_cqrs(pool.clone(), vec![Box::new(rows), Box::new(queued)], ())
}

async fn submit(cqrs: &PostgresCqrs<Request>, n: u32) {
    let command =
        Submitted {
            body: "e".repeat(BYTES), code: format!("code {n}"), name: format!("សុខ ដារា {n}")
        };
    let done = cqrs.execute_with_metadata(&format!("request {n}"), command, HashMap::new()).await;
    done.expect("it is stored");
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, in_flight, commands] = words.as_slice() else { return Err("URL IN_FLIGHT COMMANDS".into()) };
    let (in_flight, commands): (u32, u32) = (in_flight.parse()?, commands.parse()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).connect(url).await?;
        sqlx::raw_sql(TABLES).execute(&pool).await?;
        let cqrs = Arc::new(framework(&pool));
        for n in 0..WARM_UP {
            submit(&cqrs, u32::MAX - n).await;
        }
        let next = Arc::new(AtomicU32::new(0));
        let begun = Instant::now();
        let tasks: Vec<_> = (0..in_flight)
            .map(|_| {
                let (cqrs, next) = (Arc::clone(&cqrs), Arc::clone(&next));
                tokio::spawn(async move {
                    loop {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        if n >= commands {
                            return;
                        }
                        submit(&cqrs, n).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await?;
        }
        println!("{:.0}", f64::from(commands) / begun.elapsed().as_secs_f64());
        Ok(())
    })
}
