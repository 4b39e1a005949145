//! One queue before an engine, so that many commits share one write to the disk.
//!
//! The rule owned here: **a commit is run again only when it is known not to be stored.** An engine's answer may be
//! lost after the write; then the commit's id is looked up, and only what is not found is run again.
//!
//! A lone commit never waits for company: the writer gathers only if several were there when the batch before was
//! answered, and only as long as they keep coming; the less, the more often it waited in vain. Members are ordered by their times, since the log of an office never goes back; two
//! commits of one request, or under one idempotency key, never share a batch, so that the second is judged by what the
//! first has left on the disk.

use super::{Commit, Outcome, Store, StoreError, Written};
use crate::ids::OfficeId;
use futures::FutureExt as _;
use std::{
    collections::{HashMap, HashSet, VecDeque},
    error::Error as _,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::JoinHandle,
    time::Instant,
};

/// The bounds of a [`GroupCommit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most commits that wait or are being written; one more is [`StoreError::Busy`].
    pub waiting: usize,
    /// Most members of a batch.
    pub batch: usize,
    /// Longest wait for the next member of a batch; shorter where nobody came of late. All waits of a batch together are never longer than
    /// the batch before took to be written.
    pub gather: Duration,
    /// How long a commit is tried again, counted from its coming, while the engine is unavailable.
    pub patience: Duration,
    /// First pause before trying again; doubles up to a second.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            waiting: 1_024,
            batch: 256,
            gather: Duration::from_micros(200),
            patience: Duration::from_secs(5),
            pause: Duration::from_millis(10),
        }
    }
}

/// The part of [`Limits::gather`] that is waited at least.
const SHORTEST: u32 = 16;

/// The one writer of a store; of each office, where the engine writes offices apart.
///
/// ```
/// use oneservice_core::store::{GroupCommit, Limits, MemoryStore};
/// use std::sync::Arc;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let writer = GroupCommit::new(Arc::new(MemoryStore::default()), Limits::default());
/// // … writer.commit(commit).await …
/// writer.close().await;
/// # }
/// ```
#[derive(Debug)]
pub struct GroupCommit {
    store: Arc<dyn Store>,
    limits: Limits,
    places: Arc<Semaphore>,
    runtime: Handle,
    /// One for all offices, or one for each that has written if the engine [writes them apart](super::Requests::writes_offices_apart);
    /// none any more once this is closed.
    lanes: Mutex<Option<HashMap<Option<OfficeId>, Lane>>>,
}

/// A queue and the task that writes what waits in it.
#[derive(Debug)]
struct Lane {
    queue: mpsc::UnboundedSender<Waiting>,
    writer: JoinHandle<()>,
}

/// A commit in the queue, and who waits for it.
type Waiting = (Commit, Ticket);

/// Who waits for a commit.
#[derive(Debug)]
struct Ticket {
    since: Instant,
    answer: oneshot::Sender<Result<Outcome, StoreError>>,
    _place: OwnedSemaphorePermit,
}

impl GroupCommit {
    /// Starts the writer of `store`.
    ///
    /// # Panics
    /// Outside of a tokio runtime with time enabled.
    pub fn new(store: Arc<dyn Store>, limits: Limits) -> Self {
        Self {
            store,
            limits,
            places: Arc::new(Semaphore::new(limits.waiting)),
            runtime: Handle::current(),
            lanes: Mutex::new(Some(HashMap::new())),
        }
    }

    /// The store behind the queue, for reading.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Writes `commit` together with others that wait. A dropped future changes nothing: what was queued is written.
    /// [`Outcome::Committed`] may also mean that an earlier try, whose answer was lost, had written it.
    ///
    /// # Errors
    /// [`StoreError::Misuse`], [`StoreError::Busy`], [`StoreError::Closed`]: not written. Others of the engine after
    /// [`Limits::patience`]; [`StoreError::written`] says what is known.
    pub fn commit(
        &self,
        commit: Commit,
    ) -> impl Future<Output = Result<Outcome, StoreError>> + Send + 'static {
        let answer = self.enqueue(commit);
        async move {
            match answer?.await {
                Ok(answer) => answer,
                Err(_) => Err(lost("the writer was stopped with its runtime")),
            }
        }
    }

    fn enqueue(&self, commit: Commit) -> Result<oneshot::Receiver<Result<Outcome, StoreError>>, StoreError> {
        commit.check()?;
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| StoreError::Busy { waiting: self.limits.waiting })?;
        let (answer, answered) = oneshot::channel();
        let ticket = Ticket { since: Instant::now(), answer, _place: place };
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lanes = lanes.as_mut().ok_or(StoreError::Closed)?;
        let office = self.store.writes_offices_apart().then(|| commit.office.clone());
        let lane = lanes.entry(office).or_insert_with(|| self.start());
        lane.queue.send((commit, ticket)).map_err(|_| StoreError::Closed)?;
        Ok(answered)
    }

    fn start(&self) -> Lane {
        let (queue, waiting) = mpsc::unbounded_channel();
        let writer = Writer { store: self.store.clone(), limits: self.limits };
        Lane { queue, writer: self.runtime.spawn(writer.run(waiting)) }
    }

    /// Takes nothing more and returns when all that waited is answered. Dropping does the same without the waiting.
    pub async fn close(&self) {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (queues, writers): (Vec<_>, Vec<_>) =
            lanes.into_iter().flatten().map(|(_, lane)| (lane.queue, lane.writer)).unzip();
        // A writer ends when nobody can send to it any more.
        drop(queues);
        for writer in writers {
            // An error would mean that the writer panicked or was stopped; those who waited were told by the closed
            // channel.
            let _ = writer.await;
        }
    }
}

fn lost(what: &'static str) -> StoreError {
    StoreError::Unavailable { engine: "queue", written: Written::Unknown, source: Arc::new(Lost(what)) }
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Lost(&'static str);

/// What the writing task owns.
struct Writer {
    store: Arc<dyn Store>,
    limits: Limits,
}

impl Writer {
    async fn run(self, mut queue: mpsc::UnboundedReceiver<Waiting>) {
        let mut put_off = VecDeque::new();
        let mut company = Company { wait: self.limits.gather, ..Company::default() };
        loop {
            let mut batch = Batch::default();
            for waiting in std::mem::take(&mut put_off) {
                batch.add(waiting, &mut put_off, self.limits.batch);
            }
            if batch.members.is_empty() {
                let Some(first) = queue.recv().await else { return };
                batch.add(first, &mut put_off, self.limits.batch);
            }
            let wait = self.gather(&mut queue, &mut batch, &mut put_off, company).await;
            let (begun, answered) = (std::time::Instant::now(), batch.members.len());
            self.settle(batch.members).await;
            let size = answered + put_off.len() + queue.len();
            company = Company { size, patience: begun.elapsed(), wait };
        }
    }

    /// Takes what waits, and gives the `company` of the last batch the time to come again. Says how long to wait the next time: half as
    /// long if nobody came, and twice as long if somebody did. Waiting is no sleep, since no timer is that fine.
    async fn gather(
        &self,
        queue: &mut mpsc::UnboundedReceiver<Waiting>,
        batch: &mut Batch,
        put_off: &mut VecDeque<Waiting>,
        company: Company,
    ) -> Duration {
        // Real time, not tokio's: its timer counts milliseconds, and these waits are shorter.
        let begun = std::time::Instant::now();
        let mut last_came = begun;
        let mut wait = company.wait;
        let mut has_waited = false;
        while batch.members.len() < self.limits.batch {
            match queue.try_recv() {
                Ok(waiting) => {
                    batch.add(waiting, put_off, self.limits.batch);
                    last_came = std::time::Instant::now();
                    if has_waited {
                        wait = (company.wait * 2).min(self.limits.gather);
                    }
                }
                Err(mpsc::error::TryRecvError::Empty)
                    if batch.members.len() + put_off.len() < company.size
                        && last_came.elapsed() < company.wait
                        && begun.elapsed() < company.patience =>
                {
                    if !has_waited {
                        has_waited = true;
                        wait = (company.wait / 2).max(self.limits.gather / SHORTEST);
                    }
                    tokio::task::yield_now().await;
                }
                Err(_) => break,
            }
        }
        wait
    }

    /// Runs `members` until each is answered.
    async fn settle(&self, mut members: Vec<Waiting>) {
        members.sort_by(|(a, _), (b, _)| (&a.office, a.at).cmp(&(&b.office, b.at)));
        let Some(first) = members.iter().map(|(_, ticket)| ticket.since).min() else { return };
        let until = first + self.limits.patience;
        let mut pause = self.limits.pause;
        loop {
            let (commits, tickets): (Vec<Commit>, Vec<Ticket>) = members.into_iter().unzip();
            let error = match self.attempt(&commits).await {
                Ok(outcomes) => {
                    tickets
                        .into_iter()
                        .zip(outcomes)
                        .for_each(|(ticket, outcome)| ticket.answer(Ok(outcome)));
                    return;
                }
                Err(error) => error,
            };
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            tracing::warn!(%error, cause, written = ?error.written(), members = commits.len(), "a batch failed");
            members = commits.into_iter().zip(tickets).collect();
            let mut known = error.written();
            if known == Written::Unknown {
                (members, known) = self.look_up(members, until, &mut pause).await;
            }
            let give_up = !matches!(error, StoreError::Unavailable { .. }) || Instant::now() >= until;
            if matches!(error, StoreError::Misuse(_) | StoreError::Corrupt { .. }) && members.len() > 1 {
                // One member's misuse, or a damaged row that one of them needs, must not harm the others.
                for member in members {
                    Box::pin(self.settle(vec![member])).await;
                }
                return;
            }
            if give_up || known == Written::Unknown || members.is_empty() {
                let error = error.with_written(known);
                members.into_iter().for_each(|(_, ticket)| ticket.answer(Err(error.clone())));
                return;
            }
            wait(&mut pause).await;
        }
    }

    /// One call of the engine. Its panic is an answer lost and not the writer's end.
    async fn attempt(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        // The engine is asked again only through the seam, whose promises hold after a panic too.
        match AssertUnwindSafe(self.store.commit(batch)).catch_unwind().await {
            Ok(Ok(outcomes)) if outcomes.len() != batch.len() => {
                Err(lost("the engine did not answer for every member of a batch"))
            }
            Ok(answer) => answer,
            Err(_) => Err(lost("the engine panicked")),
        }
    }

    /// Answers those members that are stored; gives back the others and what is known of them.
    async fn look_up(
        &self,
        members: Vec<Waiting>,
        until: Instant,
        pause: &mut Duration,
    ) -> (Vec<Waiting>, Written) {
        let mut unknown = VecDeque::from(members);
        let mut absent = Vec::new();
        while let Some((commit, ticket)) = unknown.pop_front() {
            match self.store.outcome(&commit.office, commit.id).await {
                Ok(Some(placed)) => ticket.answer(Ok(Outcome::Committed(placed))),
                Ok(None) => absent.push((commit, ticket)),
                Err(_) if Instant::now() < until => {
                    unknown.push_front((commit, ticket));
                    wait(pause).await;
                }
                Err(error) => {
                    // Those that were not found are known not to be stored; they share the fate of the others all the
                    // same, but know it.
                    let error = error.with_written(Written::Unknown);
                    let none = error.clone().with_written(Written::No);
                    absent.into_iter().for_each(|(_, ticket)| ticket.answer(Err(none.clone())));
                    ticket.answer(Err(error.clone()));
                    unknown.into_iter().for_each(|(_, ticket)| ticket.answer(Err(error.clone())));
                    return (vec![], Written::Unknown);
                }
            }
        }
        (absent, Written::No)
    }
}

/// Who may come to the next batch: those of the last, now answered, and those who waited meanwhile.
#[derive(Debug, Clone, Copy, Default)]
struct Company {
    size: usize,
    /// How long it took to write the last batch: a longer wait for the next would cost more than it can save.
    patience: Duration,
    /// How long the next of them is waited for.
    wait: Duration,
}

/// Members that may be written together.
#[derive(Default)]
struct Batch {
    members: Vec<Waiting>,
    taken: HashSet<(OfficeId, Name)>,
}

/// What two members of a batch must not share.
#[derive(PartialEq, Eq, Hash)]
enum Name {
    Request(crate::ids::RequestId),
    Key(String),
}

impl Batch {
    fn add(&mut self, waiting: Waiting, put_off: &mut VecDeque<Waiting>, limit: usize) {
        let commit = &waiting.0;
        let request = (commit.office.clone(), Name::Request(commit.request));
        let key = commit.key.as_ref().map(|key| (commit.office.clone(), Name::Key(key.key.clone())));
        let clash = self.taken.contains(&request) || key.as_ref().is_some_and(|key| self.taken.contains(key));
        // What is put off also bars what comes after it under the same name, so that none overtakes.
        self.taken.insert(request);
        self.taken.extend(key);
        if clash || self.members.len() >= limit {
            put_off.push_back(waiting);
        } else {
            self.members.push(waiting);
        }
    }
}

impl Ticket {
    /// Tells who waits; one who went away needs no answer.
    fn answer(self, answer: Result<Outcome, StoreError>) {
        let _ = self.answer.send(answer);
    }
}

async fn wait(pause: &mut Duration) {
    tokio::time::sleep(*pause).await;
    *pause = (*pause * 2).min(Duration::from_secs(1));
}
