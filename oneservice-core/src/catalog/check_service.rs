//! What a service must be beyond its shape: names that refer to something, conditions that have a type, a plan that
//! can be followed, a fee that can be asked.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::{Condition, ConditionError, Scope, Type, Value};
use super::form::FieldFormat;
use super::mend::plain_field;
use super::shape::{Walk, join};
use super::{
    FeeMoment, Field, FieldKind, MistakeCode as Code, OfficeProfile, Places, Purpose, ReasonKind, Sector,
};
use super::{PAPERS_MAX, PHOTOS_MAX, Service, StepKind, Validity};

/// The most a fee may ask, in whole units: anything above is a slip of the hand.
const FEE_MAX: i64 = 1_000_000_000;
const BYTES_MAX: u64 = 100 << 20;
/// More than a panel is a slip of the hand.
const MIN_APPROVERS_MAX: u32 = 9;
/// What a result may print beside answers.
const PRINTABLE: &[&str] = &[
    "result.number",
    "result.issued_on",
    "result.valid_until",
    "office.name",
    "request.number",
    "fee.total",
];

/// Tries every field of the file by itself, so that each one's mistake is named and not only the first.
pub(super) fn check_fields(walk: &mut Walk<'_>, file: &toml::Table) {
    let sections = file.get("sections").and_then(toml::Value::as_array).into_iter().flatten();
    for section in sections {
        let id = section.get("id").and_then(toml::Value::as_str).unwrap_or("0");
        for field in section.get("fields").and_then(toml::Value::as_array).into_iter().flatten() {
            check_field(walk, &format!("sections.{id}.fields"), field);
        }
    }
}

fn check_field(walk: &mut Walk<'_>, at: &str, field: &toml::Value) {
    let at = join(at, field.get("id").and_then(toml::Value::as_str).unwrap_or("0"));
    for column in field.get("columns").and_then(toml::Value::as_array).into_iter().flatten() {
        check_field(walk, &format!("{at}.columns"), column);
    }
    // Columns were looked at; what is wrong in them is not wrong in the table as well.
    let mut field = field.clone();
    let columns =
        field.as_table_mut().and_then(|table| table.get_mut("columns")).and_then(|c| c.as_array_mut());
    columns.into_iter().flatten().for_each(|column| {
        if column.get("id").is_some() {
            let mut plain = plain_field(column);
            if column.get("type").and_then(toml::Value::as_str) == Some("table") {
                plain.insert("type".into(), "table".into());
                plain.insert("columns".into(), toml::Value::Array(Vec::new()));
                plain.insert("max_rows".into(), 1.into());
            }
            *column = plain.into();
        }
    });
    if let Ok(Err(error)) = field.try_into::<FieldFormat>().map(Field::try_from) {
        walk.say(&join(&at, error.key()), Code::Field, error.to_string());
    }
}

/// What a service is checked against.
#[derive(Debug)]
pub(super) struct Neighbours<'a> {
    pub(super) office: &'a OfficeProfile,
    pub(super) sectors: &'a [Sector],
    pub(super) places: &'a Places,
    pub(super) place: ServicePlace<'a>,
}

/// What the place of a service file says of its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct ServicePlace<'a> {
    pub(super) sector: &'a str,
    pub(super) name: &'a str,
    /// The version, where the file's name has it.
    pub(super) version: Option<u32>,
}

pub(super) fn check_service(walk: &mut Walk<'_>, service: &Service, around: &Neighbours<'_>) {
    let ServicePlace { sector, name, version } = around.place;
    if service.id.as_str() != format!("{sector}.{name}") {
        walk.say("id", Code::Place, format!("must be '{sector}.{name}', as the file's place says"));
    }
    if service.sector.as_str() != sector || around.sectors.iter().all(|s| s.id != service.sector) {
        walk.say(
            "sector",
            Code::Reference,
            format!("must be the sector of the folder, '{sector}', and stand in sectors.toml"),
        );
    }
    if around.office.department(service.department.as_str()).is_none() {
        walk.say("department", Code::Reference, "is no department of office.toml");
    }
    if service.version == 0 {
        walk.say("version", Code::Value, "versions count from 1");
    }
    if let Some(version) = version.filter(|version| *version != service.version) {
        walk.say("version", Code::Place, format!("must be {version}, as the file's name says"));
    }
    if service.withdrawn_on.is_some_and(|day| day <= service.valid_from) {
        walk.say(
            "withdrawn_on",
            Code::Value,
            "must be after valid_from: the version would never be in force",
        );
    }
    if service.withdrawn_reason.is_some() && service.withdrawn_on.is_none() {
        walk.say("withdrawn_on", Code::MissingKey, "must be given where there is a reason for it");
    }
    if service.applicants.is_empty() {
        walk.say("applicants", Code::Value, "somebody must be able to ask");
    }
    if service.purposes.is_empty() {
        walk.say("purposes", Code::Value, "it must be possible to ask for something");
    }
    unique(walk, "legal_basis", service.legal_basis.iter().map(|law| law.id.as_str()));
    unique(walk, "sections", service.sections.iter().map(|section| section.id.as_str()));
    let papers = service.documents.iter().chain(service.files().map(|(_, paper)| paper));
    unique(walk, "documents", papers.map(|paper| paper.id.as_str()));
    unique(walk, "checks", service.checks.iter().map(|check| check.id.as_str()));
    unique(walk, "reasons", service.reasons.iter().map(|reason| reason.code.as_str()));
    let scope = Scope::of(service.fields());
    check_form(walk, service, &scope, around.places);
    check_documents(walk, service, &scope);
    check_fee(walk, service, &scope);
    check_times(walk, service, &scope);
    check_plan(walk, service, &scope, around.office);
    check_result_and_reasons(walk, service);
}

fn unique<'a>(walk: &mut Walk<'_>, at: &str, names: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            walk.say(&join(at, name), Code::Duplicate, format!("'{name}' stands there twice"));
        }
    }
}

fn typed(walk: &mut Walk<'_>, field: &str, condition: Option<&Condition>, scope: &Scope, wanted: &Type) {
    let Some(condition) = condition.filter(|condition| !walk.guesses(condition.as_str())) else { return };
    match condition.check(scope) {
        Err(ConditionError::UnknownName { .. }) if walk.lost_names() => {}
        Err(error) => walk.say(field, Code::Condition, error.to_string()),
        Ok(found) if found != *wanted => {
            walk.say(field, Code::Condition, format!("gives {found} where {wanted} is needed"));
        }
        // What is always true is needless; what is never true takes something away from everybody.
        Ok(_) if condition.constant() == Some(Value::Bool(false)) => {
            walk.say(field, Code::Condition, "is true for nobody, whatever is answered");
        }
        Ok(_) => {}
    }
}

fn check_form(walk: &mut Walk<'_>, service: &Service, scope: &Scope, places: &Places) {
    let mut seen = BTreeSet::new();
    for section in &service.sections {
        let at = format!("sections.{}", section.id);
        typed(walk, &format!("{at}.visible_when"), section.visible_when.as_ref(), scope, &Type::Bool);
        for field in &section.fields {
            let at = format!("{at}.fields.{}", field.id);
            if !seen.insert(&field.id) {
                walk.say(&at, Code::Duplicate, format!("'{}' stands in the form twice", field.id));
            }
            typed(walk, &format!("{at}.visible_when"), field.visible_when.as_ref(), scope, &Type::Bool);
            typed(walk, &format!("{at}.required_when"), field.required_when.as_ref(), scope, &Type::Bool);
            if let FieldKind::Address { province: Some(province), .. }
            | FieldKind::GeoPoint { province: Some(province) } = &field.kind
                && places.get(province).is_none()
            {
                let message = format!("the geography has no place '{province}'");
                walk.say(&format!("{at}.province"), Code::Reference, message);
            }
            if field.from_result.is_some() && !service.purposes.iter().any(|purpose| purpose.follows()) {
                let message = "the service is asked for anew alone, so there is no former result";
                walk.say(&format!("{at}.from_result"), Code::Field, message);
            }
            if let FieldKind::Table { columns, .. } = &field.kind {
                for column in columns.iter().filter(|column| column.from_result.is_some()) {
                    let at = format!("{at}.columns.{}.from_result", column.id);
                    walk.say(&at, Code::Field, "a column of a table takes nothing from a former result");
                }
                for column in columns.iter().filter(|c| c.visible_when.is_some() || c.required_when.is_some())
                {
                    let at = format!("{at}.columns.{}", column.id);
                    walk.say(&at, Code::Field, "a column of a table has no conditions");
                }
            }
        }
    }
    for check in &service.checks {
        let at = format!("checks.{}", check.id);
        typed(walk, &format!("{at}.rule"), Some(&check.rule), scope, &Type::Bool);
        for field in check.fields.iter().filter(|field| service.field(field.as_str()).is_none()) {
            walk.say(&format!("{at}.fields"), Code::Reference, format!("the form has no field '{field}'"));
        }
    }
}

fn check_documents(walk: &mut Walk<'_>, service: &Service, scope: &Scope) {
    for document in &service.documents {
        let at = format!("documents.{}", document.id);
        typed(walk, &format!("{at}.required_when"), document.required_when.as_ref(), scope, &Type::Bool);
        typed(walk, &format!("{at}.visible_when"), document.visible_when.as_ref(), scope, &Type::Bool);
        if document.formats.is_empty() {
            walk.say(&format!("{at}.formats"), Code::Value, "some format must be taken");
        }
        if !(1..=BYTES_MAX).contains(&document.max_bytes) {
            walk.say(&format!("{at}.max_bytes"), Code::Value, format!("must lie between 1 and {BYTES_MAX}"));
        }
        if document.issued_within_months == Some(0) {
            walk.say(&format!("{at}.issued_within_months"), Code::Value, "must be at least 1");
        }
        if !(1..=PAPERS_MAX).contains(&document.max_files) {
            walk.say(&format!("{at}.max_files"), Code::Value, format!("must lie between 1 and {PAPERS_MAX}"));
        }
    }
    let files = service.documents.iter().map(|document| document.max_files).fold(0, u32::saturating_add);
    if files > PAPERS_MAX {
        walk.say("documents", Code::Value, format!("{files} files are more than {PAPERS_MAX} altogether"));
    }
    if service.signature.required && service.signature.kinds.is_empty() {
        walk.say("signature.kinds", Code::Value, "a signature is required and no kind is accepted");
    }
}

fn check_fee(walk: &mut Walk<'_>, service: &Service, scope: &Scope) {
    let fee = &service.fee;
    if fee.when == FeeMoment::None && (fee.base != 0 || !fee.rules.is_empty()) {
        walk.say("fee.when", Code::Fee, "a free service asks for an amount");
    }
    for (key, units) in [("fee.base", Some(fee.base)), ("fee.max", fee.max)] {
        if units.is_some_and(|units| units > FEE_MAX) {
            walk.say(key, Code::Fee, format!("is more than {FEE_MAX}"));
        }
    }
    if fee.max.is_some_and(|max| max < fee.base) {
        walk.say("fee.max", Code::Fee, "is less than the base");
    }
    if fee.currency == crate::money::Currency::Khr && fee.base % 100 != 0 {
        walk.say("fee.base", Code::Fee, "there are no notes below 100 riel");
    }
    unique(walk, "fee.rules", fee.rules.iter().map(|rule| rule.id.as_str()));
    for rule in &fee.rules {
        let at = format!("fee.rules.{}", rule.id);
        let mut scope = std::borrow::Cow::Borrowed(scope);
        if let Some(table) = &rule.each {
            match service.field(table.as_str()).map(|field| &field.kind) {
                Some(FieldKind::Table { columns, .. }) => *scope.to_mut() = scope.with_row(columns),
                _ => walk.say(
                    &format!("{at}.each"),
                    Code::Reference,
                    format!("'{table}' is no table of the form"),
                ),
            }
        }
        typed(walk, &format!("{at}.when"), rule.when.as_ref(), &scope, &Type::Bool);
        typed(walk, &format!("{at}.amount"), Some(&rule.amount), &scope, &Type::Int);
        if let Some(Value::Int(units)) = rule.amount.constant().filter(|_| rule.amount.check(&scope).is_ok())
            && !(0..=FEE_MAX).contains(&units)
        {
            let message = format!("is {units}; an addition lies between 0 and {FEE_MAX}");
            walk.say(&format!("{at}.amount"), Code::Fee, message);
        }
    }
}

fn check_times(walk: &mut Walk<'_>, service: &Service, scope: &Scope) {
    let time = &service.processing_time;
    if !(1..=1_000).contains(&time.working_days) {
        walk.say("processing_time.working_days", Code::Value, "must lie between 1 and 1000");
    }
    for (nth, rule) in time.rules.iter().enumerate() {
        let at = format!("processing_time.rules.{nth}");
        typed(walk, &format!("{at}.when"), Some(&rule.when), scope, &Type::Bool);
        if !(1..=1_000).contains(&rule.working_days) {
            walk.say(&format!("{at}.working_days"), Code::Value, "must lie between 1 and 1000");
        }
    }
    let renew = match &service.validity {
        Validity::UntilDate { until_field, renew_from_days_before, .. } => {
            if !service.field(until_field.as_str()).is_some_and(|f| matches!(f.kind, FieldKind::Date { .. }))
            {
                walk.say(
                    "validity.until_field",
                    Code::Reference,
                    format!("'{until_field}' is no date of the form"),
                );
            }
            renew_from_days_before
        }
        Validity::Months { months, renew_from_days_before, .. } => {
            if !(1..=1_200).contains(months) {
                walk.say("validity.months", Code::Value, "must lie between 1 and 1200");
            }
            renew_from_days_before
        }
        Validity::Once { renew_from_days_before, .. }
        | Validity::Permanent { renew_from_days_before, .. } => renew_from_days_before,
    };
    if service.purposes.contains(&Purpose::Renewal) && renew.is_none() {
        let message = "must be given, since the service can be renewed";
        walk.say("validity.renew_from_days_before", Code::MissingKey, message);
    }
}

fn check_plan(walk: &mut Walk<'_>, service: &Service, scope: &Scope, office: &OfficeProfile) {
    let steps = &service.review.steps;
    unique(walk, "review.steps", steps.iter().map(|step| step.id.as_str()));
    let mut days: BTreeMap<&str, u32> = BTreeMap::new();
    for step in steps {
        let at = format!("review.steps.{}", step.id);
        if office.department(step.department.as_str()).is_none() {
            walk.say(&format!("{at}.department"), Code::Reference, "is no department of office.toml");
        }
        if office.role(step.role).is_none() {
            walk.say(&format!("{at}.role"), Code::Reference, "is no role of office.toml");
        }
        // Steps refer to earlier ones only, so that a plan cannot run in a circle.
        for (key, names) in [("after", &step.after), ("distinct_from", &step.distinct_from)] {
            for name in names.iter().filter(|name| !days.contains_key(name.as_str())) {
                let later = steps.iter().any(|other| &other.id == name);
                let why = if later { "comes later in the plan" } else { "is no step of the plan" };
                walk.say(&format!("{at}.{key}"), Code::Plan, format!("'{name}' {why}"));
            }
        }
        typed(walk, &format!("{at}.when"), step.when.as_ref(), scope, &Type::Bool);
        if step.kind == StepKind::Approval && step.distinct_from.is_empty() {
            walk.say(
                &format!("{at}.distinct_from"),
                Code::Plan,
                "an approval needs another person: four eyes",
            );
        }
        let several = step.min_approvers.is_some_and(|wanted| wanted != 1);
        if several && step.kind != StepKind::Approval {
            walk.say(&format!("{at}.min_approvers"), Code::Plan, "only an approval has approvers");
        }
        if step.min_approvers.is_some_and(|wanted| !(1..=MIN_APPROVERS_MAX).contains(&wanted)) {
            walk.say(
                &format!("{at}.min_approvers"),
                Code::Plan,
                format!("is not from 1 to {MIN_APPROVERS_MAX}"),
            );
        }
        if step.photos.is_some() && step.kind != StepKind::Inspection {
            walk.say(&format!("{at}.photos"), Code::Plan, "only an inspection has photos");
        }
        if step.photos.is_some_and(|wanted| !(1..=PHOTOS_MAX).contains(&wanted)) {
            walk.say(&format!("{at}.photos"), Code::Plan, format!("is not from 1 to {PHOTOS_MAX}"));
        }
        let before = step.after.iter().filter_map(|name| days.get(name.as_str())).max().copied().unwrap_or(0);
        days.insert(step.id.as_str(), before.saturating_add(step.working_days));
    }
    let first_last = (steps.first().map(|step| step.kind), steps.last().map(|step| step.kind));
    if first_last != (Some(StepKind::Completeness), Some(StepKind::Issue)) {
        walk.say("review.steps", Code::Plan, "a plan begins with completeness and ends with issue");
    }
    if steps.iter().filter(|step| step.kind == StepKind::Issue).count() > 1 {
        walk.say("review.steps", Code::Plan, "a plan has one issue step");
    }
    let decides = |step: &&super::ReviewStep| step.kind == StepKind::Approval && step.when.is_none();
    let Some(last_approval) = steps.iter().rev().find(decides) else {
        return walk.say("review.steps", Code::Plan, "a plan needs an approval that always applies");
    };
    // Everything but the issue step must be done before somebody decides; a step that waits for the decision, or that
    // nothing waits for, would leave the request hanging.
    let after_decision =
        |step: &&super::ReviewStep| step.kind != StepKind::Issue && step.after.contains(&last_approval.id);
    for step in steps.iter().filter(after_decision) {
        let message =
            format!("comes after the last approval '{}': only the issue step does", last_approval.id);
        walk.say(&format!("review.steps.{}.after", step.id), Code::Plan, message);
    }
    let longest = days.values().max().copied().unwrap_or(0);
    if longest > service.processing_time.working_days {
        let message = format!(
            "the steps need {longest} working days, the service allows {}",
            service.processing_time.working_days
        );
        walk.say("processing_time.working_days", Code::Plan, message);
    }
}

fn check_result_and_reasons(walk: &mut Walk<'_>, service: &Service) {
    let result = &service.result;
    if !is_numbering(&result.number_format) {
        walk.say("result.number_format", Code::Value, "must hold {yyyy} and {seq} or {seq:05}, once each");
    }
    for (nth, print) in result.prints.iter().enumerate() {
        let known = match print.strip_prefix("form.") {
            Some(field) => service.field(field).is_some(),
            None => PRINTABLE.contains(&print.as_str()),
        };
        if !known {
            walk.say(
                &format!("result.prints.{nth}"),
                Code::Reference,
                format!("'{}' cannot be printed", super::shape::brief(print)),
            );
        }
    }
    for reason in &service.reasons {
        let at = format!("reasons.{}", reason.code);
        match &reason.legal_basis {
            Some(law) if service.legal_basis.iter().all(|basis| &basis.id != law) => {
                walk.say(
                    &format!("{at}.legal_basis"),
                    Code::Reference,
                    format!("'{law}' is not in the legal basis"),
                );
            }
            None if reason.kind == ReasonKind::Refuse => {
                walk.say(&format!("{at}.legal_basis"), Code::MissingKey, "a refusal needs a legal basis");
            }
            _ => {}
        }
        if let Some(field) = reason.field.as_ref().filter(|field| service.field(field.as_str()).is_none()) {
            walk.say(&format!("{at}.field"), Code::Reference, format!("the form has no field '{field}'"));
        }
        if let Some(document) = reason.document.as_ref().filter(|d| service.document(d.as_str()).is_none()) {
            walk.say(
                &format!("{at}.document"),
                Code::Reference,
                format!("there is no document '{document}'"),
            );
        }
    }
    if let Some(silence) = &service.silence {
        if service.legal_basis.iter().all(|basis| basis.id != silence.legal_basis) {
            let message = format!("'{}' is not in the legal basis", silence.legal_basis);
            walk.say("silence.legal_basis", Code::Reference, message);
        }
        if silence.article.trim().is_empty() {
            walk.say("silence.article", Code::Value, "the article must be named");
        }
    }
    for kind in ReasonKind::ALL {
        if service.reasons.iter().all(|reason| reason.kind != *kind) {
            walk.say("reasons", Code::Value, format!("there is no reason of kind '{kind}'"));
        }
    }
}

/// Whether a format numbers a register: the year once, the count once.
pub(super) fn is_numbering(format: &str) -> bool {
    format.matches("{yyyy}").count() == 1 && format.matches("{seq").count() == 1 && {
        let filled = super::number(format, 2026, 1);
        !filled.contains(['{', '}'])
    }
}
