//! What leads a request onwards, as acts of this program: for scripts and for people who learn the way of a service.

use oneservice_core::catalog::{Role, StepKind};
use oneservice_core::office::Office;
use oneservice_core::request::{AnyRequest, StageName};
use oneservice_core::store::QueueName;
use serde_json::{Value, json};

/// The acts that may come next on the way to the applicant's hands, each with the desk whose officers do it; empty while the
/// office waits for the applicant, and at the end. A pass names how many points the
/// step's checklist has, how many photos it takes at least and the day before which it cannot be; the appointment of an inspection the first
/// day that can be.
pub(super) fn next(office: &Office, request: &AnyRequest, waits_for: &[QueueName]) -> Vec<Value> {
    let (record, service, stage) = (request.record(), request.service(), request.stage());
    let mut acts = Vec::new();
    let cashier = waits_for.iter().find(|queue| queue.as_str().starts_with(Role::Cashier.as_str()));
    let is_payable = !record.payable_in(stage).is_zero();
    if let Some(desk) = cashier.filter(|_| is_payable) {
        acts.push(json!({ "act": "pay", "desk": desk }));
    }
    let desks = service.review.steps.iter().filter(|step| step.role == Role::FrontDesk);
    let desk = desks.map(|step| &step.department).next_back().unwrap_or(&service.department);
    let front_desk = QueueName::new(Role::FrontDesk, desk);
    if request.can_be_cosigned() {
        acts.push(json!({ "act": "cosign", "desk": front_desk }));
    }
    for step in request.open_steps() {
        let decides = matches!(request, AnyRequest::InReview(review) if review.is_deciding(&step.id));
        let act = match step.kind {
            _ if decides => "approve",
            StepKind::Issue => "issue",
            StepKind::Inspection if !record.appointments.contains_key(&step.id) => "schedule-inspection",
            _ => "pass",
        };
        let desk = QueueName::new(step.role, &step.department);
        let mut value = json!({ "act": act, "step": step.id, "desk": desk });
        if act == "pass" {
            value["points"] = step.checklist.len().into();
            value["photos"] = step.photos.into();
            value["not_before"] = json!(record.appointments.get(&step.id).map(|appointment| appointment.day));
        }
        if act == "schedule-inspection" {
            let (today, calendar) = (office.today(), office.catalog().calendar());
            let later = || calendar.add_working_days(today, 1);
            value["day"] = json!(if calendar.is_working_day(today) { today } else { later() });
        }
        acts.push(value);
    }
    if stage == StageName::Ready && !is_payable {
        acts.push(json!({ "act": "collect", "desk": front_desk }));
    }
    acts
}
