//! The cash desk in the evening: the cashier says what is in the drawer before the page says what ought to be; auditors and heads see every
//! closing.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::catalog::{OfficeReasonKind, Role};
use oneservice_core::money::Money;
use oneservice_core::office::{CashEntry, OfficeError};
use oneservice_core::request::{Actor, CASH_CLOSERS, Officer};
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;

use super::SignedIn;
use super::aside::choices;
use super::typed::Typed;
use crate::App;
use crate::page::{Page, answer, html_with, to};

/// Who sees what was counted.
pub(super) const SEES: &[Role] = &[Role::Cashier, Role::Auditor, Role::Approver, Role::GovernorDelegate];

struct Row {
    day: String,
    expected: String,
    counted: String,
    difference: String,
    differs: bool,
    notes: Vec<String>,
}

#[derive(Template)]
#[template(path = "cash_desk.html")]
struct CashDesk {
    p: Page,
    closes: bool,
    denied: Vec<String>,
    typed: Typed,
    reasons: Vec<(String, String)>,
    rows: Vec<Row>,
}

fn row(app: &App, p: &Page, CashEntry { entry, cash_closed: closed, .. }: &CashEntry) -> Row {
    let reasons = &app.office.catalog().office().reasons;
    let reason = closed.reason.as_ref().map(|code| {
        let known = reasons.iter().find(|reason| &reason.code == code);
        known.map_or_else(|| code.to_string(), |reason| p.c(&reason.text))
    });
    let by = entry.by.officer.as_ref().map(ToString::to_string);
    Row {
        day: p.date(closed.day),
        expected: closed.drawer.expected().show(p.lang),
        counted: closed.counted.show(p.lang),
        difference: closed.difference().show(p.lang),
        differs: !closed.difference().is_zero(),
        notes: by.into_iter().chain(reason).chain(closed.note.clone()).collect(),
    }
}

async fn page(
    app: &App,
    lang: Lang,
    me: &Officer,
    status: StatusCode,
    denied: Vec<String>,
    typed: Typed,
) -> Result<Response, OfficeError> {
    if !me.holds(SEES) {
        return Err(OfficeError::NotFound);
    }
    let p = Page::new(app, lang, "/desk/cash").wide();
    let closings = app.office.cash_closings().await?;
    let rows = closings.iter().rev().map(|closed| row(app, &p, closed)).collect();
    let reasons = choices(app, &p, OfficeReasonKind::Cash);
    Ok(html_with(status, CashDesk { closes: me.holds(CASH_CLOSERS), denied, typed, reasons, rows, p }))
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    SignedIn(me): SignedIn,
) -> Response {
    answer(&app, lang, page(&app, lang, &me, StatusCode::OK, Vec::new(), Typed::default()).await)
}

pub(crate) async fn close(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    SignedIn(me): SignedIn,
    Form(posted): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::new(posted);
    let made = async {
        let again = StatusCode::UNPROCESSABLE_ENTITY;
        let currency = app.office.catalog().office().currency;
        let counted = typed.one("counted").and_then(|text| Money::parse(currency, text).ok());
        let Some(counted) = counted else {
            let denied = vec![Page::new(&app, lang, "/desk").t("cash-count-wrong")];
            return page(&app, lang, &me, again, denied, typed).await;
        };
        let reason = typed.one("reason").and_then(|reason| reason.parse().ok());
        let note = typed.one("note").map(str::to_owned);
        match app.office.close_cash(&Actor::Officer(me.clone()), counted, reason, note).await? {
            Ok(_) => Ok(to(lang, "/desk/cash")),
            Err(denials) => {
                let denied = sentence::office_denials(lang, app.office.catalog(), &denials);
                page(&app, lang, &me, again, denied, typed).await
            }
        }
    };
    answer(&app, lang, made.await)
}
