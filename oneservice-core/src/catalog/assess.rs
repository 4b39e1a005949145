//! What was filed, judged whole: every problem at once, the answers in their normal form, the fee, the days, the steps.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::answer::{At, Surroundings};
use super::answers::{Answers, Asked};
use super::condition::{Environment, Names, Value};
use super::{
    ApplicantKind, DocumentFormat, DocumentRequirement, FeeDue, FeeLine, FieldKind, Places, Problem,
    ProblemCode, Purpose, Service, SignatureKind,
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
    /// New, or how it follows an earlier result.
    pub purpose: Purpose,
    /// The office's day of submission.
    pub submitted_on: Date,
    /// Answers as typed, by field; shared, since they are judged and not changed.
    pub form: Arc<Map<String, Json>>,
    /// What is known of the papers.
    pub documents: Vec<DocumentClaim>,
    /// How it was signed.
    pub signature: Option<SignatureKind>,
}

/// What is known of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentClaim {
    /// Which file it is among all of the filing: an answer of kind [`File`](FieldKind::File) names it by this.
    pub id: String,
    /// The requirement it stands for.
    pub document: String,
    /// What the content is.
    pub media_type: String,
    /// Its length.
    pub size_bytes: u64,
    /// The day the paper was issued.
    pub issued: Option<Date>,
}

impl DocumentClaim {
    /// Whether it is the file `id` for `paper`.
    pub(super) fn is(&self, paper: &DocumentRequirement, id: &str) -> bool {
        self.document == paper.id.as_str() && self.id == id
    }

    /// Whether the file itself is what `document` asks for.
    fn judge(&self, document: &DocumentRequirement, submitted_on: Date, problems: &mut Vec<Problem>) {
        let problem = |code| Problem::new(format!("documents.{}", document.id), code);
        let format = DocumentFormat::of_media_type(&self.media_type);
        if !format.is_some_and(|format| document.formats.contains(&format)) {
            let formats: Vec<&str> = document.formats.iter().map(|f| f.as_str()).collect();
            problems.push(problem(ProblemCode::Format).with("formats", formats.join(", ")));
        }
        if self.size_bytes > document.max_bytes {
            problems.push(problem(ProblemCode::TooLarge).with("bytes", document.max_bytes));
        }
        if let Some(months) = document.issued_within_months {
            let span = jiff::Span::new().try_months(months).ok();
            let oldest = span.and_then(|span| submitted_on.checked_sub(span).ok());
            match self.issued {
                None => problems.push(problem(ProblemCode::IssueDateMissing)),
                Some(issued) if oldest.is_some_and(|oldest| issued < oldest) => {
                    problems.push(problem(ProblemCode::TooOld).with("months", months));
                }
                Some(_) => {}
            }
        }
    }
}

/// The catalogue's judgement of a [`Filing`].
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Every problem, sorted by path and code. Empty means: it can be sent.
    pub problems: Vec<Problem>,
    /// Every answer that is in order, in its normal form.
    pub answers: Map<String, Json>,
    /// What came in, where it is not its own normal form.
    pub typed: Map<String, Json>,
    /// What it costs.
    pub fee: FeeDue,
    /// How many working days it may take.
    pub working_days: u32,
    /// The steps that are needed, in the plan's order.
    pub steps: Vec<StepId>,
    /// The fields that apply to these answers, in the form's order.
    pub asked_fields: Vec<AskedField>,
    /// The papers that apply to these answers, in the service's order.
    pub asked_documents: Vec<AskedDocument>,
}

/// A field that applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedField {
    /// Which.
    pub id: FieldId,
    /// Whether it must be answered.
    pub required: bool,
}

/// A paper that applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedDocument {
    /// Which.
    pub id: DocumentId,
    /// Whether it must be there.
    pub required: bool,
}

impl Assessment {
    /// The field `id`, if it applies.
    pub fn asked_field(&self, id: &FieldId) -> Option<&AskedField> {
        self.asked_fields.iter().find(|asked| asked.id == *id)
    }
}

/// No form has so many fields; further unknown ones are not named.
const UNKNOWN_MAX: usize = 500;

impl Service {
    /// Judges `filing` under this version. Total, bounded, and the same on every machine: nothing but the filing
    /// and the geography counts.
    pub fn assess(&self, filing: &Filing, places: &Places) -> Assessment {
        let (mut assessment, fields) = self.weigh(filing, places);
        let applying = fields.iter().filter(|asked| asked.applies);
        assessment.asked_fields = applying
            .map(|asked| AskedField { id: asked.field.id.clone(), required: asked.required })
            .collect();
        assessment
    }

    /// The same without the names of the fields that are asked, which cost more than they are worth where a request is decided.
    pub(crate) fn assess_for_decision(&self, filing: &Filing, places: &Places) -> Assessment {
        self.weigh(filing, places).0
    }

    fn weigh<'a>(&'a self, filing: &'a Filing, places: &Places) -> (Assessment, Vec<Asked<'a>>) {
        let mut problems = Vec::new();
        if !self.applicants.contains(&filing.applicant) {
            problems.push(Problem::new("applicant.kind", ProblemCode::NotEligible));
        }
        if !self.purposes.contains(&filing.purpose) {
            problems.push(Problem::new("purpose", ProblemCode::NotOffered));
        }
        let around = Environment {
            applicant: Some(filing.applicant),
            by_representative: filing.by_representative,
            purpose: Some(filing.purpose),
            submitted_on: filing.submitted_on.to_string(),
            ..Environment::default()
        };
        let surroundings =
            Surroundings { places, submitted_on: filing.submitted_on, files: &filing.documents };
        let (mut answers, unknown) = Answers::read(self, &filing.form, surroundings, around);
        for key in unknown.into_iter().take(UNKNOWN_MAX) {
            let key: String = key.chars().take(80).collect();
            problems.push(Problem::new(format!("form.{key}"), ProblemCode::Unknown));
        }
        self.assess_form(&mut answers, &mut problems);
        let asked_documents = self.assess_documents(filing, &answers, &mut problems);
        for check in &self.checks {
            if let Ok(Value::Bool(false)) = check.rule.evaluate(&answers) {
                problems.push(Problem::new(format!("checks.{}", check.id), ProblemCode::Rule));
            }
        }
        if self.signature.required
            && !filing.signature.is_some_and(|kind| self.signature.kinds.contains(&kind))
        {
            problems.push(Problem::new("signature", ProblemCode::Missing));
        }
        problems.sort();
        let fee = self.fee_for(&mut answers);
        let applies = |rule: &&super::ProcessingRule| rule.when.holds(&answers);
        let days = self.processing_time.rules.iter().find(applies).map(|rule| rule.working_days);
        let needed = |step: &&super::ReviewStep| step.when.as_ref().is_none_or(|when| when.holds(&answers));
        let steps = self.review.steps.iter().filter(needed).map(|step| step.id.clone()).collect();
        let (fields, answers, typed) = answers.into_normal();
        let assessment = Assessment {
            problems,
            answers,
            typed,
            fee,
            working_days: days.unwrap_or(self.processing_time.working_days),
            steps,
            asked_fields: Vec::new(),
            asked_documents,
        };
        (assessment, fields)
    }

    /// Conditions see every answer that was given, wherever it stands, so all were read before any field is judged.
    fn assess_form(&self, answers: &mut Answers<'_>, problems: &mut Vec<Problem>) {
        let mut at = 0;
        for section in &self.sections {
            let section_applies = section.visible_when.as_ref().is_none_or(|when| when.holds(answers));
            for field in &section.fields {
                let applies =
                    section_applies && field.visible_when.as_ref().is_none_or(|when| when.holds(answers));
                let required = applies
                    && (field.required
                        || field.required_when.as_ref().is_some_and(|when| when.holds(answers)));
                let Some(asked) = answers.asked.get_mut(at) else { return };
                (asked.applies, asked.required) = (applies, required);
                let judged = answers.judged(&answers.asked[at]);
                at += 1;
                let path = At::Field(field.id.as_str());
                match judged {
                    None if required => problems.push(Problem::new(path, ProblemCode::Missing)),
                    None => {}
                    Some(judged) if applies => problems.extend_from_slice(judged.problems()),
                    Some(_) => problems.push(Problem::new(path, ProblemCode::NotApplicable)),
                }
            }
        }
    }

    fn assess_documents(
        &self,
        filing: &Filing,
        answers: &Answers<'_>,
        problems: &mut Vec<Problem>,
    ) -> Vec<AskedDocument> {
        let mut given: BTreeMap<&str, Vec<&DocumentClaim>> = BTreeMap::new();
        for claim in &filing.documents {
            given.entry(claim.document.as_str()).or_default().push(claim);
        }
        for name in given.keys().filter(|name| self.paper(name).is_none()).take(UNKNOWN_MAX) {
            let name: String = name.chars().take(80).collect();
            problems.push(Problem::new(format!("documents.{name}"), ProblemCode::Unknown));
        }
        let mut asked = Vec::new();
        for document in &self.documents {
            let problem = |code| Problem::new(format!("documents.{}", document.id), code);
            let claims = given.get(document.id.as_str()).map(Vec::as_slice).unwrap_or_default();
            let applies = document.visible_when.as_ref().is_none_or(|when| when.holds(answers));
            let required = applies
                && (document.required
                    || document.required_when.as_ref().is_some_and(|when| when.holds(answers)));
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
                claim.judge(document, filing.submitted_on, problems);
            }
        }
        self.assess_files(filing, answers, &given, problems);
        asked
    }

    /// Files within the form: an answer without its file was found with the answers, here are the files that no answer names.
    fn assess_files(
        &self,
        filing: &Filing,
        answers: &Answers<'_>,
        given: &BTreeMap<&str, Vec<&DocumentClaim>>,
        problems: &mut Vec<Problem>,
    ) {
        let papers =
            self.files().filter_map(|(field, paper)| Some((field, paper, given.get(paper.id.as_str())?)));
        let papers: Vec<_> = papers.collect();
        if papers.is_empty() {
            return;
        }
        let named = self.files_named(&filing.form);
        for (field, paper, claims) in papers {
            let applies = answers.asked.iter().any(|asked| asked.field.id == field.id && asked.applies);
            if claims.iter().any(|claim| !applies || !named.contains(&(paper.id.as_str(), claim.id.as_str())))
            {
                problems.push(Problem::new(format!("documents.{}", paper.id), ProblemCode::NotApplicable));
            }
            for claim in claims.iter().take(UNKNOWN_MAX) {
                claim.judge(paper, filing.submitted_on, problems);
            }
        }
    }

    fn fee_for(&self, answers: &mut Answers<'_>) -> FeeDue {
        let amount = |units: i64| Money::of_units(self.fee.currency, units);
        let mut lines = Vec::new();
        if self.fee.base != 0 {
            lines.push(FeeLine { id: "base".into(), amount: amount(self.fee.base) });
        }
        for rule in &self.fee.rules {
            let mut sum: Option<i64> = None;
            let mut add = |answers: &Answers<'_>| {
                if rule.when.as_ref().is_none_or(|when| when.holds(answers))
                    && let Ok(Value::Int(units)) = rule.amount.evaluate(answers)
                {
                    sum = Some(sum.unwrap_or(0).saturating_add(units.max(0)));
                }
            };
            match &rule.each {
                None => add(answers),
                Some(table) => {
                    let rows = match answers.answer(table.as_str()) {
                        Some(Value::List(rows)) => rows.len(),
                        _ => 0,
                    };
                    for nth in 0..rows {
                        answers.around.row = Some((table.clone(), nth));
                        add(answers);
                    }
                    answers.around.row = None;
                }
            }
            lines.extend(sum.map(|units| FeeLine { id: rule.id.as_str().to_owned(), amount: amount(units) }));
        }
        let sum = lines.iter().map(|line| line.amount.minor()).fold(0i64, i64::saturating_add);
        let most = self.fee.max.map_or(i64::MAX, |max| amount(max).minor());
        FeeDue { when: self.fee.when, lines, total: Money::new(self.fee.currency, sum.min(most)) }
    }
}

impl FieldKind {
    /// Whether answers are texts that the person writes freely.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text(_) | Self::KhmerText(_) | Self::LatinText(_))
    }
}
