//! Differences between versions of a service in words: for `catalog diff`, and for the notice on a draft that was carried over.

use oneservice_core::catalog::diff::{Change, Edit, Named, ServiceDiff, ServiceEdit, Subject, VersionName};
use oneservice_core::catalog::{Catalog, Role, Service};
use oneservice_core::money::Money;
use oneservice_core::office::VersionChanges;
use oneservice_core::text::{Lang, Text};
use serde_json::Value;

use crate::{sentence, words};

/// Keys whose values are written for the program, not for people: that they differ is said, not how.
const FOR_PROGRAMS: &[&str] =
    &["visible_when", "required_when", "when", "rule", "amount", "pattern", "each", "fields", "order"];

/// For whom differences are put in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Somebody who fills the form in: conditions are not shown as they are written.
    Applicant,
    /// Somebody who edits the catalogue: everything is shown.
    Editor,
}

/// What kind of thing it is, in words.
fn subject(lang: Lang, subject: Subject) -> String {
    words::get(lang, &format!("subject-{subject}"), &[])
}

/// A key of the format in words; some mean something else in one kind of thing.
fn key(lang: Lang, of: Subject, key: &str) -> String {
    let special = format!("key-{of}-{key}");
    words::get(lang, &if words::has(&special) { special } else { format!("key-{key}") }, &[])
}

/// What a thing is called: by its label, after the question that it belongs to.
fn name(lang: Lang, change: &Change) -> String {
    let called = |id: &str, label: &Option<Text>| {
        label.as_ref().map_or_else(|| id.to_owned(), |label| label.get(lang).to_owned())
    };
    if change.subject == Subject::Holiday {
        let day = change.id.parse().map_or_else(|_| change.id.clone(), |day| sentence::date(lang, day));
        return format!("{} ({day})", called(&change.id, &change.label));
    }
    let own =
        if change.id.is_empty() { subject(lang, change.subject) } else { called(&change.id, &change.label) };
    match &change.of {
        Some(Named { id, label }) => format!("{} · {own}", called(id, label)),
        None => own,
    }
}

/// One difference as a sentence.
pub fn change(lang: Lang, catalog: &Catalog, reader: Reader, change: &Change) -> String {
    let name = name(lang, change);
    let subject_words = subject(lang, change.subject);
    let with = |key: &str, more: &[(&str, &str)]| {
        let mut params = vec![("subject", subject_words.as_str()), ("name", name.as_str())];
        params.extend_from_slice(more);
        words::get(lang, key, &params)
    };
    match &change.edit {
        Edit::Added { value } => {
            let required = value.get("required").and_then(Value::as_bool).unwrap_or_default();
            with(if required { "change-added-required" } else { "change-added" }, &[])
        }
        Edit::Removed { .. } => with("change-removed", &[]),
        Edit::Changed { key: changed, before, after } => {
            let key = key(lang, change.subject, changed);
            if reader == Reader::Applicant && FOR_PROGRAMS.contains(&changed.as_str()) {
                return with("change-hidden", &[("key", &key)]);
            }
            let shown =
                |value: &Value, other: &Value| show(lang, catalog, change.subject, changed, value, other);
            let (before, after) = (shown(before, after), shown(after, before));
            with("change-changed", &[("key", &key), ("before", &before), ("after", &after)])
        }
    }
}

/// A value of the format as people read it. `other` is what it is compared with: what is not said is `no` beside a yes.
fn show(lang: Lang, catalog: &Catalog, of: Subject, key: &str, value: &Value, other: &Value) -> String {
    let one = |value: &Value| show(lang, catalog, of, key, value, &Value::Null);
    match value {
        Value::Null if other.is_boolean() => words::get(lang, "no", &[]),
        Value::Null => "—".to_owned(),
        Value::Bool(truth) => words::get(lang, if *truth { "yes" } else { "no" }, &[]),
        Value::Number(number) => match number.as_i64() {
            Some(units) if of == Subject::Fee => Money::of_units(catalog.office().currency, units).show(lang),
            _ => sentence::digits(lang, &number.to_string()),
        },
        Value::String(text) => word(lang, catalog, of, key, text),
        Value::Array(items) if items.is_empty() => "—".to_owned(),
        Value::Array(items) => items.iter().map(one).collect::<Vec<_>>().join(", "),
        Value::Object(object) => {
            let in_language = object.get(lang.tag()).and_then(Value::as_str);
            in_language.map_or_else(|| value.to_string(), str::to_owned)
        }
    }
}

/// A word or text of the format, with the words that people know where there are some.
fn word(lang: Lang, catalog: &Catalog, of: Subject, key: &str, text: &str) -> String {
    let known = |key: String| words::has(&key).then(|| words::get(lang, &key, &[]));
    let found = match (of, key) {
        (_, "role" | "signed_by" | "not_with") => Role::from_word(text)
            .and_then(|role| catalog.office().role(role))
            .map(|role| role.name.get(lang).to_owned()),
        (_, "department") => {
            catalog.office().department(text).map(|department| department.name.get(lang).to_owned())
        }
        (Subject::Service, "applicants") => known(format!("applicant-{text}")),
        (Subject::Service, "purposes") => known(format!("purpose-{text}")),
        (Subject::Fee, "when") => known(format!("fee-{text}")),
        (Subject::Fee, "refund") => known(format!("refund-{text}")),
        (Subject::Silence, "then") => known(format!("silence-{text}")),
        (_, "valid_from" | "withdrawn_on" | "since" | "date" | "not_before" | "not_after") => {
            text.parse().ok().map(|day| sentence::date(lang, day))
        }
        _ => None,
    };
    found.unwrap_or_else(|| text.to_owned())
}

/// How a service differs between two catalogues: a headline, and one sentence for each difference.
pub fn service(lang: Lang, catalog: &Catalog, diff: &ServiceDiff) -> (String, Vec<String>) {
    let named = |key: &str, version: &VersionName, more: &[(&str, &str)]| {
        let number = sentence::digits(lang, &version.version.to_string());
        let date = sentence::date(lang, version.valid_from);
        let mut params = vec![("version", number.as_str()), ("date", date.as_str())];
        params.extend_from_slice(more);
        words::get(lang, key, &params)
    };
    match &diff.edit {
        ServiceEdit::Added { version } => (named("diff-added", version, &[]), Vec::new()),
        ServiceEdit::Removed { version } => (named("diff-removed", version, &[]), Vec::new()),
        ServiceEdit::VersionRemoved { version } => (named("diff-version-removed", version, &[]), Vec::new()),
        ServiceEdit::Changed { from, to, in_place, changes } => {
            let headline = match (in_place, from.version == to.version) {
                (true, _) => "diff-in-place",
                (false, true) => "diff-withdrawal",
                (false, false) => "diff-changed",
            };
            let from = sentence::digits(lang, &from.version.to_string());
            let lines = changes.iter().map(|one| change(lang, catalog, Reader::Editor, one)).collect();
            (named(headline, to, &[("from", &from)]), lines)
        }
    }
}

/// One line of the notice on a draft that was carried over, and the page of the draft where it can be seen to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What is different.
    pub text: String,
    /// Whether the person has to do something.
    pub to_do: bool,
}

/// What is different for the person whose draft was carried over: first what there is to do, then what was laid aside, then everything
/// else that differs.
pub fn notices(lang: Lang, catalog: &Catalog, service: &Service, changes: &VersionChanges) -> Vec<Notice> {
    let get = |key: &str, params: &[(&str, &str)]| words::get(lang, key, params);
    let to_do = |text| Notice { text, to_do: true };
    let told = |text| Notice { text, to_do: false };
    let at = |path: String| sentence::path(lang, service, &path);
    let mut notices = Vec::new();
    for field in &changes.to_answer {
        notices.push(to_do(get("carried-to-answer", &[("name", &at(format!("form.{field}")))])));
    }
    for document in &changes.to_attach {
        notices.push(to_do(get("carried-to-attach", &[("name", &at(format!("documents.{document}")))])));
    }
    for problem in &changes.to_correct {
        let text = format!("{}: {}", at(problem.path.clone()), sentence::problem(lang, service, problem));
        notices.push(to_do(text));
    }
    if changes.carried.signature_fell {
        notices.push(to_do(get("carried-signature", &[])));
    }
    for aside in &changes.carried.answers {
        let answer = aside.answer.as_str().map_or_else(|| aside.answer.to_string(), str::to_owned);
        let params = [("name", aside.label.get(lang)), ("answer", answer.as_str())];
        notices.push(told(get("carried-answer-aside", &params)));
    }
    for aside in &changes.carried.papers {
        let params = [("name", aside.name.get(lang)), ("file", aside.paper.name.as_str())];
        notices.push(told(get("carried-paper-aside", &params)));
    }
    if let Some((before, after)) = &changes.fee {
        let when = get(&format!("fee-{}", after.when), &[]);
        let (before, after) = (before.total.show(lang), after.total.show(lang));
        let params = [("before", before.as_str()), ("after", after.as_str()), ("when", when.as_str())];
        notices.push(told(get("carried-fee", &params)));
    }
    if let Some((before, after)) = changes.working_days {
        let (before, after) = (before.to_string(), after.to_string());
        let days = |n: &str| sentence::digits(lang, n);
        notices.push(told(get("carried-days", &[("before", &days(&before)), ("after", &days(&after))])));
    }
    let already = |change: &&Change| {
        let named = change.id.as_str();
        match (&change.edit, change.subject) {
            (Edit::Added { .. }, Subject::Field) => changes.to_answer.iter().any(|f| f.as_str() == named),
            (Edit::Added { .. }, Subject::Document) => changes.to_attach.iter().any(|d| d.as_str() == named),
            (Edit::Removed { .. }, Subject::Field) => {
                changes.carried.answers.iter().any(|aside| aside.field == named)
            }
            (Edit::Removed { .. }, Subject::Document) => {
                changes.carried.papers.iter().any(|aside| aside.paper.document.as_str() == named)
            }
            // What it means for these answers is said.
            (Edit::Changed { key, .. }, Subject::Fee) => key == "base" && changes.fee.is_some(),
            (Edit::Changed { key, .. }, Subject::ProcessingTime) => {
                key == "working_days" && changes.working_days.is_some()
            }
            _ => false,
        }
    };
    let rest = changes.changes.iter().filter(|change| !already(change));
    notices.extend(rest.map(|one| told(change(lang, catalog, Reader::Applicant, one))));
    notices
}
