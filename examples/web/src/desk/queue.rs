//! What needs this officer now: late and due first.

use askama::Template;
use axum::Extension;
use axum::extract::{Query as Asked, State};
use axum::http::HeaderMap;
use axum::response::Response;
use oneservice_core::catalog::Role;
use oneservice_core::ids::TrackingCode;
use oneservice_core::office::OfficeError;
use oneservice_core::request::{Appointment, Officer, StageName};
use oneservice_core::store::{Cursor, Query, QueueName, Summary};
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;
use serde::Deserialize;

use super::officer;
use super::sight::sight;
use crate::App;
use crate::page::{Page, answer, html, to};

/// Rows of each desk that are shown.
const ROWS: usize = 25;

/// Most that a search shows, and most pages of the first word's hits that it looks through for the others.
const FOUND: usize = 50;
const SEARCHED_PAGES: usize = 50;

#[derive(Debug, Clone)]
struct Row {
    link: String,
    code: String,
    service: String,
    name: String,
    stage: String,
    due: String,
    late: bool,
    amount: String,
}

#[derive(Debug, Clone)]
struct Desk {
    title: String,
    rows: Vec<Row>,
    more: String,
}

#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    p: Page,
    officer: String,
    desks: Vec<Desk>,
    asked: String,
    found: Vec<Row>,
    searched: bool,
    one: bool,
}

/// A row of a list. `at_cash` has the amount that is left to pay.
async fn row(app: &App, p: &Page, summary: &Summary, at_cash: bool) -> Result<Row, OfficeError> {
    let catalog = app.office.catalog();
    let today = catalog.calendar().local_date(app.office.now());
    // A row knows neither how a request ended nor what it costs.
    let case = if at_cash || summary.stage == StageName::Closed {
        Some(app.office.case(summary.request).await?)
    } else {
        None
    };
    let outstanding = case.as_ref().filter(|_| at_cash).map(|case| case.request.record().outstanding());
    Ok(Row {
        link: p.u(&format!("/desk/r/{}", summary.request)),
        code: summary.code.to_string(),
        service: catalog
            .service(&summary.service)
            .map_or_else(|| summary.service.to_string(), |s| p.c(&s.name)),
        name: summary.applicant_name.clone(),
        stage: match &case {
            Some(case) => sentence::stage(p.lang, &case.request),
            None => sentence::stage_name(p.lang, summary.stage),
        },
        due: summary.due_on.map(|due| p.date(due)).unwrap_or_default(),
        late: summary.due_on.is_some_and(|due| due < today),
        amount: outstanding.map(|money| money.show(p.lang)).unwrap_or_default(),
    })
}

async fn rows(app: &App, p: &Page, found: &[Summary], at_cash: bool) -> Result<Vec<Row>, OfficeError> {
    let mut rows = Vec::with_capacity(found.len());
    for summary in found {
        rows.push(row(app, p, summary, at_cash).await?);
    }
    Ok(rows)
}

/// A list that this officer works on.
struct List {
    /// Its name in links.
    name: String,
    title: String,
    query: Query,
    at_cash: bool,
}

fn lists(app: &App, p: &Page, officer: &Officer) -> Vec<List> {
    let profile = app.office.catalog().office();
    let queue = |appointment: &Appointment| {
        let queue = QueueName::new(appointment.role, &appointment.department);
        let role = profile.role(appointment.role).map(|r| p.c(&r.name)).unwrap_or_default();
        let department = profile.department(appointment.department.as_str()).map(|d| p.c(&d.name));
        List {
            name: queue.to_string(),
            title: format!("{role} · {}", department.unwrap_or_default()),
            query: Query::Queue(queue),
            at_cash: appointment.role == Role::Cashier,
        }
    };
    let ready = officer.holds(&[Role::FrontDesk]).then(|| List {
        name: "ready".into(),
        title: p.t("stage-ready"),
        query: Query::Stage(StageName::Ready),
        at_cash: false,
    });
    officer.appointments.iter().map(queue).chain(ready).collect()
}

/// One list alone, and where it goes on.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Turn {
    #[serde(default)]
    list: String,
    #[serde(default)]
    after: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Find {
    #[serde(default)]
    q: String,
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    headers: HeaderMap,
    Asked(turn): Asked<Turn>,
) -> Response {
    let officer = match officer(&app, lang, &headers) {
        Ok(officer) => officer,
        Err(login) => return *login,
    };
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
                rows: rows(&app, &p, &page.rows, list.at_cash).await?,
                more: more.unwrap_or_default(),
            });
        }
        Ok(html(DeskPage {
            p,
            officer: officer.name.clone(),
            desks,
            asked: String::new(),
            found: Vec::new(),
            searched: false,
            one: is_one,
        }))
    };
    answer(&app, lang, made.await)
}

/// By code, or by a word of a name.
pub(crate) async fn find(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    headers: HeaderMap,
    Asked(find): Asked<Find>,
) -> Response {
    let officer = match officer(&app, lang, &headers) {
        Ok(officer) => officer,
        Err(login) => return *login,
    };
    let made = async {
        let p = Page::new(&app, lang, "/desk").wide();
        let asked: String = find.q.chars().take(100).collect();
        if let Ok(code) = asked.parse::<TrackingCode>() {
            match app.office.case_by_code(code).await {
                Ok(case) if sight(&officer, case.request.service()).is_some() => {
                    return Ok(to(lang, &format!("/desk/r/{}", case.request.record().id)));
                }
                Ok(_) | Err(OfficeError::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
        let words = oneservice_core::text::search_tokens(&asked);
        let mut found = Vec::new();
        if let Some((first, rest)) = words.split_first() {
            let seen = |summary: &Summary| {
                let service = app.office.catalog().service(&summary.service);
                service.is_some_and(|service| sight(&officer, service).is_some())
            };
            let fits = |summary: &Summary| rest.iter().all(|word| summary.tokens.contains(word));
            let (query, mut after, mut fitting) = (Query::Token(first.clone()), None, Vec::new());
            // A common name has many pages before the one who is meant.
            for _ in 0..SEARCHED_PAGES {
                let page = app.office.list(&query, after.as_ref(), 200).await?;
                fitting.extend(page.rows.into_iter().filter(|summary| fits(summary) && seen(summary)));
                after = page.next;
                if after.is_none() || fitting.len() >= FOUND {
                    break;
                }
            }
            fitting.truncate(FOUND);
            found = rows(&app, &p, &fitting, false).await?;
        }
        Ok(html(DeskPage {
            p,
            officer: officer.name.clone(),
            desks: Vec::new(),
            asked,
            found,
            searched: true,
            one: false,
        }))
    };
    answer(&app, lang, made.await)
}
