//! What things are called: a type for each kind of id, so that one cannot be given for another.
//!
//! Nothing here reads a clock or draws a random number: both come in as values.
//!
//! * Words people write in catalogues: [`OfficeId`], [`SectorId`], [`DepartmentId`], [`ServiceId`], [`OfficerId`],
//!   [`FieldId`], [`DocumentId`], [`StepId`], [`ReasonCode`].
//! * Numbers machines make: [`RequestId`], [`CommitId`], [`BlobId`].
//! * Digests: [`VersionHash`], [`Digest32`].
//! * What an applicant holds: [`TrackingCode`] (to read out) and [`AccessKey`] (secret).
//!
//! ```
//! use oneservice_core::ids::{DepartmentId, IdError, ServiceId, TrackingCode};
//!
//! let service: ServiceId = "tourism.guesthouse-licence".parse()?;
//! assert_eq!(service.sector(), "tourism");
//! assert_eq!("Tourism".parse::<DepartmentId>().unwrap_err().code(), "id.shape");
//!
//! // Typed on a phone with a Khmer keyboard, without the hyphen:
//! let code: TrackingCode = "៧k២m ៩qxj".parse().unwrap();
//! assert_eq!(code.to_string(), "7K2M-9QXJ");
//! # Ok::<(), IdError>(())
//! ```

mod access_key;
mod digest;
mod error;
mod number;
mod tracking_code;
mod word;

pub use access_key::AccessKey;
pub use digest::{Digest32, VersionHash};
pub use error::{CodeError, IdError};
pub use number::{Alias, BlobId, CommitId, RequestId};
pub use tracking_code::TrackingCode;
pub use word::{
    CheckId, DepartmentId, DocumentId, FieldId, LawId, OfficeId, OfficerId, ReasonCode, RuleId, SectionId,
    SectorId, ServiceId, StepId,
};
