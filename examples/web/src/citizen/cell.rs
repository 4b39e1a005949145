//! A file within the form, such as the photo of each object: a page of its own, reached from the question and leading back to it, so that a
//! file that does not arrive costs nothing that was typed.

use askama::Template;
use axum::Extension;
use axum::extract::{FromRequestParts, Multipart, Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use oneservice_core::catalog::FilePlace;
use oneservice_core::office::{DocumentError, DraftContent, DraftHandle, OfficeError};
use oneservice_core::request::Evidence;
use oneservice_core::text::Lang;
use serde::Deserialize;

use super::correction::Correction;
use super::upload::{Saved, chosen, complaint, interrupted, limits, size};
use super::{changed, key};
use crate::App;
use crate::files::find;
use crate::page::{Page, answer, error, html, to};

#[derive(Template)]
#[template(path = "cell.html")]
struct CellPage {
    p: Page,
    back: String,
    name: String,
    /// Which row of which table.
    row: String,
    hint: String,
    limits: String,
    error: String,
    saved: Option<Saved>,
}

/// A draft, and where its pages are: the page of questions, and what the address of a file's page begins with.
pub(crate) struct Opened {
    draft: DraftHandle,
    questions: String,
    files: String,
}

/// What an address says of the place.
#[derive(Debug, Deserialize)]
pub(crate) struct At {
    place: String,
}

/// The address of a draft's page of questions; a correction has one page and no section.
#[derive(Debug, Deserialize)]
struct Section {
    key: String,
    section: String,
}

impl FromRequestParts<App> for Opened {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Ok(Path(at)) = Path::<Section>::from_request_parts(parts, app).await else {
            let Correction { draft, base, .. } = Correction::from_request_parts(parts, app).await?;
            return Ok(Self { draft, files: format!("{base}/q"), questions: base });
        };
        let lang: Lang = parts.extensions.get().copied().unwrap_or_default();
        let opened = async { app.office.open_draft(key(&at.key)?).await };
        let draft = opened.await.map_err(|problem| error(app, lang, &problem))?;
        if let Some(notice) = changed::first(lang, &draft) {
            return Err(notice);
        }
        let questions = format!("/a/{}/q/{}", draft.key().text(), at.section);
        Ok(Self { draft, files: questions.clone(), questions })
    }
}

/// The file at a place of the form: the draft's, or the one that was sent with the request that it corrects.
async fn held(
    app: &App,
    content: &DraftContent,
    place: &FilePlace<'_>,
) -> Result<Option<Evidence>, OfficeError> {
    let case = match content.corrects {
        Some(request) => Some(app.office.case(request).await?),
        None => None,
    };
    let sent = case.as_ref().map(|case| case.request.record());
    let field = place.field.id.as_str();
    let answer = content.answers.get(field).or_else(|| sent?.answers.get(field));
    let files = content.evidence.iter().chain(sent.into_iter().flat_map(|record| &record.evidence));
    Ok(answer.and_then(|answer| find(files, place.named(answer)?)).cloned())
}

async fn page(
    app: &App,
    lang: Lang,
    opened: &Opened,
    place: &str,
    wrong: Option<&DocumentError>,
) -> Result<Response, OfficeError> {
    let service = opened.draft.service().await?;
    let at = service.file_place(place).ok_or(OfficeError::NotFound)?;
    let p =
        Page { path: format!("{}/{place}", opened.files), ..Page::of_draft(app, lang, &opened.draft, "") };
    let content = opened.draft.content();
    // The link of a request opens no draft.
    let link = |file: &Evidence| p.u(&format!("/a/{}/f/{}", opened.draft.key().text(), file.blob));
    let saved = held(app, content, &at).await?.map(|file| Saved {
        name: file.name.clone(),
        size: size(lang, file.size_bytes),
        link: if content.corrects.is_none() { link(&file) } else { String::new() },
        blob: file.blob.to_string(),
    });
    Ok(html(CellPage {
        back: p.u(&opened.questions),
        name: p.c(&at.paper.name),
        row: at
            .cell
            .map(|(row, _)| format!("{} · {}", p.c(&at.field.label), p.t1("row", "n", row + 1)))
            .unwrap_or_default(),
        hint: at.paper.hint.as_ref().map(|hint| p.c(hint)).unwrap_or_default(),
        limits: limits(lang, at.paper),
        error: wrong.map(|error| complaint(lang, at.paper, error)).unwrap_or_default(),
        saved,
        p,
    }))
}

async fn take(
    app: &App,
    lang: Lang,
    mut opened: Opened,
    place: &str,
    mut parts: Multipart,
) -> Result<Response, OfficeError> {
    while let Some(part) = parts.next_field().await.map_err(interrupted)? {
        if part.name() != Some("file") {
            continue;
        }
        let Some((name, bytes)) = chosen(part).await else { continue };
        match opened.draft.attach_in_form(place, &name, bytes).await {
            Ok(_) => return Ok(to(lang, &format!("{}#{place}", opened.questions))),
            Err(OfficeError::Document(error)) => return page(app, lang, &opened, place, Some(&error)).await,
            Err(other) => return Err(other),
        }
    }
    page(app, lang, &opened, place, None).await
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    opened: Opened,
    Path(At { place }): Path<At>,
) -> Response {
    answer(&app, lang, page(&app, lang, &opened, &place, None).await)
}

pub(crate) async fn attach(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    opened: Opened,
    Path(At { place }): Path<At>,
    parts: Multipart,
) -> Response {
    answer(&app, lang, take(&app, lang, opened, &place, parts).await)
}

pub(crate) async fn remove(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    mut opened: Opened,
    Path(At { place }): Path<At>,
) -> Response {
    let made = async {
        opened.draft.detach_in_form(&place).await?;
        Ok(to(lang, &opened.questions))
    };
    answer(&app, lang, made.await)
}
