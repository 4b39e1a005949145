//! When the result of a request can have a successor: one that renews it, replaces it, or says something else.

use thiserror::Error;

use super::{AnyRequest, Standing};
use crate::calendar::Date;
use crate::catalog::{Purpose, Service};

/// Why no request for a purpose can follow the result of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unfollowable {
    /// Nothing was handed over: the request goes on, or it ended without a result.
    #[error("no result was handed over")]
    NotCollected,
    /// It is no purpose of the version in force, or to renew, and results have no last day.
    #[error("the service is not asked for to that purpose")]
    NoPurpose,
    /// As the result stands: suspended, revoked, replaced; expired, for what takes the place of one that holds. Once it is revoked, a new
    /// one is asked for as the first was.
    #[error("the earlier result is: {}", .standing.as_str())]
    Stands {
        /// How it stands.
        standing: Standing,
    },
    /// It is too early to renew.
    #[error("not before {from}")]
    NotYet {
        /// The first day on which it can be.
        from: Date,
    },
}

impl Unfollowable {
    /// Every [`code`](Self::code).
    pub const CODES: &'static [&'static str] =
        &["successor-not-collected", "successor-no-purpose", "successor-stands", "successor-not-yet"];

    /// Stable name: API field, log field and key in `locales/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotCollected => "successor-not-collected",
            Self::NoPurpose => "successor-no-purpose",
            Self::Stands { .. } => "successor-stands",
            Self::NotYet { .. } => "successor-not-yet",
        }
    }

    /// What the translated message may name.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NotYet { from } => vec![("date", from.to_string())],
            Self::Stands { standing } => vec![("standing", standing.as_str().to_owned())],
            _ => Vec::new(),
        }
    }
}

impl AnyRequest {
    /// Whether a request for `purpose` under `in_force`, a version of the same service, can follow its result on `today`.
    ///
    /// To renew: from the first day of the window on, also after the result has expired: what that costs is the catalogue's to say.
    /// To replace or change: as long as the result holds. A suspended result has no successor: it would be a way round the suspension.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn followable(&self, purpose: Purpose, in_force: &Service, today: Date) -> Result<(), Unfollowable> {
        let Self::Closed(closed) = self else { return Err(Unfollowable::NotCollected) };
        let standing = closed.standing(today).ok_or(Unfollowable::NotCollected)?;
        let is_offered = self.service().id == in_force.id && in_force.purposes.contains(&purpose);
        if !is_offered || !purpose.follows() {
            return Err(Unfollowable::NoPurpose);
        }
        match standing {
            Standing::Valid => {}
            Standing::Expired if purpose == Purpose::Renewal => {}
            standing => return Err(Unfollowable::Stands { standing }),
        }
        if purpose != Purpose::Renewal {
            return Ok(());
        }
        let last_day = self.record().result.as_ref().and_then(|result| result.valid_until);
        let last_day = last_day.ok_or(Unfollowable::NoPurpose)?;
        // The window that the holder was promised counts, and was reminded of; else that of today.
        let promised = self.service().validity.renewal_opens(last_day);
        let from = promised.or_else(|| in_force.validity.renewal_opens(last_day));
        match from.ok_or(Unfollowable::NoPurpose)? {
            from if today < from => Err(Unfollowable::NotYet { from }),
            _ => Ok(()),
        }
    }
}
