//! The days and hours of one office.

use std::collections::BTreeMap;

use jiff::{
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};

use super::{CalendarError, Moment};
use crate::text::Text;

/// Monday to Friday.
pub const WORKING_WEEK: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// Opening hours within one day: open at `from`, closed at `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    from: Time,
    until: Time,
}

impl Session {
    /// Open at `from`, closed at `until`, on the same day.
    ///
    /// # Errors
    /// [`CalendarError::Session`] unless `from` is earlier.
    pub fn new(from: Time, until: Time) -> Result<Self, CalendarError> {
        if from >= until {
            return Err(CalendarError::Session { from: from.to_string(), until: until.to_string() });
        }
        Ok(Self { from, until })
    }

    /// When the doors open.
    #[must_use]
    pub fn from(&self) -> Time {
        self.from
    }

    /// When the doors close.
    #[must_use]
    pub fn until(&self) -> Time {
        self.until
    }
}

/// The days and hours of one office: its time zone, working days, opening hours, the hour after which a submission counts for the
/// next working day, and its holidays.
///
/// Every answer is total: dates stop at [`Date::MAX`], and loops end there. The rules are those of the catalogue's clock: the
/// day of receipt is day 0, and a period of n working days ends on the n-th working day after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    zone: TimeZone,
    /// By days from Monday.
    works: [bool; 7],
    sessions: Vec<Session>,
    cutoff: Time,
    holidays: BTreeMap<Date, Text>,
}

impl Calendar {
    /// The calendar of an office in `zone`, an IANA name looked up in the database that is compiled in.
    ///
    /// # Errors
    /// [`CalendarError::Zone`], [`CalendarError::NoWorkingDay`], or [`CalendarError::Order`] if sessions overlap or are out of order.
    pub fn new(
        zone: &str,
        working_days: &[Weekday],
        sessions: Vec<Session>,
        cutoff: Time,
        holidays: BTreeMap<Date, Text>,
    ) -> Result<Self, CalendarError> {
        let unknown = |_| CalendarError::Zone { zone: zone.chars().take(80).collect() };
        let zone = TimeZone::get(zone).map_err(unknown)?;
        let works =
            std::array::from_fn(|day| working_days.iter().any(|&working| place_in_week(working) == day));
        if !works.contains(&true) {
            return Err(CalendarError::NoWorkingDay);
        }
        if let Some(pair) = sessions.windows(2).find(|pair| pair[1].from < pair[0].until) {
            return Err(CalendarError::Order { from: pair[1].from.to_string() });
        }
        Ok(Self { zone, works, sessions, cutoff, holidays })
    }

    /// The IANA name of the time zone.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// Opening hours of a working day, in order.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// The last moment of a working day at which a submission is still received on that day.
    #[must_use]
    pub fn cutoff(&self) -> Time {
        self.cutoff
    }

    /// All holidays, in order.
    #[must_use]
    pub fn holidays(&self) -> &BTreeMap<Date, Text> {
        &self.holidays
    }

    /// The name of the holiday on `date`, if it is one.
    #[must_use]
    pub fn holiday(&self, date: Date) -> Option<&Text> {
        self.holidays.get(&date)
    }

    /// Whether the office works on `date`.
    #[must_use]
    pub fn is_working_day(&self, date: Date) -> bool {
        self.works[place_in_week(date.weekday())] && !self.holidays.contains_key(&date)
    }

    /// What the clock on the office's wall shows.
    #[must_use]
    pub fn local(&self, moment: Moment) -> DateTime {
        self.zone.to_datetime(moment.timestamp())
    }

    /// The day it is in the office.
    #[must_use]
    pub fn local_date(&self, moment: Moment) -> Date {
        self.local(moment).date()
    }

    /// Whether the doors are open.
    #[must_use]
    pub fn is_open(&self, moment: Moment) -> bool {
        let local = self.local(moment);
        self.is_working_day(local.date())
            && self
                .sessions
                .iter()
                .any(|session| session.from <= local.time() && local.time() < session.until)
    }

    /// The day on which a submission of this moment is received: the same day if it is a working day and not past the cutoff, else the
    /// next working day.
    #[must_use]
    pub fn received_on(&self, moment: Moment) -> Date {
        let local = self.local(moment);
        if self.is_working_day(local.date()) && local.time() <= self.cutoff {
            return local.date();
        }
        self.add_working_days(local.date(), 1)
    }

    /// The `days`-th working day after `date`; `date` itself for none, whether or not it is a working day.
    ///
    /// Goes day by day: a period has some dozens. Stops at [`Date::MAX`].
    #[must_use]
    pub fn add_working_days(&self, date: Date, days: u32) -> Date {
        let (mut day, mut left) = (date, days);
        while left > 0 {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            left -= u32::from(self.is_working_day(day));
        }
        day
    }

    /// The `days`-th working day before `date`; `date` itself for none. Stops at [`Date::MIN`].
    #[must_use]
    pub fn subtract_working_days(&self, date: Date, days: u32) -> Date {
        let (mut day, mut left) = (date, days);
        while left > 0 {
            let Ok(before) = day.yesterday() else { break };
            day = before;
            left -= u32::from(self.is_working_day(day));
        }
        day
    }

    /// How many working days lie after `after` up to `until`, that day included; none if `until` is not later.
    ///
    /// The inverse of [`add_working_days`](Self::add_working_days): as many as that must add to reach a working day `until`.
    #[must_use]
    pub fn working_days_between(&self, after: Date, until: Date) -> u32 {
        if until <= after {
            return 0;
        }
        let span = i64::from(days_from_start(until) - days_from_start(after));
        let first = place_in_week(after.weekday()) + 1;
        let weeks = span / 7 * self.works.iter().filter(|&&works| works).count() as i64;
        let rest = (0..(span % 7) as usize).filter(|day| self.works[(first + day) % 7]).count() as i64;
        // A day that is past `after` exists, since `until` is one.
        let from = after.tomorrow().unwrap_or(until);
        let free =
            self.holidays.range(from..=until).filter(|(day, _)| self.works[place_in_week(day.weekday())]);
        u32::try_from(weeks + rest - free.count() as i64).unwrap_or(0)
    }

    /// The first moment of `date` in the office: midnight, or the end of a clock change that skips it.
    #[must_use]
    pub fn start_of_day(&self, date: Date) -> Moment {
        // Noon is skipped only where a whole day is (Samoa, 2011); the next day counts then.
        let noon = date.at(12, 0, 0, 0).to_zoned_datetime(self.zone.clone());
        noon.and_then(|noon| noon.start_of_day()).map_or_else(
            |_| if date.year() > 0 { Moment::MAX } else { Moment::MIN },
            |start| Moment::from_timestamp(start.timestamp()),
        )
    }

    /// The last millisecond of `date` in the office.
    #[must_use]
    pub fn end_of_day(&self, date: Date) -> Moment {
        date.tomorrow().map_or(Moment::MAX, |next| self.start_of_day(next).plus_millis(-1))
    }

    /// The moment at which the office's clock shows `at`. Of a time that comes twice it is the first; a time that is skipped counts from the
    /// clock before the change.
    #[must_use]
    pub fn moment(&self, at: DateTime) -> Moment {
        self.zone
            .to_timestamp(at)
            .map_or_else(|_| if at.year() > 0 { Moment::MAX } else { Moment::MIN }, Moment::from_timestamp)
    }

    /// The moment at which the doors next open after `moment`; `None` if the calendar has no opening hours.
    #[must_use]
    pub fn next_opening(&self, moment: Moment) -> Option<Moment> {
        let first = self.sessions.first()?;
        let today = self.local_date(moment);
        let later = self.sessions.iter().map(|session| self.moment(today.to_datetime(session.from)));
        let same_day = later.filter(|&opening| opening > moment).min().filter(|_| self.is_working_day(today));
        Some(same_day.unwrap_or_else(|| self.moment(self.add_working_days(today, 1).to_datetime(first.from))))
    }
}

fn place_in_week(day: Weekday) -> usize {
    usize::from(day.to_monday_zero_offset().unsigned_abs())
}

/// Days since a fixed start, for differences.
fn days_from_start(date: Date) -> i32 {
    date.since(Date::MIN).map_or(0, |span| span.get_days())
}
