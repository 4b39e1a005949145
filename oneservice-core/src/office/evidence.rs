//! What is handed in with a request: files and signatures, kept before the request names them.

use bytes::Bytes;
use futures::{Stream, StreamExt};

use super::{DocumentError, Kept, Office, OfficeError};
use crate::calendar::Date;
use crate::catalog::{DocumentFormat, DocumentRequirement, Service};
use crate::ids::{Digest32, DocumentId};
use crate::request::{Evidence, INSPECTION_PHOTO, Signature, SignatureMethod};

/// A drawn signature is a small picture.
const SIGNATURE_MAX_BYTES: u64 = 512 << 10;
/// What a camera or a scanner makes.
const PICTURE_MAX_BYTES: u64 = 10 << 20;

impl Office {
    /// A signature under a service's statement, its picture kept. For a request, say also [what was
    /// signed](Signature::under); [`DraftHandle::sign`](super::DraftHandle::sign) does.
    ///
    /// # Errors
    /// [`OfficeError::Document`] for a picture that is none; a scan of signed paper may also be a PDF.
    pub async fn signature(
        &self,
        service: &Service,
        method: SignatureMethod,
        signer: &str,
        picture: Option<Vec<u8>>,
    ) -> Result<Signature, OfficeError> {
        let statement = &service.signature.statement;
        let statement = Digest32::sha256(&[statement.km.as_bytes(), b"\n", statement.en.as_bytes()]);
        let file = match picture {
            None => None,
            Some(bytes) => {
                let stream = futures::stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from(bytes))]);
                // What was drawn is a picture; what was signed on paper may come from a scanner.
                let formats = [DocumentFormat::Png, DocumentFormat::Jpeg, DocumentFormat::Pdf];
                let (limit, formats) = if method == SignatureMethod::Drawn {
                    (SIGNATURE_MAX_BYTES, &formats[..2])
                } else {
                    (PICTURE_MAX_BYTES, &formats[..])
                };
                let kept =
                    self.inner.documents.keep(self.new_blob_id()?, stream.boxed(), limit, formats).await?;
                let document = DocumentId::parse("signature").map_err(|_| OfficeError::NotFound)?;
                Some(evidence(document, kept, "signature".into(), None))
            }
        };
        Ok(Signature {
            method,
            signer: crate::text::line(signer).chars().take(200).collect(),
            file,
            statement,
            content: None,
        })
    }

    /// Keeps a file for a document of `service`, for programs that hold everything already; see
    /// [`submit_whole`](Self::submit_whole).
    ///
    /// # Errors
    /// [`OfficeError::Document`] says what is wrong with it; nothing is kept then.
    pub async fn keep(
        &self,
        service: &Service,
        document: &str,
        name: &str,
        issued: Option<Date>,
        bytes: Vec<u8>,
    ) -> Result<Evidence, OfficeError> {
        let stream = futures::stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from(bytes))]);
        let not_asked = || DocumentError::NotAsked(document.chars().take(100).collect());
        let requirement = service.paper(document).ok_or_else(not_asked)?;
        self.keep_stream(requirement, name, issued, stream).await
    }

    /// Keeps a photo of an inspection for its [report](crate::request::InspectionReport), as it arrives.
    ///
    /// # Errors
    /// [`OfficeError::Document`] for anything but a JPEG or PNG picture of at most ten megabytes; nothing is kept then.
    pub async fn keep_photo<E>(
        &self,
        name: &str,
        bytes: impl Stream<Item = Result<Bytes, E>> + Unpin + Send,
    ) -> Result<Evidence, OfficeError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let formats = [DocumentFormat::Jpeg, DocumentFormat::Png];
        let kept = self.inner.documents.keep(self.new_blob_id()?, bytes, PICTURE_MAX_BYTES, &formats).await?;
        let document = DocumentId::parse(INSPECTION_PHOTO).map_err(|_| OfficeError::NotFound)?;
        Ok(evidence(document, kept, tidy_name(name), None))
    }

    /// As [`keep`](Self::keep), as it arrives.
    pub(super) async fn keep_stream<E>(
        &self,
        requirement: &DocumentRequirement,
        name: &str,
        issued: Option<Date>,
        bytes: impl Stream<Item = Result<Bytes, E>> + Unpin + Send,
    ) -> Result<Evidence, OfficeError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let limit = requirement.max_bytes;
        let kept = self.inner.documents.keep(self.new_blob_id()?, bytes, limit, &requirement.formats).await?;
        Ok(evidence(requirement.id.clone(), kept, tidy_name(name), issued))
    }
}

fn evidence(document: DocumentId, kept: Kept, name: String, issued: Option<Date>) -> Evidence {
    Evidence {
        document,
        blob: kept.blob,
        sha256: kept.sha256,
        media_type: kept.media_type.to_string(),
        size_bytes: kept.size_bytes,
        name,
        issued,
    }
}

/// The last part of a path, of printable characters; for people to see, never for a file system.
fn tidy_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let tidy: String = crate::text::line(last).chars().filter(|c| !c.is_control()).take(100).collect();
    if tidy.is_empty() { "file".into() } else { tidy }
}
