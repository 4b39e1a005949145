//! The draft: its list of tasks, and one page of questions for each section.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::catalog::{Assessment, Field, FieldKind, ProblemCode, Section, Service};
use oneservice_core::office::{DraftHandle, OfficeError};
use oneservice_core::text::Lang;
use oneservice_pilot::{qr, sentence};
use serde_json::{Map, Value};

use super::{Wrong, changed, errors_by_path, key};
use crate::App;
use crate::fields::{Control, answers, control, file_place, one, with_files};
use crate::page::{Page, answer as answered, html, to};

/// A line of the list: where it leads, what it is, how it stands.
#[derive(Debug, Clone)]
struct Task {
    link: String,
    name: String,
    state: &'static str,
    word: String,
}

#[derive(Template)]
#[template(path = "tasks.html")]
struct Tasks {
    p: Page,
    name: String,
    key: String,
    link: String,
    qr: String,
    until: String,
    fee: String,
    who: Task,
    sections: Vec<Task>,
    papers: Vec<Task>,
    signature: Option<Task>,
    /// Why it cannot be sent at all, and until when it is kept.
    unoffered: String,
}

/// Whether every question of a section is in order, some are not, or none was answered.
fn state(p: &Page, done: bool, begun: bool) -> (&'static str, String) {
    match (done, begun) {
        (true, _) => ("ok", format!("✓ {}", p.t("done"))),
        (false, true) => ("bad", format!("✗ {}", p.t("to-fix"))),
        (false, false) => ("", format!("○ {}", p.t("not-started"))),
    }
}

/// The sections that apply.
pub(crate) fn visible<'a>(service: &'a Service, assessment: &Assessment) -> Vec<&'a Section> {
    let applies = |section: &&Section| section.fields.iter().any(|f| assessment.asked_field(&f.id).is_some());
    service.sections.iter().filter(applies).collect()
}

/// The address of the draft's next open page after `section`.
pub(crate) fn next_page(service: &Service, assessment: &Assessment, section: &str) -> Option<String> {
    let sections = visible(service, assessment);
    let place = sections.iter().position(|s| s.id.as_str() == section)?;
    if let Some(next) = sections.get(place + 1) {
        return Some(format!("/q/{}", next.id));
    }
    next_paper(assessment, None)
}

/// The upload page after `document`, or the first.
pub(crate) fn next_paper(assessment: &Assessment, document: Option<&str>) -> Option<String> {
    let asked = &assessment.asked_documents;
    let place = match document {
        None => 0,
        Some(document) => asked.iter().position(|a| a.id.as_str() == document)? + 1,
    };
    asked.get(place).map(|a| format!("/d/{}", a.id))
}

pub(crate) async fn tasks(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
    headers: HeaderMap,
) -> Response {
    let made = async {
        let key = key(&text)?;
        let draft = app.office.open_draft(key).await?;
        if let Some(notice) = changed::notice(&app, lang, &draft).await? {
            return Ok(notice);
        }
        let (service, assessment) = (draft.service().await?, draft.assess().await?);
        let path = format!("/a/{}", key.text());
        let p = Page::of_draft(&app, lang, &draft, "");
        let is_wrong = |path: &str| assessment.problems.iter().any(|problem| problem.path == path);
        let sections = visible(&service, &assessment)
            .into_iter()
            .map(|section| {
                let fields = || section.fields.iter().map(|f| f.id.as_str());
                let wrong = assessment.problems.iter().any(|problem| {
                    let field = problem.path.strip_prefix("form.").and_then(|rest| rest.split('.').next());
                    field.is_some_and(|id| fields().any(|f| f == id))
                });
                let begun = fields().any(|id| draft.content().answers.contains_key(id));
                let (state, word) =
                    state(&p, !wrong && (begun || !section.fields.iter().any(|f| f.required)), begun);
                Task {
                    link: p.u(&format!("{path}/q/{}", section.id)),
                    name: p.c(&section.title),
                    state,
                    word,
                }
            })
            .collect();
        let papers = assessment
            .asked_documents
            .iter()
            .filter_map(|asked| Some((asked, service.document(asked.id.as_str())?)))
            .map(|(asked, document)| {
                let there = draft.content().evidence.iter().any(|e| e.document == asked.id);
                let (state, word) = match (there, asked.required) {
                    (false, false) => ("", format!("○ {}", p.t("optional"))),
                    _ => state(&p, there && !is_wrong(&format!("documents.{}", asked.id)), there),
                };
                Task { link: p.u(&format!("{path}/d/{}", asked.id)), name: p.c(&document.name), state, word }
            })
            .collect();
        let signature = service.signature.required.then(|| {
            let there = draft.content().signature.is_some();
            let (state, word) = state(&p, there, there);
            Task { link: p.u(&format!("{path}/sign")), name: p.t("signature"), state, word }
        });
        let until = p.date(app.office.catalog().calendar().local_date(draft.expires_at()));
        let unoffered = draft.unoffered().map(|why| {
            format!("{} {}", sentence::unoffered(lang, &why), p.t1("unoffered-draft", "date", &until))
        });
        let name = p.c(&service.name);
        let fee = assessment.fee.total.show(lang);
        let content = draft.content();
        let unfit = assessment
            .problems
            .iter()
            .any(|problem| problem.path == "purpose" || problem.path.starts_with("applicant"));
        let (state, word) = state(&p, !unfit, true);
        let chosen = [format!("applicant-{}", content.applicant), format!("purpose-{}", content.purpose)];
        let mut chosen: Vec<String> = chosen.iter().map(|key| p.t(key)).collect();
        if let Some(former) = content.follows {
            let former = app.office.case(former).await?;
            chosen.extend(former.request.record().result.as_ref().map(|result| result.number.clone()));
        }
        let who = Task { link: p.u(&format!("{path}/who")), name: chosen.join(" · "), state, word };
        let link = format!("{}{}", app.base_url(&headers), p.u(&path));
        Ok(html(Tasks {
            p,
            name,
            key: key.text(),
            qr: qr::svg(&link),
            link,
            until,
            fee,
            who,
            sections,
            papers,
            signature,
            unoffered: unoffered.unwrap_or_default(),
        }))
    };
    answered(&app, lang, made.await)
}

#[derive(Template)]
#[template(path = "questions.html")]
struct Questions {
    p: Page,
    back: String,
    service: String,
    title: String,
    place: String,
    wrong: Vec<Wrong>,
    controls: Vec<Control>,
}

/// Takes answers to questions that no longer apply away: nobody sees them, and they would be in the way of sending.
pub(crate) async fn drop_unasked(draft: &mut DraftHandle) -> Result<Assessment, OfficeError> {
    let assessment = draft.assess().await?;
    let gone = assessment.problems.iter().filter(|p| p.code == ProblemCode::NotApplicable);
    let gone: Map<_, _> =
        gone.filter_map(|p| Some((p.path.strip_prefix("form.")?.to_owned(), Value::Null))).collect();
    if gone.is_empty() {
        return Ok(assessment);
    }
    draft.answers(gone).await?;
    draft.assess().await
}

/// Whether a control of a form belongs to a question: it has its name, or begins with it.
fn is_of(control: &str, field: &str) -> bool {
    control.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Addresses that were just brought a level further and are not at the last one: their next level is a question, no
/// mistake.
pub(crate) fn on_their_way<'a>(
    fields: impl Iterator<Item = &'a Field>,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<String> {
    let code = |answers: &Map<String, Value>, id: &str| {
        answers.get(id).and_then(|a| a.get("code")).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let further = fields.filter(|field| {
        let FieldKind::Address { level, .. } = &field.kind else { return false };
        let now = code(after, field.id.as_str());
        !now.is_empty() && now.len() < level.code_length() && now != code(before, field.id.as_str())
    });
    further.map(|field| format!("form.{}", field.id)).collect()
}

#[expect(
    clippy::too_many_arguments,
    reason = "a section, what is known of it, and how the page is asked for"
)]
/// A page of questions. What is in `quiet` is asked only now, so it is no mistake yet. `judged` shows what is wrong; a page that is seen for the first time accuses nobody.
fn page(
    app: &App,
    lang: Lang,
    draft: &DraftHandle,
    (service, assessment): (&Service, &Assessment),
    section: &Section,
    judged: bool,
    quiet: &[String],
    add: Option<&str>,
) -> Response {
    let base = format!("/a/{}", draft.key().text());
    let p = Page::of_draft(app, lang, draft, &format!("/q/{}", section.id));
    let mut errors =
        if judged { errors_by_path(lang, service, &assessment.problems) } else { BTreeMap::new() };
    errors.retain(|path, _| !quiet.contains(path));
    let places = app.office.catalog().places();
    let mut controls: Vec<Control> = section
        .fields
        .iter()
        .filter_map(|field| Some((field, assessment.asked_field(&field.id)?)))
        .map(|(field, asked)| {
            let id = field.id.as_str();
            let value = draft.content().answers.get(id);
            control(&p, places, field, id, value, &errors, !asked.required, usize::from(add == Some(id)))
        })
        .collect();
    with_files(&mut controls, draft.content().evidence.iter());
    let all = controls.iter().chain(controls.iter().flat_map(|c| c.rows.iter().flatten()));
    let wrong = all
        .filter(|c| !c.error.is_empty())
        .map(|c| Wrong { link: format!("#{}", c.name), label: c.label.clone(), text: c.error.clone() })
        .collect();
    let sections = visible(service, assessment);
    let nth = sections.iter().position(|s| s.id == section.id).map_or(1, |n| n + 1);
    let place = sentence::digits(lang, &format!("{nth}/{}", sections.len()));
    let (back, title) = (p.u(&base), p.c(&section.title));
    let service = p.c(&service.name);
    html(Questions { p, back, service, title, place, wrong, controls })
}

pub(crate) async fn questions(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((text, section)): Path<(String, String)>,
) -> Response {
    let made = async {
        let draft = app.office.open_draft(key(&text)?).await?;
        if let Some(notice) = changed::first(lang, &draft) {
            return Ok(notice);
        }
        let (service, assessment) = (draft.service().await?, draft.assess().await?);
        let found =
            service.sections.iter().find(|s| s.id.as_str() == section).ok_or(OfficeError::NotFound)?;
        let begun = found.fields.iter().any(|f| draft.content().answers.contains_key(f.id.as_str()));
        Ok(page(&app, lang, &draft, (&service, &assessment), found, begun, &[], None))
    };
    answered(&app, lang, made.await)
}

pub(crate) async fn answer(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((text, section)): Path<(String, String)>,
    Form(posted): Form<Vec<(String, String)>>,
) -> Response {
    let made = async {
        let mut draft = app.office.open_draft(key(&text)?).await?;
        let service = draft.service().await?;
        if let Some(notice) = changed::first(lang, &draft) {
            // The page was seen before the service changed: what was typed there and is asked still is kept, wherever it stands now.
            let asked = |field: &&Field| posted.iter().any(|(name, _)| is_of(name, field.id.as_str()));
            let given = answers(service.fields().filter(asked), &posted, &draft.content().answers);
            draft.answers(given).await?;
            return Ok(notice);
        }
        let found =
            service.sections.iter().find(|s| s.id.as_str() == section).ok_or(OfficeError::NotFound)?;
        let shown = draft.assess().await?;
        let asked = found.fields.iter().filter(|f| shown.asked_field(&f.id).is_some());
        let given = answers(asked, &posted, &draft.content().answers);
        let before = draft.content().answers.clone();
        // Saved first, judged after: nothing typed is lost.
        draft.answers(given).await?;
        let assessment = drop_unasked(&mut draft).await?;
        let mut quiet = on_their_way(found.fields.iter(), &before, &draft.content().answers);
        let is_new = |field: &&Field| {
            shown.asked_field(&field.id).is_none() && assessment.asked_field(&field.id).is_some()
        };
        quiet.extend(found.fields.iter().filter(is_new).map(|field| format!("form.{}", field.id)));
        if let Some(place) = one(&posted, "_file") {
            let place = file_place(place, &posted, &draft.content().answers);
            return Ok(to(lang, &format!("/a/{}/q/{section}/{place}", draft.key().text())));
        }
        let add = one(&posted, "_add");
        let wrong =
            assessment.problems.iter().filter(|problem| !quiet.contains(&problem.path)).any(|problem| {
                let field = problem.path.strip_prefix("form.").and_then(|rest| rest.split('.').next());
                field.is_some_and(|id| found.fields.iter().any(|f| f.id.as_str() == id))
            });
        if add.is_some() || wrong || !quiet.is_empty() {
            let judged = add.is_none() && wrong;
            return Ok(page(&app, lang, &draft, (&service, &assessment), found, judged, &quiet, add));
        }
        let base = format!("/a/{}", draft.key().text());
        let next = next_page(&service, &assessment, &section).unwrap_or_default();
        Ok(to(lang, &format!("{base}{next}")))
    };
    answered(&app, lang, made.await)
}
