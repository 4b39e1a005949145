//! Signing in and out.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::text::Lang;
use serde::Deserialize;

use super::{COOKIE, secret};
use crate::App;
use crate::page::{Page, html_with, to};
use crate::tries::TRIES_MAX;

/// So many wrong passwords for one name, from whatever addresses, are an attack.
const TRIES_ANYWHERE_MAX: u32 = 60;

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
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    Form(Credentials { name, password }): Form<Credentials>,
) -> Response {
    let p = Page::new(&app, lang, "/desk/login");
    let refused = |p: Page| {
        let error = p.t("login-wrong");
        html_with(StatusCode::UNAUTHORIZED, Login { p, error })
    };
    // Guesses from elsewhere do not lock an officer out at once; very many do, wherever they come from.
    let from = from.map(|Extension(ConnectInfo(address))| address.ip().to_string()).unwrap_or_default();
    let known: String = name.chars().take(100).collect();
    let names =
        [(format!("login:{known}@{from}"), TRIES_MAX), (format!("login:{known}"), TRIES_ANYWHERE_MAX)];
    if !app.tries.begin(&names, app.office.now()) {
        let error = p.t("too-often");
        return html_with(StatusCode::TOO_MANY_REQUESTS, Login { p, error });
    }
    if name.len() > 100 || password.len() > 500 {
        return refused(p);
    }
    let Ok(_turn) = app.sign_ins.acquire().await else { return refused(p) };
    let staff = app.staff.now();
    let found = tokio::task::spawn_blocking(move || staff.sign_in(&name, &password)).await;
    let Some(secret) = found.ok().flatten().and_then(|officer| app.begin_session(officer)) else {
        return refused(p);
    };
    app.tries.take_back(&names);
    let mut response = to(lang, "/desk");
    let secure = if app.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Strict{secure}");
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
