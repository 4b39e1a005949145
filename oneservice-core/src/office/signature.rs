//! Signatures: under which statement, by whom, with which picture.

use bytes::Bytes;
use futures::StreamExt;

use super::{Office, OfficeError};
use crate::catalog::{DocumentFormat, Service};
use crate::ids::{Digest32, DocumentId};
use crate::request::{Evidence, Signature, SignatureMethod};

/// A drawn signature is a small picture.
const SIGNATURE_MAX_BYTES: u64 = 512 << 10;

impl Office {
    /// A signature under a service's statement, its picture kept.
    ///
    /// # Errors
    /// [`OfficeError::Document`] for a picture that is none.
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
                let formats = [DocumentFormat::Png, DocumentFormat::Jpeg];
                let limit = if method == SignatureMethod::Drawn { SIGNATURE_MAX_BYTES } else { 10 << 20 };
                let kept =
                    self.inner.documents.keep(self.new_blob_id()?, stream.boxed(), limit, &formats).await?;
                Some(Evidence {
                    document: DocumentId::parse("signature").map_err(|_| OfficeError::NotFound)?,
                    blob: kept.blob,
                    sha256: kept.sha256,
                    media_type: kept.media_type.to_string(),
                    size_bytes: kept.size_bytes,
                    name: "signature".into(),
                    issued: None,
                })
            }
        };
        Ok(Signature {
            method,
            signer: crate::text::line(signer).chars().take(200).collect(),
            file,
            statement,
        })
    }
}
