//! A draft whose service has changed: what is different is read before anything else is done with it.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use oneservice_core::office::{DraftHandle, OfficeError};
use oneservice_core::text::Lang;
use oneservice_pilot::{changes, sentence, words};

use super::key;
use crate::App;
use crate::page::{Page, answer, html, to};

#[derive(Template)]
#[template(path = "changed.html")]
struct Changed {
    p: Page,
    name: String,
    text: String,
    to_do: Vec<String>,
    told: Vec<String>,
    accept: String,
}

/// The notice, while the person has not accepted it.
pub(crate) async fn notice(
    app: &App,
    lang: Lang,
    draft: &DraftHandle,
) -> Result<Option<Response>, OfficeError> {
    let Some(changes) = draft.changes().await? else { return Ok(None) };
    let service = draft.service().await?;
    let base = format!("/a/{}", draft.key().text());
    let p = Page::new(app, lang, &base);
    let number = |n: u32| sentence::digits(lang, &n.to_string());
    let params = [
        ("from", number(changes.carried.from.version)),
        ("to", number(service.version)),
        ("date", sentence::date(lang, service.valid_from)),
    ];
    let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let notices = changes::notices(lang, app.office.catalog(), &service, &changes);
    let (to_do, told): (Vec<_>, Vec<_>) = notices.into_iter().partition(|notice| notice.to_do);
    let texts = |notices: Vec<changes::Notice>| notices.into_iter().map(|notice| notice.text).collect();
    Ok(Some(html(Changed {
        name: p.c(&service.name),
        text: words::get(lang, "carried-text", &params),
        to_do: texts(to_do),
        told: texts(told),
        accept: p.u(&format!("{base}/changed")),
        p,
    })))
}

/// To the notice, from any other page of the draft, while the person has not accepted it.
pub(crate) fn first(lang: Lang, draft: &DraftHandle) -> Option<Response> {
    draft.content().carried.as_ref().map(|_| to(lang, &format!("/a/{}", draft.key().text())))
}

pub(crate) async fn accept(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
) -> Response {
    let made = async {
        let mut draft = app.office.open_draft(key(&text)?).await?;
        draft.accept_changes().await?;
        Ok(to(lang, &format!("/a/{}", draft.key().text())))
    };
    answer(&app, lang, made.await)
}
