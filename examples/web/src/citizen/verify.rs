//! Whether a result is genuine and holds, for anybody and without a login.
//!
//! Numbers follow each other, so that whoever wishes can ask for all of them: no answer says more than what hangs on the holder's
//! wall, and of a name the initials only.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use oneservice_core::office::{OfficeError, Registered};
use oneservice_core::request::Standing;
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;
use serde::Deserialize;

use crate::App;
use crate::page::{Page, answer, html_with};

/// What is said of a result.
#[derive(Debug, Clone)]
struct Answer {
    number: String,
    service: String,
    holder: String,
    issued: String,
    until: String,
    /// Whether it holds, in a sentence.
    says: String,
    holds: bool,
}

#[derive(Template)]
#[template(path = "verify.html")]
struct Verify {
    p: Page,
    asked: String,
    today: String,
    answers: Vec<Answer>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Number {
    #[serde(default)]
    no: String,
}

/// The address that says whether the result with this number holds.
pub(crate) fn path_of(number: &str) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte);
    let written = |byte: u8| if kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    format!("/v/{}", number.bytes().map(written).collect::<String>())
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Query(Number { no }): Query<Number>,
) -> Response {
    answer(&app, lang, page(&app, lang, &no).await)
}

pub(crate) async fn of(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(number): Path<String>,
) -> Response {
    answer(&app, lang, page(&app, lang, &number).await)
}

async fn page(app: &App, lang: Lang, number: &str) -> Result<Response, OfficeError> {
    let asked: String = number.trim().chars().take(100).collect();
    let found = if asked.is_empty() { Vec::new() } else { app.office.results_by_number(&asked).await? };
    let p = Page::new(app, lang, if asked.is_empty() { "/verify".into() } else { path_of(&asked) });
    let said = |one: Registered| Answer {
        service: p.c(&one.service.name),
        holder: sentence::initials(&one.holder),
        issued: p.date(one.result.issued_on),
        until: one.result.valid_until.map(|day| p.date(day)).unwrap_or_default(),
        says: p.t(&format!("verify-{}", one.standing.as_str())),
        holds: one.standing == Standing::Valid,
        number: one.result.number,
    };
    let answers: Vec<Answer> = found.into_iter().map(said).collect();
    let is_unknown = answers.is_empty() && !asked.is_empty();
    let status = if is_unknown { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let today = p.date(app.office.today());
    Ok(html_with(status, Verify { asked, today, answers, p }))
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn an_address_holds_any_number() {
        assert_eq!(path_of("TOU-GH-2026-00001"), "/v/TOU-GH-2026-00001");
        assert_eq!(path_of("1/2026 ក?"), "/v/1/2026%20%E1%9E%80%3F");
    }
}
