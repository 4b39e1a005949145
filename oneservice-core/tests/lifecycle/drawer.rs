//! The cash desk in the evening, by itself: what counts, what has to be there, and what a difference needs.

use oneservice_core::calendar::{Date, Moment};
use oneservice_core::catalog::Catalog;
use oneservice_core::money::{Currency, Money};
use oneservice_core::request::*;
use oneservice_core::testing::clerk::Who;
use oneservice_core::testing::clerk::work::actor;
use oneservice_core::testing::sample;

fn riel(minor: i64) -> Money {
    Money::new(Currency::Khr, minor)
}

fn paid(amount: Money, method: PaymentMethod) -> AnyFact {
    Payment { amount, method, receipt: "R-1".to_owned() }.into()
}

fn given_back(amount: Money) -> AnyFact {
    Refund { amount, receipt: "R-2".to_owned() }.into()
}

/// 30 000 and 20 000 taken, 5 000 given back, among other facts of the log.
fn drawer() -> CashDrawer {
    let mut drawer = CashDrawer::empty(Currency::Khr, 7);
    assert_eq!((drawer.from, drawer.to, drawer.receipts), (7, 7, 0));
    for fact in [
        paid(riel(30_000), PaymentMethod::Cash),
        MandateRevoked {}.into(),
        paid(riel(90_000), PaymentMethod::Transfer),
        given_back(riel(5_000)),
        paid(riel(20_000), PaymentMethod::Cash),
        paid(Money::new(Currency::Usd, 500), PaymentMethod::Cash),
    ] {
        drawer.count(&fact);
    }
    drawer
}

fn close(
    by: Who,
    last: Option<&str>,
    counted: Money,
    reason: Option<&str>,
    note: Option<String>,
) -> Result<(CashClosed, Entry), Vec<Denial>> {
    let catalog: Catalog = sample::catalog().unwrap();
    let now = Moment::parse("2026-03-31T06:15:00Z").unwrap();
    let (calendar, places) = (catalog.calendar(), catalog.places());
    let context = Context { now, occurred_at: None, calendar, places, office: catalog.office() };
    let last: Option<Date> = last.map(|day| day.parse().unwrap());
    let reason = reason.map(|code| code.parse().unwrap());
    drawer().close(&actor(by), &context, last, counted, reason, note)
}

#[test]
fn cash_goes_through_the_drawer_and_nothing_else_does() {
    let drawer = drawer();
    assert_eq!((drawer.from, drawer.to), (7, 13), "every fact of the log is passed");
    assert_eq!(drawer.receipts, 3, "two taken, one given back; no dollar goes through a drawer of riel");
    assert_eq!((drawer.taken, drawer.given_back), (riel(50_000), riel(5_000)));
    assert_eq!(drawer.expected(), riel(45_000));
}

#[test]
fn a_desk_is_closed_once_a_day_by_the_cashier() {
    let (closed, entry) = close(Who::Cashier, Some("2026-03-30"), riel(45_000), None, None).unwrap();
    assert_eq!((closed.day.to_string().as_str(), closed.difference()), ("2026-03-31", riel(0)));
    assert_eq!((closed.drawer, closed.reason, entry.by.role.as_str()), (drawer(), None, "cashier"));
    let denied = |by, last, counted, reason| close(by, last, counted, reason, None).unwrap_err();
    assert!(matches!(denied(Who::Desk, None, riel(1), None)[..], [Denial::NotYourRole { .. }]));
    for day in ["2026-03-31", "2026-04-01"] {
        assert_eq!(denied(Who::Cashier, Some(day), riel(45_000), None), [Denial::AlreadyRecorded]);
    }
}

#[test]
fn a_difference_needs_a_reason_of_its_kind() {
    let denied = |counted, reason| close(Who::Cashier, None, counted, reason, None).unwrap_err();
    assert_eq!(denied(riel(44_900), None), [Denial::ReasonMissing]);
    let unknown = Denial::ReasonUnknown { code: "OF-L01".to_owned() };
    assert_eq!(denied(riel(45_100), Some("OF-L01")), [unknown]);
    for (counted, difference) in [(44_900, -100), (45_100, 100), (0, -45_000)] {
        let (closed, _) = close(Who::Cashier, None, riel(counted), Some("OF-D01"), None).unwrap();
        assert_eq!(closed.difference(), riel(difference));
        assert_eq!(closed.reason.unwrap().as_str(), "OF-D01");
    }
    // What is not needed is not recorded.
    let (closed, _) = close(Who::Cashier, None, riel(45_000), Some("OF-D01"), None).unwrap();
    assert_eq!(closed.reason, None);
    for counted in [riel(-1), Money::new(Currency::Usd, 45_000)] {
        let wrong = Denial::WrongAmount { due: riel(45_000), offered: counted };
        assert_eq!(denied(counted, Some("OF-D01")), [wrong]);
    }
    let note = Some("ក".repeat(WORDS_LIMIT + 1));
    let too_long = close(Who::Cashier, None, riel(45_000), None, note).unwrap_err();
    assert_eq!(too_long, [Denial::WordsTooLong { field: "note", limit: WORDS_LIMIT }]);
}
