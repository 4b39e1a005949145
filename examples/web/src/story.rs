//! What happened and what is expected, in words: one story for the person who asked and for officers. What officers wrote for
//! colleagues is told to officers only.

use std::collections::BTreeSet;

use oneservice_core::calendar::Date;
use oneservice_core::catalog::{FieldKind, Role, Service};
use oneservice_core::office::Case;
use oneservice_core::request::{
    AnyFact, AnyRequest, Collection, Correction, Finding, MandateProof, ReasonCode, Record, Recorded,
    Relation, SignatureMethod, StageName, StepPassed, Verdict,
};
use oneservice_core::text::{Lang, search_tokens};
use oneservice_pilot::{sentence, words};

use crate::{App, inspection};

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    Applicant,
    Officer,
}

/// One line of the story: what happened, or what is expected.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) class: &'static str,
    pub(crate) mark: &'static str,
    pub(crate) what: String,
    pub(crate) when: String,
    pub(crate) notes: Vec<String>,
}

fn t(lang: Lang, key: &str) -> String {
    words::get(lang, key, &[])
}

/// What a role is called in this office.
pub(crate) fn role(app: &App, lang: Lang, role: Role) -> String {
    if role == Role::Cosigner {
        return t(lang, "cosigner");
    }
    let words = app.office.catalog().office().role(role);
    words.map_or_else(|| t(lang, "office-itself"), |r| r.name.get(lang).to_owned())
}

/// The story so far and what is expected, each step with its day.
pub(crate) fn story(app: &App, lang: Lang, case: &Case, reader: Reader) -> Vec<Line> {
    let told = case.history.iter().map(|happening| &happening.recorded).filter(|recorded| {
        // Single judgements are told with the return that they lead to.
        // Who opened which paper is told apart. Who of the office does what is the office's own matter.
        match recorded.fact {
            AnyFact::Judgement(_) | AnyFact::ReviewOpened(_) | AnyFact::Reading(_) => false,
            AnyFact::Assignment(_) | AnyFact::Recusal(_) => reader == Reader::Officer,
            _ => true,
        }
    });
    let mut lines: Vec<Line> = told.map(|recorded| happened(app, lang, case, recorded, reader)).collect();
    lines.extend(expected(app, lang, &case.request));
    lines
}

/// Who opened which paper, and when.
pub(crate) fn readings(app: &App, lang: Lang, case: &Case) -> Vec<Line> {
    let read = case.history.iter().map(|happening| &happening.recorded);
    let read = read.filter(|recorded| matches!(recorded.fact, AnyFact::Reading(_)));
    read.map(|recorded| happened(app, lang, case, recorded, Reader::Applicant)).collect()
}

/// One thing that happened.
pub(crate) fn happened(app: &App, lang: Lang, case: &Case, recorded: &Recorded, reader: Reader) -> Line {
    let (entry, fact) = (&recorded.entry, &recorded.fact);
    let (record, service) = (case.request.record(), case.request.service());
    let mut line = Line {
        class: "done",
        mark: "✓",
        what: sentence::fact(lang, fact.name()),
        when: sentence::time(lang, app.office.catalog().calendar().local(entry.recorded_at)),
        notes: Vec::new(),
    };
    line.when.push_str(&format!(" · {}", role(app, lang, entry.by.role)));
    if let (Reader::Officer, Some(officer)) = (reader, &entry.by.officer) {
        line.when.push_str(&format!(" · {officer}"));
        if let Some(whose) = &entry.by.delegated_by {
            line.when.push_str(&format!(" · {} {whose}", t(lang, "acting-for")));
        }
    }
    match fact {
        AnyFact::StepPassed(passed) => {
            line.what = sentence::step_title(lang, service, fact).unwrap_or_default();
            if passed.finding == Finding::Unfavourable {
                (line.class, line.mark) = ("bad", "✗");
            }
            line.notes = finding(lang, service, passed, reader);
        }
        AnyFact::Judgement(judged) => {
            line.what = format!("{}: {}", line.what, sentence::item(lang, service, &judged.item));
            let (class, verdict) = verdict(lang, service, &judged.verdict);
            line.class = class;
            line.notes.push(verdict);
        }
        AnyFact::Return(back) => {
            (line.class, line.mark) = ("late", "⚠");
            line.notes.extend(back.corrections.iter().map(|c| correction(lang, service, c)));
            line.notes.extend(back.note.clone());
            if let Some(code) = &back.exception {
                let why = office_reason(app, lang, code, &None).concat();
                line.notes.push(format!("{}: {why}", t(lang, "excepted")));
            }
        }
        AnyFact::Resubmission(sent) => line.notes.extend(sent.explanations.iter().map(|(item, said)| {
            format!("{} · {}: {said}", sentence::item(lang, service, item), t(lang, "explained"))
        })),
        AnyFact::Refusal(refusal) => {
            (line.class, line.mark) = ("bad", "✗");
            let reasons = refusal.reasons.iter().filter_map(|code| service.reason(code.as_str()));
            line.notes.extend(reasons.map(|reason| reason.text.get(lang).to_owned()));
            line.notes.extend(refusal.note.clone());
        }
        AnyFact::Approval(approval) => line.notes.extend(approval.note.clone()),
        AnyFact::Payment(paid) => {
            line.notes.push(format!("{} · {}", paid.amount.show(lang), paid.receipt));
        }
        AnyFact::TransferRecorded(told) => {
            line.mark = "•";
            line.notes.push(format!("{} · {}", told.amount.show(lang), told.reference));
        }
        AnyFact::TransferConfirmed(seen) => {
            line.notes.push(format!("{} · {}", seen.amount.show(lang), seen.receipt));
        }
        AnyFact::TransferRejected(missed) => {
            (line.class, line.mark) = ("bad", "✗");
            line.notes = office_reason(app, lang, &missed.reason, &missed.note);
            line.notes.extend(missed.pay_by.map(|day| last_day(lang, day)));
        }
        AnyFact::Issuance(issued) => line.notes.push(issued.result.number.clone()),
        AnyFact::Collection(collection) => line.notes = collected(lang, record, service, collection),
        AnyFact::Mandate(mandate) => line.notes.push(format!("{} · {}", mandate.name, mandate.identity)),
        AnyFact::MandateRevoked(_) => line.mark = "–",
        AnyFact::Cosignature(signed) => {
            line.notes.push(format!("{} · {}", signed.signature.signer, signed.identity));
        }
        AnyFact::InspectionScheduled(appointment) => {
            line.mark = "•";
            line.notes.push(inspection::when(lang, appointment));
            line.notes
                .extend(inspection::notes(app, lang, appointment).into_iter().filter(|n| !n.is_empty()));
        }
        AnyFact::Withdrawal(withdrawal) => {
            line.mark = "–";
            let reason = withdrawal.reason.iter().map(|reason| format!("{}: {reason}", t(lang, "reason")));
            line.notes.extend(reason);
        }
        AnyFact::Lapse(lapse) => {
            line.mark = "–";
            line.notes.push(last_day(lang, lapse.last_day));
        }
        AnyFact::RefusalFinal(last) => line.notes.push(last_day(lang, last.last_day)),
        AnyFact::Reminder(reminder) => {
            line.mark = "•";
            line.notes.extend(sentence::step_title(lang, service, fact));
            line.notes.push(last_day(lang, reminder.last_day));
        }
        AnyFact::Escalation(missed) => {
            (line.class, line.mark) = ("late", "⚠");
            line.notes.extend(sentence::step_title(lang, service, fact));
            line.notes.push(format!("{} {}", t(lang, "due-on"), sentence::date(lang, missed.due_on)));
        }
        AnyFact::SilentApproval(granted) => {
            let law = service.legal_basis.iter().find(|law| law.id == granted.legal_basis);
            let law = law.map(|law| law.title.get(lang)).unwrap_or_default();
            line.notes.push(format!("{law}, {}", granted.article));
        }
        AnyFact::Extension(moved) => {
            line.notes.push(format!("{} {}", t(lang, "due-on"), sentence::date(lang, moved.due_on)));
            line.notes.extend(office_reason(app, lang, &moved.reason, &moved.note));
        }
        AnyFact::DelayExplained(late) => line.notes = office_reason(app, lang, &late.reason, &late.note),
        AnyFact::Reopening(open) => {
            line.notes = office_reason(app, lang, &open.reason, &open.note);
            line.notes.push(format!("{} {}", t(lang, "due-on"), sentence::date(lang, open.due_on)));
        }
        AnyFact::Reading(reading) => {
            line.mark = "•";
            line.what = sentence::path(lang, service, &format!("documents.{}", reading.document));
        }
        AnyFact::Complaint(complaint) => {
            (line.class, line.mark) = ("late", "⚠");
            line.notes = office_reason(app, lang, &complaint.subject, &Some(complaint.text.clone()));
        }
        AnyFact::ComplaintAnswered(answer) => line.notes.push(answer.text.clone()),
        AnyFact::Waiver(waiver) => {
            line.notes.push(waiver.amount.show(lang));
            line.notes.extend(office_reason(app, lang, &waiver.reason, &waiver.note));
        }
        AnyFact::Refund(refund) => {
            line.notes.push(format!("{} · {}", refund.amount.show(lang), refund.receipt));
        }
        AnyFact::Assignment(assignment) => {
            line.mark = "•";
            let title = sentence::step_title(lang, service, fact).unwrap_or_default();
            let whose = assignment.officer.as_ref().map_or_else(|| t(lang, "nobody"), ToString::to_string);
            line.notes.push(format!("{title}: {whose}"));
            line.notes.extend(
                assignment.reason.iter().flat_map(|code| office_reason(app, lang, code, &assignment.note)),
            );
        }
        AnyFact::Recusal(recusal) => {
            line.mark = "•";
            line.notes = office_reason(app, lang, &recusal.reason, &recusal.note);
        }
        AnyFact::Endorsement(endorsement) => line.notes.extend(endorsement.note.clone()),
        AnyFact::Vacancy(_) => {
            (line.class, line.mark) = ("late", "⚠");
            line.notes.extend(sentence::step_title(lang, service, fact));
        }
        AnyFact::Suspension(suspension) => {
            (line.class, line.mark) = ("late", "⚠");
            line.notes = office_reason(app, lang, &suspension.reason, &suspension.note);
        }
        AnyFact::Reinstatement(again) => line.notes.extend(again.note.clone()),
        AnyFact::Revocation(revocation) => {
            (line.class, line.mark) = ("bad", "✗");
            line.notes = office_reason(app, lang, &revocation.reason, &revocation.note);
        }
        AnyFact::Expiry(expiry) => {
            line.mark = "–";
            line.notes.push(last_day(lang, expiry.last_day));
        }
        AnyFact::Replacement(with) => {
            line.mark = "–";
            line.notes.push(with.number.clone());
        }
        AnyFact::Objection(objection) => line.notes.push(objection.text.clone()),
        AnyFact::ObjectionUpheld(answer) => line.notes.push(answer.note.clone()),
        AnyFact::ObjectionDismissed(answer) => line.notes.push(answer.note.clone()),
        _ => {}
    }
    line.notes.extend(sentence::entered_later(lang, app.office.catalog().calendar(), entry));
    line
}

fn last_day(lang: Lang, day: Date) -> String {
    format!("{} {}", t(lang, "last-day"), sentence::date(lang, day))
}

/// A coded reason of the office and the officer's words.
pub(crate) fn office_reason(app: &App, lang: Lang, code: &ReasonCode, note: &Option<String>) -> Vec<String> {
    let known = app.office.catalog().office().reasons.iter().find(|reason| &reason.code == code);
    let words = known.map_or_else(|| code.to_string(), |reason| reason.text.get(lang).to_owned());
    std::iter::once(words).chain(note.clone()).collect()
}

/// What a step concluded. The applicant is told the finding and what an inspection found; note and checklist are for colleagues.
fn finding(lang: Lang, service: &Service, passed: &StepPassed, reader: Reader) -> Vec<String> {
    let mut notes = Vec::new();
    if passed.finding == Finding::Unfavourable {
        notes.push(t(lang, "unfavourable"));
    }
    notes.extend(passed.report.as_ref().and_then(|report| report.words.clone()));
    if reader == Reader::Officer {
        notes.extend(passed.note.clone());
        let step = service.review.steps.iter().find(|step| step.id == passed.step);
        let points = step.map(|step| step.checklist.as_slice()).unwrap_or_default();
        notes.extend(points.iter().enumerate().map(|(nth, point)| {
            format!("{} {}", if passed.checked.contains(&nth) { "✓" } else { "○" }, point.get(lang))
        }));
    }
    notes
}

/// A judgement of one item: its colour and its words.
pub(crate) fn verdict(lang: Lang, service: &Service, verdict: &Verdict) -> (&'static str, String) {
    match verdict {
        Verdict::Accepted => ("ok", format!("✓ {}", t(lang, "accepted"))),
        Verdict::NotApplicable => ("", t(lang, "not-applicable")),
        Verdict::Rejected { reason, note } => {
            let words = service.reason(reason.as_str()).map(|r| r.text.get(lang)).unwrap_or_default();
            ("bad", format!("✗ {words} {}", note.as_deref().unwrap_or_default()))
        }
    }
}

/// What is to be corrected, why, and the officer's words.
pub(crate) fn correction(lang: Lang, service: &Service, correction: &Correction) -> String {
    let reason = service.reason(correction.reason.as_str()).map(|r| r.text.get(lang)).unwrap_or_default();
    let item = sentence::item(lang, service, &correction.item);
    format!("{item}: {reason} {}", correction.note.as_deref().unwrap_or_default())
}

/// Who collected, with what paper, and how it was signed for.
fn collected(lang: Lang, record: &Record, service: &Service, collection: &Collection) -> Vec<String> {
    let who = &collection.collector;
    let relation =
        t(lang, if who.relation == Relation::Applicant { "collector-self" } else { "collector-proxy" });
    let mut notes = vec![format!("{} · {relation} · {}", who.name, who.identity)];
    if who.relation == Relation::Applicant && !is_named(record, service, &who.name) {
        notes.push(format!("⚠ {}", t(lang, "collector-differs")));
    }
    if record.proxy_differs(who) {
        notes.push(format!("⚠ {}", t(lang, "proxy-differs")));
    }
    notes.extend(who.mandate.map(|shown| match shown {
        MandateProof::Code(_) => t(lang, "mandate-code"),
        _ => t(lang, "mandate-paper"),
    }));
    notes.extend(collection.signature.as_ref().map(|signature| match signature.method {
        SignatureMethod::Paper => t(lang, "signed-paper"),
        _ => format!("{} {}", t(lang, "signed-by"), signature.signer),
    }));
    notes
}

/// Whether one of the names in the form is `name`, whatever the order of its words.
fn is_named(record: &Record, service: &Service, name: &str) -> bool {
    let words = |text: &str| search_tokens(text).into_iter().collect::<BTreeSet<_>>();
    let wanted = words(name);
    let names = service
        .fields()
        .filter(|field| matches!(field.kind, FieldKind::KhmerText { .. } | FieldKind::LatinText { .. }));
    names
        .filter_map(|field| record.answers.get(field.id.as_str())?.as_str())
        .any(|answer| words(answer) == wanted)
}

/// The steps that are still to be done. One whose day has passed is late, and said to be.
fn expected(app: &App, lang: Lang, request: &AnyRequest) -> Vec<Line> {
    let stage = request.stage();
    if !matches!(stage, StageName::Submitted | StageName::InReview | StageName::Approved) {
        return Vec::new();
    }
    let service = request.service();
    let calendar = app.office.catalog().calendar();
    let today = app.today();
    let begun = stage != StageName::Submitted;
    let open = request.open_steps();
    let days = request.expected(calendar).into_iter().filter_map(|(step, day)| {
        let title = &service.review.steps.iter().find(|s| s.id == step)?.title;
        let (now, late) = (open.iter().any(|open| open.id == step), begun && day < today);
        let mut when = format!("{} {}", t(lang, "expected-by"), sentence::date(lang, day));
        if late {
            when.push_str(&format!(" · ⚠ {}", t(lang, "late")));
        }
        Some(Line {
            class: match (now, late) {
                (true, true) => "now late",
                (true, false) => "now",
                _ => "",
            },
            mark: if now { "▸" } else { "○" },
            what: title.get(lang).to_owned(),
            // Before the fee is paid nothing has begun: a day that has passed is nobody's any more.
            when: if !begun && day < today { String::new() } else { when },
            notes: Vec::new(),
        })
    });
    days.collect()
}
