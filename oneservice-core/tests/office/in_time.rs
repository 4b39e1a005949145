//! What time brings: `Office::tick` does all that is due, once, and what only officers may do about time.

use oneservice_core::catalog::Role;
use oneservice_core::ids::RequestId;
use oneservice_core::request::*;
use oneservice_core::store::{Query, QueueName};

use crate::town::{Town, officer};

#[tokio::test]
async fn what_the_applicant_leaves_lying_lapses_after_its_reminder_and_not_before() {
    type Prepare = fn(&Town, RequestId) -> std::pin::Pin<Box<dyn Future<Output = ()> + '_>>;
    let cases: [(&str, Prepare, i64, FactName); 4] = [
        ("unpaid", |_, _| Box::pin(async {}), 30, FactName::Lapse),
        (
            "returned",
            |town, id| {
                Box::pin(async move {
                    town.pay(id).await;
                    town.give_back(id).await;
                })
            },
            60,
            FactName::Lapse,
        ),
        (
            "ready",
            |town, id| {
                Box::pin(async move {
                    town.pay(id).await;
                    town.grant(id).await;
                })
            },
            90,
            FactName::Lapse,
        ),
        (
            "refused",
            |town, id| {
                Box::pin(async move {
                    town.pay(id).await;
                    town.refuse(id).await;
                })
            },
            30,
            FactName::RefusalFinal,
        ),
    ];
    for (name, prepare, days, ends) in cases {
        let town = Town::with(&[]).await;
        let id = town.apply().await;
        prepare(&town, id).await;
        let stage = town.stage(id).await;
        let (awaits, last) = town.request(id).await.last_day().unwrap();
        assert_eq!(awaits, Awaits::Applicant, "{name}");
        let begun = town.office.catalog().calendar().local_date(town.office.now());
        let least = begun.saturating_add(jiff_days(days));
        assert!(last >= least && town.office.catalog().calendar().is_working_day(last), "{name}: {last}");
        assert_eq!(town.tick().await, [], "{name}: nothing is due on the first day");
        town.go_to(&last.saturating_sub(jiff_days(8)).to_string());
        assert_eq!(town.tick().await, [], "{name}");
        town.pass_days(1);
        assert_eq!(town.tick().await, [FactName::Reminder], "{name}: a week before");
        assert_eq!(town.tick().await, [], "{name}: once");
        town.go_to(&last.to_string());
        assert_eq!(
            (town.tick().await, town.stage(id).await),
            (vec![], stage),
            "{name}: the last day counts whole"
        );
        town.pass_days(1);
        assert_eq!((town.tick().await, town.stage(id).await), (vec![ends], StageName::Closed), "{name}");
        assert_eq!(town.tick().await, [], "{name}: once");
        let listed = town.office.list(&Query::Waking, None, 10).await.unwrap().rows;
        assert!(listed.is_empty(), "{name}: nothing wakes any more");
    }
}

fn jiff_days(days: i64) -> jiff::Span {
    jiff::Span::new().days(days)
}

#[tokio::test]
async fn a_late_office_is_warned_called_on_and_explains_itself() {
    let town = Town::with(&[]).await;
    let id = town.apply().await;
    town.pay(id).await;
    let due = town.request(id).await.record().due_on.unwrap();
    let heads = [Role::DepartmentHead, Role::GovernorDelegate];
    let called = async |town: &Town| {
        let mut found = Vec::new();
        for role in heads {
            let department = if role == Role::DepartmentHead { "trade" } else { "owso" };
            let queue = Query::Queue(QueueName::new(role, &department.parse().unwrap()));
            found.push(town.office.list(&queue, None, 10).await.unwrap().rows.len());
        }
        found
    };
    let late =
        || Command::ExplainDelay { reason: "OF-L01".parse().unwrap(), note: Some("The river rose".into()) };
    town.go_to(&due.to_string());
    assert_eq!(town.tick().await, [FactName::Reminder, FactName::Escalation], "the first step is late");
    assert_eq!(called(&town).await, [1, 0], "for a step only the department's head");
    assert_eq!(town.act(id, Role::FrontDesk, late()).await.unwrap_err()[0].code(), "not-overdue");
    town.pass_days(1);
    assert_eq!(town.tick().await, [FactName::Escalation]);
    assert_eq!(town.tick().await, []);
    assert_eq!(called(&town).await, [1, 1]);
    let unknown = Command::ExplainDelay { reason: "OF-E01".parse().unwrap(), note: None };
    assert_eq!(town.act(id, Role::FrontDesk, unknown).await.unwrap_err()[0].code(), "reason-unknown");
    assert_eq!(town.act(id, Role::Cashier, late()).await.unwrap_err()[0].code(), "not-your-role");
    let explained = town.act(id, Role::FrontDesk, late()).await.unwrap();
    assert_eq!(explained.record().timing.explained, Some(due));
    town.grant(id).await;
    assert_eq!(called(&town).await, [0, 0], "no longer late");
}

#[tokio::test]
async fn the_due_day_is_moved_once_before_it_has_passed_and_not_too_far() {
    let town = Town::with(&[]).await;
    let id = town.apply().await;
    town.pay(id).await;
    let due = town.request(id).await.record().due_on.unwrap();
    let extend = |days, reason: &str| Command::Extend {
        working_days: days,
        reason: reason.parse().unwrap(),
        note: None,
    };
    for (days, reason, code) in [
        (0, "OF-E01", "extension-too-long"),
        (11, "OF-E01", "extension-too-long"),
        (5, "OF-L01", "reason-unknown"),
    ] {
        assert_eq!(town.act(id, Role::Approver, extend(days, reason)).await.unwrap_err()[0].code(), code);
    }
    assert_eq!(
        town.act(id, Role::Examiner, extend(5, "OF-E01")).await.unwrap_err()[0].code(),
        "not-your-role"
    );
    let moved = town.act(id, Role::DepartmentHead, extend(5, "OF-E01")).await.unwrap();
    let calendar = town.office.catalog().calendar();
    assert_eq!(moved.record().due_on, Some(calendar.add_working_days(due, 5)));
    assert_eq!(
        town.act(id, Role::Approver, extend(1, "OF-E01")).await.unwrap_err()[0].code(),
        "already-extended"
    );
    let late = town.apply().await;
    town.pay(late).await;
    town.pass_days(60);
    assert_eq!(town.act(late, Role::Approver, extend(1, "OF-E01")).await.unwrap_err()[0].code(), "too-late");
}

#[tokio::test]
async fn an_objection_comes_in_time_is_answered_by_others_and_gives_the_office_a_new_due_day() {
    let town = Town::with(&[]).await;
    let (early, late) = (town.apply().await, town.apply().await);
    for id in [early, late] {
        town.pay(id).await;
        town.refuse(id).await;
    }
    let object = || Command::Object { text: "There is a place by the gate".into() };
    let objected = town.asks(early, object()).await.unwrap();
    let calendar = town.office.catalog().calendar();
    let received = calendar.received_on(town.office.now());
    assert_eq!(objected.record().due_on, Some(calendar.add_working_days(received, 10)));
    let uphold = || Command::UpholdObjection { note: "There is".into() };
    assert_eq!(town.act(early, Role::Approver, uphold()).await.unwrap_err()[0].code(), "took-part");
    let AnyRequest::Objected(objected) = objected else { panic!("{objected:?}") };
    for (role, is_own) in [(Role::Approver, true), (Role::GovernorDelegate, false)] {
        let Actor::Officer(officer) = officer(role) else { unreachable!() };
        assert_eq!(objected.is_own_work(&officer), is_own, "pages know it before they offer it");
    }
    town.pass_days(30);
    let open = town.act(early, Role::GovernorDelegate, uphold()).await.unwrap();
    assert_eq!(open.stage(), StageName::InReview);
    assert!(
        open.record().due_on.unwrap() > calendar.local_date(town.office.now()),
        "not late from the first day"
    );
    let last = town.request(late).await.last_day().unwrap().1;
    town.go_to(&last.to_string());
    town.pass_days(1);
    assert_eq!(town.asks(late, object()).await.unwrap_err()[0].code(), "too-late");
}

#[tokio::test]
async fn a_step_has_a_last_day_of_its_own_that_pauses_with_the_request() {
    let town = Town::with(&[]).await;
    let id = town.apply().await;
    town.pay(id).await;
    let day = |request: &AnyRequest, step: &str| {
        request.record().step_days.get(step).map(|timing| timing.last_day.to_string())
    };
    assert_eq!(day(&town.request(id).await, "intake").as_deref(), Some("2026-06-02"));
    town.pass(id, "intake", Role::FrontDesk).await;
    let open = town.request(id).await;
    assert_eq!(day(&open, "examine").as_deref(), Some("2026-06-04"));
    assert_eq!(open.record().step_days.len(), 1, "what is not open has no day yet");
    let expected = open.expected(town.office.catalog().calendar());
    assert_eq!(expected[0].1.to_string(), "2026-06-04", "the applicant is told the same day");
    let last = town.office.case(id).await.unwrap().history.pop().unwrap().recorded;
    let text = serde_json::to_value(&last).unwrap();
    assert_eq!(text["opened"], serde_json::json!({ "examine": "2026-06-04" }), "it stands in the history");

    let named =
        async |town: &Town| match town.office.case(id).await.unwrap().history.pop().unwrap().recorded.fact {
            AnyFact::Reminder(reminder) => reminder.step,
            AnyFact::Escalation(escalation) => escalation.step,
            other => panic!("{}", other.name()),
        };
    let step = Some("examine".parse().unwrap());
    assert_eq!(town.tick().await, []);
    town.go_to("2026-06-02");
    assert_eq!((town.tick().await, named(&town).await), (vec![FactName::Reminder], step.clone()));
    town.go_to("2026-06-04");
    assert_eq!(town.tick().await, [], "reminded once, and the last day counts whole");
    town.go_to("2026-06-05");
    assert_eq!((town.tick().await, named(&town).await), (vec![FactName::Escalation], step));
    assert_eq!(town.tick().await, [], "called on once");
    let head = Query::Queue(QueueName::new(Role::DepartmentHead, &"trade".parse().unwrap()));
    assert_eq!(town.office.list(&head, None, 10).await.unwrap().rows.len(), 1);
    town.pass(id, "examine", Role::Examiner).await;
    assert!(
        town.office.list(&head, None, 10).await.unwrap().rows.is_empty(),
        "a step that is done is not late"
    );
    assert_eq!(day(&town.request(id).await, "approve").as_deref(), Some("2026-06-09"));
    assert_eq!(town.tick().await, []);

    // While the applicant corrects, nothing is late; then the step has all its days again.
    let back = town.apply().await;
    town.pay(back).await;
    town.give_back(back).await;
    assert!(town.request(back).await.record().step_days.is_empty());
    let approve = Command::Approve { step: "approve".parse().unwrap(), note: None };
    town.act(id, Role::Approver, approve).await.unwrap();
    town.act(id, Role::FrontDesk, Command::Issue { step: "issue".parse().unwrap() }).await.unwrap();
    town.go_to("2026-06-22");
    assert_eq!(town.tick().await, []);
    let item: Item = "documents.id-card".parse().unwrap();
    let corrections = Corrections {
        channel: Channel::Web,
        answers: Default::default(),
        evidence: Vec::new(),
        signature: None,
        explanations: [(item, "It is right".to_owned())].into(),
    };
    let sent = town.asks(back, Command::Resubmit(corrections)).await.unwrap();
    assert_eq!(day(&sent, "intake").as_deref(), Some("2026-06-23"));
}

/// Whoever is told the last day today is not reminded of it today.
#[tokio::test]
async fn what_has_no_more_days_than_a_reminder_leaves_is_not_reminded_of() {
    let town = Town::with(&[("office.toml", "correct_days = 60", "correct_days = 7")]).await;
    let id = town.apply().await;
    town.pay(id).await;
    town.give_back(id).await;
    assert_eq!(town.tick().await, []);
    town.pass_days(8);
    assert_eq!(town.tick().await, [FactName::Lapse]);
    let town = Town::with(&[("office.toml", "correct_days = 60", "correct_days = 8")]).await;
    let id = town.apply().await;
    town.pay(id).await;
    town.give_back(id).await;
    assert_eq!(town.tick().await, []);
    town.pass_days(1);
    assert_eq!(town.tick().await, [FactName::Reminder]);
}
