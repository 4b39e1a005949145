//! Files that were handed in, shown again.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use oneservice_core::ids::BlobId;
use oneservice_core::office::OfficeError;
use oneservice_core::request::Evidence;

use crate::App;

/// The file that an address or an answer names.
pub(crate) fn find<'e>(mut files: impl Iterator<Item = &'e Evidence>, named: &str) -> Option<&'e Evidence> {
    let blob: BlobId = named.parse().ok()?;
    files.find(|file| file.blob == blob)
}

/// A paper: pictures are shown, everything else is a download that can do nothing.
///
/// # Errors
/// [`OfficeError::Document`].
pub(crate) async fn served(app: &App, paper: &Evidence) -> Result<Response, OfficeError> {
    let (size, bytes) = app.office.documents().stream(paper.blob).await?;
    let picture = paper.media_type.starts_with("image/");
    let ending = paper.media_type.rsplit('/').next().unwrap_or("bin");
    let place = if picture { "inline" } else { "attachment" };
    let place = format!("{place}; filename=\"{}.{ending}\"", paper.document);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_str(&paper.media_type)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&place)),
        (header::CONTENT_SECURITY_POLICY, Ok(HeaderValue::from_static("sandbox; default-src 'none'"))),
    ];
    let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value.ok()?)));
    let mut response = Body::from_stream(bytes).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, size.into());
    for (name, value) in headers {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}
