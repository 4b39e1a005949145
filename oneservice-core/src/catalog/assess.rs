//! What was filed, judged whole: every problem at once, the answers in their normal form, the fee, the days, the steps.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::answer::{At, Surroundings, judge};
use super::condition::{Environment, Value};
use super::{
    ApplicantKind, DocumentFormat, FeeDue, FeeLine, FieldKind, Places, Problem, ProblemCode, Purpose,
    Service, SignatureKind,
};
use crate::calendar::Date;
use crate::ids::{DocumentId, FieldId, StepId};
use crate::money::Money;

/// What somebody filed, as it came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Filing {
    /// Person or company.
    pub applicant: ApplicantKind,
    /// Whether somebody acts for the applicant.
    pub by_representative: bool,
    /// New, renewal or amendment.
    pub purpose: Purpose,
    /// The office's day of submission.
    pub submitted_on: Date,
    /// Answers as typed, by field.
    pub form: Map<String, Json>,
    /// What is known of the papers.
    pub documents: Vec<DocumentClaim>,
    /// How it was signed.
    pub signature: Option<SignatureKind>,
}

/// What is known of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentClaim {
    /// The requirement it stands for.
    pub document: String,
    /// What the content is.
    pub media_type: String,
    /// Its length.
    pub size_bytes: u64,
    /// The day the paper was issued.
    pub issued: Option<Date>,
}

/// The catalogue's judgement of a [`Filing`].
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Every problem, sorted by path and code. Empty means: it can be sent.
    pub problems: Vec<Problem>,
    /// Every answer that is in order, in its normal form.
    pub answers: Map<String, Json>,
    /// What it costs.
    pub fee: FeeDue,
    /// How many working days it may take.
    pub working_days: u32,
    /// The steps that are needed, in the plan's order.
    pub steps: Vec<StepId>,
    /// The fields that apply to these answers.
    pub visible_fields: BTreeSet<FieldId>,
    /// Of those, the ones that must be answered.
    pub required_fields: BTreeSet<FieldId>,
    /// The papers that apply to these answers, in the service's order.
    pub asked_documents: Vec<AskedDocument>,
}

/// A paper that applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedDocument {
    /// Which.
    pub id: DocumentId,
    /// Whether it must be there.
    pub required: bool,
}

/// No form has so many fields; further unknown ones are not named.
const UNKNOWN_MAX: usize = 500;

impl Service {
    /// Judges `filing` under this version. Total, bounded, and the same on every machine: nothing but the filing
    /// and the geography counts.
    pub fn assess(&self, filing: &Filing, places: &Places) -> Assessment {
        let mut problems = Vec::new();
        if !self.applicants.contains(&filing.applicant) {
            problems.push(Problem::new("applicant.kind", ProblemCode::NotEligible));
        }
        if !self.purposes.contains(&filing.purpose) {
            problems.push(Problem::new("purpose", ProblemCode::NotOffered));
        }
        let mut environment = Environment {
            form: BTreeMap::new(),
            applicant: Some(filing.applicant),
            by_representative: filing.by_representative,
            purpose: Some(filing.purpose),
            submitted_on: filing.submitted_on.to_string(),
            row: None,
        };
        let form = self.assess_form(filing, places, &mut environment, &mut problems);
        let asked_documents = self.assess_documents(filing, &environment, &mut problems);
        for check in &self.checks {
            if let Ok(Value::Bool(false)) = check.rule.evaluate(&environment) {
                problems.push(Problem::new(format!("checks.{}", check.id), ProblemCode::Rule));
            }
        }
        if self.signature.required
            && !filing.signature.is_some_and(|kind| self.signature.kinds.contains(&kind))
        {
            problems.push(Problem::new("signature", ProblemCode::Missing));
        }
        problems.sort();
        let fee = self.fee_for(&mut environment);
        let applies = |rule: &&super::ProcessingRule| rule.when.holds(&environment);
        let days = self.processing_time.rules.iter().find(applies).map(|rule| rule.working_days);
        let needed =
            |step: &&super::ReviewStep| step.when.as_ref().is_none_or(|when| when.holds(&environment));
        Assessment {
            problems,
            answers: form.answers,
            fee,
            working_days: days.unwrap_or(self.processing_time.working_days),
            steps: self.review.steps.iter().filter(needed).map(|step| step.id.clone()).collect(),
            visible_fields: form.visible,
            required_fields: form.required,
            asked_documents,
        }
    }

    fn assess_form(
        &self,
        filing: &Filing,
        places: &Places,
        environment: &mut Environment,
        problems: &mut Vec<Problem>,
    ) -> AssessedForm {
        let around = Surroundings { places, submitted_on: filing.submitted_on };
        for key in filing.form.keys().filter(|key| self.field(key).is_none()).take(UNKNOWN_MAX) {
            let key: String = key.chars().take(80).collect();
            problems.push(Problem::new(format!("form.{key}"), ProblemCode::Unknown));
        }
        // Conditions see every answer that was given, wherever it stands, so all are read before any is judged.
        let mut read = Vec::new();
        let mut assessed = AssessedForm::default();
        for field in self.fields() {
            let id = field.id.as_str();
            let judged = judge(field, filing.form.get(id), At::Field(id), around);
            read.push((judged.is_missing(), judged.problems));
            if let Some(value) = judged.value {
                environment.form.insert(id.to_owned(), value);
            }
            if let Some(normal) = judged.normal {
                assessed.answers.insert(id.to_owned(), normal);
            }
        }
        let mut read = read.into_iter();
        for section in &self.sections {
            let section_applies = section.visible_when.as_ref().is_none_or(|when| when.holds(environment));
            for field in &section.fields {
                let id = field.id.as_str();
                let path = At::Field(id);
                let Some((is_missing, wrong)) = read.next() else { continue };
                let applies =
                    section_applies && field.visible_when.as_ref().is_none_or(|when| when.holds(environment));
                if !applies {
                    if !is_missing {
                        problems.push(Problem::new(path, ProblemCode::NotApplicable));
                    }
                    environment.form.remove(id);
                    continue;
                }
                assessed.visible.insert(field.id.clone());
                let needed = field.required
                    || field.required_when.as_ref().is_some_and(|when| when.holds(environment));
                if needed {
                    assessed.required.insert(field.id.clone());
                }
                if is_missing {
                    if needed {
                        problems.push(Problem::new(path, ProblemCode::Missing));
                    }
                } else {
                    problems.extend(wrong);
                }
            }
        }
        assessed
    }

    fn assess_documents(
        &self,
        filing: &Filing,
        environment: &Environment,
        problems: &mut Vec<Problem>,
    ) -> Vec<AskedDocument> {
        let mut given: BTreeMap<&str, Vec<&DocumentClaim>> = BTreeMap::new();
        for claim in &filing.documents {
            given.entry(claim.document.as_str()).or_default().push(claim);
        }
        for name in given.keys().filter(|name| self.document(name).is_none()).take(UNKNOWN_MAX) {
            let name: String = name.chars().take(80).collect();
            problems.push(Problem::new(format!("documents.{name}"), ProblemCode::Unknown));
        }
        let mut asked = Vec::new();
        for document in &self.documents {
            let problem = |code| Problem::new(format!("documents.{}", document.id), code);
            let claims = given.get(document.id.as_str()).map(Vec::as_slice).unwrap_or_default();
            let applies = document.visible_when.as_ref().is_none_or(|when| when.holds(environment));
            let required = applies
                && (document.required
                    || document.required_when.as_ref().is_some_and(|when| when.holds(environment)));
            if applies {
                asked.push(AskedDocument { id: document.id.clone(), required });
            } else if !claims.is_empty() {
                problems.push(problem(ProblemCode::NotApplicable));
            }
            if required && claims.is_empty() {
                problems.push(problem(ProblemCode::Missing));
            }
            if claims.len() > document.max_files as usize {
                problems.push(problem(ProblemCode::TooManyFiles).with("n", document.max_files));
            }
            for claim in claims.iter().take(UNKNOWN_MAX) {
                let format = DocumentFormat::of_media_type(&claim.media_type);
                if !format.is_some_and(|format| document.formats.contains(&format)) {
                    let formats: Vec<&str> = document.formats.iter().map(|f| f.as_str()).collect();
                    problems.push(problem(ProblemCode::Format).with("formats", formats.join(", ")));
                }
                if claim.size_bytes > document.max_bytes {
                    problems.push(problem(ProblemCode::TooLarge).with("bytes", document.max_bytes));
                }
                if let Some(months) = document.issued_within_months {
                    let span = jiff::Span::new().try_months(months).ok();
                    let oldest = span.and_then(|span| filing.submitted_on.checked_sub(span).ok());
                    match claim.issued {
                        None => problems.push(problem(ProblemCode::IssueDateMissing)),
                        Some(issued) if oldest.is_some_and(|oldest| issued < oldest) => {
                            problems.push(problem(ProblemCode::TooOld).with("months", months));
                        }
                        Some(_) => {}
                    }
                }
            }
        }
        asked
    }

    fn fee_for(&self, environment: &mut Environment) -> FeeDue {
        let amount = |units: i64| Money::of_units(self.fee.currency, units);
        let mut lines = Vec::new();
        if self.fee.base != 0 {
            lines.push(FeeLine { id: "base".into(), amount: amount(self.fee.base) });
        }
        for rule in &self.fee.rules {
            let mut sum: Option<i64> = None;
            let mut add = |environment: &Environment| {
                if rule.when.as_ref().is_none_or(|when| when.holds(environment))
                    && let Ok(Value::Int(units)) = rule.amount.evaluate(environment)
                {
                    sum = Some(sum.unwrap_or(0).saturating_add(units.max(0)));
                }
            };
            match &rule.each {
                None => add(environment),
                Some(table) => {
                    let rows = match environment.form.get(table.as_str()) {
                        Some(Value::List(rows)) => rows.len(),
                        _ => 0,
                    };
                    for nth in 0..rows {
                        environment.row = Some((table.clone(), nth));
                        add(environment);
                    }
                    environment.row = None;
                }
            }
            lines.extend(sum.map(|units| FeeLine { id: rule.id.to_string(), amount: amount(units) }));
        }
        let sum = lines.iter().map(|line| line.amount.minor()).fold(0i64, i64::saturating_add);
        let most = self.fee.max.map_or(i64::MAX, |max| amount(max).minor());
        FeeDue { when: self.fee.when, lines, total: Money::new(self.fee.currency, sum.min(most)) }
    }
}

#[derive(Debug, Default)]
struct AssessedForm {
    answers: Map<String, Json>,
    visible: BTreeSet<FieldId>,
    required: BTreeSet<FieldId>,
}

impl FieldKind {
    /// Whether answers are texts that the person writes freely.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text(_) | Self::KhmerText(_) | Self::LatinText(_))
    }
}
