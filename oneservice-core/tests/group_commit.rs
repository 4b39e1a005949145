//! The one writer before an engine that fails: every commit is answered, and written once or known not to be.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use oneservice_core::store::{
    Commit, GroupCommit, Limits, Log, MemoryStore, Outcome, Requests, StoreError, Written,
};
use oneservice_core::testing::faults::{Failing, Fault};
use oneservice_core::testing::fixtures::{commit, office};

const PATIENT: Duration = Duration::from_secs(60);

fn failing(plan: &[Fault], patience: Duration) -> (Arc<Failing<MemoryStore>>, GroupCommit) {
    let store = Arc::new(Failing::new(MemoryStore::default(), plan.iter().copied()));
    let limits = Limits { patience, pause: Duration::from_millis(1), ..Limits::default() };
    let writer = GroupCommit::new(store.clone(), limits);
    (store, writer)
}

/// Sends all at once.
async fn send(writer: &GroupCommit, commits: &[Commit]) -> Vec<Result<Outcome, StoreError>> {
    join_all(commits.iter().map(|commit| writer.commit(commit.clone()))).await
}

#[tokio::test]
async fn whatever_fails_each_commit_is_written_once() {
    let commits: Vec<Commit> = (1..=6).map(|n| commit(n, 0)).collect();
    let faults = [Fault::Refused, Fault::LostBefore, Fault::LostAfter, Fault::LostMidway, Fault::Panic];
    for first in faults {
        for second in faults {
            let (store, writer) = failing(&[first, second], PATIENT);
            for answer in send(&writer, &commits).await {
                assert!(matches!(answer, Ok(Outcome::Committed(_))), "{first:?}, {second:?}: {answer:?}");
            }
            let memory = store.inner();
            assert_eq!(memory.head(&office()).await.unwrap().size, 6, "{first:?}, {second:?}");
            for commit in &commits {
                assert!(memory.outcome(&office(), commit.id).await.unwrap().is_some());
            }
        }
    }
}

#[tokio::test]
async fn a_stored_commit_is_looked_up_and_not_run_again() {
    let (store, writer) = failing(&[Fault::LostAfter], PATIENT);
    let answer = writer.commit(commit(1, 0)).await.unwrap();
    assert_eq!(answer, Outcome::Committed(commit(1, 0).placed(0)));
    assert_eq!((store.commits(), store.look_ups()), (1, 1));
}

#[tokio::test]
async fn a_refused_commit_is_run_again_without_a_look_up() {
    let (store, writer) = failing(&[Fault::Refused], PATIENT);
    let answer = writer.commit(commit(1, 0)).await.unwrap();
    assert_eq!(answer, Outcome::Committed(commit(1, 0).placed(0)));
    assert_eq!((store.commits(), store.look_ups()), (2, 0));
    assert_eq!(store.batches(), [[commit(1, 0).id], [commit(1, 0).id]]);
}

#[tokio::test]
async fn a_full_disk_is_told_at_once_and_as_not_written() {
    let (store, writer) = failing(&[Fault::Full], PATIENT);
    let error = writer.commit(commit(1, 0)).await.unwrap_err();
    assert!(matches!(error, StoreError::Full { written: Written::No, .. }), "{error:?}");
    assert_eq!(store.commits(), 1);
    let later = writer.commit(commit(1, 0)).await.unwrap();
    assert_eq!(later, Outcome::Committed(commit(1, 0).placed(0)));
}

#[tokio::test]
async fn an_engine_that_stays_away_is_told_when_patience_ends() {
    let (store, writer) = failing(&[], Duration::from_millis(20));
    store.take_down(u64::MAX);
    let error = writer.commit(commit(1, 0)).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { written: Written::No, .. }), "{error:?}");
    store.take_down(0);
    assert_eq!(store.inner().head(&office()).await.unwrap().size, 0);
}
