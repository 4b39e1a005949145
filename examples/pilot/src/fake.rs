//! Made-up documents for demonstrations and tests: small, valid, and plainly marked as samples.

use std::path::Path;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use oneservice_core::catalog::DocumentFormat;

/// A small file of this format.
pub fn document(format: DocumentFormat) -> Vec<u8> {
    match format {
        DocumentFormat::Pdf => pdf(),
        DocumentFormat::Jpeg => picture(ImageFormat::Jpeg),
        DocumentFormat::Png => picture(ImageFormat::Png),
        DocumentFormat::Mp4 => mp4(),
    }
}

/// A drawn signature: a line on white.
pub fn signature() -> Vec<u8> {
    let mut picture = RgbImage::from_pixel(160, 60, Rgb([255, 255, 255]));
    for x in 10..150u32 {
        let wave = (f64::from(x) / 9.0).sin() * 14.0;
        picture.put_pixel(x, (30.0 + wave) as u32, Rgb([20, 24, 31]));
    }
    encode(DynamicImage::ImageRgb8(picture), ImageFormat::Png)
}

/// A copy of the catalogue in `from` at `to`, of an office that is open every day: for tests that run on whatever day it is.
///
/// # Errors
/// What the file system says.
pub fn open_every_day(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let (path, copy) = (entry?.path(), |path: &Path| to.join(path.file_name().unwrap_or_default()));
        match path.file_name().and_then(|name| name.to_str()) {
            Some("holidays.toml") => {
                std::fs::write(copy(&path), "format = 1\nnote = \"none\"\nholidays = []\n")?;
            }
            Some("office.toml") => {
                let text = std::fs::read_to_string(&path)?;
                let week = r#"working_days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]"#;
                let line = |line: &str| if line.starts_with("working_days") { week } else { line }.to_owned();
                std::fs::write(copy(&path), text.lines().map(line).collect::<Vec<_>>().join("\n"))?;
            }
            _ if path.is_dir() => open_every_day(&path, &copy(&path))?,
            _ => drop(std::fs::copy(&path, copy(&path))?),
        }
    }
    Ok(())
}

fn picture(format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(240, 180, |x, y| {
        let band = ((x / 24 + y / 18) % 2) as u8;
        Rgb([220 + band * 30, 225 + band * 25, 235 + band * 10])
    });
    encode(DynamicImage::ImageRgb8(picture), format)
}

fn encode(picture: DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    // Writing a small picture into memory cannot fail.
    let _ = picture.write_to(&mut bytes, format);
    bytes.into_inner()
}

fn pdf() -> Vec<u8> {
    let text = "BT /F1 18 Tf 60 760 Td (SAMPLE DOCUMENT) Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (nth, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", nth + 1));
    }
    let table = out.len();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    out.push_str(&format!(
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    ));
    out.into_bytes()
}

fn mp4() -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(24u32.to_be_bytes());
    bytes.extend(b"ftypmp42\0\0\0\0mp42isom");
    bytes.extend(8u32.to_be_bytes());
    bytes.extend(b"mdat");
    bytes
}
