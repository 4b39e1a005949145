//! Promises about finding requests.

use super::{
    Broken, Case, Checked,
    case::{cases, hold, same},
    fixtures::{at, code, commit, digest, in_office, moment, office, office_named, request},
};
use crate::{
    ids::RequestId,
    request::StageName,
    store::{Commit, Cursor, PAGE_MAX, Page, Position, Query, Store, Summary},
};
use jiff::civil::date;
use std::sync::Arc;

pub(super) const CASES: &[Case] = cases![
    a_summary_comes_back_as_written,
    every_query_finds_its_requests_in_order,
    pages_join_to_the_whole,
    equal_positions_are_ordered_by_request,
    those_due_first_come_first,
    those_that_wake_first_come_first,
    the_newest_come_first,
    no_rows_asked_none_given,
    a_huge_limit_is_bounded,
    a_changed_summary_moves_between_listings,
    a_closed_request_is_not_open,
    a_cursor_outlives_its_row,
    a_cursor_of_another_query_does_no_harm,
    listings_of_offices_are_apart,
];

async fn write(store: &Arc<dyn Store>, batch: &[Commit]) -> Checked {
    let outcomes = store.commit(batch).await?;
    hold("everything is taken", outcomes.iter().all(|outcome| outcome.placed().is_some()))
}

/// All that is listed under `query`, read in pages of `limit`.
async fn read(store: &Arc<dyn Store>, query: &Query, limit: usize) -> Result<Vec<RequestId>, Broken> {
    let mut found: Vec<RequestId> = Vec::new();
    let mut after: Option<Cursor> = None;
    for _ in 0..200 {
        let Page { rows, next } = store.find(&office(), query, after.as_ref(), limit).await?;
        hold("no page is longer than asked", rows.len() <= limit)?;
        hold("a page that has a next is full", next.is_none() || rows.len() == limit)?;
        found.extend(rows.iter().map(|row| row.request));
        if next.is_none() {
            return Ok(found);
        }
        // As it would come back from a link.
        after = next.map(|cursor| cursor.to_string().parse()).transpose()?;
    }
    Err(Broken("the pages do not end".to_owned()))
}

/// Twelve requests that differ in everything that can be asked.
fn varied() -> Vec<Commit> {
    let stages = [StageName::Submitted, StageName::InReview, StageName::Returned, StageName::Closed];
    let commits = (1_u64..=12).map(|n| {
        let mut commit = commit(n, 0);
        let row = &mut commit.summary;
        row.stage = stages[usize::try_from(n % 4).unwrap_or(0)];
        row.service =
            if n % 2 == 0 { "trade.market-stall" } else { "land.title-copy" }.parse().expect("lawful");
        row.queues = match n % 3 {
            0 => vec![],
            1 => vec!["examiner@land".parse().expect("lawful")],
            _ => {
                vec!["examiner@land".parse().expect("lawful"), "cashier@one-window".parse().expect("lawful")]
            }
        };
        // Not in the order of the numbers, and with equals.
        row.submitted_at = moment((n * 7 % 5).cast_signed());
        row.due_on = (n % 5 != 0).then(|| date(2026, 1, 1 + i8::try_from(n * 5 % 7).unwrap_or(0)));
        row.wake_at = (n % 3 == 0).then(|| moment((100 - n % 2).cast_signed()));
        row.phone = (n % 4 != 0).then(|| digest(&format!("phone {}", n % 2)));
        row.tokens = vec!["ឈ្មោះ".to_owned(), format!("mod{}", n % 5), "ឈ្មោះ".to_owned()];
        commit
    });
    commits.collect()
}

fn summaries(commits: &[Commit]) -> Vec<Summary> {
    commits.iter().map(|commit| commit.summary.clone()).collect()
}

/// Every query that finds any of `rows`, and one that finds nothing of each kind.
fn queries(rows: &[Summary]) -> Vec<Query> {
    let mut queries: Vec<Query> = rows.iter().flat_map(Summary::listed).map(|(query, _)| query).collect();
    queries.extend([
        Query::Stage(StageName::Objected),
        Query::Service("trade.nothing".parse().expect("lawful")),
        Query::Queue("approver@nobody".parse().expect("lawful")),
        Query::Code(code(99)),
        Query::Access(digest("nobody")),
        Query::Phone(digest("nobody")),
        Query::Token("mod".to_owned()),
        Query::Token(String::new()),
    ]);
    queries.sort();
    queries.dedup();
    queries
}

/// What `query` must find, worked out from the rows alone.
pub(super) fn expected(rows: &[Summary], query: &Query) -> Vec<RequestId> {
    let matches = |row: &&Summary| match query {
        Query::All => true,
        Query::Open => row.stage != StageName::Closed,
        Query::Stage(stage) => row.stage == *stage,
        Query::Service(service) => row.service == *service,
        Query::Queue(queue) => row.queues.contains(queue),
        Query::Code(code) => row.code == *code,
        Query::Access(access) => row.access == *access,
        Query::Phone(phone) => row.phone == Some(*phone),
        Query::Token(token) => row.tokens.contains(token),
        Query::Waking => row.wake_at.is_some(),
    };
    let mut found: Vec<&Summary> = rows.iter().filter(matches).collect();
    found.sort_by_key(|row| row.request);
    match query {
        Query::Open | Query::Queue(_) => found.sort_by_key(|row| (row.due_on.is_none(), row.due_on)),
        Query::Waking => found.sort_by_key(|row| row.wake_at),
        Query::Code(_) | Query::Access(_) => {}
        _ => found.sort_by_key(|row| std::cmp::Reverse(row.submitted_at)),
    }
    found.into_iter().map(|row| row.request).collect()
}

async fn a_summary_comes_back_as_written(store: Arc<dyn Store>) -> Checked {
    let mut bare = commit(1, 0);
    bare.summary.queues.clear();
    bare.summary.tokens.clear();
    (bare.summary.phone, bare.summary.due_on, bare.summary.wake_at) = (None, None, None);
    let mut full = commit(2, 0);
    full.summary.wake_at = Some(moment(77));
    full.summary.queues.push("examiner@land".parse()?);
    write(&store, &[bare.clone(), full.clone()]).await?;
    for row in [bare.summary, full.summary] {
        same("by id", store.summary(&office(), row.request).await?, Some(row.clone()))?;
        let page = store.find(&office(), &Query::Code(row.code), None, 5).await?;
        same("by code", page, Page { rows: vec![row], next: None })?;
    }
    Ok(())
}

async fn every_query_finds_its_requests_in_order(store: Arc<dyn Store>) -> Checked {
    write(&store, &varied()).await?;
    let rows: Vec<Summary> = summaries(&varied());
    for query in queries(&rows) {
        same(&format!("{query:?}"), read(&store, &query, 100).await?, expected(&rows, &query))?;
    }
    Ok(())
}

async fn pages_join_to_the_whole(store: Arc<dyn Store>) -> Checked {
    write(&store, &varied()).await?;
    let rows: Vec<Summary> = summaries(&varied());
    for query in queries(&rows) {
        for limit in [1, 2, 3, 5, 11, 12, 13] {
            let found = read(&store, &query, limit).await?;
            same(&format!("{query:?} by {limit}"), found, expected(&rows, &query))?;
        }
    }
    Ok(())
}

async fn equal_positions_are_ordered_by_request(store: Arc<dyn Store>) -> Checked {
    let mut batch: Vec<Commit> = [3, 1, 4, 2].into_iter().map(|n| commit(n, 0)).collect();
    batch.iter_mut().for_each(|commit| commit.summary.submitted_at = moment(1));
    write(&store, &batch).await?;
    let ordered: Vec<RequestId> = (1..=4).map(request).collect();
    for query in [Query::All, Query::Open, Query::Token("sok".to_owned())] {
        same("in one page", read(&store, &query, 10).await?, ordered.clone())?;
        same("in pages of one", read(&store, &query, 1).await?, ordered.clone())?;
    }
    Ok(())
}

async fn those_due_first_come_first(store: Arc<dyn Store>) -> Checked {
    let dues = [
        None,
        Some(date(2026, 3, 1)),
        Some(date(2026, 2, 28)),
        Some(date(2025, 12, 31)),
        Some(date(2026, 10, 1)),
    ];
    let mut batch: Vec<Commit> = (1..=5).map(|n| commit(n, 0)).collect();
    for (commit, due) in batch.iter_mut().zip(dues) {
        commit.summary.due_on = due;
    }
    write(&store, &batch).await?;
    let ordered: Vec<RequestId> = [4, 3, 2, 5, 1].into_iter().map(request).collect();
    same("open", read(&store, &Query::Open, 2).await?, ordered.clone())?;
    same("queue", read(&store, &Query::Queue("front-desk@one-window".parse()?), 2).await?, ordered)
}

async fn those_that_wake_first_come_first(store: Arc<dyn Store>) -> Checked {
    let mut batch: Vec<Commit> = (1..=4).map(|n| commit(n, 0)).collect();
    for (commit, wake) in batch.iter_mut().zip([Some(30), None, Some(-5), Some(20)]) {
        commit.summary.wake_at = wake.map(moment);
    }
    write(&store, &batch).await?;
    same("waking", read(&store, &Query::Waking, 2).await?, [3, 4, 1].into_iter().map(request).collect())
}

async fn the_newest_come_first(store: Arc<dyn Store>) -> Checked {
    let mut batch: Vec<Commit> = (1..=3).map(|n| commit(n, 0)).collect();
    for (commit, submitted) in batch.iter_mut().zip([5, 900, -5]) {
        commit.summary.submitted_at = moment(submitted);
    }
    write(&store, &batch).await?;
    let ordered: Vec<RequestId> = [2, 1, 3].into_iter().map(request).collect();
    for query in [Query::All, Query::Stage(StageName::Submitted), Query::Token("sok".to_owned())] {
        same("newest first", read(&store, &query, 2).await?, ordered.clone())?;
    }
    Ok(())
}

async fn no_rows_asked_none_given(store: Arc<dyn Store>) -> Checked {
    write(&store, &varied()).await?;
    same("page", store.find(&office(), &Query::All, None, 0).await?, Page::default())
}

async fn a_huge_limit_is_bounded(store: Arc<dyn Store>) -> Checked {
    let count = PAGE_MAX as u64 + 3;
    let commits: Vec<Commit> = (1..=count).map(|n| commit(n, 0)).collect();
    for batch in commits.chunks(256) {
        write(&store, batch).await?;
    }
    let first = store.find(&office(), &Query::All, None, usize::MAX).await?;
    same("first page", first.rows.len(), PAGE_MAX)?;
    let second = store.find(&office(), &Query::All, first.next.as_ref(), usize::MAX).await?;
    same("second page", (second.rows.len(), second.next), (3, None))
}

async fn a_changed_summary_moves_between_listings(store: Arc<dyn Store>) -> Checked {
    let mut rows: Vec<Summary> = summaries(&varied());
    write(&store, &varied()).await?;
    let before = queries(&rows);
    // Each request takes over what its neighbour was listed under.
    let old = rows.clone();
    for (row, other) in rows.iter_mut().zip(old.iter().cycle().skip(1)) {
        let (request, code, access) = (row.request, row.code, row.access);
        *row = Summary { request, code, access, version: 2, ..other.clone() };
    }
    let updates: Vec<Commit> =
        (1..).zip(&rows).map(|(n, row)| Commit { summary: row.clone(), ..commit(n, 1) }).collect();
    write(&store, &updates).await?;
    for query in before.into_iter().chain(queries(&rows)) {
        same(&format!("{query:?}"), read(&store, &query, 4).await?, expected(&rows, &query))?;
    }
    Ok(())
}

async fn a_closed_request_is_not_open(store: Arc<dyn Store>) -> Checked {
    write(&store, &[commit(1, 0), commit(2, 0)]).await?;
    let mut closed = at(commit(1, 1), 1);
    closed.summary.stage = StageName::Closed;
    closed.summary.queues.clear();
    write(&store, &[closed]).await?;
    same("open", read(&store, &Query::Open, 10).await?, vec![request(2)])?;
    same("closed", read(&store, &Query::Stage(StageName::Closed), 10).await?, vec![request(1)])?;
    same(
        "queue",
        read(&store, &Query::Queue("front-desk@one-window".parse()?), 10).await?,
        vec![request(2)],
    )?;
    same("all", read(&store, &Query::All, 10).await?.len(), 2)
}

async fn a_cursor_outlives_its_row(store: Arc<dyn Store>) -> Checked {
    write(&store, &[1, 2, 3, 4].map(|n| commit(n, 0))).await?;
    let page = store.find(&office(), &Query::Open, None, 2).await?;
    same("first page", page.rows.iter().map(|row| row.request).collect(), vec![request(1), request(2)])?;
    let mut closed = commit(2, 1);
    closed.summary.stage = StageName::Closed;
    write(&store, &[closed]).await?;
    let rest = store.find(&office(), &Query::Open, page.next.as_ref(), 2).await?;
    same("the rest", rest.rows.iter().map(|row| row.request).collect(), vec![request(3), request(4)])
}

async fn a_cursor_of_another_query_does_no_harm(store: Arc<dyn Store>) -> Checked {
    write(&store, &varied()).await?;
    let rows: Vec<Summary> = summaries(&varied());
    for position in [i64::MIN, -1, 0, i64::MAX] {
        for id in [[0; 16], [255; 16]] {
            let cursor = Cursor {
                position: Position(position),
                request: RequestId::new(crate::calendar::Moment::from_millis(0), [id[0]; 10]),
            };
            for query in queries(&rows) {
                let page = store.find(&office(), &query, Some(&cursor), 100).await?;
                let lawful = expected(&rows, &query);
                let foreign = page.rows.iter().any(|row| !lawful.contains(&row.request));
                hold(&format!("{query:?} shows its own rows only"), !foreign)?;
            }
        }
    }
    Ok(())
}

async fn listings_of_offices_are_apart(store: Arc<dyn Store>) -> Checked {
    let neighbour = office_named("harbour");
    write(&store, &[commit(1, 0), in_office(commit(2, 0), &neighbour), in_office(commit(3, 0), &neighbour)])
        .await?;
    let shared = [
        Query::All,
        Query::Open,
        Query::Stage(StageName::Submitted),
        Query::Token("sok".to_owned()),
        Query::Queue("front-desk@one-window".parse()?),
    ];
    for query in shared {
        same("this office", read(&store, &query, 10).await?, vec![request(1)])?;
        same("its neighbour", store.find(&neighbour, &query, None, 10).await?.rows.len(), 2)?;
    }
    same("a code", store.find(&office(), &Query::Code(code(2)), None, 10).await?, Page::default())?;
    same("a row", store.summary(&office(), request(2)).await?, None)
}
