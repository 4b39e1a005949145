//! One request and everything that happened to it, with what was found, said and seen.

use std::collections::BTreeMap;

use oneservice_core::catalog::{FieldKind, Service};
use oneservice_core::ids::TrackingCode;
use oneservice_core::office::{Case, Office};
use oneservice_core::request::{
    AnyFact, Collector, Correction, Finding, Item, MandateProof, PaymentMethod, Record, Relation, StepPassed,
    Verdict,
};
use oneservice_core::store::QueueName;
use oneservice_core::text::{Lang, Text, search_tokens};
use oneservice_pilot::{sentence, words};
use serde_json::{Value, json};

use crate::exit::CliError;

/// The code of the request whose result it renews, changes or replaces.
pub(crate) async fn follows(office: &Office, case: &Case) -> Result<Option<TrackingCode>, CliError> {
    match case.request.record().follows {
        Some(former) => Ok(Some(office.summary(former).await?.code)),
        None => Ok(None),
    }
}

/// The request as JSON; `follows` is the code of the request whose result it renews, changes or replaces.
pub(crate) fn case_value(
    office: &Office,
    case: &Case,
    waits_for: &[QueueName],
    follows: Option<TrackingCode>,
) -> Value {
    let (record, service) = (case.request.record(), case.request.service());
    let events: Vec<Value> = case
        .history
        .iter()
        .map(|happening| {
            let entry = &happening.recorded.entry;
            json!({
                "fact": happening.recorded.fact.name(), "role": entry.by.role, "officer": entry.by.officer,
                "department": entry.by.department, "delegated_by": entry.by.delegated_by, "recorded_at": entry.recorded_at.to_string(),
                "occurred_at": entry.occurred_at.map(|at| at.to_string()), "lag_minutes": entry.lag_minutes(),
                "index": happening.index,
                "details": details(&happening.recorded.fact, record, service),
            })
        })
        .collect();
    let open: Vec<_> = case.request.open_steps().into_iter().map(|step| &step.id).collect();
    let expected = case.request.expected(office.catalog().calendar()).into_iter();
    let expected: Vec<Value> = expected.map(|(step, by)| json!({ "step": step, "by": by })).collect();
    let mut value = json!({
        "code": record.code, "id": record.id, "number": case.number, "service": record.service.id,
        "version": record.version, "stage": case.request.stage(), "due": record.due_on,
        "last_day": case.request.last_day().map(|(_, day)| day),
        "received": record.received_on, "fee": record.fee.total, "outstanding": record.outstanding(),
        "open_steps": open, "expected": expected, "waits_for": waits_for, "next": super::next::next(office, &case.request, waits_for), "answers": record.answers,
        "documents": record.evidence.iter().map(|e| json!({"document": e.document, "blob": e.blob, "name": e.name, "media_type": e.media_type, "size": e.size_bytes})).collect::<Vec<_>>(),
        "events": events,
    });
    if let Some(code) = follows {
        value["follows"] = json!(code);
    }
    value
}

/// What the fact says, under the keys of its stored form; for people who read it, also what its numbers stand for.
fn details(fact: &AnyFact, record: &Record, service: &Service) -> Value {
    let tagged = serde_json::to_value(fact).unwrap_or_default();
    let said = tagged.as_object().and_then(|tagged| tagged.values().next());
    let mut said = said.cloned().unwrap_or_else(|| json!({}));
    match fact {
        AnyFact::StepPassed(passed) => {
            let points = points(passed, service);
            let points: Vec<Value> =
                points.map(|(text, ticked)| json!({ "text": text, "ticked": ticked })).collect();
            said["checklist"] = json!(points);
        }
        AnyFact::Collection(collection) => {
            said["name_differs"] = json!(name_differs(&collection.collector, record, service));
        }
        _ => {}
    }
    said
}

/// The points of the step's checklist, and whether each was found in order.
fn points<'a>(passed: &'a StepPassed, service: &'a Service) -> impl Iterator<Item = (&'a Text, bool)> {
    let step = service.review.steps.iter().find(|step| step.id == passed.step);
    let points = step.into_iter().flat_map(|step| step.checklist.iter().enumerate());
    points.map(|(nth, text)| (text, passed.checked.contains(&nth)))
}

/// Whether somebody collected as the applicant under a name that no answer of the form holds, or as a proxy under another name than that of
/// the mandate.
fn name_differs(collector: &Collector, record: &Record, service: &Service) -> bool {
    let written = search_tokens(&collector.name);
    let names = service
        .fields()
        .filter(|field| matches!(field.kind, FieldKind::KhmerText { .. } | FieldKind::LatinText { .. }));
    let mut names = names.filter_map(|field| record.answers.get(field.id.as_str())?.as_str());
    let unknown =
        collector.relation == Relation::Applicant && names.all(|name| search_tokens(name) != written);
    unknown || record.proxy_differs(collector)
}

pub(crate) fn case_text(
    office: &Office,
    case: &Case,
    waits_for: &[QueueName],
    follows: Option<TrackingCode>,
    lang: Lang,
) -> String {
    let record = case.request.record();
    let service = case.request.service();
    let calendar = office.catalog().calendar();
    let due = record.due_on.map_or_else(String::new, |due| format!("  due {due}"));
    let mut text = format!(
        "{}  {}  {}{due}\n{}\n",
        record.code,
        case.number,
        sentence::stage(lang, &case.request),
        service.name.get(lang)
    );
    if let Some(code) = follows {
        let words = words::get(lang, &format!("follows-{}", record.purpose), &[]);
        text.push_str(&format!("{words}: {code}\n"));
    }
    for happening in &case.history {
        let (entry, fact) = (&happening.recorded.entry, &happening.recorded.fact);
        let when = calendar.local(entry.recorded_at).strftime("%Y-%m-%d %H:%M").to_string();
        let step = sentence::step_title(lang, service, fact).unwrap_or_default();
        let name = sentence::fact(lang, fact.name());
        text.push_str(&format!("{when}  {:<16} {name}  {step}\n", entry.by.role.as_str()));
        let later = sentence::entered_later(lang, calendar, entry);
        for line in later.into_iter().chain(said(fact, record, service, lang)) {
            text.push_str(&format!("{:18}{line}\n", ""));
        }
    }
    let days: BTreeMap<_, _> = case.request.expected(calendar).into_iter().collect();
    for step in case.request.open_steps() {
        let by = days.get(&step.id).map(|day| sentence::date(lang, *day)).unwrap_or_default();
        let title = step.title.get(lang);
        text.push_str(&format!("{:<18}{title}  {by}\n", words::get(lang, "expected-by", &[])));
    }
    for queue in waits_for {
        text.push_str(&format!("{:<18}{queue}\n", words::get(lang, "waits-for", &[])));
    }
    text
}

/// What the fact says, one line for each thing.
fn said(fact: &AnyFact, record: &Record, service: &Service, lang: Lang) -> Vec<String> {
    let word = |key: &str| words::get(lang, key, &[]);
    let item = |item: &Item| sentence::item(lang, service, item);
    let reason = |code: &str| {
        let found = service.reasons.iter().find(|reason| reason.code.as_str() == code);
        found.map_or_else(|| code.to_owned(), |reason| format!("{} [{code}]", reason.text.get(lang)))
    };
    let noted = |key: &str, note: &Option<String>| note.as_ref().map(|note| format!("{}: {note}", word(key)));
    let day = |key: &str, day| format!("{} {}", word(key), sentence::date(lang, day));
    let mut lines = Vec::new();
    match fact {
        AnyFact::Payment(payment) => {
            let method = if payment.method == PaymentMethod::Cash { "cash" } else { "transfer" };
            lines.push(format!("{}  {}  {}", payment.amount, word(method), payment.receipt));
        }
        AnyFact::TransferRecorded(told) => lines.push(format!("{}  {}", told.amount, told.reference)),
        AnyFact::TransferConfirmed(seen) => {
            lines.push(format!("{}  {}  {}", seen.amount, seen.reference, seen.receipt));
        }
        AnyFact::TransferRejected(missed) => {
            lines.push(missed.reason.to_string());
            lines.extend(noted("note-applicant", &missed.note));
            lines.extend(missed.pay_by.map(|last| day("last-day", last)));
        }
        AnyFact::Judgement(judgement) => match &judgement.verdict {
            Verdict::Accepted => lines.push(format!("✓ {}", item(&judgement.item))),
            Verdict::NotApplicable => {
                lines.push(format!("– {}: {}", item(&judgement.item), word("not-applicable")));
            }
            Verdict::Rejected { reason: code, note } => {
                lines.push(format!("✗ {}: {}", item(&judgement.item), reason(code.as_str())));
                lines.extend(noted("note-applicant", note));
            }
        },
        AnyFact::StepPassed(passed) => {
            lines.push(match passed.finding {
                Finding::Favourable => format!("✓ {}", word("favourable")),
                Finding::Unfavourable => format!("✗ {}", word("unfavourable")),
            });
            let report = passed.report.as_ref();
            lines.extend(report.and_then(|report| noted("inspection-report", &report.words)));
            let photos = report.map(|report| report.photos.as_slice()).unwrap_or_default();
            lines.extend(photos.iter().map(|photo| format!("{}: {}", word("inspection-photos"), photo.name)));
            lines.extend(noted("note-colleagues", &passed.note));
            let ticks = points(passed, service);
            lines.extend(
                ticks.map(|(text, yes)| format!("{} {}", if yes { "☑" } else { "☐" }, text.get(lang))),
            );
        }
        AnyFact::InspectionScheduled(appointment) => {
            lines.push(format!("{}  {}", sentence::date(lang, appointment.day), appointment.hours));
            lines.extend(noted("inspection-ready", &appointment.prepare));
            lines.extend(
                appointment.reason.as_ref().map(|code| format!("{}: {code}", word("inspection-moved"))),
            );
        }
        AnyFact::Return(back) => {
            for Correction { item: what, reason: code, note } in &back.corrections {
                lines.push(format!("✗ {}: {}", item(what), reason(code.as_str())));
                lines.extend(noted("note-applicant", note));
            }
            lines.extend(noted("note-applicant", &back.note));
            lines.extend(back.exception.iter().map(|code| format!("{}: {code}", word("excepted"))));
        }
        AnyFact::Resubmission(sent) => {
            lines.extend(sent.answers.keys().map(|field| {
                let path = format!("form.{field}");
                format!("{}: {}", word("change"), sentence::path(lang, service, &path))
            }));
            lines.extend(sent.evidence.iter().map(|paper| {
                let path = format!("documents.{}", paper.document);
                format!("{}: {} ({})", word("change"), sentence::path(lang, service, &path), paper.name)
            }));
            lines.extend(
                sent.explanations
                    .iter()
                    .map(|(what, words)| format!("{}: {}: {words}", word("explain"), item(what))),
            );
        }
        AnyFact::Approval(approval) => lines.extend(noted("note-applicant", &approval.note)),
        AnyFact::Refusal(refusal) => {
            lines.extend(refusal.reasons.iter().map(|code| format!("✗ {}", reason(code.as_str()))));
            lines.extend(noted("note-applicant", &refusal.note));
        }
        AnyFact::Issuance(issuance) => {
            lines.push(format!("{}: {}", word("result-number"), issuance.result.number));
        }
        AnyFact::Collection(collection) => {
            let Collector { name, relation, identity, mandate } = &collection.collector;
            let who = if *relation == Relation::Proxy { "collector-proxy" } else { "collector-self" };
            let differs = name_differs(&collection.collector, record, service);
            let flag = if differs { "  ⚠" } else { "" };
            lines.push(format!("{}: {name} ({}){flag}", word("collector"), word(who)));
            lines.push(format!("{}: {identity}", word("identity")));
            lines.extend(mandate.map(|shown| match shown {
                MandateProof::Code(_) => word("mandate-code"),
                _ => word("mandate-paper"),
            }));
            lines.extend(collection.originals_seen.iter().map(|document| {
                let path = format!("documents.{document}");
                format!("{}: {}", word("original-seen"), sentence::path(lang, service, &path))
            }));
        }
        AnyFact::Mandate(mandate) => {
            lines.push(format!("{}: {} · {}", word("collector-proxy"), mandate.name, mandate.identity));
        }
        AnyFact::Cosignature(signed) => {
            lines.push(format!("{}: {} · {}", word("cosigner"), signed.signature.signer, signed.identity));
        }
        AnyFact::Withdrawal(withdrawal) => lines.extend(noted("reason", &withdrawal.reason)),
        AnyFact::Objection(objection) => lines.push(objection.text.clone()),
        AnyFact::ObjectionUpheld(upheld) => lines.push(upheld.note.clone()),
        AnyFact::ObjectionDismissed(dismissed) => lines.push(dismissed.note.clone()),
        AnyFact::Lapse(lapse) => lines.push(day("last-day", lapse.last_day)),
        AnyFact::RefusalFinal(last) => lines.push(day("last-day", last.last_day)),
        AnyFact::Reminder(reminder) => lines.push(day("last-day", reminder.last_day)),
        AnyFact::Escalation(missed) => lines.push(day("due-on", missed.due_on)),
        AnyFact::SilentApproval(granted) => {
            lines.push(format!("{} {}", granted.legal_basis, granted.article));
        }
        AnyFact::Extension(moved) => {
            lines.push(day("due-on", moved.due_on));
            lines.push(moved.reason.to_string());
            lines.extend(noted("note-applicant", &moved.note));
        }
        AnyFact::DelayExplained(late) => {
            lines.push(late.reason.to_string());
            lines.extend(noted("note-applicant", &late.note));
        }
        AnyFact::Reopening(open) => {
            lines.push(day("due-on", open.due_on));
            lines.push(open.reason.to_string());
            lines.extend(noted("note-applicant", &open.note));
        }
        AnyFact::Reading(reading) => {
            let path = format!("documents.{}", reading.document);
            lines.push(sentence::path(lang, service, &path));
        }
        AnyFact::Complaint(complaint) => {
            lines.extend([complaint.subject.to_string(), complaint.text.clone()])
        }
        AnyFact::ComplaintAnswered(answer) => lines.push(answer.text.clone()),
        AnyFact::Waiver(waiver) => {
            lines.push(format!("{}  {}", waiver.amount, waiver.reason));
            lines.extend(noted("note-applicant", &waiver.note));
        }
        AnyFact::Assignment(assignment) => {
            lines.push(assignment.officer.as_ref().map_or_else(|| word("nobody"), ToString::to_string));
            lines.extend(assignment.reason.as_ref().map(ToString::to_string));
            lines.extend(noted("note-colleagues", &assignment.note));
        }
        AnyFact::Recusal(recusal) => {
            lines.push(recusal.reason.to_string());
            lines.extend(noted("note-colleagues", &recusal.note));
        }
        AnyFact::Endorsement(endorsement) => lines.extend(noted("note-applicant", &endorsement.note)),
        AnyFact::Suspension(suspension) => {
            lines.push(suspension.reason.to_string());
            lines.extend(noted("note-applicant", &suspension.note));
        }
        AnyFact::Reinstatement(again) => lines.extend(noted("note-applicant", &again.note)),
        AnyFact::Revocation(revocation) => {
            lines.push(revocation.reason.to_string());
            lines.extend(noted("note-applicant", &revocation.note));
        }
        AnyFact::Expiry(expiry) => lines.push(day("last-day", expiry.last_day)),
        AnyFact::Replacement(with) => lines.push(with.number.clone()),
        AnyFact::Refund(refund) => lines.push(format!("{}  {}", refund.amount, refund.receipt)),
        AnyFact::Submission(_)
        | AnyFact::ReviewOpened(_)
        | AnyFact::Vacancy(_)
        | AnyFact::MandateRevoked(_) => {}
    }
    lines
}
