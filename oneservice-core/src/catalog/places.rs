//! The geography: provinces, districts, communes and villages by code. A code begins with its parent's.

use std::collections::BTreeMap;

use super::PlaceLevel;
use crate::text::Text;

/// The places an address may name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Places {
    by_code: BTreeMap<String, Place>,
}

/// One place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its code: two digits for each level.
    pub code: String,
    /// How deep it lies.
    pub level: PlaceLevel,
    /// Its name.
    pub name: Text,
}

/// The country's bounds, in degrees of WGS 84: a point outside was mistyped or taken elsewhere.
const LATITUDES: std::ops::RangeInclusive<f64> = 9.9..=14.7;
const LONGITUDES: std::ops::RangeInclusive<f64> = 102.3..=107.7;

impl Places {
    /// Adds a place; another one with the same code is replaced.
    pub(super) fn insert(&mut self, place: Place) -> Option<Place> {
        self.by_code.insert(place.code.clone(), place)
    }

    /// The place with this code.
    pub fn get(&self, code: &str) -> Option<&Place> {
        self.by_code.get(code)
    }

    /// The places directly below `code`; the provinces for an empty code. Sorted by code.
    pub fn children<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Place> {
        self.by_code
            .range(code.to_owned()..)
            .map(|(_, place)| place)
            .take_while(move |place| place.code.starts_with(code))
            .filter(move |place| place.code.len() == code.len() + 2)
    }

    /// The place and all it lies in, from the province down.
    pub fn path<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Place> {
        (2..=code.len()).step_by(2).filter_map(|length| self.get(code.get(..length)?))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_code.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_code.is_empty()
    }

    /// Whether a point can lie in the country.
    pub fn in_country(&self, lat: f64, lon: f64) -> bool {
        LATITUDES.contains(&lat) && LONGITUDES.contains(&lon)
    }
}
