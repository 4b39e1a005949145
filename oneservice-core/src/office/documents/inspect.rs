//! What a file is, by its bytes. Names and the sender's word count for nothing.

use std::fmt;
use std::io::Cursor;

use file_format::FileFormat;
use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use thiserror::Error;

use crate::catalog::DocumentFormat;

/// How many bytes are enough to tell the kinds apart.
pub(super) const SNIFF_BYTES: u64 = 36 << 10;

/// No photo of a document needs more: 40 megapixels.
const PIXELS_MAX: u64 = 40_000_000;

/// Keeps print readable that a phone has photographed.
const JPEG_QUALITY: u8 = 85;

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

/// Reads the whole content as what it claims to be. Gives the bytes to keep instead, where they must be others.
pub(super) fn inspect(media_type: &MediaType, whole: &[u8]) -> Result<Option<Vec<u8>>, Unfit> {
    match media_type {
        MediaType::Jpeg => picture(whole, ImageFormat::Jpeg).map(Some),
        MediaType::Png => picture(whole, ImageFormat::Png).map(Some),
        MediaType::Pdf => pdf(whole).map(|()| None),
        MediaType::Mp4 | MediaType::Other(_) => Ok(None),
    }
}

/// Decodes a picture within limits (the size is read from the header before a pixel is unpacked, so that a small file cannot
/// become a huge one) and writes it anew, upright. What is kept is the picture and nothing else: a phone's photo says where and
/// when it was taken, and a file may be a picture and something else at once.
fn picture(whole: &[u8], format: ImageFormat) -> Result<Vec<u8>, Unfit> {
    let unreadable = |_| Unfit::Unreadable;
    let mut reader = ImageReader::with_format(Cursor::new(whole), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(PIXELS_MAX * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(Unfit::TooManyPixels);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    // The decoder forgives a JPEG that stops in the middle of its picture; an applicant does not notice it either.
    let ended = match format {
        ImageFormat::Jpeg => whole.windows(2).rev().take(64 << 10).any(|pair| pair == [0xFF, 0xD9]),
        _ => true,
    };
    if !ended {
        return Err(Unfit::Unreadable);
    }
    picture.apply_orientation(orientation);
    let mut kept = Vec::new();
    match format {
        ImageFormat::Jpeg => {
            picture.write_with_encoder(JpegEncoder::new_with_quality(&mut kept, JPEG_QUALITY))
        }
        _ => picture.write_with_encoder(PngEncoder::new(&mut kept)),
    }
    .map_err(unreadable)?;
    Ok(kept)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    /// A JPEG of 2 × 1 pixels, white left and black right, that a phone held on its side has taken at a place.
    fn photo() -> Vec<u8> {
        let pixels =
            image::RgbImage::from_fn(64, 32, |x, _| image::Rgb(if x < 32 { [255; 3] } else { [0; 3] }));
        let mut plain = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut plain, 95);
        DynamicImage::from(pixels).write_with_encoder(encoder).unwrap();
        // TIFF, big-endian, one entry: orientation 6, turn it right; then words that stand for the place.
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif.extend(b"GPS 13.0957 103.2022");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&plain[..2], &[0xFF, 0xE1], &length, &exif, &plain[2..]].concat()
    }

    #[test]
    fn a_photo_is_kept_upright_and_without_its_place() {
        let photo = photo();
        assert!(find(&photo, b"GPS"));
        let kept = inspect(&MediaType::Jpeg, &photo).unwrap().unwrap();
        assert!(!find(&kept, b"GPS") && !find(&kept, b"Exif"));
        let picture = image::load_from_memory(&kept).unwrap().to_luma8();
        assert_eq!(picture.dimensions(), (32, 64), "it stands upright");
        assert!(picture.get_pixel(16, 8).0[0] > 200 && picture.get_pixel(16, 56).0[0] < 50);
    }

    #[test]
    fn what_follows_a_picture_is_not_kept() {
        let mut png = Vec::new();
        DynamicImage::new_luma8(4, 4).write_with_encoder(PngEncoder::new(&mut png)).unwrap();
        png.extend(b"<script>alert(1)</script>");
        let kept = inspect(&MediaType::Png, &png).unwrap().unwrap();
        assert!(!find(&kept, b"script"));
        assert_eq!(image::load_from_memory(&kept).unwrap().to_luma8().dimensions(), (4, 4));
    }
}
