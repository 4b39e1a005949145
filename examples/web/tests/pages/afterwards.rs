//! What goes on beside the plan and after it: delays, objections, complaints, money given back, a result's own life.

use oneservice_core::catalog::ReasonKind;
use oneservice_core::request::{Command, StageName};

use crate::support::between;
use crate::town::{GUESTHOUSE, Town, desk_of, page_of, pairs};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_objection_is_made_and_upheld_by_somebody_who_took_no_part() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.refuse(&receipt).await;
    let mut applicant = town.visitor();
    let page = applicant.get(&page_of(&receipt));
    assert!(page.contains("you may object to the refusal") && page.contains("Last day"), "{page}");
    let object = format!("{}/object", page_of(&receipt));
    let page = applicant.post(&object, &pairs(&[("text", " ")]));
    assert_eq!(applicant.status, 422);
    assert!(page.contains("Words are missing"), "{page}");
    applicant.post(&object, &pairs(&[("text", "The school moved away in May")]));
    assert_eq!(applicant.path, page_of(&receipt));

    // Who refused does not see the buttons, and is told why, also when they try.
    let mut approver = town.sit("approver");
    let page = approver.get(&desk_of(&receipt));
    assert!(
        page.contains("another person must look at the objection") && !page.contains("value=\"dismiss\"")
    );
    let page = approver.post(&desk_of(&receipt), &pairs(&[("act", "uphold"), ("note", "No")]));
    assert_eq!(approver.status, 403);
    assert!(page.contains("another person must look at the objection"), "{page}");
    let mut delegate = town.sit("governor-delegate");
    assert!(delegate.get("/en/desk").contains(&receipt.code.to_string()), "it waits in their list");
    let page = delegate.get(&desk_of(&receipt));
    assert!(page.contains("The school moved away in May") && page.contains("value=\"dismiss\""));
    delegate.post(&desk_of(&receipt), &pairs(&[("act", "uphold"), ("note", "It did: decide again")]));
    assert_eq!(delegate.status, 200);
    assert_eq!(town.case(&receipt).await.request.stage(), StageName::InReview);
    let page = town.visitor().get(&page_of(&receipt));
    assert!(page.contains("Objection upheld") && page.contains("It did: decide again"));
}

/// Where the department proposes and the governor's delegate decides, both took part: the head of the office is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_objection_to_the_governors_delegate_waits_for_the_head_of_the_office() {
    let town = Town::open().await;
    let receipt = town.apply("agriculture_slaughterhouse-establishment").await;
    town.up_to_decision(&receipt, None).await;
    town.pass(&receipt, "department-head", "propose", None).await;
    let service = town.case(&receipt).await.request.service().clone();
    let reason = service.reasons.iter().find(|reason| reason.kind == ReasonKind::Refuse).unwrap();
    let (step, reasons) = ("approve".parse().unwrap(), vec![reason.code.clone()]);
    town.act(&receipt, "governor-delegate", Command::Refuse { step, reasons, note: None }).await;
    let object = format!("{}/object", page_of(&receipt));
    town.visitor().post(&object, &pairs(&[("text", "The river is far")]));
    for (officer, may) in [("governor-delegate", false), ("department-head", false), ("approver", true)] {
        let mut head = town.sit(officer);
        assert!(head.get("/en/desk").contains(&receipt.code.to_string()), "{officer} has it in the list");
        let page = head.get(&desk_of(&receipt));
        assert!(page.contains("The river is far"), "{officer} reads it");
        assert_eq!(page.contains("value=\"uphold\""), may, "{officer}");
    }
    let mut approver = town.sit("approver");
    approver.post(&desk_of(&receipt), &pairs(&[("act", "uphold"), ("note", "It is")]));
    assert_eq!(town.case(&receipt).await.request.stage(), StageName::InReview);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_complaint_goes_to_the_ombudsman_and_is_not_closed_by_those_it_is_about() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    let mut ombudsman = town.sit("ombudsman");
    ombudsman.get(&desk_of(&receipt));
    assert_eq!(ombudsman.status, 404, "without a complaint it is none of their business");
    let (mut applicant, complain) = (town.visitor(), format!("{}/complain", page_of(&receipt)));
    let page = applicant.get(&complain);
    assert!(page.contains("Money beyond the fee was asked for"));
    let page = applicant.post(&complain, &pairs(&[("text", "At the gate")]));
    assert_eq!(applicant.status, 422);
    assert!(page.contains("Choose a coded reason") && page.contains("At the gate"), "nothing typed is lost");
    applicant.post(&complain, &pairs(&[("subject", "OF-S01"), ("text", "At the gate")]));
    assert_eq!(applicant.path, page_of(&receipt));
    let mut desk = town.sit("front-desk");
    desk.post(&desk_of(&receipt), &pairs(&[("act", "answer-complaint"), ("note", "It is nothing")]));
    assert_eq!(desk.status, 403, "not closable by those it is about");
    assert!(ombudsman.get("/en/desk").contains(&receipt.code.to_string()));
    assert!(ombudsman.get(&desk_of(&receipt)).contains("At the gate"));
    ombudsman
        .post(&desk_of(&receipt), &pairs(&[("act", "answer-complaint"), ("note", "We spoke to the guard")]));
    assert_eq!(ombudsman.status, 200);
    let page = applicant.get(&page_of(&receipt));
    assert!(page.contains("Complaint answered") && page.contains("We spoke to the guard"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_opened_a_paper_is_told_once() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    let blob = town.case(&receipt).await.request.record().evidence[0].blob;
    let mut examiner = town.sit("examiner");
    for _ in 0..2 {
        examiner.get(&format!("{}/f/{blob}", desk_of(&receipt)));
        assert_eq!(examiner.status, 200);
    }
    let page = town.visitor().get(&page_of(&receipt));
    let read = between(&page, "Who opened your papers", "</details>")[0];
    assert_eq!(read.matches("<li").count(), 1, "{read}");
    assert!(read.contains("Examining officer"), "{read}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_due_day_is_moved_once_and_a_late_office_says_why() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.pay(&receipt).await;
    let (mut head, path) = (town.sit("approver"), desk_of(&receipt));
    let due = town.case(&receipt).await.request.record().due_on.unwrap();
    let page = head.get(&path);
    assert!(page.contains("value=\"extend\"") && !page.contains("value=\"explain-delay\""), "not late yet");
    let page = head.post(&path, &pairs(&[("act", "extend"), ("days", "99"), ("reason", "OF-E01")]));
    assert_eq!(head.status, 403);
    assert!(page.contains("may be moved by 1 to") && page.contains("value=\"99\""), "{page}");
    // Khmer digits are digits.
    head.post(&path, &pairs(&[("act", "extend"), ("days", "៣"), ("reason", "OF-E01")]));
    assert_eq!(head.status, 200);
    let moved = town.case(&receipt).await.request.record().due_on.unwrap();
    assert!(moved > due);
    head.post(&path, &pairs(&[("act", "extend"), ("days", "1"), ("reason", "OF-E01")]));
    assert_eq!(head.status, 403, "once");

    town.pass_days(60);
    let ticked = town.office.tick().await.unwrap();
    assert!(ticked.failed.is_empty());
    assert!(town.sit("governor-delegate").get("/en/desk").contains(&receipt.code.to_string()));
    // Who signed in two months ago signs in again.
    let mut head = town.sit("approver");
    assert!(head.get(&path).contains("value=\"explain-delay\""));
    let late = [("act", "explain-delay"), ("reason", "OF-L01"), ("note", "The inspector was ill")];
    head.post(&path, &pairs(&late));
    assert_eq!(head.status, 200);
    let page = town.visitor().get(&page_of(&receipt));
    assert!(
        page.contains("Late: the heads are called on") && page.contains("The inspector was ill"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fee_is_waived_and_what_was_paid_is_given_back() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    let path = desk_of(&receipt);
    let mut head = town.sit("department-head");
    assert!(head.get(&path).contains("value=\"waive\""));
    head.post(&path, &pairs(&[("act", "waive"), ("reason", "OF-W01"), ("note", "Flood")]));
    assert_eq!(head.status, 200);
    let case = town.case(&receipt).await;
    assert!(case.request.record().outstanding().is_zero());
    assert_eq!(case.request.stage(), StageName::InReview, "nothing is missing before review any more");

    let paid = town.apply(GUESTHOUSE).await;
    town.pay(&paid).await;
    let mut applicant = town.visitor();
    applicant.post(&format!("{}/withdraw", page_of(&paid)), &pairs(&[("reason", "moved")]));
    let mut cashier = town.sit("cashier");
    let list = cashier.get("/en/desk");
    let given_back = list.contains(&paid.code.to_string());
    let rule = case.request.service().fee.refund;
    assert_eq!(given_back, rule.is_some(), "as the service says: {rule:?}");
    if given_back {
        cashier.post(&desk_of(&paid), &pairs(&[("act", "refund")]));
        assert_eq!(cashier.status, 200);
        assert!(applicant.get(&page_of(&paid)).contains("Money given back"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_is_suspended_holds_again_and_is_revoked() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.hand_over(&receipt).await;
    let (mut approver, path) = (town.sit("approver"), desk_of(&receipt));
    let page = approver.get(&path);
    assert!(page.contains("value=\"suspend\"") && !page.contains("value=\"reinstate\""));
    let mut act = |act: &str, reason: &str, says: &str| {
        approver.post(&path, &pairs(&[("act", act), ("reason", reason), ("note", "Seen on the spot")]));
        assert_eq!(approver.status, 200, "{act}");
        let page = town.visitor().get(&page_of(&receipt));
        assert!(page.contains(says) && page.contains("Seen on the spot"), "{page}");
    };
    act("suspend", "OF-U01", "Result suspended");
    act("reinstate", "", "Result valid again");
    act("revoke", "OF-V01", "Result revoked");
    let page = approver.post(&path, &pairs(&[("act", "reinstate")]));
    assert_eq!(approver.status, 403);
    assert!(page.contains("Not possible for a result that is: revoked"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closed_is_closed_but_for_a_named_right() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.refuse(&receipt).await;
    town.pass_days(200);
    town.office.tick().await.unwrap();
    assert_eq!(town.case(&receipt).await.request.stage(), StageName::Closed);
    let mut approver = town.sit("approver");
    assert!(!approver.get(&desk_of(&receipt)).contains("value=\"reopen\""));
    approver.post(&desk_of(&receipt), &pairs(&[("act", "reopen"), ("reason", "OF-R01")]));
    assert_eq!(approver.status, 403);
    let mut delegate = town.sit("governor-delegate");
    assert!(delegate.get(&desk_of(&receipt)).contains("value=\"reopen\""));
    delegate
        .post(&desk_of(&receipt), &pairs(&[("act", "reopen"), ("reason", "OF-R01"), ("note", "New law")]));
    assert_eq!(town.case(&receipt).await.request.stage(), StageName::InReview);
}
