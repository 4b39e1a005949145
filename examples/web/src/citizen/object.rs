//! Objecting to a refusal.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::office::{Basis, Case, OfficeError};
use oneservice_core::request::{Actor, AnyRequest, Command};
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;
use serde::Deserialize;

use super::key;
use crate::App;
use crate::page::{Page, answer, html_with, to};

#[derive(Template)]
#[template(path = "object.html")]
struct Object {
    p: Page,
    code: String,
    back: String,
    reasons: Vec<String>,
    last_day: String,
    text: String,
    denied: Vec<String>,
}

/// The form with the refusal above it; none once there is nothing to object to.
fn page(
    app: &App,
    lang: Lang,
    case: &Case,
    path: &str,
    text: String,
    denied: Vec<String>,
) -> Option<Response> {
    let AnyRequest::Refused(refused) = &case.request else { return None };
    let (stage, service) = (refused.stage(), refused.service());
    let status = if denied.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let p = Page::new(app, lang, format!("{path}/object"));
    let reasons = stage.reasons.iter().filter_map(|code| service.reason(code.as_str()));
    let mut reasons: Vec<String> = reasons.map(|reason| p.c(&reason.text)).collect();
    reasons.extend(stage.note.clone());
    let view = Object {
        code: refused.record().code.to_string(),
        back: p.u(path),
        reasons,
        last_day: stage.object_by.map(|day| p.date(day)).unwrap_or_default(),
        text,
        denied,
        p,
    };
    Some(html_with(status, view))
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
) -> Response {
    let made = async {
        let key = key(&text)?;
        let case = app.office.case_by_link(key).await?;
        let path = format!("/r/{}", key.text());
        let page = page(&app, lang, &case, &path, String::new(), Vec::new());
        Ok(page.unwrap_or_else(|| to(lang, &path)))
    };
    answer(&app, lang, made.await)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Objection {
    #[serde(default)]
    text: String,
}

pub(crate) async fn object(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(link): Path<String>,
    Form(Objection { text }): Form<Objection>,
) -> Response {
    let made = async {
        let key = key(&link)?;
        let path = format!("/r/{}", key.text());
        let case = app.office.case_by_link(key).await?;
        let by = Actor::with_link(case.request.record().by_representative);
        let command = Command::Object { text: text.clone() };
        match app.office.act(case.request.record().id, command, &by, Basis::default()).await {
            Ok(_) => Ok(to(lang, &path)),
            Err(OfficeError::Denied { denials, request }) => {
                let denied = sentence::denials(lang, app.office.catalog(), request.service(), &denials);
                // Whatever happened meanwhile, the status page shows it.
                Ok(page(&app, lang, &case, &path, text, denied).unwrap_or_else(|| to(lang, &path)))
            }
            Err(other) => Err(other),
        }
    };
    answer(&app, lang, made.await)
}
