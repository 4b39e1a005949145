//! Taking a request back.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::office::{Basis, Case, OfficeError};
use oneservice_core::request::{Actor, Command, FactName};
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;
use serde::Deserialize;

use super::key;
use crate::App;
use crate::page::{Page, answer, html_with, to};

#[derive(Template)]
#[template(path = "withdraw.html")]
struct Withdraw {
    p: Page,
    code: String,
    back: String,
    reason: String,
    denied: Vec<String>,
}

/// The question, with what was typed and why it could not be done.
fn page(app: &App, lang: Lang, case: &Case, path: &str, reason: String, denied: Vec<String>) -> Response {
    let status = if denied.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let p = Page::new(app, lang, format!("{path}/withdraw"));
    let code = case.request.record().code.to_string();
    html_with(status, Withdraw { code, back: p.u(path), reason, denied, p })
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
        Ok(page(&app, lang, &case, &path, String::new(), Vec::new()))
    };
    answer(&app, lang, made.await)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Why {
    #[serde(default)]
    reason: String,
}

pub(crate) async fn withdraw(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
    Form(why): Form<Why>,
) -> Response {
    let made = async {
        let key = key(&text)?;
        let path = format!("/r/{}", key.text());
        let case = app.office.case_by_link(key).await?;
        let record = case.request.record();
        let by = Actor::with_link(record.by_representative);
        let command = Command::Withdraw { reason: Some(why.reason.clone()) };
        match app.office.act(record.id, command, &by, Basis::default()).await {
            Err(OfficeError::Denied { denials, request }) if request.stage().allows(FactName::Withdrawal) => {
                let denied = sentence::denials(lang, app.office.catalog(), request.service(), &denials);
                Ok(page(&app, lang, &case, &path, why.reason, denied))
            }
            // Whatever happened meanwhile, the status page shows it.
            Ok(_) | Err(OfficeError::Denied { .. }) => Ok(to(lang, &path)),
            Err(other) => Err(other),
        }
    };
    answer(&app, lang, made.await)
}
