//! What is recorded when a request comes in.

use std::sync::Arc;

use oneservice_core::calendar::Moment;
use oneservice_core::request::*;
use oneservice_core::testing::clerk::Who;
use oneservice_core::testing::clerk::work::{actor, answers, intake};
use oneservice_core::testing::sample;

use super::corners::Case;

fn submission(case: &Case) -> &Submission {
    match &case.history[0].fact {
        AnyFact::Submission(fact) => fact,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_typed_is_kept_where_it_is_written_otherwise_now() {
    let case = Case::under(&[]);
    let fact = submission(&case);
    assert_eq!(fact.typed["national_id"], "010 234 567");
    assert_eq!(fact.answers["national_id"], "010234567");
    for (field, typed) in sample::answers() {
        let kept = fact.typed.get(&field).unwrap_or(&fact.answers[&field]);
        assert_eq!(*kept, typed, "{field}");
        assert_ne!(fact.typed.get(&field), fact.answers.get(&field), "{field}: once is enough");
    }
}

#[test]
fn a_last_day_is_said_for_what_comes_before_review() {
    let before = ("when = \"on-approval\"", "when = \"on-submission\"");
    assert_eq!(submission(&Case::under(&[])).pay_by, None, "what is paid later has no day yet");
    let pays = Case::under(&[before]);
    assert_eq!(submission(&pays).pay_by.map(|day| day.to_string()).as_deref(), Some("2026-04-30"));
    let nothing = [before, ("base = 20000", "base = 0"), ("\"(form.stalls - 1) * 5000\"", "\"0\"")];
    let free = Case::under(&nothing);
    assert!(free.request.record().fee.total.is_zero());
    assert_eq!(submission(&free).pay_by, None, "nor has what costs nothing");
}

#[test]
fn what_comes_now_was_not_entered_later() {
    let case = Case::under(&[]);
    let now = case.context().now;
    let entered = |came: Moment| {
        let draft = Request::draft(intake(now, answers(false)), Arc::clone(case.request.service()));
        let context = Context { occurred_at: Some(came), ..case.context() };
        draft.submit(&actor(Who::Desk), &context).map(|sent| sent.entry.occurred_at)
    };
    assert_eq!(entered(now).unwrap(), None);
    let before = now.plus_hours(-1);
    assert_eq!(entered(before).unwrap(), Some(before));
    let denied = entered(Moment::from_millis(now.millis() + 1)).unwrap_err();
    assert_eq!(denied.denials, [Denial::CameInFuture]);
}

/// The due day was said when it came; it is said again where review opens on a later day.
#[test]
fn a_due_day_is_said_anew_where_review_opens_later() {
    let opened = |case: &Case| match &case.history.last().unwrap().fact {
        AnyFact::ReviewOpened(fact) => fact.due_on.map(|day| day.to_string()),
        other => panic!("{other:?}"),
    };
    assert_eq!(opened(&Case::under(&[])), None);
    let mut case = Case::under(&[("when = \"on-approval\"", "when = \"on-submission\"")]);
    case.later(1);
    let amount = case.request.record().outstanding();
    let pay = Command::Pay { amount, method: PaymentMethod::Cash };
    assert!(case.tries(Who::Cashier, pay).is_empty());
    assert_eq!(opened(&case).as_deref(), Some("2026-04-15"));
}
