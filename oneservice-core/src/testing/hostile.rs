//! Promises about what people, and programs that mean harm, may send.

use super::{
    Case, Checked,
    case::{cases, hold, same},
    fixtures::{at, commit, digest, draft, office, with_counter, with_key},
};
use crate::{
    calendar::Moment,
    store::{EventBody, Head, Misuse, Outcome, Query, Store, StoreError, TOKEN_MAX_BYTES},
};
use std::sync::Arc;

pub(super) const CASES: &[Case] = cases![
    a_megabyte_comes_back,
    any_character_comes_back,
    names_that_begin_alike_are_apart,
    long_tokens_are_cut_alike,
    a_megabyte_of_search_words_is_refused,
    extreme_times_are_kept,
];

const CHARACTERS: [&str; 8] =
    ["\0", "a\0b", "\0\0\u{ff}", "ភាសាខ្មែរ", "ស្ត្រី", "'; drop table event; --", "\u{10ffff}\n\r\t", "%_\\\""];

async fn a_megabyte_comes_back(store: Arc<dyn Store>) -> Checked {
    let payload: Vec<u8> =
        (0..1_u32 << 20).map(|byte| byte.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let mut big = commit(1, 0);
    big.events = vec![EventBody::seal([9; 32], payload, |commitment| commitment.as_bytes().to_vec())];
    store.commit(&[big.clone(), commit(2, 0)]).await?;
    let found = store.history(&office(), big.request).await?.into_iter().map(|event| event.body);
    hold("the history holds it", found.eq(big.events.clone()))?;
    let found = store.events(&office(), 0, 1).await?.into_iter().map(|event| event.body);
    hold("the log holds it", found.eq(big.events))?;
    let mut form = draft("form", 1, 10);
    form.body = vec![0; 1 << 20];
    store.save_draft(&office(), &form, 0).await?;
    hold("the draft holds it", store.load_draft(&office(), &form.key).await? == Some(form))
}

async fn any_character_comes_back(store: Arc<dyn Store>) -> Checked {
    for (n, text) in (1..).zip(CHARACTERS) {
        let mut hostile = with_key(with_counter(commit(n, 0), text, 0), text, "content");
        hostile.summary.applicant_name = text.to_owned();
        hostile.summary.tokens = vec![text.to_owned()];
        hostile.events = vec![EventBody::seal([1; 32], text.into(), |_| text.into())];
        let placed = hostile.placed(n - 1);
        same(
            "outcome",
            store.commit(std::slice::from_ref(&hostile)).await?,
            vec![Outcome::Committed(placed)],
        )?;
        same("summary", store.summary(&office(), hostile.request).await?, Some(hostile.summary.clone()))?;
        let page = store.find(&office(), &Query::Token(text.to_owned()), None, 10).await?;
        same(&format!("found by {text:?}"), page.rows, vec![hostile.summary.clone()])?;
        same("counter", store.counter(&office(), text).await?, 1)?;
        same("again", store.commit(&[hostile]).await?, vec![Outcome::Replayed(placed)])?;
    }
    Ok(())
}

async fn names_that_begin_alike_are_apart(store: Arc<dyn Store>) -> Checked {
    for (n, text) in (1..).zip(["", "a", "a\0", "a\0\0", "ab", "a\u{ff}"]) {
        let mut alike = with_key(with_counter(commit(n, 0), text, 0), text, text);
        alike.summary.tokens = vec![text.to_owned()];
        let outcomes = store.commit(std::slice::from_ref(&alike)).await?;
        same(&format!("{text:?}"), outcomes, vec![Outcome::Committed(alike.placed(n - 1))])?;
        let page = store.find(&office(), &Query::Token(text.to_owned()), None, 10).await?;
        same("found", page.rows, vec![alike.summary])?;
    }
    Ok(())
}

async fn long_tokens_are_cut_alike(store: Arc<dyn Store>) -> Checked {
    let long = "ខ".repeat(TOKEN_MAX_BYTES);
    let mut wordy = commit(1, 0);
    wordy.summary.tokens = vec![long.clone(), format!("{long}x"), "short".to_owned()];
    store.commit(&[wordy.clone(), commit(2, 0)]).await?;
    for token in [long.clone(), format!("{long} and more"), "short".to_owned()] {
        let page = store.find(&office(), &Query::Token(token), None, 10).await?;
        same("found", page.rows, vec![wordy.summary.clone()])?;
    }
    Ok(())
}

async fn a_megabyte_of_search_words_is_refused(store: Arc<dyn Store>) -> Checked {
    let mut long = commit(1, 0);
    long.summary.tokens = vec!["ក".repeat(1 << 20)];
    let mut many = commit(1, 0);
    many.summary.tokens = (0..100_000).map(|n| format!("word{n}")).collect();
    for wordy in [long, many] {
        let answer = store.commit(&[wordy]).await;
        hold("refused", matches!(answer, Err(StoreError::Misuse(Misuse::TooLong { .. }))))?;
    }
    same("head", store.head(&office()).await?, Head::default())
}

async fn extreme_times_are_kept(store: Arc<dyn Store>) -> Checked {
    let (early, late) = (Moment::from_millis(0), Moment::from_millis(i64::MAX));
    let mut first = commit(1, 0);
    (first.at, first.summary.submitted_at, first.summary.wake_at) =
        (early, Moment::from_millis(i64::MIN), Some(late));
    first.summary.due_on = Some(jiff::civil::Date::MIN);
    let mut last = commit(2, 0);
    (last.at, last.summary.submitted_at, last.summary.wake_at) =
        (late, late, Some(Moment::from_millis(i64::MIN)));
    last.summary.due_on = Some(jiff::civil::Date::MAX);
    store.commit(&[first.clone(), last.clone()]).await?;
    same("head", store.head(&office()).await?, Head { size: 2, last_at: late })?;
    let newest = store.find(&office(), &Query::All, None, 10).await?.rows;
    same("newest first", newest, vec![last.summary.clone(), first.summary.clone()])?;
    let waking = store.find(&office(), &Query::Waking, None, 10).await?.rows;
    same("earliest first", waking, vec![last.summary.clone(), first.summary.clone()])?;
    let open = store.find(&office(), &Query::Open, None, 10).await?.rows;
    same("due first", open, vec![first.summary, last.summary])?;
    let outcomes = store.commit(&[at(commit(3, 0), 0)]).await?;
    same("after the end of time", outcomes, vec![Outcome::ClockBehind { last: late }])?;
    let mut expires = draft("form", 1, 0);
    expires.expires_at = Moment::from_millis(i64::MIN);
    store.save_draft(&office(), &expires, 0).await?;
    same("purged", store.purge_drafts(&office(), early, 10).await?.len(), 1)?;
    same("gone", store.load_draft(&office(), &digest("form")).await?, None)
}
