//! The receipt, which is also the status page: what happened, what comes next, what it cost; finding it again by code
//! and phone.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::ids::TrackingCode;
use oneservice_core::office::{Case, OfficeError};
use oneservice_core::request::{AnyRequest, Awaits, Channel, Ending, FactName, StageName, Standing};
use oneservice_core::text::{Lang, phone};
use oneservice_pilot::{qr, sentence};
use serde::Deserialize;

use super::follow::Successors;
use super::visit::Visit;
use super::{cosign, key, verify};
use crate::App;
use crate::desk::officer;
use crate::files::{find, served};
use crate::inspection::{Notice, notices, photos};
use crate::page::{Page, answer, html, html_with};
use crate::story::{Line, Reader, correction, readings, story};
use crate::tries::TRIES_MAX;

/// A result in the applicant's hands, and where anybody sees whether it holds.
struct Held {
    number: String,
    standing: String,
    holds: bool,
    until: String,
    verify: String,
    qr: String,
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    p: Page,
    code: String,
    number: String,
    /// Person or company, for what, and by whom.
    asks: String,
    service: String,
    stage: String,
    class: &'static str,
    todo: String,
    due: String,
    received: String,
    fee: String,
    paid: bool,
    free: bool,
    /// Nothing is asked of anybody any more.
    over: bool,
    /// The service's page, where it ended without a result.
    again: String,
    lines: Vec<Line>,
    readings: Vec<Line>,
    complain: String,
    returned: Vec<String>,
    /// When somebody inspects the site.
    appointments: Vec<Notice>,
    /// Links to what was seen there.
    photos: Vec<String>,
    fix: String,
    visit: Option<Visit>,
    ready: bool,
    proxy: String,
    withdraw: String,
    /// Where the co-signer signs, and whether that is still to be done.
    cosign: String,
    cosigner: String,
    object: String,
    last_day: String,
    successors: Successors,
    /// The code that a banking app pays the fee by.
    pay_qr: String,
    link: String,
    qr: String,
    papers: Vec<String>,
    result: String,
    /// What was handed over.
    held: Option<Held>,
    is_private: bool,
    /// Back to the desk, for the officer who entered the request and prints this page.
    desk: bool,
}

/// The page of a case; with the secret link when it was opened by it.
fn page(app: &App, lang: Lang, case: &Case, own: Option<(&str, &str)>, desk: bool) -> Response {
    let (record, service) = (case.request.record(), case.request.service());
    let path = own.map_or_else(|| "/track".to_owned(), |(key, _)| format!("/r/{key}"));
    let p = Page::new(app, lang, &path);
    let today = app.today();
    let late = record.due_on.is_some_and(|due| due < today);
    let stage = sentence::stage(lang, &case.request);
    let stage_name = case.request.stage();
    let todo = match stage_name {
        StageName::Submitted | StageName::InReview if record.waits_before_review() => {
            let fee = if record.transfer.is_some() { "todo-transfer" } else { "todo-pay" };
            let open = [(record.waits_for_fee(), fee), (record.waits_for_cosigner(), "todo-cosign")];
            let open = open.into_iter().filter(|(is_open, _)| *is_open).map(|(_, todo)| p.t(todo));
            open.collect::<Vec<_>>().join(" · ")
        }
        StageName::InReview if !record.appointments.is_empty() => p.t("todo-inspection"),
        StageName::Returned => p.t("todo-fix"),
        StageName::Ready => p.t("todo-collect"),
        StageName::Refused => p.t("todo-object"),
        StageName::Closed => String::new(),
        _ => p.t("todo-nothing"),
    };
    let class = match stage_name {
        _ if late => "late",
        StageName::Returned | StageName::Refused => "bad",
        StageName::Ready | StageName::Approved => "ok",
        _ => "",
    };
    let full = own.map(|(key, base)| format!("{base}{}", p.u(&format!("/r/{key}"))));
    let result = match &case.request {
        AnyRequest::Ready(ready) => ready.stage().result.number.clone(),
        _ => String::new(),
    };
    let held = match &case.request {
        AnyRequest::Closed(closed) => closed.standing(today).zip(record.result.as_ref()),
        _ => None,
    };
    let held = held.map(|(standing, result)| Held {
        number: result.number.clone(),
        standing: p.t(&format!("standing-{}", standing.as_str())),
        holds: standing == Standing::Valid,
        until: result.valid_until.map(|day| p.date(day)).unwrap_or_default(),
        verify: p.u(&verify::path_of(&result.number)),
        qr: own
            .map(|(_, base)| qr::svg(&format!("{base}{}", verify::path_of(&result.number))))
            .unwrap_or_default(),
    });
    let given = || service.documents.iter().filter(|d| record.is_given(&d.id));
    let going_on = !matches!(stage_name, StageName::Closed | StageName::Refused | StageName::Objected);
    let returned = match &case.request {
        AnyRequest::Returned(returned) => {
            returned.stage().corrections.iter().map(|c| correction(lang, service, c)).collect()
        }
        _ => Vec::new(),
    };
    let last_day =
        case.request.last_day().filter(|(awaits, _)| *awaits == Awaits::Applicant).map(|(_, day)| day);
    html(ReceiptPage {
        code: record.code.to_string(),
        number: case.number.clone(),
        asks: p.asks(record.applicant, record.purpose, record.by_representative),
        service: p.c(&service.name),
        stage,
        class,
        todo,
        due: record.due_on.map(|due| p.date(due)).unwrap_or_default(),
        received: p.date(record.received_on),
        fee: record.fee.total.show(lang),
        paid: record.outstanding().is_zero(),
        free: record.fee.total.is_zero(),
        over: stage_name == StageName::Closed,
        again: match &case.request {
            AnyRequest::Closed(closed) if closed.stage().ending != Ending::Collected => {
                p.u(&format!("/s/{}", service.id))
            }
            _ => String::new(),
        },
        lines: story(app, lang, case, Reader::Applicant),
        readings: if own.is_some() { readings(app, lang, case) } else { Vec::new() },
        complain: if own.is_some() { p.u(&format!("{path}/complain")) } else { String::new() },
        returned,
        appointments: notices(app, lang, case),
        photos: own
            .map(|_| photos(case).map(|photo| p.u(&format!("{path}/p/{}", photo.blob))).collect())
            .unwrap_or_default(),
        visit: going_on.then(|| Visit::new(app, lang, given(), Some(record.outstanding()))),
        ready: stage_name == StageName::Ready,
        fix: if own.is_some() && stage_name == StageName::Returned {
            p.u(&format!("{path}/fix"))
        } else {
            String::new()
        },
        proxy: if own.is_some() && stage_name.allows(FactName::Mandate) {
            p.u(&format!("{path}/proxy"))
        } else {
            String::new()
        },
        withdraw: if own.is_some() && stage_name.allows(FactName::Withdrawal) {
            p.u(&format!("{path}/withdraw"))
        } else {
            String::new()
        },
        cosign: own.and_then(|(_, base)| cosign::address(app, &p, case, base)).unwrap_or_default(),
        cosigner: service.signature.cosigner.as_ref().map(|who| p.c(who)).unwrap_or_default(),
        object: if own.is_some() && stage_name == StageName::Refused {
            p.u(&format!("{path}/object"))
        } else {
            String::new()
        },
        last_day: last_day.map(|day| p.date(day)).unwrap_or_default(),
        successors: own.map(|_| Successors::of(app, &p, case, &path)).unwrap_or_default(),
        qr: full.as_deref().map(qr::svg).unwrap_or_default(),
        pay_qr: own
            .and(app.office.payment_code(&case.request))
            .map(|code| qr::svg(&code))
            .unwrap_or_default(),
        link: full.unwrap_or_default(),
        papers: given().map(|d| p.c(&d.name)).collect(),
        result,
        held,
        is_private: own.is_some(),
        desk,
        p,
    })
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
    headers: axum::http::HeaderMap,
) -> Response {
    let made = async {
        let key = key(&text)?;
        let case = app.office.case_by_link(key).await?;
        let desk = case.request.record().channel == Channel::Counter && officer(&app, &headers).is_some();
        Ok(page(&app, lang, &case, Some((&key.text(), &app.base_url(&headers))), desk))
    };
    answer(&app, lang, made.await)
}

/// A photo of an inspection of the applicant's site.
pub(crate) async fn photo(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((text, blob)): Path<(String, String)>,
) -> Response {
    let made = async {
        let case = app.office.case_by_link(key(&text)?).await?;
        let found = find(photos(&case), &blob);
        served(&app, found.ok_or(OfficeError::NotFound)?).await
    };
    answer(&app, lang, made.await)
}

#[derive(Template)]
#[template(path = "track.html")]
struct Track {
    p: Page,
    code: String,
    phone: String,
    error: String,
}

pub(crate) async fn track(State(app): State<App>, Extension(lang): Extension<Lang>) -> Response {
    let p = Page::new(&app, lang, "/track");
    html(Track { p, code: String::new(), phone: String::new(), error: String::new() })
}

#[derive(Debug, Deserialize)]
pub(crate) struct Tracked {
    code: String,
    phone: String,
}

/// A code that cannot be one is told so, which says nothing of any request; a wrong one and a wrong phone are told the
/// same.
pub(crate) async fn tracked(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Form(Tracked { code, phone: typed }): Form<Tracked>,
) -> Response {
    let p = Page::new(&app, lang, "/track");
    let (code, typed): (String, String) = (code.chars().take(40).collect(), typed.chars().take(40).collect());
    let again = |p: Page, error: &str| {
        let error = p.t(error);
        html_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            Track { p, code: code.clone(), phone: typed.clone(), error },
        )
    };
    let Ok(read) = code.parse::<TrackingCode>() else { return again(p, "code-wrong") };
    let Some(number) = phone(&typed) else { return again(p, "phone-wrong") };
    let names = [(format!("code:{read}"), TRIES_MAX), (format!("phone:{number}"), TRIES_MAX)];
    if !app.tries.begin(&names, app.office.now()) {
        let error = p.t("too-often");
        return html_with(StatusCode::TOO_MANY_REQUESTS, Track { p, code, phone: typed, error });
    }
    let found = async {
        let row = app.office.find_by_code_and_phone(read, &number).await?;
        app.office.case(row.request).await
    };
    let found = found.await;
    if !matches!(found, Err(OfficeError::NotFound)) {
        app.tries.take_back(&names);
    }
    match found {
        Ok(case) => page(&app, lang, &case, None, false),
        Err(OfficeError::NotFound) => again(p, "track-none"),
        Err(other) => crate::page::error(&app, lang, &other),
    }
}
