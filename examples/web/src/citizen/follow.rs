//! What can follow a result: its renewal, a change of what it says, its replacement. On to the draft that knows what the earlier
//! request said.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use oneservice_core::catalog::Purpose;
use oneservice_core::office::{Case, OfficeError};
use oneservice_core::request::{Channel, Unfollowable};
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;

use super::key;
use crate::App;
use crate::page::{Page, answer, to};

/// What the status page offers.
#[derive(Debug, Default)]
pub(crate) struct Successors {
    /// From which day on it can be renewed.
    pub(crate) later: String,
    /// What can be done now: where it is posted, and the words for it.
    pub(crate) now: Vec<(String, String)>,
}

impl Successors {
    /// For the page at `path`, which the person opened by their own link.
    pub(crate) fn of(app: &App, p: &Page, case: &Case, path: &str) -> Self {
        let mut successors = Self::default();
        for purpose in Purpose::ALL {
            match app.office.followable(&case.request, *purpose) {
                Ok(_) => {
                    let words = p.t(&format!("follow-{purpose}"));
                    successors.now.push((p.u(&format!("{path}/follow/{purpose}")), words));
                }
                Err(OfficeError::NotFollowable(why @ Unfollowable::NotYet { .. })) => {
                    successors.later = sentence::unfollowable(p.lang, &why);
                }
                Err(_) => {}
            }
        }
        successors
    }
}

pub(crate) async fn follow(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((text, purpose)): Path<(String, String)>,
) -> Response {
    let made = async {
        let case = app.office.case_by_link(key(&text)?).await?;
        let purpose = Purpose::from_word(&purpose).ok_or(OfficeError::NotFound)?;
        let draft = app.office.successor_draft(case.request.record().id, purpose, Channel::Web).await?;
        Ok(to(lang, &format!("/a/{}", draft.key().text())))
    };
    answer(&app, lang, made.await)
}
