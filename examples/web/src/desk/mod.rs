//! Pages for staff.

mod aside;
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

/// Whether somebody of the office looks at a page that is not of the desk.
pub(crate) fn is_officer(app: &App, headers: &HeaderMap) -> bool {
    secret(headers).and_then(|secret| app.officer(secret)).is_some()
}

/// The officer who signed in, or the way to the sign-in page.
pub(crate) fn officer(app: &App, lang: Lang, headers: &HeaderMap) -> Result<Officer, Box<Response>> {
    secret(headers).and_then(|secret| app.officer(secret)).ok_or_else(|| Box::new(to(lang, "/desk/login")))
}
