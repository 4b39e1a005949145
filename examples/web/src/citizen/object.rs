//! Objecting to a refusal.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::office::Case;
use oneservice_core::request::{AnyRequest, Command};
use oneservice_core::text::Lang;
use serde::Deserialize;

use super::{act, request_of};
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
        let (path, case) = request_of(&app, &text).await?;
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
        let (path, case) = request_of(&app, &link).await?;
        let again = match act(&app, lang, &case, Command::Object { text: text.clone() }).await? {
            Ok(()) => None,
            Err(denied) => page(&app, lang, &case, &path, text, denied.words),
        };
        // Whatever happened meanwhile, the status page shows it.
        Ok(again.unwrap_or_else(|| to(lang, &path)))
    };
    answer(&app, lang, made.await)
}
