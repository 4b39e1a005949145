//! What needs this officer now: late and due first.

use askama::Template;
use axum::Extension;
use axum::extract::{Query as Asked, State};
use axum::http::HeaderMap;
use axum::response::Response;
use oneservice_core::ids::TrackingCode;
use oneservice_core::office::OfficeError;
use oneservice_core::store::{Query, QueueName, Summary};
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;
use serde::Deserialize;

use super::officer;
use crate::App;
use crate::page::{Page, answer, html, to};

/// Rows of each desk that are shown.
const ROWS: usize = 25;

#[derive(Debug, Clone)]
struct Row {
    link: String,
    code: String,
    service: String,
    name: String,
    stage: String,
    due: String,
    late: bool,
}

#[derive(Debug, Clone)]
struct Desk {
    title: String,
    rows: Vec<Row>,
    more: bool,
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
}

fn row(app: &App, p: &Page, summary: &Summary) -> Row {
    let catalog = app.office.catalog();
    let today = catalog.calendar().local_date(app.office.now());
    Row {
        link: p.u(&format!("/desk/r/{}", summary.request)),
        code: summary.code.to_string(),
        service: catalog
            .service(&summary.service)
            .map_or_else(|| summary.service.to_string(), |s| p.c(&s.name)),
        name: summary.applicant_name.clone(),
        stage: sentence::stage_name(p.lang, summary.stage),
        due: summary.due_on.map(|due| p.date(due)).unwrap_or_default(),
        late: summary.due_on.is_some_and(|due| due < today),
    }
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
) -> Response {
    let officer = match officer(&app, lang, &headers) {
        Ok(officer) => officer,
        Err(login) => return *login,
    };
    let made = async {
        let p = Page::new(&app, lang, "/desk").wide();
        let profile = app.office.catalog().office();
        let mut desks = Vec::new();
        for appointment in &officer.appointments {
            let queue = QueueName::new(appointment.role, &appointment.department);
            let page = app.office.list(&Query::Queue(queue), None, ROWS).await?;
            if page.rows.is_empty() && officer.appointments.len() > 3 {
                continue;
            }
            let role = profile.role(appointment.role).map(|r| p.c(&r.name)).unwrap_or_default();
            let department = profile.department(appointment.department.as_str()).map(|d| p.c(&d.name));
            desks.push(Desk {
                title: format!("{role} · {}", department.unwrap_or_default()),
                rows: page.rows.iter().map(|summary| row(&app, &p, summary)).collect(),
                more: page.next.is_some(),
            });
        }
        let collects = officer.holds(&[oneservice_core::catalog::Role::FrontDesk]);
        if collects {
            let ready = Query::Stage(oneservice_core::request::StageName::Ready);
            let page = app.office.list(&ready, None, ROWS).await?;
            desks.push(Desk {
                title: p.t("stage-ready"),
                rows: page.rows.iter().map(|summary| row(&app, &p, summary)).collect(),
                more: page.next.is_some(),
            });
        }
        let officer = officer.name.clone();
        Ok(html(DeskPage { p, officer, desks, asked: String::new(), found: Vec::new(), searched: false }))
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
                Ok(case) => return Ok(to(lang, &format!("/desk/r/{}", case.request.record().id))),
                Err(OfficeError::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
        let words = oneservice_core::text::search_tokens(&asked);
        let mut found = Vec::new();
        if let Some((first, rest)) = words.split_first() {
            let page = app.office.list(&Query::Token(first.clone()), None, 200).await?;
            let fits = |summary: &&Summary| rest.iter().all(|word| summary.tokens.contains(word));
            found = page.rows.iter().filter(fits).take(50).map(|summary| row(&app, &p, summary)).collect();
        }
        Ok(html(DeskPage {
            p,
            officer: officer.name.clone(),
            desks: Vec::new(),
            asked,
            found,
            searched: true,
        }))
    };
    answer(&app, lang, made.await)
}
