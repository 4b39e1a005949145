//! Before starting: what can be asked for, what it needs, costs and takes.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::catalog::{FeeMoment, Service, Unoffered};
use oneservice_core::ids::ServiceId;
use oneservice_core::money::Money;
use oneservice_core::office::{NewDraft, OfficeError};
use oneservice_core::request::Channel;
use oneservice_core::text::{Lang, search_key, search_tokens};
use serde::Deserialize;

use super::visit::{Visit, hours};
use super::who::{Who, WhoControls};
use crate::App;
use crate::page::{Page, answer, html, html_with, to};

#[derive(Debug, Clone)]
struct Listed {
    id: String,
    name: String,
    days: String,
    fee: String,
}

#[derive(Debug, Clone)]
struct SectorView {
    id: String,
    name: String,
    summary: String,
    services: Vec<Listed>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    p: Page,
    open: bool,
    hours: String,
    sectors: Vec<SectorView>,
}

#[derive(Template)]
#[template(path = "services.html")]
struct Services {
    p: Page,
    /// Where a service's page is.
    at: &'static str,
    asked: String,
    sectors: Vec<SectorView>,
}

fn sectors(app: &App, p: &Page, wanted: impl Fn(&Service) -> bool) -> Vec<SectorView> {
    let catalog = app.office.catalog();
    catalog
        .sectors()
        .iter()
        .map(|sector| SectorView {
            id: sector.id.to_string(),
            name: p.c(&sector.name),
            summary: p.c(&sector.summary),
            services: app
                .office
                .offered()
                .filter(|service| service.sector == sector.id && wanted(service))
                .map(|service| Listed {
                    id: service.id.to_string(),
                    name: p.c(&service.name),
                    days: p.t1("days", "n", service.processing_time.working_days),
                    fee: price(p, service),
                })
                .collect(),
        })
        .collect()
}

pub(crate) async fn show(State(app): State<App>, Extension(lang): Extension<Lang>) -> Response {
    let p = Page::new(&app, lang, "/");
    let calendar = app.office.catalog().calendar();
    let (open, hours) = (calendar.is_open(app.office.now()), hours(&app, lang));
    let sectors = sectors(&app, &p, |_| false);
    html(Home { p, open, hours, sectors })
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    sector: String,
}

pub(crate) async fn services(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Query(search): Query<Search>,
) -> Response {
    listed(&app, lang, search, "/services", "/s/")
}

/// The services that are found, on the page at `path`, each with its own page under `at`.
pub(crate) fn listed(
    app: &App,
    lang: Lang,
    search: Search,
    path: &'static str,
    at: &'static str,
) -> Response {
    let p = Page::new(app, lang, path);
    let asked: String = search.q.chars().take(100).collect();
    // Each word counts by itself, wherever it stands; Khmer words are typed together and found as they are.
    let words = search_tokens(&asked);
    let mut found = sectors(app, &p, |service| {
        let texts = [&service.name, &service.summary];
        let text: Vec<String> =
            texts.iter().flat_map(|text| [search_key(&text.km), search_key(&text.en)]).collect();
        let has = |word: &String| text.iter().any(|text| text.contains(word.as_str()));
        (search.sector.is_empty() || service.sector.as_str() == search.sector) && words.iter().all(has)
    });
    found.retain(|sector| !sector.services.is_empty());
    html(Services { p, at, asked, sectors: found })
}

#[derive(Debug, Clone)]
struct Paper {
    name: String,
    hint: String,
    notes: Vec<String>,
}

#[derive(Debug, Clone)]
struct Law {
    title: String,
    number: String,
}

#[derive(Template)]
#[template(path = "service.html")]
struct ServicePage {
    p: Page,
    /// Where the form begins a draft.
    start: String,
    name: String,
    summary: String,
    version: u32,
    base: String,
    free: bool,
    fee_when: String,
    rules: Vec<String>,
    most: String,
    fee_assumed: bool,
    days: String,
    papers: Vec<Paper>,
    steps: Vec<String>,
    laws: Vec<Law>,
    visit: Visit,
    who: WhoControls,
}

/// What a service costs before anything is known of a request.
fn price(p: &Page, service: &Service) -> String {
    if service.fee.when == FeeMoment::None {
        return p.t("fee-free");
    }
    let base = Money::of_units(service.fee.currency, service.fee.base).show(p.lang);
    if service.fee.rules.is_empty() { base } else { format!("{base} +") }
}

/// The amount that stands in a rule: all of it, or what each one counts, as in `form.rooms * 4000`. Nothing if it is
/// calculated in another way.
fn unit(amount: &str) -> Option<i64> {
    let Some((counted, each)) = amount.rsplit_once('*') else { return amount.trim().parse().ok() };
    let mut depth = 0_i32;
    let is_one = counted.trim().chars().all(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth > 0 || c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ')')
    });
    each.trim().parse().ok().filter(|_| is_one)
}

/// The page at `path`, whose form begins a draft at `start`.
pub(crate) fn service_page(
    app: &App,
    lang: Lang,
    service: &Service,
    (path, start): (String, String),
    who: &Who,
    error: &str,
) -> Response {
    let p = Page::new(app, lang, path);
    let paper = |document: &oneservice_core::catalog::DocumentRequirement| {
        let notes = [(!document.required, "if-applies"), (document.original_at_counter, "original-later")];
        Paper {
            name: p.c(&document.name),
            hint: document.hint.as_ref().map(|hint| p.c(hint)).unwrap_or_default(),
            notes: notes.into_iter().filter(|(says, _)| *says).map(|(_, key)| p.t(key)).collect(),
        }
    };
    let money = |units: i64| Money::of_units(service.fee.currency, units).show(lang);
    let rule = |rule: &oneservice_core::catalog::FeeRule| match unit(rule.amount.as_str()) {
        Some(units) => format!("{}: {}", p.c(&rule.label), money(units)),
        None => p.c(&rule.label),
    };
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let error = if error.is_empty() { String::new() } else { p.t(error) };
    let page = ServicePage {
        start: p.u(&start),
        name: p.c(&service.name),
        summary: p.c(&service.summary),
        version: service.version,
        base: price(&p, service),
        free: service.fee.when == FeeMoment::None,
        fee_when: p.t(&format!("fee-{}", service.fee.when)),
        rules: service.fee.rules.iter().map(rule).collect(),
        most: service.fee.max.map(money).unwrap_or_default(),
        fee_assumed: service.fee.assumed,
        days: p.t1("days", "n", service.processing_time.working_days),
        papers: service.documents.iter().map(paper).collect(),
        steps: service.review.steps.iter().map(|step| p.c(&step.title)).collect(),
        laws: service
            .legal_basis
            .iter()
            .map(|law| Law { title: p.c(&law.title), number: law.number.clone().unwrap_or_default() })
            .collect(),
        visit: Visit::new(app, lang, service.documents.iter().filter(|document| document.required), None),
        who: WhoControls::new(&p, service, who, error),
        p,
    };
    html_with(status, page)
}

/// The version of a service that can be asked for today.
pub(crate) fn offered(app: &App, id: &str) -> Result<Arc<Service>, OfficeError> {
    let none = || OfficeError::NoService(id.to_owned());
    let service: ServiceId = id.parse().map_err(|_| none())?;
    match app.office.in_force(&service) {
        Ok(found) => Ok(Arc::clone(found)),
        Err(Unoffered::Unknown) => Err(none()),
        Err(why) => Err(OfficeError::NotOffered { service, why }),
    }
}

pub(crate) async fn service(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(id): Path<String>,
) -> Response {
    let service = match offered(&app, &id) {
        Ok(service) => service,
        Err(why) => return answer(&app, lang, Err(why)),
    };
    service_page(&app, lang, &service, own(&service), &Who::default(), "")
}

pub(crate) async fn start(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(id): Path<String>,
    Form(who): Form<Who>,
) -> Response {
    let service = match offered(&app, &id) {
        Ok(service) => service,
        Err(why) => return answer(&app, lang, Err(why)),
    };
    begin(&app, lang, &service, own(&service), &who, Channel::Web).await
}

/// The addresses of a service's own page.
fn own(service: &Service) -> (String, String) {
    (format!("/s/{}", service.id), format!("/s/{}/start", service.id))
}

/// A draft for whom and what was chosen on the page at `places`.
pub(crate) async fn begin(
    app: &App,
    lang: Lang,
    service: &Service,
    places: (String, String),
    who: &Who,
    channel: Channel,
) -> Response {
    let Some((applicant, by_representative, purpose)) = who.read(service) else {
        return service_page(app, lang, service, places, who, "problem-option");
    };
    let new = NewDraft {
        service: service.id.to_string(),
        applicant,
        by_representative,
        purpose,
        follows: None,
        channel,
        idempotency_key: None,
    };
    let begun = app.office.draft(new).await;
    answer(app, lang, begun.map(|draft| to(lang, &format!("/a/{}", draft.key().text()))))
}

#[cfg(test)]
mod tests {
    use super::unit;

    #[test]
    fn the_amount_of_a_rule_is_what_each_one_counts() {
        for (amount, each) in [
            ("50000", Some(50_000)),
            ("form.rooms * 4000", Some(4_000)),
            ("(size(form.members) - 10) * 1000", Some(1_000)),
            ("((row.head + 99) / 100) * 1000", Some(1_000)),
            ("(form.rooms <= 50 ? form.rooms : 50) * 8000", Some(8_000)),
            ("20000 + form.rooms * 4000", None),
            ("form.rooms - 1 * 4000", None),
            ("form.rooms * form.days", None),
            ("form.big ? 1 : 2 * 3", None),
        ] {
            assert_eq!(unit(amount), each, "{amount}");
        }
    }
}
