//! Correction: only what was returned, each item with its reason; sent once, together.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::catalog::ClockRule;
use oneservice_core::ids::DocumentId;
use oneservice_core::office::{Basis, OfficeError};
use oneservice_core::request::{AnyRequest, Channel, Denial, Item, SignatureMethod};
use oneservice_core::text::Lang;
use oneservice_pilot::{sentence, words};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::correction::Correction;
use super::draft::on_their_way;
use super::upload::{Remove, complaint, limits, receive, size};
use super::{Wrong, errors_by_path};
use crate::App;
use crate::fields::{Control, answers, control, file_place, one, with_files};
use crate::page::{Page, answer as answered, error, html_with, to};

/// One returned item.
#[derive(Debug, Clone)]
struct Returned {
    anchor: String,
    label: String,
    reason: String,
    law: String,
    note: String,
    control: Option<Control>,
    upload: String,
    saved: String,
    signature: bool,
    explanation: String,
    /// Only what was returned may be explained.
    may_explain: bool,
}

#[derive(Template)]
#[template(path = "fix.html")]
struct Fix {
    p: Page,
    back: String,
    code: String,
    note: String,
    clock_stands: bool,
    last_day: String,
    /// Which return it answers.
    nth: usize,
    items: Vec<Returned>,
    wrong: Vec<Wrong>,
}

fn page(
    app: &App,
    lang: Lang,
    correction: &Correction,
    denials: &[Denial],
    add: Option<&str>,
    status: StatusCode,
) -> Result<Response, OfficeError> {
    let AnyRequest::Returned(returned) = &correction.case.request else { return Err(OfficeError::NotFound) };
    let (record, service) = (returned.record(), returned.service());
    let p = correction.page(app, lang, "");
    let content = correction.draft.content();
    let mut errors = BTreeMap::new();
    let mut wrong = Vec::new();
    for denial in denials {
        match denial {
            Denial::Form(problems) => {
                errors = errors_by_path(lang, service, problems);
                wrong.extend(problems.iter().map(|problem| Wrong {
                    link: format!("#{}", problem.path.trim_start_matches("form.")),
                    label: sentence::path(lang, service, &problem.path),
                    text: sentence::problem(lang, service, problem),
                }));
            }
            other => {
                let label = match other {
                    Denial::NotCorrected { item } | Denial::NotReturned { item } => {
                        sentence::item(lang, service, item)
                    }
                    _ => p.t("problem-title"),
                };
                let text = sentence::denial(lang, app.office.catalog(), service, other);
                wrong.push(Wrong { link: "#top".into(), label, text });
            }
        }
    }
    // What the correction makes necessary is asked here too, although it was not returned.
    let asked_now: BTreeSet<Item> = denials
        .iter()
        .filter_map(|denial| if let Denial::Form(problems) = denial { Some(problems) } else { None })
        .flatten()
        .filter_map(|problem| {
            // A cell is met in its table.
            let path: Vec<&str> = problem.path.splitn(3, '.').take(2).collect();
            path.join(".").parse().ok()
        })
        .chain(content.answers.keys().filter_map(|field| Some(Item::Field(field.parse().ok()?))))
        .collect();
    let corrections = returned.stage().corrections.iter().map(|c| (c.item.clone(), Some(c)));
    let further =
        asked_now.into_iter().filter(|item| returned.stage().corrections.iter().all(|c| &c.item != item));
    let items = corrections.chain(further.map(|item| (item, None))).map(|(item, correction)| {
        let reason = correction.and_then(|c| service.reason(c.reason.as_str()));
        let law = reason
            .and_then(|r| r.legal_basis.as_ref())
            .and_then(|law| service.legal_basis.iter().find(|l| &l.id == law));
        let mut view = Returned {
            anchor: item.to_string().trim_start_matches("form.").to_owned(),
            label: sentence::item(lang, service, &item),
            reason: reason.map(|r| p.c(&r.text)).unwrap_or_default(),
            law: law.map(|law| p.c(&law.title)).unwrap_or_default(),
            note: correction.and_then(|c| c.note.clone()).unwrap_or_default(),
            control: None,
            upload: String::new(),
            saved: String::new(),
            signature: item == Item::Signature,
            may_explain: correction.is_some(),
            explanation: content.explanations.get(&item).cloned().unwrap_or_default(),
        };
        match &item {
            Item::Field(id) => {
                if let Some(field) = service.field(id.as_str()) {
                    let value = content.answers.get(id.as_str()).or_else(|| record.answers.get(id.as_str()));
                    let places = app.office.catalog().places();
                    let mut made = control(
                        &p,
                        places,
                        field,
                        id.as_str(),
                        value,
                        &errors,
                        false,
                        usize::from(add == Some(id.as_str())),
                    );
                    let files = content.evidence.iter().chain(&record.evidence);
                    with_files(std::slice::from_mut(&mut made), files);
                    view.control = Some(made);
                }
            }
            Item::Document(id) => {
                view.upload = id.to_string();
                let new: Vec<&str> =
                    content.evidence.iter().filter(|e| &e.document == id).map(|e| e.name.as_str()).collect();
                view.saved = new.join(", ");
            }
            Item::Signature => {
                view.saved = content.signature.as_ref().map(|s| s.signer.clone()).unwrap_or_default()
            }
        }
        view
    });
    let page = Fix {
        items: items.collect(),
        back: p.u(&correction.home),
        code: record.code.to_string(),
        note: returned.stage().note.clone().unwrap_or_default(),
        nth: record.returns.len(),
        last_day: returned.stage().correct_by.map(|day| p.date(day)).unwrap_or_default(),
        clock_stands: service.processing_time.clock == ClockRule::StopsWhileReturned,
        wrong,
        p,
    };
    Ok(html_with(status, page))
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    correction: Correction,
) -> Response {
    answered(&app, lang, page(&app, lang, &correction, &[], None, StatusCode::OK))
}

/// The answers as they were sent, with what was corrected so far.
fn seen(Correction { case, draft, .. }: &Correction) -> Map<String, Value> {
    let mut answers = (*case.request.record().answers).clone();
    answers.extend(draft.content().answers.clone());
    answers
}

/// Saves answers and explanations of the page; nothing typed is lost, whatever comes next.
/// `before` are the answers that the page showed.
async fn save(
    Correction { case, draft, .. }: &mut Correction,
    before: &Map<String, Value>,
    posted: &[(String, String)],
) -> Result<(), OfficeError> {
    let (record, service) = (case.request.record(), case.request.service());
    let on_page = |id: &str| posted.iter().any(|(name, _)| name == &format!("_on.{id}"));
    let asked = service.fields().filter(|f| on_page(f.id.as_str()));
    let given = answers(asked, posted, before);
    // An answer left as it was is no correction.
    let changed = given.into_iter().filter(|(id, value)| {
        let old = record.answers.get(id).unwrap_or(&Value::Null);
        draft.content().answers.contains_key(id) || !same(old, value)
    });
    let changed: Map<_, _> = changed.collect();
    if !changed.is_empty() {
        draft.answers(changed).await?;
    }
    let AnyRequest::Returned(returned) = &case.request else { return Ok(()) };
    let is_returned = |item: &Item| returned.stage().corrections.iter().any(|c| &c.item == item);
    for (name, words) in posted {
        let item = name.strip_prefix("_why.").and_then(|item| item.parse::<Item>().ok());
        if let Some(item) = item.filter(is_returned) {
            let there = draft.content().explanations.get(&item).cloned().unwrap_or_default();
            if there != *words {
                draft.explain(item, words).await?;
            }
        }
    }
    let signer = one(posted, "_signer").map(str::trim).unwrap_or_default();
    // At the counter the applicant signs on paper, and the officer says that they saw it.
    let method = match draft.content().channel {
        Channel::Counter => one(posted, "_signed").map(|_| SignatureMethod::Paper),
        _ => Some(SignatureMethod::Typed),
    };
    if let Some(method) = method.filter(|_| !signer.is_empty()) {
        draft.sign(method, signer, None).await?;
    }
    Ok(())
}

/// The same answer, however it is written: forms send texts where the record holds numbers.
fn same(old: &Value, new: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => text.parse().map_or_else(|_| text.clone(), oneservice_core::calendar::dmy),
        other => other.to_string(),
    };
    old == new || text(old) == text(new)
}

pub(crate) async fn answer(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    mut correction: Correction,
    Form(posted): Form<Vec<(String, String)>>,
) -> Response {
    let made = async {
        // A page of an earlier return answers none that came since.
        let nth = correction.case.request.record().returns.len().to_string();
        if one(&posted, "_return").is_some_and(|said| said != nth) {
            return Ok(to(lang, &correction.base));
        }
        let before = seen(&correction);
        save(&mut correction, &before, &posted).await?;
        if let Some(document) =
            one(&posted, "_upload").and_then(|document| document.parse::<DocumentId>().ok())
        {
            return Ok(to(lang, &format!("{}/d/{document}", correction.base)));
        }
        let now = seen(&correction);
        if let Some(place) = one(&posted, "_file") {
            return Ok(to(lang, &format!("{}/q/{}", correction.base, file_place(place, &posted, &now))));
        }
        let add = one(&posted, "_add");
        // The next level of an address is a question: nothing is sent before it was asked.
        let fields = correction.case.request.service().fields();
        if add.is_some() || !on_their_way(fields, &before, &now).is_empty() {
            return page(&app, lang, &correction, &[], add, StatusCode::OK);
        }
        match correction.draft.clone().send_corrections(&correction.by, Basis::default()).await {
            Ok(_) => Ok(to(lang, &correction.home)),
            Err(OfficeError::Denied { denials, .. }) => {
                // A second tap, and the first one has sent them.
                let sent = denials.iter().any(|denial| matches!(denial, Denial::NotInStage { .. }));
                if sent {
                    return Ok(to(lang, &correction.home));
                }
                page(&app, lang, &correction, &denials, None, StatusCode::UNPROCESSABLE_ENTITY)
            }
            Err(other) => Err(other),
        }
    };
    answered(&app, lang, made.await)
}

/// A file of the correction so far.
#[derive(Debug, Clone)]
struct Saved {
    name: String,
    size: String,
    blob: String,
}

#[derive(Template)]
#[template(path = "fix_paper.html")]
struct FixPaper {
    p: Page,
    back: String,
    name: String,
    hint: String,
    limits: String,
    error: String,
    saved: Vec<Saved>,
    asks_issued: bool,
    issued: String,
}

async fn paper_page(
    app: &App,
    lang: Lang,
    correction: &Correction,
    document: &str,
    wrong: Option<OfficeError>,
    typed: Option<String>,
) -> Result<Response, OfficeError> {
    let draft = &correction.draft;
    let service = draft.service().await?;
    let requirement = service.document(document).ok_or(OfficeError::NotFound)?;
    let p = correction.page(app, lang, &format!("/d/{document}"));
    let saved = draft.content().evidence.iter().filter(|e| e.document == requirement.id).map(|e| Saved {
        name: e.name.clone(),
        size: size(lang, e.size_bytes),
        blob: e.blob.to_string(),
    });
    let error = match wrong {
        Some(OfficeError::Document(error)) => complaint(lang, requirement, &error),
        Some(_) => words::get(lang, "unavailable", &[]),
        None => String::new(),
    };
    let page = FixPaper {
        back: p.u(&correction.base),
        name: p.c(&requirement.name),
        hint: requirement.hint.as_ref().map(|hint| p.c(hint)).unwrap_or_default(),
        limits: limits(lang, requirement),
        saved: saved.collect(),
        asks_issued: requirement.issued_within_months.is_some(),
        issued: typed.unwrap_or_default(),
        error,
        p,
    };
    Ok(html_with(StatusCode::OK, page))
}

/// The paper that an address names.
#[derive(Debug, Deserialize)]
pub(crate) struct Paper {
    document: String,
}

pub(crate) async fn paper(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    correction: Correction,
    Path(Paper { document }): Path<Paper>,
) -> Response {
    answered(&app, lang, paper_page(&app, lang, &correction, &document, None, None).await)
}

pub(crate) async fn remove_paper(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    mut correction: Correction,
    Path(Paper { document }): Path<Paper>,
    Form(remove): Form<Remove>,
) -> Response {
    let made = async {
        correction.draft.detach(remove.blob.parse().map_err(|_| OfficeError::NotFound)?).await?;
        Ok(to(lang, &format!("{}/d/{document}", correction.base)))
    };
    answered(&app, lang, made.await)
}

pub(crate) async fn take_paper(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    mut correction: Correction,
    Path(Paper { document }): Path<Paper>,
    parts: Multipart,
) -> Response {
    let mut typed = None;
    match receive(&mut correction.draft, &document, parts, &mut typed).await {
        Ok(()) => to(lang, &correction.base),
        Err(problem @ OfficeError::Document(_)) => {
            answered(&app, lang, paper_page(&app, lang, &correction, &document, Some(problem), typed).await)
        }
        Err(problem) => error(&app, lang, &problem),
    }
}
