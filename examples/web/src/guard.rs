//! What holds on every page: security headers, and no act at another site's bidding.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::App;
use crate::app::TRIAL;
use crate::page::{Page, lang_of, message, to};
use crate::{citizen, desk};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Security headers on every answer. Pages under secret links are never kept by caches and never named to others.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let path = request.uri().path().trim_start_matches("/en").to_owned();
    let private = ["/a/", "/r/", "/desk", "/track"].iter().any(|start| path.starts_with(start));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: header::HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if private {
        set(header::CACHE_CONTROL, "no-store");
        set(header::HeaderName::from_static("x-robots-tag"), "noindex");
    }
    response
}

/// A form posted from another site is refused. Browsers say where a form comes from; programs that are no browsers
/// carry no one's session.
pub(crate) async fn same_site(request: Request, next: Next) -> Response {
    if request.method() == Method::POST && is_foreign(request.headers()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}

fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_none_or(|(_, from)| from != host) && origin != "null"
        }
        _ => false,
    }
}

/// Nobody who has come by chance takes a trial for a request: its pages are for those who work here.
pub(crate) async fn staff_only(State(app): State<App>, request: Request, next: Next) -> Response {
    let (lang, path) = lang_of(request.uri().path());
    let is_open =
        path == "/desk/login" || ["/assets/", "/health/"].iter().any(|start| path.starts_with(start));
    if is_open {
        return next.run(request).await;
    }
    match desk::officer(&app, request.headers()) {
        Some(_) => next.run(request).await,
        None => to(lang, "/desk/login"),
    }
}

/// Whoever tries a service is led from page to page of the trial.
pub(crate) async fn stay_in_trial(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
    let to = to.filter(|to| to.starts_with('/')).and_then(|to| format!("{TRIAL}{to}").parse().ok());
    if let Some(to) = to {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}

/// What the framework refuses by itself - a form too large, a part missing, a method unknown - is said on a page of the site, in the
/// language of the address; and a draft's address leads on to the receipt once the draft was sent.
pub(crate) async fn own_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let (path, method) = (request.uri().path().to_owned(), request.method().clone());
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error())
        || ["/assets/", "/health/"].iter().any(|start| path.starts_with(start))
    {
        return response;
    }
    let (lang, plain) = lang_of(&path);
    if status == StatusCode::NOT_FOUND
        && let Some(receipt) = citizen::sent(&app, lang, plain.strip_prefix("/desk").unwrap_or(plain)).await
    {
        return receipt;
    }
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    // Whoever typed too much must get back to it.
    if is_page && status != StatusCode::PAYLOAD_TOO_LARGE {
        return response;
    }
    let (title, text) = match status {
        StatusCode::NOT_FOUND => ("not-found-title", "not-found-text"),
        StatusCode::PAYLOAD_TOO_LARGE => ("problem-title", "draft-too-large"),
        _ => ("problem-title", "unexpected"),
    };
    // A page that is only posted to cannot be gone back to.
    let back = if method == Method::POST && status == StatusCode::PAYLOAD_TOO_LARGE { plain } else { "/" };
    let mut page = message(Page::new(&app, lang, back), status, title, text);
    if let Some(allow) = response.headers().get(header::ALLOW) {
        page.headers_mut().insert(header::ALLOW, allow.clone());
    }
    page
}
