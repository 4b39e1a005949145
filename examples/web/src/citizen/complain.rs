//! Complaining of how a request is handled: to the ombudsman, at any time.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::catalog::OfficeReasonKind;
use oneservice_core::ids::ReasonCode;
use oneservice_core::office::{Basis, Case, OfficeError};
use oneservice_core::request::{Actor, Command};
use oneservice_core::text::Lang;
use oneservice_pilot::{sentence, words};
use serde::Deserialize;

use super::key;
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
        let key = key(&link)?;
        let case = app.office.case_by_link(key).await?;
        Ok(page(&app, lang, &case, &format!("/r/{}", key.text()), Complaint::default(), Vec::new()))
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
        let key = key(&link)?;
        let path = format!("/r/{}", key.text());
        let case = app.office.case_by_link(key).await?;
        let by = Actor::with_link(case.request.record().by_representative);
        let Ok(subject) = typed.subject.parse::<ReasonCode>() else {
            let denied = vec![words::get(lang, "denial-reason-missing", &[])];
            return Ok(page(&app, lang, &case, &path, typed, denied));
        };
        let command = Command::Complain { subject, text: typed.text.clone() };
        match app.office.act(case.request.record().id, command, &by, Basis::default()).await {
            Ok(_) => Ok(to(lang, &path)),
            Err(OfficeError::Denied { denials, request }) => {
                let denied = sentence::denials(lang, app.office.catalog(), request.service(), &denials);
                Ok(page(&app, lang, &case, &path, typed, denied))
            }
            Err(other) => Err(other),
        }
    };
    answer(&app, lang, made.await)
}
