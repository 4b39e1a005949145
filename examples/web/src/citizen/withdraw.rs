//! Taking a request back.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::office::Case;
use oneservice_core::request::{Command, FactName};
use oneservice_core::text::Lang;
use serde::Deserialize;

use super::{act, request_of};
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
        let (path, case) = request_of(&app, &text).await?;
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
        let (path, case) = request_of(&app, &text).await?;
        let command = Command::Withdraw { reason: Some(why.reason.clone()) };
        match act(&app, lang, &case, command).await? {
            Err(denied) if denied.stage.allows(FactName::Withdrawal) => {
                Ok(page(&app, lang, &case, &path, why.reason, denied.words))
            }
            // Whatever happened meanwhile, the status page shows it.
            _ => Ok(to(lang, &path)),
        }
    };
    answer(&app, lang, made.await)
}
