//! Who opened which paper, complaints, fees that are waived and money that is given back.

use oneservice_core::catalog::Role;
use oneservice_core::money::Money;
use oneservice_core::request::*;
use oneservice_core::store::{Query, QueueName};

use crate::town::{STALL, Town};

fn codes(denied: Result<AnyRequest, Vec<Denial>>) -> Vec<&'static str> {
    denied.unwrap_err().iter().map(Denial::code).collect()
}

#[tokio::test]
async fn who_opens_a_paper_is_written_down_once_in_every_stage() {
    let town = Town::with(&[]).await;
    let id = town.apply().await;
    let blob = town.request(id).await.record().evidence[0].blob;
    let read = || Command::Read { blob };
    for stage in [StageName::Submitted, StageName::InReview, StageName::Closed] {
        match stage {
            StageName::InReview => town.pay(id).await,
            StageName::Closed => {
                town.asks(id, Command::Withdraw { reason: None }).await.unwrap();
            }
            _ => {}
        }
        let role = match stage {
            StageName::Submitted => Role::FrontDesk,
            StageName::InReview => Role::Examiner,
            _ => Role::Approver,
        };
        assert_eq!(town.act(id, role, read()).await.unwrap().stage(), stage, "reading moves nothing");
        assert_eq!(codes(town.act(id, role, read()).await), ["already-recorded"]);
    }
    assert_eq!(codes(town.act(id, Role::Cashier, read()).await), ["not-your-role"]);
    let unknown = Command::Read { blob: oneservice_core::ids::BlobId::new([9; 16]) };
    assert_eq!(codes(town.act(id, Role::FrontDesk, unknown).await), ["file-unknown"]);
    let history = town.office.case(id).await.unwrap().history;
    let readers: Vec<Role> = history
        .iter()
        .filter(
            |happening| matches!(&happening.recorded.fact, AnyFact::Reading(reading) if reading.blob == blob),
        )
        .map(|happening| happening.recorded.entry.by.role)
        .collect();
    assert_eq!(readers, [Role::FrontDesk, Role::Examiner, Role::Approver]);
}

#[tokio::test]
async fn a_complaint_is_heard_by_the_ombudsman_alone_and_in_every_stage() {
    let town = Town::with(&[]).await;
    let id = town.apply().await;
    town.pay(id).await;
    town.refuse(id).await;
    let complain = |subject: &str, text: &str| Command::Complain {
        subject: subject.parse().unwrap(),
        text: text.into(),
    };
    assert_eq!(codes(town.asks(id, complain("OF-L01", "He asked for money")).await), ["reason-unknown"]);
    assert_eq!(codes(town.asks(id, complain("OF-S01", " ")).await), ["words-missing"]);
    for _ in 0..5 {
        town.asks(id, complain("OF-S01", "He asked for money")).await.unwrap();
    }
    assert_eq!(codes(town.asks(id, complain("OF-S01", "Again")).await), ["complaints-open"]);
    let queue = Query::Queue(QueueName::new(Role::Ombudsman, &"owso".parse().unwrap()));
    let waiting = async || town.office.list(&queue, None, 10).await.unwrap().rows.len();
    assert_eq!(waiting().await, 1);
    let answer = || Command::AnswerComplaint { text: "He will not do so again".into() };
    for role in [Role::FrontDesk, Role::Approver, Role::GovernorDelegate] {
        assert_eq!(codes(town.act(id, role, answer()).await), ["not-your-role"]);
    }
    town.pass_days(40);
    town.tick().await;
    assert_eq!(town.stage(id).await, StageName::Closed);
    for _ in 0..5 {
        assert_eq!(waiting().await, 1, "closed requests too");
        town.act(id, Role::Ombudsman, answer()).await.unwrap();
    }
    assert_eq!(codes(town.act(id, Role::Ombudsman, answer()).await), ["nothing-due"]);
    assert_eq!((waiting().await, town.stage(id).await), (0, StageName::Closed));
}

#[tokio::test]
async fn a_waived_fee_opens_review_and_is_not_taken() {
    let town = Town::with(&[]).await;
    let id = town.apply().await;
    let due = town.request(id).await.record().outstanding();
    let waive = |minor: i64, reason: &str| Command::Waive {
        amount: Money::new(due.currency(), minor),
        reason: reason.parse().unwrap(),
        note: None,
    };
    for minor in [0, -1, due.minor() + 1] {
        assert_eq!(codes(town.act(id, Role::DepartmentHead, waive(minor, "OF-W01")).await), ["wrong-amount"]);
    }
    assert_eq!(codes(town.act(id, Role::DepartmentHead, waive(1, "OF-L01")).await), ["reason-unknown"]);
    assert_eq!(codes(town.act(id, Role::Cashier, waive(1, "OF-W01")).await), ["not-your-role"]);
    let part = town.act(id, Role::DepartmentHead, waive(100, "OF-W01")).await.unwrap();
    assert_eq!(
        (part.stage(), part.record().outstanding().minor()),
        (StageName::Submitted, due.minor() - 100)
    );
    let rest = town.act(id, Role::DepartmentHead, waive(due.minor() - 100, "OF-W01")).await.unwrap();
    assert_eq!(rest.stage(), StageName::InReview, "nothing has to come before review any more");
    let pay = Command::Pay { amount: due, method: PaymentMethod::Cash };
    assert_eq!(codes(town.act(id, Role::Cashier, pay).await), ["no-fee-due"]);
    assert_eq!(codes(town.act(id, Role::DepartmentHead, waive(1, "OF-W01")).await), ["no-fee-due"]);
}

#[tokio::test]
async fn money_goes_back_by_the_services_rule_and_exactly_what_is_not_owed() {
    let with_rule = |rule: &'static str| [(STALL, "when = \"on-submission\"", rule)];
    let cases = [
        ("when = \"on-submission\"", false, false),
        ("when = \"on-submission\"\nrefund = \"before-first-step\"", true, false),
        ("when = \"on-submission\"\nrefund = \"before-decision\"", true, true),
    ];
    for (rule, early, later) in cases {
        for (passes, gives_back) in [(false, early), (true, later)] {
            let town = Town::with(&with_rule(rule)).await;
            let id = town.apply().await;
            town.pay(id).await;
            if passes {
                town.pass(id, "intake", Role::FrontDesk).await;
            }
            let paid = town.request(id).await.record().fee.total;
            let refund = |amount| Command::Refund { amount };
            assert_eq!(
                codes(town.act(id, Role::Cashier, refund(paid)).await),
                ["nothing-to-refund"],
                "not withdrawn"
            );
            town.asks(id, Command::Withdraw { reason: None }).await.unwrap();
            let queue = Query::Queue(QueueName::new(Role::Cashier, &"owso".parse().unwrap()));
            let listed = town.office.list(&queue, None, 10).await.unwrap().rows.len();
            assert_eq!(listed, usize::from(gives_back), "{rule} {passes}");
            if !gives_back {
                assert_eq!(
                    codes(town.act(id, Role::Cashier, refund(paid)).await),
                    ["nothing-to-refund"],
                    "{rule}"
                );
                continue;
            }
            let less = Money::new(paid.currency(), paid.minor() - 1);
            assert_eq!(codes(town.act(id, Role::Cashier, refund(less)).await), ["wrong-amount"]);
            assert_eq!(codes(town.act(id, Role::Approver, refund(paid)).await), ["not-your-role"]);
            let back = town.act(id, Role::Cashier, refund(paid)).await.unwrap();
            assert_eq!((back.stage(), back.record().refunded), (StageName::Closed, paid.minor()));
            assert_eq!(codes(town.act(id, Role::Cashier, refund(paid)).await), ["nothing-to-refund"], "once");
        }
    }
}
