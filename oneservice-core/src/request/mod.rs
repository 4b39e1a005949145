//! The life of a request as types.
//!
//! Each stage is a type; [`Request<S>`](Request) offers only the methods that are lawful in `S`. A method checks
//! the rule and returns the fact and the next request; nothing else makes a fact. The shape of a life is one
//! table, [`TRANSITIONS`], kept in `lifecycle.rs`; the rules that no table can hold (whose step it is, four eyes,
//! the fee, what was returned) are in one file for each stage.
//!
//! This floor is pure: it reads no clock, draws no number and knows no engine. Time and calendar come in as
//! [`Context`].
//!
//! ```compile_fail
//! # use oneservice_core::request::{Request, Closed, Actor, Context};
//! fn nothing_follows(closed: Request<Closed>, by: &Actor, context: &Context<'_>) {
//!     closed.withdraw(by, context, None); // `Withdrawal` is not lawful in stage `Closed`
//! }
//! ```
//!
//! ```
//! use oneservice_core::request::{StageName, TRANSITIONS};
//!
//! let from_ready: Vec<_> = TRANSITIONS.iter().filter(|arrow| arrow.from == StageName::Ready).collect();
//! assert!(from_ready.iter().all(|arrow| arrow.to != StageName::InReview), "a result is not taken back");
//! ```

mod actor;
mod answers;
mod apply;
mod apply_result;
mod cash;
mod clock;
mod command;
mod command_aside;
mod cosign;
mod deadline;
mod denial;
mod denial_params;
mod diagram;
mod draft;
mod event;
mod fact;
mod fact_cosign;
mod fact_inspection;
mod fact_name;
mod fact_oversight;
mod fact_people;
mod fact_proxy;
mod fact_result;
mod fact_time;
mod fact_transfer;
mod in_review;
mod inspection;
mod item;
mod lifecycle;
mod oversight;
mod payment;
mod people;
mod proxy;
mod ready;
mod record;
mod refused;
mod result;
mod returned;
mod signed;
mod stage;
mod stage_name;
mod succession;
mod transfer;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use actor::{Actor, Appointment, By, Entry, Officer};
pub use answers::AnswersError;
pub use apply::Fact;
pub use cash::{CASH_CLOSERS, CashClosed, CashDrawer};
pub use clock::{Awaits, Timed};
pub use command::{Command, CommandDenied, Decided, Series};
pub use denial::{Denial, Denied};
pub use diagram::{mermaid, permission_matrix};
pub use event::{EVENT_FORMAT, Envelope, PayloadError, Recorded, replay};
pub use fact::*;
pub use fact_cosign::Cosignature;
pub use fact_inspection::{InspectionReport, InspectionScheduled};
pub use fact_name::{FactName, NamedFact};
pub use fact_oversight::{Complaint, ComplaintAnswered, Reading, Refund, Waiver};
pub use fact_people::{Assignment, Endorsement, Recusal, Vacancy};
pub use fact_proxy::{Mandate, MandateProof, MandateRevoked};
pub use fact_result::{Expiry, Reinstatement, Replacement, Revocation, Suspension};
pub use fact_time::{DelayExplained, Escalation, Extension, Reminder, Reopening, SilentApproval};
pub use fact_transfer::{TransferConfirmed, TransferRecorded, TransferRejected};
pub use inspection::INSPECTION_PHOTO;
pub use item::{Item, NotAnItem};
pub use lifecycle::{AnyFact, AnyRequest, Arrow, FACTS, Lawful, STAGES, TRANSITIONS, Unlawful};
pub use people::HEADS;
pub use proxy::{MandateGiven, MandateStanding};
pub use record::{Intake, Judged, PaymentMade, Record, StepDone, StepTiming, Timing};
pub use result::Standing;
pub use returned::Corrections;
pub use signed::Filled;
pub use stage::{Approved, Closed, Draft, InReview, Objected, Ready, Refused, Returned, Stage, Submitted};
pub use stage_name::StageName;
pub use succession::Unfollowable;
pub use transfer::{REFERENCE_LIMIT, TransferWaiting};

pub use crate::ids::{Alias, ReasonCode};

use crate::calendar::{Calendar, Date, Moment};
use crate::catalog::{OfficeProfile, Places, ReviewStep, Service, last_day};
use crate::ids::StepId;

/// The longest text an officer or applicant may add to an act, in characters.
pub const WORDS_LIMIT: usize = 4_000;

/// What a rule may ask of the world: the time and the office's calendar and geography.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Now, never before the last fact of the request.
    pub now: Moment,
    /// When it happened, if it is entered later from paper: the rules count from then, and both times are kept.
    pub occurred_at: Option<Moment>,
    /// The office's working days.
    pub calendar: &'a Calendar,
    /// The places an address may name.
    pub places: &'a Places,
    /// The office's own rules: its periods and coded reasons.
    pub office: &'a OfficeProfile,
}

impl Context<'_> {
    /// The office's day.
    pub fn today(&self) -> Date {
        self.calendar.local_date(self.now)
    }

    /// The last day of a period of the office that begins today; none if the office does not say how long it is.
    fn last_day(&self, days: Option<u32>) -> Option<Date> {
        Some(last_day(self.calendar, self.today(), days?))
    }

    /// When the act happened: now, unless it is entered later.
    fn happened_at(&self) -> Moment {
        self.occurred_at.map_or(self.now, |at| at.min(self.now))
    }
}

/// A request in stage `S`. It offers only what is lawful in that stage.
#[must_use]
#[derive(Debug, Clone, PartialEq)]
pub struct Request<S: Stage> {
    // Boxed, so that a request goes from stage to stage without being copied.
    record: Box<Record>,
    service: Arc<Service>,
    stage: S,
}

/// A lawful act: the fact to be stored, and the request as it stands afterwards.
#[must_use]
#[derive(Debug, Clone, PartialEq)]
pub struct Transition<F, S: Stage> {
    /// What happened.
    pub fact: F,
    /// Who recorded it, and when.
    pub entry: Entry,
    /// The request afterwards.
    pub request: Request<S>,
}

/// What a lawful act in stage `S` gives, or the request back with all the reasons.
pub type Ruled<F, S> = Result<Transition<F, <F as Fact<S>>::To>, Denied<S>>;

impl<S: Stage> Request<S> {
    /// What every stage knows.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The service version it stands under.
    pub fn service(&self) -> &Arc<Service> {
        &self.service
    }

    /// What only this stage knows.
    pub fn stage(&self) -> &S {
        &self.stage
    }

    /// Takes the request back: possible wherever the table allows it.
    ///
    /// # Errors
    /// [`Denial::NotYourRole`], [`Denial::WordsTooLong`].
    pub fn withdraw(self, by: &Actor, context: &Context<'_>, reason: Option<String>) -> Ruled<Withdrawal, S>
    where
        S: Lawful<Withdrawal>,
    {
        let reason = reason.filter(|r| !is_blank(r));
        let denials = too_long("reason", reason.as_deref()).into_iter().collect();
        self.record_fact(by, None, context, denials, |_| Withdrawal { reason })
    }

    /// The one door: asks the table who may, and makes the fact true. Nobody works on a request of their own: they may look at it, and say
    /// that they have no part in it.
    fn record_fact<F>(
        self,
        by: &Actor,
        step: Option<&StepId>,
        context: &Context<'_>,
        mut denials: Vec<Denial>,
        fact: impl FnOnce(&By) -> F,
    ) -> Ruled<F, S>
    where
        F: Fact<S>,
        S: Lawful<F>,
    {
        let service = Arc::clone(&self.service);
        let own = matches!(by, Actor::Officer(officer) if self.record.is_about(officer, &service));
        let beside = matches!(F::NAME, FactName::Reading | FactName::Recusal);
        if own && !beside && !denials.contains(&Denial::OwnRequest) {
            denials.push(Denial::OwnRequest);
        }
        let step = step.and_then(|id| service.review.steps.iter().find(|s| &s.id == id));
        match by.acting(S::ROLES, step) {
            Ok(by) if denials.is_empty() => {
                let recorded_at = context.now.max(self.record.last_at);
                let fact = fact(&by);
                let occurred_at = context.occurred_at.filter(|at| *at < recorded_at);
                let mut entry = Entry { by, recorded_at, occurred_at, opened: BTreeMap::new() };
                let mut request = self.take(&fact, &entry);
                entry.opened = request.opened_steps(context.calendar);
                request.record.promise_steps(&entry);
                Ok(Transition { fact, entry, request })
            }
            // Whose part it is comes first: a stranger learns nothing else of the request.
            Err(not_yours) => Err(Denied { request: Box::new(self), denials: vec![not_yours] }),
            Ok(_) => {
                denials.dedup();
                Err(Denied { request: Box::new(self), denials })
            }
        }
    }

    /// The plan's step `id`, if it is open.
    fn open_step(&self, id: &StepId) -> Result<&ReviewStep, Denial> {
        let step = self.service.review.steps.iter().find(|step| &step.id == id);
        let Some(step) = step.filter(|_| self.record.steps.contains(id)) else {
            return Err(Denial::StepUnknown { step: id.to_string() });
        };
        let open = self.record.open_steps(&self.service);
        if open.contains(id) { Ok(step) } else { Err(Denial::StepNotOpen { step: id.clone(), open }) }
    }
}

/// Whether nobody could read anything in it: white space, and what has no width.
fn is_blank(words: &str) -> bool {
    words.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
}

fn too_long(field: &'static str, words: Option<&str>) -> Option<Denial> {
    // Bytes first, so that a huge text is not walked.
    words
        .filter(|w| w.len() > WORDS_LIMIT * 4 || w.chars().count() > WORDS_LIMIT)
        .map(|_| Denial::WordsTooLong { field, limit: WORDS_LIMIT })
}
