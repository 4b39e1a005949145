//! The receipt, which is also the status page: what happened, what comes next, what it cost; finding it again by code
//! and phone; taking the request back.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::catalog::Role;
use oneservice_core::ids::TrackingCode;
use oneservice_core::office::{Basis, Case, OfficeError};
use oneservice_core::request::{Actor, AnyFact, AnyRequest, Command, StageName};
use oneservice_core::text::{Lang, phone};
use oneservice_pilot::sentence;
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Deserialize;

use super::key;
use crate::App;
use crate::page::{Page, answer, html, html_with, link, to};

/// One line of the story: what happened, or what is expected.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) class: &'static str,
    pub(crate) mark: &'static str,
    pub(crate) what: String,
    pub(crate) when: String,
    pub(crate) note: String,
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    p: Page,
    code: String,
    number: String,
    service: String,
    stage: String,
    class: &'static str,
    todo: String,
    due: String,
    received: String,
    fee: String,
    paid: bool,
    free: bool,
    lines: Vec<Line>,
    fix: String,
    withdraw: String,
    link: String,
    qr: String,
    papers: Vec<String>,
    result: String,
    is_private: bool,
}

/// What a role is called in this office.
pub(crate) fn role(app: &App, lang: Lang, role: Role) -> String {
    let words = app.office.catalog().office().role(role);
    words.map_or_else(
        || oneservice_pilot::words::get(lang, "office-itself", &[]),
        |r| r.name.get(lang).to_owned(),
    )
}

/// The story so far and what is expected, each step with its day.
pub(crate) fn story(app: &App, lang: Lang, case: &Case) -> Vec<Line> {
    let calendar = app.office.catalog().calendar();
    let service = case.request.service();
    let record = case.request.record();
    let mut lines = Vec::new();
    for happening in &case.history {
        let (entry, fact) = (&happening.recorded.entry, &happening.recorded.fact);
        // Single judgements are told with the return that they lead to.
        if matches!(fact, AnyFact::Judgement(_) | AnyFact::ReviewOpened(_)) {
            continue;
        }
        let step = sentence::step_title(lang, service, fact);
        let what = match fact {
            AnyFact::StepPassed(_) => step.unwrap_or_default(),
            _ => sentence::fact(lang, fact.name()),
        };
        let note = match fact {
            AnyFact::Return(f) => f.note.clone().unwrap_or_default(),
            AnyFact::Refusal(f) => {
                let reasons = f.reasons.iter().filter_map(|code| service.reason(code.as_str()));
                let mut text: Vec<String> = reasons.map(|r| r.text.get(lang).to_owned()).collect();
                text.extend(f.note.clone());
                text.join(" · ")
            }
            AnyFact::Payment(f) => format!("{} · {}", f.amount.show(lang), f.receipt),
            AnyFact::Issuance(f) => f.result.number.clone(),
            _ => String::new(),
        };
        let when = sentence::time(lang, calendar.local(entry.recorded_at));
        let when = format!("{when} · {}", role(app, lang, entry.by.role));
        lines.push(Line { class: "done", mark: "✓", what, when, note });
    }
    if matches!(case.request, AnyRequest::InReview(_) | AnyRequest::Approved(_) | AnyRequest::Submitted(_)) {
        let open = record.open_steps(service);
        for (step, day) in case.request.expected(calendar) {
            let Some(found) = service.review.steps.iter().find(|s| s.id == step) else { continue };
            let now = open.contains(&step) && !matches!(case.request, AnyRequest::Submitted(_));
            lines.push(Line {
                class: if now { "now" } else { "" },
                mark: if now { "▸" } else { "○" },
                what: found.title.get(lang).to_owned(),
                when: format!(
                    "{} {}",
                    oneservice_pilot::words::get(lang, "expected-by", &[]),
                    sentence::date(lang, day)
                ),
                note: String::new(),
            });
        }
    }
    lines
}

/// A QR code as an SVG path.
pub(crate) fn qr(text: &str) -> String {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return String::new() };
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in 0..size {
            if code.get_module(x, y) {
                path.push_str(&format!("M{},{}h1v1h-1z", x + 4, y + 4));
            }
        }
    }
    let full = size + 8;
    format!(
        r#"<svg class="qr" viewBox="0 0 {full} {full}" role="img" aria-label="QR"><path d="{path}"/></svg>"#
    )
}

/// The page of a case; with the secret link when it was opened by it.
fn page(app: &App, lang: Lang, case: &Case, own: Option<(&str, &str)>) -> Response {
    let (record, service) = (case.request.record(), case.request.service());
    let path = own.map_or_else(|| "/track".to_owned(), |(key, _)| format!("/r/{key}"));
    let p = Page::new(app, lang, &path);
    let today = app.office.catalog().calendar().local_date(app.office.now());
    let late = record.due_on.is_some_and(|due| due < today);
    let stage = sentence::stage(lang, &case.request);
    let stage_name = case.request.stage();
    let todo = match stage_name {
        StageName::Submitted if record.waits_for_fee() => p.t("todo-pay"),
        StageName::Returned => p.t("todo-fix"),
        StageName::Ready => p.t("todo-collect"),
        StageName::Closed | StageName::Refused => String::new(),
        _ => p.t("todo-nothing"),
    };
    let class = match stage_name {
        _ if late => "late",
        StageName::Returned | StageName::Refused => "bad",
        StageName::Ready | StageName::Approved => "ok",
        _ => "",
    };
    let may_withdraw = matches!(stage_name, StageName::Submitted | StageName::InReview | StageName::Returned);
    let full = own.map(|(key, host)| format!("{host}{}", link(lang, &format!("/r/{key}"))));
    let result = match &case.request {
        AnyRequest::Ready(ready) => ready.stage().result.number.clone(),
        _ => String::new(),
    };
    let papers = record.evidence.iter().filter_map(|e| service.document(e.document.as_str()));
    html(ReceiptPage {
        code: record.code.to_string(),
        number: case.number.clone(),
        service: p.c(&service.name),
        stage,
        class,
        todo,
        due: record.due_on.map(|due| p.date(due)).unwrap_or_default(),
        received: p.date(record.received_on),
        fee: record.fee.total.show(lang),
        paid: record.outstanding().is_zero(),
        free: record.fee.total.is_zero(),
        lines: story(app, lang, case),
        fix: if own.is_some() && stage_name == StageName::Returned {
            p.u(&format!("{path}/fix"))
        } else {
            String::new()
        },
        withdraw: if own.is_some() && may_withdraw {
            p.u(&format!("{path}/withdraw"))
        } else {
            String::new()
        },
        qr: full.as_deref().map(qr).unwrap_or_default(),
        link: full.unwrap_or_default(),
        papers: papers.map(|d| p.c(&d.name)).collect(),
        result,
        is_private: own.is_some(),
        p,
    })
}

/// Where the person reached us, for links that are printed.
pub(crate) fn host(headers: &axum::http::HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let plain = host.starts_with("127.") || host.starts_with("localhost");
    format!("{}://{host}", if plain { "http" } else { "https" })
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
        Ok(page(&app, lang, &case, Some((&key.text(), &host(&headers)))))
    };
    answer(&app, lang, made.await)
}

#[derive(Template)]
#[template(path = "withdraw.html")]
struct Withdraw {
    p: Page,
    code: String,
    back: String,
}

pub(crate) async fn ask_withdraw(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
) -> Response {
    let made = async {
        let key = key(&text)?;
        let case = app.office.case_by_link(key).await?;
        let path = format!("/r/{}", key.text());
        let p = Page::new(&app, lang, format!("{path}/withdraw"));
        Ok(html(Withdraw { code: case.request.record().code.to_string(), back: p.u(&path), p }))
    };
    answer(&app, lang, made.await)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Why {
    #[serde(default)]
    reason: String,
}

pub(crate) async fn withdraw(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
    Form(why): Form<Why>,
) -> Response {
    let made = async {
        let key = key(&text)?;
        let id = app.office.case_by_link(key).await?.request.record().id;
        let command = Command::Withdraw { reason: Some(why.reason) };
        match app.office.act(id, command, &Actor::Applicant, Basis::default()).await {
            // Whatever happened meanwhile, the status page shows it.
            Ok(_) | Err(OfficeError::Denied { .. }) => Ok(to(lang, &format!("/r/{}", key.text()))),
            Err(other) => Err(other),
        }
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
    let (names, now) = ([format!("code:{read}"), format!("phone:{number}")], app.office.now());
    if !app.tries.are_left(&names, now) {
        let error = p.t("too-often");
        return html_with(StatusCode::TOO_MANY_REQUESTS, Track { p, code, phone: typed, error });
    }
    let found = async {
        let row = app.office.find_by_code_and_phone(read, &number).await?;
        app.office.case(row.request).await
    };
    match found.await {
        Ok(case) => page(&app, lang, &case, None),
        Err(OfficeError::NotFound) => {
            app.tries.was_wrong(&names, now);
            again(p, "track-none")
        }
        Err(other) => crate::page::error(&app, lang, &other),
    }
}
