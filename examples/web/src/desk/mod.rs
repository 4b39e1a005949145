//! Pages for staff.

mod aside;
pub(crate) mod away;
pub(crate) mod cash;
pub(crate) mod enter;
pub(crate) mod find;
pub(crate) mod inspection;
mod items;
pub(crate) mod login;
pub(crate) mod queue;
pub(crate) mod review;
mod sight;
mod transfer;
mod typed;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use oneservice_core::request::Officer;
use oneservice_core::text::Lang;

use crate::App;
use crate::page::to;

/// The cookie's name.
const COOKIE: &str = "oneservice_desk";

fn secret(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, COOKIE)
}

fn cookie<'a>(headers: &'a HeaderMap, named: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == named).map(|(_, value)| value)
}

/// Who of the office signed in.
pub(crate) fn officer(app: &App, headers: &HeaderMap) -> Option<Officer> {
    app.officer(secret(headers)?)
}

/// The officer who signed in. Whoever did not is led to the sign-in page.
#[derive(Debug)]
pub(crate) struct SignedIn(pub(crate) Officer);

impl FromRequestParts<App> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let lang: Lang = parts.extensions.get().copied().unwrap_or_default();
        officer(app, &parts.headers).map(Self).ok_or_else(|| to(lang, "/desk/login"))
    }
}
