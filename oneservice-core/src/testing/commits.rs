//! Promises about what is written and refused.

use super::{
    Case, Checked,
    case::{cases, hold, same},
    fixtures::{
        at, code, commit, digest, draft, event, in_office, moment, office, office_named, request,
        with_counter, with_events, with_key,
    },
};
use crate::store::{Commit, DraftOutcome, EVENTS_MAX, Head, Misuse, Outcome, Store, StoreError};
use std::sync::Arc;

pub(super) const CASES: &[Case] = cases![
    a_commit_is_answered_with_its_place,
    versions_have_no_gap,
    many_events_of_one_commit_keep_their_order,
    a_stale_version_conflicts_and_writes_nothing,
    a_version_ahead_conflicts,
    a_conflict_leaves_the_other_members_alone,
    members_take_effect_in_batch_order,
    an_empty_batch_is_answered_with_nothing,
    a_code_belongs_to_one_request,
    a_code_is_free_in_another_office,
    counters_count_without_a_gap,
    a_moved_counter_refuses_the_whole_commit,
    all_counters_of_a_commit_move_or_none,
    a_commit_closes_its_draft,
    a_changed_draft_refuses_the_commit,
    a_missing_draft_refuses_the_commit,
    time_never_runs_back,
    time_never_runs_back_within_a_batch,
    the_first_reason_is_the_answer,
    misuse_writes_nothing_of_the_batch,
    a_damaged_event_is_not_taken,
    offices_are_apart,
];

async fn one(store: &Arc<dyn Store>, commit: Commit) -> Result<Outcome, StoreError> {
    let mut outcomes = store.commit(&[commit]).await?;
    outcomes.pop().ok_or(StoreError::Closed)
}

async fn a_commit_is_answered_with_its_place(store: Arc<dyn Store>) -> Checked {
    let first = with_events(commit(1, 0), 2);
    same("first commit", one(&store, first.clone()).await?, Outcome::Committed(first.placed(0)))?;
    let second = commit(2, 0);
    same("second commit", one(&store, second.clone()).await?, Outcome::Committed(second.placed(2)))?;
    same("looked up", store.outcome(&office(), first.id).await?, Some(first.placed(0)))?;
    same("head", store.head(&office()).await?, Head { size: 3, last_at: first.at })
}

async fn versions_have_no_gap(store: Arc<dyn Store>) -> Checked {
    for expected in 0..5 {
        for n in [1, 2] {
            let outcome = one(&store, commit(n, expected)).await?;
            hold("a fitting commit is taken", matches!(outcome, Outcome::Committed(_)))?;
        }
    }
    for n in [1, 2] {
        let history = store.history(&office(), request(n)).await?;
        let versions: Vec<u64> = history.iter().map(|event| event.version).collect();
        same("versions", versions, vec![1, 2, 3, 4, 5])?;
        let bodies: Vec<_> = history.into_iter().map(|event| event.body).collect();
        let written: Vec<_> = (1..=5).map(|version| event(&format!("{n}/{version}"))).collect();
        same("events", bodies, written)?;
        let summary = store.summary(&office(), request(n)).await?.map(|summary| summary.version);
        same("version in the summary", summary, Some(5))?;
    }
    Ok(())
}

async fn many_events_of_one_commit_keep_their_order(store: Arc<dyn Store>) -> Checked {
    one(&store, commit(7, 0)).await?;
    let many = with_events(commit(1, 0), EVENTS_MAX as u64);
    same("outcome", one(&store, many.clone()).await?, Outcome::Committed(many.placed(1)))?;
    let history = store.history(&office(), request(1)).await?;
    let found: Vec<_> =
        history.iter().map(|event| (event.index, event.version, event.body.clone())).collect();
    let written: Vec<_> = (1..).zip(many.events).map(|(no, body)| (no, no, body)).collect();
    same("events", found, written)
}

async fn a_stale_version_conflicts_and_writes_nothing(store: Arc<dyn Store>) -> Checked {
    one(&store, commit(1, 0)).await?;
    one(&store, commit(1, 1)).await?;
    let before = store.head(&office()).await?;
    let mut stale = with_counter(commit(1, 1), "register", 0);
    stale.id = commit(9, 9).id;
    stale.at = moment(99);
    stale.summary.applicant_name = "somebody else".to_owned();
    same("outcome", one(&store, stale.clone()).await?, Outcome::VersionConflict { actual: 2 })?;
    same("head", store.head(&office()).await?, before)?;
    same("history", store.history(&office(), request(1)).await?.len(), 2)?;
    same("summary", store.summary(&office(), request(1)).await?, Some(commit(1, 1).summary))?;
    same("outcome by id", store.outcome(&office(), stale.id).await?, None)?;
    same("counter", store.counter(&office(), "register").await?, 0)
}

async fn a_version_ahead_conflicts(store: Arc<dyn Store>) -> Checked {
    same("outcome", one(&store, commit(1, 3)).await?, Outcome::VersionConflict { actual: 0 })?;
    same("history", store.history(&office(), request(1)).await?, vec![])?;
    same("summary", store.summary(&office(), request(1)).await?, None)
}

async fn a_conflict_leaves_the_other_members_alone(store: Arc<dyn Store>) -> Checked {
    one(&store, commit(2, 0)).await?;
    let mut stale = commit(2, 0);
    stale.id = commit(9, 9).id;
    let (first, last) = (commit(1, 0), commit(3, 0));
    let outcomes = store.commit(&[first.clone(), stale, last.clone()]).await?;
    let expected = vec![
        Outcome::Committed(first.placed(1)),
        Outcome::VersionConflict { actual: 1 },
        Outcome::Committed(last.placed(2)),
    ];
    same("outcomes", outcomes, expected)?;
    same("size", store.head(&office()).await?.size, 3)
}

async fn members_take_effect_in_batch_order(store: Arc<dyn Store>) -> Checked {
    let (first, second) = (commit(1, 0), commit(1, 1));
    let mut rival = commit(1, 1);
    rival.id = commit(9, 9).id;
    let outcomes = store.commit(&[first.clone(), second.clone(), rival]).await?;
    let expected = vec![
        Outcome::Committed(first.placed(0)),
        Outcome::Committed(second.placed(1)),
        Outcome::VersionConflict { actual: 2 },
    ];
    same("outcomes", outcomes, expected)?;
    let backwards = store.commit(&[commit(2, 1), commit(2, 0)]).await?;
    same("the later one first", backwards[0].clone(), Outcome::VersionConflict { actual: 0 })?;
    same("the earlier one after it", backwards[1].clone(), Outcome::Committed(commit(2, 0).placed(2)))
}

async fn an_empty_batch_is_answered_with_nothing(store: Arc<dyn Store>) -> Checked {
    same("outcomes", store.commit(&[]).await?, vec![])?;
    same("head", store.head(&office()).await?, Head::default())
}

async fn a_code_belongs_to_one_request(store: Arc<dyn Store>) -> Checked {
    one(&store, commit(1, 0)).await?;
    let mut thief = commit(2, 0);
    thief.summary.code = code(1);
    same("another request's code", one(&store, thief.clone()).await?, Outcome::CodeTaken)?;
    same("what the thief wrote", store.history(&office(), request(2)).await?, vec![])?;
    let mut twin = commit(3, 0);
    twin.summary.code = code(4);
    let outcomes = store.commit(&[twin, commit(4, 0)]).await?;
    same("a code used before in the batch", outcomes[1].clone(), Outcome::CodeTaken)?;
    let again = one(&store, commit(1, 1)).await?;
    hold("a request keeps its own code", matches!(again, Outcome::Committed(_)))
}

async fn a_code_is_free_in_another_office(store: Arc<dyn Store>) -> Checked {
    one(&store, commit(1, 0)).await?;
    let mut other = in_office(commit(2, 0), &office_named("hill-town"));
    other.summary.code = code(1);
    same("outcome", one(&store, other.clone()).await?, Outcome::Committed(other.placed(0)))
}

async fn counters_count_without_a_gap(store: Arc<dyn Store>) -> Checked {
    same("before", store.counter(&office(), "licences").await?, 0)?;
    for n in 1..=4 {
        let outcome = one(&store, with_counter(commit(n, 0), "licences", n - 1)).await?;
        hold("the next number is given", matches!(outcome, Outcome::Committed(_)))?;
        same("counter", store.counter(&office(), "licences").await?, n)?;
    }
    same("another counter", store.counter(&office(), "receipts").await?, 0)?;
    same("another office", store.counter(&office_named("hill-town"), "licences").await?, 0)?;
    let batch = [with_counter(commit(5, 0), "licences", 4), with_counter(commit(6, 0), "licences", 5)];
    let outcomes = store.commit(&batch).await?;
    hold(
        "two numbers in one batch",
        outcomes.iter().all(|outcome| matches!(outcome, Outcome::Committed(_))),
    )?;
    same("counter after the batch", store.counter(&office(), "licences").await?, 6)
}

async fn a_moved_counter_refuses_the_whole_commit(store: Arc<dyn Store>) -> Checked {
    one(&store, with_counter(commit(1, 0), "licences", 0)).await?;
    let late = with_counter(commit(2, 0), "licences", 0);
    let moved = Outcome::CounterMoved { name: "licences".to_owned(), actual: 1 };
    same("a number that is taken", one(&store, late).await?, moved.clone())?;
    let early = with_counter(commit(2, 0), "licences", 7);
    same("a number that is far", one(&store, early).await?, moved)?;
    same("history", store.history(&office(), request(2)).await?, vec![])?;
    same("counter", store.counter(&office(), "licences").await?, 1)
}

async fn all_counters_of_a_commit_move_or_none(store: Arc<dyn Store>) -> Checked {
    one(&store, with_counter(commit(1, 0), "receipts", 0)).await?;
    let both = with_counter(with_counter(commit(2, 0), "licences", 0), "receipts", 0);
    let moved = Outcome::CounterMoved { name: "receipts".to_owned(), actual: 1 };
    same("outcome", one(&store, both).await?, moved)?;
    same("the one that would have fitted", store.counter(&office(), "licences").await?, 0)
}

async fn a_commit_closes_its_draft(store: Arc<dyn Store>) -> Checked {
    let saved = draft("form", 1, 100);
    store.save_draft(&office(), &saved, 0).await?;
    let mut submitted = commit(1, 0);
    submitted.closes_draft = Some((saved.key, 1));
    same("outcome", one(&store, submitted.clone()).await?, Outcome::Committed(submitted.placed(0)))?;
    same("draft", store.load_draft(&office(), &saved.key).await?, None)?;
    let late = store.save_draft(&office(), &draft("form", 2, 100), 1).await?;
    same("an old page that saves", late, DraftOutcome::Changed { actual: None })
}

async fn a_changed_draft_refuses_the_commit(store: Arc<dyn Store>) -> Checked {
    let saved = draft("form", 1, 100);
    store.save_draft(&office(), &saved, 0).await?;
    store.save_draft(&office(), &draft("form", 2, 100), 1).await?;
    let mut submitted = commit(1, 0);
    submitted.closes_draft = Some((saved.key, 1));
    same("outcome", one(&store, submitted).await?, Outcome::DraftChanged { actual: Some(2) })?;
    same("draft", store.load_draft(&office(), &saved.key).await?, Some(draft("form", 2, 100)))?;
    same("history", store.history(&office(), request(1)).await?, vec![])
}

async fn a_missing_draft_refuses_the_commit(store: Arc<dyn Store>) -> Checked {
    let elsewhere = draft("form", 1, 100);
    store.save_draft(&office_named("hill-town"), &elsewhere, 0).await?;
    let mut submitted = commit(1, 0);
    submitted.closes_draft = Some((elsewhere.key, 1));
    same("outcome", one(&store, submitted).await?, Outcome::DraftChanged { actual: None })?;
    let kept = store.load_draft(&office_named("hill-town"), &elsewhere.key).await?;
    same("the other office's draft", kept, Some(elsewhere))
}

async fn time_never_runs_back(store: Arc<dyn Store>) -> Checked {
    one(&store, at(commit(1, 0), 10)).await?;
    let last = moment(10);
    same("earlier", one(&store, at(commit(2, 0), 9)).await?, Outcome::ClockBehind { last })?;
    same("history", store.history(&office(), request(2)).await?, vec![])?;
    let now = at(commit(2, 0), 10);
    same("at the same time", one(&store, now.clone()).await?, Outcome::Committed(now.placed(1)))?;
    let elsewhere = in_office(at(commit(3, 0), 1), &office_named("hill-town"));
    let outcome = one(&store, elsewhere.clone()).await?;
    same("another office has its own time", outcome, Outcome::Committed(elsewhere.placed(0)))
}

async fn time_never_runs_back_within_a_batch(store: Arc<dyn Store>) -> Checked {
    let (first, last) = (at(commit(1, 0), 10), at(commit(3, 0), 10));
    let outcomes = store.commit(&[first.clone(), at(commit(2, 0), 9), last.clone()]).await?;
    let behind = Outcome::ClockBehind { last: first.at };
    same(
        "outcomes",
        outcomes,
        vec![Outcome::Committed(first.placed(0)), behind, Outcome::Committed(last.placed(1))],
    )?;
    same("head", store.head(&office()).await?, Head { size: 2, last_at: last.at })
}

async fn the_first_reason_is_the_answer(store: Arc<dyn Store>) -> Checked {
    let first = with_key(at(commit(1, 0), 10), "key", "content");
    one(&store, first.clone()).await?;
    one(&store, at(with_counter(commit(3, 0), "licences", 0), 10)).await?;
    // Wrong in every way; then one reason less each time.
    let mut wrong = with_key(with_counter(at(commit(2, 4), 1), "licences", 5), "key", "other");
    wrong.id = first.id;
    wrong.summary.code = code(1);
    wrong.closes_draft = Some((digest("no draft"), 1));
    same("known id", one(&store, wrong.clone()).await?, Outcome::Replayed(first.placed(0)))?;
    wrong.id = commit(2, 4).id;
    same("reused key", one(&store, wrong.clone()).await?, Outcome::KeyReused)?;
    wrong.key = None;
    same("version", one(&store, wrong.clone()).await?, Outcome::VersionConflict { actual: 0 })?;
    wrong.expected = 0;
    wrong.summary.version = 1;
    same("code", one(&store, wrong.clone()).await?, Outcome::CodeTaken)?;
    wrong.summary.code = code(2);
    same("draft", one(&store, wrong.clone()).await?, Outcome::DraftChanged { actual: None })?;
    wrong.closes_draft = None;
    let moved = Outcome::CounterMoved { name: "licences".to_owned(), actual: 1 };
    same("counter", one(&store, wrong.clone()).await?, moved)?;
    wrong.counters.clear();
    same("clock", one(&store, wrong.clone()).await?, Outcome::ClockBehind { last: first.at })?;
    wrong.at = first.at;
    same("nothing", one(&store, wrong.clone()).await?, Outcome::Committed(wrong.placed(2)))
}

async fn misuse_writes_nothing_of_the_batch(store: Arc<dyn Store>) -> Checked {
    let mut silent = commit(2, 0);
    silent.events.clear();
    let mut foreign = commit(2, 0);
    foreign.summary.request = request(3);
    let mut ahead = commit(2, 0);
    ahead.summary.version = 7;
    let twice = with_counter(with_counter(commit(2, 0), "licences", 0), "licences", 1);
    let long_key = with_key(commit(2, 0), &"k".repeat(200), "content");
    for wrong in [silent, foreign, ahead, twice, long_key, with_events(commit(2, 0), EVENTS_MAX as u64 + 1)] {
        let answer = store.commit(&[commit(1, 0), wrong]).await;
        hold("misuse is an error", matches!(answer, Err(StoreError::Misuse(_))))?;
    }
    same("head", store.head(&office()).await?, Head::default())?;
    same("the lawful member", store.summary(&office(), request(1)).await?, None)
}

async fn a_damaged_event_is_not_taken(store: Arc<dyn Store>) -> Checked {
    let mut envelope = commit(1, 0);
    envelope.events[0].envelope.push(b'!');
    let mut payload = commit(1, 0);
    payload.events[0].payload[0] ^= 1;
    for damaged in [envelope, payload] {
        let answer = store.commit(&[damaged]).await;
        hold("refused", matches!(answer, Err(StoreError::Misuse(Misuse::Unsealed(_)))))?;
    }
    same("head", store.head(&office()).await?, Head::default())
}

async fn offices_are_apart(store: Arc<dyn Store>) -> Checked {
    // One id is the beginning of the other, and everything in them has the same name.
    let offices = [office_named("hill"), office_named("hill-town")];
    let key = |n| with_key(with_counter(commit(n, 0), "licences", 0), "key", "content");
    for (office, count) in offices.iter().zip([1_u64, 2]) {
        let first = with_events(in_office(key(1), office), count);
        same("outcome", one(&store, first.clone()).await?, Outcome::Committed(first.placed(0)))?;
    }
    for (office, count) in offices.iter().zip([1_u64, 2]) {
        same("head", store.head(office).await?.size, count)?;
        same("history", store.history(office, request(1)).await?.len() as u64, count)?;
        same("log", store.events(office, 0, 10).await?.len() as u64, count)?;
        same("summary", store.summary(office, request(1)).await?.map(|row| row.version), Some(count))?;
        same("listing", store.find(office, &crate::store::Query::All, None, 10).await?.rows.len(), 1)?;
        same("place", store.outcome(office, commit(1, 0).id).await?.map(|place| place.version), Some(count))?;
        let foreign = store.history(office, request(1)).await?.iter().any(|event| event.office != *office);
        hold("every event says its own office", !foreign)?;
    }
    let third = office_named("hil");
    same("an office without anything", store.head(&third).await?, Head::default())?;
    same("its log", store.events(&third, 0, 10).await?, vec![])?;
    same("its request", store.summary(&third, request(1)).await?, None)
}
