//! A request from draft to collected, through the façade, on the engine without a disk.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::sync::Arc;

use oneservice_core::calendar::Moment;
use oneservice_core::catalog::{ApplicantKind, Catalog, Purpose, Role};
use oneservice_core::ids::DocumentId;
use oneservice_core::office::{Basis, NewDraft, Office, OfficeError, SetClock};
use oneservice_core::request::*;
use oneservice_core::store::MemoryStore;
use oneservice_core::testing::sample::{PDF, png};
use serde_json::Value;

async fn office() -> (Office, Arc<SetClock>) {
    let catalog =
        Catalog::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/catalog/battambang")).unwrap();
    let clock = Arc::new(SetClock::at(Moment::parse("2026-08-03T02:00:00Z").unwrap()));
    let office = Office::builder(MemoryStore::default(), catalog)
        .clock(Arc::clone(&clock) as _)
        .build()
        .await
        .unwrap();
    (office, clock)
}

fn officer(id: &str, role: Role, departments: &[&str]) -> Actor {
    let appointments = departments.iter().map(|d| Appointment::new(role, d.parse().unwrap()));
    Actor::Officer(Officer {
        id: id.parse().unwrap(),
        name: id.into(),
        appointments: appointments.collect(),
        known_by: Vec::new(),
    })
}

/// The valid sample of a service, filled into a draft with small real files.
async fn filled(office: &Office, name: &str) -> oneservice_core::office::DraftHandle {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/catalog/battambang/samples").join(name);
    let sample: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut new = NewDraft::of(sample["service"].as_str().unwrap());
    new.applicant = ApplicantKind::from_word(sample["applicant"]["kind"].as_str().unwrap()).unwrap();
    new.purpose = Purpose::from_word(sample["purpose"].as_str().unwrap()).unwrap();
    let mut draft = office.draft(new).await.unwrap();
    draft.answers(sample["form"].as_object().unwrap().clone()).await.unwrap();
    for paper in sample["documents"].as_array().unwrap() {
        let bytes = if paper["media_type"] == "application/pdf" { PDF.to_vec() } else { png(4, 4) };
        let issued = paper["issued"].as_str().map(|day| day.parse().unwrap());
        draft.attach(paper["document"].as_str().unwrap(), "C:\\fotos\\x.jpg", issued, bytes).await.unwrap();
    }
    draft
}

#[tokio::test]
async fn a_request_is_sent_once_reviewed_returned_corrected_granted_and_collected() {
    let (office, clock) = office().await;
    let draft = filled(&office, "agriculture_slaughterhouse-establishment--valid.json").await;
    let key = draft.key();
    match draft.clone().submit().await {
        Err(OfficeError::Denied { denials, .. }) => {
            assert!(matches!(&denials[..], [Denial::Form(p)] if p.len() == 1 && p[0].path == "signature"));
        }
        other => panic!("an unsigned draft was taken: {other:?}"),
    }
    let mut draft = office.open_draft(key).await.unwrap();
    draft.sign(SignatureMethod::Typed, "LY MENGHONG", None).await.unwrap();
    let receipt = draft.submit().await.unwrap();
    assert_eq!(office.submit(key).await.unwrap(), receipt, "asking twice gives one request");
    assert_eq!(receipt.stage, StageName::Submitted);

    let cashier = officer("cashier", Role::Cashier, &["owso"]);
    let desk = officer("desk", Role::FrontDesk, &["owso"]);
    let examiner = officer("examiner", Role::Examiner, &["animal-health"]);
    let opinions = officer("opinion", Role::OpinionOfficer, &["environment", "district"]);
    let inspector = officer("inspector", Role::Inspector, &["animal-health"]);
    let head = officer("head", Role::DepartmentHead, &["agriculture"]);
    let governor = officer("governor", Role::GovernorDelegate, &["owso"]);
    let id = receipt.id;
    let step = |id: &str| id.parse().unwrap();
    let pass = |id: &str| Command::PassStep {
        step: step(id),
        finding: Finding::Favourable,
        note: None,
        checked: vec![],
        report: None,
    };

    let wrong = Command::Pay { amount: oneservice_core::money::Money::riel(1), method: PaymentMethod::Cash };
    let denied = office.act(id, wrong, &cashier, Basis::default()).await.unwrap_err();
    assert!(matches!(denied, OfficeError::Denied { denials, .. } if denials[0].code() == "wrong-amount"));
    let pay = Command::Pay { amount: receipt.fee.total, method: PaymentMethod::Cash };
    let paid = office.act(id, pay, &cashier, Basis::default()).await.unwrap();
    assert_eq!(paid.request.stage(), StageName::InReview, "review opens by itself once the fee is paid");
    assert_eq!(paid.request.record().payments[0].receipt, "R-2026-000001");

    // Completeness: one paper is not legible, and the return must name it.
    let photo = Item::Document(DocumentId::parse("photo").unwrap());
    let reason: ReasonCode = "AGR-SH-C01".parse().unwrap();
    let judge = Command::Judge {
        step: step("intake"),
        item: photo.clone(),
        verdict: Verdict::Rejected { reason: reason.clone(), note: Some("ខ្មៅពេក".into()) },
    };
    let seen = office.case(id).await.unwrap().request.record().version;
    office.act(id, judge.clone(), &desk, Basis { version: Some(seen), key: None }).await.unwrap();
    let stale = office.act(id, judge, &desk, Basis { version: Some(seen), key: None }).await.unwrap_err();
    assert!(matches!(stale, OfficeError::Stale { since, .. } if since.len() == 1));
    let other = Item::Document(DocumentId::parse("layout-plan").unwrap());
    let incomplete = Command::Return {
        step: step("intake"),
        corrections: vec![Correction { item: other, reason: reason.clone(), note: None }],
        note: None,
        exception: None,
    };
    let denied = office.act(id, incomplete, &desk, Basis::default()).await.unwrap_err();
    assert!(matches!(denied, OfficeError::Denied { denials, .. } if denials[0].code() == "defect-left-out"));
    let corrections = vec![Correction { item: photo.clone(), reason, note: None }];
    let back = Command::Return { step: step("intake"), corrections, note: None, exception: None };
    let returned = office.act(id, back, &desk, Basis::default()).await.unwrap();
    assert_eq!((returned.request.stage(), returned.request.record().due_on), (StageName::Returned, None));

    clock.advance_millis(7 * 24 * 3_600_000);
    let mut fix = office.correction_draft(key).await.unwrap();
    let issued = Some("2026-07-01".parse().unwrap());
    let new = fix.attach("photo", "new.png", issued, png(4, 4)).await.unwrap();
    let corrected = office.send_corrections(key, Basis::default()).await.unwrap();
    // What was sent is out of reach of the page it was sent from.
    assert!(matches!(office.correction_draft(key).await, Err(OfficeError::NotFound)));
    assert!(fix.attach("photo", "late.png", issued, png(5, 5)).await.is_err());
    assert!(office.documents().read(new.blob).await.is_ok());
    assert_eq!(corrected.request.stage(), StageName::InReview);
    let due = corrected.request.record().due_on.unwrap();
    assert_eq!(due, receipt.due_on.checked_add(jiff::Span::new().days(7)).unwrap(), "the clock stood still");

    let keyed = || Basis { version: None, key: Some("tap".into()) };
    let first = office.act(id, pass("intake"), &desk, keyed()).await.unwrap();
    let again = office.act(id, pass("intake"), &desk, keyed()).await.unwrap();
    assert!(!first.replayed && again.replayed && first.placed == again.placed);
    let other = office.act(id, pass("opinion-district"), &opinions, keyed()).await.unwrap_err();
    assert!(matches!(other, OfficeError::KeyReused), "{other:?}");
    office.act(id, pass("opinion-district"), &opinions, Basis::default()).await.unwrap();
    office.act(id, pass("examine"), &examiner, Basis::default()).await.unwrap();
    let early = office.act(id, pass("inspect"), &inspector, Basis::default()).await.unwrap_err();
    assert!(matches!(early, OfficeError::Denied { denials, .. } if denials[0].code() == "step-not-open"));
    office.act(id, pass("opinion-environment"), &opinions, Basis::default()).await.unwrap();
    let unannounced = office.act(id, pass("inspect"), &inspector, Basis::default()).await.unwrap_err();
    assert!(
        matches!(unannounced, OfficeError::Denied { denials, .. } if denials[0].code() == "appointment-missing")
    );
    let visit = Command::ScheduleInspection(InspectionScheduled {
        step: step("inspect"),
        day: office.today(),
        hours: "08:00–10:00".into(),
        prepare: None,
        reason: None,
    });
    office.act(id, visit, &inspector, Basis::default()).await.unwrap();
    office.act(id, pass("inspect"), &inspector, Basis::default()).await.unwrap();
    office.act(id, pass("propose"), &head, Basis::default()).await.unwrap();
    // Four eyes: the same person, appointed to everything, cannot decide what they examined.
    let both = officer("head", Role::GovernorDelegate, &["owso"]);
    let approve = Command::Approve { step: step("approve"), note: None };
    let denied = office.act(id, approve.clone(), &both, Basis::default()).await.unwrap_err();
    assert!(matches!(denied, OfficeError::Denied { denials, .. } if denials[0].code() == "four-eyes"));
    office.act(id, approve, &governor, Basis::default()).await.unwrap();
    let issued =
        office.act(id, Command::Issue { step: step("issue") }, &desk, Basis::default()).await.unwrap();
    let AnyRequest::Ready(ready) = &issued.request else { panic!("{:?}", issued.request.stage()) };
    assert_eq!(ready.stage().result.number, "AGR-SH-2026-0001");
    assert_eq!(ready.stage().result.valid_until, Some("2031-08-09".parse().unwrap()));

    let service = ready.service();
    let signature =
        office.signature(service, SignatureMethod::Drawn, "LY MENGHONG", Some(png(4, 4))).await.unwrap();
    let originals =
        service.documents.iter().filter(|d| d.original_at_counter).map(|d| d.id.clone()).collect();
    let collector = Collector {
        name: "LY MENGHONG".into(),
        relation: Relation::Applicant,
        identity: "national-id 6789".into(),
        mandate: None,
    };
    let collect = Command::Collect { collector, signature: Some(signature), originals_seen: originals };
    let basis = Basis { version: None, key: Some("form-1".into()) };
    let closed = office.act(id, collect.clone(), &desk, basis.clone()).await.unwrap();
    assert_eq!(closed.request.stage(), StageName::Closed);
    let again = office.act(id, collect, &desk, basis).await.unwrap();
    assert!(again.replayed && again.placed == closed.placed, "a double tap hands over once");
    let case = office.case_by_link(key).await.unwrap();
    assert_eq!(case.history.len() as u64, closed.placed.version);
    clock.advance_millis(60 * 24 * 3_600_000);
    office.purge_drafts().await.unwrap();
    assert!(office.documents().read(new.blob).await.is_ok(), "no sent file goes with a draft");
}

#[tokio::test]
async fn drafts_that_have_expired_go_however_many_they_are() {
    let (office, clock) = office().await;
    for _ in 0..250 {
        office.draft(NewDraft::of("tourism.guesthouse-licence")).await.unwrap();
    }
    clock.advance_millis(20 * 24 * 3_600_000);
    let kept = office.draft(NewDraft::of("tourism.guesthouse-licence")).await.unwrap();
    clock.advance_millis(20 * 24 * 3_600_000);
    assert_eq!(office.purge_drafts().await.unwrap(), 250);
    assert!(office.open_draft(kept.key()).await.is_ok());
}
