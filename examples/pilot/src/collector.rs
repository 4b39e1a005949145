//! How whoever collects a result signs for it, and shows that they may.

use oneservice_core::catalog::Service;
use oneservice_core::ids::RequestId;
use oneservice_core::office::{Office, OfficeError};
use oneservice_core::request::{MandateProof, Signature, SignatureMethod};

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

/// How a proxy shows the applicant's mandate: by the code that they name, or by the written authority that the officer saw.
pub fn mandate(office: &Office, id: RequestId, code: Option<&str>, on_paper: bool) -> Option<MandateProof> {
    // A code that is named must be right, whatever else was seen.
    let code = code.map(|code| MandateProof::Code(office.mandate_code(id, code)));
    code.or(on_paper.then_some(MandateProof::Paper))
}
