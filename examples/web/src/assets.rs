//! Style and script: compiled in, named by their content, kept by browsers for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use oneservice_core::ids::Digest32;

const CSS: &str = include_str!("../assets/style.css");
const JS: &str = include_str!("../assets/script.js");

fn named(stem: &str, kind: &str, content: &str) -> String {
    let digest = Digest32::sha256(&[content.as_bytes()]).to_string();
    format!("{stem}.{}.{kind}", &digest[..12])
}

static CSS_NAME: LazyLock<String> = LazyLock::new(|| named("style", "css", CSS));
static JS_NAME: LazyLock<String> = LazyLock::new(|| named("script", "js", JS));

/// Where the style is.
pub(crate) fn css() -> String {
    format!("/assets/{}", *CSS_NAME)
}

/// Where the script is.
pub(crate) fn js() -> String {
    format!("/assets/{}", *JS_NAME)
}

pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let (content, kind) = if name == *CSS_NAME {
        (CSS, "text/css; charset=utf-8")
    } else if name == *JS_NAME {
        (JS, "text/javascript; charset=utf-8")
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kept = "public, max-age=31536000, immutable";
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)], content).into_response()
}
