//! Every answer and paper of a request as officers see it: with its judgement, and what became of it since it was returned.

use std::collections::BTreeMap;

use oneservice_core::catalog::{Reason, ReasonKind};
use oneservice_core::ids::{DocumentId, RequestId};
use oneservice_core::office::Case;
use oneservice_core::request::{AnyFact, Evidence, Item, Record, Signature};
use oneservice_pilot::sentence;
use serde_json::Value;

use crate::App;
use crate::citizen::upload::size;
use crate::fields::{files_in, show as shown};
use crate::files::find;
use crate::inspection::photos;
use crate::page::Page;
use crate::story::verdict;

#[derive(Debug, Clone)]
pub(super) struct FileView {
    pub(super) link: String,
    pub(super) name: String,
    pub(super) size: String,
    pub(super) is_picture: bool,
}

/// An answer, paper or the signature, with its judgement.
#[derive(Debug, Clone, Default)]
pub(super) struct ItemView {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) value: String,
    pub(super) files: Vec<FileView>,
    pub(super) class: &'static str,
    pub(super) verdict: String,
    pub(super) reasons: Vec<(String, String)>,
    pub(super) original: bool,
    pub(super) change: Option<Change>,
    /// What was answered for the earlier result, where this is another answer.
    pub(super) former: String,
}

/// What the applicant did about an item that was returned.
#[derive(Debug, Clone, Default)]
pub(super) struct Change {
    pub(super) corrected: bool,
    pub(super) before: String,
    pub(super) files_before: Vec<FileView>,
    pub(super) explanation: String,
}

/// What corrections took the place of, and the words that came instead of one.
#[derive(Debug, Default)]
struct Corrected<'a> {
    answers: BTreeMap<&'a str, Option<&'a Value>>,
    papers: BTreeMap<&'a DocumentId, Vec<&'a Evidence>>,
    signature: Option<&'a Signature>,
    explanations: BTreeMap<&'a Item, &'a str>,
}

impl<'a> Corrected<'a> {
    /// Read from the history; the last correction of an item counts.
    fn of(case: &'a Case) -> Self {
        let mut corrected = Self::default();
        let mut signature = None;
        let mut origin: BTreeMap<&'a str, &'a Value> = BTreeMap::new();
        let mut papers: BTreeMap<&'a DocumentId, Vec<&'a Evidence>> = BTreeMap::new();
        for happening in &case.history {
            match &happening.recorded.fact {
                AnyFact::Submission(first) => {
                    origin = first.answers.iter().map(|(id, value)| (id.as_str(), value)).collect();
                    signature = first.signature.as_ref();
                    for paper in &first.evidence {
                        papers.entry(&paper.document).or_default().push(paper);
                    }
                }
                AnyFact::Resubmission(sent) => {
                    for (id, value) in &sent.answers {
                        corrected.answers.insert(id, origin.insert(id, value).filter(|old| !old.is_null()));
                    }
                    let mut new: BTreeMap<&'a DocumentId, Vec<&'a Evidence>> = BTreeMap::new();
                    for paper in &sent.evidence {
                        new.entry(&paper.document).or_default().push(paper);
                    }
                    for (document, files) in new {
                        corrected.papers.insert(document, papers.insert(document, files).unwrap_or_default());
                    }
                    if sent.signature.is_some() {
                        corrected.signature = signature;
                        signature = sent.signature.as_ref();
                    }
                    for (item, words) in &sent.explanations {
                        corrected.explanations.insert(item, words);
                    }
                }
                _ => {}
            }
        }
        corrected
    }
}

/// A file of a request, as it is linked to.
pub(super) fn file_view(p: &Page, request: RequestId, paper: &Evidence) -> FileView {
    let name = paper.name.clone();
    FileView {
        link: p.u(&format!("/desk/r/{request}/f/{}", paper.blob)),
        name: paper.issued.map_or(name.clone(), |day| format!("{name} · {}", p.date(day))),
        size: size(p.lang, paper.size_bytes),
        is_picture: paper.media_type.starts_with("image/"),
    }
}

/// All items by group: papers, the form's sections, the signature. While the officer is judging, each has its reasons. Answers that are
/// others than those of `former`, the request whose result it follows, have those beside them.
pub(super) fn items(
    app: &App,
    p: &Page,
    case: &Case,
    former: Option<&Record>,
    judging: bool,
) -> Vec<(String, Vec<ItemView>)> {
    let (record, service) = (case.request.record(), case.request.service());
    let corrected = Corrected::of(case);
    let all: Vec<&Evidence> = given(case).chain(former.iter().flat_map(|former| &former.evidence)).collect();
    let file = |paper: &Evidence| file_view(p, record.id, paper);
    let numbered = |(row, paper): (Option<usize>, &Evidence)| {
        let view = file(paper);
        let Some(row) = row else { return view };
        FileView { name: format!("{} · {}", sentence::digits(p.lang, &row.to_string()), view.name), ..view }
    };
    let change = |item: &Item| {
        let mut change = Change::default();
        match item {
            Item::Field(id) => {
                if let Some(old) = corrected.answers.get(id.as_str()) {
                    change.corrected = true;
                    let field = service.field(id.as_str()).zip(*old);
                    let places = app.office.catalog().places();
                    change.before =
                        field.map(|(field, old)| shown(p.lang, places, &all, field, old)).unwrap_or_default();
                    let files = field.map(|(field, old)| files_in(field, old, &all)).unwrap_or_default();
                    change.files_before = files.into_iter().map(numbered).collect();
                }
            }
            Item::Document(id) => {
                if let Some(old) = corrected.papers.get(id) {
                    change.corrected = true;
                    change.files_before = old.iter().map(|e| file(e)).collect();
                }
            }
            Item::Signature => {
                if let Some(old) = corrected.signature {
                    (change.corrected, change.before) = (true, old.signer.clone());
                }
            }
        }
        change.explanation =
            corrected.explanations.get(item).map(|words| (*words).to_owned()).unwrap_or_default();
        (change.corrected || !change.explanation.is_empty()).then_some(change)
    };
    let view = |item: Item, label: String, value: String, files: Vec<FileView>, original: bool| {
        let judged = record.judgements.get(&item);
        let (class, verdict) =
            judged.map(|judged| verdict(p.lang, service, &judged.verdict)).unwrap_or_default();
        let fits = |reason: &&Reason| {
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
        let (change, former) = (change(&item), String::new());
        ItemView {
            id: item.to_string(),
            label,
            value,
            files,
            class,
            verdict,
            reasons,
            original,
            change,
            former,
        }
    };
    let explained = |item: &Item| corrected.explanations.contains_key(item);
    let mut groups = Vec::new();
    let papers = service.documents.iter().filter_map(|d| {
        let files: Vec<FileView> = record.evidence_for(d.id.as_str()).map(file).collect();
        let item = Item::Document(d.id.clone());
        let is_there = !files.is_empty() || explained(&item);
        is_there.then(|| view(item, p.c(&d.name), String::new(), files, d.original_at_counter))
    });
    groups.push((p.t("papers"), papers.collect()));
    for section in &service.sections {
        let views = section.fields.iter().filter_map(|field| {
            let answer = record.answers.get(field.id.as_str());
            let item = Item::Field(field.id.clone());
            let is_there =
                answer.is_some() || explained(&item) || corrected.answers.contains_key(field.id.as_str());
            let places = app.office.catalog().places();
            let told = |value: &Value| shown(p.lang, places, &all, field, value);
            // What is asked of the earlier result itself is no change.
            let before = former.filter(|_| field.from_result.is_none()).map(|former| &former.answers);
            let before = before.map(|answers| answers.get(field.id.as_str())).filter(|old| *old != answer);
            let old = before.map(|old| old.map_or_else(|| "–".to_owned(), told)).unwrap_or_default();
            let value = answer.map(told).unwrap_or_default();
            // Files come anew with each request, so they differ by their names if at all.
            let old = if field.files().next().is_some() && old == value { String::new() } else { old };
            let files = answer.map(|answer| files_in(field, answer, &all)).unwrap_or_default();
            let files = files.into_iter().map(numbered).collect();
            let view = || ItemView { former: old, ..view(item, p.c(&field.label), value, files, false) };
            is_there.then(view)
        });
        let views: Vec<ItemView> = views.collect();
        if !views.is_empty() {
            groups.push((p.c(&section.title), views));
        }
    }
    let signed = |signature: &Signature| {
        let level = p.t1("assurance", "n", signature.method.assurance());
        (format!("{} · {level}", signature.signer), signature.file.iter().map(file).collect())
    };
    if let Some(signature) = &record.signature {
        let (value, files) = signed(signature);
        groups.push((p.t("signature"), vec![view(Item::Signature, p.t("signature"), value, files, false)]));
    }
    // It is seen, not judged.
    if let Some(cosigned) = &record.cosignature {
        let (value, files) = signed(&cosigned.signature);
        let (id, label) = ("cosignature".to_owned(), cosigned.identity.clone());
        let who = service.signature.cosigner.as_ref().map_or_else(|| p.t("cosigner"), |who| p.c(who));
        groups.push((who, vec![ItemView { id, label, value, files, ..ItemView::default() }]));
    }
    groups
}

/// A file that belongs to the request, by its address: of what counts, and of what was there before a correction.
pub(super) fn file_of<'a>(case: &'a Case, blob: &str) -> Option<&'a Evidence> {
    find(given(case).chain(photos(case)), blob)
}

/// Every file that was handed in, also those that no longer count.
fn given(case: &Case) -> impl Iterator<Item = &Evidence> {
    case.history.iter().flat_map(|happening| {
        let (papers, signature): (&[Evidence], _) = match &happening.recorded.fact {
            AnyFact::Submission(first) => (&first.evidence, first.signature.as_ref()),
            AnyFact::Resubmission(sent) => (&sent.evidence, sent.signature.as_ref()),
            AnyFact::Cosignature(signed) => (&[], Some(&signed.signature)),
            AnyFact::Collection(collection) => (&[], collection.signature.as_ref()),
            _ => (&[], None),
        };
        papers.iter().chain(signature.and_then(|signature| signature.file.as_ref()))
    })
}

/// The words of what is to be corrected, as it stands.
pub(super) fn rejected(p: &Page, case: &Case) -> Vec<String> {
    let (record, service) = (case.request.record(), case.request.service());
    let rejected = record.rejected().map(|(item, judged)| {
        let (_, words) = verdict(p.lang, service, &judged.verdict);
        format!("{}: {}", sentence::item(p.lang, service, item), words.trim_start_matches("✗ "))
    });
    rejected.collect()
}
