//! Examination: single items are judged, steps pass, the request is returned whole, and the deciding step decides.

use std::collections::BTreeSet;

use super::{
    Actor, Approval, Context, Correction, Denial, Finding, InReview, Item, Judgement, Record, Refusal,
    Request, Return, Ruled, StepPassed, Verdict, too_long,
};
use crate::catalog::{Reason, ReasonKind, ReviewStep, Service, StepKind};
use crate::ids::{OfficerId, ReasonCode, StepId};

impl Record {
    /// The step that forbids this officer to do `step`: the plan wants two persons, whichever came first.
    pub(super) fn four_eyes(
        &self,
        step: &ReviewStep,
        service: &Service,
        officer: &OfficerId,
    ) -> Option<Denial> {
        let apart = |other: &&ReviewStep| {
            step.distinct_from.contains(&other.id) || other.distinct_from.contains(&step.id)
        };
        let took_part =
            |other: &&ReviewStep| self.worked.get(&other.id).is_some_and(|who| who.contains(officer));
        let other = service.review.steps.iter().filter(apart).find(took_part)?;
        Some(Denial::FourEyes { step: step.id.clone(), other: other.id.clone() })
    }

    /// The applicable steps still to be done before a decision, but for `except`.
    fn missing_steps(&self, service: &Service, except: &StepId) -> Vec<StepId> {
        let before_decision =
            service.review.steps.iter().filter(|s| s.kind != StepKind::Issue && &s.id != except);
        before_decision
            .map(|step| &step.id)
            .filter(|id| self.steps.contains(id) && !self.passed.contains_key(*id))
            .cloned()
            .collect()
    }
}

impl Request<InReview> {
    /// The open step `id`, if this actor may do it. All reasons against it are collected in `denials`.
    fn my_step(&self, id: &StepId, by: &Actor, denials: &mut Vec<Denial>) -> Option<&ReviewStep> {
        match self.open_step(id) {
            Ok(step) if step.kind == StepKind::Issue => {
                denials.push(Denial::StepKind { step: id.clone() });
                None
            }
            Ok(step) => {
                if let Actor::Officer(officer) = by {
                    denials.extend(self.record.four_eyes(step, &self.service, &officer.id));
                }
                Some(step)
            }
            Err(denial) => {
                denials.push(denial);
                None
            }
        }
    }

    /// Whether `step` is the one that decides: an approval, and all others are done.
    pub fn is_deciding(&self, step: &StepId) -> bool {
        let is_approval =
            self.service.review.steps.iter().any(|s| &s.id == step && s.kind == StepKind::Approval);
        is_approval && self.record.missing_steps(&self.service, step).is_empty()
    }

    /// Judges one answer, one document or the signature.
    ///
    /// # Errors
    /// Whose step it is, four eyes, [`Denial::ItemUnknown`], and for a rejection a reason that fits.
    pub fn judge(
        self,
        by: &Actor,
        context: &Context<'_>,
        step: &StepId,
        item: Item,
        verdict: Verdict,
    ) -> Ruled<Judgement, InReview> {
        let mut denials = Vec::new();
        self.my_step(step, by, &mut denials);
        if !self.record.has_item(&item, &self.service) {
            denials.push(Denial::ItemUnknown { item: item.clone() });
        }
        if let Verdict::Rejected { reason, note } = &verdict {
            denials.extend(reason_for(&self.service, reason, &item));
            denials.extend(too_long("note", note.as_deref()));
        }
        self.record_fact(by, Some(step), context, denials, |_| Judgement {
            step: step.clone(),
            item,
            verdict,
        })
    }

    /// Concludes a step that does not decide.
    ///
    /// # Errors
    /// Whose step it is, four eyes, [`Denial::StepKind`] for the deciding step (approve or refuse instead),
    /// [`Denial::RejectionsStand`] when it would pass in favour over rejected items.
    pub fn pass_step(
        self,
        by: &Actor,
        context: &Context<'_>,
        step: &StepId,
        finding: Finding,
        note: Option<String>,
        checked: Vec<usize>,
    ) -> Ruled<StepPassed, InReview> {
        let mut denials = Vec::new();
        let points = self.my_step(step, by, &mut denials).map(|s| s.checklist.len());
        if points.is_some() && self.is_deciding(step) {
            denials.push(Denial::StepKind { step: step.clone() });
        }
        if finding == Finding::Favourable {
            denials.extend(self.rejections());
        }
        denials.extend(too_long("note", note.as_deref()));
        let mut checked: Vec<usize> =
            checked.into_iter().filter(|&point| points.is_some_and(|n| point < n)).collect();
        checked.sort_unstable();
        checked.dedup();
        self.record_fact(by, Some(step), context, denials, |_| StepPassed {
            step: step.clone(),
            finding,
            note,
            checked,
        })
    }

    /// Gives the request back to the applicant with everything that is to be corrected.
    ///
    /// # Errors
    /// Whose step it is, four eyes, [`Denial::MayNotReturn`], and one for each correction that is unknown, named
    /// twice or without a fitting reason; [`Denial::DefectLeftOut`] for each rejected item that is not named.
    pub fn return_to_applicant(
        self,
        by: &Actor,
        context: &Context<'_>,
        step: &StepId,
        corrections: Vec<Correction>,
        note: Option<String>,
    ) -> Ruled<Return, InReview> {
        let mut denials = Vec::new();
        if self.my_step(step, by, &mut denials).is_some_and(|s| !s.may_return) {
            denials.push(Denial::MayNotReturn { step: step.clone() });
        }
        if corrections.is_empty() {
            denials.push(Denial::NothingToCorrect);
        }
        let mut named = BTreeSet::new();
        for Correction { item, reason, note } in &corrections {
            if !self.record.has_item(item, &self.service) {
                denials.push(Denial::ItemUnknown { item: item.clone() });
            } else if !named.insert(item) {
                denials.push(Denial::ItemTwice { item: item.clone() });
            }
            denials.extend(reason_for(&self.service, reason, item));
            denials.extend(too_long("note", note.as_deref()));
        }
        let left_out = self.record.rejected().map(|(item, _)| item).filter(|item| !named.contains(item));
        denials.extend(left_out.map(|item| Denial::DefectLeftOut { item: item.clone() }));
        denials.extend(too_long("note", note.as_deref()));
        let returned_on = context.today();
        let correct_by = context.last_day(context.office.periods.correct_days);
        self.record_fact(by, Some(step), context, denials, |_| Return {
            step: step.clone(),
            corrections,
            note,
            returned_on,
            correct_by,
        })
    }

    /// Grants the request.
    ///
    /// # Errors
    /// Whose step it is, four eyes, [`Denial::StepKind`], [`Denial::StepsMissing`], [`Denial::RejectionsStand`],
    /// [`Denial::FeeUnpaid`] when a correction raised a fee that is due before review.
    pub fn approve(
        self,
        by: &Actor,
        context: &Context<'_>,
        step: &StepId,
        note: Option<String>,
    ) -> Ruled<Approval, InReview> {
        let mut denials = self.decision_denials(by, step);
        denials.extend(self.rejections());
        if self.record.waits_for_fee() {
            denials.push(Denial::FeeUnpaid { due: self.record.outstanding() });
        }
        denials.extend(too_long("note", note.as_deref()));
        self.record_fact(by, Some(step), context, denials, |_| Approval { step: step.clone(), note })
    }

    /// Refuses the request, for coded reasons.
    ///
    /// # Errors
    /// As for [`approve`](Self::approve), and [`Denial::ReasonMissing`] or [`Denial::ReasonUnknown`].
    pub fn refuse(
        self,
        by: &Actor,
        context: &Context<'_>,
        step: &StepId,
        reasons: Vec<ReasonCode>,
        note: Option<String>,
    ) -> Ruled<Refusal, InReview> {
        let mut denials = self.decision_denials(by, step);
        if reasons.is_empty() {
            denials.push(Denial::ReasonMissing);
        }
        for code in &reasons {
            if reason(&self.service, code, ReasonKind::Refuse).is_none() {
                denials.push(Denial::ReasonUnknown { code: code.to_string() });
            }
        }
        denials.extend(too_long("note", note.as_deref()));
        let object_by = context.last_day(context.office.periods.object_days);
        self.record_fact(by, Some(step), context, denials, |_| Refusal {
            step: step.clone(),
            reasons,
            note,
            object_by,
        })
    }

    fn decision_denials(&self, by: &Actor, step: &StepId) -> Vec<Denial> {
        let mut denials = Vec::new();
        if let Some(found) = self.my_step(step, by, &mut denials) {
            if found.kind != StepKind::Approval {
                denials.push(Denial::StepKind { step: step.clone() });
            }
            let open = self.record.missing_steps(&self.service, step);
            if !open.is_empty() {
                denials.push(Denial::StepsMissing { open });
            }
        }
        denials
    }

    fn rejections(&self) -> Option<Denial> {
        let items: Vec<Item> = self.record.rejected().map(|(item, _)| item.clone()).collect();
        (!items.is_empty()).then_some(Denial::RejectionsStand { items })
    }
}

fn reason<'a>(service: &'a Service, code: &ReasonCode, kind: ReasonKind) -> Option<&'a Reason> {
    service.reasons.iter().find(|reason| &reason.code == code && reason.kind == kind)
}

/// Why `code` cannot be given for sending `item` back.
fn reason_for(service: &Service, code: &ReasonCode, item: &Item) -> Option<Denial> {
    let Some(reason) = reason(service, code, ReasonKind::Return) else {
        return Some(Denial::ReasonUnknown { code: code.to_string() });
    };
    let fits = match (&reason.field, &reason.document) {
        (None, None) => true,
        (field, document) => match item {
            Item::Field(id) => field.as_ref() == Some(id),
            Item::Document(id) => document.as_ref() == Some(id),
            Item::Signature => false,
        },
    };
    (!fits).then(|| Denial::ReasonForOther { code: code.clone(), item: item.clone() })
}
