//! Moments, dates and the days on which an office works.
//!
//! A [`Moment`] is a point in time; a [`Date`] is a day in the office's time zone. Only a [`Calendar`] leads from one to the other,
//! and it alone says what a working day is. Nothing here reads a clock.
//!
//! ```
//! use std::collections::BTreeMap;
//! use oneservice_core::calendar::{Calendar, CalendarError, Moment, Session, WORKING_WEEK, date, time};
//! use oneservice_core::text::Text;
//!
//! let holidays = BTreeMap::from([(date(2026, 11, 24), Text::new("ព្រះរាជពិធីបុណ្យអុំទូក", "Water Festival"))]);
//! let sessions = vec![Session::new(time(7, 30, 0, 0), time(11, 30, 0, 0))?, Session::new(time(14, 0, 0, 0), time(17, 0, 0, 0))?];
//! let calendar = Calendar::new("Europe/Tallinn", &WORKING_WEEK, sessions, time(17, 0, 0, 0), holidays)?;
//!
//! // Handed in on Friday at one minute past five, so received on Monday; Tuesday is a holiday.
//! let received = calendar.received_on(Moment::parse("2026-11-20T17:01:00+02:00")?);
//! assert_eq!(received, date(2026, 11, 23));
//! assert_eq!(calendar.add_working_days(received, 2), date(2026, 11, 26));
//! # Ok::<(), CalendarError>(())
//! ```

mod day;
mod error;
mod moment;
mod office_days;

pub use day::{dmy, parse_date};
pub use error::CalendarError;
/// Makes a [`Date`] of year, month and day; panics if there is no such day, so it is for constants.
pub use jiff::civil::date;
/// Makes a [`Time`] of hour, minute, second and nanosecond; panics if there is no such time, so it is for constants.
pub use jiff::civil::time;
pub use jiff::civil::{Date, DateTime, Time, Weekday};
pub use moment::Moment;
pub use office_days::{Calendar, Session, WORKING_WEEK};
