//! Promises about many at once.

use super::{
    Broken, Case, Checked,
    case::{cases, hold, same},
    fixtures::{commit, commit_id, event, office, request, with_counter, with_events, with_key},
};
use crate::store::{Commit, Outcome, Query, Store, StoreError};
use futures::future::join_all;
use std::sync::Arc;

pub(super) const CASES: &[Case] = cases![
    one_of_many_writers_wins,
    one_of_many_sends_is_written,
    writers_of_many_requests_leave_no_gap,
    a_register_has_no_gap_under_contention,
    readers_see_whole_commits,
    a_dropped_commit_is_whole_or_nothing,
];

/// Runs each batch in a task of its own.
async fn all_at_once(store: &Arc<dyn Store>, batches: Vec<Vec<Commit>>) -> Result<Vec<Vec<Outcome>>, Broken> {
    let tasks = batches.into_iter().map(|batch| {
        let store = store.clone();
        tokio::spawn(async move { store.commit(&batch).await })
    });
    let mut outcomes = Vec::new();
    for answer in join_all(tasks).await {
        outcomes.push(answer??);
    }
    Ok(outcomes)
}

async fn one_of_many_writers_wins(store: Arc<dyn Store>) -> Checked {
    store.commit(&[commit(1, 0)]).await?;
    let rival = |n: u64| {
        let mut rival = commit(1, 1);
        rival.id = commit_id(100 + n, 0);
        rival.events = vec![event(&format!("decided by {n}"))];
        rival.summary.applicant_name = format!("decided by {n}");
        vec![rival]
    };
    let outcomes = all_at_once(&store, (0..24).map(rival).collect()).await?.concat();
    let winners: Vec<_> = outcomes.iter().filter_map(Outcome::placed).collect();
    same("winners", winners.len(), 1)?;
    let conflicts = outcomes.iter().filter(|outcome| **outcome == Outcome::VersionConflict { actual: 2 });
    same("conflicts", conflicts.count(), 23)?;
    let history = store.history(&office(), request(1)).await?;
    same("versions", history.len(), 2)?;
    let name = store.summary(&office(), request(1)).await?.map(|row| row.applicant_name).unwrap_or_default();
    same("the row is the winner's", history[1].body.clone(), event(&name))?;
    let place = winners.first().copied();
    let id = place.map_or(commit_id(0, 0), |place| place.commit);
    same("the winner's place", store.outcome(&office(), id).await?, place)
}

async fn one_of_many_sends_is_written(store: Arc<dyn Store>) -> Checked {
    let sends = (1..=24).map(|n| vec![with_key(commit(n, 0), "key", "content")]).collect();
    let outcomes = all_at_once(&store, sends).await?.concat();
    let written = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Committed(_))).count();
    same("written", written, 1)?;
    let places: Vec<_> = outcomes.iter().map(Outcome::placed).collect();
    hold("all have the same receipt", places[0].is_some() && places.iter().all(|place| *place == places[0]))?;
    same("size", store.head(&office()).await?.size, 1)
}

async fn writers_of_many_requests_leave_no_gap(store: Arc<dyn Store>) -> Checked {
    let batches = (0..8_u64).map(|writer| (0..6).map(|n| commit(1 + writer * 6 + n, 0)).collect()).collect();
    let outcomes = all_at_once(&store, batches).await?.concat();
    let mut indexes: Vec<u64> =
        outcomes.iter().filter_map(Outcome::placed).map(|place| place.first_index).collect();
    indexes.sort_unstable();
    same("indexes", indexes, (0..48).collect())?;
    let log = store.events(&office(), 0, 100).await?;
    same("log", log.iter().map(|event| event.index).collect::<Vec<_>>(), (0..48).collect())?;
    for place in outcomes.iter().filter_map(Outcome::placed) {
        let index = usize::try_from(place.first_index)?;
        same("each stands where it was told", log[index].request, place.request)?;
    }
    Ok(())
}

async fn a_register_has_no_gap_under_contention(store: Arc<dyn Store>) -> Checked {
    let writer = |n: u64| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut from = 0;
            for _ in 0..64 {
                match store.commit(&[with_counter(commit(n, 0), "licences", from)]).await?.pop() {
                    Some(Outcome::CounterMoved { actual, .. }) => from = actual,
                    Some(Outcome::Committed(_)) => return Ok(Some(from + 1)),
                    _ => break,
                }
            }
            Ok::<_, StoreError>(None)
        })
    };
    let mut numbers = Vec::new();
    for number in join_all((1..=12).map(writer)).await {
        numbers.push(number??);
    }
    numbers.sort_unstable();
    same("numbers", numbers, (1..=12).map(Some).collect())?;
    same("counter", store.counter(&office(), "licences").await?, 12)
}

async fn readers_see_whole_commits(store: Arc<dyn Store>) -> Checked {
    let writing = {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 1..=20 {
                store.commit(&[with_events(commit(n, 0), 5)]).await?;
            }
            Ok::<_, StoreError>(())
        })
    };
    let mut done = false;
    while !done {
        done = writing.is_finished();
        let head = store.head(&office()).await?;
        same("the log moves by whole commits", head.size % 5, 0)?;
        let read = store.events(&office(), head.size.saturating_sub(5), 5).await?.len() as u64;
        hold("what the head says is there", read >= head.size.min(5))?;
        let page = store.find(&office(), &Query::All, None, 100).await?;
        let size = store.head(&office()).await?.size;
        hold("a row is seen with its events", page.rows.len() as u64 * 5 <= size)?;
        for row in page.rows.iter().rev().take(2) {
            same("history of a row", store.history(&office(), row.request).await?.len() as u64, row.version)?;
        }
        tokio::task::yield_now().await;
    }
    writing.await??;
    same("size", store.head(&office()).await?.size, 100)
}

async fn a_dropped_commit_is_whole_or_nothing(store: Arc<dyn Store>) -> Checked {
    for n in 1..=10 {
        let dropped = with_events(commit(n, 0), 3);
        {
            let batch = [dropped.clone()];
            let mut writing = store.commit(&batch);
            // Begun, then left.
            let _ = futures::poll!(writing.as_mut());
        }
        // Whatever it left behind, the store goes on; what it wrote may come only now.
        store.commit(&[commit(100 + n, 0)]).await?;
        let again = store.commit(std::slice::from_ref(&dropped)).await?;
        hold("it is there once", again[0].placed().is_some())?;
        same("whole", store.history(&office(), request(n)).await?.len(), 3)?;
        same("row", store.summary(&office(), request(n)).await?, Some(dropped.summary))?;
        same("size", store.head(&office()).await?.size, n * 4)?;
    }
    Ok(())
}
