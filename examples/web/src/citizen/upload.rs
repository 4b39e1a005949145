//! One upload on each page: what arrives whole is in the draft at once; what does not changes nothing.

use std::pin::Pin;

use askama::Template;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use axum::{Extension, Form};
use futures::StreamExt;
use futures::stream::Peekable;
use oneservice_core::calendar::{Date, parse_date};
use oneservice_core::catalog::DocumentRequirement;
use oneservice_core::office::{DocumentError, DraftHandle, OfficeError};
use oneservice_core::text::Lang;
use oneservice_pilot::{sentence, words};
use serde::Deserialize;

use super::draft::next_paper;
use super::{changed, key};
use crate::App;
use crate::files::{find, served};
use crate::page::{Page, answer, html, to};

/// Longer than any day that somebody types.
const DAY_MAX_BYTES: usize = 64;

#[derive(Debug, Clone)]
pub(crate) struct Saved {
    pub(crate) name: String,
    pub(crate) size: String,
    pub(crate) link: String,
    pub(crate) blob: String,
}

#[derive(Template)]
#[template(path = "upload.html")]
struct Upload {
    p: Page,
    back: String,
    next: String,
    name: String,
    hint: String,
    limits: String,
    optional: bool,
    asks_issued: bool,
    issued: String,
    error: String,
    saved: Vec<Saved>,
    full: bool,
}

/// A file's size for people.
pub(crate) fn size(lang: Lang, bytes: u64) -> String {
    let text = if bytes >= 1 << 20 {
        format!("{:.1} MB", bytes as f64 / f64::from(1 << 20))
    } else {
        format!("{} KB", bytes.div_ceil(1024))
    };
    sentence::digits(lang, &text)
}

fn formats(document: &DocumentRequirement) -> String {
    let formats: Vec<String> = document.formats.iter().map(|f| f.as_str().to_uppercase()).collect();
    formats.join(", ")
}

/// Which files are taken.
pub(crate) fn limits(lang: Lang, document: &DocumentRequirement) -> String {
    format!("{} · ≤ {}", formats(document), size(lang, document.max_bytes))
}

/// What is wrong with a file, and what to do.
pub(crate) fn complaint(lang: Lang, document: &DocumentRequirement, error: &DocumentError) -> String {
    let (formats, limit) = (formats(document), size(lang, document.max_bytes));
    let most = document.max_files.to_string();
    words::get(lang, error.code(), &[("formats", &formats), ("limit", &limit), ("n", &most)])
}

async fn page(
    app: &App,
    lang: Lang,
    draft: &DraftHandle,
    document: &str,
    error: String,
    typed: Option<String>,
) -> Result<Response, OfficeError> {
    let (service, assessment) = (draft.service().await?, draft.assess().await?);
    let requirement = service.document(document).ok_or(OfficeError::NotFound)?;
    let base = format!("/a/{}", draft.key().text());
    let p = Page::of_draft(app, lang, draft, &format!("/d/{document}"));
    let files: Vec<_> = draft.content().evidence.iter().filter(|e| e.document == requirement.id).collect();
    let path = format!("documents.{document}");
    let problem = assessment.problems.iter().find(|problem| problem.path == path && !files.is_empty());
    let error = if error.is_empty() {
        problem.map(|problem| sentence::problem(lang, &service, problem)).unwrap_or_default()
    } else {
        error
    };
    let known = || files.iter().find_map(|e| e.issued).map(oneservice_core::calendar::dmy);
    let issued = typed.or_else(known).unwrap_or_default();
    Ok(html(Upload {
        back: p.u(&base),
        next: p.u(&format!(
            "{base}{}",
            next_paper(&assessment, Some(document)).unwrap_or_else(|| "/sign".into())
        )),
        name: p.c(&requirement.name),
        hint: requirement.hint.as_ref().map(|hint| p.c(hint)).unwrap_or_default(),
        limits: limits(lang, requirement),
        optional: !assessment.asked_documents.iter().any(|a| a.id == requirement.id && a.required),
        asks_issued: requirement.issued_within_months.is_some(),
        issued,
        error,
        full: files.len() >= requirement.max_files as usize,
        saved: files
            .iter()
            .map(|e| Saved {
                name: e.name.clone(),
                size: size(lang, e.size_bytes),
                link: p.u(&format!("{base}/f/{}", e.blob)),
                blob: e.blob.to_string(),
            })
            .collect(),
        p,
    }))
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((text, document)): Path<(String, String)>,
) -> Response {
    let made = async {
        let draft = app.office.open_draft(key(&text)?).await?;
        if let Some(notice) = changed::first(lang, &draft) {
            return Ok(notice);
        }
        page(&app, lang, &draft, &document, String::new(), None).await
    };
    answer(&app, lang, made.await)
}

/// A file of the draft, to look at it again.
pub(crate) async fn view(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((text, blob)): Path<(String, String)>,
) -> Response {
    let made = async {
        let draft = app.office.open_draft(key(&text)?).await?;
        let found = find(draft.content().evidence.iter(), &blob);
        served(&app, found.ok_or(OfficeError::NotFound)?).await
    };
    answer(&app, lang, made.await)
}

/// What it means that a part did not come to its end.
pub(crate) fn interrupted(cause: MultipartError) -> OfficeError {
    OfficeError::Document(DocumentError::Interrupted(cause.into()))
}

/// The first `most` bytes of a part that holds a text; whoever sends more is not a form.
pub(crate) async fn short(mut part: Field<'_>, most: usize) -> Result<String, OfficeError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(interrupted)? {
        bytes.extend(chunk.iter().take(most.saturating_sub(bytes.len())));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The name and the bytes of a part that holds a file; a form in which nobody chose one sends an empty file without a name.
pub(crate) async fn chosen(part: Field<'_>) -> Option<(String, Pin<Box<Peekable<Field<'_>>>>)> {
    let name = part.file_name().unwrap_or_default().to_owned();
    let mut bytes = Box::pin(part.peekable());
    let is_there = !name.is_empty() || bytes.as_mut().peek().await.is_some();
    is_there.then_some((name, bytes))
}

/// Takes the parts of an upload: the day of issue first, then the file, streamed into `draft`. What was typed as the day is left in
/// `typed`, so that a page that has to complain about the file does not lose it.
pub(crate) async fn receive(
    draft: &mut DraftHandle,
    document: &str,
    mut parts: Multipart,
    typed: &mut Option<String>,
) -> Result<(), OfficeError> {
    let mut issued: Option<Date> = None;
    while let Some(part) = parts.next_field().await.map_err(interrupted)? {
        match part.name() {
            Some("issued") => {
                let day = typed.insert(short(part, DAY_MAX_BYTES).await?);
                issued = parse_date(day);
                if issued.is_some()
                    && let Ok(id) = document.parse()
                {
                    draft.set_issued(&id, issued).await?;
                }
            }
            Some("file") => {
                if let Some((name, bytes)) = chosen(part).await {
                    draft.attach_stream(document, &name, issued, bytes).await?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

pub(crate) async fn take(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((text, document)): Path<(String, String)>,
    parts: Multipart,
) -> Response {
    let made = async {
        let mut draft = app.office.open_draft(key(&text)?).await?;
        let service = draft.service().await?;
        let Some(requirement) = service.document(&document) else {
            // The paper may have been asked for when the page was seen.
            return changed::first(lang, &draft).ok_or(OfficeError::NotFound);
        };
        let mut typed = None;
        match receive(&mut draft, &document, parts, &mut typed).await {
            Ok(()) => Ok(to(lang, &format!("/a/{}/d/{document}", draft.key().text()))),
            Err(OfficeError::Document(error)) => {
                page(&app, lang, &draft, &document, complaint(lang, requirement, &error), typed).await
            }
            Err(other) => Err(other),
        }
    };
    answer(&app, lang, made.await)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Remove {
    pub(crate) blob: String,
}

pub(crate) async fn remove(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((text, document)): Path<(String, String)>,
    Form(remove): Form<Remove>,
) -> Response {
    let made = async {
        let mut draft = app.office.open_draft(key(&text)?).await?;
        draft.detach(remove.blob.parse().map_err(|_| OfficeError::NotFound)?).await?;
        Ok(to(lang, &format!("/a/{}/d/{document}", draft.key().text())))
    };
    answer(&app, lang, made.await)
}
