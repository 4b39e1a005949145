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

/// No photo of a document needs more than what a phone makes: 25 megapixels.
const PIXELS_MAX: u64 = 25_000_000;

/// The most bytes of a picture unpacked: four for each pixel. Turning or writing it takes as much again.
const UNPACKED_MAX_BYTES: u64 = PIXELS_MAX * 4;

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
    limits.max_alloc = Some(UNPACKED_MAX_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    // Sixteen bits a colour take twice the room, so of those fewer pixels are taken.
    if u64::from(width) * u64::from(height) > PIXELS_MAX || decoder.total_bytes() > UNPACKED_MAX_BYTES {
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
    let tail = &whole[whole.len().saturating_sub(4096)..];
    if !find(tail, b"%%EOF") || !(find(whole, b"xref") || find(whole, b"/XRef")) {
        return Err(Unfit::Unreadable);
    }
    for (name, rest) in names(whole) {
        match name.as_slice() {
            b"Encrypt" => return Err(Unfit::Encrypted),
            b"JavaScript" | b"Launch" | b"XFA" => return Err(Unfit::ActiveContent),
            b"JS" if begins_program(rest) => return Err(Unfit::ActiveContent),
            other if other.starts_with(b"EmbeddedFile") => return Err(Unfit::ActiveContent),
            _ => {}
        }
    }
    Ok(())
}

/// No name that matters is longer, even with every letter written as `#xx`.
const NAME_MAX_BYTES: usize = 64;

/// The names of a PDF as a reader understands them, `#xx` decoded, each with what follows it.
fn names(whole: &[u8]) -> impl Iterator<Item = (Vec<u8>, &[u8])> {
    memchr::memchr_iter(b'/', whole).map(|at| {
        let after = &whole[at + 1..];
        let end = after
            .iter()
            .take(NAME_MAX_BYTES)
            .position(|byte| is_blank(*byte) || b"()<>[]{}/%".contains(byte));
        let (mut raw, rest) = after.split_at(end.unwrap_or(after.len().min(NAME_MAX_BYTES)));
        let mut name = Vec::with_capacity(raw.len());
        while let [first, others @ ..] = raw {
            let coded = match others {
                [high, low, ..] if *first == b'#' => {
                    hex(*high).zip(hex(*low)).map(|(high, low)| 16 * high + low)
                }
                _ => None,
            };
            name.push(coded.unwrap_or(*first));
            raw = if coded.is_some() { &others[2..] } else { others };
        }
        (name, rest)
    })
}

/// Whether what follows `/JS` can be a program: a text in either notation, or a reference to one. Three letters alone turn up by
/// chance in any photo.
fn begins_program(rest: &[u8]) -> bool {
    let value = rest.iter().find(|byte| !is_blank(**byte));
    value.is_some_and(|byte| b"(<%".contains(byte) || byte.is_ascii_digit())
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn find(whole: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(whole, needle).is_some()
}
