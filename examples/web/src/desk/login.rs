//! Signing in and out.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::text::Lang;
use serde::Deserialize;

use super::{COOKIE, secret};
use crate::App;
use crate::page::{Page, html_with, to};

#[derive(Template)]
#[template(path = "login.html")]
struct Login {
    p: Page,
    error: String,
}

pub(crate) async fn show(State(app): State<App>, Extension(lang): Extension<Lang>) -> Response {
    html_with(StatusCode::OK, Login { p: Page::new(&app, lang, "/desk/login"), error: String::new() })
}

#[derive(Deserialize)]
pub(crate) struct Credentials {
    name: String,
    password: String,
}

pub(crate) async fn sign_in(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Form(Credentials { name, password }): Form<Credentials>,
) -> Response {
    let p = Page::new(&app, lang, "/desk/login");
    let refused = |p: Page| {
        let error = p.t("login-wrong");
        html_with(StatusCode::UNAUTHORIZED, Login { p, error })
    };
    let (names, now) = ([format!("login:{}", name.chars().take(100).collect::<String>())], app.office.now());
    if !app.tries.are_left(&names, now) {
        let error = p.t("too-often");
        return html_with(StatusCode::TOO_MANY_REQUESTS, Login { p, error });
    }
    if name.len() > 100 || password.len() > 500 {
        return refused(p);
    }
    let Ok(_turn) = app.sign_ins.acquire().await else { return refused(p) };
    let staff = Arc::clone(&app.staff);
    let found = tokio::task::spawn_blocking(move || staff.sign_in(&name, &password)).await;
    let Some(secret) = found.ok().flatten().and_then(|officer| app.begin_session(officer)) else {
        app.tries.was_wrong(&names, now);
        return refused(p);
    };
    let mut response = to(lang, "/desk");
    let cookie = format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Strict");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

pub(crate) async fn sign_out(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    headers: HeaderMap,
) -> Response {
    if let Some(secret) = secret(&headers) {
        app.end_session(secret);
    }
    to(lang, "/desk/login")
}
