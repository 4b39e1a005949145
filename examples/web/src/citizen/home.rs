//! Before starting: what can be asked for, what it needs, costs and takes.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::catalog::{ApplicantKind, FeeMoment, Purpose, Service};
use oneservice_core::office::{NewDraft, OfficeError};
use oneservice_core::request::Channel;
use oneservice_core::text::{Lang, search_key};
use serde::Deserialize;

use crate::App;
use crate::page::{Page, answer, html, to};

#[derive(Debug, Clone)]
struct Listed {
    id: String,
    name: String,
    days: String,
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
            services: catalog
                .services()
                .filter(|service| service.sector == sector.id && wanted(service))
                .map(|service| Listed {
                    id: service.id.to_string(),
                    name: p.c(&service.name),
                    days: p.t1("days", "n", service.processing_time.working_days),
                })
                .collect(),
        })
        .collect()
}

pub(crate) async fn show(State(app): State<App>, Extension(lang): Extension<Lang>) -> Response {
    let p = Page::new(&app, lang, "/");
    let calendar = app.office.catalog().calendar();
    let hours = calendar
        .sessions()
        .iter()
        .map(|s| format!("{}–{}", s.from().strftime("%H:%M"), s.until().strftime("%H:%M")));
    let hours = oneservice_pilot::sentence::digits(lang, &hours.collect::<Vec<_>>().join(", "));
    let open = calendar.is_open(app.office.now());
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
    let p = Page::new(&app, lang, "/services");
    let asked: String = search.q.chars().take(100).collect();
    let key = search_key(&asked);
    let mut found = sectors(&app, &p, |service| {
        let texts = [&service.name, &service.summary];
        let names = texts
            .iter()
            .any(|text| search_key(&text.km).contains(&key) || search_key(&text.en).contains(&key));
        (search.sector.is_empty() || service.sector.as_str() == search.sector) && names
    });
    found.retain(|sector| !sector.services.is_empty());
    html(Services { p, asked, sectors: found })
}

#[derive(Debug, Clone)]
struct Paper {
    name: String,
    hint: String,
    note: String,
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
    id: String,
    name: String,
    summary: String,
    version: u32,
    base: String,
    free: bool,
    fee_when: String,
    rules: Vec<String>,
    fee_assumed: bool,
    days: String,
    papers: Vec<Paper>,
    steps: Vec<String>,
    laws: Vec<Law>,
    kinds: Vec<(String, String)>,
    purposes: Vec<(String, String)>,
}

pub(crate) async fn service(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(id): Path<String>,
) -> Response {
    let p = Page::new(&app, lang, format!("/s/{id}"));
    let found = id.parse().ok().and_then(|id| app.office.catalog().service(&id).cloned());
    let Some(service) = found else { return answer(&app, lang, Err(OfficeError::NoService(id))) };
    let base = oneservice_core::money::Money::of_units(service.fee.currency, service.fee.base);
    let paper = |document: &oneservice_core::catalog::DocumentRequirement| Paper {
        name: p.c(&document.name),
        hint: document.hint.as_ref().map(|hint| p.c(hint)).unwrap_or_default(),
        note: if document.required { String::new() } else { p.t("if-applies") },
    };
    let page = ServicePage {
        id,
        name: p.c(&service.name),
        summary: p.c(&service.summary),
        version: service.version,
        base: base.show(lang),
        free: service.fee.when == FeeMoment::None,
        fee_when: p.t(&format!("fee-{}", service.fee.when)),
        rules: service.fee.rules.iter().map(|rule| p.c(&rule.label)).collect(),
        fee_assumed: service.fee.assumed,
        days: p.t1("days", "n", service.processing_time.working_days),
        papers: service.documents.iter().map(paper).collect(),
        steps: service.review.steps.iter().map(|step| p.c(&step.title)).collect(),
        laws: service
            .legal_basis
            .iter()
            .map(|law| Law { title: p.c(&law.title), number: law.number.clone().unwrap_or_default() })
            .collect(),
        kinds: service.applicants.iter().map(|k| (k.to_string(), p.t(&format!("applicant-{k}")))).collect(),
        purposes: service.purposes.iter().map(|k| (k.to_string(), p.t(&format!("purpose-{k}")))).collect(),
        p,
    };
    html(page)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Start {
    applicant: String,
    purpose: String,
    #[serde(default)]
    representative: Option<String>,
}

pub(crate) async fn start(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(id): Path<String>,
    Form(start): Form<Start>,
) -> Response {
    let new = NewDraft {
        service: id,
        applicant: ApplicantKind::from_word(&start.applicant).unwrap_or(ApplicantKind::Person),
        by_representative: start.representative.is_some(),
        purpose: Purpose::from_word(&start.purpose).unwrap_or(Purpose::New),
        channel: Channel::Web,
        idempotency_key: None,
    };
    let begun = app.office.draft(new).await;
    answer(&app, lang, begun.map(|draft| to(lang, &format!("/a/{}", draft.key().text()))))
}
