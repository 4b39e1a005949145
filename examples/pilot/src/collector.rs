//! How whoever collects a result signs for it.

use oneservice_core::catalog::Service;
use oneservice_core::office::{Office, OfficeError};
use oneservice_core::request::{Signature, SignatureMethod};

/// The signature of a collector: as drawn, or on paper before the officer who says so; none if there is neither.
///
/// # Errors
/// [`OfficeError::Document`] for a drawing that is none.
pub async fn signature(
    office: &Office,
    service: &Service,
    name: &str,
    drawing: Option<Vec<u8>>,
    on_paper: bool,
) -> Result<Option<Signature>, OfficeError> {
    let method = match (&drawing, on_paper) {
        (Some(_), _) => SignatureMethod::Drawn,
        (None, true) => SignatureMethod::Paper,
        (None, false) => return Ok(None),
    };
    office.signature(service, method, name, drawing).await.map(Some)
}
