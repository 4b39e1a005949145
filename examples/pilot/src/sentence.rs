//! From values to sentences: stages, dates, money, problems, denials. Pages, command line and print share them.

use oneservice_core::calendar::{Calendar, Date, DateTime};
use oneservice_core::catalog::{Catalog, Field, FieldKind, Problem, Role, Service, Unoffered};
use oneservice_core::request::{
    AnyFact, AnyRequest, Appointment, Denial, Ending, Entry, FactName, INSPECTION_PHOTO, Item, StageName,
    Unfollowable,
};
use oneservice_core::text::{Lang, khmer_digits};

use crate::delegation::DelegationError;
use crate::words;

/// The stage in words, with how a closed request ended.
pub fn stage(lang: Lang, request: &AnyRequest) -> String {
    match request {
        AnyRequest::Closed(closed) => ending(lang, closed.stage().ending),
        other => stage_name(lang, other.stage()),
    }
}

/// A stage's name.
pub fn stage_name(lang: Lang, stage: StageName) -> String {
    words::get(lang, &format!("stage-{stage}"), &[])
}

/// How a request ended.
pub fn ending(lang: Lang, ending: Ending) -> String {
    let key = match ending {
        Ending::Collected => "ending-collected",
        Ending::Refused => "ending-refused",
        Ending::Withdrawn => "ending-withdrawn",
        Ending::Lapsed => "ending-lapsed",
        _ => "stage-closed",
    };
    words::get(lang, key, &[])
}

/// What happened, in words.
pub fn fact(lang: Lang, fact: FactName) -> String {
    words::get(lang, &format!("fact-{fact}"), &[])
}

/// A day as it is read: `24/11/2026`, in Khmer digits in Khmer.
pub fn date(lang: Lang, date: Date) -> String {
    digits(lang, &oneservice_core::calendar::dmy(date))
}

/// A moment as it is read, in the office's own time.
pub fn time(lang: Lang, at: DateTime) -> String {
    digits(lang, &at.strftime("%d/%m/%Y %H:%M").to_string())
}

/// When it came and how much later it was entered, of what was not recorded at once.
pub fn entered_later(lang: Lang, calendar: &Calendar, entry: &Entry) -> Option<String> {
    let came = time(lang, calendar.local(entry.occurred_at?));
    let (unit, n) = match entry.lag_minutes()? {
        minutes @ ..120 => ("lag-minutes", minutes),
        minutes @ ..2_880 => ("lag-hours", minutes / 60),
        minutes => ("lag-days", minutes / 1_440),
    };
    let lag = words::get(lang, unit, &[("n", &digits(lang, &n.to_string()))]);
    Some(words::get(lang, "entered-later", &[("when", &came), ("lag", &lag)]))
}

/// The initials of a name, for where it is said to anybody: `S. D.`
pub fn initials(name: &str) -> String {
    let first = |word: &str| word.chars().find(|c| c.is_alphabetic());
    let initial = |letter: char| format!("{}.", letter.to_uppercase());
    name.split_whitespace().filter_map(first).map(initial).collect::<Vec<_>>().join(" ")
}

/// Digits of the language's prose.
pub fn digits(lang: Lang, text: &str) -> String {
    match lang {
        Lang::Km => khmer_digits(text),
        Lang::En => text.to_owned(),
    }
}

/// What is wrong, and what to do.
pub fn problem(lang: Lang, service: &Service, problem: &Problem) -> String {
    if let Some(check) = problem.path.strip_prefix("checks.") {
        let check = service.checks.iter().find(|c| c.id.as_str() == check);
        if let Some(check) = check {
            return check.message.get(lang).to_owned();
        }
    }
    let params: Vec<(&str, &str)> =
        problem.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let key = format!("problem-{}", problem.code);
    // Where a mistake means more at one kind of item, there are words for that.
    let kind = match field(service, &problem.path).map(|field| &field.kind) {
        _ if problem.path.starts_with("documents.") => "document",
        Some(FieldKind::KhmerText(_)) => "khmer",
        Some(FieldKind::LatinText(_)) => "latin",
        _ => "",
    };
    let special = format!("{key}-{kind}");
    let text = words::get(lang, if words::has(&special) { &special } else { &key }, &params);
    digits(lang, &text)
}

/// The question, or the column of a table, that a problem's path names.
fn field<'a>(service: &'a Service, path: &str) -> Option<&'a Field> {
    let mut parts = path.strip_prefix("form.")?.split('.');
    let field = service.field(parts.next()?)?;
    match (&field.kind, parts.nth(1)) {
        (FieldKind::Table { columns, .. }, Some(column)) => columns.iter().find(|c| c.id.as_str() == column),
        _ => Some(field),
    }
}

/// The question, paper or rule that a problem's path names.
pub fn path(lang: Lang, service: &Service, path: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    let found = match parts.as_slice() {
        ["form", field, rest @ ..] => service.field(field).map(|field| {
            let label = field.label.get(lang).to_owned();
            match (&field.kind, rest) {
                (FieldKind::Table { columns, .. }, [row, column, ..]) => {
                    let row = row.parse::<u64>().map_or(0, |row| row + 1);
                    let column = columns.iter().find(|c| c.id.as_str() == *column).map(|c| c.label.get(lang));
                    format!("{label} {} · {}", digits(lang, &row.to_string()), column.unwrap_or_default())
                }
                _ => label,
            }
        }),
        ["documents", INSPECTION_PHOTO] => Some(words::get(lang, "inspection-photos", &[])),
        ["documents", document] => service.paper(document).map(|document| document.name.get(lang).to_owned()),
        ["signature"] => Some(words::get(lang, "signature", &[])),
        ["applicant", ..] => Some(words::get(lang, "applicant-kind", &[])),
        ["purpose"] => Some(words::get(lang, "purpose", &[])),
        ["checks", ..] => Some(words::get(lang, "check-rule", &[])),
        _ => None,
    };
    found.unwrap_or_else(|| path.to_owned())
}

/// An item as the applicant knows it.
pub fn item(lang: Lang, service: &Service, item: &Item) -> String {
    path(lang, service, &item.to_string())
}

/// Why the rules say no, and what would make it lawful.
pub fn denial(lang: Lang, catalog: &Catalog, service: &Service, denial: &Denial) -> String {
    let step = |id: &str| {
        let found = service.review.steps.iter().find(|step| step.id.as_str() == id);
        found.map_or_else(|| id.to_owned(), |step| step.title.get(lang).to_owned())
    };
    let role = |word: &str| role(lang, catalog, word);
    let list = |text: &str, one: &dyn Fn(&str) -> String| {
        text.split(", ").filter(|word| !word.is_empty()).map(one).collect::<Vec<_>>().join(", ")
    };
    let money = |money: &oneservice_core::money::Money| money.show(lang);
    let params: Vec<(&str, String)> = match denial {
        Denial::WrongAmount { due, offered } => vec![("due", money(due)), ("offered", money(offered))],
        Denial::FeeUnpaid { due } => vec![("due", money(due))],
        Denial::NotYet { last_day } | Denial::TooLate { last_day } => {
            vec![("last_day", date(lang, *last_day))]
        }
        Denial::DayClosed { day } => vec![("day", date(lang, *day))],
        Denial::DayOutside { first_day, last_day } => {
            vec![("first_day", date(lang, *first_day)), ("last_day", date(lang, *last_day))]
        }
        other => other
            .params()
            .into_iter()
            .map(|(name, value)| {
                let value = match name {
                    "step" | "other" => step(&value),
                    "open" => list(&value, &step),
                    "roles" => list(&value, &role),
                    "act" => words::get(lang, &format!("fact-{value}"), &[]),
                    "possible" => list(&value, &|fact| words::get(lang, &format!("fact-{fact}"), &[])),
                    "stage" => words::get(lang, &format!("stage-{value}"), &[]),
                    "standing" => words::get(lang, &format!("standing-{value}"), &[]),
                    "item" => path(lang, service, &value),
                    "items" => list(&value, &|item| path(lang, service, item)),
                    "document" => path(lang, service, &format!("documents.{value}")),
                    "department" => catalog
                        .office()
                        .department(&value)
                        .map_or(value.clone(), |department| department.name.get(lang).to_owned()),
                    _ => value,
                };
                (name, value)
            })
            .collect(),
    };
    let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words::get(lang, &format!("denial-{}", denial.code()), &params)
}

/// Each of the reasons why the rules say no.
pub fn denials(lang: Lang, catalog: &Catalog, service: &Service, denials: &[Denial]) -> Vec<String> {
    denials.iter().map(|one| denial(lang, catalog, service, one)).collect()
}

/// Each of the reasons why the rules deny an act of the office that is about no request.
pub fn office_denials(lang: Lang, catalog: &Catalog, denials: &[Denial]) -> Vec<String> {
    // No step or question is named in them: any service will do.
    let service = catalog.services().next();
    service.map(|service| self::denials(lang, catalog, service, denials)).unwrap_or_default()
}

/// The step that a fact belongs to, by its title.
pub fn step_title(lang: Lang, service: &Service, fact: &AnyFact) -> Option<String> {
    let step = match fact {
        AnyFact::StepPassed(f) => &f.step,
        AnyFact::InspectionScheduled(f) => &f.step,
        AnyFact::Reminder(f) => f.step.as_ref()?,
        AnyFact::Escalation(f) => f.step.as_ref()?,
        AnyFact::Return(f) => &f.step,
        AnyFact::Approval(f) => &f.step,
        AnyFact::Refusal(f) => &f.step,
        AnyFact::Judgement(f) => &f.step,
        AnyFact::Issuance(f) => &f.step,
        AnyFact::Assignment(f) => &f.step,
        AnyFact::Endorsement(f) => &f.step,
        AnyFact::Vacancy(f) => &f.step,
        _ => return None,
    };
    service.review.steps.iter().find(|s| &s.id == step).map(|step| step.title.get(lang).to_owned())
}

/// Why a service cannot be asked for, and since or from when.
pub fn unoffered(lang: Lang, why: &Unoffered) -> String {
    let on = |key: &str, day: Date| words::get(lang, key, &[("date", &date(lang, day))]);
    match why {
        Unoffered::Unknown => words::get(lang, "unoffered-unknown", &[]),
        Unoffered::TrialOnly => words::get(lang, "unoffered-trial", &[]),
        Unoffered::NotYet { from } => on("unoffered-not-yet", *from),
        Unoffered::Withdrawn { since, reason } => {
            let mut text = on("unoffered-withdrawn", *since);
            if let Some(reason) = reason {
                text.push(' ');
                text.push_str(&words::get(lang, "unoffered-why", &[("reason", reason.get(lang))]));
            }
            text
        }
    }
}

/// Why nothing can follow a result.
pub fn unfollowable(lang: Lang, why: &Unfollowable) -> String {
    match why {
        Unfollowable::NotYet { from } => words::get(lang, why.code(), &[("date", &date(lang, *from))]),
        Unfollowable::Stands { standing } => {
            let standing = words::get(lang, &format!("standing-{}", standing.as_str()), &[]);
            words::get(lang, why.code(), &[("standing", &standing)])
        }
        _ => words::get(lang, why.code(), &[]),
    }
}

/// A role as the office names it.
fn role(lang: Lang, catalog: &Catalog, word: &str) -> String {
    let role = Role::from_word(word).and_then(|role| catalog.office().role(role));
    role.map_or_else(|| word.to_owned(), |role| role.name.get(lang).to_owned())
}

/// A role and its department, as the office names them.
pub fn appointment(lang: Lang, catalog: &Catalog, of: &Appointment) -> String {
    let department = catalog.office().department(of.department.as_str());
    let department = department.map_or_else(|| of.department.to_string(), |d| d.name.get(lang).to_owned());
    format!("{} · {department}", role(lang, catalog, of.role.as_str()))
}

/// Why a role is not given to another, or not taken back, and what to do.
pub fn delegation(lang: Lang, catalog: &Catalog, why: &DelegationError) -> String {
    let mut params = why.params();
    for (name, value) in &mut params {
        *value = match why {
            DelegationError::Period { .. } => digits(lang, value),
            DelegationError::Over { since } => date(lang, *since),
            DelegationError::NotHeld { role, department, .. }
            | DelegationError::Held { role, department, .. }
                if *name == "role" =>
            {
                appointment(lang, catalog, &Appointment::new(*role, department.clone()))
            }
            DelegationError::Clash { .. } => role(lang, catalog, value),
            _ => continue,
        };
    }
    let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words::get(lang, why.code(), &params)
}
