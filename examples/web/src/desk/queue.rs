//! What needs this officer now: late and due first.

use askama::Template;
use axum::Extension;
use axum::extract::{Query as Asked, State};
use axum::response::Response;
use oneservice_core::catalog::Role;
use oneservice_core::ids::StepId;
use oneservice_core::office::{Case, OfficeError};
use oneservice_core::request::{Appointment, Officer, StageName};
use oneservice_core::store::{Cursor, Query, QueueName, Summary};
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;
use serde::Deserialize;

use super::SignedIn;
use super::review::{payable, refundable};
use crate::App;
use crate::page::{Page, answer, html};

/// Rows of each desk that are shown.
const ROWS: usize = 25;

#[derive(Debug, Clone)]
pub(super) struct Row {
    link: String,
    code: String,
    service: String,
    name: String,
    stage: String,
    due: String,
    late: bool,
    /// The last day of the step that waits in this list.
    mine: String,
    mine_late: bool,
    amount: String,
}

#[derive(Debug, Clone)]
pub(super) struct Desk {
    title: String,
    rows: Vec<Row>,
    more: String,
}

#[derive(Template)]
#[template(path = "desk.html")]
pub(super) struct DeskPage {
    pub(super) p: Page,
    pub(super) officer: String,
    pub(super) desks: Vec<Desk>,
    /// What was searched for and found, on the page of a search.
    pub(super) found: Option<Found>,
    /// One list alone.
    pub(super) one: bool,
    /// The page of the cash desk, for those who see it.
    pub(super) cash: String,
    /// Where a request is entered for somebody, for those who may.
    pub(super) enter: String,
}

#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) asked: String,
    pub(super) rows: Vec<Row>,
    /// There may be more that were not looked at or are not shown.
    pub(super) cut: bool,
}

/// A row of a list, perhaps of those that wait for an appointment. The cashier's has the amount that is left to pay, or is to be given
/// back, or came over the bank; any other's the last day of the step that waits.
async fn row(app: &App, p: &Page, summary: &Summary, of: Option<&Appointment>) -> Result<Row, OfficeError> {
    let at_cash = of.is_some_and(|of| of.role == Role::Cashier);
    let catalog = app.office.catalog();
    let today = app.today();
    // A row knows neither how a request ended nor what it costs.
    let case = if of.is_some() || summary.stage == StageName::Closed {
        Some(app.office.case(summary.request).await?)
    } else {
        None
    };
    let waiting = |case: &Case| {
        let waiting = case.request.record().transfer.as_ref()?;
        Some(format!("{} · {}", waiting.amount.show(p.lang), waiting.reference))
    };
    let money = case.as_ref().filter(|_| at_cash).map(|case| match refundable(case, p.lang) {
        none if none.is_empty() => waiting(case).unwrap_or_else(|| payable(case, p.lang)),
        due => format!("{}: {due}", p.t("refund")),
    });
    // The first of them, where several steps wait for one appointment.
    let mine = of.zip(case.as_ref()).and_then(|(of, case)| {
        let open = case.request.open_steps();
        let fits = |id: &StepId| open.iter().any(|step| &step.id == id && of.fits(step));
        let days = case.request.expected(catalog.calendar()).into_iter();
        days.filter(|(id, _)| fits(id)).map(|(_, day)| day).min()
    });
    Ok(Row {
        link: p.u(&format!("/desk/r/{}", summary.request)),
        code: summary.code.to_string(),
        service: p.c(&app.office.service_of(summary).await?.name),
        name: summary.applicant_name.clone(),
        stage: match &case {
            Some(case) => sentence::stage(p.lang, &case.request),
            None => sentence::stage_name(p.lang, summary.stage),
        },
        due: summary.due_on.map(|due| p.date(due)).unwrap_or_default(),
        late: summary.due_on.is_some_and(|due| due < today),
        mine: mine.map(|day| p.date(day)).unwrap_or_default(),
        mine_late: mine.is_some_and(|day| day < today),
        amount: money.unwrap_or_default(),
    })
}

pub(super) async fn rows(
    app: &App,
    p: &Page,
    found: &[Summary],
    of: Option<&Appointment>,
) -> Result<Vec<Row>, OfficeError> {
    let mut rows = Vec::with_capacity(found.len());
    for summary in found {
        rows.push(row(app, p, summary, of).await?);
    }
    Ok(rows)
}

/// A list that this officer works on.
struct List {
    /// Its name in links.
    name: String,
    title: String,
    query: Query,
    of: Option<Appointment>,
}

fn lists(app: &App, p: &Page, officer: &Officer) -> Vec<List> {
    let queue = |appointment: &Appointment| {
        let queue = QueueName::new(appointment.role, &appointment.department);
        List {
            name: queue.to_string(),
            title: sentence::appointment(p.lang, app.office.catalog(), appointment),
            query: Query::Queue(queue),
            of: Some(appointment.clone()),
        }
    };
    let ready = officer.holds(&[Role::FrontDesk]).then(|| List {
        name: "ready".into(),
        title: p.t("stage-ready"),
        query: Query::Stage(StageName::Ready),
        of: None,
    });
    let at_bank = officer.appointments.iter().filter(|held| held.role == Role::Cashier).map(|held| {
        let queue = QueueName::transfers(&held.department);
        List {
            name: queue.to_string(),
            title: p.t("transfers"),
            query: Query::Queue(queue),
            of: Some(held.clone()),
        }
    });
    officer.appointments.iter().map(queue).chain(at_bank).chain(ready).collect()
}

/// One list alone, and where it goes on.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Turn {
    #[serde(default)]
    list: String,
    #[serde(default)]
    after: String,
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    SignedIn(officer): SignedIn,
    Asked(turn): Asked<Turn>,
) -> Response {
    let made = async {
        let mut p = Page::new(&app, lang, "/desk").wide();
        let mut lists = lists(&app, &p, &officer);
        let many = lists.len() > 3;
        let one = lists.iter().position(|list| list.name == turn.list).map(|nth| lists.swap_remove(nth));
        let is_one = one.is_some();
        // A marker that is none begins anew.
        let after = turn.after.parse::<Cursor>().ok().filter(|_| is_one);
        if is_one {
            p.path = format!(
                "/desk?list={}&after={}",
                turn.list,
                after.map(|a| a.to_string()).unwrap_or_default()
            );
        }
        let mut desks = Vec::new();
        for list in one.map_or(lists, |one| vec![one]) {
            let page = app.office.list(&list.query, after.as_ref(), ROWS).await?;
            if page.rows.is_empty() && many && !is_one {
                continue;
            }
            let more = page.next.map(|next| p.u(&format!("/desk?list={}&after={next}", list.name)));
            desks.push(Desk {
                title: list.title,
                rows: rows(&app, &p, &page.rows, list.of.as_ref()).await?,
                more: more.unwrap_or_default(),
            });
        }
        let cash = if officer.holds(super::cash::SEES) { p.u("/desk/cash") } else { String::new() };
        let enter = if officer.holds(&[Role::FrontDesk]) { p.u("/desk/new") } else { String::new() };
        Ok(html(DeskPage { p, officer: officer.name, desks, found: None, one: is_one, cash, enter }))
    };
    answer(&app, lang, made.await)
}
