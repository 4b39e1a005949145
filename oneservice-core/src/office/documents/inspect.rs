//! What a file is, by its bytes. Names and the sender's word count for nothing.

use std::fmt;
use std::io::Cursor;

use file_format::FileFormat;
use image::{ImageFormat, ImageReader, Limits};
use thiserror::Error;

use crate::catalog::DocumentFormat;

/// How many bytes are enough to tell the kinds apart.
pub(super) const SNIFF_BYTES: u64 = 36 << 10;

/// No photo of a document needs more: 40 megapixels.
const PIXELS_MAX: u64 = 40_000_000;

/// What the content is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// `application/pdf`
    Pdf,
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `video/mp4`
    Mp4,
    /// Anything else, as it would be called.
    Other(String),
}

/// Why content of an allowed kind cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unfit {
    /// There is nothing in it: choose the file again.
    #[error("the file is empty")]
    Empty,
    /// It is cut off or damaged: make it again.
    #[error("the file is damaged or cut off")]
    Unreadable,
    /// The picture is larger than any paper needs: send a smaller photo.
    #[error("the picture has too many pixels")]
    TooManyPixels,
    /// It is locked with a password: save it without one.
    #[error("the file is locked with a password")]
    Encrypted,
    /// It carries programs or other files: print it to a plain PDF.
    #[error("the file carries programs or other files")]
    ActiveContent,
}

impl MediaType {
    /// What the first bytes say.
    pub(super) fn of(start: &[u8]) -> Self {
        match FileFormat::from_bytes(start) {
            FileFormat::PortableDocumentFormat => Self::Pdf,
            FileFormat::JointPhotographicExpertsGroup => Self::Jpeg,
            FileFormat::PortableNetworkGraphics => Self::Png,
            FileFormat::Mpeg4Part14Video | FileFormat::Mpeg4Part14 => Self::Mp4,
            other => Self::Other(other.media_type().to_owned()),
        }
    }

    /// The format of the catalogue, if it is one.
    pub fn format(&self) -> Option<DocumentFormat> {
        match self {
            Self::Pdf => Some(DocumentFormat::Pdf),
            Self::Jpeg => Some(DocumentFormat::Jpeg),
            Self::Png => Some(DocumentFormat::Png),
            Self::Mp4 => Some(DocumentFormat::Mp4),
            Self::Other(_) => None,
        }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Mp4 => "video/mp4",
            Self::Other(name) => name,
        })
    }
}

/// Reads the whole content as what it claims to be.
pub(super) fn inspect(media_type: &MediaType, whole: &[u8]) -> Result<(), Unfit> {
    match media_type {
        MediaType::Jpeg => picture(whole, ImageFormat::Jpeg),
        MediaType::Png => picture(whole, ImageFormat::Png),
        MediaType::Pdf => pdf(whole),
        MediaType::Mp4 | MediaType::Other(_) => Ok(()),
    }
}

/// Decodes a picture within limits: the size is read from the header before a pixel is unpacked, so that a small
/// file cannot become a huge one.
fn picture(whole: &[u8], format: ImageFormat) -> Result<(), Unfit> {
    let reader = || ImageReader::with_format(Cursor::new(whole), format);
    let (width, height) = reader().into_dimensions().map_err(|_| Unfit::Unreadable)?;
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(Unfit::TooManyPixels);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(PIXELS_MAX * 8);
    let mut reader = reader();
    reader.limits(limits);
    reader.decode().map_err(|_| Unfit::Unreadable)?;
    // The decoder forgives a JPEG that stops in the middle of its picture; an applicant does not notice it either.
    let ended = match format {
        ImageFormat::Jpeg => whole.windows(2).rev().take(64 << 10).any(|pair| pair == [0xFF, 0xD9]),
        _ => true,
    };
    if ended { Ok(()) } else { Err(Unfit::Unreadable) }
}

/// No PDF is interpreted here: it must begin and end as one, and must not name what a paper never needs.
/// Names inside compressed streams are not seen; the file is therefore never opened on the server, and is
/// served as a sandboxed download.
fn pdf(whole: &[u8]) -> Result<(), Unfit> {
    let contains = |needle: &[u8]| find(whole, needle);
    let tail = &whole[whole.len().saturating_sub(4096)..];
    if !find(tail, b"%%EOF") || !(contains(b"xref") || contains(b"/XRef")) {
        return Err(Unfit::Unreadable);
    }
    if contains(b"/Encrypt") {
        return Err(Unfit::Encrypted);
    }
    let active: [&[u8]; 6] = [b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile", b"/XFA"];
    if active.iter().any(|name| contains(name)) {
        return Err(Unfit::ActiveContent);
    }
    Ok(())
}

fn find(whole: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(whole, needle).is_some()
}
