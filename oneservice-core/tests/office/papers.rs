//! What a file is, by its bytes: kept without what nobody was meant to see, or refused by what it holds.

use std::convert::Infallible;

use bytes::Bytes;
use image::DynamicImage;
use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
use oneservice_core::catalog::DocumentFormat;
use oneservice_core::ids::BlobId;
use oneservice_core::office::{DocumentError, Documents, Unfit};

/// Hands a file in. Gives what is kept, or why it is not.
async fn keep(bytes: &[u8]) -> Result<Bytes, Unfit> {
    let (documents, blob) = (Documents::in_memory(), BlobId::new([1; 16]));
    let stream = futures::stream::iter([Ok::<_, Infallible>(Bytes::copy_from_slice(bytes))]);
    match documents.keep(blob, stream, 1 << 20, DocumentFormat::ALL).await {
        Ok(kept) => Ok(documents.read(kept.blob).await.unwrap()),
        Err(DocumentError::Unfit(why)) => {
            assert!(matches!(documents.size(blob).await, Err(DocumentError::Missing)), "nothing is kept");
            Err(why)
        }
        Err(other) => panic!("{other}"),
    }
}

fn find(whole: &[u8], needle: &[u8]) -> bool {
    whole.windows(needle.len()).any(|window| window == needle)
}

/// A JPEG of 2 × 1 pixels, white left and black right, that a phone held on its side has taken at a place.
fn photo() -> Vec<u8> {
    let pixels = image::RgbImage::from_fn(64, 32, |x, _| image::Rgb(if x < 32 { [255; 3] } else { [0; 3] }));
    let mut plain = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut plain, 95);
    DynamicImage::from(pixels).write_with_encoder(encoder).unwrap();
    // TIFF, big-endian, one entry: orientation 6, turn it right; then words that stand for the place.
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend(b"GPS 13.0957 103.2022");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xFF, 0xE1], &length, &exif, &plain[2..]].concat()
}

#[tokio::test]
async fn a_photo_is_kept_upright_and_without_its_place() {
    let photo = photo();
    assert!(find(&photo, b"GPS"));
    let kept = keep(&photo).await.unwrap();
    assert!(!find(&kept, b"GPS") && !find(&kept, b"Exif"));
    let picture = image::load_from_memory(&kept).unwrap().to_luma8();
    assert_eq!(picture.dimensions(), (32, 64), "it stands upright");
    assert!(picture.get_pixel(16, 8).0[0] > 200 && picture.get_pixel(16, 56).0[0] < 50);
}

#[tokio::test]
async fn what_follows_a_picture_is_not_kept() {
    let mut png = Vec::new();
    DynamicImage::new_luma8(4, 4).write_with_encoder(PngEncoder::new(&mut png)).unwrap();
    png.extend(b"<script>alert(1)</script>");
    let kept = keep(&png).await.unwrap();
    assert!(!find(&kept, b"script"));
    assert_eq!(image::load_from_memory(&kept).unwrap().to_luma8().dimensions(), (4, 4));
}

#[tokio::test]
async fn a_name_is_read_as_a_reader_of_pdf_reads_it() {
    let paper = |words: &str| [b"%PDF-1.4\nxref\n", words.as_bytes(), b"\n%%EOF\n"].concat();
    for words in [
        "<< /S /J#61vaScript /JS 7 0 R >>",
        "<</JS<6170702E616C657274>>>",
        "<< /#4A#53\n(app.alert(1)) >>",
        "<< /JS\0%\n(x) >>",
        "<< /S /L#61unch >>",
        "<< /Names << /Embedded#46iles 3 0 R >> >>",
        "<< /#58FA 3 0 R >>",
    ] {
        assert_eq!(keep(&paper(words)).await.map(drop), Err(Unfit::ActiveContent), "{words}");
    }
    assert_eq!(keep(&paper("<< /#45ncrypt 5 0 R >>")).await.map(drop), Err(Unfit::Encrypted));
    for words in ["<< /JSON (x) >>", "/JS\u{1}", "<< /Font /JavaScriptSans >>", "/#4", "/#zz 1"] {
        assert_eq!(keep(&paper(words)).await.map(drop), Ok(()), "{words}");
    }
}

/// A small file that unpacks to more memory than any paper needs is refused by what its header says.
#[tokio::test]
async fn a_picture_is_bounded_by_what_it_unpacks_to() {
    let crc = |bytes: &[u8]| {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 }
            })
        })
    };
    let sized = |picture: DynamicImage, width: u32, height: u32| {
        let mut png = Vec::new();
        picture.write_with_encoder(PngEncoder::new(&mut png)).unwrap();
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = crc(&png[12..29]);
        png[29..33].copy_from_slice(&sum.to_be_bytes());
        png
    };
    // 25 megapixels of a phone pass the bound (and are cut off here); as many of 16 bits a colour do not.
    let phone = sized(DynamicImage::new_rgb8(4, 4), 5_712, 4_284);
    assert_eq!(keep(&phone).await, Err(Unfit::Unreadable));
    for bomb in [
        sized(DynamicImage::new_rgba16(4, 4), 5_712, 4_284),
        sized(DynamicImage::new_luma8(4, 4), 5_001, 5_000),
    ] {
        assert_eq!(keep(&bomb).await, Err(Unfit::TooManyPixels));
    }
}
