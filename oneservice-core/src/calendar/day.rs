//! Dates as people write them.

use jiff::civil::Date;

use crate::text::{tidy_line, with_ascii_digits};

/// The date as `dd/mm/yyyy`.
///
/// ```
/// # use oneservice_core::calendar::{date, dmy};
/// assert_eq!(dmy(date(2026, 12, 4)), "04/12/2026");
/// ```
#[must_use]
pub fn dmy(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// Reads a date as `2026-06-01`, or as `1/6/2026`, `1.6.2026` or `1-6-2026` (day first), in either script's digits; blanks around
/// it do not matter. `None` if it is in neither form or there is no such day.
///
/// ```
/// # use oneservice_core::calendar::{date, parse_date};
/// assert_eq!(parse_date("០១/៦/២០២៦"), Some(date(2026, 6, 1)));
/// assert_eq!(parse_date("2026-06-01"), Some(date(2026, 6, 1)));
/// assert_eq!(parse_date("31/6/2026"), None);
/// assert_eq!(parse_date("1/6/26"), None);
/// ```
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    let text = with_ascii_digits(tidy_line(text));
    let mut parts = text.split(['/', '.', '-']);
    let (first, month, last) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let is_iso = first.len() == 4;
    let (year, day) = if is_iso { (first, last) } else { (last, first) };
    let short = |part: &str| if is_iso { part.len() == 2 } else { (1..=2).contains(&part.len()) };
    let wanted = year.len() == 4 && short(month) && short(day) && (!is_iso || !text.contains(['/', '.']));
    if !wanted || ![first, month, last].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let year = year.parse().ok().filter(|&year: &i16| year >= 1)?;
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}
