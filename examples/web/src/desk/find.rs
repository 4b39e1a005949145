//! Finding a request at the desk: by its code, or by words of a name.

use axum::Extension;
use axum::extract::{Query as Asked, State};
use axum::http::HeaderMap;
use axum::response::Response;
use oneservice_core::ids::TrackingCode;
use oneservice_core::office::OfficeError;
use oneservice_core::request::Officer;
use oneservice_core::store::{Query, Summary};
use oneservice_core::text::{Lang, search_tokens};
use serde::Deserialize;

use super::officer;
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

pub(crate) async fn show(
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
        let (fitting, cut) = by_words(&app, &officer, &asked).await?;
        let rows = rows(&app, &p, &fitting, false).await?;
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

/// The newest whose names have all these words and that this officer may see; and whether there may be more.
async fn by_words(app: &App, officer: &Officer, asked: &str) -> Result<(Vec<Summary>, bool), OfficeError> {
    let words = search_tokens(asked);
    // The longest word is the rarest.
    let Some(first) = words.iter().max_by_key(|word| word.chars().count()) else {
        return Ok((Vec::new(), false));
    };
    let has_all = |summary: &Summary| words.iter().all(|word| summary.tokens.contains(word));
    let (query, mut after, mut fitting) = (Query::Token(first.clone()), None, Vec::new());
    for _ in 0..SEARCHED_PAGES {
        let page = app.office.list(&query, after.as_ref(), PAGE_ROWS).await?;
        for summary in page.rows.into_iter().filter(has_all) {
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
