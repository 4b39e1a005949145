//! Copying a store into another, of whichever engine.
//!
//! The rule owned here: **a copy is finished when everything in it was read back and compared.** The walk knows nothing
//! of engines; it holds a page at a time. A copy that was cut off anywhere is taken up by running it again: pages
//! that the target holds already are compared and passed over.

use super::{Archive, Counts, Head, Kind, LogDigest, Place, Records, StoreError, Written};
use crate::ids::{Digest32, OfficeId};
use thiserror::Error;

/// Records asked for at once.
const PAGE: usize = 500;

/// How far a copy has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// With what.
    pub kind: Kind,
    /// Records copied and compared so far.
    pub done: u64,
    /// How many there will be in all.
    pub total: u64,
}

/// What a copy does: first the one, then the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Records are written.
    Copy,
    /// They are read back and compared.
    Compare,
}

/// A copy that is finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transferred {
    /// What both stores hold.
    pub counts: Counts,
    /// Digest over all events, as read back from the target.
    pub digest: Digest32,
    /// Records that an earlier try had brought already.
    pub found: u64,
}

/// Why a copy is not finished. The source is as it was; the target keeps its mark and what it has, and takes the copy up
/// when it is run again.
#[non_exhaustive]
#[derive(Debug, Clone, Error)]
pub enum TransferError {
    /// The source cannot be read. Where it is damaged, run its check.
    #[error("the source cannot be read: {0}")]
    Source(#[source] StoreError),
    /// The target does not take it. [`StoreError::NotEmpty`]: it holds something else, and was not touched.
    #[error("the target cannot be written: {0}")]
    Target(#[source] StoreError),
    /// What was read back is not what the source holds. Stop whatever writes to either, and run it again.
    #[error("{} of office {office} differ between source and target: something else writes to one of them", kind.as_str())]
    Differs {
        /// The office; the last one, where whole stores were counted.
        office: OfficeId,
        /// What differs.
        kind: Kind,
    },
    /// The source's log does not end where its head says: it is written to meanwhile, or damaged.
    #[error("the log of office {office} holds {found} events, its head says {promised}")]
    Torn {
        /// The office.
        office: OfficeId,
        /// Events found.
        found: u64,
        /// Events that the head promises.
        promised: u64,
    },
}

impl TransferError {
    /// Stable name: key of the translated message.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Source(_) => "transfer.source",
            Self::Target(_) => "transfer.target",
            Self::Differs { .. } => "transfer.differs",
            Self::Torn { .. } => "transfer.torn",
        }
    }

    /// What the translated message may name.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Source(error) | Self::Target(error) => vec![("what", error.to_string())],
            Self::Differs { office, kind } => {
                vec![("office", office.to_string()), ("kind", kind.as_str().to_owned())]
            }
            Self::Torn { office, found, promised } => vec![
                ("office", office.to_string()),
                ("found", found.to_string()),
                ("promised", promised.to_string()),
            ],
        }
    }
}

/// Copies everything that `from` holds into `to`, reads it back, compares it, and makes `to` an office's store.
///
/// Nothing else may write to either meanwhile; if something does, the comparison finds it, and the copy is not finished.
///
/// # Errors
/// [`TransferError`]; whatever it is, running the copy again takes it up.
pub async fn transfer(
    from: &dyn Archive,
    to: &dyn Archive,
    progress: impl FnMut(Progress),
) -> Result<Transferred, TransferError> {
    let counts = from.counts().await.map_err(TransferError::Source)?;
    let offices = from.offices().await.map_err(TransferError::Source)?;
    to.begin_import().await.map_err(TransferError::Target)?;
    let total = counts.total().saturating_mul(2);
    let mut walk = Walk { from, to, progress, done: 0, total, found: 0 };
    for office in &offices {
        for kind in Kind::ALL {
            walk.copy(office, kind).await?;
        }
    }
    let mut digest = LogDigest::default();
    let mut heads = Vec::with_capacity(offices.len());
    for office in &offices {
        let mut events = 0;
        for kind in Kind::ALL {
            let compared = walk.compare(office, kind, &mut digest).await?;
            if kind == Kind::Events {
                events = compared;
            }
        }
        let head = from.head(office).await.map_err(TransferError::Source)?;
        if head.size != events {
            return Err(TransferError::Torn { office: office.clone(), found: events, promised: head.size });
        }
        if head.size > 0 {
            heads.push((office.clone(), head));
        }
    }
    let (here, there) = (
        from.counts().await.map_err(TransferError::Source)?,
        to.counts().await.map_err(TransferError::Target)?,
    );
    if let Some((kind, office)) =
        Kind::ALL.into_iter().find(|kind| here.of(*kind) != there.of(*kind)).zip(offices.last())
    {
        return Err(TransferError::Differs { office: office.clone(), kind });
    }
    finish(to, &heads).await.map_err(TransferError::Target)?;
    Ok(Transferred { counts: there, digest: digest.finish(), found: walk.found })
}

/// Finishes, or finds out that it is finished where the answer was lost: nothing else writes a head.
async fn finish(to: &dyn Archive, heads: &[(OfficeId, Head)]) -> Result<(), StoreError> {
    let Err(error) = to.finish_import(heads).await else { return Ok(()) };
    if error.written() == Written::No || heads.is_empty() {
        return Err(error);
    }
    for (office, head) in heads {
        if to.head(office).await? != *head {
            return Err(error);
        }
    }
    Ok(())
}

struct Walk<'a, P> {
    from: &'a dyn Archive,
    to: &'a dyn Archive,
    progress: P,
    done: u64,
    total: u64,
    found: u64,
}

impl<P: FnMut(Progress)> Walk<'_, P> {
    async fn copy(&mut self, office: &OfficeId, kind: Kind) -> Result<(), TransferError> {
        let mut place = Place::first(kind);
        // Whether the target may hold what comes next, from an earlier try.
        let mut earlier = true;
        loop {
            let records = self.source(office, &place).await?;
            let Some(next) = records.next() else { return Ok(()) };
            let held = if earlier { Some(self.target(office, &place).await?) } else { None };
            earlier = held.as_ref().is_some_and(|held| !held.is_empty());
            if held.as_ref() == Some(&records) {
                self.found += records.len() as u64;
            } else {
                self.to.import(office, &records).await.map_err(TransferError::Target)?;
            }
            self.report(Step::Copy, kind, &records);
            place = next;
        }
    }

    /// How many records are there on both sides.
    async fn compare(
        &mut self,
        office: &OfficeId,
        kind: Kind,
        digest: &mut LogDigest,
    ) -> Result<u64, TransferError> {
        let mut place = Place::first(kind);
        let mut compared = 0;
        loop {
            let records = self.source(office, &place).await?;
            let copied = self.target(office, &place).await?;
            if records != copied {
                return Err(TransferError::Differs { office: office.clone(), kind });
            }
            let Some(next) = copied.next() else { return Ok(compared) };
            if let Records::Events(events) = &copied {
                events.iter().for_each(|event| digest.add(event));
            }
            compared += copied.len() as u64;
            self.report(Step::Compare, kind, &copied);
            place = next;
        }
    }

    async fn source(&self, office: &OfficeId, place: &Place) -> Result<Records, TransferError> {
        self.from.export(office, place, PAGE).await.map_err(TransferError::Source)
    }

    async fn target(&self, office: &OfficeId, place: &Place) -> Result<Records, TransferError> {
        self.to.export(office, place, PAGE).await.map_err(TransferError::Target)
    }

    fn report(&mut self, step: Step, kind: Kind, records: &Records) {
        self.done += records.len() as u64;
        (self.progress)(Progress { step, kind, done: self.done, total: self.total.max(self.done) });
    }
}
