//! Promises of engines whose stores outlive the process.

use super::{
    Checked, DurableCase, Reopen,
    case::{cases_durable, hold, same},
    fixtures::{
        at, commit, draft, in_office, moment, office, office_named, request, with_counter, with_events,
        with_key,
    },
};
use crate::store::{DraftOutcome, Head, Outcome, Query};

pub(super) const CASES: &[DurableCase] = cases_durable![
    everything_is_there_after_closing,
    an_empty_store_is_there_after_closing,
    a_repeat_after_closing_gives_the_first_place,
    a_reopened_store_goes_on_without_a_gap,
    time_does_not_run_back_after_closing,
];

async fn everything_is_there_after_closing(subject: Box<dyn Reopen>) -> Checked {
    let store = subject.store();
    let neighbour = office_named("hill-town");
    let first = with_key(with_counter(with_events(commit(1, 0), 3), "licences", 0), "key", "content");
    let batch = [first.clone(), commit(2, 0), at(commit(1, 3), 5), in_office(commit(1, 0), &neighbour)];
    store.commit(&batch).await?;
    store.save_draft(&office(), &draft("form", 1, 100), 0).await?;
    store.save_draft(&office(), &draft("form", 2, 100), 1).await?;
    let events = store.events(&office(), 0, 100).await?;
    let page = store.find(&office(), &Query::Open, None, 1).await?;
    drop(store);

    let subject = subject.reopen().await?;
    let store = subject.store();
    same("head", store.head(&office()).await?, Head { size: 5, last_at: moment(5) })?;
    same("events", store.events(&office(), 0, 100).await?, events)?;
    same("page", store.find(&office(), &Query::Open, None, 1).await?, page)?;
    same("history", store.history(&office(), request(1)).await?.len(), 4)?;
    same("summary", store.summary(&office(), request(2)).await?, Some(commit(2, 0).summary))?;
    same("place", store.outcome(&office(), first.id).await?, Some(first.placed(0)))?;
    same("counter", store.counter(&office(), "licences").await?, 1)?;
    same(
        "draft",
        store.load_draft(&office(), &draft("form", 2, 100).key).await?,
        Some(draft("form", 2, 100)),
    )?;
    same("the other office", store.head(&neighbour).await?.size, 1)?;
    Ok(())
}

async fn an_empty_store_is_there_after_closing(subject: Box<dyn Reopen>) -> Checked {
    let subject = subject.reopen().await?;
    same("head", subject.store().head(&office()).await?, Head::default())?;
    let subject = subject.reopen().await?;
    let outcomes = subject.store().commit(&[commit(1, 0)]).await?;
    same("outcomes", outcomes, vec![Outcome::Committed(commit(1, 0).placed(0))])
}

async fn a_repeat_after_closing_gives_the_first_place(subject: Box<dyn Reopen>) -> Checked {
    let first = with_key(commit(1, 0), "key", "content");
    subject.store().commit(std::slice::from_ref(&first)).await?;
    let subject = subject.reopen().await?;
    let other = with_key(commit(2, 0), "key", "content");
    let wrong = with_key(commit(3, 0), "key", "other content");
    let outcomes = subject.store().commit(&[first.clone(), other, wrong]).await?;
    let replayed = Outcome::Replayed(first.placed(0));
    same("outcomes", outcomes, vec![replayed.clone(), replayed, Outcome::KeyReused])
}

async fn a_reopened_store_goes_on_without_a_gap(subject: Box<dyn Reopen>) -> Checked {
    let mut subject = subject;
    for round in 0..4 {
        let batch = [with_counter(commit(1, round), "licences", round), commit(round + 2, 0)];
        let outcomes = subject.store().commit(&batch).await?;
        hold("taken", outcomes.iter().all(|outcome| matches!(outcome, Outcome::Committed(_))))?;
        let saved = subject.store().save_draft(&office(), &draft("form", round + 1, 100), round).await?;
        same("saved", saved, DraftOutcome::Saved)?;
        subject = subject.reopen().await?;
    }
    let log = subject.store().events(&office(), 0, 100).await?;
    same("indexes", log.iter().map(|event| event.index).collect::<Vec<_>>(), (0..8).collect())?;
    Ok(())
}

async fn time_does_not_run_back_after_closing(subject: Box<dyn Reopen>) -> Checked {
    subject.store().commit(&[at(commit(1, 0), 10)]).await?;
    let subject = subject.reopen().await?;
    let outcomes = subject.store().commit(&[at(commit(2, 0), 9)]).await?;
    same("outcomes", outcomes, vec![Outcome::ClockBehind { last: moment(10) }])
}
