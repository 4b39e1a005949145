//! Time: what falls due by itself, and what officers may do about the due day.
//!
//! Every stage but the first and the last waits for somebody until a last day, or for ever. [`AnyRequest::due`] says what the office's
//! clock has to record now; `Office::tick` records it. Nothing here happens twice: each act is recorded for one last day.

use super::record::Timing;
use super::{
    Actor, AnyRequest, Approved, Closed, Command, Context, DelayExplained, Denial, Denied, Ending,
    Escalation, Extension, Fact, InReview, Lapse, Lawful, Objected, Ready, ReasonCode, Record, RefusalFinal,
    Refused, Reminder, Reopening, Request, Returned, Ruled, SilentApproval, Stage, Submitted, too_long,
};
use crate::calendar::{Calendar, Date};
use crate::catalog::{OfficeReasonKind, Periods, Role, Service, SilenceRule, StepKind};

/// For whom a stage waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaits {
    /// The applicant, who loses something when the last day passes.
    Applicant,
    /// The office, which is late when its due day passes.
    Office,
    /// Whoever holds the result, which ceases to hold.
    Holder,
}

/// A stage that waits for somebody.
pub trait Timed: Stage {
    /// For whom.
    const AWAITS: Awaits;
    /// Until when; none if there is no last day.
    fn last_day(&self, record: &Record) -> Option<Date>;
}

impl Timed for Submitted {
    const AWAITS: Awaits = Awaits::Applicant;
    fn last_day(&self, record: &Record) -> Option<Date> {
        // While a transfer waits, it is the office's turn.
        let waits = record.waits_before_review() && record.transfer.is_none();
        record.pay_again_by.or(self.pay_by).filter(|_| waits)
    }
}

impl Timed for Returned {
    const AWAITS: Awaits = Awaits::Applicant;
    fn last_day(&self, _: &Record) -> Option<Date> {
        self.correct_by
    }
}

impl Timed for Ready {
    const AWAITS: Awaits = Awaits::Applicant;
    fn last_day(&self, _: &Record) -> Option<Date> {
        self.collect_by
    }
}

impl Timed for Refused {
    const AWAITS: Awaits = Awaits::Applicant;
    fn last_day(&self, _: &Record) -> Option<Date> {
        self.object_by
    }
}

macro_rules! waits_for_the_office {
    ($($stage:ident)+) => {$(
        impl Timed for $stage {
            const AWAITS: Awaits = Awaits::Office;
            fn last_day(&self, record: &Record) -> Option<Date> {
                record.due_on
            }
        }
    )+};
}
waits_for_the_office! { InReview Approved Objected }

impl Timed for Closed {
    const AWAITS: Awaits = Awaits::Holder;
    fn last_day(&self, record: &Record) -> Option<Date> {
        record.holds_until()
    }
}

/// The day on which a reminder of `last_day` is due; none where the time is too short for one or it was given.
fn remind_on(
    awaits: Awaits,
    last_day: Date,
    timing: &Timing,
    calendar: &Calendar,
    periods: &Periods,
    service: &Service,
) -> Option<Date> {
    if timing.reminded == Some(last_day) || timing.escalated == Some(last_day) {
        return None;
    }
    let day = match awaits {
        Awaits::Applicant => last_day.saturating_sub(jiff::Span::new().days(i64::from(periods.remind_days?))),
        // From this day on the result can be renewed.
        Awaits::Holder => service.validity.renewal_opens(last_day)?,
        Awaits::Office => calendar.subtract_working_days(last_day, periods.warn_working_days?),
    };
    (day > calendar.local_date(timing.since)).then_some(day)
}

pub(super) fn denied_before(context: &Context<'_>, day: Option<Date>) -> Vec<Denial> {
    match day {
        None => vec![Denial::NothingDue],
        Some(day) if context.today() < day => {
            vec![Denial::NotYet { last_day: day.yesterday().unwrap_or(day) }]
        }
        Some(_) => Vec::new(),
    }
}

pub(super) fn denied_until(context: &Context<'_>, last_day: Option<Date>) -> Vec<Denial> {
    denied_before(context, last_day.map(|day| day.tomorrow().unwrap_or(day)))
}

/// Why `code` is no reason of the office for this.
pub(super) fn office_reason(
    context: &Context<'_>,
    code: &ReasonCode,
    kind: OfficeReasonKind,
) -> Option<Denial> {
    let known = context.office.reason(code, kind).is_some();
    (!known).then(|| Denial::ReasonUnknown { code: code.to_string() })
}

impl<S: Timed> Request<S> {
    /// The last day of what the stage waits for, if it has one.
    pub fn last_day(&self) -> Option<Date> {
        self.stage.last_day(&self.record)
    }

    /// Records that the last day comes near.
    ///
    /// # Errors
    /// [`Denial::NothingDue`] where there is no last day, the time is too short or it was recorded already; [`Denial::NotYet`],
    /// [`Denial::NotYourRole`]: only the office's clock does.
    pub fn remind(self, by: &Actor, context: &Context<'_>) -> Ruled<Reminder, S>
    where
        S: Lawful<Reminder>,
        Reminder: Fact<S>,
    {
        let last = self.last_day();
        let periods = &context.office.periods;
        let day = last.and_then(|last| {
            remind_on(S::AWAITS, last, &self.record.timing, context.calendar, periods, &self.service)
        });
        let denials = denied_before(context, day);
        let last_day = last.unwrap_or_default();
        self.record_fact(by, None, context, denials, |_| Reminder { last_day })
    }

    /// Records that the office is late, and calls the heads on.
    ///
    /// # Errors
    /// [`Denial::NothingDue`] where nothing is due or it was recorded already; [`Denial::NotYet`], [`Denial::NotYourRole`]: only the
    /// office's clock does.
    pub fn escalate(self, by: &Actor, context: &Context<'_>) -> Ruled<Escalation, S>
    where
        S: Lawful<Escalation>,
        Escalation: Fact<S>,
    {
        let due = self.last_day().filter(|due| self.record.timing.escalated != Some(*due));
        let denials = denied_until(context, due);
        let due_on = due.unwrap_or_default();
        self.record_fact(by, None, context, denials, |_| Escalation { due_on })
    }

    /// Closes what only the applicant could have moved on and did not, once the last day has passed.
    ///
    /// # Errors
    /// [`Denial::NothingDue`] where there is no last day; [`Denial::NotYet`], [`Denial::NotYourRole`]: only the office's clock does.
    pub fn lapse(self, by: &Actor, context: &Context<'_>) -> Ruled<Lapse, S>
    where
        S: Lawful<Lapse>,
    {
        let last = self.last_day();
        let denials = denied_until(context, last);
        let last_day = last.unwrap_or_default();
        self.record_fact(by, None, context, denials, |_| Lapse { last_day })
    }

    /// Moves the due day, once, before it has passed.
    ///
    /// # Errors
    /// [`Denial::AlreadyExtended`], [`Denial::NothingDue`], [`Denial::TooLate`] once it has passed, [`Denial::ExtensionTooLong`],
    /// [`Denial::ReasonUnknown`] for anything but a reason of kind `extend`, [`Denial::WordsTooLong`], [`Denial::NotYourRole`].
    pub fn extend(
        self,
        by: &Actor,
        context: &Context<'_>,
        working_days: u32,
        reason: ReasonCode,
        note: Option<String>,
    ) -> Ruled<Extension, S>
    where
        S: Lawful<Extension>,
        Extension: Fact<S>,
    {
        let mut denials = Vec::new();
        if self.record.timing.extended {
            denials.push(Denial::AlreadyExtended);
        }
        let due = self.last_day();
        match due {
            None => denials.push(Denial::NothingDue),
            Some(due) if context.today() > due => denials.push(Denial::TooLate { last_day: due }),
            Some(_) => {}
        }
        let limit = context.office.periods.extension_max_working_days.unwrap_or(0);
        if !(1..=limit).contains(&working_days) {
            denials.push(Denial::ExtensionTooLong { limit });
        }
        denials.extend(office_reason(context, &reason, OfficeReasonKind::Extend));
        denials.extend(too_long("note", note.as_deref()));
        let due_on = context.calendar.add_working_days(due.unwrap_or_default(), working_days.min(limit));
        self.record_fact(by, None, context, denials, |_| Extension { working_days, reason, note, due_on })
    }

    /// Tells the applicant why the office is late.
    ///
    /// # Errors
    /// [`Denial::NotOverdue`], [`Denial::ReasonUnknown`] for anything but a reason of kind `late`, [`Denial::WordsTooLong`],
    /// [`Denial::NotYourRole`].
    pub fn explain_delay(
        self,
        by: &Actor,
        context: &Context<'_>,
        reason: ReasonCode,
        note: Option<String>,
    ) -> Ruled<DelayExplained, S>
    where
        S: Lawful<DelayExplained>,
        DelayExplained: Fact<S>,
    {
        let mut denials = Vec::new();
        let missed = self.last_day().filter(|due| context.today() > *due);
        if missed.is_none() {
            denials.push(Denial::NotOverdue);
        }
        denials.extend(office_reason(context, &reason, OfficeReasonKind::Late));
        denials.extend(too_long("note", note.as_deref()));
        let due_on = missed.unwrap_or_default();
        self.record_fact(by, None, context, denials, |_| DelayExplained { due_on, reason, note })
    }
}

/// The rule by which silence grants this request, if there is one.
fn granting_silence<'a>(
    record: &Record,
    service: &'a Service,
    calendar: &Calendar,
) -> Option<&'a crate::catalog::Silence> {
    let submitted_on = calendar.local_date(record.submitted_at);
    let rule = service.silence.as_ref()?;
    (rule.then == SilenceRule::Grant && submitted_on >= rule.since).then_some(rule)
}

impl Request<InReview> {
    /// Grants what the office did not decide in time, where the law of the service says so. It waits while the clock is paused, and for
    /// a fee that is due before review.
    ///
    /// # Errors
    /// [`Denial::NothingDue`] where no rule grants it; [`Denial::NotYet`], [`Denial::FeeUnpaid`], [`Denial::NotYourRole`]: only the
    /// office's clock does.
    pub fn grant_by_silence(self, by: &Actor, context: &Context<'_>) -> Ruled<SilentApproval, InReview> {
        let rule = granting_silence(&self.record, &self.service, context.calendar).cloned();
        let due = self.record.due_on.filter(|_| rule.is_some());
        let mut denials = denied_until(context, due);
        if self.record.waits_for_fee() {
            denials.push(Denial::FeeUnpaid { due: self.record.outstanding() });
        }
        let to_do = |step: &&crate::catalog::ReviewStep| {
            step.kind != StepKind::Issue
                && self.record.steps.contains(&step.id)
                && !self.record.passed.contains_key(&step.id)
        };
        let skipped = self.service.review.steps.iter().filter(to_do).map(|step| step.id.clone()).collect();
        let Some(crate::catalog::Silence { legal_basis, article, .. }) = rule else {
            let not_yours = by.acting(<InReview as Lawful<SilentApproval>>::ROLES, None).err();
            let denials = vec![not_yours.unwrap_or(Denial::NothingDue)];
            return Err(Denied { request: Box::new(self), denials });
        };
        self.record_fact(by, None, context, denials, |_| SilentApproval {
            due_on: due.unwrap_or_default(),
            legal_basis,
            article,
            skipped,
        })
    }
}

impl Request<Refused> {
    /// The refusal stands for good once the last day to object has passed.
    ///
    /// # Errors
    /// [`Denial::NothingDue`] where there is no last day; [`Denial::NotYet`], [`Denial::NotYourRole`]: only the office's clock does.
    pub fn make_final(self, by: &Actor, context: &Context<'_>) -> Ruled<RefusalFinal, Refused> {
        let last = self.last_day();
        let denials = denied_until(context, last);
        let last_day = last.unwrap_or_default();
        self.record_fact(by, None, context, denials, |_| RefusalFinal { last_day })
    }
}

impl Request<Closed> {
    /// Takes a closed request up again: its deciding steps and those that silence passed over are open, and the office has as many working days as it had at first.
    ///
    /// # Errors
    /// [`Denial::ResultHandedOver`] once the result is out of the house, [`Denial::ReasonUnknown`] for anything but a reason of kind
    /// `reopen`, [`Denial::WordsTooLong`], [`Denial::NotYourRole`].
    pub fn reopen(
        self,
        by: &Actor,
        context: &Context<'_>,
        reason: ReasonCode,
        note: Option<String>,
    ) -> Ruled<Reopening, Closed> {
        let mut denials = Vec::new();
        if self.stage.ending == Ending::Collected {
            denials.push(Denial::ResultHandedOver);
        }
        denials.extend(office_reason(context, &reason, OfficeReasonKind::Reopen));
        denials.extend(too_long("note", note.as_deref()));
        // What silence passed over was done by nobody.
        let decides = |step: &&crate::catalog::ReviewStep| {
            self.record.passed.get(&step.id).is_some_and(|done| {
                matches!(step.kind, StepKind::Approval | StepKind::Issue) || done.by.role == Role::System
            })
        };
        let steps = self.service.review.steps.iter().filter(decides).map(|step| step.id.clone()).collect();
        let received_on = context.calendar.received_on(context.now);
        let due_on = self.record.due_anew(received_on, context.calendar);
        self.record_fact(by, None, context, denials, |_| Reopening { reason, note, steps, due_on })
    }
}

impl Record {
    /// The due day when the clock starts on `received_on`: as many working days later as were promised at first.
    pub(super) fn due_anew(&self, received_on: Date, calendar: &Calendar) -> Date {
        let days = calendar.working_days_between(self.received_on, self.first_due_on);
        calendar.add_working_days(received_on, days)
    }
}

impl AnyRequest {
    /// The last day of what the stage waits for, and for whom it waits; none in a stage that waits for nobody or for ever.
    pub fn last_day(&self) -> Option<(Awaits, Date)> {
        fn of<S: Timed>(request: &Request<S>) -> Option<(Awaits, Date)> {
            Some((S::AWAITS, request.last_day()?))
        }
        match self {
            Self::Draft(_) => None,
            Self::Closed(r) => of(r),
            Self::Submitted(r) => of(r),
            Self::InReview(r) => of(r),
            Self::Returned(r) => of(r),
            Self::Approved(r) => of(r),
            Self::Ready(r) => of(r),
            Self::Refused(r) => of(r),
            Self::Objected(r) => of(r),
        }
    }

    /// What the office's clock will have to record, each with the first day of it.
    fn clock_acts(&self, calendar: &Calendar, periods: &Periods) -> Vec<(Date, Command)> {
        let Some((awaits, last)) = self.last_day() else { return Vec::new() };
        let record = self.record();
        let reminder = remind_on(awaits, last, &record.timing, calendar, periods, self.service());
        let mut acts: Vec<_> = reminder.map(|day| (day, Command::Remind)).into_iter().collect();
        let silent = granting_silence(record, self.service(), calendar).filter(|_| !record.waits_for_fee());
        let after = match self {
            Self::Draft(_) => None,
            Self::Closed(_) => Some(Command::Expire),
            Self::Submitted(_) | Self::Returned(_) | Self::Ready(_) => Some(Command::Lapse),
            Self::Refused(_) => Some(Command::MakeFinal),
            Self::InReview(_) if silent.is_some() => Some(Command::GrantBySilence),
            Self::InReview(_) | Self::Approved(_) | Self::Objected(_) => {
                (record.timing.escalated != Some(last)).then_some(Command::Escalate)
            }
        };
        acts.extend(after.map(|act| (last.tomorrow().unwrap_or(last), act)));
        acts
    }

    /// What the office's clock has to record now, if anything. Of several the last: who is late is not reminded of it.
    ///
    /// ```
    /// # use oneservice_core::request::{Actor, AnyRequest, Context};
    /// fn tick(mut request: AnyRequest, context: &Context<'_>) -> AnyRequest {
    ///     while let Some(command) = request.due(context) {
    ///         match request.decide(command, "", &Actor::System, context) {
    ///             Ok(decided) => request = decided.into_request(),
    ///             Err(denied) => return *denied.request,
    ///         }
    ///     }
    ///     request
    /// }
    /// ```
    pub fn due(&self, context: &Context<'_>) -> Option<Command> {
        let today = context.today();
        let acts = self.clock_acts(context.calendar, &context.office.periods);
        acts.into_iter().filter(|(day, _)| *day <= today).max_by_key(|(day, _)| *day).map(|(_, act)| act)
    }

    /// The first day on which the office's clock will have something to record; none if nothing is to come.
    pub fn wakes_on(&self, calendar: &Calendar, periods: &Periods) -> Option<Date> {
        self.clock_acts(calendar, periods).into_iter().map(|(day, _)| day).min()
    }
}
