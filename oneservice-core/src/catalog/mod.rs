//! What can be asked for: sectors, services, forms, documents, fees and review plans.
//!
//! A catalogue is a folder of declarative files that an office edits; they are the source of truth. It is read whole
//! and strictly: [`Catalog::load`] gives either a catalogue in which every name refers to something and every
//! condition has a type, or every mistake in it with file, line and field.
//!
//! ```no_run
//! use oneservice_core::catalog::Catalog;
//!
//! let catalog = Catalog::load("catalog/our-province")?;
//! for service in catalog.services() {
//!     println!("{} {}", service.id, service.name.en);
//! }
//! # Ok::<(), oneservice_core::catalog::CatalogError>(())
//! ```

mod answer;
mod answers;
mod assess;
mod check_service;
mod check_versions;
mod condition;
pub mod diff;
mod fee;
mod field_format;
mod file;
mod form;
mod format;
mod judged;
mod load;
mod mend;
mod mistake;
mod office_reason;
mod parse;
mod periods;
mod places;
mod plan;
mod plan_diagram;
mod problem;
mod profile;
mod reason;
mod requirement;
mod role;
mod schema;
mod sector;
mod service;
mod shape;
mod silence;
pub mod typed;
mod versions;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use assess::{AskedDocument, AskedField, Assessment, DocumentClaim, Filing};
pub use condition::{Condition, ConditionError, Environment, Names, Scope, Type, Unanswered, Value};
pub use fee::{Fee, FeeDue, FeeLine, FeeMoment, FeeRule, RefundRule};
pub use field_format::FieldError;
pub use file::FilePlace;
pub use form::{
    Check, DateBound, Field, FieldKind, FieldOption, FromResult, Pattern, PlaceLevel, Section, TextRule,
};
pub use mistake::{CatalogError, Mistake, MistakeCode};
pub use office_reason::{OfficeReason, OfficeReasonKind};
pub use periods::{Periods, last_day};
pub use places::{Place, Places};
pub use plan::{ClockRule, PHOTOS_MAX, ReviewPlan, ReviewStep, StepKind};
pub use plan_diagram::PlanWords;
pub use problem::{Problem, ProblemCode};
pub use profile::{
    Contact, Department, DepartmentKind, Desk, Hours, Numbering, OfficeProfile, PayInto, RoleDescription,
    number,
};
pub use reason::{Reason, ReasonKind};
pub use requirement::{DocumentFormat, DocumentRequirement, PAPERS_MAX, SignatureKind, SignatureRule};
pub use role::Role;
pub use sector::Sector;
pub(crate) use service::words;
pub use service::{
    ApplicantKind, LegalBasis, NotAService, ProcessingRule, ProcessingTime, Purpose, ResultKind, ResultRule,
    Service, Validity,
};
pub use silence::{Silence, SilenceRule};
pub use versions::Unoffered;

use crate::calendar::Calendar;
use crate::ids::ServiceId;

/// What can be asked for at one office. Cheap to share behind an `Arc`; immutable.
#[derive(Debug, Clone)]
pub struct Catalog {
    office: OfficeProfile,
    sectors: Vec<Sector>,
    /// The versions of each service, in the order in which they take effect; never none.
    services: BTreeMap<ServiceId, Vec<Arc<Service>>>,
    calendar: Calendar,
    places: Places,
}

impl Catalog {
    /// The office.
    pub fn office(&self) -> &OfficeProfile {
        &self.office
    }

    /// The sectors, in the order of lists.
    pub fn sectors(&self) -> &[Sector] {
        &self.sectors
    }

    /// The office's working days and hours.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The places an address may name.
    pub fn places(&self) -> &Places {
        &self.places
    }
}
