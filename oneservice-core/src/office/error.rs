//! What can go wrong at the façade, so that every caller can answer in words.

use thiserror::Error;

use super::NoRandom;
use super::documents::DocumentError;
use crate::catalog::Unoffered;
use crate::ids::{RequestId, ServiceId};
use crate::request::{AnyRequest, Denial, PayloadError, Recorded, Unfollowable};
use crate::store::StoreError;

/// Why the office could not do what was asked. Unless a variant says otherwise, nothing was changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OfficeError {
    /// The catalogue has no such service.
    #[error("there is no service {0}")]
    NoService(String),
    /// No request or draft answers to that: a wrong code or link, or it has expired. Ask for the code again.
    #[error("nothing is found")]
    NotFound,
    /// The service cannot be asked for on the day: not yet, no longer, or it is gone. A draft is kept as it is.
    #[error("service {service} is not offered: {why}")]
    NotOffered {
        /// Which.
        service: ServiceId,
        /// Why, and since or from when.
        why: Unoffered,
    },
    /// The service has changed since the person last looked at the draft. Open the draft again: it stands under the new version
    /// then, [`DraftHandle::changes`](super::DraftHandle::changes) lists what is different, and
    /// [`DraftHandle::accept_changes`](super::DraftHandle::accept_changes) says that the person has seen it.
    #[error("service {0} has changed since the draft was last looked at")]
    ServiceChanged(ServiceId),
    /// The result of a request cannot be renewed, changed or replaced, or not yet.
    #[error("nothing can follow the result: {0}")]
    NotFollowable(Unfollowable),
    /// A result is about to be handed over in place of that of this request, which still holds.
    #[error("the result of request {0} must end first")]
    NotEnded(RequestId),
    /// The rules deny it.
    #[error("denied: {}", .denials.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Denied {
        /// All the reasons; never empty.
        denials: Vec<Denial>,
        /// The request as it stands.
        request: Box<AnyRequest>,
    },
    /// Somebody else acted since the person looked, on what the command was based on. Show what happened and ask
    /// again.
    #[error("the request has changed since it was looked at")]
    Stale {
        /// What happened meanwhile.
        since: Vec<Recorded>,
        /// The request as it stands.
        request: Box<AnyRequest>,
    },
    /// The same idempotency key was used for something else.
    #[error("the idempotency key was used for another command")]
    KeyReused,
    /// A file was not taken.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The draft is full: too many answers, files or bytes.
    #[error("the draft is too large")]
    DraftTooLarge,
    /// The engine failed; [`StoreError::written`] says what is known of the data.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The history of a request cannot be read. Run the store's check.
    #[error("the history of the request cannot be read")]
    History(#[from] PayloadError),
    /// The request stands under a service version that is neither in the catalogue nor in the archive.
    #[error("version {hash} of service {service} is neither in the catalogue nor in the archive")]
    VersionLost {
        /// The service.
        service: ServiceId,
        /// The version's content hash.
        hash: String,
    },
    /// Too many others changed the same thing at the same time. Try again.
    #[error("too much happens at once")]
    Contention,
    /// The machine gives no random bytes.
    #[error(transparent)]
    NoRandom(#[from] NoRandom),
}

impl OfficeError {
    /// Stable name: API field, log field and key in `locales/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoService(_) => "no-service",
            Self::NotFound => "not-found",
            Self::NotOffered { .. } => "not-offered",
            Self::ServiceChanged(_) => "service-changed",
            Self::NotFollowable(why) => why.code(),
            Self::NotEnded(_) => "not-ended",
            Self::Denied { .. } => "denied",
            Self::Stale { .. } => "stale",
            Self::KeyReused => "key-reused",
            Self::Document(error) => error.code(),
            Self::DraftTooLarge => "draft-too-large",
            Self::Store(error) => error.code(),
            Self::History(_) => "history-damaged",
            Self::VersionLost { .. } => "version-lost",
            Self::Contention => "contention",
            Self::NoRandom(_) => "no-random",
        }
    }

    /// What the translated message may name. Denials have params of their own.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NoService(service) => vec![("service", service.clone())],
            Self::ServiceChanged(service) => vec![("service", service.to_string())],
            Self::NotOffered { service, why } => {
                let mut params = vec![("service", service.to_string())];
                match why {
                    Unoffered::NotYet { from } => params.push(("from", from.to_string())),
                    Unoffered::Withdrawn { since, .. } => params.push(("since", since.to_string())),
                    Unoffered::Unknown | Unoffered::TrialOnly => {}
                }
                params
            }
            Self::VersionLost { service, hash } => {
                vec![("service", service.to_string()), ("hash", hash.clone())]
            }
            Self::NotFollowable(why) => why.params(),
            Self::Document(error) => error.params(),
            Self::Store(error) => error.params(),
            _ => Vec::new(),
        }
    }
}
