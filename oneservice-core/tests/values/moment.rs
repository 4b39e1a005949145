//! Moments are read, written and reckoned without loss, and never leave their range.

use oneservice_core::calendar::{Moment, date, dmy, parse_date};
use proptest::prelude::*;

fn any_moment() -> impl Strategy<Value = Moment> {
    (Moment::MIN.millis()..=Moment::MAX.millis()).prop_map(Moment::from_millis)
}

proptest! {
    #[test]
    fn a_moment_reads_back(moment in any_moment()) {
        prop_assume!(moment != Moment::MIN && moment != Moment::MAX);
        prop_assert_eq!(Moment::parse(&moment.to_string()), Ok(moment));
        prop_assert_eq!(serde_json::from_str::<Moment>(&moment.millis().to_string()).unwrap(), moment);
        prop_assert_eq!(Moment::from_timestamp(moment.timestamp()), moment);
        // Texts sort like moments.
        prop_assert!(moment.to_string() < moment.plus_millis(1).to_string());
    }

    #[test]
    fn arithmetic_stays_in_the_range(moment in any_moment(), by: i64) {
        for moved in [moment.plus_millis(by), moment.plus_minutes(by), moment.plus_hours(by), Moment::from_millis(by), moment.minute()] {
            prop_assert!(Moment::MIN <= moved && moved <= Moment::MAX);
            prop_assert_eq!(moved.to_string().len(), 24);
        }
        prop_assert!(moment.minute() <= moment && moment.millis_since(moment.minute()) < 60_000);
    }

    #[test]
    fn no_text_makes_parsing_panic(text in ".{0,40}", dated in "[0-9០-៩/.-]{0,12}") {
        let _ = Moment::parse(&text);
        for text in [text, dated] {
            if let Some(day) = parse_date(&text) {
                prop_assert_eq!(parse_date(&dmy(day)), Some(day));
                prop_assert_eq!(parse_date(&day.to_string()), Some(day));
            }
        }
    }
}

#[test]
fn the_ends_are_written_and_read_as_numbers() {
    assert_eq!(Moment::MIN.to_string(), "0001-01-01T00:00:00.000Z");
    assert_eq!(Moment::MAX.to_string(), "9999-12-30T22:00:00.000Z");
    assert!(serde_json::from_str::<Moment>("9223372036854775807").is_err());
    assert!(serde_json::from_str::<Moment>("1.5").is_err());
}

#[test]
fn a_moment_needs_an_offset() {
    for wrong in
        ["", "2026-06-01", "2026-06-01T08:00:00", "2026-13-01T08:00:00Z", "-000001-01-01T00:00:00Z", "now"]
    {
        assert_eq!(Moment::parse(wrong).unwrap_err().code(), "calendar.moment", "{wrong:?}");
    }
    let moment = |text| Moment::parse(text).unwrap();
    assert_eq!(moment("2026-06-01T08:00:00.9999Z"), moment("2026-06-01T10:00:00.999+02:00"));
    assert_eq!(moment("1969-12-31T23:59:59.9999Z").millis(), -1);
}

#[test]
fn dates_are_read_day_first() {
    for same in ["2026-06-01", "1/6/2026", "01/06/2026", "01.06.2026", "1-6-2026", " ០១/០៦/២០២៦ "]
    {
        assert_eq!(parse_date(same), Some(date(2026, 6, 1)), "{same:?}");
    }
    for wrong in [
        "",
        "2026/06/01",
        "2026-6-1",
        "20260601",
        "1/6",
        "1/6/2026/1",
        "29/2/2026",
        "0/1/2026",
        "1/1/0000",
        "001/1/2026",
        "+1/6/2026",
    ] {
        assert_eq!(parse_date(wrong), None, "{wrong:?}");
    }
    assert_eq!(parse_date("29/2/2028"), Some(date(2028, 2, 29)));
}
