//! Signing in and out.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::ids::Digest32;
use oneservice_core::text::Lang;
use serde::Deserialize;

use super::{COOKIE, cookie, secret};
use crate::App;
use crate::page::{Page, html_with, to};
use crate::tries::TRIES_MAX;

/// Remembers on an officer's own device that this officer signed in there before.
const DEVICE_COOKIE: &str = "oneservice_device";
const DEVICE_DAYS: u32 = 180;

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
    headers: HeaderMap,
    Form(Credentials { name, password }): Form<Credentials>,
) -> Response {
    let p = Page::new(&app, lang, "/desk/login");
    let refused = |p: Page| {
        let error = p.t("login-wrong");
        html_with(StatusCode::UNAUTHORIZED, Login { p, error })
    };
    let known: String = name.chars().take(100).collect();
    let names = match own_device(&app, &headers, &known) {
        // Whoever guesses elsewhere does not lock an officer out of the device they work on.
        Some(device) => vec![(format!("login:{known}#{device}"), TRIES_MAX)],
        // One address may be many people's, behind a proxy or a phone network; very many guesses are an attack wherever they come from.
        None => {
            let from = from.map(|Extension(ConnectInfo(address))| address.ip().to_string());
            let at_address = format!("login:{known}@{}", from.unwrap_or_default());
            vec![(at_address, TRIES_MAX), (format!("login:{known}"), TRIES_ANYWHERE_MAX)]
        }
    };
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
    let flags = format!("Path=/; HttpOnly; SameSite=Strict{secure}");
    let device = format!(
        "{DEVICE_COOKIE}={}; Max-Age={}; {flags}",
        device(&app, &known, &secret),
        DEVICE_DAYS * 86_400
    );
    for cookie in [format!("{COOKIE}={secret}; {flags}"), device] {
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// What an officer's device is given: drawn for it, and sealed with the officer's name by the office's secret.
fn device(app: &App, officer: &str, drawn: &str) -> String {
    let nonce = Digest32::sha256(&[drawn.as_bytes()]);
    format!("{nonce}.{}", device_seal(app, officer, &nonce.to_string()))
}

fn device_seal(app: &App, officer: &str, nonce: &str) -> Digest32 {
    app.office.secret().keyed(b"device", format!("{nonce} {officer}").as_bytes())
}

/// The officer's own device, if this is one.
fn own_device(app: &App, headers: &HeaderMap, officer: &str) -> Option<String> {
    let (nonce, seal) = cookie(headers, DEVICE_COOKIE)?.split_once('.')?;
    (device_seal(app, officer, nonce).to_string() == seal).then(|| nonce.to_owned())
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
