//! Counting days one by one on a wall calendar that has Saturdays, Sundays and the sample office's two holidays.

use crate::calendar::{Date, Weekday};

/// Whether the sample office is open on `day`.
#[must_use]
pub fn works(day: Date) -> bool {
    let holidays = [jiff::civil::date(2026, 1, 1), jiff::civil::date(2026, 5, 1)];
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !holidays.contains(&day)
}

/// So many days later, or earlier.
#[must_use]
pub fn later(day: Date, days: i64) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

/// The `n`-th working day after `from` (`by` 1) or before it (`by` -1).
#[must_use]
pub fn count(from: Date, n: u32, by: i64) -> Date {
    let (mut day, mut left) = (from, n);
    while left > 0 {
        day = later(day, by);
        left -= u32::from(works(day));
    }
    day
}

/// `day`, or the next on which the office is open.
#[must_use]
pub fn open_on(mut day: Date) -> Date {
    while !works(day) {
        day = later(day, 1);
    }
    day
}

/// The working days after `from` up to and with `to`.
#[must_use]
pub fn between(from: Date, to: Date) -> u32 {
    let (mut day, mut found) = (from, 0);
    while day < to {
        day = later(day, 1);
        found += u32::from(works(day));
    }
    found
}
