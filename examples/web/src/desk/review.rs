//! One page for one request: each paper and answer beside its judgement, and what this officer may do now. The cashier's page has name,
//! stage and fee.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::catalog::{OfficeReasonKind, ReasonKind, ReviewStep, Role, StepKind};
use oneservice_core::ids::Digest32;
use oneservice_core::office::{Basis, Case, OfficeError};
use oneservice_core::request::{Actor, AnyFact, AnyRequest, Command, Denial, Finding, Officer, StageName};
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;

use super::SignedIn;
use super::aside::{Aside, aside, choices};
use super::inspection::{Inspection, inspection};
use super::items::{FileView, ItemView, file_of, file_view, items, rejected};
use super::sight::{Sight, sight};
use super::transfer::{Transfer, transfer};
use super::typed::Typed;
use crate::App;
use crate::files::served;
use crate::inspection::{Notice, notices, photos};
use crate::page::{Page, answer, html_with, to};
use crate::story::{Line, Reader, happened, role, story};

#[derive(Debug, Clone)]
struct StepView {
    id: String,
    title: String,
    may_return: bool,
    deciding: bool,
    issue: bool,
    /// It is this officer's.
    taken: bool,
    checklist: Vec<String>,
    /// Its own last day.
    day: String,
    late: bool,
    inspection: Option<Inspection>,
}

impl StepView {
    /// Whether it can be concluded now: an inspection on the day that was appointed or later.
    fn reportable(&self) -> bool {
        self.inspection.as_ref().is_none_or(|inspection| inspection.came)
    }
}

#[derive(Template)]
#[template(path = "review.html")]
struct Review {
    p: Page,
    code: String,
    number: String,
    service: String,
    name: String,
    /// Person or company, for what, and by whom.
    asks: String,
    stage: String,
    due: String,
    late: bool,
    /// The page of the request whose result it renews, changes or replaces.
    follows: String,
    follows_words: String,
    version: u64,
    token: String,
    tried: Tried,
    steps: Vec<StepView>,
    groups: Vec<(String, Vec<ItemView>)>,
    /// When somebody inspects the site.
    appointments: Vec<Notice>,
    /// What was seen there.
    photos: Vec<FileView>,
    corrections: Vec<String>,
    /// The office's reasons for an exception, where a return would need one.
    exceptions: Vec<(String, String)>,
    refusals: Vec<(String, String)>,
    pay: String,
    transfer: Transfer,
    /// Where the front desk enters the correction of a request that was given back.
    correct: String,
    /// Who else signs at this desk; nobody if it is empty.
    cosigner: String,
    collect: bool,
    originals: Vec<(String, String)>,
    at_collection: bool,
    lines: Vec<Line>,
    against: Vec<Line>,
    others: Vec<String>,
    aside: Aside,
}

/// What the cashier sees.
#[derive(Template)]
#[template(path = "cash.html")]
struct Cash {
    p: Page,
    code: String,
    name: String,
    stage: String,
    total: String,
    paid: Vec<String>,
    version: u64,
    token: String,
    tried: Tried,
    pay: String,
    transfer: Transfer,
    refund: String,
}

/// What the page says about the act that was tried.
#[derive(Debug, Default)]
struct Tried {
    denied: Vec<String>,
    stale: Vec<Line>,
    typed: Typed,
}

/// The case, and how much of it the officer sees. What is not seen is not found.
pub(super) async fn seen(app: &App, officer: &Officer, text: &str) -> Result<(Case, Sight), OfficeError> {
    let case = app.office.case(text.parse().map_err(|_| OfficeError::NotFound)?).await?;
    let complained = || case.history.iter().any(|h| matches!(h.recorded.fact, AnyFact::Complaint(_)));
    let sight = match sight(officer, case.request.service()) {
        Some(sight) => sight,
        None if officer.holds(&[Role::Ombudsman]) && complained() => Sight::Whole,
        None => return Err(OfficeError::NotFound),
    };
    Ok((case, sight))
}

/// A word that makes a form count once; without one a double tap is told that it is done.
fn token() -> String {
    let mut token = [0; 16];
    match getrandom::fill(&mut token) {
        Ok(()) => token.iter().map(|byte| format!("{byte:02x}")).collect(),
        Err(_) => String::new(),
    }
}

/// What the cashier may take now.
pub(super) fn payable(case: &Case, lang: Lang) -> String {
    let due = case.request.record().payable_in(case.request.stage());
    if due.is_zero() { String::new() } else { due.show(lang) }
}

/// What the cashier may give back now.
pub(super) fn refundable(case: &Case, lang: Lang) -> String {
    let due = case.request.record().refundable_in(case.request.stage(), case.request.service());
    if due.is_zero() { String::new() } else { due.show(lang) }
}

fn cash(app: &App, lang: Lang, officer: &Officer, case: &Case, status: StatusCode, tried: Tried) -> Response {
    let record = case.request.record();
    let p = Page::new(app, lang, format!("/desk/r/{}", record.id));
    let paid = record.payments.iter().map(|paid| format!("{} · {}", paid.amount.show(lang), paid.receipt));
    let view = Cash {
        code: record.code.to_string(),
        name: names(record),
        stage: sentence::stage(lang, &case.request),
        total: record.fee.total.show(lang),
        paid: paid.collect(),
        version: record.version,
        token: token(),
        tried,
        pay: payable(case, lang),
        transfer: transfer(app, &p, case, officer),
        refund: refundable(case, lang),
        p,
    };
    html_with(status, view)
}

async fn page(
    app: &App,
    lang: Lang,
    officer: &Officer,
    (case, seen): (&Case, Sight),
    status: StatusCode,
    tried: Tried,
) -> Result<Response, OfficeError> {
    if seen == Sight::Fee {
        return Ok(cash(app, lang, officer, case, status, tried));
    }
    let (record, service) = (case.request.record(), case.request.service());
    let former = match record.follows {
        Some(former) => Some(app.office.case(former).await?.request),
        None => None,
    };
    let former = former.as_ref().map(|request| request.record());
    let p = Page::new(app, lang, format!("/desk/r/{}", record.id)).wide();
    let mine = case.request.steps_of(officer);
    let today = app.office.today();
    let days: BTreeMap<_, _> = case.request.expected(app.office.catalog().calendar()).into_iter().collect();
    let step_view = |step: &&ReviewStep| StepView {
        id: step.id.to_string(),
        title: p.c(&step.title),
        may_return: step.may_return,
        deciding: matches!(&case.request, AnyRequest::InReview(r) if r.is_deciding(&step.id)),
        issue: step.kind == StepKind::Issue,
        taken: record.assigned.get(&step.id) == Some(&officer.id),
        checklist: step.checklist.iter().map(|point| p.c(point)).collect(),
        day: days.get(&step.id).map(|day| p.date(*day)).unwrap_or_default(),
        late: days.get(&step.id).is_some_and(|day| *day < today),
        inspection: inspection(app, &p, case, step),
    };
    let steps: Vec<StepView> = mine.iter().map(step_view).collect();
    let judging = case.request.stage() == StageName::InReview && !steps.is_empty();
    let others = case.request.open_steps().into_iter().filter(|open| mine.iter().all(|s| s.id != open.id));
    let others = others.map(|step| {
        let taken = record.assigned.get(&step.id);
        let taken = taken.map(|officer| format!(" · {} {officer}", p.t("assigned-to"))).unwrap_or_default();
        let day = days.get(&step.id).map(|day| format!(" · {} {}", p.t("expected-by"), p.date(*day)));
        let day = day.unwrap_or_default();
        format!("{} · {}{taken}{day}", p.c(&step.title), role(app, lang, step.role))
    });
    let originals = service.documents.iter().filter(|d| d.original_at_counter);
    let originals = originals.filter(|d| record.is_given(&d.id));
    // On a phone the history stands below the decision: what speaks against it stands above, too.
    let against =
        case.history.iter().map(|happening| &happening.recorded).filter(|recorded| match &recorded.fact {
            AnyFact::StepPassed(passed) => {
                let done = record.passed.get(&passed.step);
                done.is_some_and(|done| {
                    done.at == recorded.entry.recorded_at && done.finding == Finding::Unfavourable
                })
            }
            _ => false,
        });
    let against = against.map(|recorded| happened(app, lang, case, recorded, Reader::Officer));
    let view = Review {
        code: record.code.to_string(),
        number: case.number.clone(),
        service: p.c(&service.name),
        name: names(record),
        asks: p.asks(record.applicant, record.purpose, record.by_representative),
        stage: sentence::stage(lang, &case.request),
        due: record.due_on.map(|due| p.date(due)).unwrap_or_default(),
        late: record.due_on.is_some_and(|due| due < today),
        follows_words: former
            .and_then(|former| former.result.as_ref())
            .map(|result| format!("{}: {}", p.t(&format!("follows-{}", record.purpose)), result.number))
            .unwrap_or_default(),
        follows: record.follows.map(|id| p.u(&format!("/desk/r/{id}"))).unwrap_or_default(),
        version: record.version,
        token: token(),
        tried,
        groups: items(app, &p, case, former, judging),
        appointments: notices(app, lang, case),
        photos: photos(case).map(|photo| file_view(&p, record.id, photo)).collect(),
        corrections: rejected(&p, case),
        exceptions: if record.rejected().any(|(item, _)| record.is_late_defect(item)) {
            choices(app, &p, OfficeReasonKind::Exception)
        } else {
            Vec::new()
        },
        refusals: service
            .reasons
            .iter()
            .filter(|r| r.kind == ReasonKind::Refuse)
            .map(|r| (r.code.to_string(), p.c(&r.text)))
            .collect(),
        pay: if officer.holds(&[Role::Cashier]) { payable(case, lang) } else { String::new() },
        transfer: transfer(app, &p, case, officer),
        correct: if case.request.stage() == StageName::Returned && officer.holds(&[Role::FrontDesk]) {
            p.u(&format!("/desk/r/{}/fix", record.id))
        } else {
            String::new()
        },
        cosigner: if case.request.can_be_cosigned() && officer.holds(&[Role::FrontDesk]) {
            service.signature.cosigner.as_ref().map(|who| p.c(who)).unwrap_or_default()
        } else {
            String::new()
        },
        collect: case.request.stage() == StageName::Ready && officer.holds(&[Role::FrontDesk]),
        originals: originals.map(|d| (d.id.to_string(), p.c(&d.name))).collect(),
        at_collection: service.signature.at_collection,
        lines: story(app, lang, case, Reader::Officer),
        against: against.collect(),
        others: others.collect(),
        aside: aside(app, &p, case, officer),
        steps,
        p,
    };
    Ok(html_with(status, view))
}

fn names(record: &oneservice_core::request::Record) -> String {
    let names = ["name_km", "name_latin"].iter().filter_map(|key| record.answers.get(*key)?.as_str());
    names.collect::<Vec<_>>().join(" · ")
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    SignedIn(officer): SignedIn,
    Path(text): Path<String>,
) -> Response {
    let made = async {
        let (case, sight) = seen(&app, &officer, &text).await?;
        page(&app, lang, &officer, (&case, sight), StatusCode::OK, Tried::default()).await
    };
    answer(&app, lang, made.await)
}

/// A file of the request.
pub(crate) async fn file(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    SignedIn(officer): SignedIn,
    Path((text, blob)): Path<(String, String)>,
) -> Response {
    let made = async {
        let (case, sight) = seen(&app, &officer, &text).await?;
        let found = file_of(&case, &blob).filter(|_| sight == Sight::Whole).ok_or(OfficeError::NotFound)?;
        let read = Command::Read { blob: found.blob };
        // Nobody reads unseen: what cannot be recorded is not shown. The drawing of a signature is no paper.
        match app.office.act(case.request.record().id, read, &Actor::Officer(officer), Basis::default()).await
        {
            Ok(_) => {}
            Err(OfficeError::Denied { denials, .. })
                if matches!(denials[..], [Denial::AlreadyRecorded | Denial::FileUnknown]) => {}
            Err(other) => return Err(other),
        }
        served(&app, found).await
    };
    answer(&app, lang, made.await)
}

pub(crate) async fn act(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    SignedIn(officer): SignedIn,
    Path(text): Path<String>,
    Form(posted): Form<Vec<(String, String)>>,
) -> Response {
    let made = async {
        let seen = seen(&app, &officer, &text).await?;
        perform(&app, lang, &officer, seen, Typed::new(posted), None).await
    };
    answer(&app, lang, made.await.map(|(response, _)| response))
}

/// Does what a form means, and says whether it was done now; or shows the form again with what is against it: `refused`, if something in
/// the form itself is.
pub(super) async fn perform(
    app: &App,
    lang: Lang,
    officer: &Officer,
    (case, sight): (Case, Sight),
    typed: Typed,
    refused: Option<String>,
) -> Result<(Response, bool), OfficeError> {
    let (id, p) = (case.request.record().id, Page::new(app, lang, "/desk"));
    let command = match refused {
        Some(why) => Err(why),
        None => typed.command(app, &case, officer).await?.ok_or_else(|| p.t("denial-reason-missing")),
    };
    let command = match command {
        Ok(command) => command,
        Err(why) => {
            let tried = Tried { denied: vec![why], typed, ..Tried::default() };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok((page(app, lang, officer, (&case, sight), status, tried).await?, false));
        }
    };
    // One token stands for the whole page: what was typed tells its forms apart.
    let key = typed.one("token").map(|token| {
        let parts = [officer.id.as_str().as_bytes(), token.as_bytes(), &typed.bytes()];
        Digest32::sha256(&parts).to_string()
    });
    let basis = Basis { version: typed.one("version").and_then(|v| v.parse().ok()), key };
    match app.office.act(id, command, &Actor::Officer(officer.clone()), basis).await {
        // A key that was used: a second tap, whose files are others.
        done @ (Ok(_) | Err(OfficeError::KeyReused)) => {
            let anchor = typed.one("item").map(|item| format!("#{item}")).unwrap_or_default();
            Ok((to(lang, &format!("/desk/r/{id}{anchor}")), done.is_ok()))
        }
        Err(OfficeError::Denied { denials, .. }) => {
            let case = app.office.case(id).await?;
            let (catalog, service) = (app.office.catalog(), case.request.service());
            let denied = sentence::denials(lang, catalog, service, &denials);
            let tried = Tried { denied, typed, ..Tried::default() };
            Ok((page(app, lang, officer, (&case, sight), StatusCode::FORBIDDEN, tried).await?, false))
        }
        Err(OfficeError::Stale { since, .. }) => {
            let case = app.office.case(id).await?;
            let told = |recorded| happened(app, lang, &case, recorded, Reader::Officer);
            // The cashier is told that, not what.
            let stale = since.iter().map(told).map(|mut line| {
                line.notes.retain(|_| sight == Sight::Whole);
                line
            });
            let tried = Tried { stale: stale.collect(), typed, denied: Vec::new() };
            Ok((page(app, lang, officer, (&case, sight), StatusCode::CONFLICT, tried).await?, false))
        }
        Err(other) => Err(other),
    }
}
