//! Pages for the people who ask.

pub(crate) mod cell;
pub(crate) mod changed;
pub(crate) mod check;
pub(crate) mod complain;
mod correction;
pub(crate) mod cosign;
pub(crate) mod draft;
pub(crate) mod fix;
pub(crate) mod follow;
pub(crate) mod home;
pub(crate) mod object;
pub(crate) mod proxy;
pub(crate) mod receipt;
pub(crate) mod sign;
pub(crate) mod upload;
pub(crate) mod verify;
pub(crate) mod visit;
pub(crate) mod who;
pub(crate) mod withdraw;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use oneservice_core::catalog::{Problem, Service};
use oneservice_core::ids::AccessKey;
use oneservice_core::office::{Basis, Case, OfficeError};
use oneservice_core::request::{Actor, Command, StageName};
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;

use crate::App;
use crate::page::{Page, lang_of, message, to};

/// One line of an error summary.
#[derive(Debug, Clone)]
pub(crate) struct Wrong {
    pub(crate) link: String,
    pub(crate) label: String,
    pub(crate) text: String,
}

/// A link's key, in either case.
pub(crate) fn key(text: &str) -> Result<AccessKey, OfficeError> {
    text.parse().map_err(|_| OfficeError::NotFound)
}

/// The request of a link, and the path of its status page.
async fn request_of(app: &App, link: &str) -> Result<(String, Case), OfficeError> {
    let key = key(link)?;
    Ok((format!("/r/{}", key.text()), app.office.case_by_link(key).await?))
}

/// What the rules have against an act, in words, and where the request stands now.
struct Denied {
    words: Vec<String>,
    stage: StageName,
}

/// Does `command` as whoever holds the request's link.
async fn act(
    app: &App,
    lang: Lang,
    case: &Case,
    command: Command,
) -> Result<Result<(), Denied>, OfficeError> {
    act_as(app, lang, case, command, &Actor::with_link(case.request.record().by_representative)).await
}

/// Does `command` as somebody who has a link of their own.
async fn act_as(
    app: &App,
    lang: Lang,
    case: &Case,
    command: Command,
    by: &Actor,
) -> Result<Result<(), Denied>, OfficeError> {
    match app.office.act(case.request.record().id, command, by, Basis::default()).await {
        Ok(_) => Ok(Ok(())),
        Err(OfficeError::Denied { denials, request }) => {
            let words = sentence::denials(lang, app.office.catalog(), request.service(), &denials);
            Ok(Err(Denied { words, stage: request.stage() }))
        }
        Err(other) => Err(other),
    }
}

/// Problems by path, in words.
pub(crate) fn errors_by_path(
    lang: Lang,
    service: &Service,
    problems: &[Problem],
) -> BTreeMap<String, String> {
    problems.iter().map(|p| (p.path.clone(), sentence::problem(lang, service, p))).collect()
}

/// What is at no address: said in the language of the address.
pub(crate) async fn nothing_here(State(app): State<App>, uri: Uri) -> Response {
    let (lang, _) = lang_of(uri.path());
    message(Page::new(&app, lang, "/"), StatusCode::NOT_FOUND, "not-found-title", "not-found-text")
}

/// Where a draft's address leads once the draft was sent; nowhere while it was not.
pub(crate) async fn sent(app: &App, lang: Lang, path: &str) -> Option<Response> {
    let key = key(path.strip_prefix("/a/")?.split('/').next()?).ok()?;
    app.office.case_by_link(key).await.ok()?;
    Some(to(lang, &format!("/r/{}", key.text())))
}
