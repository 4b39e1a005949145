//! Who asks, and for what: chosen at the start, and changed here while nothing was sent.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::catalog::{ApplicantKind, Purpose, Service};
use oneservice_core::office::{DraftHandle, OfficeError};
use oneservice_core::text::Lang;
use serde::Deserialize;

use super::draft::drop_unasked;
use super::{changed, key};
use crate::App;
use crate::fields::Choice;
use crate::page::{Page, answer, html_with, to};

/// The choices of the form, as they are sent.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Who {
    #[serde(default)]
    applicant: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    representative: Option<String>,
}

impl Who {
    /// What was chosen, if the service offers it. Unknown words choose nothing.
    pub(crate) fn read(&self, service: &Service) -> Option<(ApplicantKind, bool, Purpose)> {
        let kind =
            ApplicantKind::from_word(&self.applicant).filter(|kind| service.applicants.contains(kind))?;
        let purpose =
            Purpose::from_word(&self.purpose).filter(|purpose| service.purposes.contains(purpose))?;
        Some((kind, self.representative.is_some(), purpose))
    }

    fn of(draft: &DraftHandle) -> Self {
        let content = draft.content();
        Self {
            applicant: content.applicant.to_string(),
            purpose: content.purpose.to_string(),
            representative: content.by_representative.then(String::new),
        }
    }
}

/// The controls of the form.
#[derive(Debug, Clone)]
pub(crate) struct WhoControls {
    pub(crate) kinds: Vec<Choice>,
    pub(crate) purposes: Vec<Choice>,
    pub(crate) by_representative: bool,
    pub(crate) error: String,
}

impl WhoControls {
    pub(crate) fn new(p: &Page, service: &Service, who: &Who, error: String) -> Self {
        let choices = |words: Vec<&'static str>, group: &str, chosen: &str| {
            let choice = |word: &str| Choice {
                value: word.to_owned(),
                label: p.t(&format!("{group}-{word}")),
                chosen: word == chosen,
            };
            let mut choices: Vec<Choice> = words.into_iter().map(choice).collect();
            if let [only] = choices.as_mut_slice() {
                only.chosen = true;
            }
            choices
        };
        Self {
            kinds: choices(
                service.applicants.iter().map(|k| k.as_str()).collect(),
                "applicant",
                &who.applicant,
            ),
            purposes: choices(service.purposes.iter().map(|k| k.as_str()).collect(), "purpose", &who.purpose),
            by_representative: who.representative.is_some(),
            error,
        }
    }
}

#[derive(Template)]
#[template(path = "who.html")]
struct WhoPage {
    p: Page,
    back: String,
    service: String,
    who: WhoControls,
}

fn page(app: &App, lang: Lang, draft: &DraftHandle, service: &Service, who: &Who, error: &str) -> Response {
    let base = format!("/a/{}", draft.key().text());
    let p = Page::of_draft(app, lang, draft, "/who");
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let error = if error.is_empty() { String::new() } else { p.t(error) };
    let who = WhoControls::new(&p, service, who, error);
    html_with(status, WhoPage { back: p.u(&base), service: p.c(&service.name), who, p })
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
) -> Response {
    let made = async {
        let draft = app.office.open_draft(key(&text)?).await?;
        if let Some(notice) = changed::first(lang, &draft) {
            return Ok(notice);
        }
        let service = draft.service().await?;
        Ok(page(&app, lang, &draft, &service, &Who::of(&draft), ""))
    };
    answer(&app, lang, made.await)
}

pub(crate) async fn change(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
    Form(who): Form<Who>,
) -> Response {
    let made = async {
        let mut draft = app.office.open_draft(key(&text)?).await?;
        if let Some(notice) = changed::first(lang, &draft) {
            return Ok(notice);
        }
        let service = draft.service().await?;
        let Some((kind, by_representative, purpose)) = who.read(&service) else {
            return Ok(page(&app, lang, &draft, &service, &who, "problem-option"));
        };
        draft.set_applicant(kind, by_representative, purpose).await?;
        drop_unasked(&mut draft).await?;
        Ok::<_, OfficeError>(to(lang, &format!("/a/{}", draft.key().text())))
    };
    answer(&app, lang, made.await)
}
