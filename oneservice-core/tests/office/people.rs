//! Who may work on a request.

use std::sync::Arc;

use oneservice_core::calendar::Date;
use oneservice_core::catalog::Role;
use oneservice_core::ids::RequestId;
use oneservice_core::office::{Basis, OfficeError, StaffDirectory};
use oneservice_core::request::*;
use oneservice_core::store::QueueName;

use crate::town::{STALL, Town};

fn named(id: &str, role: Role, department: &str) -> Officer {
    let appointments = vec![Appointment::new(role, department.parse().unwrap())];
    Officer { id: id.parse().unwrap(), name: id.into(), appointments, known_by: Vec::new() }
}

fn examiner(id: &str) -> Officer {
    named(id, Role::Examiner, "trade")
}

fn approver(id: &str) -> Officer {
    named(id, Role::Approver, "owso")
}

async fn act(
    town: &Town,
    id: RequestId,
    by: &Officer,
    command: Command,
) -> Result<AnyRequest, Vec<&'static str>> {
    match town.office.act(id, command, &Actor::Officer(by.clone()), Basis::default()).await {
        Ok(acted) => Ok(acted.request),
        Err(OfficeError::Denied { denials, .. }) => Err(denials.iter().map(Denial::code).collect()),
        Err(other) => panic!("{other}"),
    }
}

fn give(step: &str, to: Option<&Officer>, reason: Option<&str>) -> Command {
    let reason = reason.map(|reason| reason.parse().unwrap());
    Command::Assign { step: step.parse().unwrap(), to: to.cloned(), reason, note: None }
}

fn pass(step: &str) -> Command {
    Command::PassStep {
        step: step.parse().unwrap(),
        finding: Finding::Favourable,
        note: None,
        checked: vec![],
        report: None,
    }
}

fn approve() -> Command {
    Command::Approve { step: "approve".parse().unwrap(), note: None }
}

/// A request of which the examination is open.
async fn examined(town: &Town) -> RequestId {
    let id = town.apply().await;
    town.pay(id).await;
    town.pass(id, "intake", Role::FrontDesk).await;
    id
}

#[tokio::test]
async fn scenario_04_two_take_one_step_and_one_has_it() {
    let town = Town::with(&[]).await;
    let id = examined(&town).await;
    let (one, two) = (examiner("one"), examiner("two"));
    let (first, second) = tokio::join!(
        act(&town, id, &one, give("examine", Some(&one), None)),
        act(&town, id, &two, give("examine", Some(&two), None)),
    );
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1, "exactly one");
    let (holder, other) = if first.is_ok() { (&one, &two) } else { (&two, &one) };
    let told = town.office.act(id, pass("examine"), &Actor::Officer(other.clone()), Basis::default()).await;
    let Err(OfficeError::Denied { denials, .. }) = told else { panic!("{told:?}") };
    let step = "examine".parse().unwrap();
    assert_eq!(denials, [Denial::AssignedTo { step, officer: holder.id.clone() }], "told who has it");
    let version = town.request(id).await.record().version;
    assert_eq!(
        act(&town, id, holder, give("examine", Some(holder), None)).await.unwrap_err(),
        ["already-recorded"]
    );
    assert_eq!(town.request(id).await.record().version, version, "claiming again adds no fact");

    // The other cannot take or free it; the holder gives it back, and then the other may.
    assert_eq!(
        act(&town, id, other, give("examine", Some(other), None)).await.unwrap_err(),
        ["assigned-to", "reason-missing"]
    );
    assert_eq!(
        act(&town, id, other, give("examine", None, None)).await.unwrap_err(),
        ["not-your-role", "reason-missing"]
    );
    act(&town, id, holder, give("examine", None, None)).await.unwrap();
    act(&town, id, other, pass("examine")).await.unwrap();
}

#[tokio::test]
async fn a_head_gives_a_step_to_somebody_who_may_do_it() {
    let town = Town::with(&[]).await;
    let id = examined(&town).await;
    let (one, two, head) = (examiner("one"), examiner("two"), named("head", Role::DepartmentHead, "trade"));
    act(&town, id, &one, give("examine", Some(&one), None)).await.unwrap();
    assert_eq!(
        act(&town, id, &head, give("examine", Some(&two), None)).await.unwrap_err(),
        ["reason-missing"]
    );
    assert_eq!(
        act(&town, id, &head, give("examine", Some(&two), Some("OF-L01"))).await.unwrap_err(),
        ["reason-unknown"]
    );
    let cook = named("cook", Role::OpinionOfficer, "health");
    assert_eq!(
        act(&town, id, &head, give("examine", Some(&cook), Some("OF-A01"))).await.unwrap_err(),
        ["not-eligible"]
    );
    assert_eq!(
        act(&town, id, &head, give("approve", Some(&two), Some("OF-A01"))).await.unwrap_err()[0],
        "step-not-open"
    );
    act(&town, id, &head, give("examine", Some(&two), Some("OF-A01"))).await.unwrap();
    assert_eq!(act(&town, id, &one, pass("examine")).await.unwrap_err(), ["assigned-to"]);
    let done = act(&town, id, &two, pass("examine")).await.unwrap();
    assert!(done.record().assigned.is_empty(), "what is done is nobody's any more");
}

#[tokio::test]
async fn who_declares_a_conflict_or_is_the_applicant_has_no_part() {
    let town = Town::with(&[]).await;
    let id = examined(&town).await;
    let (one, two) = (examiner("one"), examiner("two"));
    act(&town, id, &one, give("examine", Some(&one), None)).await.unwrap();
    let recuse = |reason: &str| Command::Recuse { reason: reason.parse().unwrap(), note: None };
    assert_eq!(act(&town, id, &one, recuse("OF-A01")).await.unwrap_err(), ["reason-unknown"]);
    act(&town, id, &one, recuse("OF-C01")).await.unwrap();
    assert_eq!(act(&town, id, &one, recuse("OF-C01")).await.unwrap_err(), ["already-recorded"]);
    assert_eq!(act(&town, id, &one, pass("examine")).await.unwrap_err(), ["recused"]);
    assert_eq!(act(&town, id, &one, give("examine", Some(&one), None)).await.unwrap_err(), ["recused"]);
    // The applicant wrote 012 345 678 and 010 234 567.
    for own in ["+855 12 345 678", "010234567", "០១០២៣៤៥៦៧"] {
        let applicant = Officer { known_by: vec![own.to_owned()], ..two.clone() };
        assert_eq!(act(&town, id, &applicant, pass("examine")).await.unwrap_err(), ["own-request"], "{own}");
        assert!(town.request(id).await.steps_of(&applicant).is_empty());
    }
    act(&town, id, &two, pass("examine")).await.unwrap();
}

#[tokio::test]
async fn what_was_delegated_counts_for_both() {
    let town = Town::with(&[]).await;
    let id = examined(&town).await;
    let mut deputy = named("deputy", Role::OpinionOfficer, "health");
    let from = "one".parse().unwrap();
    deputy
        .appointments
        .push(Appointment { delegated_by: Some(from), ..examiner("one").appointments[0].clone() });
    act(&town, id, &deputy, pass("examine")).await.unwrap();
    let case = town.office.case(id).await.unwrap();
    let by = &case.history.last().unwrap().recorded.entry.by;
    assert_eq!(
        (by.officer.as_ref().unwrap().as_str(), by.delegated_by.as_ref().unwrap().as_str()),
        ("deputy", "one")
    );
    // Four eyes: neither who did it nor for whom it was done decides.
    for who in ["deputy", "one"] {
        assert_eq!(act(&town, id, &approver(who), approve()).await.unwrap_err(), ["four-eyes"], "{who}");
    }
    let mut stand_in = named("stand-in", Role::OpinionOfficer, "health");
    let delegated_by = Some("one".parse().unwrap());
    stand_in.appointments.push(Appointment { delegated_by, ..approver("one").appointments[0].clone() });
    assert_eq!(
        act(&town, id, &stand_in, approve()).await.unwrap_err(),
        ["four-eyes"],
        "not for them, either"
    );
    act(&town, id, &approver("two"), approve()).await.unwrap();
}

#[tokio::test]
async fn as_many_as_the_plan_wants_must_be_for_granting() {
    let town = Town::with(&[(STALL, "kind = \"approval\"", "kind = \"approval\"\nmin_approvers = 3")]).await;
    let id = examined(&town).await;
    act(&town, id, &examiner("one"), pass("examine")).await.unwrap();
    for who in ["a", "b"] {
        let request = act(&town, id, &approver(who), approve()).await.unwrap();
        assert_eq!(request.stage(), StageName::InReview);
        assert_eq!(
            act(&town, id, &approver(who), approve()).await.unwrap_err(),
            ["already-recorded"],
            "each once"
        );
    }
    let AnyRequest::InReview(open) = town.request(id).await else { panic!() };
    assert_eq!(open.endorsements_missing(&"approve".parse().unwrap()), 0);
    let granted = act(&town, id, &approver("c"), approve()).await.unwrap();
    assert_eq!(granted.stage(), StageName::Approved);
    // Whoever was for it took part.
    assert!(granted.record().worked["approve"].len() == 3 && granted.record().endorsed.is_empty());
}

/// Staff that changes.
#[derive(Debug, Default)]
struct Staff(std::sync::Mutex<Vec<Officer>>);

impl StaffDirectory for Staff {
    fn officers(&self, _: Date) -> Vec<Officer> {
        self.0.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn a_step_for_which_there_is_nobody_is_reported_to_the_heads_once() {
    let staff = Arc::new(Staff::default());
    *staff.0.lock().unwrap() = vec![
        named("desk", Role::FrontDesk, "owso"),
        examiner("one"),
        approver("boss"),
        named("head", Role::DepartmentHead, "trade"),
        named("cash", Role::Cashier, "owso"),
    ];
    let town = Town::staffed(Arc::clone(&staff) as _).await;
    let id = examined(&town).await;
    let heads: QueueName = "department-head@trade".parse().unwrap();
    let waits_for_head = async || town.office.summary(id).await.unwrap().queues.contains(&heads);
    assert!(!waits_for_head().await);
    // The only examiner has no part: the same commit says that there is nobody.
    let recuse = Command::Recuse { reason: "OF-C01".parse().unwrap(), note: None };
    let request = act(&town, id, &examiner("one"), recuse).await.unwrap();
    assert!(request.record().vacant.contains("examine"));
    assert!(waits_for_head().await);
    staff.0.lock().unwrap().push(examiner("two"));
    act(&town, id, &examiner("two"), pass("examine")).await.unwrap();
    assert!(!waits_for_head().await, "somebody did it");

    // The only approver leaves: found at the next tick, once.
    staff.0.lock().unwrap().retain(|officer| officer.id.as_str() != "boss");
    let vacancies =
        |facts: Vec<FactName>| facts.into_iter().filter(|fact| *fact == FactName::Vacancy).count();
    assert_eq!(vacancies(town.tick().await), 1);
    assert!(waits_for_head().await);
    assert_eq!(vacancies(town.tick().await), 0);
    staff.0.lock().unwrap().push(approver("new"));
    assert_eq!(vacancies(town.tick().await), 0);
    act(&town, id, &approver("new"), approve()).await.unwrap();
}
