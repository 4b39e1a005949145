//! Examination: single items are judged, steps pass, the request is returned whole, and the deciding step decides.

use std::collections::BTreeSet;

use super::clock::office_reason;
use super::{
    Actor, Approval, Context, Correction, Denial, Finding, InReview, Item, Judgement, Record, Refusal,
    Request, Return, Ruled, StepPassed, Verdict, is_blank, too_long,
};
use crate::catalog::{OfficeReasonKind, Reason, ReasonKind, ReviewStep, Service, StepKind};
use crate::ids::{ReasonCode, StepId};

impl Record {
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
    pub(super) fn my_step(&self, id: &StepId, by: &Actor, denials: &mut Vec<Denial>) -> Option<&ReviewStep> {
        match self.open_step(id) {
            Ok(step) if step.kind == StepKind::Issue => {
                denials.push(Denial::StepKind { step: id.clone() });
                None
            }
            Ok(step) => {
                if let Actor::Officer(officer) = by {
                    denials.extend(self.record.denied_to(officer, step, &self.service));
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
    /// Whose step it is, four eyes, [`Denial::ItemUnknown`], and for a rejection a reason that fits and, where the reason
    /// needs them, words.
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
            denials.extend(reason_for(&self.service, reason, &item, note.as_deref()));
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
    /// [`Denial::RejectionsStand`] when it would pass in favour over rejected items. For an inspection [`Denial::AppointmentMissing`],
    /// [`Denial::NotYet`] before the day that was appointed, [`Denial::PhotoCount`], and [`Denial::WordsMissing`] where it is against
    /// granting and does not tell the applicant why.
    pub fn pass_step(
        self,
        by: &Actor,
        context: &Context<'_>,
        passed: StepPassed,
    ) -> Ruled<StepPassed, InReview> {
        let StepPassed { step, finding, note, checked, report } = passed;
        let mut denials = Vec::new();
        let found = self.my_step(&step, by, &mut denials);
        let report_denied =
            found.map(|found| self.record.denied_report(found, finding, report.as_ref(), context));
        let points = found.map(|step| step.checklist.len());
        if points.is_some() && self.is_deciding(&step) {
            denials.push(Denial::StepKind { step: step.clone() });
        }
        denials.extend(report_denied.unwrap_or_default());
        if finding == Finding::Favourable {
            denials.extend(self.rejections());
        }
        denials.extend(too_long("note", note.as_deref()));
        let mut checked: Vec<usize> =
            checked.into_iter().filter(|&point| points.is_some_and(|n| point < n)).collect();
        checked.sort_unstable();
        checked.dedup();
        let id = step.clone();
        self.record_fact(by, Some(&id), context, denials, |_| StepPassed {
            step,
            finding,
            note,
            checked,
            report,
        })
    }

    /// Gives the request back to the applicant with everything that is to be corrected.
    ///
    /// # Errors
    /// Whose step it is, four eyes, [`Denial::MayNotReturn`], and one for each correction that is unknown, named
    /// twice or without a fitting reason; [`Denial::DefectLeftOut`] for each rejected item that is not named;
    /// [`Denial::LateDefect`] for each item that an earlier return could have named, unless `exception` is a reason of the office
    /// for that. An exception that is not needed is not recorded.
    pub fn return_to_applicant(
        self,
        by: &Actor,
        context: &Context<'_>,
        step: &StepId,
        corrections: Vec<Correction>,
        note: Option<String>,
        exception: Option<ReasonCode>,
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
            denials.extend(reason_for(&self.service, reason, item, note.as_deref()));
            denials.extend(too_long("note", note.as_deref()));
        }
        let left_out = self.record.rejected().map(|(item, _)| item).filter(|item| !named.contains(item));
        denials.extend(left_out.map(|item| Denial::DefectLeftOut { item: item.clone() }));
        let late = named.iter().filter(|item| self.record.is_late_defect(item));
        let late: Vec<Denial> = late.map(|&item| Denial::LateDefect { item: item.clone() }).collect();
        let exception = exception.filter(|_| !late.is_empty());
        match &exception {
            Some(code) => denials.extend(office_reason(context, code, OfficeReasonKind::Exception)),
            None => denials.extend(late),
        }
        denials.extend(too_long("note", note.as_deref()));
        let returned_on = context.today();
        let correct_by = context.last_day(context.office.periods.correct_days);
        self.record_fact(by, Some(step), context, denials, |_| Return {
            step: step.clone(),
            corrections,
            note,
            exception,
            returned_on,
            correct_by,
        })
    }

    /// Grants the request.
    ///
    /// # Errors
    /// Whose step it is, four eyes, [`Denial::StepKind`], [`Denial::StepsMissing`], [`Denial::RejectionsStand`],
    /// [`Denial::FeeUnpaid`] when a correction raised a fee that is due before review, [`Denial::ApproversMissing`] while others must
    /// [`endorse`](Self::endorse) it first, [`Denial::AlreadyRecorded`] for who did.
    pub fn approve(
        self,
        by: &Actor,
        context: &Context<'_>,
        step: &StepId,
        note: Option<String>,
    ) -> Ruled<Approval, InReview> {
        let mut denials = self.granting_denials(by, step);
        let missing = self.endorsements_missing(step);
        if missing > 0 {
            denials.push(Denial::ApproversMissing { limit: missing });
        }
        denials.extend(too_long("note", note.as_deref()));
        self.record_fact(by, Some(step), context, denials, |_| Approval { step: step.clone(), note })
    }

    /// Refuses the request, for coded reasons.
    ///
    /// # Errors
    /// As for [`approve`](Self::approve), and [`Denial::ReasonMissing`], [`Denial::ReasonUnknown`] or, where a reason needs
    /// them, [`Denial::WordsMissing`].
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
            denials.extend(match reason(&self.service, code, ReasonKind::Refuse) {
                Some(reason) => words_for(reason, note.as_deref()),
                None => Some(Denial::ReasonUnknown { code: code.to_string() }),
            });
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

    /// Why it may not be granted in `step` by this officer.
    pub(super) fn granting_denials(&self, by: &Actor, step: &StepId) -> Vec<Denial> {
        let mut denials = self.decision_denials(by, step);
        if matches!(by, Actor::Officer(officer) if self.record.endorsed.contains(&officer.id)) {
            denials.push(Denial::AlreadyRecorded);
        }
        denials.extend(self.rejections());
        if self.record.waits_for_fee() {
            denials.push(Denial::FeeUnpaid { due: self.record.outstanding() });
        }
        denials
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

/// Whether the words that `reason` needs are missing.
fn words_for(reason: &Reason, note: Option<&str>) -> Option<Denial> {
    (reason.needs_words && note.is_none_or(is_blank)).then_some(Denial::WordsMissing { field: "note" })
}

/// Why `code` cannot be given, with the words of `note`, for sending `item` back.
fn reason_for(service: &Service, code: &ReasonCode, item: &Item, note: Option<&str>) -> Option<Denial> {
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
    if fits {
        words_for(reason, note)
    } else {
        Some(Denial::ReasonForOther { code: code.clone(), item: item.clone() })
    }
}
