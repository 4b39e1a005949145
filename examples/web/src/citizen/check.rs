//! Looking everything over, and sending.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use oneservice_core::catalog::{Assessment, Service};
use oneservice_core::office::{DraftHandle, OfficeError};
use oneservice_core::request::Denial;
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;

use super::sign::at_desk;
use super::{Wrong, changed, key};
use crate::App;
use crate::fields::show as shown;
use crate::page::{Page, answer, html_with, to};

#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) label: String,
    pub(crate) value: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) change: String,
    pub(crate) answers: Vec<Answered>,
}

/// Everything that was filled in, in words.
#[derive(Debug, Clone)]
pub(crate) struct Filled {
    pub(crate) groups: Vec<Group>,
    pub(crate) papers: Vec<Answered>,
    pub(crate) fee: Vec<Answered>,
    pub(crate) total: String,
}

impl Filled {
    pub(crate) fn of(
        app: &App,
        p: &Page,
        draft: &DraftHandle,
        service: &Service,
        assessment: &Assessment,
    ) -> Self {
        let (catalog, base) = (app.office.catalog(), format!("/a/{}", draft.key().text()));
        let files: Vec<_> = draft.content().evidence.iter().collect();
        let groups = super::draft::visible(service, assessment)
            .into_iter()
            .map(|section| Group {
                title: p.c(&section.title),
                change: p.u(&format!("{base}/q/{}", section.id)),
                answers: section
                    .fields
                    .iter()
                    .filter_map(|field| {
                        let id = field.id.as_str();
                        let value = assessment.answers.get(id).or_else(|| draft.content().answers.get(id))?;
                        Some(Answered {
                            label: p.c(&field.label),
                            value: shown(p.lang, catalog.places(), &files, field, value),
                        })
                    })
                    .collect(),
            })
            .collect();
        let papers = assessment.asked_documents.iter().filter_map(|asked| {
            let files: Vec<&str> = draft
                .content()
                .evidence
                .iter()
                .filter(|e| e.document == asked.id)
                .map(|e| e.name.as_str())
                .collect();
            let document = service.document(asked.id.as_str())?;
            (!files.is_empty()).then(|| Answered { label: p.c(&document.name), value: files.join(", ") })
        });
        let fee = assessment.fee.lines.iter().map(|line| {
            let rule = service.fee.rules.iter().find(|rule| rule.id.as_str() == line.id);
            let label = rule.map_or_else(|| p.t("fee-base"), |rule| p.c(&rule.label));
            Answered { label, value: line.amount.show(p.lang) }
        });
        Self {
            groups,
            papers: papers.collect(),
            fee: fee.collect(),
            total: assessment.fee.total.show(p.lang),
        }
    }
}

#[derive(Template)]
#[template(path = "check.html")]
struct Check {
    p: Page,
    back: String,
    base: String,
    service: String,
    wrong: Vec<Wrong>,
    filled: Filled,
    due: String,
}

/// Where a problem is met on the way through the pages, and the page: questions in the form's order, papers, rules over several answers,
/// signature.
fn met_at(service: &Service, path: &str) -> ((usize, usize), String) {
    let page_of = |field: &str| {
        let section = service.sections.iter().find(|s| s.fields.iter().any(|f| f.id.as_str() == field));
        section.map_or_else(String::new, |section| format!("/q/{}#{field}", section.id))
    };
    let parts: Vec<&str> = path.split('.').collect();
    match parts.as_slice() {
        ["form", field, ..] => {
            let nth = service.fields().position(|f| f.id.as_str() == *field);
            ((0, nth.unwrap_or_default()), page_of(field))
        }
        ["documents", id] => {
            let nth = service.documents.iter().position(|d| d.id.as_str() == *id);
            (nth.map_or((0, 0), |nth| (1, nth)), format!("/d/{id}"))
        }
        ["checks", id] => {
            let check = service.checks.iter().find(|c| c.id.as_str() == *id);
            let field = check.and_then(|check| check.fields.first());
            ((2, 0), field.map(|field| page_of(field.as_str())).unwrap_or_default())
        }
        ["signature"] => ((3, 0), "/sign".to_owned()),
        ["applicant", ..] | ["purpose"] => ((0, 0), "/who".to_owned()),
        _ => ((0, 0), String::new()),
    }
}

async fn check_page(
    app: &App,
    lang: Lang,
    draft: &DraftHandle,
    status: StatusCode,
) -> Result<Response, OfficeError> {
    let (service, assessment) = (draft.service().await?, draft.assess().await?);
    let base = format!("/a/{}", draft.key().text());
    let p = Page::of_draft(app, lang, draft, "/check");
    // At the counter the signature comes last, on the printed summary.
    let problems = assessment.problems.iter().filter(|problem| !p.at_counter || problem.path != "signature");
    let mut met: Vec<_> = problems.map(|p| (met_at(&service, &p.path), p)).collect();
    met.sort_by_key(|((place, _), _)| *place);
    let wrong = met
        .into_iter()
        .map(|((_, page), problem)| Wrong {
            link: p.u(&format!("{base}{page}")),
            label: sentence::path(lang, &service, &problem.path),
            text: sentence::problem(lang, &service, problem),
        })
        .collect();
    let calendar = app.office.catalog().calendar();
    let due = calendar.add_working_days(calendar.received_on(app.office.now()), assessment.working_days);
    let page = Check {
        back: p.u(&base),
        base: p.u(&base),
        service: p.c(&service.name),
        wrong,
        filled: Filled::of(app, &p, draft, &service, &assessment),
        due: p.date(due),
        p,
    };
    Ok(html_with(status, page))
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
) -> Response {
    let made = async {
        let draft = app.office.open_draft(key(&text)?).await?;
        match changed::first(lang, &draft) {
            Some(notice) => Ok(notice),
            None => check_page(&app, lang, &draft, StatusCode::OK).await,
        }
    };
    answer(&app, lang, made.await)
}

pub(crate) async fn send(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
) -> Response {
    let made = async {
        let key = key(&text)?;
        if let Ok(draft) = app.office.open_draft(key).await
            && let Some(desk) = at_desk(lang, &draft)
        {
            return Ok(desk);
        }
        match app.office.submit(key).await {
            Ok(receipt) => Ok(to(lang, &format!("/r/{}", receipt.key.text()))),
            Err(OfficeError::Denied { denials, .. }) if matches!(denials[..], [Denial::Form(_)]) => {
                let draft = app.office.open_draft(key).await?;
                check_page(&app, lang, &draft, StatusCode::UNPROCESSABLE_ENTITY).await
            }
            // The draft's page shows what is different.
            Err(OfficeError::ServiceChanged(_)) => Ok(to(lang, &format!("/a/{}", key.text()))),
            Err(other) => Err(other),
        }
    };
    answer(&app, lang, made.await)
}
