//! What happens to one demonstration request in one day.

use std::collections::BTreeMap;

use oneservice_core::catalog::{FeeMoment, ReasonKind, Role, StepKind};
use oneservice_core::ids::RequestId;
use oneservice_core::office::{Basis, Office, OfficeError};
use oneservice_core::request::{
    Actor, AnyRequest, Channel, Collector, Command, Correction, Corrections, Finding, INSPECTION_PHOTO,
    InspectionReport, InspectionScheduled, Item, Officer, PaymentMethod, Relation, SignatureMethod, Verdict,
};
use serde_json::Map;

use super::{Dice, Papers, evidence};

/// Does one or two things, if it is the day for it. Says whether the request may still go on.
pub(super) async fn day(
    office: &Office,
    officers: &[Officer],
    papers: &Papers,
    id: RequestId,
    seed: u64,
) -> Result<(RequestId, bool), OfficeError> {
    let mut dice = Dice::new(seed);
    if !dice.one_in(3) {
        return Ok((id, true));
    }
    for _ in 0..1 + dice.up_to(2) {
        let request = office.case(id).await?.request;
        let Some((command, by)) = next(office, officers, papers, request, &mut dice).await? else {
            return Ok((id, false));
        };
        match office.act(id, command, &by, Basis::default()).await {
            Ok(_) => {}
            // A day on which the right officer is not there, or took part already.
            Err(OfficeError::Denied { .. }) => return Ok((id, true)),
            Err(other) => return Err(other),
        }
    }
    Ok((id, true))
}

fn officer(officers: &[Officer], role: Role) -> Option<Actor> {
    officers.iter().find(|officer| officer.holds(&[role])).cloned().map(Actor::Officer)
}

async fn next(
    office: &Office,
    officers: &[Officer],
    papers: &Papers,
    request: AnyRequest,
    dice: &mut Dice,
) -> Result<Option<(Command, Actor)>, OfficeError> {
    let record = request.record();
    let service = request.service().clone();
    let pay = |record: &oneservice_core::request::Record| {
        Some((
            Command::Pay { amount: record.outstanding(), method: PaymentMethod::Cash },
            officer(officers, Role::Cashier)?,
        ))
    };
    Ok(match &request {
        AnyRequest::Submitted(_) if dice.one_in(40) => {
            Some((Command::Withdraw { reason: None }, Actor::Applicant))
        }
        AnyRequest::Submitted(_) => pay(record),
        AnyRequest::InReview(in_review) => {
            let open = record.open_steps(&service);
            let Some(step) =
                dice.pick(&open).and_then(|id| service.review.steps.iter().find(|s| &s.id == id))
            else {
                return Ok(None);
            };
            let Some(by) = officer(officers, step.role) else { return Ok(None) };
            let id = step.id.clone();
            let first_time = record.returns.is_empty();
            let command = if step.may_return && first_time && dice.one_in(8) {
                let Some(correction) = correction(&service, record, dice) else { return Ok(None) };
                Command::Return { step: id, corrections: vec![correction], note: None, exception: None }
            } else if in_review.is_deciding(&id) {
                let reasons: Vec<_> = service
                    .reasons
                    .iter()
                    .filter(|r| r.kind == ReasonKind::Refuse)
                    .map(|r| r.code.clone())
                    .collect();
                match dice.pick(&reasons) {
                    Some(reason) if dice.one_in(12) => {
                        Command::Refuse { step: id, reasons: vec![reason.clone()], note: None }
                    }
                    _ => Command::Approve { step: id, note: None },
                }
            } else if step.kind == StepKind::Completeness && dice.one_in(2) && !record.evidence.is_empty() {
                let judged = record.evidence.iter().map(|e| Item::Document(e.document.clone()));
                let open: Vec<Item> = judged.filter(|item| !record.judgements.contains_key(item)).collect();
                match dice.pick(&open) {
                    Some(item) => Command::Judge { step: id, item: item.clone(), verdict: Verdict::Accepted },
                    None => Command::PassStep {
                        step: id,
                        finding: Finding::Favourable,
                        note: None,
                        checked: vec![],
                        report: None,
                    },
                }
            } else if step.kind == StepKind::Inspection && !record.appointments.contains_key(&id) {
                Command::ScheduleInspection(InspectionScheduled {
                    step: id,
                    day: office.catalog().calendar().add_working_days(office.today(), 1),
                    hours: "08:00–10:00".into(),
                    prepare: None,
                    reason: None,
                })
            } else {
                // On a day before the appointment the rules say no, and the request goes on later.
                let checked = (0..step.checklist.len()).collect();
                let photo = || evidence(papers, INSPECTION_PHOTO, "image/jpeg", None);
                let photos = (0..step.photos.unwrap_or(0)).filter_map(|_| photo()).collect();
                let report = (step.kind == StepKind::Inspection)
                    .then(|| InspectionReport {
                        words: Some("ត្រឹមត្រូវតាមពាក្យស្នើសុំ".into()), photos
                    });
                Command::PassStep { step: id, finding: Finding::Favourable, note: None, checked, report }
            };
            Some((command, by))
        }
        AnyRequest::Returned(returned) => {
            let mut new = Vec::new();
            let mut explanations = BTreeMap::new();
            for correction in &returned.stage().corrections {
                match &correction.item {
                    Item::Document(id) => {
                        let today = office.catalog().calendar().local_date(record.submitted_at);
                        let old = record.evidence_for(id.as_str()).next();
                        let media_type = old.map_or("application/pdf", |old| old.media_type.as_str());
                        new.extend(evidence(
                            papers,
                            id.as_str(),
                            media_type,
                            old.and_then(|o| o.issued).or(Some(today)),
                        ));
                    }
                    item => {
                        explanations.insert(item.clone(), "សូមពិនិត្យម្តងទៀត".to_owned());
                    }
                }
            }
            let corrections = Corrections {
                channel: Channel::Web,
                answers: Map::new(),
                evidence: new,
                signature: None,
                explanations,
            };
            Some((Command::Resubmit(corrections), Actor::Applicant))
        }
        AnyRequest::Approved(_) => {
            let open = record.open_steps(&service);
            let step = service.review.steps.iter().find(|s| open.contains(&s.id));
            step.and_then(|step| {
                Some((Command::Issue { step: step.id.clone() }, officer(officers, step.role)?))
            })
        }
        AnyRequest::Ready(_) if record.fee.when != FeeMoment::None && record.outstanding().minor() > 0 => {
            pay(record)
        }
        AnyRequest::Ready(_) => {
            let signer = record.answers.get("name_latin").and_then(|n| n.as_str()).unwrap_or("SAMPLE");
            let signature = office.signature(&service, SignatureMethod::Typed, signer, None).await?;
            let originals = service.documents.iter().filter(|d| d.original_at_counter).map(|d| d.id.clone());
            let collector = Collector {
                name: signer.to_owned(),
                relation: Relation::Applicant,
                identity: "national-id 6789".into(),
                mandate: None,
            };
            let command = Command::Collect {
                collector,
                signature: Some(signature),
                originals_seen: originals.collect(),
            };
            officer(officers, Role::FrontDesk).map(|by| (command, by))
        }
        _ => None,
    })
}

fn correction(
    service: &oneservice_core::catalog::Service,
    record: &oneservice_core::request::Record,
    dice: &mut Dice,
) -> Option<Correction> {
    let paper = dice.pick(&record.evidence)?;
    let item = Item::Document(paper.document.clone());
    let fits = |reason: &&oneservice_core::catalog::Reason| {
        reason.kind == ReasonKind::Return
            && reason.field.is_none()
            && reason.document.as_ref().is_none_or(|document| *document == paper.document)
    };
    let reason = service.reasons.iter().find(fits)?;
    Some(Correction { item, reason: reason.code.clone(), note: None })
}
