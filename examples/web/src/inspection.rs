//! The visit to a site, for the applicant and for officers: when somebody comes, and the photos of what was found.

use askama::Template;
use oneservice_core::office::Case;
use oneservice_core::request::{AnyFact, Evidence, InspectionScheduled, StageName};
use oneservice_core::text::Lang;
use oneservice_pilot::{sentence, words};

use crate::App;
use crate::story::office_reason;

/// An appointment that stands, as a notice.
#[derive(Debug, Clone, Template)]
#[template(path = "appointment.html")]
pub(crate) struct Notice {
    title: String,
    when: String,
    ready: String,
    moved: String,
}

/// Day and hours of an appointment.
pub(crate) fn when(lang: Lang, appointment: &InspectionScheduled) -> String {
    format!("{} · {}", sentence::date(lang, appointment.day), sentence::digits(lang, &appointment.hours))
}

/// What the applicant should have ready, and why it is another day than before.
pub(crate) fn notes(app: &App, lang: Lang, appointment: &InspectionScheduled) -> [String; 2] {
    let told = |key: &str, said: Option<String>| {
        said.map(|said| format!("{}: {said}", words::get(lang, key, &[]))).unwrap_or_default()
    };
    let reason = appointment.reason.as_ref().map(|code| office_reason(app, lang, code, &None).concat());
    [told("inspection-ready", appointment.prepare.clone()), told("inspection-moved", reason)]
}

/// The appointments of which the day is still to come or the report is still to be given.
pub(crate) fn notices(app: &App, lang: Lang, case: &Case) -> Vec<Notice> {
    let (record, service) = (case.request.record(), case.request.service());
    let standing = record.appointments.values().filter(|_| case.request.stage() == StageName::InReview);
    let notice = |appointment: &InspectionScheduled| {
        let step = service.review.steps.iter().find(|step| step.id == appointment.step);
        let [ready, moved] = notes(app, lang, appointment);
        Notice {
            title: step.map(|step| step.title.get(lang).to_owned()).unwrap_or_default(),
            when: when(lang, appointment),
            ready,
            moved,
        }
    };
    standing.map(notice).collect()
}

/// The photos of all reports.
pub(crate) fn photos(case: &Case) -> impl Iterator<Item = &Evidence> {
    case.history.iter().flat_map(|happening| match &happening.recorded.fact {
        AnyFact::StepPassed(passed) => {
            passed.report.as_ref().map(|report| report.photos.as_slice()).unwrap_or_default()
        }
        _ => &[],
    })
}
