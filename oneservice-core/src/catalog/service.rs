//! A service: what can be asked for, in one version.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{
    Check, DocumentRequirement, Fee, Field, Reason, ReviewPlan, Role, Section, SignatureRule, Silence,
};
use super::{ClockRule, Condition};
use crate::calendar::Date;
use crate::ids::{DepartmentId, FieldId, LawId, SectorId, ServiceId, VersionHash};
use crate::text::Text;

/// What can be asked for, in one version. A version never changes: an edit is a new version, and a request stays
/// for life under the one it was submitted under.
///
/// In CPSV-AP terms a `PublicService`. The file format is described in the catalogue's own documentation; this
/// struct is that format, read strictly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Version of the file format: 1.
    pub format: u32,
    /// `sector.service`.
    pub id: ServiceId,
    /// Counted by people.
    pub version: u32,
    /// First day on which the version may be used.
    #[schemars(with = "String")]
    pub valid_from: Date,
    /// From this day on it is no longer offered; requests that are open finish. A catalogue's word about a version, not part of
    /// it: [`canonical`](Self::canonical) leaves it out, so a version stays the same when its service is withdrawn.
    #[serde(default, skip_serializing)]
    #[schemars(with = "Option<String>")]
    pub withdrawn_on: Option<Date>,
    /// Why it is withdrawn, for people who look for it.
    #[serde(default, skip_serializing)]
    pub withdrawn_reason: Option<Text>,
    /// Whether the version can only be tried: nobody can ask for it yet, whatever `valid_from` says. As
    /// [`withdrawn_on`](Self::withdrawn_on), no part of the version.
    #[serde(default, skip_serializing)]
    pub trial_only: bool,
    /// The sector it belongs to.
    pub sector: SectorId,
    /// The department that answers for it.
    pub department: DepartmentId,
    /// Its name.
    pub name: Text,
    /// What it is for, in a sentence.
    pub summary: Text,
    /// Who may ask.
    pub applicants: Vec<ApplicantKind>,
    /// For what it may be asked.
    pub purposes: Vec<Purpose>,
    /// The law behind it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legal_basis: Vec<LegalBasis>,
    /// What it costs.
    pub fee: Fee,
    /// How long it may take.
    pub processing_time: ProcessingTime,
    /// How long the result is valid.
    pub validity: Validity,
    /// The form.
    pub sections: Vec<Section>,
    /// The papers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentRequirement>,
    /// Rules over several fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// How the applicant signs.
    pub signature: SignatureRule,
    /// Who looks at it, in which order.
    pub review: ReviewPlan,
    /// What is handed over.
    pub result: ResultRule,
    /// Coded reasons for returns and refusals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What follows when the office does not decide in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
    /// SHA-256 of [`canonical`](Self::canonical): the version as content.
    #[serde(skip)]
    pub hash: VersionHash,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicantKind {
    /// A natural person.
    Person,
    /// A legal person.
    Company,
}

/// For what a service is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// For the first time.
    New,
    /// Before an earlier result expires.
    Renewal,
    /// To change what an earlier result says: another holder, another address.
    Amend,
    /// In place of an earlier result that is lost or damaged.
    Replacement,
}

impl Purpose {
    /// Whether it is about an earlier result.
    pub fn follows(self) -> bool {
        self != Self::New
    }
}

macro_rules! words {
    ($($type:ident { $($variant:ident => $word:literal),+ $(,)? })+) => {$(
        impl $type {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word used in files.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            /// The value of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    )+};
}
pub(crate) use words;

words! {
    ApplicantKind { Person => "person", Company => "company" }
    Purpose { New => "new", Renewal => "renewal", Amend => "amend", Replacement => "replacement" }
    ResultKind {
        Licence => "licence", Permit => "permit", Certificate => "certificate", Letter => "letter",
        Registration => "registration",
    }
}

/// A law, decree or order. CPSV-AP `LegalResource`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LegalBasis {
    /// Name within the service.
    pub id: LawId,
    /// Its title.
    pub title: Text,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date: Option<Date>,
    /// A pilot assumption, not law.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assumed: bool,
    /// What was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// How long the office may take. CPSV-AP `processingTime`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessingTime {
    /// Working days after the day of receipt.
    pub working_days: u32,
    /// Whether the clock stops while the applicant corrects.
    pub clock: ClockRule,
    /// A pilot assumption, not law.
    pub assumed: bool,
    /// What was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The first true rule replaces the days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ProcessingRule>,
}

/// Other days for some answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessingRule {
    /// When it holds.
    pub when: Condition,
    /// The days.
    pub working_days: u32,
    /// In words.
    pub label: Text,
}

/// How long a result is valid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are documented in the catalogue's format")]
pub enum Validity {
    /// For so many months.
    Months {
        months: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        renew_from_days_before: Option<u32>,
        assumed: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
    },
    /// Until the day that an answer names.
    UntilDate {
        until_field: FieldId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        renew_from_days_before: Option<u32>,
        assumed: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
    },
    /// For one occasion.
    Once {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        renew_from_days_before: Option<u32>,
        assumed: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
    },
    /// For ever.
    Permanent {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        renew_from_days_before: Option<u32>,
        assumed: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
    },
}

impl Validity {
    /// How many days before its last day a result can be renewed, where it can.
    pub fn renew_days_before(&self) -> Option<u32> {
        match self {
            Self::Months { renew_from_days_before, .. }
            | Self::UntilDate { renew_from_days_before, .. }
            | Self::Once { renew_from_days_before, .. }
            | Self::Permanent { renew_from_days_before, .. } => *renew_from_days_before,
        }
    }

    /// The first day on which a result whose last day is `last_day` can be renewed, where it can.
    pub fn renewal_opens(&self, last_day: crate::calendar::Date) -> Option<crate::calendar::Date> {
        let days = i64::from(self.renew_days_before()?);
        Some(last_day.saturating_sub(jiff::Span::new().days(days)))
    }
}

/// What is handed over. CPSV-AP `Output`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultRule {
    /// Licence, permit, …
    pub kind: ResultKind,
    /// Its title.
    pub title: Text,
    /// Its number: `{yyyy}` and `{seq:05}` are filled in.
    pub number_format: String,
    /// What is printed on it, in order.
    pub prints: Vec<String>,
    /// Who signs it.
    pub signed_by: Role,
    /// Whether it bears a QR code.
    pub qr: bool,
    /// A pilot assumption, not law.
    pub assumed: bool,
}

/// The kinds of paper an office hands over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "plain words")]
pub enum ResultKind {
    Licence,
    Permit,
    Certificate,
    Letter,
    Registration,
}

/// A definition that does not read as a service version of a format known here.
#[derive(Debug, Error)]
#[error("not a service definition")]
pub struct NotAService(#[from] serde_json::Error);

impl Service {
    /// The definition as canonical JSON: the order of this struct, no blanks, nothing that says its default. Two
    /// files that mean the same give the same text.
    pub fn canonical(&self) -> String {
        // A struct of texts, numbers and lists is always writable as JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reopens a version from its canonical text, without its catalogue.
    ///
    /// # Errors
    /// [`NotAService`] when the text is not what [`canonical`](Self::canonical) wrote.
    pub fn from_canonical(text: &str) -> Result<Arc<Self>, NotAService> {
        Ok(Arc::new(serde_json::from_str::<Self>(text)?.sealed()))
    }

    /// Computes the hash.
    pub(super) fn sealed(mut self) -> Self {
        self.hash = VersionHash::from_bytes(Sha256::digest(self.canonical()).into());
        self
    }

    /// All fields of the form, in order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    /// The department at whose desk requests come in: that of the first step.
    pub fn desk(&self) -> &DepartmentId {
        self.review.steps.first().map_or(&self.department, |step| &step.department)
    }

    /// A field by its name.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields().find(|field| field.id.as_str() == id)
    }

    /// A required document by its name.
    pub fn document(&self, id: &str) -> Option<&DocumentRequirement> {
        self.documents.iter().find(|document| document.id.as_str() == id)
    }

    /// What a file may be given for: a required document, or a [file within the form](super::FieldKind::File).
    pub fn paper(&self, id: &str) -> Option<&DocumentRequirement> {
        self.document(id)
            .or_else(|| self.files().map(|(_, paper)| paper).find(|paper| paper.id.as_str() == id))
    }

    /// A reason by its code.
    pub fn reason(&self, code: &str) -> Option<&Reason> {
        self.reasons.iter().find(|reason| reason.code.as_str() == code)
    }
}
