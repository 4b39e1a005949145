//! Promises about copying a store into another.

use super::{
    ArchiveCase, Checked, ReopenTarget, TargetCase,
    case::{cases_archive, cases_target, hold, same},
    faults::{Failing, Fault},
    fixtures::{
        at, commit, commit_id, digest, draft, in_office, office, office_named, request, with_counter,
        with_events, with_key,
    },
};
use crate::{
    ids::OfficeId,
    request::StageName,
    store::{
        Archive, EXPORT_MAX_BYTES, EventBody, Head, Kind, MemoryStore, Misuse, Outcome, Place, Query,
        Records, StoreError, TransferError, Transferred, transfer,
    },
};
use std::sync::Arc;

pub(super) const CASES: &[ArchiveCase] = cases_archive![
    a_copy_holds_what_the_source_holds,
    a_copy_answers_like_the_source,
    a_copy_goes_on_where_the_source_ended,
    nothing_can_be_copied,
    records_that_come_twice_change_nothing,
    a_row_that_comes_again_is_listed_once,
    a_target_is_no_office_until_it_is_finished,
    what_is_no_target_takes_no_records,
    a_store_that_holds_something_is_no_target,
    a_copy_that_was_cut_off_anywhere_is_taken_up,
    a_source_that_went_on_meanwhile_is_taken_up,
    what_the_source_does_not_hold_is_found,
    pages_of_an_export_join,
    a_page_of_large_records_is_short,
];

pub(super) const TARGET_CASES: &[TargetCase] =
    cases_target![an_unfinished_target_cannot_be_opened, an_unfinished_target_is_taken_up_after_closing];

fn quiet() -> OfficeId {
    office_named("quiet-town")
}

/// Two offices at work and one with a draft only; every kind of record, and a name of no bytes.
async fn fill(store: &dyn Archive) -> Checked {
    let neighbour = office_named("hill-town");
    store.save_draft(&office(), &draft("sent", 1, 100), 0).await?;
    let mut sent = with_key(with_events(commit(1, 0), 3), "key", "content");
    sent.closes_draft = Some((digest("sent"), 1));
    let batch = [
        sent,
        with_key(commit(2, 0), "", "no name"),
        at(with_counter(with_counter(commit(1, 3), "licences", 0), "", 0), 5),
        at(with_counter(commit(3, 0), "licences", 1), 6),
        in_office(with_key(with_events(commit(1, 0), 2), "key", "other content"), &neighbour),
    ];
    let outcomes = store.commit(&batch).await?;
    hold("everything is taken", outcomes.iter().all(|outcome| matches!(outcome, Outcome::Committed(_))))?;
    for (office, name) in [(office(), "kept"), (office(), "kept too"), (quiet(), "kept")] {
        let saved = draft(name, 1, 200);
        store.save_draft(&office, &saved, 0).await?;
        let again = crate::store::Draft { version: 2, ..saved };
        store.save_draft(&office, &again, 1).await?;
    }
    Ok(())
}

async fn copy(source: &dyn Archive, target: &dyn Archive) -> Result<Transferred, TransferError> {
    transfer(source, target, |_| ()).await
}

/// All records of an office, kind by kind.
async fn records(store: &dyn Archive, office: &OfficeId) -> Result<Vec<Records>, StoreError> {
    let mut all = Vec::new();
    for kind in Kind::ALL {
        all.push(store.export(office, &Place::first(kind), usize::MAX).await?);
    }
    Ok(all)
}

/// Demands that two small stores hold the same, asked in every way there is.
async fn same_stores(source: &dyn Archive, target: &dyn Archive) -> Checked {
    let offices = source.offices().await?;
    same("offices", target.offices().await?, offices.clone())?;
    same("counts", target.counts().await?, source.counts().await?)?;
    for office in &offices {
        same("head", target.head(office).await?, source.head(office).await?)?;
        same("log", target.events(office, 0, 1_000).await?, source.events(office, 0, 1_000).await?)?;
        for kind in records(source, office).await? {
            let copied = target.export(office, &Place::first(kind_of(&kind)), usize::MAX).await?;
            same("records", copied, kind.clone())?;
            match kind {
                Records::Commits(commits) => {
                    for placed in commits {
                        same("place", target.outcome(office, placed.commit).await?, Some(placed))?;
                    }
                }
                Records::Counters(counters) => {
                    for (name, value) in counters {
                        same("counter", target.counter(office, &name).await?, value)?;
                    }
                }
                Records::Summaries(rows) => {
                    for row in rows {
                        same("row", target.summary(office, row.request).await?, Some(row.clone()))?;
                        let history = source.history(office, row.request).await?;
                        same("history", target.history(office, row.request).await?, history)?;
                        for (query, _) in row.listed() {
                            let page = source.find(office, &query, None, 100).await?;
                            same("listing", target.find(office, &query, None, 100).await?, page)?;
                        }
                    }
                }
                Records::Drafts(drafts) => {
                    for draft in drafts {
                        same("draft", target.load_draft(office, &draft.key).await?, Some(draft))?;
                    }
                }
                Records::Events(_) | Records::Keys(_) => {}
            }
        }
    }
    Ok(())
}

fn kind_of(records: &Records) -> Kind {
    match records {
        Records::Events(_) => Kind::Events,
        Records::Commits(_) => Kind::Commits,
        Records::Keys(_) => Kind::Keys,
        Records::Counters(_) => Kind::Counters,
        Records::Summaries(_) => Kind::Summaries,
        Records::Drafts(_) => Kind::Drafts,
    }
}

async fn a_copy_holds_what_the_source_holds(source: Arc<dyn Archive>, target: Arc<dyn Archive>) -> Checked {
    fill(&*source).await?;
    let copied = copy(&*source, &*target).await?;
    let counts = copied.counts;
    same("events", counts.events, 8)?;
    same("commits", counts.commits, 5)?;
    same("keys", counts.keys, 3)?;
    same("counters", counts.counters, 2)?;
    same("summaries", counts.summaries, 4)?;
    same("drafts", counts.drafts, 3)?;
    same("found from earlier", copied.found, 0)?;
    same_stores(&*source, &*target).await?;
    let back: Arc<dyn Archive> = Arc::new(MemoryStore::default());
    same("the digest of a copy of the copy", copy(&*target, &*back).await?.digest, copied.digest)
}

async fn a_copy_answers_like_the_source(source: Arc<dyn Archive>, target: Arc<dyn Archive>) -> Checked {
    fill(&*source).await?;
    copy(&*source, &*target).await?;
    let first = with_events(commit(1, 0), 3);
    let mut by_key = with_key(commit(9, 0), "key", "content");
    by_key.id = commit_id(9, 9);
    let asked = [
        first,
        by_key,
        with_key(commit(9, 0), "key", "something else"),
        commit(1, 3 - 1),
        with_counter(at(commit(2, 1), 6), "licences", 1),
        at(commit(9, 0), 5),
    ];
    same("answers", target.commit(&asked).await?, source.commit(&asked).await?)?;
    let mut taken = at(commit(9, 0), 6);
    taken.summary.code = commit(2, 0).summary.code;
    same("a code that is taken", target.commit(&[taken]).await?, vec![Outcome::CodeTaken])?;
    let late = draft("kept", 2, 300);
    same(
        "a late draft",
        target.save_draft(&office(), &late, 1).await?,
        source.save_draft(&office(), &late, 1).await?,
    )?;
    same_stores(&*source, &*target).await
}

async fn a_copy_goes_on_where_the_source_ended(
    source: Arc<dyn Archive>,
    target: Arc<dyn Archive>,
) -> Checked {
    fill(&*source).await?;
    copy(&*source, &*target).await?;
    let mut closed = at(with_counter(with_key(commit(1, 4), "next", "x"), "licences", 2), 7);
    closed.summary.stage = StageName::Closed;
    closed.closes_draft = Some((digest("kept"), 2));
    let batch = [closed, at(commit(4, 0), 8)];
    let went_on = source.commit(&batch).await?;
    hold("the source takes both", went_on.iter().all(|outcome| matches!(outcome, Outcome::Committed(_))))?;
    same("the same answers", target.commit(&batch).await?, went_on)?;
    let all = crate::calendar::Moment::from_millis(i64::MAX);
    same(
        "the same drafts expire",
        target.purge_drafts(&office(), all, 10).await?,
        source.purge_drafts(&office(), all, 10).await?,
    )?;
    same_stores(&*source, &*target).await
}

async fn nothing_can_be_copied(source: Arc<dyn Archive>, target: Arc<dyn Archive>) -> Checked {
    copy(&*source, &*target).await?;
    copy(&*source, &*target).await?;
    let outcomes = target.commit(&[commit(1, 0)]).await?;
    same("the target works", outcomes, vec![Outcome::Committed(commit(1, 0).placed(0))])
}

async fn records_that_come_twice_change_nothing(
    source: Arc<dyn Archive>,
    target: Arc<dyn Archive>,
) -> Checked {
    fill(&*source).await?;
    target.begin_import().await?;
    let mut heads = Vec::new();
    for office in source.offices().await? {
        for kind in records(&*source, &office).await? {
            target.import(&office, &kind).await?;
            target.import(&office, &kind).await?;
        }
        let head = source.head(&office).await?;
        heads.extend((head != Head::default()).then_some((office, head)));
    }
    target.finish_import(&heads).await?;
    same_stores(&*source, &*target).await
}

async fn a_row_that_comes_again_is_listed_once(
    source: Arc<dyn Archive>,
    target: Arc<dyn Archive>,
) -> Checked {
    source.commit(&[commit(1, 0)]).await?;
    let early = records(&*source, &office()).await?;
    let mut closed = commit(1, 1);
    closed.summary.stage = StageName::Closed;
    closed.summary.queues = vec![];
    source.commit(&[closed]).await?;
    target.begin_import().await?;
    for kind in early {
        target.import(&office(), &kind).await?;
    }
    copy(&*source, &*target).await?;
    same_stores(&*source, &*target).await?;
    for gone in [Query::Open, Query::Stage(StageName::Submitted)] {
        same("not listed any more", target.find(&office(), &gone, None, 10).await?.rows, vec![])?;
    }
    Ok(())
}

fn unfinished<T>(answer: Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Unfinished))
}

async fn a_target_is_no_office_until_it_is_finished(
    source: Arc<dyn Archive>,
    target: Arc<dyn Archive>,
) -> Checked {
    source.commit(&[commit(1, 0)]).await?;
    target.begin_import().await?;
    target.import(&office(), &records(&*source, &office()).await?[0]).await?;
    let late = crate::calendar::Moment::from_millis(i64::MAX);
    for _ in 0..2 {
        hold("no commit", unfinished(target.commit(&[commit(2, 0)]).await))?;
        hold("no draft", unfinished(target.save_draft(&office(), &draft("form", 1, 9), 0).await))?;
        hold("no purge", unfinished(target.purge_drafts(&office(), late, 9).await))?;
        same("no head", target.head(&office()).await?, Head::default())?;
        // The mark stays over a second beginning.
        target.begin_import().await?;
    }
    copy(&*source, &*target).await?;
    same_stores(&*source, &*target).await?;
    target.commit(&[commit(2, 0)]).await?;
    same("then it works", target.head(&office()).await?.size, 2)
}

async fn what_is_no_target_takes_no_records(source: Arc<dyn Archive>, target: Arc<dyn Archive>) -> Checked {
    fill(&*source).await?;
    for finished in [false, true] {
        if finished {
            target.begin_import().await?;
            target.finish_import(&[]).await?;
        }
        for kind in records(&*source, &office()).await? {
            let answer = target.import(&office(), &kind).await;
            hold("no records", matches!(answer, Err(StoreError::Misuse(Misuse::NoTransfer))))?;
        }
        let head = source.head(&office()).await?;
        let answer = target.finish_import(&[(office(), head)]).await;
        hold("no end", matches!(answer, Err(StoreError::Misuse(Misuse::NoTransfer))))?;
        same("nothing is there", target.counts().await?.total(), 0)?;
        same("no head", target.head(&office()).await?, Head::default())?;
    }
    Ok(())
}

async fn a_store_that_holds_something_is_no_target(
    source: Arc<dyn Archive>,
    target: Arc<dyn Archive>,
) -> Checked {
    fill(&*source).await?;
    source.commit(&[at(commit(5, 0), 9)]).await?;
    let refused = |answer: Result<_, TransferError>| {
        hold("refused", matches!(answer, Err(TransferError::Target(StoreError::NotEmpty))))
    };
    target.save_draft(&office(), &draft("form", 1, 9), 0).await?;
    refused(copy(&*source, &*target).await)?;
    target.commit(&[commit(1, 0)]).await?;
    target.purge_drafts(&office(), crate::calendar::Moment::from_millis(i64::MAX), 9).await?;
    refused(copy(&*source, &*target).await)?;
    target.commit(&[commit(2, 0)]).await?;
    same("it went on as it was", target.head(&office()).await?.size, 2)
}

async fn a_copy_that_was_cut_off_anywhere_is_taken_up(
    source: Arc<dyn Archive>,
    target: Arc<dyn Archive>,
) -> Checked {
    fill(&*source).await?;
    for writes in 0..100 {
        // Before this write or after it, and the answer is lost either way.
        let fault = if writes % 2 == 0 { Fault::LostAfter } else { Fault::LostBefore };
        let plan = vec![Fault::None; writes].into_iter().chain([fault]);
        let failing = Failing::over(Arc::clone(&target), plan);
        match copy(&*source, &failing).await {
            Ok(copied) => {
                hold("it was cut off in between", writes > 3)?;
                hold("it was taken up", copied.found > 0)?;
                return same_stores(&*source, &*target).await;
            }
            Err(TransferError::Target(StoreError::Unavailable { .. })) => {
                hold("no office yet", unfinished(target.commit(&[commit(9, 0)]).await) || writes == 0)?;
            }
            Err(other) => return Err(other.into()),
        }
    }
    hold("it ends", false)
}

async fn a_source_that_went_on_meanwhile_is_taken_up(
    source: Arc<dyn Archive>,
    target: Arc<dyn Archive>,
) -> Checked {
    fill(&*source).await?;
    target.begin_import().await?;
    for office in source.offices().await? {
        for kind in records(&*source, &office).await? {
            target.import(&office, &kind).await?;
        }
    }
    let mut next = at(with_counter(commit(1, 4), "licences", 2), 7);
    next.closes_draft = Some((digest("kept"), 2));
    source.commit(&[next, at(commit(4, 0), 8)]).await?;
    copy(&*source, &*target).await?;
    same_stores(&*source, &*target).await
}

async fn what_the_source_does_not_hold_is_found(
    source: Arc<dyn Archive>,
    target: Arc<dyn Archive>,
) -> Checked {
    let foreign: Arc<dyn Archive> = Arc::new(MemoryStore::default());
    foreign.commit(&[commit(7, 0), commit(8, 0)]).await?;
    source.commit(&[commit(1, 0)]).await?;
    target.begin_import().await?;
    for kind in records(&*foreign, &office()).await? {
        target.import(&office(), &kind).await?;
    }
    let answer = copy(&*source, &*target).await;
    hold("events", matches!(answer, Err(TransferError::Differs { kind: Kind::Events, .. })))?;
    hold("still no office", unfinished(target.commit(&[commit(9, 0)]).await))
}

async fn pages_of_an_export_join(source: Arc<dyn Archive>, _: Arc<dyn Archive>) -> Checked {
    fill(&*source).await?;
    let whole = records(&*source, &office()).await?;
    for kind in Kind::ALL {
        let all = &whole[kind as usize];
        for limit in 1..=all.len() + 1 {
            let mut place = Place::first(kind);
            let mut pages = Vec::new();
            loop {
                let page = source.export(&office(), &place, limit).await?;
                hold("not too much", page.len() <= limit)?;
                let Some(next) = page.next() else { break };
                pages.push(page);
                place = next;
            }
            same("records in pages", pages.iter().map(Records::len).sum(), all.len())?;
            same("the last page ends it", pages.last().and_then(Records::next), all.next())?;
            same("pages", pages.len(), all.len().div_ceil(limit))?;
        }
        same("none asked", source.export(&office(), &Place::first(kind), 0).await?.len(), 0)?;
        let nowhere = office_named("harbour");
        same("another office", source.export(&nowhere, &Place::first(kind), 9).await?.len(), 0)?;
    }
    let Records::Keys(keys) = &whole[Kind::Keys as usize] else { return hold("keys", false) };
    same("keys in order", keys.iter().map(|key| key.key.as_str()).collect(), vec!["", "key"])?;
    let Records::Summaries(rows) = &whole[Kind::Summaries as usize] else { return hold("rows", false) };
    same(
        "rows in order",
        rows.iter().map(|row| row.request).collect(),
        vec![request(1), request(2), request(3)],
    )
}

async fn a_page_of_large_records_is_short(source: Arc<dyn Archive>, target: Arc<dyn Archive>) -> Checked {
    let large = EXPORT_MAX_BYTES * 2 / 5;
    for n in 1..=3 {
        let mut big = commit(n, 0);
        big.events = vec![EventBody::seal([1; 32], vec![7; large], |sealed| sealed.as_bytes().to_vec())];
        source.commit(&[big]).await?;
        let body = vec![8; large];
        source
            .save_draft(&office(), &crate::store::Draft { body, ..draft(&format!("{n}"), 1, 9) }, 0)
            .await?;
    }
    for kind in [Kind::Events, Kind::Drafts] {
        let page = source.export(&office(), &Place::first(kind), 10).await?;
        same("two of three", page.len(), 2)?;
        let Some(next) = page.next() else { return hold("a next page", false) };
        same("the third", source.export(&office(), &next, 10).await?.len(), 1)?;
    }
    copy(&*source, &*target).await?;
    same_stores(&*source, &*target).await
}

async fn an_unfinished_target_cannot_be_opened(subject: Box<dyn ReopenTarget>) -> Checked {
    let source = MemoryStore::default();
    fill(&source).await?;
    let target = subject.archive();
    target.begin_import().await?;
    target.import(&office(), &records(&source, &office()).await?[0]).await?;
    drop(target);
    let subject = subject.reopen_target().await?;
    hold("as a target it is there", subject.archive().counts().await?.events > 0)?;
    hold("not as an office", unfinished(subject.reopen().await.map(|_| ())))
}

async fn an_unfinished_target_is_taken_up_after_closing(subject: Box<dyn ReopenTarget>) -> Checked {
    let source = MemoryStore::default();
    fill(&source).await?;
    let failing = Failing::over(subject.archive(), [Fault::None, Fault::None, Fault::None, Fault::LostAfter]);
    hold("cut off", copy(&source, &failing).await.is_err())?;
    drop(failing);
    let subject = subject.reopen_target().await?;
    let copied = copy(&source, &*subject.archive()).await?;
    hold("taken up", copied.found > 0)?;
    let subject = subject.reopen().await?;
    same_stores(&source, &*subject.archive()).await?;
    subject.archive().commit(&[at(commit(1, 4), 9)]).await?;
    same("it goes on", subject.archive().head(&office()).await?.size, 7)
}
