//! Why a calendar or a moment could not be made.

use thiserror::Error;

/// Why a calendar or a moment could not be made. All come from texts that people wrote: correct the text.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// The time zone is in no list: use an IANA name such as `Europe/Tallinn`.
    #[error("there is no time zone {zone:?}")]
    Zone {
        /// The name, cut after 80 characters.
        zone: String,
    },
    /// No day of the week is a working day: name at least one.
    #[error("no day of the week is a working day")]
    NoWorkingDay,
    /// Opening hours end before they start: they must lie within one day.
    #[error("opening hours from {from} to {until} end before they start")]
    Session {
        /// As given.
        from: String,
        /// As given.
        until: String,
    },
    /// Opening hours overlap or are not in order.
    #[error("opening hours from {from} start before the ones before them end")]
    Order {
        /// Start of the later ones.
        from: String,
    },
    /// The text is no moment: write RFC 3339 with an offset.
    #[error("{text:?} is no moment: expected RFC 3339 with an offset, such as 2026-06-01T08:00:00Z")]
    Moment {
        /// The text, cut after 80 characters.
        text: String,
    },
}

impl CalendarError {
    /// Stable name: log field and key of the translated message.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Zone { .. } => "calendar.zone",
            Self::NoWorkingDay => "calendar.no_working_day",
            Self::Session { .. } => "calendar.session",
            Self::Order { .. } => "calendar.order",
            Self::Moment { .. } => "calendar.moment",
        }
    }

    /// What the translated message may name.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Zone { zone } => vec![("zone", zone.clone())],
            Self::NoWorkingDay => Vec::new(),
            Self::Session { from, until } => vec![("from", from.clone()), ("until", until.clone())],
            Self::Order { from } => vec![("from", from.clone())],
            Self::Moment { text } => vec![("text", text.clone())],
        }
    }
}
