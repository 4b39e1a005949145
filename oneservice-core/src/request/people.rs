//! Who may work on a request: whose step it is, who has no part, how many must agree, and what happens when there is nobody.

use super::clock::office_reason;
use super::{
    Actor, AnyRequest, Assignment, Context, Denial, Endorsement, Fact, InReview, Lawful, Officer, ReasonCode,
    Record, Recusal, Request, Ruled, Stage, Vacancy, too_long,
};
use crate::catalog::{FieldKind, OfficeReasonKind, ReviewStep, Role, Service, StepKind};
use crate::ids::{OfficerId, StepId};
use crate::text::{ascii_digits, phone};

/// Who is called on when something goes wrong, and may give a step to somebody.
pub const HEADS: &[Role] = &[Role::DepartmentHead, Role::Approver, Role::GovernorDelegate];

impl Record {
    /// Why this officer may not do `step`, whatever it is that is to be done in it.
    pub(super) fn denied_to(&self, officer: &Officer, step: &ReviewStep, service: &Service) -> Vec<Denial> {
        let mut denials = Vec::new();
        let delegated_by =
            officer.appointment_for(step).and_then(|appointment| appointment.delegated_by.as_ref());
        let persons = || std::iter::once(&officer.id).chain(delegated_by);
        denials.extend(persons().find_map(|person| self.four_eyes(step, service, person)));
        if step.role != Role::FrontDesk && persons().any(|person| self.entered_by.contains(person)) {
            denials.push(Denial::OwnEntry);
        }
        if persons().any(|person| self.recused.contains(person)) {
            denials.push(Denial::Recused);
        }
        if self.is_about(officer, service) {
            denials.push(Denial::OwnRequest);
        }
        if let Some(holder) = self.assigned.get(&step.id).filter(|holder| **holder != officer.id) {
            denials.push(Denial::AssignedTo { step: step.id.clone(), officer: holder.clone() });
        }
        denials
    }

    /// The step that forbids this officer to do `step`: the plan wants two persons, whichever came first.
    fn four_eyes(&self, step: &ReviewStep, service: &Service, officer: &OfficerId) -> Option<Denial> {
        let apart = |other: &&ReviewStep| {
            step.distinct_from.contains(&other.id) || other.distinct_from.contains(&step.id)
        };
        let took_part =
            |other: &&ReviewStep| self.worked.get(&other.id).is_some_and(|who| who.contains(officer));
        let other = service.review.steps.iter().filter(apart).find(took_part)?;
        Some(Denial::FourEyes { step: step.id.clone(), other: other.id.clone() })
    }

    /// Whether the form names the officer's own national ID or telephone number, or the registration number of the officer's company.
    pub(super) fn is_about(&self, officer: &Officer, service: &Service) -> bool {
        if officer.known_by.is_empty() {
            return false;
        }
        let digits = |text: &str| -> String {
            let plain = phone(text).unwrap_or_else(|| ascii_digits(text));
            plain.chars().filter(char::is_ascii_digit).collect()
        };
        // A registration number has letters that tell it from another.
        let whole = |text: &str| -> String {
            let plain = ascii_digits(text).to_lowercase();
            plain.chars().filter(|c| c.is_alphanumeric()).collect()
        };
        let known = |told: &dyn Fn(&str) -> String, answer: &str| {
            let answer = told(answer);
            answer.contains(|c: char| c.is_ascii_digit())
                && officer.known_by.iter().any(|known| told(known) == answer)
        };
        service.fields().any(|field| {
            let answer = || self.answers.get(field.id.as_str()).and_then(|answer| answer.as_str());
            match field.kind {
                FieldKind::NationalId | FieldKind::Phone => answer().is_some_and(|a| known(&digits, a)),
                FieldKind::LatinText(_) => answer().is_some_and(|a| known(&whole, a)),
                _ => false,
            }
        })
    }
}

impl<S: Stage> Request<S> {
    /// Takes an open step, gives it to `to`, or gives it back (none). What is one officer's nobody else does.
    ///
    /// # Errors
    /// Whose step it is, four eyes; [`Denial::AssignedTo`] names who has it; [`Denial::AlreadyRecorded`] when nothing would change. For
    /// anybody but the officer who takes it or gives it back: [`Denial::NotYourRole`] unless a head does it,
    /// [`Denial::ReasonUnknown`] for anything but a reason of kind `reassign`, [`Denial::NotEligible`] when `to` may not do the step.
    pub fn assign(
        self,
        by: &Actor,
        context: &Context<'_>,
        step: &StepId,
        to: Option<&Officer>,
        reason: Option<ReasonCode>,
        note: Option<String>,
    ) -> Ruled<Assignment, S>
    where
        S: Lawful<Assignment>,
        Assignment: Fact<S>,
    {
        let mut denials: Vec<Denial> = too_long("note", note.as_deref()).into_iter().collect();
        let me = if let Actor::Officer(officer) = by { Some(&officer.id) } else { None };
        let holder = self.record.assigned.get(step);
        let is_own = match to {
            Some(to) => Some(&to.id) == me && (holder.is_none() || holder == me),
            None => holder.is_some() && holder == me,
        };
        match self.open_step(step) {
            Err(denial) => denials.push(denial),
            Ok(_) if holder == to.map(|to| &to.id) => denials.push(Denial::AlreadyRecorded),
            Ok(found) if is_own => {
                if let (Actor::Officer(officer), Some(_)) = (by, to) {
                    denials.extend(self.record.denied_to(officer, found, &self.service));
                }
            }
            Ok(found) => {
                if let Err(denial) = by.acting(HEADS, None) {
                    let taken = holder.filter(|_| to.is_some()).cloned();
                    denials.push(
                        taken.map_or(denial, |officer| Denial::AssignedTo { step: step.clone(), officer }),
                    );
                }
                if let Some(to) = to {
                    let others = |denial: &Denial| !matches!(denial, Denial::AssignedTo { .. });
                    let fits = to.appointment_for(found).is_some();
                    if !fits || self.record.denied_to(to, found, &self.service).iter().any(others) {
                        denials.push(Denial::NotEligible { officer: to.id.clone() });
                    }
                }
                match &reason {
                    Some(reason) => {
                        denials.extend(office_reason(context, reason, OfficeReasonKind::Reassign))
                    }
                    None => denials.push(Denial::ReasonMissing),
                }
            }
        }
        let reason = reason.filter(|_| !is_own);
        let (officer, id) = (to.map(|to| to.id.clone()), step.clone());
        self.record_fact(by, is_own.then_some(step), context, denials, |_| Assignment {
            step: id,
            officer,
            reason,
            note,
        })
    }

    /// An officer takes no part any more: related, a rival, or anything else that the office has a reason for.
    ///
    /// # Errors
    /// [`Denial::AlreadyRecorded`], [`Denial::ReasonUnknown`] for anything but a reason of kind `recuse`, [`Denial::WordsTooLong`],
    /// [`Denial::NotYourRole`].
    pub fn recuse(
        self,
        by: &Actor,
        context: &Context<'_>,
        reason: ReasonCode,
        note: Option<String>,
    ) -> Ruled<Recusal, S>
    where
        S: Lawful<Recusal>,
        Recusal: Fact<S>,
    {
        let mut denials: Vec<Denial> = too_long("note", note.as_deref()).into_iter().collect();
        if matches!(by, Actor::Officer(officer) if self.record.recused.contains(&officer.id)) {
            denials.push(Denial::AlreadyRecorded);
        }
        denials.extend(office_reason(context, &reason, OfficeReasonKind::Recuse));
        self.record_fact(by, None, context, denials, |_| Recusal { reason, note })
    }

    /// Records that nobody of `staff` may do the open step, and calls the heads on.
    ///
    /// # Errors
    /// [`Denial::NothingDue`] when somebody may, or it was recorded already; [`Denial::NotYourRole`]: only the office itself does.
    pub fn report_vacancy(
        self,
        by: &Actor,
        context: &Context<'_>,
        step: &StepId,
        staff: &[Officer],
    ) -> Ruled<Vacancy, S>
    where
        S: Lawful<Vacancy>,
        Vacancy: Fact<S>,
    {
        let denials = match self.open_step(step) {
            Err(denial) => vec![denial],
            Ok(found) if self.record.is_vacant(found, &self.service, staff) => Vec::new(),
            Ok(_) => vec![Denial::NothingDue],
        };
        self.record_fact(by, None, context, denials, |_| Vacancy { step: step.clone() })
    }
}

impl Record {
    /// Whether nobody of `staff` may do `step`, and that is news.
    fn is_vacant(&self, step: &ReviewStep, service: &Service, staff: &[Officer]) -> bool {
        let may = |officer: &Officer| {
            officer.appointment_for(step).is_some() && self.denied_to(officer, step, service).is_empty()
        };
        !self.vacant.contains(&step.id) && !staff.iter().any(may)
    }
}

impl Request<InReview> {
    /// How many more officers must be for granting before the last one grants.
    pub fn endorsements_missing(&self, step: &StepId) -> usize {
        let found = self.service.review.steps.iter().find(|found| &found.id == step);
        let wanted = found.and_then(|found| found.min_approvers).unwrap_or(1) as usize;
        wanted.saturating_sub(1).saturating_sub(self.record.endorsed.len())
    }

    /// Says to be for granting, as one of several whom the deciding step wants.
    ///
    /// # Errors
    /// As for [`approve`](Self::approve); [`Denial::NothingDue`] when only the last one is missing, who approves;
    /// [`Denial::AlreadyRecorded`] for the same officer again.
    pub fn endorse(
        self,
        by: &Actor,
        context: &Context<'_>,
        step: &StepId,
        note: Option<String>,
    ) -> Ruled<Endorsement, InReview> {
        let mut denials = self.granting_denials(by, step);
        if self.endorsements_missing(step) == 0 {
            denials.push(Denial::NothingDue);
        }
        denials.extend(too_long("note", note.as_deref()));
        self.record_fact(by, Some(step), context, denials, |_| Endorsement { step: step.clone(), note })
    }
}

impl AnyRequest {
    /// The steps of the plan that can be worked on now, in its order; none in a stage in which nobody works on the plan.
    pub fn open_steps(&self) -> Vec<&ReviewStep> {
        if !super::deadline::is_worked_on(self.stage()) {
            return Vec::new();
        }
        let open = self.record().open_steps(self.service());
        self.service().review.steps.iter().filter(|step| open.contains(&step.id)).collect()
    }

    /// The open steps that nobody of `staff` may do and that were not reported yet.
    pub(crate) fn vacant_steps(&self, staff: &[Officer]) -> Vec<StepId> {
        let (record, service) = (self.record(), self.service());
        let vacant = self.open_steps().into_iter().filter(|step| record.is_vacant(step, service, staff));
        vacant.map(|step| step.id.clone()).collect()
    }

    /// The open steps that this officer may do now.
    pub fn steps_of(&self, officer: &Officer) -> Vec<&ReviewStep> {
        let (record, service) = (self.record(), self.service());
        let mut steps = self.open_steps();
        steps.retain(|step| {
            officer.appointment_for(step).is_some()
                && record.denied_to(officer, step, service).is_empty()
                && !(step.kind == StepKind::Approval && record.endorsed.contains(&officer.id))
        });
        steps
    }
}
