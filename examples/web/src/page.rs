//! What every page has: language, its twin, the office's name, words; and errors as pages.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use oneservice_core::catalog::{ApplicantKind, Purpose, Unoffered};
use oneservice_core::office::{DocumentError, DraftHandle, OfficeError};
use oneservice_core::request::Channel;
use oneservice_core::store::StoreError;
use oneservice_core::text::{Lang, Text};
use oneservice_pilot::{sentence, words};

use crate::App;
use crate::app::TRIAL;
use crate::assets;

/// The frame of a page.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) lang: Lang,
    pub(crate) path: String,
    pub(crate) office: String,
    pub(crate) phone: String,
    pub(crate) address: String,
    pub(crate) wide: bool,
    /// An officer fills the form in for somebody at the counter.
    pub(crate) at_counter: bool,
    /// What every address begins with.
    pub(crate) at: &'static str,
    pub(crate) css: String,
    pub(crate) js: String,
}

impl Page {
    pub(crate) fn new(app: &App, lang: Lang, path: impl Into<String>) -> Self {
        let profile = app.office.catalog().office();
        Self {
            lang,
            path: path.into(),
            office: profile.name.get(lang).to_owned(),
            phone: profile.contact.phone.clone(),
            address: profile.contact.address.get(lang).to_owned(),
            wide: false,
            at_counter: false,
            at: app.at,
            css: assets::css(),
            js: assets::js(),
        }
    }

    /// A page of a draft: `page` after the draft's own address, such as `/sign`.
    pub(crate) fn of_draft(app: &App, lang: Lang, draft: &DraftHandle, page: &str) -> Self {
        let mut made = Self::new(app, lang, format!("/a/{}{page}", draft.key().text()));
        made.at_counter = draft.content().channel == Channel::Counter;
        made
    }

    pub(crate) fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    pub(crate) fn tag(&self) -> &'static str {
        self.lang.tag()
    }

    /// The words of a key.
    pub(crate) fn t(&self, key: &str) -> String {
        words::get(self.lang, key, &[])
    }

    /// The words of a key with one value.
    pub(crate) fn t1(&self, key: &str, name: &str, value: impl ToString) -> String {
        words::get(self.lang, key, &[(name, &sentence::digits(self.lang, &value.to_string()))])
    }

    /// A text of the catalogue.
    pub(crate) fn c(&self, text: &Text) -> String {
        text.get(self.lang).to_owned()
    }

    pub(crate) fn date(&self, date: oneservice_core::calendar::Date) -> String {
        sentence::date(self.lang, date)
    }

    /// Who asks, for what, and whether somebody does it for them.
    pub(crate) fn asks(&self, kind: ApplicantKind, purpose: Purpose, by_representative: bool) -> String {
        let mut words = vec![self.t(&format!("applicant-{kind}")), self.t(&format!("purpose-{purpose}"))];
        words.extend(by_representative.then(|| self.t("by-representative")));
        words.join(" · ")
    }

    /// A link within this language.
    pub(crate) fn u(&self, path: &str) -> String {
        format!("{}{}", self.at, link(self.lang, path))
    }

    /// Whether nothing on it counts.
    pub(crate) fn is_trial(&self) -> bool {
        self.at == TRIAL
    }

    /// The desk of trials, or from there that of the office.
    pub(crate) fn other_desk(&self) -> String {
        let other = if self.is_trial() { "" } else { TRIAL };
        format!("{other}{}", link(self.lang, "/desk"))
    }

    /// What every page of a trial says, in both languages.
    pub(crate) fn trial_words(&self) -> [(&'static str, String); 2] {
        [Lang::Km, Lang::En].map(|lang| (lang.tag(), words::get(lang, "trial-banner", &[])))
    }

    /// The same page in the other language.
    pub(crate) fn twin(&self) -> String {
        let other = if self.lang == Lang::Km { Lang::En } else { Lang::Km };
        format!("{}{}", self.at, link(other, &self.path))
    }

    pub(crate) fn twin_name(&self) -> &'static str {
        if self.lang == Lang::Km { "English" } else { "ខ្មែរ" }
    }
}

/// The language of an address, and the address without it.
pub(crate) fn lang_of(path: &str) -> (Lang, &str) {
    match path.strip_prefix("/en") {
        Some("") => (Lang::En, "/"),
        Some(rest) if rest.starts_with('/') => (Lang::En, rest),
        _ => (Lang::Km, path),
    }
}

/// A path in a language.
fn link(lang: Lang, path: &str) -> String {
    match lang {
        Lang::Km => path.to_owned(),
        Lang::En if path == "/" => "/en".to_owned(),
        Lang::En => format!("/en{path}"),
    }
}

/// A page that is made.
pub(crate) fn html(template: impl Template) -> Response {
    html_with(StatusCode::OK, template)
}

pub(crate) fn html_with(status: StatusCode, template: impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// On to another page, with GET.
pub(crate) fn to(lang: Lang, path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, link(lang, path))]).into_response()
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message {
    p: Page,
    title: String,
    text: String,
}

/// A page that says one thing.
pub(crate) fn message(p: Page, status: StatusCode, title: &str, text: &str) -> Response {
    let text = p.t(text);
    message_of(p, status, title, text)
}

fn message_of(p: Page, status: StatusCode, title: &str, text: String) -> Response {
    let title = p.t(title);
    html_with(status, Message { p, title, text })
}

/// An error as a page: what is wrong, and what to do.
pub(crate) fn error(app: &App, lang: Lang, error: &OfficeError) -> Response {
    let p = Page::new(app, lang, "/");
    match error {
        OfficeError::NotFound | OfficeError::NoService(_) => {
            message(p, StatusCode::NOT_FOUND, "not-found-title", "not-found-text")
        }
        OfficeError::NotOffered { why, .. } => {
            // What is to come is not gone.
            let is_to_come = matches!(why, Unoffered::NotYet { .. } | Unoffered::TrialOnly);
            let status = if is_to_come { StatusCode::CONFLICT } else { StatusCode::GONE };
            message_of(p, status, "unoffered-title", sentence::unoffered(lang, why))
        }
        OfficeError::NotFollowable(why) => {
            message_of(p, StatusCode::CONFLICT, "unfollowable-title", sentence::unfollowable(lang, why))
        }
        OfficeError::ServiceChanged(_) => {
            message(p, StatusCode::CONFLICT, "problem-title", "service-changed")
        }
        OfficeError::DraftTooLarge => {
            message(p, StatusCode::PAYLOAD_TOO_LARGE, "problem-title", "draft-too-large")
        }
        OfficeError::Document(DocumentError::Unavailable(_))
        | OfficeError::Store(
            StoreError::Full { .. } | StoreError::Unavailable { .. } | StoreError::Busy { .. },
        )
        | OfficeError::Contention => {
            tracing::error!(code = error.code(), "not available");
            let mut response = message(p, StatusCode::SERVICE_UNAVAILABLE, "problem-title", "unavailable");
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("30"));
            response
        }
        other => {
            tracing::error!(code = other.code(), error = %other, "a page failed");
            message(p, StatusCode::INTERNAL_SERVER_ERROR, "problem-title", "unexpected")
        }
    }
}

/// Answers with the page, or with the error as a page.
pub(crate) fn answer(app: &App, lang: Lang, result: Result<Response, OfficeError>) -> Response {
    result.unwrap_or_else(|problem| error(app, lang, &problem))
}
