//! Commits to try a store with: small, deterministic, and every field open to change.
//!
//! `n` names a request: the same `n` always gives the same ids and code, another `n` others.

use crate::{
    calendar::Moment,
    ids::{CommitId, Digest32, OfficeId, RequestId, TrackingCode, VersionHash},
    request::StageName,
    store::{Commit, CounterMove, Draft, EventBody, IdempotencyKey, Summary},
};

/// The office that most cases use.
pub fn office() -> OfficeId {
    office_named("harbour-town")
}

/// Another office.
pub fn office_named(name: &str) -> OfficeId {
    name.parse().expect("fixtures use lawful names")
}

/// The id of request `n`; ids are ordered as their numbers.
pub fn request(n: u64) -> RequestId {
    RequestId::new(Moment::from_millis(n.cast_signed() & 0xFFFF_FFFF), [0; 10])
}

/// The id of the commit that brings request `n` from version `expected` on.
pub fn commit_id(n: u64, expected: u64) -> CommitId {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&expected.to_be_bytes());
    CommitId::new(Moment::from_millis(n.cast_signed() & 0xFFFF_FFFF), random)
}

/// Some digest, another for each text.
pub fn digest(text: &str) -> Digest32 {
    Digest32::sha256(&[text.as_bytes()])
}

/// The tracking code of request `n`.
pub fn code(n: u64) -> TrackingCode {
    let mut stream = (0_u64..).flat_map(|block| *digest(&format!("code {n} {block}")).as_bytes());
    TrackingCode::draw(&mut |bytes| bytes.fill_with(|| stream.next().unwrap_or(0)))
}

/// `seconds` after the beginning of 2026.
pub fn moment(seconds: i64) -> Moment {
    Moment::from_millis(1_767_225_600_000 + seconds * 1_000)
}

/// An event that says `text`.
pub fn event(text: &str) -> EventBody {
    EventBody::seal(
        *digest(&format!("salt {text}")).as_bytes(),
        format!("private {text}").into(),
        |commitment| format!("{text} {commitment}").into_bytes(),
    )
}

/// A summary of request `n` at `version`: submitted, due, in one queue, found by name.
pub fn summary(n: u64, version: u64) -> Summary {
    Summary {
        request: request(n),
        code: code(n),
        stage: StageName::Submitted,
        service: "trade.market-stall".parse().expect("lawful"),
        service_version: VersionHash::from_bytes([5; 32]),
        sector: "trade".parse().expect("lawful"),
        applicant_name: format!("សុខ {n}"),
        queues: vec!["front-desk@one-window".parse().expect("lawful")],
        submitted_at: moment(n.cast_signed()),
        due_on: Some(jiff::civil::date(2026, 2, 3)),
        wake_at: None,
        access: digest(&format!("access {n}")),
        phone: Some(digest(&format!("phone {}", n % 3))),
        tokens: vec!["sok".to_owned(), format!("number{n}")],
        version,
    }
}

/// The commit of one event that brings request `n` from version `expected` on, `expected` seconds after the first.
pub fn commit(n: u64, expected: u64) -> Commit {
    Commit {
        id: commit_id(n, expected),
        office: office(),
        request: request(n),
        expected,
        at: moment(0),
        events: vec![event(&format!("{n}/{}", expected + 1))],
        summary: summary(n, expected + 1),
        key: None,
        counters: vec![],
        closes_draft: None,
    }
}

/// `commit` with `count` events instead of its own.
pub fn with_events(mut commit: Commit, count: u64) -> Commit {
    let text = |event_no| format!("{}/{}", commit.request, commit.expected + event_no);
    commit.events = (1..=count).map(|event_no| event(&text(event_no))).collect();
    commit.summary.version = commit.expected + count;
    commit
}

/// `commit` under an idempotency key.
pub fn with_key(mut commit: Commit, key: &str, content: &str) -> Commit {
    commit.key = Some(IdempotencyKey { key: key.to_owned(), fingerprint: digest(content) });
    commit
}

/// `commit` that takes the number after `from` from a register.
pub fn with_counter(mut commit: Commit, name: &str, from: u64) -> Commit {
    commit.counters.push(CounterMove { name: name.to_owned(), from });
    commit
}

/// `commit` recorded `seconds` after the beginning of 2026.
pub fn at(mut commit: Commit, seconds: i64) -> Commit {
    commit.at = moment(seconds);
    commit
}

/// `commit` in another office.
pub fn in_office(mut commit: Commit, office: &OfficeId) -> Commit {
    commit.office = office.clone();
    commit
}

/// Version `version` of the draft called `name`, which expires at second `expires`.
pub fn draft(name: &str, version: u64, expires: i64) -> Draft {
    Draft {
        key: digest(name),
        version,
        saved_at: moment(version.cast_signed()),
        expires_at: moment(expires),
        body: format!("{name} {version}").into_bytes(),
    }
}
