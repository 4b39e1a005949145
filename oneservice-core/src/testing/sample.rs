//! A small catalogue of an office that does not exist: one service whose form has every type of field.

use std::collections::BTreeMap;
use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use serde_json::{Map, Value, json};

use crate::catalog::{Catalog, CatalogError};

/// The catalogue's files by path, as [`Catalog::parse`] takes them.
#[must_use]
pub fn files() -> BTreeMap<String, String> {
    [
        ("office.toml", include_str!("catalog/office.toml")),
        ("sectors.toml", include_str!("catalog/sectors.toml")),
        ("holidays.toml", include_str!("catalog/holidays.toml")),
        ("geo/places.csv", include_str!("catalog/geo/places.csv")),
        ("services/trade/market-stall.toml", include_str!("catalog/services/trade/market-stall.toml")),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into()
}

/// The catalogue itself.
///
/// # Errors
/// None, unless the format has changed and the files have not.
pub fn catalog() -> Result<Catalog, CatalogError> {
    Catalog::parse(&files())
}

/// Answers in order to all that its service asks of somebody who sells cloth.
#[must_use]
pub fn answers() -> Map<String, Value> {
    let answers = json!({
        "name_km": "សុខ ដារា", "name_latin": "SOK DARA", "birth_date": "12/7/1985", "national_id": "010 234 567",
        "phone": "012 345 678", "email": "sok.dara@example.org", "home": { "code": "900101" }, "place": { "code": "900102" },
        "spot": { "lat": 12.5, "lon": 104.5 }, "stalls": 3, "area": "12.5", "capital": "1234.50", "goods": "cloth",
        "days": ["sat", "sun"],
    });
    answers.as_object().cloned().unwrap_or_default()
}

/// A paper without content, as small as one can be.
pub const PDF: &[u8] =
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 2\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

/// A black picture.
///
/// # Panics
/// Never: memory takes every byte.
#[must_use]
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = DynamicImage::new_luma8(width, height);
    picture.write_to(&mut bytes, ImageFormat::Png).expect("memory takes every byte");
    bytes.into_inner()
}
