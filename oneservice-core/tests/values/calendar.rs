//! Working days agree with a count day by day, and local time with the zone's own changes.

use std::collections::BTreeMap;

use oneservice_core::{
    calendar::{Calendar, CalendarError, Date, Moment, Session, Time, WORKING_WEEK, Weekday, date, time},
    text::Text,
};
use proptest::prelude::*;

/// Without clock changes, away from whole hours.
const ZONE: &str = "Asia/Kathmandu";

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

fn calendar(zone: &str, week: &[Weekday], holidays: impl IntoIterator<Item = Date>) -> Calendar {
    let session = |from, until| Session::new(time(from, 30, 0, 0), time(until, 0, 0, 0)).unwrap();
    let holidays = holidays.into_iter().map(|day| (day, Text::new("បុណ្យ", "feast"))).collect();
    Calendar::new(zone, week, vec![session(7, 11), session(13, 17)], time(17, 0, 0, 0), holidays).unwrap()
}

fn day_2024_to_2028() -> impl Strategy<Value = Date> {
    (0..1827_i64).prop_map(|days| date(2024, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap())
}

fn any_calendar() -> impl Strategy<Value = (Calendar, Vec<Weekday>, Vec<Date>)> {
    let week = prop::sample::subsequence(WEEK.to_vec(), 1..=7);
    (week, prop::collection::vec(day_2024_to_2028(), 0..120))
        .prop_map(|(week, holidays)| (calendar(ZONE, &week, holidays.clone()), week, holidays))
}

/// The days after `after`, as the calendar on the wall has them.
fn days_after(after: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(after), |day| day.tomorrow().ok()).skip(1)
}

proptest! {
    #[test]
    fn working_days_agree_with_counting((calendar, week, holidays) in any_calendar(), start in day_2024_to_2028(), n in 0..90_u32) {
        let works = |day: &Date| week.contains(&day.weekday()) && !holidays.contains(day);
        let counted = if n == 0 { start } else { days_after(start).filter(works).nth(n as usize - 1).unwrap() };
        prop_assert_eq!(calendar.add_working_days(start, n), counted);
        prop_assert_eq!(calendar.working_days_between(start, counted), n);
        prop_assert_eq!(calendar.is_working_day(start), works(&start));
    }

    #[test]
    fn between_agrees_with_counting((calendar, week, holidays) in any_calendar(), a in day_2024_to_2028(), b in day_2024_to_2028()) {
        let counted = days_after(a)
            .take_while(|day| *day <= b)
            .filter(|day| week.contains(&day.weekday()) && !holidays.contains(day))
            .count();
        prop_assert_eq!(calendar.working_days_between(a, b), counted as u32);
    }

    #[test]
    fn receipt_is_today_until_the_cutoff_and_else_the_next_working_day((calendar, ..) in any_calendar(), day in day_2024_to_2028(), ms in 0..86_400_000_i64) {
        let moment = calendar.start_of_day(day).plus_millis(ms);
        let received = calendar.received_on(moment);
        prop_assert!(calendar.is_working_day(received));
        if calendar.is_working_day(day) && ms <= 17 * 3_600_000 {
            prop_assert_eq!(received, day);
        } else {
            prop_assert!(received > day);
            prop_assert_eq!(calendar.working_days_between(day, received), 1);
        }
    }

    #[test]
    fn every_moment_lies_in_its_day(ms in Moment::MIN.millis()..=Moment::MAX.millis(), zone in prop::sample::select(vec!["UTC", ZONE, "America/New_York", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Kiritimati", "Australia/Lord_Howe"])) {
        let calendar = calendar(zone, &WORKING_WEEK, []);
        let moment = Moment::from_millis(ms);
        let day = calendar.local_date(moment);
        prop_assert!(calendar.start_of_day(day) <= moment && moment <= calendar.end_of_day(day));
        let opening = calendar.next_opening(moment).unwrap();
        prop_assert!(opening > moment && calendar.is_open(opening) || opening == Moment::MAX || day.year() == 9999);
    }
}

#[test]
fn the_cutoff_is_still_today_and_a_millisecond_later_is_not() {
    let calendar = calendar(ZONE, &WORKING_WEEK, [date(2026, 11, 23)]);
    let friday = date(2026, 11, 20);
    let cutoff = calendar.moment(friday.at(17, 0, 0, 0));
    assert_eq!(calendar.received_on(cutoff), friday);
    assert_eq!(calendar.received_on(cutoff.plus_millis(1)), date(2026, 11, 24));
    assert_eq!(calendar.received_on(calendar.moment(date(2026, 11, 21).at(9, 0, 0, 0))), date(2026, 11, 24));
    assert_eq!(calendar.holiday(date(2026, 11, 23)).unwrap().en, "feast");
}

#[test]
fn doors_open_at_the_first_minute_and_are_closed_at_the_last() {
    let calendar = calendar(ZONE, &WORKING_WEEK, []);
    let at = |h, m| calendar.moment(date(2026, 11, 20).at(h, m, 0, 0));
    assert!(!calendar.is_open(at(7, 29)) && calendar.is_open(at(7, 30)) && calendar.is_open(at(10, 59)));
    assert!(!calendar.is_open(at(11, 0)) && calendar.is_open(at(16, 59)) && !calendar.is_open(at(17, 0)));
    assert_eq!(calendar.next_opening(at(7, 30)), Some(at(13, 30)));
    assert_eq!(calendar.next_opening(at(13, 30)), Some(calendar.moment(date(2026, 11, 23).at(7, 30, 0, 0))));
    assert!(!calendar.is_open(calendar.moment(date(2026, 11, 21).at(9, 0, 0, 0))));
}

/// Clocks change: hours are counted by the wall, and a skipped midnight starts the day late.
#[test]
fn clock_changes_are_followed() {
    let moment = |text| Moment::parse(text).unwrap();
    let new_york = calendar("America/New_York", &WORKING_WEEK, []);
    assert_eq!(new_york.received_on(moment("2026-03-06T22:00:00Z")), date(2026, 3, 6)); // 17:00, winter
    assert_eq!(new_york.received_on(moment("2026-03-09T21:00:00Z")), date(2026, 3, 9)); // 17:00, summer
    assert_eq!(new_york.received_on(moment("2026-03-09T21:00:01Z")), date(2026, 3, 10));
    let hours = |calendar: &Calendar, day| {
        (calendar.end_of_day(day).plus_millis(1).millis_since(calendar.start_of_day(day))) / 3_600_000
    };
    assert_eq!((hours(&new_york, date(2026, 3, 8)), hours(&new_york, date(2026, 11, 1))), (23, 25));

    let sao_paulo = calendar("America/Sao_Paulo", &WORKING_WEEK, []);
    let skipped = date(2018, 11, 4);
    assert_eq!(sao_paulo.start_of_day(skipped), moment("2018-11-04T03:00:00Z"));
    assert_eq!(sao_paulo.local(sao_paulo.start_of_day(skipped)), skipped.at(1, 0, 0, 0));
    // A time that is skipped, and one that comes twice.
    assert_eq!(sao_paulo.moment(skipped.at(0, 30, 0, 0)), moment("2018-11-04T03:30:00Z"));
    assert_eq!(new_york.moment(date(2026, 11, 1).at(1, 30, 0, 0)), moment("2026-11-01T05:30:00Z"));
}

#[test]
fn the_end_of_time_ends_every_loop() {
    let calendar = calendar(ZONE, &WORKING_WEEK, []);
    assert_eq!(calendar.add_working_days(date(9999, 12, 1), u32::MAX), Date::MAX);
    assert_eq!(calendar.working_days_between(Date::MIN, Date::MAX) / 1_000_000, 5);
    assert_eq!(
        (calendar.start_of_day(Date::MIN), calendar.end_of_day(Date::MAX)),
        (Moment::MIN, Moment::MAX)
    );
    assert_eq!(calendar.start_of_day(Date::MAX), Moment::MAX);
    for moment in [Moment::MIN, Moment::MAX] {
        let _ = (calendar.received_on(moment), calendar.is_open(moment), calendar.next_opening(moment));
    }
}

#[test]
fn a_calendar_that_cannot_work_is_refused() {
    let new = |zone: &str, week: &[Weekday], sessions: Vec<Session>| {
        Calendar::new(zone, week, sessions, Time::midnight(), BTreeMap::new())
            .map(|_| ())
            .map_err(|error| error.code())
    };
    let session = |from, until| Session::new(time(from, 0, 0, 0), time(until, 0, 0, 0));
    assert_eq!(new("Nowhere/Land", &WORKING_WEEK, vec![]), Err("calendar.zone"));
    assert_eq!(new("UTC", &[], vec![]), Err("calendar.no_working_day"));
    assert_eq!(
        session(9, 9).unwrap_err(),
        CalendarError::Session { from: "09:00:00".into(), until: "09:00:00".into() }
    );
    let (early, late) = (session(8, 12).unwrap(), session(11, 13).unwrap());
    assert_eq!(new("UTC", &WORKING_WEEK, vec![early, late]), Err("calendar.order"));
    assert_eq!(new("UTC", &WORKING_WEEK, vec![late, early]), Err("calendar.order"));
    assert_eq!(new("Pacific/Auckland", &[Weekday::Sunday], vec![early]), Ok(()));
    assert!(calendar("utc", &WORKING_WEEK, []).next_opening(Moment::MIN).is_some());
    assert_eq!(calendar("Europe/Tallinn", &WORKING_WEEK, []).zone_name(), "Europe/Tallinn");
}
