//! The order in which the reasons against a commit are looked for, once for every engine that can look things up.

use super::{Commit, Head, Outcome, Placed};
use crate::ids::{CommitId, Digest32, OfficeId, RequestId, TrackingCode};

/// What must be known of the store to judge a commit. An engine answers from inside the transaction that will write,
/// members written before in the same batch included.
pub trait Lookup {
    /// The engine's error.
    type Error;

    /// Where a commit stands.
    ///
    /// # Errors
    /// The engine's own; so for all methods.
    fn placed(&self, office: &OfficeId, commit: CommitId) -> Result<Option<Placed>, Self::Error>;
    /// The fingerprint under an idempotency key and where its commit stands.
    ///
    /// # Errors
    /// The engine's own.
    fn key(&self, office: &OfficeId, key: &str) -> Result<Option<(Digest32, Placed)>, Self::Error>;
    /// The version of a request; 0 if there is none.
    ///
    /// # Errors
    /// The engine's own.
    fn version(&self, office: &OfficeId, request: RequestId) -> Result<u64, Self::Error>;
    /// Which request has a tracking code.
    ///
    /// # Errors
    /// The engine's own.
    fn code(&self, office: &OfficeId, code: &TrackingCode) -> Result<Option<RequestId>, Self::Error>;
    /// The version of a draft.
    ///
    /// # Errors
    /// The engine's own.
    fn draft(&self, office: &OfficeId, key: &Digest32) -> Result<Option<u64>, Self::Error>;
    /// The value of a counter; 0 if it was never moved.
    ///
    /// # Errors
    /// The engine's own.
    fn counter(&self, office: &OfficeId, name: &str) -> Result<u64, Self::Error>;
    /// Where the office's log ends.
    ///
    /// # Errors
    /// The engine's own.
    fn head(&self, office: &OfficeId) -> Result<Head, Self::Error>;
}

/// Why `commit` must not be written, the first reason in the order of [`Outcome`]; none if it must.
///
/// # Errors
/// The engine's own, from a look-up.
pub fn judge<L: Lookup>(commit: &Commit, store: &L) -> Result<Option<Outcome>, L::Error> {
    let office = &commit.office;
    if let Some(placed) = store.placed(office, commit.id)? {
        return Ok(Some(Outcome::Replayed(placed)));
    }
    if let Some(key) = &commit.key
        && let Some((fingerprint, placed)) = store.key(office, &key.key)?
    {
        let same = fingerprint == key.fingerprint;
        return Ok(Some(if same { Outcome::Replayed(placed) } else { Outcome::KeyReused }));
    }
    let actual = store.version(office, commit.request)?;
    if actual != commit.expected {
        return Ok(Some(Outcome::VersionConflict { actual }));
    }
    if store.code(office, &commit.summary.code)?.is_some_and(|owner| owner != commit.request) {
        return Ok(Some(Outcome::CodeTaken));
    }
    if let Some((draft, version)) = &commit.closes_draft {
        let actual = store.draft(office, draft)?;
        if actual != Some(*version) {
            return Ok(Some(Outcome::DraftChanged { actual }));
        }
    }
    for counter in &commit.counters {
        let actual = store.counter(office, &counter.name)?;
        if actual != counter.from {
            return Ok(Some(Outcome::CounterMoved { name: counter.name.clone(), actual }));
        }
    }
    let last = store.head(office)?.last_at;
    Ok((commit.at < last).then_some(Outcome::ClockBehind { last }))
}
