//! Which version of a service is in force on a day. A version takes effect on its `valid_from` and is replaced by the next one's; a
//! withdrawn service is offered no longer. Where services are only tried, it is the newest version, in force or not.

use std::sync::Arc;

use thiserror::Error;

use super::{Catalog, Service};
use crate::calendar::Date;
use crate::ids::{ServiceId, VersionHash};
use crate::text::Text;

/// Why a service cannot be asked for on a day.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unoffered {
    /// The catalogue has no such service, or has it no longer.
    #[error("the catalogue does not have it")]
    Unknown,
    /// The office only tries it so far.
    #[error("it is not offered yet")]
    TrialOnly,
    /// Its first version takes effect later.
    #[error("it is offered from {from} on")]
    NotYet {
        /// The first day.
        from: Date,
    },
    /// It was withdrawn.
    #[error("it was withdrawn on {since}")]
    Withdrawn {
        /// The first day on which it was no longer offered.
        since: Date,
        /// Why, for people.
        reason: Option<Text>,
    },
}

impl Catalog {
    /// The newest version of each service, in force or not, sorted by id.
    pub fn services(&self) -> impl Iterator<Item = &Arc<Service>> {
        self.services.values().filter_map(|versions| versions.last())
    }

    /// The newest version of a service, in force or not.
    pub fn service(&self, id: &ServiceId) -> Option<&Arc<Service>> {
        self.versions(id).last()
    }

    /// All versions of a service, in the order in which they take effect.
    pub fn versions(&self, id: &ServiceId) -> &[Arc<Service>] {
        self.services.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// All versions of all services.
    pub fn all_versions(&self) -> impl Iterator<Item = &Arc<Service>> {
        self.services.values().flatten()
    }

    /// The version of a service with this content.
    pub fn version(&self, id: &ServiceId, hash: VersionHash) -> Option<&Arc<Service>> {
        self.versions(id).iter().find(|version| version.hash == hash)
    }

    /// The same catalogue for an office that [tries](crate::office::Office::trial) it: filed apart, every service in its newest version,
    /// and no account that anybody could pay into.
    #[must_use]
    pub fn for_trial(mut self) -> Self {
        self.office.id = self.office.id.trial();
        self.office.khqr = None;
        self
    }

    /// Whether its services are only tried.
    pub fn is_trial(&self) -> bool {
        self.office.id.is_trial()
    }

    /// The version of a service that is in force on `day`. Where the catalogue [is tried](Self::for_trial), the newest.
    ///
    /// # Errors
    /// [`Unoffered`] says why there is none.
    pub fn in_force(&self, id: &ServiceId, day: Date) -> Result<&Arc<Service>, Unoffered> {
        let trial = self.is_trial();
        let mut versions = self.versions(id).iter().filter(|version| trial || !version.trial_only).peekable();
        let Some(from) = versions.peek().map(|first| first.valid_from) else {
            let is_tried = self.services.contains_key(id);
            return Err(if is_tried { Unoffered::TrialOnly } else { Unoffered::Unknown });
        };
        let Some(version) = versions.take_while(|version| trial || version.valid_from <= day).last() else {
            return Err(Unoffered::NotYet { from });
        };
        match version.withdrawn_on.filter(|since| *since <= day) {
            Some(since) => Err(Unoffered::Withdrawn { since, reason: version.withdrawn_reason.clone() }),
            None => Ok(version),
        }
    }

    /// What can be asked for on `day`: the version in force of each service that is offered, sorted by id.
    pub fn offered(&self, day: Date) -> impl Iterator<Item = &Arc<Service>> {
        self.services.keys().filter_map(move |id| self.in_force(id, day).ok())
    }
}
