//! Random work against a plain model.
//!
//! The model is a list of what was accepted, and works every answer out from it anew; it shares no code with any engine.
//! Each history runs in an office of its own, so that an engine that mixes offices is found, too.

use super::{
    Broken, Case, Checked,
    case::{cases, hold, same},
    fixtures::{code, commit_id, digest, draft, event, moment, office_named, request, summary},
    listings::expected,
};
use crate::{
    calendar::Moment,
    ids::{Digest32, OfficeId, RequestId},
    request::StageName,
    store::{
        Commit, CounterMove, Draft, DraftOutcome, Head, IdempotencyKey, Outcome, Placed, Query, Store,
        Summary,
    },
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

pub(super) const CASES: &[Case] = cases![random_work_agrees_with_the_model];

const REQUESTS: u64 = 5;
const COUNTERS: [&str; 2] = ["licences", "receipts"];
const DRAFTS: [&str; 3] = ["a", "b", "c"];
const KEYS: [&str; 3] = ["key", "key2", "other"];

/// Something done to a store.
#[derive(Debug, Clone)]
pub enum Step {
    /// A batch of commits.
    Commit(Vec<Wish>),
    /// A draft saved: which, and how far from the version it should come from.
    Save(usize, u64, i64),
    /// Drafts thrown away that expire before a second, at most so many.
    Purge(i64, usize),
}

/// A commit relative to what the model knows, so that it is lawful more often than not.
#[derive(Debug, Clone)]
pub struct Wish {
    request: u64,
    /// 0 fits, else so far beside.
    beside: u64,
    events: u64,
    seconds: i64,
    stage: u8,
    due: Option<i8>,
    queues: u8,
    tokens: u8,
    code_of: Option<u64>,
    id_of: Option<u8>,
    key: Option<(usize, bool)>,
    /// At most one: which, and whether the number fits.
    counter: Option<(usize, bool)>,
    draft: Option<(usize, bool)>,
}

fn wish() -> impl Strategy<Value = Wish> {
    let rare = |chance| prop::bool::weighted(chance);
    let place = (1..=REQUESTS, prop_oneof![6 => Just(0_u64), 1 => 1..3_u64], 1..4_u64, -1..4_i64);
    let row = (0..4_u8, prop::option::of(1..5_i8), 0..4_u8, 0..8_u8);
    let names = (
        prop::option::weighted(0.1, 1..=REQUESTS),
        prop::option::weighted(0.1, any::<u8>()),
        prop::option::weighted(0.3, (0..KEYS.len(), rare(0.7))),
        prop::option::weighted(0.4, (0..COUNTERS.len(), rare(0.8))),
        prop::option::weighted(0.2, (0..DRAFTS.len(), rare(0.8))),
    );
    (place, row, names).prop_map(
        |(
            (request, beside, events, seconds),
            (stage, due, queues, tokens),
            (code_of, id_of, key, counter, draft),
        )| Wish {
            request,
            beside,
            events,
            seconds,
            stage,
            due,
            queues,
            tokens,
            code_of,
            id_of,
            key,
            counter,
            draft,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop::collection::vec(wish(), 1..5).prop_map(Step::Commit),
        2 => (0..DRAFTS.len(), prop_oneof![5 => Just(0_u64), 1 => Just(1)], 0..9_i64)
            .prop_map(|(draft, beside, expires)| Step::Save(draft, beside, expires)),
        1 => (0..9_i64, 0..3_usize).prop_map(|(before, limit)| Step::Purge(before, limit)),
    ]
}

/// Random work, a few dozen steps.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..24)
}

/// What must be in the office.
#[derive(Debug)]
struct Model {
    office: OfficeId,
    taken: Vec<(Commit, Placed)>,
    drafts: BTreeMap<Digest32, Draft>,
    made: u64,
}

impl Model {
    fn version(&self, request: RequestId) -> u64 {
        let events = self.taken.iter().filter(|(commit, _)| commit.request == request);
        events.map(|(commit, _)| commit.events.len() as u64).sum()
    }

    fn counter(&self, name: &str) -> u64 {
        let moves = self.taken.iter().flat_map(|(commit, _)| &commit.counters);
        moves.filter(|counter| counter.name == name).count() as u64
    }

    fn head(&self) -> Head {
        let size = self.taken.iter().map(|(commit, _)| commit.events.len() as u64).sum();
        Head { size, last_at: self.taken.last().map_or(Moment::from_millis(0), |(commit, _)| commit.at) }
    }

    fn rows(&self) -> Vec<Summary> {
        let mut rows = BTreeMap::new();
        for (commit, _) in &self.taken {
            rows.insert(commit.request, commit.summary.clone());
        }
        rows.into_values().collect()
    }

    fn make(&mut self, wish: &Wish, number: u64) -> Commit {
        self.made += 1;
        let n = wish.request;
        let expected = self.version(request(n)) + wish.beside;
        let mut row = summary(n, expected + wish.events);
        row.stage = [StageName::Submitted, StageName::InReview, StageName::Returned, StageName::Closed]
            [usize::from(wish.stage)];
        row.due_on = wish.due.map(|day| jiff::civil::date(2026, 5, day));
        let queues = ["examiner@land", "cashier@one-window"].into_iter().enumerate();
        row.queues = queues
            .filter(|(bit, _)| wish.queues >> bit & 1 == 1)
            .filter_map(|(_, queue)| queue.parse().ok())
            .collect();
        let tokens = ["ដី", "sok", "a\0b"].into_iter().enumerate();
        row.tokens =
            tokens.filter(|(bit, _)| wish.tokens >> bit & 1 == 1).map(|(_, word)| word.to_owned()).collect();
        row.wake_at = wish.due.map(|day| moment(i64::from(day)));
        row.code = code(wish.code_of.unwrap_or(n));
        let earlier = wish.id_of.and_then(|pick| {
            self.taken.get(usize::from(pick) % self.taken.len().max(1)).map(|(commit, _)| commit.id)
        });
        let last = self.head().last_at.millis().max(moment(0).millis());
        Commit {
            id: earlier.unwrap_or(commit_id(number, self.made)),
            office: self.office.clone(),
            request: request(n),
            expected,
            at: Moment::from_millis(last + wish.seconds * 1_000),
            events: (1..=wish.events)
                .map(|no| event(&format!("{n}/{}/{}", self.made, expected + no)))
                .collect(),
            summary: row,
            key: wish.key.map(|(key, same)| IdempotencyKey {
                key: KEYS[key].to_owned(),
                fingerprint: digest(if same { "content" } else { "other" }),
            }),
            counters: (wish.counter.iter())
                .map(|(name, fits)| CounterMove {
                    name: COUNTERS[*name].to_owned(),
                    from: self.counter(COUNTERS[*name]) + u64::from(!fits),
                })
                .collect(),
            closes_draft: wish.draft.map(|(name, fits)| {
                let key = digest(DRAFTS[name]);
                let version = self.drafts.get(&key).map_or(1, |draft| draft.version);
                (key, version + u64::from(!fits))
            }),
        }
    }

    /// What must become of `commit`.
    fn judge(&mut self, commit: &Commit) -> Outcome {
        if let Some((_, place)) = self.taken.iter().find(|(taken, _)| taken.id == commit.id) {
            return Outcome::Replayed(*place);
        }
        let of_key = |taken: &Commit| {
            commit.key.as_ref().zip(taken.key.as_ref()).is_some_and(|(ours, theirs)| ours.key == theirs.key)
        };
        if let Some((taken, place)) = self.taken.iter().find(|(taken, _)| of_key(taken)) {
            return if taken.key == commit.key { Outcome::Replayed(*place) } else { Outcome::KeyReused };
        }
        let actual = self.version(commit.request);
        if actual != commit.expected {
            return Outcome::VersionConflict { actual };
        }
        if self.rows().iter().any(|row| row.code == commit.summary.code && row.request != commit.request) {
            return Outcome::CodeTaken;
        }
        if let Some((key, version)) = commit.closes_draft {
            let actual = self.drafts.get(&key).map(|draft| draft.version);
            if actual != Some(version) {
                return Outcome::DraftChanged { actual };
            }
        }
        for counter in &commit.counters {
            let actual = self.counter(&counter.name);
            if actual != counter.from {
                return Outcome::CounterMoved { name: counter.name.clone(), actual };
            }
        }
        let head = self.head();
        if commit.at < head.last_at {
            return Outcome::ClockBehind { last: head.last_at };
        }
        let place = Placed {
            commit: commit.id,
            request: commit.request,
            version: commit.expected + commit.events.len() as u64,
            first_index: head.size,
            at: commit.at,
        };
        if let Some((key, _)) = commit.closes_draft {
            self.drafts.remove(&key);
        }
        self.taken.push((commit.clone(), place));
        Outcome::Committed(place)
    }
}

/// Runs `steps` on an office that `store` does not know yet, and compares every answer; `number` names the office.
///
/// # Errors
/// The first difference.
pub async fn check(store: &dyn Store, number: u64, steps: &[Step]) -> Checked {
    let office = office_named(&format!("office-{number}"));
    let mut model = Model { office: office.clone(), taken: vec![], drafts: BTreeMap::new(), made: 0 };
    for step in steps {
        match step {
            Step::Commit(wishes) => {
                let batch: Vec<Commit> = wishes.iter().map(|wish| model.make(wish, number)).collect();
                let expected: Vec<Outcome> = batch.iter().map(|commit| model.judge(commit)).collect();
                same("outcomes", store.commit(&batch).await?, expected)?;
            }
            Step::Save(name, beside, expires) => {
                let key = digest(DRAFTS[*name]);
                let version = model.drafts.get(&key).map_or(0, |draft| draft.version);
                let saved = draft(DRAFTS[*name], version + beside + 1, *expires);
                let fits = *beside == 0;
                let changed = DraftOutcome::Changed { actual: (version > 0).then_some(version) };
                let expected = if fits { DraftOutcome::Saved } else { changed };
                same("saving", store.save_draft(&office, &saved, version + beside).await?, expected)?;
                if fits {
                    model.drafts.insert(key, saved);
                }
            }
            Step::Purge(before, limit) => {
                let mut expired: Vec<Draft> = model.drafts.values().cloned().collect();
                expired.retain(|draft| draft.expires_at < moment(*before));
                expired.sort_by_key(|draft| (draft.expires_at, draft.key));
                expired.truncate(*limit);
                expired.iter().for_each(|draft| drop(model.drafts.remove(&draft.key)));
                same("purged", store.purge_drafts(&office, moment(*before), *limit).await?, expired)?;
            }
        }
        same("head", store.head(&office).await?, model.head())?;
    }
    compare(store, &model).await
}

/// Compares all that can be read.
async fn compare(store: &dyn Store, model: &Model) -> Checked {
    let office = &model.office;
    let log = store.events(office, 0, 1_000).await?;
    let bodies = model.taken.iter().flat_map(|(commit, _)| &commit.events);
    hold("the log holds what was accepted", log.iter().map(|event| &event.body).eq(bodies))?;
    hold("indexes have no gap", log.iter().map(|event| event.index).eq(0..log.len() as u64))?;
    for (commit, place) in &model.taken {
        same("place", store.outcome(office, commit.id).await?, Some(*place))?;
    }
    let rows = model.rows();
    for n in 1..=REQUESTS {
        let part: Vec<_> = log.iter().filter(|event| event.request == request(n)).cloned().collect();
        hold("versions have no gap", part.iter().map(|event| event.version).eq(1..=part.len() as u64))?;
        same("history", store.history(office, request(n)).await?, part)?;
        let row = rows.iter().find(|row| row.request == request(n)).cloned();
        same("row", store.summary(office, request(n)).await?, row)?;
    }
    let made = model.taken.iter().flat_map(|(commit, _)| commit.summary.listed());
    let mut queries: Vec<Query> = made.map(|(query, _)| query).chain([Query::All, Query::Open]).collect();
    queries.sort();
    queries.dedup();
    for query in queries {
        let found = store.find(office, &query, None, 100).await?.rows;
        let found = found.into_iter().map(|row| row.request).collect();
        same(&format!("{query:?}"), found, expected(&rows, &query))?;
    }
    for name in COUNTERS {
        same("counter", store.counter(office, name).await?, model.counter(name))?;
    }
    for name in DRAFTS {
        let kept = model.drafts.get(&digest(name)).cloned();
        same("draft", store.load_draft(office, &digest(name)).await?, kept)?;
    }
    Ok(())
}

async fn random_work_agrees_with_the_model(store: Arc<dyn Store>) -> Checked {
    let runtime = tokio::runtime::Handle::current();
    let offices = AtomicU64::new(0);
    let property = move || {
        let config =
            Config { cases: 24, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
        let run = TestRunner::new(config).run(&steps(), |steps| {
            // Another office each time, while shrinking too: the store is never empty again.
            let number = offices.fetch_add(1, Ordering::Relaxed);
            let found = runtime.block_on(check(&*store, number, &steps));
            found.map_err(|broken| TestCaseError::fail(broken.0))
        });
        run.map_err(|error| Broken(error.to_string()))
    };
    tokio::task::spawn_blocking(property).await?
}
