//! A correction under way: the applicant's, opened by the link of the request, or one that an officer enters at the counter.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use oneservice_core::ids::RequestId;
use oneservice_core::office::{Case, DraftHandle, OfficeError};
use oneservice_core::request::{Actor, AnyFact, AnyRequest, Channel, Officer};
use oneservice_core::text::Lang;

use super::key;
use crate::App;
use crate::desk::enter::Clerk;
use crate::page::{Page, error, message, to};

#[derive(Debug)]
pub(crate) struct Correction {
    /// The request, which is returned.
    pub(super) case: Case,
    pub(super) draft: DraftHandle,
    /// What the addresses of its pages begin with.
    pub(super) base: String,
    /// The page of the request.
    pub(super) home: String,
    /// Who sends it.
    pub(super) by: Actor,
}

impl Correction {
    /// The frame of one of its pages.
    pub(super) fn page(&self, app: &App, lang: Lang, page: &str) -> Page {
        Page { path: format!("{}{page}", self.base), ..Page::of_draft(app, lang, &self.draft, "") }
    }

    async fn of_link(app: &App, text: &str) -> Result<Result<Self, Over>, OfficeError> {
        let key = key(text)?;
        let case = app.office.case_by_link(key).await?;
        let home = format!("/r/{}", key.text());
        if !matches!(case.request, AnyRequest::Returned(_)) {
            return Ok(Err(Over { home, elsewhere: sent_by(&case) == Some(Channel::Counter) }));
        }
        let by = Actor::with_link(case.request.record().by_representative);
        let draft = app.office.correction_draft(key).await?;
        Ok(Ok(Self { case, draft, base: format!("{home}/fix"), home, by }))
    }

    async fn at_counter(app: &App, id: &str, officer: Officer) -> Result<Result<Self, Over>, OfficeError> {
        let id: RequestId = id.parse().map_err(|_| OfficeError::NotFound)?;
        let case = app.office.case(id).await?;
        let home = format!("/desk/r/{id}");
        if !matches!(case.request, AnyRequest::Returned(_)) {
            let elsewhere = sent_by(&case).is_some_and(|channel| channel != Channel::Counter);
            return Ok(Err(Over { home, elsewhere }));
        }
        let draft = app.office.counter_correction(id).await?;
        Ok(Ok(Self { case, draft, base: format!("{home}/fix"), home, by: Actor::Officer(officer) }))
    }
}

/// Nothing is asked to be corrected any more: a page may be older than what was sent since.
struct Over {
    home: String,
    /// It was sent from the other side, and what was typed on this one was not.
    elsewhere: bool,
}

/// How the last correction came in.
fn sent_by(case: &Case) -> Option<Channel> {
    case.history.iter().rev().find_map(|happening| match &happening.recorded.fact {
        AnyFact::Resubmission(sent) => Some(sent.channel),
        _ => None,
    })
}

impl FromRequestParts<App> for Correction {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let lang: Lang = parts.extensions.get().copied().unwrap_or_default();
        let Ok(Path(names)) = Path::<HashMap<String, String>>::from_request_parts(parts, app).await else {
            return Err(error(app, lang, &OfficeError::NotFound));
        };
        let opened = match (names.get("key"), names.get("id")) {
            (Some(key), _) => Self::of_link(app, key).await,
            (None, Some(id)) => {
                let Clerk(officer) = Clerk::from_request_parts(parts, app).await?;
                Self::at_counter(app, id, officer).await
            }
            (None, None) => Err(OfficeError::NotFound),
        };
        match opened {
            Ok(Ok(correction)) => Ok(correction),
            Ok(Err(over)) if over.elsewhere && parts.method == Method::POST => {
                let p = Page::new(app, lang, over.home);
                Err(message(p, StatusCode::CONFLICT, "problem-title", "correction-elsewhere"))
            }
            Ok(Err(over)) => Err(to(lang, &over.home)),
            Err(problem) => Err(error(app, lang, &problem)),
        }
    }
}
