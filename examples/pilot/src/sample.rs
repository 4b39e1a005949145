//! Sample applications: one JSON file that says who asks for what, and what the office must find in it.

use std::collections::BTreeSet;

use oneservice_core::calendar::{Date, Moment};
use oneservice_core::catalog::{
    ApplicantKind, Assessment, Catalog, DocumentClaim, Filing, ProblemCode, Purpose, Service, SignatureKind,
};
use oneservice_core::ids::{ServiceId, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

/// An application as a file. `expect` is for tests and not read here.
#[derive(Debug, Clone, Deserialize)]
pub struct Sample {
    /// 1.
    pub format: u32,
    /// `sector.service`.
    pub service: String,
    /// Who asks.
    pub applicant: SampleApplicant,
    /// For what: `new`, `renewal`, `amend`, `replacement`.
    pub purpose: String,
    /// The tracking code of the request whose result it renews, changes or replaces, if the office knows it.
    #[serde(default)]
    pub follows: Option<String>,
    /// When, RFC 3339.
    pub submitted_at: String,
    /// The answers.
    pub form: Map<String, Value>,
    /// The papers.
    #[serde(default)]
    pub documents: Vec<SampleDocument>,
    /// How it is signed.
    #[serde(default)]
    pub signature: Option<SampleSignature>,
}

/// Who asks.
#[derive(Debug, Clone, Deserialize)]
pub struct SampleApplicant {
    /// `person` or `company`.
    pub kind: String,
    /// Whether somebody acts for the applicant.
    #[serde(default)]
    pub by_representative: bool,
}

/// One paper, by what is known of it.
#[derive(Debug, Clone, Deserialize)]
pub struct SampleDocument {
    /// The requirement.
    pub document: String,
    /// The file's name.
    #[serde(default)]
    pub file: String,
    /// What the content would be.
    pub media_type: String,
    /// How long it would be, in bytes.
    pub size: u64,
    /// When the paper was issued.
    #[serde(default)]
    pub issued: Option<Date>,
}

/// How it is signed.
#[derive(Debug, Clone, Deserialize)]
pub struct SampleSignature {
    /// The kind of signature.
    pub kind: String,
}

/// Why a sample cannot be judged at all.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SampleError {
    /// Not a sample of a known format.
    #[error("not a sample: {0}")]
    Format(#[from] serde_json::Error),
    /// A format of a newer program.
    #[error("this program reads samples of format 1, not {0}")]
    Newer(u32),
    /// The catalogue has no such service.
    #[error("there is no service {0}; `oneservice catalog list` shows those there are")]
    NoService(String),
    /// A word that is not one of those allowed.
    #[error("{field}: '{word}' is none of {allowed}")]
    Word {
        /// Where.
        field: &'static str,
        /// What stands there.
        word: String,
        /// What may stand there.
        allowed: String,
    },
    /// Not a moment.
    #[error("submitted_at: '{0}' is no moment; write 2026-06-01T09:00:00+07:00")]
    Moment(String),
}

impl SampleError {
    /// Stable name, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Format(_) => "sample-format",
            Self::Newer(_) => "sample-newer",
            Self::NoService(_) => "no-service",
            Self::Word { .. } => "sample-word",
            Self::Moment(_) => "sample-moment",
        }
    }
}

/// What the office finds in a sample.
#[derive(Debug, Clone, Serialize)]
pub struct SampleVerdict {
    /// Whether it can be sent.
    pub accepted: bool,
    /// Path and code of every problem, sorted.
    pub errors: Vec<(String, ProblemCode)>,
    /// The fee in riel.
    pub fee_khr: i64,
    /// The day it counts as received.
    pub received_on: Date,
    /// The day it is due.
    pub due_on: Date,
    /// The steps of examination that apply.
    pub steps: Vec<StepId>,
    /// Every answer that is in order, in its normal form.
    pub normalized: Map<String, Value>,
}

fn word<T: Copy>(
    field: &'static str,
    word: &str,
    all: &[T],
    of: impl Fn(&str) -> Option<T>,
    name: impl Fn(T) -> &'static str,
) -> Result<T, SampleError> {
    of(word).ok_or_else(|| SampleError::Word {
        field,
        word: word.chars().take(60).collect(),
        allowed: all.iter().map(|value| name(*value)).collect::<Vec<_>>().join(", "),
    })
}

impl Sample {
    /// Reads a sample.
    ///
    /// # Errors
    /// [`SampleError::Format`], [`SampleError::Newer`].
    pub fn parse(text: &str) -> Result<Self, SampleError> {
        let sample: Self = serde_json::from_str(text)?;
        if sample.format == 1 { Ok(sample) } else { Err(SampleError::Newer(sample.format)) }
    }

    /// The service it asks for: the version in force on its day, or the newest if none is.
    ///
    /// # Errors
    /// [`SampleError::NoService`].
    pub fn service<'a>(&self, catalog: &'a Catalog) -> Result<&'a Service, SampleError> {
        let id: Option<ServiceId> = self.service.parse().ok();
        let day = self.moment().map(|at| catalog.calendar().local_date(at)).ok();
        let in_force = |id: &ServiceId| catalog.in_force(id, day?).ok();
        let found = id.and_then(|id| in_force(&id).or_else(|| catalog.service(&id)));
        found.map(AsRef::as_ref).ok_or_else(|| SampleError::NoService(self.service.clone()))
    }

    /// Who asks.
    ///
    /// # Errors
    /// [`SampleError::Word`].
    pub fn applicant_kind(&self) -> Result<ApplicantKind, SampleError> {
        word("applicant.kind", &self.applicant.kind, ApplicantKind::ALL, ApplicantKind::from_word, |k| {
            k.as_str()
        })
    }

    /// For what.
    ///
    /// # Errors
    /// [`SampleError::Word`].
    pub fn purpose(&self) -> Result<Purpose, SampleError> {
        word("purpose", &self.purpose, Purpose::ALL, Purpose::from_word, |p| p.as_str())
    }

    /// How it is signed; none if it is not, or in a way the format does not know.
    pub fn signature_kind(&self) -> Option<SignatureKind> {
        self.signature.as_ref().and_then(|signature| SignatureKind::from_word(&signature.kind))
    }

    /// When it is sent.
    ///
    /// # Errors
    /// [`SampleError::Moment`].
    pub fn moment(&self) -> Result<Moment, SampleError> {
        Moment::parse(&self.submitted_at).map_err(|_| SampleError::Moment(self.submitted_at.clone()))
    }

    /// Judges it as of its own moment.
    ///
    /// # Errors
    /// [`SampleError`] when it cannot be judged at all; problems of the application are in the assessment.
    pub fn assess(&self, catalog: &Catalog) -> Result<Assessment, SampleError> {
        let claims = self.documents.iter().map(|document| DocumentClaim {
            id: document.file.clone(),
            document: document.document.clone(),
            media_type: document.media_type.clone(),
            size_bytes: document.size,
            issued: document.issued,
        });
        let filing = Filing {
            applicant: self.applicant_kind()?,
            by_representative: self.applicant.by_representative,
            purpose: self.purpose()?,
            submitted_on: catalog.calendar().local_date(self.moment()?),
            form: self.form.clone().into(),
            documents: claims.collect(),
            signature: self.signature_kind(),
        };
        Ok(self.service(catalog)?.assess(&filing, catalog.places()))
    }

    /// What the office finds in it, as of its own moment.
    ///
    /// # Errors
    /// As [`Sample::assess`].
    pub fn judge(&self, catalog: &Catalog) -> Result<SampleVerdict, SampleError> {
        let assessment = self.assess(catalog)?;
        let received_on = catalog.calendar().received_on(self.moment()?);
        let due_on = catalog.calendar().add_working_days(received_on, assessment.working_days);
        Ok(SampleVerdict {
            accepted: assessment.problems.is_empty(),
            errors: assessment.problems.into_iter().map(|problem| (problem.path, problem.code)).collect(),
            fee_khr: assessment.fee.total.minor(),
            received_on,
            due_on,
            steps: assessment.steps,
            normalized: assessment.answers,
        })
    }

    /// The documents it names, each once.
    pub fn document_ids(&self) -> BTreeSet<&str> {
        self.documents.iter().map(|document| document.document.as_str()).collect()
    }
}
