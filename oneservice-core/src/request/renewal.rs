//! When the result of a request can be renewed.

use thiserror::Error;

use super::{AnyRequest, Standing};
use crate::calendar::Date;
use crate::catalog::{Purpose, Service};

/// Why the result of a request cannot be renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unrenewable {
    /// Nothing was handed over: the request goes on, or it ended without a result.
    #[error("no result was handed over")]
    NotCollected,
    /// The service is not renewed: it is no purpose of the version in force, or its results have no last day.
    #[error("the service has no renewals")]
    NoRenewals,
    /// The result was revoked. A new one is asked for as the first was.
    #[error("the result was revoked")]
    Revoked,
    /// It is too early.
    #[error("not before {from}")]
    NotYet {
        /// The first day on which it can be.
        from: Date,
    },
}

impl Unrenewable {
    /// Every [`code`](Self::code).
    pub const CODES: &'static [&'static str] =
        &["renewal-not-collected", "renewal-none", "renewal-revoked", "renewal-not-yet"];

    /// Stable name: API field, log field and key in `locales/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotCollected => "renewal-not-collected",
            Self::NoRenewals => "renewal-none",
            Self::Revoked => "renewal-revoked",
            Self::NotYet { .. } => "renewal-not-yet",
        }
    }

    /// What the translated message may name.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NotYet { from } => vec![("date", from.to_string())],
            _ => Vec::new(),
        }
    }
}

impl AnyRequest {
    /// Whether its result can be renewed on `today` by a request under `in_force`: a version of the same service.
    ///
    /// From the first day of the window on, also after the result has expired: what that costs is the catalogue's to say. A suspended
    /// result can be renewed, since the office decides on the renewal as on any request.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn renewable(&self, in_force: &Service, today: Date) -> Result<(), Unrenewable> {
        let Self::Closed(closed) = self else { return Err(Unrenewable::NotCollected) };
        let standing = closed.standing(today).ok_or(Unrenewable::NotCollected)?;
        if self.service().id != in_force.id || !in_force.purposes.contains(&Purpose::Renewal) {
            return Err(Unrenewable::NoRenewals);
        }
        if standing == Standing::Revoked {
            return Err(Unrenewable::Revoked);
        }
        let last_day = self.record().result.as_ref().and_then(|result| result.valid_until);
        let last_day = last_day.ok_or(Unrenewable::NoRenewals)?;
        // The window that the holder was promised counts, and was reminded of; else that of today.
        let promised = self.service().validity.renewal_opens(last_day);
        let from = promised.or_else(|| in_force.validity.renewal_opens(last_day));
        match from.ok_or(Unrenewable::NoRenewals)? {
            from if today < from => Err(Unrenewable::NotYet { from }),
            _ => Ok(()),
        }
    }
}
