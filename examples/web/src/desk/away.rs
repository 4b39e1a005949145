//! Who acts in an officer's place while they are away: everybody gives what is theirs, for some days, and takes it back.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::calendar::{Date, parse_date};
use oneservice_core::office::OfficeError;
use oneservice_core::request::{Appointment, Officer};
use oneservice_core::text::Lang;
use oneservice_pilot::delegation::{Delegation, DelegationError, role_word};
use oneservice_pilot::sentence;
use oneservice_pilot::staff::{Staff, StaffError};

use super::SignedIn;
use super::typed::Typed;
use crate::App;
use crate::app::TRIAL;
use crate::page::{Page, error, html_with, message, to};

/// One delegation.
struct Row {
    role: String,
    officer: String,
    days: String,
    /// What ends it, in the form.
    to: String,
    what: String,
    since: Date,
}

#[derive(Template)]
#[template(path = "away.html")]
struct Away {
    p: Page,
    denied: Vec<String>,
    typed: Typed,
    /// What is this officer's own, by value and in words.
    roles: Vec<(String, String)>,
    officers: Vec<(String, String)>,
    given: Vec<Row>,
    taken: Vec<Row>,
}

fn row(app: &App, p: &Page, staff: &Staff, delegation: &Delegation, other: &str) -> Row {
    let appointment = delegation.appointment();
    let officer = staff.member(other).map_or_else(|| other.to_owned(), |member| member.name.clone());
    Row {
        role: sentence::appointment(p.lang, app.office.catalog(), &appointment),
        officer,
        days: format!("{} – {}", p.date(delegation.since), p.date(delegation.until)),
        to: delegation.to.to_string(),
        what: role_word(&appointment),
        since: delegation.since,
    }
}

fn page(
    app: &App,
    lang: Lang,
    me: &Officer,
    status: StatusCode,
    denied: Vec<String>,
    typed: Typed,
) -> Response {
    let p = Page::new(app, lang, "/desk/away").wide();
    let (staff, today) = (app.staff.now(), app.today());
    let own = me.appointments.iter().filter(|appointment| appointment.delegated_by.is_none());
    let role = |of: &Appointment| (role_word(of), sentence::appointment(lang, app.office.catalog(), of));
    let others = staff.officers.iter().filter(|member| member.id != me.id);
    let given = staff.delegated(today).filter(|delegation| delegation.from == me.id);
    let taken = staff.delegated(today).filter(|delegation| delegation.to == me.id);
    let page = Away {
        denied,
        typed,
        roles: own.map(role).collect(),
        officers: others.map(|member| (member.id.to_string(), member.name.clone())).collect(),
        given: given.map(|given| row(app, &p, &staff, given, given.to.as_str())).collect(),
        taken: taken.map(|taken| row(app, &p, &staff, taken, taken.from.as_str())).collect(),
        p,
    };
    html_with(status, page)
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    SignedIn(me): SignedIn,
) -> Response {
    if is_trial(&app) {
        return error(&app, lang, &OfficeError::NotFound);
    }
    page(&app, lang, &me, StatusCode::OK, Vec::new(), Typed::default())
}

/// The same people work in both: who acts for whom is never tried.
fn is_trial(app: &App) -> bool {
    app.at == TRIAL
}

/// Why the page did not do what was asked.
enum No {
    /// A choice or a day is missing, or is none; the key of the words that say so.
    Incomplete(&'static str),
    Delegation(DelegationError),
    Staff(StaffError),
}

impl From<DelegationError> for No {
    fn from(error: DelegationError) -> Self {
        Self::Delegation(error)
    }
}

impl From<StaffError> for No {
    fn from(error: StaffError) -> Self {
        Self::Staff(error)
    }
}

pub(crate) async fn change(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    SignedIn(me): SignedIn,
    Form(posted): Form<Vec<(String, String)>>,
) -> Response {
    if is_trial(&app) {
        return error(&app, lang, &OfficeError::NotFound);
    }
    let (at, who, typed) = (app.clone(), me.clone(), Typed::new(posted));
    // The file may be held by another program.
    let done = tokio::task::spawn_blocking(move || (made(&at, &who, &typed), typed)).await;
    let (done, typed) = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    let no = match done {
        Ok(()) => return to(lang, "/desk/away"),
        Err(No::Incomplete(key)) => Page::new(&app, lang, "/desk").t(key),
        Err(No::Delegation(why)) => sentence::delegation(lang, app.office.catalog(), &why),
        Err(No::Staff(failed)) => {
            tracing::error!(error = %failed, "the staff file cannot be changed");
            let p = Page::new(&app, lang, "/desk");
            return message(p, StatusCode::INTERNAL_SERVER_ERROR, "problem-title", "unexpected");
        }
    };
    // What ends one is not what was typed for another.
    let typed = if typed.one("act") == Some("end") { Typed::default() } else { typed };
    page(&app, lang, &me, StatusCode::UNPROCESSABLE_ENTITY, vec![no], typed)
}

fn made(app: &App, me: &Officer, typed: &Typed) -> Result<(), No> {
    let own = me.appointments.iter().find(|own| typed.one("role") == Some(role_word(own).as_str()));
    let own = own.ok_or(No::Incomplete("away-choose"))?;
    let to = typed.one("to").and_then(|to| to.parse().ok()).ok_or(No::Incomplete("away-choose"))?;
    let today = app.today();
    if typed.one("act") == Some("end") {
        let since = typed.one("since").and_then(parse_date);
        return app.staff.change(|staff| Ok(staff.end_delegation(&me.id, &to, own, since, today)?));
    }
    let day = |name| typed.one(name).and_then(parse_date).ok_or(No::Incomplete("away-days"));
    let (role, department) = (own.role, own.department.clone());
    let (from, since, until) = (me.id.clone(), day("since")?, day("until")?);
    let new = Delegation { from, to, role, department, since, until, ended_on: None };
    app.staff.change(|staff| Ok(staff.delegate(app.office.catalog().office(), new, today)?))
}
