//! Entering a request for somebody at the counter: the officer fills in the applicant's own pages, prints the summary, and sends it with
//! the scan of what was signed.

use askama::Template;
use axum::Extension;
use axum::Form;
use axum::extract::{FromRequestParts, Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use oneservice_core::calendar::{Calendar, Moment, Time, parse_date};
use oneservice_core::catalog::{Role, Service, SignatureKind};
use oneservice_core::office::{DraftHandle, OfficeError};
use oneservice_core::request::{Actor, Channel, Denial, Officer, SignatureMethod};
use oneservice_core::text::{Lang, ascii_digits};
use oneservice_pilot::{sentence, words};

use super::SignedIn;
use crate::App;
use crate::citizen::check::Filled;
use crate::citizen::home::{Search, begin, listed, offered, service_page};
use crate::citizen::upload::{interrupted, short};
use crate::citizen::who::Who;
use crate::citizen::{changed, key};
use crate::page::{Page, answer, error, html, html_with, to};

/// Longer than any name, code or day that somebody types.
const LINE_MAX_BYTES: usize = 600;

/// The officer of the front desk who signed in. Nobody else enters requests: for others there is no such page.
#[derive(Debug)]
pub(crate) struct Clerk(pub(crate) Officer);

impl FromRequestParts<App> for Clerk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let SignedIn(officer) = SignedIn::from_request_parts(parts, app).await?;
        if officer.holds(&[Role::FrontDesk]) {
            return Ok(Self(officer));
        }
        let lang: Lang = parts.extensions.get().copied().unwrap_or_default();
        Err(error(app, lang, &OfficeError::NotFound))
    }
}

pub(crate) async fn services(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    _: Clerk,
    Query(search): Query<Search>,
) -> Response {
    listed(&app, lang, search, "/desk/new", "/desk/new/")
}

/// The addresses of a service's page at the counter.
fn counter(service: &Service) -> (String, String) {
    let path = format!("/desk/new/{}", service.id);
    (path.clone(), path)
}

pub(crate) async fn service(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    _: Clerk,
    Path(id): Path<String>,
) -> Response {
    let made = offered(&app, &id)
        .map(|service| service_page(&app, lang, &service, counter(&service), &Who::default(), ""));
    answer(&app, lang, made)
}

pub(crate) async fn start(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    _: Clerk,
    Path(id): Path<String>,
    Form(who): Form<Who>,
) -> Response {
    match offered(&app, &id) {
        Ok(service) => begin(&app, lang, &service, counter(&service), &who, Channel::Counter).await,
        Err(why) => answer(&app, lang, Err(why)),
    }
}

/// What the summary is known by: whatever is changed afterwards has another code, so that nobody's signature stands under it.
fn code(draft: &DraftHandle) -> String {
    let hash = draft.content().filled().hash().to_string().to_uppercase();
    format!("{}-{}", &hash[..4], &hash[4..8])
}

fn plain(code: &str) -> String {
    let code = ascii_digits(code).to_uppercase();
    code.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A draft of the counter that its applicant has nothing to read in first.
async fn opened(app: &App, lang: Lang, text: &str) -> Result<Result<DraftHandle, Response>, OfficeError> {
    let draft = app.office.open_draft(key(text)?).await?;
    if draft.content().channel != Channel::Counter {
        return Err(OfficeError::NotFound);
    }
    Ok(changed::first(lang, &draft).map_or(Ok(draft), Err))
}

#[derive(Template)]
#[template(path = "summary.html")]
struct Summary {
    p: Page,
    back: String,
    service: String,
    applicant: String,
    filled: Filled,
    statement: String,
    code: String,
    entered: String,
}

/// The summary, to be printed and signed.
pub(crate) async fn summary(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Clerk(officer): Clerk,
    Path(text): Path<String>,
) -> Response {
    let made = async {
        let draft = match opened(&app, lang, &text).await? {
            Ok(draft) => draft,
            Err(notice) => return Ok(notice),
        };
        let (service, assessment) = (draft.service().await?, draft.assess().await?);
        let path = format!("/desk/a/{}", draft.key().text());
        let p = Page::new(&app, lang, format!("{path}/summary"));
        let content = draft.content();
        let now = sentence::time(lang, app.office.catalog().calendar().local(app.office.now()));
        Ok(html(Summary {
            back: p.u(&path),
            service: p.c(&service.name),
            applicant: p.asks(content.applicant, content.purpose, content.by_representative),
            filled: Filled::of(&app, &p, &draft, &service, &assessment),
            statement: p.c(&service.signature.statement),
            code: code(&draft),
            entered: format!("{} · {now}", officer.name),
            p,
        }))
    };
    answer(&app, lang, made.await)
}

/// What the officer typed beside the scan.
#[derive(Debug, Clone, Default)]
struct Typed {
    code: String,
    signer: String,
    day: String,
    time: String,
    scan: Option<Vec<u8>>,
}

impl Typed {
    async fn read(mut parts: Multipart) -> Result<Self, OfficeError> {
        let mut typed = Self::default();
        while let Some(part) = parts.next_field().await.map_err(interrupted)? {
            let name = part.name().unwrap_or_default().to_owned();
            match name.as_str() {
                "code" => typed.code = short(part, LINE_MAX_BYTES).await?,
                "signer" => typed.signer = short(part, LINE_MAX_BYTES).await?,
                "day" => typed.day = short(part, LINE_MAX_BYTES).await?,
                "time" => typed.time = short(part, LINE_MAX_BYTES).await?,
                "file" => {
                    let bytes = part.bytes().await.map_err(interrupted)?;
                    typed.scan = Some(bytes.to_vec()).filter(|bytes| !bytes.is_empty());
                }
                _ => {}
            }
        }
        Ok(typed)
    }

    /// When it came; nothing where it comes now. None if day or time cannot be read.
    fn came(&self, calendar: &Calendar) -> Option<Option<Moment>> {
        let (day, time) = (self.day.trim(), ascii_digits(self.time.trim()));
        if day.is_empty() && time.is_empty() {
            return Some(None);
        }
        let (hour, minute) = time.split_once([':', '.'])?;
        let time = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
        Some(Some(calendar.moment(parse_date(day)?.to_datetime(time))))
    }
}

#[derive(Template)]
#[template(path = "enter.html")]
struct Enter {
    p: Page,
    back: String,
    service: String,
    /// Whether everything but the signature is in order.
    complete: bool,
    check: String,
    summary: String,
    came_hint: String,
    typed: Typed,
    /// The scan is there already.
    scanned: bool,
    denied: Vec<String>,
}

async fn page(
    app: &App,
    lang: Lang,
    draft: &DraftHandle,
    typed: Typed,
    denied: Vec<String>,
) -> Result<Response, OfficeError> {
    let (service, assessment) = (draft.service().await?, draft.assess().await?);
    let key = draft.key().text();
    let p = Page::new(app, lang, format!("/desk/a/{key}"));
    let status = if denied.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let days = app.office.catalog().office().periods.enter_days;
    let page = Enter {
        back: p.u(&format!("/a/{key}")),
        service: p.c(&service.name),
        complete: assessment.problems.iter().all(|problem| problem.path == "signature"),
        check: p.u(&format!("/a/{key}/check")),
        summary: p.u(&format!("/desk/a/{key}/summary")),
        came_hint: days.map_or_else(|| p.t("came-hint"), |days| p.t1("came-hint-days", "n", days)),
        typed,
        scanned: draft.content().signature.is_some(),
        denied,
        p,
    };
    Ok(html_with(status, page))
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    _: Clerk,
    Path(text): Path<String>,
) -> Response {
    let made = async {
        match opened(&app, lang, &text).await? {
            Ok(draft) => page(&app, lang, &draft, Typed::default(), Vec::new()).await,
            Err(notice) => Ok(notice),
        }
    };
    answer(&app, lang, made.await)
}

/// What is wrong with what was typed, before any rule is asked.
fn slips(lang: Lang, draft: &DraftHandle, typed: &Typed, calendar: &Calendar) -> Vec<String> {
    let slips = [
        (plain(&typed.code) != plain(&code(draft)), "summary-code-wrong"),
        (typed.signer.trim().is_empty(), "signer-missing"),
        (typed.scan.is_none() && draft.content().signature.is_none(), "scan-missing"),
        (typed.came(calendar).is_none(), "came-wrong"),
    ];
    slips.into_iter().filter(|(is_slip, _)| *is_slip).map(|(_, key)| words::get(lang, key, &[])).collect()
}

/// The signature on the printed summary.
async fn sign(draft: &mut DraftHandle, typed: &mut Typed) -> Result<(), OfficeError> {
    let Some(scan) = typed.scan.take() else { return Ok(()) };
    // Signed before the officer, where the service takes a handwritten signature; else a scan like one that is sent from home.
    let handwritten = draft.service().await?.signature.kinds.contains(&SignatureKind::Drawn);
    let method = if handwritten { SignatureMethod::Paper } else { SignatureMethod::Scanned };
    draft.sign(method, &typed.signer, Some(scan)).await
}

/// Why the rules say no, each problem of the form in a line of its own.
fn reasons(app: &App, lang: Lang, service: &Service, denials: &[Denial]) -> Vec<String> {
    let told = denials.iter().flat_map(|denial| match denial {
        Denial::Form(problems) => problems
            .iter()
            .map(|problem| {
                let place = sentence::path(lang, service, &problem.path);
                format!("{place}: {}", sentence::problem(lang, service, problem))
            })
            .collect(),
        other => vec![sentence::denial(lang, app.office.catalog(), service, other)],
    });
    told.collect()
}

pub(crate) async fn send(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Clerk(officer): Clerk,
    Path(text): Path<String>,
    parts: Multipart,
) -> Response {
    let made = async {
        let mut draft = match opened(&app, lang, &text).await? {
            Ok(draft) => draft,
            Err(notice) => return Ok(notice),
        };
        let mut typed = Typed::read(parts).await?;
        let calendar = app.office.catalog().calendar();
        let slips = slips(lang, &draft, &typed, calendar);
        if !slips.is_empty() {
            return page(&app, lang, &draft, typed, slips).await;
        }
        let came = typed.came(calendar).flatten();
        match sign(&mut draft, &mut typed).await {
            Err(OfficeError::Document(_)) => {
                let none = words::get(lang, "scan-missing", &[]);
                return page(&app, lang, &draft, typed, vec![none]).await;
            }
            signed => signed?,
        }
        match draft.clone().submit_as(&Actor::Officer(officer), came).await {
            Ok(receipt) => Ok(to(lang, &format!("/r/{}", receipt.key.text()))),
            Err(OfficeError::Denied { denials, request }) => {
                let denied = reasons(&app, lang, request.service(), &denials);
                page(&app, lang, &draft, typed, denied).await
            }
            // The draft's page shows what is different.
            Err(OfficeError::ServiceChanged(_)) => Ok(to(lang, &format!("/a/{}", draft.key().text()))),
            Err(other) => Err(other),
        }
    };
    answer(&app, lang, made.await)
}
