//! Finding a request at the desk: by its code, by the number of its result, or by words of a name; and the register of results.

use askama::Template;
use axum::Extension;
use axum::extract::{Query as Asked, State};
use axum::response::Response;
use oneservice_core::ids::TrackingCode;
use oneservice_core::office::{OfficeError, Registered};
use oneservice_core::request::{Officer, Standing};
use oneservice_core::store::Summary;
use oneservice_core::text::Lang;
use serde::Deserialize;

use super::SignedIn;
use super::queue::{DeskPage, Found, rows};
use super::sight::sight;
use crate::App;
use crate::page::{Page, answer, html, to};

/// Most that a search shows.
const FOUND: usize = 50;
/// Most pages of the first word's hits that are looked through for the others, and the rows of each.
const SEARCHED_PAGES: usize = 50;
const PAGE_ROWS: usize = 200;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Find {
    #[serde(default)]
    q: String,
}

impl Find {
    /// What is looked for; nothing that is found is longer.
    fn asked(&self) -> String {
        self.q.chars().take(100).collect()
    }
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    SignedIn(officer): SignedIn,
    Asked(find): Asked<Find>,
) -> Response {
    let made = async {
        let p = Page::new(&app, lang, "/desk").wide();
        let asked = find.asked();
        if let Ok(code) = asked.parse::<TrackingCode>() {
            match app.office.case_by_code(code).await {
                Ok(case) if sight(&officer, case.request.service()).is_some() => {
                    return Ok(to(lang, &format!("/desk/r/{}", case.request.record().id)));
                }
                Ok(_) | Err(OfficeError::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
        if let [one] = &by_number(&app, &officer, &asked).await?[..] {
            return Ok(to(lang, &format!("/desk/r/{}", one.request)));
        }
        let (fitting, cut) = by_name(&app, &officer, &asked, |_| true).await?;
        let rows = rows(&app, &p, &fitting, None).await?;
        let found = Some(Found { asked, rows, cut });
        Ok(html(DeskPage {
            p,
            officer: officer.name,
            desks: Vec::new(),
            found,
            one: false,
            cash: String::new(),
            enter: String::new(),
        }))
    };
    answer(&app, lang, made.await)
}

/// One result in the register.
#[derive(Debug, Clone)]
struct Entry {
    link: String,
    number: String,
    service: String,
    holder: String,
    issued: String,
    until: String,
    standing: String,
    holds: bool,
}

#[derive(Template)]
#[template(path = "results.html")]
struct Results {
    p: Page,
    asked: String,
    entries: Vec<Entry>,
    /// There may be more that were not looked at or are not shown.
    cut: bool,
}

/// The register: results with the number that was typed, or whose holder has that name.
pub(crate) async fn results(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    SignedIn(officer): SignedIn,
    Asked(find): Asked<Find>,
) -> Response {
    let made = async {
        let p = Page::new(&app, lang, "/desk/results").wide();
        let asked = find.asked();
        let (mut found, mut cut) = (by_number(&app, &officer, &asked).await?, false);
        if found.is_empty() {
            let rows;
            (rows, cut) = by_name(&app, &officer, &asked, Registered::is_of).await?;
            for row in &rows {
                found.extend(app.office.registered(row).await?);
            }
        }
        let entry = |one: Registered| Entry {
            link: p.u(&format!("/desk/r/{}", one.request)),
            service: p.c(&one.service.name),
            holder: one.holder,
            issued: p.date(one.result.issued_on),
            until: one.result.valid_until.map(|day| p.date(day)).unwrap_or_default(),
            standing: p.t(&format!("standing-{}", one.standing.as_str())),
            holds: one.standing == Standing::Valid,
            number: one.result.number,
        };
        let entries = found.into_iter().map(entry).collect();
        Ok(html(Results { asked, entries, cut, p }))
    };
    answer(&app, lang, made.await)
}

/// Results with this number that this officer may see.
async fn by_number(app: &App, officer: &Officer, number: &str) -> Result<Vec<Registered>, OfficeError> {
    let mut found = app.office.results_by_number(number).await?;
    found.retain(|one| sight(officer, &one.service).is_some());
    Ok(found)
}

/// The newest of those to `keep` whose names have all these words and that this officer may see; and whether there may be more.
async fn by_name(
    app: &App,
    officer: &Officer,
    name: &str,
    keep: impl Fn(&Summary) -> bool,
) -> Result<(Vec<Summary>, bool), OfficeError> {
    let (mut after, mut fitting) = (None, Vec::new());
    for _ in 0..SEARCHED_PAGES {
        let page = app.office.list_by_name(name, after.as_ref(), PAGE_ROWS).await?;
        for summary in page.rows.into_iter().filter(&keep) {
            // Under the version that the request stands under, also when the catalogue has it no longer.
            let service = app.office.service_of(&summary).await?;
            if sight(officer, &service).is_some() {
                fitting.push(summary);
            }
        }
        after = page.next;
        if after.is_none() || fitting.len() > FOUND {
            break;
        }
    }
    let cut = after.is_some() || fitting.len() > FOUND;
    fitting.truncate(FOUND);
    Ok((fitting, cut))
}
