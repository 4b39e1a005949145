//! A small catalogue of an office that does not exist: one service whose form has every type of field.

use std::collections::BTreeMap;

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
