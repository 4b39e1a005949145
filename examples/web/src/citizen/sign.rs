//! Signing.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::{Extension, Form};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use oneservice_core::office::{DraftHandle, OfficeError};
use oneservice_core::request::{Channel, SignatureMethod};
use oneservice_core::text::Lang;
use oneservice_pilot::words;
use serde::Deserialize;

use super::{changed, key};
use crate::App;
use crate::page::{Page, answer, html, to};

#[derive(Template)]
#[template(path = "sign.html")]
struct Sign {
    p: Page,
    back: String,
    statement: String,
    signer: String,
    signed: bool,
    /// Somebody signs for the applicant.
    for_other: bool,
    error: String,
}

async fn page(app: &App, lang: Lang, draft: &DraftHandle, error: String) -> Result<Response, OfficeError> {
    let service = draft.service().await?;
    let base = format!("/a/{}", draft.key().text());
    let p = Page::of_draft(app, lang, draft, "/sign");
    let signature = draft.content().signature.as_ref();
    // The name is the signature: nobody writes it for the person.
    let signer = signature.map(|signature| signature.signer.clone()).unwrap_or_default();
    let (back, statement) = (p.u(&base), p.c(&service.signature.statement));
    let (signed, for_other) = (signature.is_some(), draft.content().by_representative);
    Ok(html(Sign { back, statement, signer, signed, for_other, error, p }))
}

/// To the desk, where a draft that an officer fills in for somebody is signed on paper and sent.
pub(super) fn at_desk(lang: Lang, draft: &DraftHandle) -> Option<Response> {
    let key = draft.key().text();
    (draft.content().channel == Channel::Counter).then(|| to(lang, &format!("/desk/a/{key}")))
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
) -> Response {
    let made = async {
        let draft = app.office.open_draft(key(&text)?).await?;
        match changed::first(lang, &draft).or_else(|| at_desk(lang, &draft)) {
            Some(elsewhere) => Ok(elsewhere),
            None => page(&app, lang, &draft, String::new()).await,
        }
    };
    answer(&app, lang, made.await)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Signed {
    #[serde(default)]
    signer: String,
    #[serde(default)]
    agree: Option<String>,
    /// A drawing as a data URL, if there was script.
    #[serde(default)]
    drawn: String,
}

/// The picture of a data URL.
pub(crate) fn picture(data: &str) -> Option<Vec<u8>> {
    let text = data.strip_prefix("data:image/png;base64,")?;
    BASE64_STANDARD.decode(text).ok()
}

pub(crate) async fn sign(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
    Form(signed): Form<Signed>,
) -> Response {
    let made = async {
        let mut draft = app.office.open_draft(key(&text)?).await?;
        // Nobody signs what they have not seen.
        if let Some(elsewhere) = changed::first(lang, &draft).or_else(|| at_desk(lang, &draft)) {
            return Ok(elsewhere);
        }
        if signed.agree.is_none() || signed.signer.trim().is_empty() {
            return page(&app, lang, &draft, words::get(lang, "sign-missing", &[])).await;
        }
        let drawing = picture(&signed.drawn);
        let method = if drawing.is_some() { SignatureMethod::Drawn } else { SignatureMethod::Typed };
        match draft.sign(method, &signed.signer, drawing).await {
            Err(OfficeError::Document(_)) => {
                page(&app, lang, &draft, words::get(lang, "sign-missing", &[])).await
            }
            done => done.map(|()| to(lang, &format!("/a/{}/check", draft.key().text()))),
        }
    };
    answer(&app, lang, made.await)
}
