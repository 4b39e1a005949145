//! What somebody would write by hand: the same rows of the same bytes in the same tables, straight into redb.
//!
//! One thread writes; it looks up what must not be there yet (the commit, its key, the request, the code) and trusts all else. It
//! takes one command a transaction, or as many as wait and as come again within the library's own longest wait.

use std::{
    sync::mpsc::{Receiver, RecvError, SyncSender, TryRecvError, sync_channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use oneservice_core::store::{Commit, Query};
use redb::{Database, Durability, ReadableTable, TableDefinition};
use tokio::sync::oneshot;

type Id = [u8; 16];

const HEADS: TableDefinition<'_, &str, (u64, i64)> = TableDefinition::new("heads");
const EVENTS: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("events");
const HISTORY: TableDefinition<'_, (&str, Id, u64), u64> = TableDefinition::new("history");
const SUMMARIES: TableDefinition<'_, (&str, Id), &[u8]> = TableDefinition::new("summaries");
const LISTINGS: TableDefinition<'_, (&str, &str, i64, Id), ()> = TableDefinition::new("listings");
const COMMITS: TableDefinition<'_, (&str, Id), &[u8]> = TableDefinition::new("commits");
const KEYS: TableDefinition<'_, (&str, &str), ([u8; 32], Id)> = TableDefinition::new("keys");

const GATHER: Duration = Duration::from_micros(200);

/// A command and where to say that it is on disk.
type Waiting = (Commit, oneshot::Sender<bool>);

/// The writing thread.
#[derive(Debug)]
pub struct RawWriter {
    queue: SyncSender<Waiting>,
    thread: JoinHandle<()>,
}

impl RawWriter {
    /// Starts writing to `database`, at most `batch` commands a transaction.
    #[must_use]
    pub fn start(database: Database, batch: usize) -> Self {
        let (queue, waiting) = sync_channel(4_096);
        Self { queue, thread: thread::spawn(move || write_all(&database, &waiting, batch)) }
    }

    /// Writes `commit`; says whether it is on disk.
    pub fn write(&self, commit: Commit) -> impl Future<Output = bool> + Send + 'static {
        let queue = self.queue.clone();
        async move {
            let (done, answer) = oneshot::channel();
            queue.send((commit, done)).is_ok() && answer.await.unwrap_or(false)
        }
    }

    /// Ends the thread and closes the file.
    pub fn stop(self) {
        drop(self.queue);
        // A thread that panicked has answered `false` before.
        let _ = self.thread.join();
    }
}

fn write_all(database: &Database, waiting: &Receiver<Waiting>, limit: usize) {
    let mut company = 1;
    loop {
        let mut batch = match waiting.recv() {
            Ok(first) => vec![first],
            Err(RecvError) => return,
        };
        let begun = Instant::now();
        while batch.len() < limit {
            match waiting.try_recv() {
                Ok(next) => batch.push(next),
                Err(TryRecvError::Empty) if batch.len() < company && begun.elapsed() < GATHER => {
                    thread::yield_now()
                }
                Err(_) => break,
            }
        }
        company = batch.len();
        let written = write(database, &batch).is_ok();
        for (_, done) in batch {
            // Whoever waited may have gone.
            let _ = done.send(written);
        }
    }
}

fn write(database: &Database, batch: &[Waiting]) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate)?;
    transaction.set_quick_repair(true);
    {
        let mut heads = transaction.open_table(HEADS)?;
        let mut events = transaction.open_table(EVENTS)?;
        let mut history = transaction.open_table(HISTORY)?;
        let mut summaries = transaction.open_table(SUMMARIES)?;
        let mut listings = transaction.open_table(LISTINGS)?;
        let mut commits = transaction.open_table(COMMITS)?;
        let mut keys = transaction.open_table(KEYS)?;
        for (commit, _) in batch {
            let (office, id) = (commit.office.as_str(), *commit.request.as_bytes());
            let code = Query::Code(commit.summary.code).key();
            let range =
                (office, code.as_ref(), i64::MIN, [0; 16])..=(office, code.as_ref(), i64::MAX, [255; 16]);
            let taken = listings.range(range)?.next().is_some();
            let known = commits.get((office, *commit.id.as_bytes()))?.is_some();
            if taken || known || summaries.get((office, id))?.is_some() {
                return Err(redb::Error::Corrupted("written twice".into()));
            }
            let first = heads.get(office)?.map_or(0, |head| head.value().0);
            let mut index = first;
            for (version, event) in (commit.expected + 1..).zip(&commit.events) {
                let length = event.envelope.len() as u32;
                let bytes = [
                    id.as_slice(),
                    &version.to_be_bytes(),
                    &event.salt,
                    event.leaf.as_bytes(),
                    event.commitment.as_bytes(),
                    &length.to_be_bytes(),
                    &event.envelope,
                    &event.payload,
                ];
                events.insert((office, index), bytes.concat().as_slice())?;
                history.insert((office, id, version), index)?;
                index += 1;
            }
            for (query, position) in commit.summary.listed() {
                listings.insert((office, query.key().as_ref(), position.0, id), ())?;
            }
            // Eight bytes stand for the checksums that the engine writes.
            let text = serde_json::to_vec(&commit.summary)
                .map_err(|error| redb::Error::Corrupted(error.to_string()))?;
            summaries.insert((office, id), [[0; 8].as_slice(), &text].concat().as_slice())?;
            let placed = [
                [0; 8].as_slice(),
                commit.id.as_bytes(),
                &id,
                &(commit.expected + commit.events.len() as u64).to_be_bytes(),
                &first.to_be_bytes(),
                &commit.at.millis().to_be_bytes(),
            ];
            commits.insert((office, *commit.id.as_bytes()), placed.concat().as_slice())?;
            if let Some(key) = &commit.key {
                if keys.get((office, key.key.as_str()))?.is_some() {
                    return Err(redb::Error::Corrupted("the key is used".into()));
                }
                keys.insert(
                    (office, key.key.as_str()),
                    (*key.fingerprint.as_bytes(), *commit.id.as_bytes()),
                )?;
            }
            heads.insert(office, (index, commit.at.millis()))?;
        }
    }
    Ok(transaction.commit()?)
}
