//! Promises about sending the same thing twice.

use super::{
    Case, Checked,
    case::{cases, hold, same},
    fixtures::{at, commit, commit_id, in_office, office, office_named, request, with_key},
};
use crate::store::{Outcome, Store};
use std::sync::Arc;

pub(super) const CASES: &[Case] = cases![
    a_commit_id_is_written_once,
    a_key_is_written_once,
    a_key_with_another_content_is_refused,
    a_key_used_twice_in_a_batch_is_written_once,
    a_refused_commit_leaves_its_key_and_id_free,
    a_repeat_gives_the_first_place_for_ever,
    a_key_is_free_in_another_office,
    an_unknown_commit_has_no_place,
];

async fn a_commit_id_is_written_once(store: Arc<dyn Store>) -> Checked {
    let first = commit(1, 0);
    store.commit(std::slice::from_ref(&first)).await?;
    let again = store.commit(std::slice::from_ref(&first)).await?;
    same("the same again", again, vec![Outcome::Replayed(first.placed(0))])?;
    let twins = store.commit(&[commit(2, 0), commit(2, 0)]).await?;
    let place = commit(2, 0).placed(1);
    same("twice in a batch", twins, vec![Outcome::Committed(place), Outcome::Replayed(place)])?;
    same("size", store.head(&office()).await?.size, 2)
}

async fn a_key_is_written_once(store: Arc<dyn Store>) -> Checked {
    let first = with_key(commit(1, 0), "key", "content");
    store.commit(std::slice::from_ref(&first)).await?;
    // The sender's second try is another commit for another new request.
    let second = with_key(commit(2, 0), "key", "content");
    same("the second try", store.commit(&[second]).await?, vec![Outcome::Replayed(first.placed(0))])?;
    same("its request", store.summary(&office(), request(2)).await?, None)?;
    same("size", store.head(&office()).await?.size, 1)
}

async fn a_key_with_another_content_is_refused(store: Arc<dyn Store>) -> Checked {
    store.commit(&[with_key(commit(1, 0), "key", "content")]).await?;
    let other = with_key(commit(2, 0), "key", "other content");
    same("outcome", store.commit(&[other]).await?, vec![Outcome::KeyReused])?;
    let similar = with_key(commit(3, 0), "key2", "content");
    same("a longer key", store.commit(&[similar]).await?, vec![Outcome::Committed(commit(3, 0).placed(1))])
}

async fn a_key_used_twice_in_a_batch_is_written_once(store: Arc<dyn Store>) -> Checked {
    let batch = [
        with_key(commit(1, 0), "key", "content"),
        with_key(commit(2, 0), "key", "content"),
        with_key(commit(3, 0), "key", "other content"),
    ];
    let place = batch[0].placed(0);
    let expected = vec![Outcome::Committed(place), Outcome::Replayed(place), Outcome::KeyReused];
    same("outcomes", store.commit(&batch).await?, expected)?;
    same("size", store.head(&office()).await?.size, 1)
}

async fn a_refused_commit_leaves_its_key_and_id_free(store: Arc<dyn Store>) -> Checked {
    let wrong = with_key(commit(1, 1), "key", "content");
    same(
        "refused",
        store.commit(std::slice::from_ref(&wrong)).await?,
        vec![Outcome::VersionConflict { actual: 0 }],
    )?;
    same("its id", store.outcome(&office(), wrong.id).await?, None)?;
    let mut right = with_key(commit(1, 0), "key", "corrected content");
    right.id = wrong.id;
    same(
        "corrected",
        store.commit(std::slice::from_ref(&right)).await?,
        vec![Outcome::Committed(right.placed(0))],
    )
}

async fn a_repeat_gives_the_first_place_for_ever(store: Arc<dyn Store>) -> Checked {
    let first = with_key(at(commit(1, 0), 5), "key", "content");
    store.commit(std::slice::from_ref(&first)).await?;
    for expected in 1..4 {
        store.commit(&[at(commit(1, expected), 50), at(commit(expected + 1, 0), 50)]).await?;
    }
    let replayed = vec![Outcome::Replayed(first.placed(0))];
    same("by id", store.commit(std::slice::from_ref(&first)).await?, replayed.clone())?;
    let mut by_key = first.clone();
    by_key.id = commit_id(9, 9);
    same("by key", store.commit(&[by_key.clone()]).await?, replayed)?;
    same("the second id is not kept", store.outcome(&office(), by_key.id).await?, None)
}

async fn a_key_is_free_in_another_office(store: Arc<dyn Store>) -> Checked {
    store.commit(&[with_key(commit(1, 0), "key", "content")]).await?;
    let other = in_office(with_key(commit(2, 0), "key", "other content"), &office_named("hill-town"));
    same(
        "outcome",
        store.commit(std::slice::from_ref(&other)).await?,
        vec![Outcome::Committed(other.placed(0))],
    )
}

async fn an_unknown_commit_has_no_place(store: Arc<dyn Store>) -> Checked {
    same("in an empty store", store.outcome(&office(), commit_id(1, 0)).await?, None)?;
    store.commit(&[commit(1, 0)]).await?;
    same("another id", store.outcome(&office(), commit_id(1, 1)).await?, None)?;
    same("another office", store.outcome(&office_named("hill-town"), commit_id(1, 0)).await?, None)?;
    hold("the known one", store.outcome(&office(), commit_id(1, 0)).await?.is_some())
}
