//! The page of a co-signer: what the applicant signed, and a place to sign, too.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::office::{Case, OfficeError};
use oneservice_core::request::{Actor, Command, SignatureMethod};
use oneservice_core::text::Lang;
use oneservice_pilot::words;
use serde::Deserialize;

use super::sign::picture;
use super::{act_as, key};
use crate::App;
use crate::fields::show as shown;
use crate::page::{Page, answer, html_with, to};

/// Where the co-signer of a request signs.
pub(super) fn path(app: &App, case: &Case) -> String {
    let record = case.request.record();
    format!("/c/{}/{}", record.code, app.office.cosigner_key(record.id).text())
}

/// The whole address, while the co-signature is missing.
pub(super) fn address(app: &App, p: &Page, case: &Case, base: &str) -> Option<String> {
    case.request.can_be_cosigned().then(|| format!("{base}{}", p.u(&path(app, case))))
}

#[derive(Template)]
#[template(path = "cosign.html")]
struct Cosign {
    p: Page,
    code: String,
    service: String,
    who: String,
    applicant: String,
    /// What was filled in: label and value.
    answers: Vec<(String, String)>,
    papers: Vec<String>,
    statement: String,
    /// Who signed, once it is done.
    done: String,
    /// Whether it can still be signed.
    is_open: bool,
    typed: Typed,
    denied: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    signer: String,
    #[serde(default)]
    identity: String,
    #[serde(default)]
    agree: Option<String>,
    /// A drawing as a data URL, if there was script.
    #[serde(default)]
    drawn: String,
}

fn page(app: &App, lang: Lang, case: &Case, typed: Typed, denied: Vec<String>) -> Response {
    let status = if denied.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let p = Page::new(app, lang, path(app, case));
    let (record, service) = (case.request.record(), case.request.service());
    let places = app.office.catalog().places();
    let files: Vec<_> = record.evidence.iter().collect();
    let answers = service.fields().filter_map(|field| {
        let value = record.answers.get(field.id.as_str())?;
        Some((p.c(&field.label), shown(lang, places, &files, field, value)))
    });
    let given = service.documents.iter().filter(|d| record.is_given(&d.id));
    let page = Cosign {
        code: record.code.to_string(),
        service: p.c(&service.name),
        who: service.signature.cosigner.as_ref().map(|who| p.c(who)).unwrap_or_default(),
        applicant: record.signature.as_ref().map(|s| s.signer.clone()).unwrap_or_default(),
        answers: answers.collect(),
        papers: given.map(|d| p.c(&d.name)).collect(),
        statement: p.c(&service.signature.statement),
        done: record.cosignature.as_ref().map(|c| c.signature.signer.clone()).unwrap_or_default(),
        is_open: case.request.can_be_cosigned(),
        typed,
        denied,
        p,
    };
    html_with(status, page)
}

async fn found(app: &App, code: &str, text: &str) -> Result<Case, OfficeError> {
    let code = code.parse().map_err(|_| OfficeError::NotFound)?;
    app.office.case_to_cosign(code, key(text)?).await
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((code, text)): Path<(String, String)>,
) -> Response {
    let made = async {
        let case = found(&app, &code, &text).await?;
        Ok(page(&app, lang, &case, Typed::default(), Vec::new()))
    };
    answer(&app, lang, made.await)
}

pub(crate) async fn sign(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((code, text)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Response {
    let made = async {
        let case = found(&app, &code, &text).await?;
        let missing = || vec![words::get(lang, "sign-missing", &[])];
        if typed.agree.is_none() {
            return Ok(page(&app, lang, &case, typed, missing()));
        }
        let drawing = picture(&typed.drawn);
        let method = if drawing.is_some() { SignatureMethod::Drawn } else { SignatureMethod::Typed };
        let service = case.request.service();
        let signature = match app.office.signature(service, method, &typed.signer, drawing).await {
            Err(OfficeError::Document(_)) => return Ok(page(&app, lang, &case, typed, missing())),
            made => made?,
        };
        let command = Command::Cosign { identity: typed.identity.trim().to_owned(), signature };
        match act_as(&app, lang, &case, command, &Actor::Cosigner).await? {
            Ok(()) => Ok(to(lang, &path(&app, &case))),
            Err(denied) => Ok(page(&app, lang, &case, typed, denied.words)),
        }
    };
    answer(&app, lang, made.await)
}
