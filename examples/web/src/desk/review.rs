//! One page for one request: each paper and answer beside its judgement, and what this officer may do now.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Form};
use oneservice_core::catalog::{ReasonKind, ReviewStep, Role, StepKind};
use oneservice_core::ids::{DocumentId, RequestId};
use oneservice_core::office::{Basis, Case, OfficeError};
use oneservice_core::request::{
    Actor, AnyRequest, Collector, Command, Correction, Finding, Item, Officer, PaymentMethod, Relation,
    SignatureMethod, StageName, Verdict,
};
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;

use super::officer;
use crate::App;
use crate::citizen::receipt::{Line, role, story};
use crate::citizen::sign::picture;
use crate::citizen::upload::size;
use crate::fields::show as shown;
use crate::page::{Page, answer, html_with, to};

#[derive(Debug, Clone)]
struct FileView {
    link: String,
    name: String,
    size: String,
    is_picture: bool,
}

/// An answer, paper or the signature, with its judgement.
#[derive(Debug, Clone)]
struct ItemView {
    id: String,
    label: String,
    value: String,
    files: Vec<FileView>,
    class: &'static str,
    verdict: String,
    reasons: Vec<(String, String)>,
    original: bool,
}

#[derive(Debug, Clone)]
struct StepView {
    id: String,
    title: String,
    may_return: bool,
    deciding: bool,
    issue: bool,
    checklist: Vec<String>,
}

#[derive(Template)]
#[template(path = "review.html")]
struct Review {
    p: Page,
    code: String,
    number: String,
    service: String,
    name: String,
    stage: String,
    due: String,
    version: u64,
    token: String,
    denied: Vec<String>,
    stale: Vec<Line>,
    kept: String,
    steps: Vec<StepView>,
    groups: Vec<(String, Vec<ItemView>)>,
    corrections: Vec<String>,
    refusals: Vec<(String, String)>,
    pay: String,
    collect: bool,
    originals: Vec<(String, String)>,
    at_collection: bool,
    lines: Vec<Line>,
    others: Vec<String>,
}

/// What the page says about the act that was tried.
#[derive(Debug, Default)]
struct Tried {
    denied: Vec<String>,
    stale: Vec<Line>,
    kept: String,
}

fn items(app: &App, p: &Page, case: &Case, judging: bool) -> Vec<(String, Vec<ItemView>)> {
    let (record, service) = (case.request.record(), case.request.service());
    let view = |item: Item, label: String, value: String, files: Vec<FileView>, original: bool| {
        let judged = record.judgements.get(&item);
        let (class, verdict) = match judged.map(|j| &j.verdict) {
            None => ("", String::new()),
            Some(Verdict::Accepted) => ("ok", format!("✓ {}", p.t("accepted"))),
            Some(Verdict::NotApplicable) => ("", p.t("not-applicable")),
            Some(Verdict::Rejected { reason, note }) => {
                let words = service.reason(reason.as_str()).map(|r| p.c(&r.text)).unwrap_or_default();
                ("bad", format!("✗ {words} {}", note.clone().unwrap_or_default()))
            }
        };
        let fits = |reason: &&oneservice_core::catalog::Reason| {
            reason.kind == ReasonKind::Return
                && match (&reason.field, &reason.document) {
                    (None, None) => true,
                    (field, document) => match &item {
                        Item::Field(id) => field.as_ref() == Some(id),
                        Item::Document(id) => document.as_ref() == Some(id),
                        Item::Signature => false,
                    },
                }
        };
        let reasons = service.reasons.iter().filter(fits).map(|r| (r.code.to_string(), p.c(&r.text)));
        let reasons = if judging { reasons.collect() } else { Vec::new() };
        ItemView { id: item.to_string(), label, value, files, class, verdict, reasons, original }
    };
    let file = |e: &oneservice_core::request::Evidence| FileView {
        link: p.u(&format!("/desk/r/{}/f/{}", record.id, e.blob)),
        name: e.issued.map_or_else(|| e.name.clone(), |day| format!("{} · {}", e.name, p.date(day))),
        size: size(p.lang, e.size_bytes),
        is_picture: e.media_type.starts_with("image/"),
    };
    let mut groups = Vec::new();
    let papers = service.documents.iter().filter(|d| record.evidence_for(d.id.as_str()).next().is_some());
    let papers: Vec<ItemView> = papers
        .map(|d| {
            let files = record.evidence_for(d.id.as_str()).map(file).collect();
            view(Item::Document(d.id.clone()), p.c(&d.name), String::new(), files, d.original_at_counter)
        })
        .collect();
    groups.push((p.t("papers"), papers));
    for section in &service.sections {
        let answered = section.fields.iter().filter_map(|f| Some((f, record.answers.get(f.id.as_str())?)));
        let views: Vec<ItemView> = answered
            .map(|(field, value)| {
                let value = shown(p.lang, app.office.catalog().places(), field, value);
                view(Item::Field(field.id.clone()), p.c(&field.label), value, Vec::new(), false)
            })
            .collect();
        if !views.is_empty() {
            groups.push((p.c(&section.title), views));
        }
    }
    if let Some(signature) = &record.signature {
        let files = signature.file.iter().map(file).collect();
        let level = p.t1("assurance", "n", signature.method.assurance());
        let value = format!("{} · {level}", signature.signer);
        groups.push((p.t("signature"), vec![view(Item::Signature, p.t("signature"), value, files, false)]));
    }
    groups
}

fn page(app: &App, lang: Lang, officer: &Officer, case: &Case, status: StatusCode, tried: Tried) -> Response {
    let (record, service) = (case.request.record(), case.request.service());
    let p = Page::new(app, lang, format!("/desk/r/{}", record.id)).wide();
    let mine = case.request.steps_of(officer);
    let step_view = |step: &&ReviewStep| StepView {
        id: step.id.to_string(),
        title: p.c(&step.title),
        may_return: step.may_return,
        deciding: matches!(&case.request, AnyRequest::InReview(r) if r.is_deciding(&step.id)),
        issue: step.kind == StepKind::Issue,
        checklist: step.checklist.iter().map(|point| p.c(point)).collect(),
    };
    let steps: Vec<StepView> = mine.iter().map(step_view).collect();
    let judging = case.request.stage() == StageName::InReview && !steps.is_empty();
    let others = record.open_steps(service).into_iter().filter(|id| mine.iter().all(|s| &s.id != id));
    let waits = matches!(case.request.stage(), StageName::InReview | StageName::Approved);
    let others = others
        .filter(|_| waits)
        .filter_map(|id| service.review.steps.iter().find(|s| s.id == id))
        .map(|step| format!("{} · {}", p.c(&step.title), role(app, lang, step.role)));
    let cashier = officer.holds(&[Role::Cashier]);
    let payable = match case.request.stage() {
        StageName::Submitted => record.waits_for_fee(),
        StageName::Approved | StageName::Ready => !record.outstanding().is_zero(),
        StageName::InReview => record.waits_for_fee(),
        _ => false,
    };
    let corrections = record.rejected().map(|(item, judged)| match &judged.verdict {
        Verdict::Rejected { reason, note } => {
            let words = service.reason(reason.as_str()).map(|r| p.c(&r.text)).unwrap_or_default();
            format!("{}: {words} {}", sentence::item(lang, service, item), note.clone().unwrap_or_default())
        }
        _ => String::new(),
    });
    let mut token = [0; 16];
    // A page without a token still works; a double tap is then told that it is done.
    let token = match getrandom::fill(&mut token) {
        Ok(()) => token.iter().map(|byte| format!("{byte:02x}")).collect(),
        Err(_) => String::new(),
    };
    let originals = service.documents.iter().filter(|d| d.original_at_counter);
    let originals = originals.filter(|d| record.evidence_for(d.id.as_str()).next().is_some());
    let view = Review {
        code: record.code.to_string(),
        number: case.number.clone(),
        service: p.c(&service.name),
        name: app_name(record),
        stage: sentence::stage(lang, &case.request),
        due: record.due_on.map(|due| p.date(due)).unwrap_or_default(),
        version: record.version,
        token,
        denied: tried.denied,
        stale: tried.stale,
        kept: tried.kept,
        groups: items(app, &p, case, judging),
        corrections: corrections.collect(),
        refusals: service
            .reasons
            .iter()
            .filter(|r| r.kind == ReasonKind::Refuse)
            .map(|r| (r.code.to_string(), p.c(&r.text)))
            .collect(),
        pay: if cashier && payable { record.outstanding().show(lang) } else { String::new() },
        collect: case.request.stage() == StageName::Ready && officer.holds(&[Role::FrontDesk]),
        originals: originals.map(|d| (d.id.to_string(), p.c(&d.name))).collect(),
        at_collection: service.signature.at_collection,
        lines: story(app, lang, case),
        others: others.collect(),
        steps,
        p,
    };
    html_with(status, view)
}

fn app_name(record: &oneservice_core::request::Record) -> String {
    let names = ["name_km", "name_latin"].iter().filter_map(|key| record.answers.get(*key)?.as_str());
    names.collect::<Vec<_>>().join(" · ")
}

fn id(text: &str) -> Result<RequestId, OfficeError> {
    text.parse().map_err(|_| OfficeError::NotFound)
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
    headers: HeaderMap,
) -> Response {
    let officer = match officer(&app, lang, &headers) {
        Ok(officer) => officer,
        Err(login) => return *login,
    };
    let made = async {
        let case = app.office.case(id(&text)?).await?;
        Ok(page(&app, lang, &officer, &case, StatusCode::OK, Tried::default()))
    };
    answer(&app, lang, made.await)
}

/// A file of the request: pictures are shown, everything else is a download that can do nothing.
pub(crate) async fn file(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((text, blob)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Err(login) = officer(&app, lang, &headers) {
        return *login;
    }
    let made = async {
        let case = app.office.case(id(&text)?).await?;
        let record = case.request.record();
        let signature = record.signature.as_ref().and_then(|signature| signature.file.as_ref());
        let found = record.evidence.iter().chain(signature).find(|e| e.blob.to_string() == blob);
        let found = found.ok_or(OfficeError::NotFound)?;
        let bytes = app.office.documents().read(found.blob).await?;
        let picture = found.media_type.starts_with("image/");
        let ending = found.media_type.rsplit('/').next().unwrap_or("bin");
        let place = if picture { "inline" } else { "attachment" };
        let place = format!("{place}; filename=\"{}.{ending}\"", found.document);
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_str(&found.media_type)),
            (header::CONTENT_DISPOSITION, HeaderValue::from_str(&place)),
            (header::CONTENT_SECURITY_POLICY, Ok(HeaderValue::from_static("sandbox; default-src 'none'"))),
        ];
        let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value.ok()?)));
        let mut response = bytes.into_response();
        for (name, value) in headers {
            response.headers_mut().insert(name, value);
        }
        Ok(response)
    };
    answer(&app, lang, made.await)
}

/// The command that a posted form means.
async fn command(
    app: &App,
    case: &Case,
    posted: &[(String, String)],
) -> Result<Option<Command>, OfficeError> {
    let one = |name: &str| {
        posted
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    };
    let all =
        |name: &str| posted.iter().filter(|(key, _)| key == name).map(|(_, v)| v.clone()).collect::<Vec<_>>();
    let note = || one("note").map(str::to_owned);
    let (record, service) = (case.request.record(), case.request.service());
    let step = one("step").and_then(|step| step.parse().ok());
    Ok(match (one("act"), step) {
        (Some("pay"), _) => Some(Command::Pay {
            amount: record.outstanding(),
            method: if one("method") == Some("transfer") {
                PaymentMethod::Transfer
            } else {
                PaymentMethod::Cash
            },
        }),
        (Some("accept"), Some(step)) => one("item")
            .and_then(|item| item.parse().ok())
            .map(|item| Command::Judge { step, item, verdict: Verdict::Accepted }),
        (Some("reject"), Some(step)) => {
            let item: Option<Item> = one("item").and_then(|item| item.parse().ok());
            let reason = one("reason").and_then(|reason| reason.parse().ok());
            item.zip(reason).map(|(item, reason)| Command::Judge {
                step,
                item,
                verdict: Verdict::Rejected { reason, note: note() },
            })
        }
        (Some("pass"), Some(step)) => {
            let checked = all("checked").iter().filter_map(|n| n.parse().ok()).collect();
            let finding = if one("finding") == Some("unfavourable") {
                Finding::Unfavourable
            } else {
                Finding::Favourable
            };
            Some(Command::PassStep { step, finding, note: note(), checked })
        }
        (Some("return"), Some(step)) => {
            let corrections = record.rejected().filter_map(|(item, judged)| match &judged.verdict {
                Verdict::Rejected { reason, note } => {
                    Some(Correction { item: item.clone(), reason: reason.clone(), note: note.clone() })
                }
                _ => None,
            });
            Some(Command::Return { step, corrections: corrections.collect(), note: note() })
        }
        (Some("approve"), Some(step)) => Some(Command::Approve { step, note: note() }),
        (Some("refuse"), Some(step)) => {
            let reasons = all("reason").iter().filter_map(|code| code.parse().ok()).collect();
            Some(Command::Refuse { step, reasons, note: note() })
        }
        (Some("issue"), Some(step)) => Some(Command::Issue { step }),
        (Some("collect"), _) => {
            let name = one("collector").unwrap_or_default().to_owned();
            let signature = match one("signed") {
                None => None,
                Some(_) => {
                    let drawing = one("drawn").and_then(picture);
                    let method =
                        if drawing.is_some() { SignatureMethod::Drawn } else { SignatureMethod::Typed };
                    Some(app.office.signature(service, method, &name, drawing).await?)
                }
            };
            let originals = all("original");
            let originals_seen: Vec<DocumentId> = originals.iter().filter_map(|id| id.parse().ok()).collect();
            let relation =
                if one("relation") == Some("proxy") { Relation::Proxy } else { Relation::Applicant };
            let identity = one("identity").unwrap_or_default().to_owned();
            Some(Command::Collect {
                collector: Collector { name, relation, identity },
                signature,
                originals_seen,
            })
        }
        _ => None,
    })
}

pub(crate) async fn act(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path(text): Path<String>,
    headers: HeaderMap,
    Form(posted): Form<Vec<(String, String)>>,
) -> Response {
    let officer = match officer(&app, lang, &headers) {
        Ok(officer) => officer,
        Err(login) => return *login,
    };
    let made = async {
        let id = id(&text)?;
        let case = app.office.case(id).await?;
        let p = Page::new(&app, lang, "/desk");
        let kept =
            posted.iter().find(|(key, _)| key == "note").map(|(_, note)| note.clone()).unwrap_or_default();
        let Some(command) = command(&app, &case, &posted).await? else {
            let tried = Tried { denied: vec![p.t("denial-reason-missing")], kept, ..Tried::default() };
            return Ok(page(&app, lang, &officer, &case, StatusCode::UNPROCESSABLE_ENTITY, tried));
        };
        let one = |name: &str| posted.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let key = one("token").filter(|token| !token.is_empty());
        let key = key.map(|token| {
            format!(
                "{}:{token}:{}:{}",
                officer.id,
                one("act").unwrap_or_default(),
                one("item").unwrap_or_default()
            )
        });
        let basis = Basis { version: one("version").and_then(|v| v.parse().ok()), key };
        match app.office.act(id, command, &Actor::Officer(officer.clone()), basis).await {
            Ok(_) => {
                let anchor = one("item").map(|item| format!("#{item}")).unwrap_or_default();
                Ok(to(lang, &format!("/desk/r/{id}{anchor}")))
            }
            Err(OfficeError::Denied { denials, .. }) => {
                let case = app.office.case(id).await?;
                let service = case.request.service();
                let denied = denials
                    .iter()
                    .map(|d| sentence::denial(lang, app.office.catalog(), service, d))
                    .collect();
                let tried = Tried { denied, kept, ..Tried::default() };
                Ok(page(&app, lang, &officer, &case, StatusCode::FORBIDDEN, tried))
            }
            Err(OfficeError::Stale { since, .. }) => {
                let case = app.office.case(id).await?;
                let service = case.request.service();
                let calendar = app.office.catalog().calendar();
                let stale = since.iter().map(|recorded| Line {
                    class: "now",
                    mark: "▸",
                    what: format!(
                        "{} {}",
                        sentence::fact(lang, recorded.fact.name()),
                        sentence::step_title(lang, service, &recorded.fact).unwrap_or_default()
                    ),
                    when: format!(
                        "{} · {}",
                        sentence::time(lang, calendar.local(recorded.entry.recorded_at)),
                        role(&app, lang, recorded.entry.by.role)
                    ),
                    note: String::new(),
                });
                let tried = Tried { stale: stale.collect(), kept, denied: Vec::new() };
                Ok(page(&app, lang, &officer, &case, StatusCode::CONFLICT, tried))
            }
            Err(other) => Err(other),
        }
    };
    answer(&app, lang, made.await)
}
