//! The visit to a site at the desk: the day is appointed here, and what was found is reported with photos.

use axum::Extension;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use oneservice_core::catalog::{OfficeReasonKind, PHOTOS_MAX, ReviewStep, StepKind};
use oneservice_core::office::{Case, DocumentError, OfficeError};
use oneservice_core::request::{AnyRequest, Evidence};
use oneservice_core::text::Lang;
use oneservice_pilot::{sentence, words};

use super::SignedIn;
use super::aside::choices;
use super::review::{perform, seen};
use super::typed::Typed;
use crate::App;
use crate::citizen::upload::{chosen, interrupted, short, size};
use crate::page::{Page, answer};

/// Longer than a note may be, so that whoever sends more is told that it is too long.
const TEXT_MAX_BYTES: usize = 64 << 10;

/// The forms of an inspection.
#[derive(Debug, Clone)]
pub(super) struct Inspection {
    /// Where the report goes.
    pub(super) action: String,
    /// The days that may be appointed.
    pub(super) days: String,
    /// Whether a day was appointed before.
    pub(super) again: bool,
    /// Whether that day has come.
    pub(super) came: bool,
    pub(super) reasons: Vec<(String, String)>,
    /// How many photos the report takes.
    pub(super) photos: String,
}

/// The forms of `step`, if it is an inspection in review.
pub(super) fn inspection(app: &App, p: &Page, case: &Case, step: &ReviewStep) -> Option<Inspection> {
    let AnyRequest::InReview(review) = &case.request else { return None };
    if step.kind != StepKind::Inspection {
        return None;
    }
    let today = app.office.today();
    let (first, last) = review.inspection_days(step, today, app.office.catalog().calendar());
    let appointment = case.request.record().appointments.get(&step.id);
    let count = format!("{}–{PHOTOS_MAX}", step.photos.unwrap_or(0));
    Some(Inspection {
        action: p.u(&format!("/desk/r/{}/inspection", case.request.record().id)),
        days: format!("{} – {}", p.date(first), p.date(last)),
        again: appointment.is_some(),
        came: appointment.is_some_and(|appointment| appointment.day <= today),
        reasons: appointment.map(|_| choices(app, p, OfficeReasonKind::Reschedule)).unwrap_or_default(),
        photos: sentence::digits(p.lang, &count),
    })
}

/// Takes the parts of a report: texts into `pairs`, then photos, which are kept as they arrive, into `photos`. What came before something
/// went wrong is left in both.
async fn receive(
    app: &App,
    mut parts: Multipart,
    pairs: &mut Vec<(String, String)>,
    photos: &mut Vec<Evidence>,
) -> Result<(), OfficeError> {
    while let Some(part) = parts.next_field().await.map_err(interrupted)? {
        let name = part.name().unwrap_or_default().to_owned();
        if name != "photo" {
            pairs.push((name, short(part, TEXT_MAX_BYTES).await?));
            continue;
        }
        let Some((file, bytes)) = chosen(part).await else { continue };
        if photos.len() >= PHOTOS_MAX as usize {
            return Err(DocumentError::TooMany { limit: PHOTOS_MAX }.into());
        }
        photos.push(app.office.keep_photo(&file, bytes).await?);
    }
    Ok(())
}

/// What is wrong with a photo, and what to do.
fn refusal(lang: Lang, error: &DocumentError) -> String {
    let params = error.params().into_iter().map(|(name, value)| match (name, value.parse()) {
        ("limit", Ok(bytes)) => (name, size(lang, bytes)),
        _ => (name, sentence::digits(lang, &value.to_uppercase())),
    });
    let params: Vec<(&str, String)> = params.collect();
    let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words::get(lang, error.code(), &params)
}

/// The report of an inspection: the form of a step with photos.
pub(crate) async fn report(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    SignedIn(officer): SignedIn,
    Path(id): Path<String>,
    parts: Multipart,
) -> Response {
    let (mut pairs, mut photos) = (Vec::new(), Vec::new());
    let made = async {
        let (case, sight) = seen(&app, &officer, &id).await?;
        let refused = match receive(&app, parts, &mut pairs, &mut photos).await {
            Ok(()) => None,
            Err(OfficeError::Document(error)) => Some(refusal(lang, &error)),
            Err(other) => return Err(other),
        };
        let typed = Typed::with_photos(pairs, photos.clone());
        perform(&app, lang, &officer, (case, sight), typed, refused).await
    };
    let made = made.await;
    let is_done = made.as_ref().is_ok_and(|(_, done)| *done);
    if !is_done {
        for photo in photos {
            // One that cannot be removed now is nobody's, and does no harm.
            let _ = app.office.documents().remove(photo.blob).await;
        }
    }
    answer(&app, lang, made.map(|(response, _)| response))
}
