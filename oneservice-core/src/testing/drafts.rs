//! Promises about drafts.

use super::{
    Case, Checked,
    case::{cases, hold, same},
    fixtures::{digest, draft, moment, office, office_named},
};
use crate::store::{Draft, DraftOutcome, Head, Store, StoreError};
use std::sync::Arc;

pub(super) const CASES: &[Case] = cases![
    a_draft_comes_back_as_saved,
    a_draft_is_saved_over_the_version_it_came_from,
    the_same_draft_again_is_saved,
    a_draft_has_the_next_version,
    expired_drafts_are_purged_oldest_first,
    a_saved_draft_moves_its_expiry,
    drafts_of_offices_are_apart,
    drafts_are_not_in_the_log,
];

async fn save(store: &Arc<dyn Store>, draft: &Draft) -> Result<DraftOutcome, StoreError> {
    store.save_draft(&office(), draft, draft.version - 1).await
}

async fn a_draft_comes_back_as_saved(store: Arc<dyn Store>) -> Checked {
    same("none yet", store.load_draft(&office(), &digest("form")).await?, None)?;
    let mut first = draft("form", 1, 100);
    first.body = (0..=255).collect();
    same("saved", save(&store, &first).await?, DraftOutcome::Saved)?;
    same("loaded", store.load_draft(&office(), &first.key).await?, Some(first.clone()))?;
    let mut second = draft("form", 2, 200);
    second.body = vec![];
    same("saved again", save(&store, &second).await?, DraftOutcome::Saved)?;
    same("loaded again", store.load_draft(&office(), &first.key).await?, Some(second))
}

async fn a_draft_is_saved_over_the_version_it_came_from(store: Arc<dyn Store>) -> Checked {
    let missing = DraftOutcome::Changed { actual: None };
    same("a draft that is not there", save(&store, &draft("form", 2, 100)).await?, missing)?;
    save(&store, &draft("form", 1, 100)).await?;
    save(&store, &draft("form", 2, 100)).await?;
    let mut late = draft("form", 2, 100);
    late.body = b"from another page".to_vec();
    same("a late page", save(&store, &late).await?, DraftOutcome::Changed { actual: Some(2) })?;
    late.version = 1;
    same("a new page", save(&store, &late).await?, DraftOutcome::Changed { actual: Some(2) })?;
    let kept = store.load_draft(&office(), &digest("form")).await?;
    same("what is kept", kept, Some(draft("form", 2, 100)))
}

async fn the_same_draft_again_is_saved(store: Arc<dyn Store>) -> Checked {
    for version in 1..=2 {
        for _ in 0..2 {
            same("saved", save(&store, &draft("form", version, 100)).await?, DraftOutcome::Saved)?;
        }
    }
    Ok(())
}

async fn a_draft_has_the_next_version(store: Arc<dyn Store>) -> Checked {
    for (version, expected) in [(0, 0), (2, 0), (1, 1), (0, u64::MAX)] {
        let answer = store.save_draft(&office(), &draft("form", version, 100), expected).await;
        hold("misuse", matches!(answer, Err(StoreError::Misuse(_))))?;
    }
    same("nothing is saved", store.load_draft(&office(), &digest("form")).await?, None)
}

async fn expired_drafts_are_purged_oldest_first(store: Arc<dyn Store>) -> Checked {
    let expiries = [("d", 40), ("a", 10), ("c", 30), ("b", 20)];
    for (name, expires) in expiries {
        save(&store, &draft(name, 1, expires)).await?;
    }
    let purged = store.purge_drafts(&office(), moment(10), 10).await?;
    same("one that expires just then is kept", purged, vec![])?;
    same("nothing asked", store.purge_drafts(&office(), moment(99), 0).await?, vec![])?;
    let purged = store.purge_drafts(&office(), moment(40), 2).await?;
    same("the two oldest", purged, vec![draft("a", 1, 10), draft("b", 1, 20)])?;
    let purged = store.purge_drafts(&office(), moment(40), usize::MAX).await?;
    same("the next", purged, vec![draft("c", 1, 30)])?;
    same("gone", store.load_draft(&office(), &digest("a")).await?, None)?;
    same("kept", store.load_draft(&office(), &digest("d")).await?, Some(draft("d", 1, 40)))?;
    same("a purged key is free", save(&store, &draft("a", 1, 90)).await?, DraftOutcome::Saved)
}

async fn a_saved_draft_moves_its_expiry(store: Arc<dyn Store>) -> Checked {
    save(&store, &draft("form", 1, 10)).await?;
    save(&store, &draft("form", 2, 50)).await?;
    same("before the new expiry", store.purge_drafts(&office(), moment(20), 10).await?, vec![])?;
    let purged = store.purge_drafts(&office(), moment(60), 10).await?;
    same("after it", purged, vec![draft("form", 2, 50)])?;
    same("once", store.purge_drafts(&office(), moment(60), 10).await?, vec![])
}

async fn drafts_of_offices_are_apart(store: Arc<dyn Store>) -> Checked {
    let neighbour = office_named("harbour");
    save(&store, &draft("form", 1, 10)).await?;
    same("elsewhere", store.load_draft(&neighbour, &digest("form")).await?, None)?;
    let mut other = draft("form", 1, 10);
    other.body = b"other".to_vec();
    same("the same key elsewhere", store.save_draft(&neighbour, &other, 0).await?, DraftOutcome::Saved)?;
    same("purged here", store.purge_drafts(&office(), moment(99), 10).await?, vec![draft("form", 1, 10)])?;
    same("kept there", store.load_draft(&neighbour, &digest("form")).await?, Some(other))
}

async fn drafts_are_not_in_the_log(store: Arc<dyn Store>) -> Checked {
    save(&store, &draft("form", 1, 10)).await?;
    same("head", store.head(&office()).await?, Head::default())?;
    same("events", store.events(&office(), 0, 10).await?, vec![])
}
