//! The link of a co-signer: their own, so that whoever signs besides the applicant sees the request and nothing else may be done by it.

use super::{Case, Office, OfficeError};
use crate::ids::{AccessKey, RequestId, TrackingCode};

impl Office {
    /// The key of the request's co-signer, for a link beside its tracking code. Always the same, and kept nowhere.
    pub fn cosigner_key(&self, id: RequestId) -> AccessKey {
        self.inner.secret.cosigner_link(id)
    }

    /// The request with this code, for whoever holds its co-signer's key.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`], the same for a wrong code and for a wrong key; as [`case`](Self::case).
    pub async fn case_to_cosign(&self, code: TrackingCode, key: AccessKey) -> Result<Case, OfficeError> {
        let case = self.case_by_code(code).await?;
        if self.cosigner_key(case.request.record().id) == key { Ok(case) } else { Err(OfficeError::NotFound) }
    }
}
