//! From decided facts to a commit: envelopes, payloads and the summary row.

use std::collections::BTreeSet;

use super::results::token_of_result;
use super::{Office, OfficeError};
use crate::calendar::Moment;
use crate::catalog::{FieldKind, Role, Service};
use crate::ids::{CommitId, Digest32};
use crate::request::{AnyRequest, Decided, Envelope, Record, Recorded};
use crate::store::{Commit, EventBody, QueueName, Summary};
use crate::text;

impl Office {
    /// A commit of what was decided on a request that had `expected` facts before.
    pub(super) fn commit_of(
        &self,
        id: CommitId,
        expected: u64,
        decided: &Decided,
        access: Digest32,
    ) -> Result<Commit, OfficeError> {
        let record = decided.request().record();
        let events =
            decided.steps().map(|(recorded, after)| self.seal(recorded, after)).collect::<Result<_, _>>()?;
        Ok(Commit {
            id,
            office: self.inner.id.clone(),
            request: record.id,
            expected,
            at: record.last_at,
            events,
            summary: self.summary_of(decided.request(), access),
            key: None,
            counters: Vec::new(),
            closes_draft: None,
        })
    }

    fn seal(&self, recorded: &Recorded, after: &AnyRequest) -> Result<EventBody, OfficeError> {
        let payload = recorded.to_payload()?;
        let salt: [u8; 32] = self.random()?;
        let envelope = |commitment: &Digest32| Envelope::of(recorded, after, *commitment).to_bytes();
        Ok(EventBody::try_seal(salt, payload, envelope)?)
    }

    /// When the office's clock will have something to record.
    fn wake_at(&self, request: &AnyRequest) -> Option<Moment> {
        let (calendar, office) = (self.inner.catalog.calendar(), self.inner.catalog.office());
        request.wakes_on(calendar, &office.periods).map(|day| calendar.start_of_day(day))
    }

    /// The row that queues show, computed from the request and the office's periods.
    pub(super) fn summary_of(&self, request: &AnyRequest, access: Digest32) -> Summary {
        let (record, service) = (request.record(), request.service());
        let mut tokens: BTreeSet<String> = BTreeSet::new();
        for field in service.fields().filter(|field| is_name(&field.kind)) {
            if let Some(words) = record.answers.get(field.id.as_str()).and_then(|v| v.as_str()) {
                tokens.extend(text::search_tokens(words));
            }
        }
        Summary {
            request: record.id,
            code: record.code,
            stage: request.stage(),
            service: record.service.id.clone(),
            service_version: record.service.hash,
            sector: service.sector.clone(),
            applicant_name: applicant_name(service, record),
            queues: queues(request),
            submitted_at: record.submitted_at,
            due_on: record.due_on,
            wake_at: self.wake_at(request),
            access,
            phone: contact_phone(service, record).map(|phone| self.inner.secret.phone(phone)),
            // The number first: what is beyond the bound on tokens is not searchable.
            tokens: token_of_result(record).into_iter().chain(tokens).collect(),
            version: record.version,
        }
    }
}

/// Who must act now: the roles of the open steps, the cashier while money is to be taken or given back or a transfer waits, the heads
/// while the office is late, nobody may do an open step, or an objection waits, the ombudsman while a complaint does.
fn queues(request: &AnyRequest) -> Vec<QueueName> {
    let (record, service, stage) = (request.record(), request.service(), request.stage());
    let desk = service.desk();
    let mut queues = BTreeSet::new();
    let open = match request {
        AnyRequest::Objected(objected) => {
            let decided = &objected.stage().refused.step;
            service.review.steps.iter().filter(|step| &step.id == decided).collect()
        }
        other => other.open_steps(),
    };
    queues.extend(open.iter().map(|step| QueueName::new(step.role, &step.department)));
    let money = [record.payable_in(stage), record.refundable_in(stage, service)];
    if money.iter().any(|money| !money.is_zero()) {
        queues.insert(QueueName::new(Role::Cashier, desk));
    }
    if record.transfer.is_some() {
        queues.insert(QueueName::transfers(desk));
    }
    let late = record.due_on.is_some() && record.timing.escalated == record.due_on;
    let vacant = open.iter().any(|step| record.vacant.contains(&step.id));
    if late || vacant || matches!(request, AnyRequest::Objected(_)) {
        queues.insert(QueueName::new(Role::DepartmentHead, &service.department));
        queues.insert(QueueName::new(Role::GovernorDelegate, desk));
    }
    // Whoever proposed or decided does not look at the objection: the head of the office may be the only one left.
    if matches!(request, AnyRequest::Objected(_)) {
        queues.insert(QueueName::new(Role::Approver, desk));
    }
    // Whoever is late with a step has a head, and so has whoever waits for it.
    let late = open.iter().filter(|step| record.step_days.get(&step.id).is_some_and(|day| day.escalated));
    queues.extend(late.flat_map(|step| {
        [&step.department, &service.department].map(|at| QueueName::new(Role::DepartmentHead, at))
    }));
    if record.complaints_open > 0 {
        queues.insert(QueueName::new(Role::Ombudsman, desk));
    }
    queues.into_iter().collect()
}

fn is_name(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::KhmerText { .. } | FieldKind::LatinText { .. } | FieldKind::NationalId)
}

/// How the request is called in a list: the form's first text answer, which by the catalogue's order is a name.
pub(super) fn applicant_name(service: &Service, record: &Record) -> String {
    let texts = service.fields().filter(|field| {
        matches!(
            field.kind,
            FieldKind::KhmerText { .. } | FieldKind::LatinText { .. } | FieldKind::Text { .. }
        )
    });
    let mut answers = texts.filter_map(|field| record.answers.get(field.id.as_str())?.as_str());
    answers.next().unwrap_or_default().to_owned()
}

/// Where notices go, and what opens the status page together with the code: the form's first phone answer.
pub(super) fn contact_phone<'a>(service: &Service, record: &'a Record) -> Option<&'a str> {
    let phones = service.fields().filter(|field| matches!(field.kind, FieldKind::Phone));
    phones.filter_map(|field| record.answers.get(field.id.as_str())?.as_str()).next()
}
