//! The pilot's own calendar against one hung on a wall: every day of five years is crossed off by hand, and no date arithmetic of the
//! library or of its date crate is used to do so.

use std::collections::BTreeSet;
use std::path::Path;

use oneservice_core::calendar::{Calendar, Date, time};
use oneservice_core::catalog::Catalog;

/// The first and the last year that are looked at.
const YEARS: [i16; 2] = [2024, 2028];
/// The longest period, in working days.
const DAYS_MAX: usize = 60;

/// A day as it is printed: year, month, day, and the name of its weekday.
type Square = (i16, i8, i8, &'static str);

const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Every day from `YEARS[0]`-01-01, a Monday in 2024, and some months more for what ends later.
fn wall() -> Vec<Square> {
    let mut squares = Vec::new();
    for year in YEARS[0]..=YEARS[1] + 1 {
        let february = if year % 4 == 0 { 29 } else { 28 };
        for (month, days) in (1..).zip([31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
            for day in 1..=days {
                squares.push((year, month, day, WEEK[squares.len() % 7]));
            }
        }
    }
    squares
}

/// The days that are crossed off, read from the catalogue's text and not by the library.
fn crossed_off(folder: &Path) -> BTreeSet<(i16, i8, i8)> {
    let text = std::fs::read_to_string(folder.join("holidays.toml")).unwrap();
    let dates = text.lines().filter_map(|line| line.strip_prefix("date = \"")?.strip_suffix('"'));
    let parts = dates.map(|date| {
        let mut parts = date.split('-').map(|part| part.parse::<i16>().unwrap());
        let mut part = || parts.next().unwrap();
        (part(), i8::try_from(part()).unwrap(), i8::try_from(part()).unwrap())
    });
    parts.collect()
}

fn date((year, month, day, _): Square) -> Date {
    Date::new(year, month, day).unwrap()
}

fn pilot() -> (Calendar, BTreeSet<(i16, i8, i8)>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/catalog/battambang");
    let crossed = crossed_off(&folder);
    (Catalog::load(&folder).unwrap().calendar().clone(), crossed)
}

#[test]
fn every_day_and_period_agrees_with_the_calendar_on_the_wall() {
    let (calendar, crossed) = pilot();
    assert!(crossed.len() > 60, "{} holidays were read", crossed.len());
    let squares = wall();
    let is_free = |(year, month, day, name): &Square| {
        matches!(*name, "sat" | "sun") || crossed.contains(&(*year, *month, *day))
    };
    let free: Vec<bool> = squares.iter().map(is_free).collect();
    let within = squares.iter().take_while(|square| square.0 <= YEARS[1]).count();
    assert_eq!(within, 1827);
    for start in 0..within {
        let on = date(squares[start]);
        assert_eq!(calendar.is_working_day(on), !free[start], "{on}");
        let later: Vec<usize> = (start + 1..squares.len()).filter(|&nth| !free[nth]).take(DAYS_MAX).collect();
        let earlier: Vec<usize> = (0..start).rev().filter(|&nth| !free[nth]).take(DAYS_MAX).collect();
        for n in 1..=DAYS_MAX {
            let end = date(squares[later[n - 1]]);
            let count = u32::try_from(n).unwrap();
            assert_eq!(calendar.add_working_days(on, count), end, "{n} working days after {on}");
            assert_eq!(calendar.working_days_between(on, end), count, "from {on} to {end}");
            assert_eq!(calendar.working_days_between(end, on), 0, "back from {end} to {on}");
            if let Some(&begin) = earlier.get(n - 1) {
                let begin = date(squares[begin]);
                assert_eq!(calendar.subtract_working_days(on, count), begin, "{n} working days before {on}");
                let there = calendar.add_working_days(begin, count);
                let next = if !free[start] { on } else { date(squares[later[0]]) };
                assert_eq!(there, next, "{n} working days back from {on} and forth again");
            }
        }
        assert_eq!(calendar.add_working_days(on, 0), on);
        assert_eq!(calendar.subtract_working_days(on, 0), on);
    }
}

/// A day is received as long as the office says; what comes in the afternoon after that counts for the next working day, and so does all
/// that comes on a free one.
#[test]
fn every_day_is_received_as_the_wall_says() {
    let (calendar, crossed) = pilot();
    let squares = wall();
    let is_free = |(year, month, day, name): &Square| {
        matches!(*name, "sat" | "sun") || crossed.contains(&(*year, *month, *day))
    };
    let within = squares.iter().take_while(|square| square.0 <= YEARS[1]).count();
    let clock = [(0, 0, 0), (7, 30, 0), (12, 30, 0), (17, 0, 0), (17, 0, 1), (23, 59, 59)];
    for start in 0..within {
        let next = (start + 1..).find(|&nth| !is_free(&squares[nth])).unwrap();
        for (hour, minute, second) in clock {
            let moment = calendar.moment(date(squares[start]).to_datetime(time(hour, minute, second, 0)));
            let is_late = (hour, minute, second) > (17, 0, 0);
            let received = if is_free(&squares[start]) || is_late { next } else { start };
            assert_eq!(calendar.received_on(moment), date(squares[received]), "{:?}", squares[start]);
            let doors = (hour, minute) == (7, 30);
            assert_eq!(calendar.is_open(moment), doors && !is_free(&squares[start]), "{:?}", squares[start]);
        }
    }
}
