//! Correction: only what was returned, each item with its reason; sent once, together.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use oneservice_core::catalog::ClockRule;
use oneservice_core::ids::DocumentId;
use oneservice_core::office::{Basis, Case, DraftHandle, OfficeError};
use oneservice_core::request::{AnyRequest, Denial, Item, SignatureMethod};
use oneservice_core::text::Lang;
use oneservice_pilot::{sentence, words};
use serde_json::{Map, Value};

use super::draft::on_their_way;
use super::upload::{Remove, complaint, limits, receive, size};
use super::{Wrong, errors_by_path, key};
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
    items: Vec<Returned>,
    wrong: Vec<Wrong>,
}

fn page(
    app: &App,
    lang: Lang,
    case: &Case,
    draft: &DraftHandle,
    denials: &[Denial],
    add: Option<&str>,
    status: StatusCode,
) -> Result<Response, OfficeError> {
    let AnyRequest::Returned(returned) = &case.request else { return Err(OfficeError::NotFound) };
    let (record, service) = (returned.record(), returned.service());
    let base = format!("/r/{}", draft.key().text());
    let p = Page::new(app, lang, format!("{base}/fix"));
    let content = draft.content();
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
        back: p.u(&base),
        code: record.code.to_string(),
        note: returned.stage().note.clone().unwrap_or_default(),
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
    Path(text): Path<String>,
) -> Response {
    let made = async {
        let key = key(&text)?;
        let case = app.office.case_by_link(key).await?;
        if !matches!(case.request, AnyRequest::Returned(_)) {
            return Ok(to(lang, &format!("/r/{}", key.text())));
        }
        let draft = app.office.correction_draft(key).await?;
        page(&app, lang, &case, &draft, &[], None, StatusCode::OK)
    };
    answered(&app, lang, made.await)
}

/// The answers as they were sent, with what was corrected so far.
fn seen(case: &Case, draft: &DraftHandle) -> Map<String, Value> {
    let mut answers = (*case.request.record().answers).clone();
    answers.extend(draft.content().answers.clone());
    answers
}

/// Saves answers and explanations of the page; nothing typed is lost, whatever comes next.
async fn save(draft: &mut DraftHandle, case: &Case, posted: &[(String, String)]) -> Result<(), OfficeError> {
    let (record, service) = (case.request.record(), case.request.service());
    let on_page = |id: &str| posted.iter().any(|(name, _)| name == &format!("_on.{id}"));
    let asked = service.fields().filter(|f| on_page(f.id.as_str()));
    let given = answers(asked, posted, &seen(case, draft));
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
    if !signer.is_empty() {
        draft.sign(SignatureMethod::Typed, signer, None).await?;
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
    Path(text): Path<String>,
    Form(posted): Form<Vec<(String, String)>>,
) -> Response {
    let made = async {
        let key = key(&text)?;
        let case = app.office.case_by_link(key).await?;
        if !matches!(case.request, AnyRequest::Returned(_)) {
            return Ok(to(lang, &format!("/r/{}", key.text())));
        }
        let mut draft = app.office.correction_draft(key).await?;
        let before = seen(&case, &draft);
        save(&mut draft, &case, &posted).await?;
        if let Some(document) =
            one(&posted, "_upload").and_then(|document| document.parse::<DocumentId>().ok())
        {
            return Ok(to(lang, &format!("/r/{}/fix/d/{document}", key.text())));
        }
        if let Some(place) = one(&posted, "_file") {
            let place = file_place(place, &posted, &seen(&case, &draft));
            return Ok(to(lang, &format!("/r/{}/fix/q/{place}", key.text())));
        }
        let add = one(&posted, "_add");
        // The next level of an address is a question: nothing is sent before it was asked.
        if add.is_some()
            || !on_their_way(case.request.service().fields(), &before, &seen(&case, &draft)).is_empty()
        {
            return page(&app, lang, &case, &draft, &[], add, StatusCode::OK);
        }
        match app.office.send_corrections(key, Basis::default()).await {
            // Not found: a second tap, and the first one has sent them.
            Ok(_) | Err(OfficeError::NotFound) => Ok(to(lang, &format!("/r/{}", key.text()))),
            Err(OfficeError::Denied { denials, .. }) => {
                page(&app, lang, &case, &draft, &denials, None, StatusCode::UNPROCESSABLE_ENTITY)
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
    key_text: &str,
    document: &str,
    wrong: Option<OfficeError>,
    typed: Option<String>,
) -> Result<Response, OfficeError> {
    let key = key(key_text)?;
    let draft = app.office.correction_draft(key).await?;
    let service = draft.service().await?;
    let requirement = service.document(document).ok_or(OfficeError::NotFound)?;
    let base = format!("/r/{}/fix", key.text());
    let p = Page::new(app, lang, format!("{base}/d/{document}"));
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
        back: p.u(&base),
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

pub(crate) async fn paper(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((text, document)): Path<(String, String)>,
) -> Response {
    let made = async {
        if !is_returned(&app, &text).await? {
            return Ok(to(lang, &format!("/r/{text}")));
        }
        paper_page(&app, lang, &text, &document, None, None).await
    };
    answered(&app, lang, made.await)
}

pub(crate) async fn remove_paper(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((text, document)): Path<(String, String)>,
    Form(remove): Form<Remove>,
) -> Response {
    let made = async {
        let key = key(&text)?;
        if !is_returned(&app, &text).await? {
            return Ok(to(lang, &format!("/r/{}", key.text())));
        }
        let mut draft = app.office.correction_draft(key).await?;
        draft.detach(remove.blob.parse().map_err(|_| OfficeError::NotFound)?).await?;
        Ok(to(lang, &format!("/r/{}/fix/d/{document}", key.text())))
    };
    answered(&app, lang, made.await)
}

/// Whether corrections are asked for: a page may be older than what was sent since.
pub(super) async fn is_returned(app: &App, text: &str) -> Result<bool, OfficeError> {
    let case = app.office.case_by_link(key(text)?).await?;
    Ok(matches!(case.request, AnyRequest::Returned(_)))
}

pub(crate) async fn take_paper(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    Path((text, document)): Path<(String, String)>,
    parts: Multipart,
) -> Response {
    let Ok(opened) = key(&text) else { return error(&app, lang, &OfficeError::NotFound) };
    match is_returned(&app, &text).await {
        Ok(true) => {}
        Ok(false) => return to(lang, &format!("/r/{}", opened.text())),
        Err(problem) => return error(&app, lang, &problem),
    }
    let mut draft = match app.office.correction_draft(opened).await {
        Ok(draft) => draft,
        Err(problem) => return error(&app, lang, &problem),
    };
    let mut typed = None;
    match receive(&mut draft, &document, parts, &mut typed).await {
        Ok(()) => to(lang, &format!("/r/{}/fix", opened.text())),
        Err(problem @ OfficeError::Document(_)) => {
            answered(&app, lang, paper_page(&app, lang, &text, &document, Some(problem), typed).await)
        }
        Err(problem) => error(&app, lang, &problem),
    }
}
