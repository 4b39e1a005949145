//! Naming who may collect the result, with a code for them that is shown once; and taking that back.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::office::Case;
use oneservice_core::request::{Command, FactName};
use oneservice_core::text::Lang;
use oneservice_pilot::qr;
use serde::Deserialize;

use super::{act, request_of};
use crate::App;
use crate::page::{Page, answer, html_with, to};

#[derive(Template)]
#[template(path = "proxy.html")]
struct Proxy {
    p: Page,
    code: String,
    service: String,
    back: String,
    /// Who may collect now, with their identity paper.
    holds: String,
    /// The code that was drawn just now, in two groups of four.
    drawn: String,
    qr: String,
    typed: Typed,
    denied: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    act: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    identity: String,
}

/// The form, beneath who may collect now; with the code if it was drawn just now.
fn page(
    app: &App,
    lang: Lang,
    case: &Case,
    path: &str,
    drawn: Option<&str>,
    (typed, denied): (Typed, Vec<String>),
) -> Response {
    let status = if denied.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let p = Page::new(app, lang, format!("{path}/proxy"));
    let (record, service) = (case.request.record(), case.request.service());
    let holds = record.mandate().map(|mandate| format!("{} · {}", mandate.name, mandate.identity));
    let groups =
        drawn.and_then(|drawn| drawn.split_at_checked(4)).map(|(left, right)| format!("{left} {right}"));
    let page = Proxy {
        code: record.code.to_string(),
        service: p.c(&service.name),
        back: p.u(path),
        holds: holds.unwrap_or_default(),
        drawn: groups.unwrap_or_default(),
        qr: drawn.map(qr::svg).unwrap_or_default(),
        typed,
        denied,
        p,
    };
    html_with(status, page)
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
) -> Response {
    let made = async {
        let (path, case) = request_of(&app, &text).await?;
        if !case.request.stage().allows(FactName::Mandate) {
            return Ok(to(lang, &path));
        }
        Ok(page(&app, lang, &case, &path, None, Default::default()))
    };
    answer(&app, lang, made.await)
}

/// The code is in the answer itself, as it can be shown but once.
pub(crate) async fn change(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
    Form(typed): Form<Typed>,
) -> Response {
    let made = async {
        let (path, case) = request_of(&app, &text).await?;
        let id = case.request.record().id;
        let (command, drawn) = if typed.act == "revoke" {
            (Command::RevokeMandate, None)
        } else {
            let (name, identity) = (typed.name.trim().to_owned(), typed.identity.trim().to_owned());
            let (command, drawn) = app.office.draw_mandate(id, name, identity)?;
            (command, Some(drawn))
        };
        match (act(&app, lang, &case, command).await?, drawn) {
            (Ok(()), Some(drawn)) => {
                let case = app.office.case(id).await?;
                Ok(page(&app, lang, &case, &path, Some(&drawn), Default::default()))
            }
            (Err(denied), Some(_)) if denied.stage.allows(FactName::Mandate) => {
                Ok(page(&app, lang, &case, &path, None, (typed, denied.words)))
            }
            (Ok(()), None) => Ok(to(lang, &format!("{path}/proxy"))),
            // Whatever happened meanwhile, the status page shows it.
            (Err(_), _) => Ok(to(lang, &path)),
        }
    };
    answer(&app, lang, made.await)
}
