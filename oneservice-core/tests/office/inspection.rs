//! A site is inspected on a day that was told, and reported with photos.

use std::convert::Infallible;

use oneservice_core::catalog::Role;
use oneservice_core::ids::RequestId;
use oneservice_core::office::OfficeError;
use oneservice_core::request::*;
use oneservice_core::testing::sample::{PDF, png};

use crate::town::{STALL, Town};

/// A request whose examination is a visit to the stall, on Monday 1 June 2026; due on the 15th.
async fn visited() -> (Town, RequestId) {
    let inspection = "kind = \"inspection\"\nphotos = 1";
    let town = Town::with(&[(STALL, "kind = \"examination\"", inspection)]).await;
    let id = town.apply().await;
    town.pay(id).await;
    town.pass(id, "intake", Role::FrontDesk).await;
    (town, id)
}

fn on(day: &str, reason: Option<&str>) -> Command {
    Command::ScheduleInspection(InspectionScheduled {
        step: "examine".parse().unwrap(),
        day: day.parse().unwrap(),
        hours: " 08:00–10:00 ".into(),
        prepare: Some(" ".into()),
        reason: reason.map(|code| code.parse().unwrap()),
    })
}

fn pass(step: &str, finding: Finding, report: Option<InspectionReport>) -> Command {
    Command::PassStep { step: step.parse().unwrap(), finding, note: None, checked: vec![], report }
}

async fn denied(town: &Town, id: RequestId, command: Command) -> Vec<&'static str> {
    let denials = town.act(id, Role::Examiner, command).await.unwrap_err();
    denials.iter().map(Denial::code).collect()
}

async fn photo(town: &Town) -> Evidence {
    let bytes = futures::stream::iter([Ok::<_, Infallible>(png(4, 4).into())]);
    town.office.keep_photo("../stall.png", bytes).await.unwrap()
}

#[tokio::test]
async fn the_day_of_an_inspection_is_one_that_can_be_and_another_has_a_reason() {
    let (town, id) = visited().await;
    assert_eq!(denied(&town, id, on("2026-05-29", None)).await, ["day-outside"], "in the past");
    assert_eq!(denied(&town, id, on("2026-06-06", None)).await, ["day-closed"], "a Saturday");
    assert_eq!(town.request(id).await.record().due_on, Some("2026-06-15".parse().unwrap()));
    assert_eq!(denied(&town, id, on("2026-06-16", None)).await, ["day-outside"], "later than was promised");
    assert!(town.act(id, Role::FrontDesk, on("2026-06-03", None)).await.is_err(), "another's step");
    let Command::ScheduleInspection(right) = on("2026-06-03", Some("OF-I01")) else { unreachable!() };
    let blank = InspectionScheduled { hours: " ".into(), ..right.clone() };
    assert_eq!(denied(&town, id, Command::ScheduleInspection(blank)).await, ["words-missing"]);
    let long = InspectionScheduled { hours: "8".repeat(65), ..right.clone() };
    assert_eq!(denied(&town, id, Command::ScheduleInspection(long)).await, ["words-too-long"]);
    let other = InspectionScheduled { step: "intake".parse().unwrap(), ..right };
    assert!(town.act(id, Role::FrontDesk, Command::ScheduleInspection(other)).await.is_err());

    let appointed = town.act(id, Role::Examiner, on("2026-06-03", Some("OF-I01"))).await.unwrap();
    let appointment = &appointed.record().appointments.values().next().unwrap().clone();
    assert_eq!(appointment.hours, "08:00–10:00");
    assert_eq!((&appointment.prepare, &appointment.reason), (&None, &None), "the first needs no reason");
    assert_eq!(denied(&town, id, on("2026-06-04", None)).await, ["reason-missing"]);
    assert_eq!(denied(&town, id, on("2026-06-04", Some("OF-L01"))).await, ["reason-unknown"]);
    let moved = town.act(id, Role::Examiner, on("2026-06-04", Some("OF-I01"))).await.unwrap();
    assert_eq!(moved.record().appointments.len(), 1, "the last one counts");
    let history = town.office.case(id).await.unwrap().history;
    let kept = history.iter().filter(|h| h.recorded.fact.name() == FactName::InspectionScheduled);
    assert_eq!(kept.count(), 2, "all are kept");

    // The office is late: still there is a day that can be.
    town.go_to("2026-06-22");
    assert_eq!(denied(&town, id, on("2026-06-26", Some("OF-I01"))).await, ["day-outside"]);
    town.act(id, Role::Examiner, on("2026-06-25", Some("OF-I01"))).await.unwrap();
}

#[tokio::test]
async fn an_inspection_is_reported_when_its_day_has_come_with_photos_and_words() {
    let (town, id) = visited().await;
    let report =
        |words: Option<&str>, photos| Some(InspectionReport { words: words.map(Into::into), photos });
    let (good, bad) = (Finding::Favourable, Finding::Unfavourable);
    let one = photo(&town).await;
    assert_eq!((one.name.as_str(), one.document.as_str()), ("stall.png", INSPECTION_PHOTO));
    let whole = pass("examine", good, report(None, vec![one.clone()]));
    assert_eq!(denied(&town, id, whole.clone()).await, ["appointment-missing"]);
    town.act(id, Role::Examiner, on("2026-06-02", None)).await.unwrap();
    assert_eq!(denied(&town, id, whole.clone()).await, ["not-yet"]);
    town.go_to("2026-06-02");
    assert_eq!(denied(&town, id, pass("examine", good, None)).await, ["photo-count"]);
    let many = report(None, vec![one.clone(); 11]);
    assert_eq!(denied(&town, id, pass("examine", good, many)).await, ["photo-count"]);
    let silent = report(Some(" "), vec![one.clone()]);
    assert_eq!(denied(&town, id, pass("examine", bad, silent)).await, ["words-missing"]);
    let told = report(Some("No water"), vec![one.clone()]);
    let passed = town.act(id, Role::Examiner, pass("examine", bad, told)).await.unwrap();
    assert!(passed.record().appointments.is_empty() && passed.record().files.contains_key(&one.blob));
    // Who looks at a photo is known, as with every paper.
    town.act(id, Role::Approver, Command::Read { blob: one.blob }).await.unwrap();
    let paper = futures::stream::iter([Ok::<_, Infallible>(PDF.to_vec().into())]);
    let refused = town.office.keep_photo("a.pdf", paper).await;
    assert!(matches!(refused, Err(OfficeError::Document(error)) if error.code() == "document.wrong-format"));
}

#[tokio::test]
async fn an_appointment_ends_when_the_request_goes_back_and_other_steps_have_no_report() {
    let (town, id) = visited().await;
    town.act(id, Role::Examiner, on("2026-06-02", None)).await.unwrap();
    let corrections = vec![Correction {
        item: "documents.id-card".parse().unwrap(),
        reason: "TR-C01".parse().unwrap(),
        note: None,
    }];
    let back = Command::Return { step: "examine".parse().unwrap(), corrections, note: None, exception: None };
    let returned = town.act(id, Role::Examiner, back).await.unwrap();
    assert!(returned.record().appointments.is_empty(), "nobody comes while the applicant corrects");

    let town = Town::with(&[]).await;
    let id = town.apply().await;
    town.pay(id).await;
    town.pass(id, "intake", Role::FrontDesk).await;
    let report = InspectionReport { words: Some("seen".into()), photos: vec![] };
    assert_eq!(denied(&town, id, pass("examine", Finding::Favourable, Some(report))).await, ["step-kind"]);
    assert_eq!(denied(&town, id, on("2026-06-02", None)).await, ["step-kind"]);
}
