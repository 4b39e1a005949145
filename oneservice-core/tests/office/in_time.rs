//! What time brings: `Office::tick` does all that is due, once, and what only officers may do about time.

use oneservice_core::calendar::Date;
use oneservice_core::catalog::Role;
use oneservice_core::ids::RequestId;
use oneservice_core::money::Money;
use oneservice_core::office::{Basis, OfficeError};
use oneservice_core::request::*;
use oneservice_core::store::{MemoryStore, Query, QueueName};
use serde_json::Map;

use crate::town::{STALL, Town, officer};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

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
    assert_eq!(town.tick().await, [FactName::Reminder]);
    assert_eq!(called(&town).await, [0, 0]);
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

/// With a rule that silence grants.
async fn granting(store: MemoryStore, now: &str, since: &str) -> Town {
    let since = format!("since = \"{since}\"");
    let edits =
        [(STALL, "then = \"escalate\"", "then = \"grant\""), (STALL, "since = \"2026-01-01\"", &since)];
    Town::over(store, now, &edits).await
}

#[tokio::test]
async fn scenario_07_silence() {
    // Requests from before the rule applied, one that waits for its applicant, one without its fee, and those it is for.
    let store = MemoryStore::default();
    let town = granting(store.clone(), "2026-06-01T04:00:00Z", "2026-06-03").await;
    let before = town.apply().await;
    town.pay(before).await;
    town.go_to("2026-06-03");
    let (open, returned, unpaid) = (town.apply().await, town.apply().await, town.apply().await);
    town.pay(open).await;
    town.pay(returned).await;
    town.pass(open, "intake", Role::FrontDesk).await;
    town.give_back(returned).await;
    let due = town.request(open).await.record().due_on.unwrap();
    town.go_to(&due.to_string());
    town.tick().await;
    assert_eq!(town.stage(open).await, StageName::InReview, "the last day counts whole");
    town.pass_days(1);

    // Two servers at once, and again.
    let other = granting(store.clone(), "2026-06-01T04:00:00Z", "2026-06-03").await;
    other.clock.advance_millis(town.office.now().millis() - other.office.now().millis());
    let (one, two) = tokio::join!(town.office.tick(), other.office.tick());
    let mut done = one.unwrap().done;
    done.extend(two.unwrap().done);
    let granted = done.iter().filter(|(_, fact)| *fact == FactName::SilentApproval).count();
    assert_eq!(granted, 1, "{done:?}");
    assert_eq!(town.tick().await, []);
    let case = town.office.case(open).await.unwrap();
    assert_eq!(case.request.stage(), StageName::Approved);
    let silences = case.history.iter().filter_map(|happening| match &happening.recorded.fact {
        AnyFact::SilentApproval(silent) => {
            Some((silent.due_on, silent.article.as_str(), happening.recorded.entry.by.role))
        }
        _ => None,
    });
    assert_eq!(silences.collect::<Vec<_>>(), [(due, "art. 7", Role::System)]);
    assert_eq!(town.stage(before).await, StageName::InReview, "submitted before the rule: escalated only");
    assert_eq!(
        town.request(before).await.record().timing.escalated,
        town.request(before).await.record().due_on
    );
    assert_eq!(town.stage(returned).await, StageName::Returned, "the clock is paused");
    assert_eq!(
        town.stage(unpaid).await,
        StageName::Submitted,
        "nobody examined it: nothing was kept silent about"
    );
    // What is left is the plan's last step.
    town.act(open, Role::FrontDesk, Command::Issue { step: "issue".parse().unwrap() }).await.unwrap();

    // The service may be closed meanwhile, and one request may be damaged: the others go on.
    let corrected = Corrections {
        channel: Channel::Web,
        answers: Map::new(),
        evidence: Vec::new(),
        signature: None,
        explanations: [("documents.id-card".parse().unwrap(), "It can be read".to_owned())].into(),
    };
    let back = town.asks(returned, Command::Resubmit(corrected)).await.unwrap();
    let due = back.record().due_on.unwrap();
    assert!(due > day("2026-06-10"), "its working days go on from where they stood");
    town.go_to(&due.to_string());
    town.pass_days(1);
    assert!(town.tick().await.contains(&FactName::SilentApproval));
    assert_eq!(town.stage(returned).await, StageName::Approved);
}

#[tokio::test]
async fn scenario_09_closed_is_closed_but_for_the_named_right_to_reopen() {
    let town = Town::with(&[]).await;
    let id = town.apply().await;
    town.pay(id).await;
    town.refuse(id).await;
    town.pass_days(40);
    town.tick().await;
    assert_eq!(town.stage(id).await, StageName::Closed);
    let step = || "approve".parse().unwrap();
    let everything = [
        Command::Pay { amount: Money::riel(1), method: PaymentMethod::Cash },
        Command::Judge { step: step(), item: "form.area".parse().unwrap(), verdict: Verdict::Accepted },
        Command::Approve { step: step(), note: None },
        Command::Issue { step: "issue".parse().unwrap() },
        Command::Withdraw { reason: None },
        Command::Object { text: "no".into() },
        Command::UpholdObjection { note: "yes".into() },
        Command::ExplainDelay { reason: "OF-L01".parse().unwrap(), note: None },
        Command::Lapse,
        Command::Remind,
    ];
    let version = town.request(id).await.record().version;
    for command in everything {
        for by in [Actor::Applicant, Actor::System, officer(Role::Approver), officer(Role::GovernorDelegate)]
        {
            let name = command.fact();
            let refused = town.office.act(id, command.clone(), &by, Basis::default()).await;
            assert!(matches!(refused, Err(OfficeError::Denied { .. })), "{name} by {by:?}");
        }
    }
    assert_eq!(town.request(id).await.record().version, version);
    let reopen = |reason: &str| Command::Reopen { reason: reason.parse().unwrap(), note: None };
    assert_eq!(town.act(id, Role::Approver, reopen("OF-R01")).await.unwrap_err()[0].code(), "not-your-role");
    assert_eq!(
        town.act(id, Role::GovernorDelegate, reopen("OF-L01")).await.unwrap_err()[0].code(),
        "reason-unknown"
    );
    let open = town.act(id, Role::GovernorDelegate, reopen("OF-R01")).await.unwrap();
    assert_eq!(open.stage(), StageName::InReview);
    assert_eq!(open.record().open_steps(open.service()), [step()]);
    let approve = Command::Approve { step: step(), note: None };
    town.act(id, Role::Approver, approve).await.unwrap();
    town.act(id, Role::FrontDesk, Command::Issue { step: "issue".parse().unwrap() }).await.unwrap();
    let statement = Signature {
        method: SignatureMethod::Paper,
        signer: "SOK DARA".into(),
        file: None,
        statement: oneservice_core::ids::Digest32::sha256(&[b"x"]),
        content: None,
    };
    let collect = Command::Collect {
        collector: Collector {
            name: "SOK DARA".into(),
            relation: Relation::Applicant,
            identity: "id 1".into(),
        },
        signature: Some(statement),
        originals_seen: vec!["id-card".parse().unwrap()],
    };
    town.act(id, Role::FrontDesk, collect).await.unwrap();
    let denied = town.act(id, Role::GovernorDelegate, reopen("OF-R01")).await.unwrap_err();
    assert_eq!(denied[0].code(), "result-handed-over");
}
