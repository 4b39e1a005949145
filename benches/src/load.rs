//! Commands to write, and tasks that keep some of them in flight.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use oneservice_core::{
    calendar::{Moment, date},
    ids::{CommitId, Digest32, RequestId, TrackingCode, VersionHash},
    request::StageName,
    store::{Commit, EventBody, IdempotencyKey, Summary},
};

/// 1 January 2026.
const START_MS: i64 = 1_767_225_600_000;
const ENVELOPE_BYTES: usize = 400;
const PAYLOAD_BYTES: usize = 900;
/// Between the numbers of two codes.
const CODE_STEP: u64 = 20_001;

/// `count` submissions of as many requests: one event each, listed in twelve places, under an idempotency key.
#[must_use]
pub fn submissions(count: u32) -> Vec<Commit> {
    (0..count).map(submission).collect()
}

/// Submission number `n`, another for each number.
#[must_use]
pub fn submission(n: u32) -> Commit {
    let digest = |what: &str| Digest32::sha256(&[what.as_bytes(), &n.to_be_bytes()]);
    let random = |what: &str| -> [u8; 10] { std::array::from_fn(|at| digest(what).as_bytes()[at]) };
    let at = Moment::from_millis(START_MS);
    let request = RequestId::new(at, random("request"));
    // Spread over all codes, and no two the same up to a million: drawn ones would meet.
    let code = TrackingCode::draw(&mut |bytes| {
        bytes.copy_from_slice(&(u64::from(n) * CODE_STEP).to_le_bytes()[..bytes.len()]);
    });
    let event = EventBody::seal(*digest("salt").as_bytes(), vec![b'p'; PAYLOAD_BYTES], |commitment| {
        let mut envelope = format!("{request} {commitment} ").into_bytes();
        envelope.resize(ENVELOPE_BYTES, b'e');
        envelope
    });
    let lawful = "the words of the bench are lawful";
    let summary = Summary {
        request,
        code,
        stage: StageName::Submitted,
        service: "trade.market-stall".parse().expect(lawful),
        service_version: VersionHash::sha256(&[b"version"]),
        sector: "trade".parse().expect(lawful),
        applicant_name: format!("សុខ ដារា {n}"),
        queues: vec!["front-desk@owso".parse().expect(lawful)],
        submitted_at: at,
        due_on: Some(date(2026, 1, 15)),
        wake_at: None,
        access: digest("access"),
        phone: Some(digest("phone")),
        tokens: vec!["sok".into(), "dara".into(), "សុខ".into(), "ដារា".into()],
        version: 1,
    };
    Commit {
        id: CommitId::new(at, random("commit")),
        office: "harbour-town".parse().expect(lawful),
        request,
        expected: 0,
        at,
        events: vec![event],
        summary,
        key: Some(IdempotencyKey { key: digest("key").to_string(), fingerprint: digest("body") }),
        counters: Vec::new(),
        closes_draft: None,
    }
}

/// Sends all `commits` through `write`, always `in_flight` of them at once, and says how long that took.
///
/// # Panics
/// If one of them is not written.
pub async fn drive<F>(commits: Vec<Commit>, in_flight: usize, write: impl Fn(Commit) -> F) -> Duration
where
    F: Future<Output = bool> + Send + 'static,
{
    let queue = Arc::new(Mutex::new(commits.into_iter().map(write).collect::<Vec<_>>().into_iter()));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..in_flight)
        .map(|_| {
            let queue = Arc::clone(&queue);
            tokio::spawn(async move {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(next) = next else { return };
                    assert!(next.await, "a command was not written");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("every command is written");
    }
    begun.elapsed()
}
