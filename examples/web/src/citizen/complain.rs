//! Complaining of how a request is handled: to the ombudsman, at any time.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::catalog::OfficeReasonKind;
use oneservice_core::ids::ReasonCode;
use oneservice_core::office::Case;
use oneservice_core::request::Command;
use oneservice_core::text::Lang;
use oneservice_pilot::words;
use serde::Deserialize;

use super::{act, request_of};
use crate::App;
use crate::page::{Page, answer, html_with, to};

#[derive(Template)]
#[template(path = "complain.html")]
struct Complain {
    p: Page,
    code: String,
    back: String,
    /// Code and words of each subject, and whether it was chosen.
    subjects: Vec<(String, String, bool)>,
    text: String,
    denied: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Complaint {
    #[serde(default)]
    subject: String,
    #[serde(default)]
    text: String,
}

fn page(app: &App, lang: Lang, case: &Case, path: &str, typed: Complaint, denied: Vec<String>) -> Response {
    let status = if denied.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let p = Page::new(app, lang, format!("{path}/complain"));
    let subjects = app.office.catalog().office().reasons_of(OfficeReasonKind::Complaint);
    let subjects = subjects.map(|s| (s.code.to_string(), p.c(&s.text), s.code.as_str() == typed.subject));
    let view = Complain {
        code: case.request.record().code.to_string(),
        back: p.u(path),
        subjects: subjects.collect(),
        text: typed.text,
        denied,
        p,
    };
    html_with(status, view)
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(link): Path<String>,
) -> Response {
    let made = async {
        let (path, case) = request_of(&app, &link).await?;
        Ok(page(&app, lang, &case, &path, Complaint::default(), Vec::new()))
    };
    answer(&app, lang, made.await)
}

pub(crate) async fn complain(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(link): Path<String>,
    Form(typed): Form<Complaint>,
) -> Response {
    let made = async {
        let (path, case) = request_of(&app, &link).await?;
        let Ok(subject) = typed.subject.parse::<ReasonCode>() else {
            let denied = vec![words::get(lang, "denial-reason-missing", &[])];
            return Ok(page(&app, lang, &case, &path, typed, denied));
        };
        let command = Command::Complain { subject, text: typed.text.clone() };
        Ok(match act(&app, lang, &case, command).await? {
            Ok(()) => to(lang, &path),
            Err(denied) => page(&app, lang, &case, &path, typed, denied.words),
        })
    };
    answer(&app, lang, made.await)
}
