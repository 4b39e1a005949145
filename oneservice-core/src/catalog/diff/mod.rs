//! What differs between two versions of a service, and between two catalogues.
//!
//! Compared are the canonical forms, key by key: whatever a catalogue can say, a difference in it is a [`Change`], also in keys that
//! are younger than this module. The words come from a locale.
//!
//! ```
//! # fn shown(old: &oneservice_core::catalog::Service, new: &oneservice_core::catalog::Service) {
//! use oneservice_core::catalog::diff::{Edit, versions};
//!
//! for change in versions(old, new) {
//!     match change.edit {
//!         Edit::Added { .. } => println!("new: {:?} {}", change.subject, change.id),
//!         Edit::Removed { .. } => println!("gone: {:?} {}", change.subject, change.id),
//!         Edit::Changed { key, before, after } => println!("{}.{key}: {before} → {after}", change.id),
//!     }
//! }
//! # }
//! ```

mod catalogs;
mod compare;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

pub use catalogs::{CatalogDiff, ServiceDiff, ServiceEdit, VersionName, catalogs};
pub use compare::{office, versions};

use crate::text::Text;

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Change {
    /// What kind of thing differs.
    pub subject: Subject,
    /// Its name within the service; empty where there is only one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// What people call it, in the newer version that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// The question that an option or a column belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Named>,
    /// What happened to it.
    #[serde(flatten)]
    pub edit: Edit,
}

/// Something by its name and by what people call it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Named {
    /// Its name within the service.
    pub id: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
}

/// What happened to a thing between two versions.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "edit", rename_all = "kebab-case")]
pub enum Edit {
    /// It is new.
    Added {
        /// All of it, as the canonical form has it.
        value: Value,
    },
    /// It is gone.
    Removed {
        /// All that it was.
        value: Value,
    },
    /// One of its keys says something else. The key `order` stands for the order of such things, by their names.
    Changed {
        /// The key of the catalogue's format.
        key: String,
        /// What it said; null if nothing.
        before: Value,
        /// What it says; null if nothing.
        after: Value,
    },
}

/// The kinds of things that a service and an office are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the words of the catalogue's format")]
pub enum Subject {
    Service,
    Fee,
    FeeRule,
    ProcessingTime,
    ProcessingRule,
    Validity,
    Section,
    Field,
    Option,
    Column,
    Document,
    Check,
    Signature,
    LegalBasis,
    Review,
    Step,
    Result,
    Reason,
    Silence,
    Office,
    Hours,
    Contact,
    Numbering,
    Khqr,
    Periods,
    Counter,
    Department,
    Role,
    OfficeReason,
    Holiday,
}

super::words! {
    Subject {
        Service => "service", Fee => "fee", FeeRule => "fee-rule", ProcessingTime => "processing-time",
        ProcessingRule => "processing-rule", Validity => "validity", Section => "section", Field => "field",
        Option => "option", Column => "column", Document => "document", Check => "check", Signature => "signature",
        LegalBasis => "legal-basis", Review => "review", Step => "step", Result => "result", Reason => "reason",
        Silence => "silence", Office => "office", Hours => "hours", Contact => "contact", Numbering => "numbering", Khqr => "khqr",
        Periods => "periods", Counter => "counter", Department => "department", Role => "role",
        OfficeReason => "office-reason", Holiday => "holiday",
    }
}

/// Keys that matter to whoever edits or reads the catalogue and to nobody who fills a form in.
const BEHIND_THE_DESK: &[&str] = &[
    "assumed",
    "source",
    "personal",
    "from_result",
    "sector",
    "department",
    "valid_from",
    "prints",
    "article",
    "since",
    "legal_basis",
];

impl Change {
    /// Whether it matters to somebody who is filling the form in: what is asked, what it costs, how long it takes, what comes of it.
    pub fn concerns_applicants(&self) -> bool {
        let inside = matches!(
            self.subject,
            Subject::LegalBasis | Subject::Review | Subject::Step | Subject::Reason | Subject::Result
        );
        let key = match &self.edit {
            Edit::Changed { key, .. } => Some(key.as_str()),
            _ => None,
        };
        !inside && key.is_none_or(|key| !BEHIND_THE_DESK.contains(&key) && key != "order")
    }
}
