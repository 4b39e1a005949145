//! Who acts in an officer's place while they are away: everybody gives what is theirs, for some days, and takes it back.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::calendar::{Date, parse_date};
use oneservice_core::request::{Appointment, Officer};
use oneservice_core::text::Lang;
use oneservice_pilot::delegation::{Delegation, DelegationError};
use oneservice_pilot::sentence;
use oneservice_pilot::staff::{Staff, StaffError};

use super::SignedIn;
use super::typed::Typed;
use crate::App;
use crate::page::{Page, html_with, message, to};

/// One delegation.
struct Row {
    role: String,
    officer: String,
    days: String,
    /// What ends it, in the form.
    to: String,
    what: String,
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

/// A role as a form names it.
fn value(appointment: &Appointment) -> String {
    format!("{}@{}", appointment.role, appointment.department)
}

fn row(app: &App, p: &Page, staff: &Staff, delegation: &Delegation, other: &str) -> Row {
    let appointment = Appointment::new(delegation.role, delegation.department.clone());
    let officer = staff.member(other).map_or_else(|| other.to_owned(), |member| member.name.clone());
    Row {
        role: sentence::appointment(p.lang, app.office.catalog(), &appointment),
        officer,
        days: format!("{} – {}", p.date(delegation.since), p.date(delegation.until)),
        to: delegation.to.to_string(),
        what: value(&appointment),
    }
}

fn today(app: &App) -> Date {
    app.office.catalog().calendar().local_date(app.office.now())
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
    let (staff, today) = (app.staff.now(), today(app));
    let own = me.appointments.iter().filter(|appointment| appointment.delegated_by.is_none());
    let role = |of: &Appointment| (value(of), sentence::appointment(lang, app.office.catalog(), of));
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
    page(&app, lang, &me, StatusCode::OK, Vec::new(), Typed::default())
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
    let typed = Typed::new(posted);
    let no = match made(&app, &me, &typed) {
        Ok(()) => return to(lang, "/desk/away"),
        Err(No::Incomplete(key)) => Page::new(&app, lang, "/desk").t(key),
        Err(No::Delegation(why)) => sentence::delegation(lang, app.office.catalog(), &why),
        Err(No::Staff(error)) => {
            tracing::error!(%error, "the staff file cannot be changed");
            let p = Page::new(&app, lang, "/desk");
            return message(p, StatusCode::INTERNAL_SERVER_ERROR, "problem-title", "unexpected");
        }
    };
    page(&app, lang, &me, StatusCode::UNPROCESSABLE_ENTITY, vec![no], typed)
}

fn made(app: &App, me: &Officer, typed: &Typed) -> Result<(), No> {
    let own = me.appointments.iter().find(|own| typed.one("role") == Some(value(own).as_str()));
    let own = own.ok_or(No::Incomplete("away-choose"))?;
    let to = typed.one("to").and_then(|to| to.parse().ok()).ok_or(No::Incomplete("away-choose"))?;
    let today = today(app);
    if typed.one("act") == Some("end") {
        return app.staff.change(|staff| Ok(staff.end_delegation(&me.id, &to, own, today)?));
    }
    let day = |name| typed.one(name).and_then(parse_date).ok_or(No::Incomplete("away-days"));
    let (role, department) = (own.role, own.department.clone());
    let new =
        Delegation { from: me.id.clone(), to, role, department, since: day("since")?, until: day("until")? };
    app.staff.change(|staff| Ok(staff.delegate(app.office.catalog().office(), new, today)?))
}
