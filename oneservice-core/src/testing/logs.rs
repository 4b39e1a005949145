//! Promises about the office's log.

use super::{
    Case, Checked,
    case::{cases, hold, same},
    fixtures::{at, commit, moment, office, office_named, request, with_events},
};
use crate::store::{Head, PAGE_MAX, Store, StoredEvent};
use std::sync::Arc;

pub(super) const CASES: &[Case] = cases![
    an_empty_log_has_a_head,
    the_log_has_no_gap,
    pages_of_the_log_join,
    the_head_follows_the_log,
    what_was_read_never_changes,
    a_refusal_leaves_no_trace_in_the_log,
    events_keep_their_hashes,
    a_history_is_a_part_of_the_log,
    a_huge_limit_of_events_is_bounded,
];

/// Three requests, eleven events, in mixed order.
async fn fill(store: &Arc<dyn Store>) -> Checked {
    let batches = [
        vec![with_events(commit(2, 0), 2), commit(1, 0)],
        vec![commit(1, 1)],
        vec![with_events(commit(3, 0), 3), commit(2, 2), with_events(commit(1, 2), 2), commit(2, 3)],
    ];
    for (second, batch) in (0..).zip(batches) {
        let batch: Vec<_> = batch.into_iter().map(|commit| at(commit, second)).collect();
        let outcomes = store.commit(&batch).await?;
        hold("everything is taken", outcomes.iter().all(|outcome| outcome.placed().is_some()))?;
    }
    Ok(())
}

fn places(events: &[StoredEvent]) -> Vec<(u64, crate::ids::RequestId, u64)> {
    events.iter().map(|event| (event.index, event.request, event.version)).collect()
}

async fn an_empty_log_has_a_head(store: Arc<dyn Store>) -> Checked {
    same("head", store.head(&office()).await?, Head::default())?;
    same("events", store.events(&office(), 0, 10).await?, vec![])?;
    same("history", store.history(&office(), request(1)).await?, vec![])
}

async fn the_log_has_no_gap(store: Arc<dyn Store>) -> Checked {
    fill(&store).await?;
    let expected = [(2, 1), (2, 2), (1, 1), (1, 2), (3, 1), (3, 2), (3, 3), (2, 3), (1, 3), (1, 4), (2, 4)];
    let expected: Vec<_> =
        (0..).zip(expected).map(|(index, (n, version))| (index, request(n), version)).collect();
    same("log", places(&store.events(&office(), 0, 100).await?), expected)
}

async fn pages_of_the_log_join(store: Arc<dyn Store>) -> Checked {
    fill(&store).await?;
    let whole = store.events(&office(), 0, 100).await?;
    for limit in 1..=12 {
        let mut joined = Vec::new();
        while joined.len() < whole.len() {
            let page = store.events(&office(), joined.len() as u64, limit).await?;
            hold("a page holds something and not too much", (1..=limit).contains(&page.len()))?;
            joined.extend(page);
        }
        same("joined pages", joined, whole.clone())?;
    }
    same("no events asked", store.events(&office(), 0, 0).await?, vec![])?;
    for beyond in [11, 12, u64::MAX] {
        same("beyond the end", store.events(&office(), beyond, 10).await?, vec![])?;
    }
    Ok(())
}

async fn the_head_follows_the_log(store: Arc<dyn Store>) -> Checked {
    fill(&store).await?;
    same("head", store.head(&office()).await?, Head { size: 11, last_at: moment(2) })?;
    same("another office", store.head(&office_named("hill-town")).await?, Head::default())
}

async fn what_was_read_never_changes(store: Arc<dyn Store>) -> Checked {
    fill(&store).await?;
    let before = store.events(&office(), 0, 100).await?;
    store.commit(&[at(commit(1, 4), 60), at(commit(4, 0), 60)]).await?;
    let after = store.events(&office(), 0, 100).await?;
    same("size", after.len(), before.len() + 2)?;
    same("the beginning", after[..before.len()].to_vec(), before)
}

async fn a_refusal_leaves_no_trace_in_the_log(store: Arc<dyn Store>) -> Checked {
    fill(&store).await?;
    let before = (store.head(&office()).await?, store.events(&office(), 0, 100).await?);
    let mut stale = at(commit(1, 1), 60);
    stale.id = commit(9, 9).id;
    let outcomes = store.commit(&[stale, at(commit(4, 0), 0)]).await?;
    hold("both are refused", outcomes.iter().all(|outcome| outcome.placed().is_none()))?;
    same("log", (store.head(&office()).await?, store.events(&office(), 0, 100).await?), before)
}

async fn events_keep_their_hashes(store: Arc<dyn Store>) -> Checked {
    fill(&store).await?;
    for event in store.events(&office(), 0, 100).await? {
        event.body.check()?;
    }
    Ok(())
}

async fn a_history_is_a_part_of_the_log(store: Arc<dyn Store>) -> Checked {
    fill(&store).await?;
    let whole = store.events(&office(), 0, 100).await?;
    for n in 1..=3 {
        let part: Vec<_> = whole.iter().filter(|event| event.request == request(n)).cloned().collect();
        same("history", store.history(&office(), request(n)).await?, part)?;
    }
    Ok(())
}

async fn a_huge_limit_of_events_is_bounded(store: Arc<dyn Store>) -> Checked {
    let batch: Vec<_> = (1..=17).map(|n| with_events(commit(n, 0), 60)).collect();
    store.commit(&batch).await?;
    let page = store.events(&office(), 0, usize::MAX).await?;
    hold("bounded", (1..=PAGE_MAX).contains(&page.len()))?;
    let rest = store.events(&office(), page.len() as u64, usize::MAX).await?;
    same("the rest", rest.first().map(|event| event.index), Some(page.len() as u64))
}
