//! A point in time, to the millisecond.

use std::{borrow::Cow, fmt};

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::CalendarError;

const MINUTE_MS: i64 = 60_000;

/// A point in time: milliseconds since 1970-01-01T00:00Z, from the year 1 to the year 9999.
///
/// JSON is the number; `Display` is RFC 3339 in UTC, always with milliseconds. Sums stop at [`MIN`](Self::MIN) and
/// [`MAX`](Self::MAX), so that no arithmetic can fail.
///
/// ```
/// # use oneservice_core::calendar::{CalendarError, Moment};
/// let moment = Moment::parse("2026-11-24T06:20:57.1+02:00")?;
/// assert_eq!(moment.to_string(), "2026-11-24T04:20:57.100Z");
/// assert_eq!(moment.minute().to_string(), "2026-11-24T04:20:00.000Z");
/// assert_eq!(moment.plus_millis(50).millis_since(moment), 50);
/// # Ok::<(), CalendarError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// The first moment: 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// The last moment, at which it is still 9999 everywhere.
    pub const MAX: Self = Self(253_402_207_200_000);

    /// The moment `millis` milliseconds after 1970-01-01T00:00Z; what lies outside becomes [`MIN`](Self::MIN) or [`MAX`](Self::MAX).
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since 1970-01-01T00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 with `Z` or an offset; parts of a millisecond are cut.
    ///
    /// # Errors
    /// [`CalendarError::Moment`], also for a moment outside the range.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let parsed = text.parse::<Timestamp>().ok().map(Self::from_timestamp);
        // A stated time outside the range must not turn into its end.
        parsed
            .filter(|moment| (Self::MIN.0 + 1..Self::MAX.0).contains(&moment.0))
            .ok_or_else(|| CalendarError::Moment { text: text.chars().take(80).collect() })
    }

    /// The start of this moment's minute, for what is published.
    #[must_use]
    pub const fn minute(self) -> Self {
        Self::from_millis(self.0 - self.0.rem_euclid(MINUTE_MS))
    }

    /// The moment so many milliseconds later, or earlier if negative.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// The moment so many minutes later, or earlier if negative.
    #[must_use]
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_millis(minutes.saturating_mul(MINUTE_MS))
    }

    /// The moment so many hours later, or earlier if negative.
    #[must_use]
    pub const fn plus_hours(self, hours: i64) -> Self {
        self.plus_minutes(hours.saturating_mul(60))
    }

    /// Milliseconds from `earlier` to this moment; negative if it is the later one.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// The same for jiff. The range lies inside jiff's, so that nothing is lost.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or_default()
    }

    /// The moment of a jiff timestamp; parts of a millisecond are cut.
    #[must_use]
    pub fn from_timestamp(timestamp: Timestamp) -> Self {
        let nanos = timestamp.as_nanosecond().div_euclid(1_000_000);
        Self::from_millis(i64::try_from(nanos).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Moment({self})")
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let millis = i64::deserialize(deserializer)?;
        let moment = Self::from_millis(millis);
        if moment.0 == millis { Ok(moment) } else { Err(de::Error::custom("the moment is out of range")) }
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer",
            "description": "Milliseconds since 1970-01-01T00:00Z.",
            "minimum": Self::MIN.0,
            "maximum": Self::MAX.0,
        })
    }
}
