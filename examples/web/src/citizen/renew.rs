//! Renewing a result: on to the draft that knows what the earlier request said.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use oneservice_core::office::{Case, OfficeError};
use oneservice_core::request::{Channel, Unrenewable};
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;

use super::key;
use crate::App;
use crate::page::{Page, answer, to};

/// What the status page says of it.
#[derive(Debug)]
pub(crate) enum Renewal {
    /// Nothing: there is no result that could be renewed.
    None,
    /// From which day on.
    Later(String),
    /// It can be, by posting here.
    Now(String),
}

impl Renewal {
    /// For the page at `path`, which the person opened by their own link.
    pub(crate) fn of(app: &App, p: &Page, case: &Case, path: &str) -> Self {
        match app.office.renewable(&case.request) {
            Ok(_) => Self::Now(p.u(&format!("{path}/renew"))),
            Err(OfficeError::NotRenewable(why @ Unrenewable::NotYet { .. })) => {
                Self::Later(sentence::unrenewable(p.lang, &why))
            }
            Err(_) => Self::None,
        }
    }
}

pub(crate) async fn renew(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
) -> Response {
    let made = async {
        let case = app.office.case_by_link(key(&text)?).await?;
        let draft = app.office.renewal_draft(case.request.record().id, Channel::Web).await?;
        Ok(to(lang, &format!("/a/{}", draft.key().text())))
    };
    answer(&app, lang, made.await)
}
