//! What each fact makes of a stage: with what becomes of a result (`apply_result.rs`), the only code that changes a [`Record`].

use std::sync::Arc;

use super::fact::*;
use super::fact_cosign::Cosignature;
use super::fact_inspection::InspectionScheduled;
use super::fact_oversight::{Complaint, ComplaintAnswered, Reading, Refund, Waiver};
use super::fact_people::{Assignment, Endorsement, Recusal, Vacancy};
use super::fact_proxy::{Mandate, MandateRevoked};
use super::fact_time::{DelayExplained, Escalation, Extension, Reminder, Reopening, SilentApproval};
use super::fact_transfer::{TransferConfirmed, TransferRecorded, TransferRejected};
use super::proxy::{MandateGiven, MandateStanding};
use super::record::{Judged, PaymentMade, StepDone, files_of};
use super::stage::*;
use super::transfer::TransferWaiting;
use super::{Entry, NamedFact, Record};
use crate::ids::StepId;
use crate::money::Money;

/// What a fact makes of a stage.
pub trait Fact<From: Stage>: NamedFact {
    /// The stage that follows. The lifecycle table must say the same, or the crate does not compile.
    type To: Stage;

    /// Makes it true. Total: the rules were asked before, and replay must not fail.
    fn apply(&self, entry: &Entry, record: &mut Record, from: From) -> Self::To;
}

impl Fact<Draft> for Submission {
    type To = Submitted;
    // The fact holds all that the draft held, normalised: the record begins anew from it.
    fn apply(&self, entry: &Entry, record: &mut Record, _: Draft) -> Submitted {
        *record = Record::begin(record.id, self, entry);
        Submitted { pay_by: self.pay_by }
    }
}

impl Fact<Submitted> for ReviewOpened {
    type To = InReview;
    fn apply(&self, entry: &Entry, record: &mut Record, _: Submitted) -> InReview {
        record.opened_at = Some(entry.recorded_at);
        record.due_on = self.due_on.or(record.due_on);
        record.promised_on = self.due_on.unwrap_or(record.promised_on);
        InReview
    }
}

/// Review opens by a fact of its own.
impl Fact<Submitted> for Cosignature {
    type To = Submitted;
    fn apply(&self, _: &Entry, record: &mut Record, from: Submitted) -> Submitted {
        record.cosignature = Some(self.clone());
        from
    }
}

/// Money moves no stage.
impl<S: Stage> Fact<S> for Payment {
    type To = S;
    fn apply(&self, entry: &Entry, record: &mut Record, from: S) -> S {
        record.take_payment(self.amount, self.method, &self.receipt, entry);
        from
    }
}

impl Record {
    fn take_payment(&mut self, amount: Money, method: PaymentMethod, receipt: &str, entry: &Entry) {
        let receipt = receipt.to_owned();
        self.payments.push(PaymentMade { amount, method, receipt, at: entry.recorded_at });
    }
}

/// What was told is not paid.
impl<S: Stage> Fact<S> for TransferRecorded {
    type To = S;
    fn apply(&self, entry: &Entry, record: &mut Record, from: S) -> S {
        record.transfer = Some(TransferWaiting {
            amount: self.amount,
            reference: self.reference.clone(),
            by: entry.by.clone(),
            at: entry.recorded_at,
        });
        from
    }
}

impl<S: Stage> Fact<S> for TransferConfirmed {
    type To = S;
    fn apply(&self, entry: &Entry, record: &mut Record, from: S) -> S {
        record.transfer = None;
        record.take_payment(self.amount, PaymentMethod::Transfer, &self.receipt, entry);
        from
    }
}

impl<S: Stage> Fact<S> for TransferRejected {
    type To = S;
    fn apply(&self, _: &Entry, record: &mut Record, from: S) -> S {
        record.transfer = None;
        record.pay_again_by = self.pay_by.or(record.pay_again_by);
        from
    }
}

impl Fact<InReview> for Judgement {
    type To = InReview;
    fn apply(&self, entry: &Entry, record: &mut Record, from: InReview) -> InReview {
        work(&self.step, entry, record);
        let judged = Judged { verdict: self.verdict.clone(), by: entry.by.clone(), at: entry.recorded_at };
        record.judgements.insert(self.item.clone(), judged);
        from
    }
}

fn work(step: &StepId, entry: &Entry, record: &mut Record) {
    record.worked.entry(step.clone()).or_default().extend(entry.by.persons().cloned());
    record.vacant.remove(step);
}

fn pass(step: &StepId, finding: Finding, note: &Option<String>, entry: &Entry, record: &mut Record) {
    work(step, entry, record);
    let done = StepDone { by: entry.by.clone(), at: entry.recorded_at, finding, note: note.clone() };
    record.passed.insert(step.clone(), done);
    record.appointments.remove(step);
    record.assigned.remove(step);
}

impl Fact<InReview> for StepPassed {
    type To = InReview;
    fn apply(&self, entry: &Entry, record: &mut Record, from: InReview) -> InReview {
        pass(&self.step, self.finding, &self.note, entry, record);
        record.files.extend(files_of(self.report.iter().flat_map(|report| &report.photos)));
        from
    }
}

impl Fact<InReview> for InspectionScheduled {
    type To = InReview;
    fn apply(&self, entry: &Entry, record: &mut Record, from: InReview) -> InReview {
        work(&self.step, entry, record);
        record.appointments.insert(self.step.clone(), self.clone());
        from
    }
}

impl Fact<InReview> for Return {
    type To = Returned;
    fn apply(&self, entry: &Entry, record: &mut Record, _: InReview) -> Returned {
        work(&self.step, entry, record);
        record.due_on = None;
        record.endorsed.clear();
        // Nobody comes while the applicant corrects: what the visit is for may change.
        record.appointments.clear();
        record.returns.push(self.clone());
        record.nameable = self.corrections.iter().map(|correction| correction.item.clone()).collect();
        Returned {
            step: self.step.clone(),
            corrections: self.corrections.clone(),
            note: self.note.clone(),
            returned_on: self.returned_on,
            correct_by: self.correct_by,
        }
    }
}

impl Fact<Returned> for Resubmission {
    type To = InReview;
    fn apply(&self, entry: &Entry, record: &mut Record, from: Returned) -> InReview {
        let answers = Arc::make_mut(&mut record.answers);
        for (field, answer) in &self.answers {
            if answer.is_null() {
                answers.remove(field);
            } else {
                answers.insert(field.clone(), answer.clone());
            }
        }
        record.files.extend(files_of(&self.evidence));
        record.evidence.retain(|old| !self.dropped.contains(&old.document));
        record.evidence.retain(|old| self.evidence.iter().all(|new| new.document != old.document));
        record.evidence.extend(self.evidence.iter().cloned());
        if self.signature.is_some() {
            record.signature = self.signature.clone();
        }
        for correction in &from.corrections {
            record.judgements.remove(&correction.item);
        }
        record.nameable.extend(self.items());
        record.entered_by.extend(entry.by.persons().cloned());
        record.fee = self.fee.clone();
        record.steps = self.steps.clone();
        record.due_on = Some(self.due_on);
        record.promised_on = self.due_on;
        record.opened_at = Some(entry.recorded_at);
        InReview
    }
}

impl Fact<InReview> for Approval {
    type To = Approved;
    fn apply(&self, entry: &Entry, record: &mut Record, _: InReview) -> Approved {
        pass(&self.step, Finding::Favourable, &self.note, entry, record);
        record.endorsed.clear();
        Approved
    }
}

/// Only the last one moves the request.
impl Fact<InReview> for Endorsement {
    type To = InReview;
    fn apply(&self, entry: &Entry, record: &mut Record, from: InReview) -> InReview {
        work(&self.step, entry, record);
        record.endorsed.extend(entry.by.persons().cloned());
        from
    }
}

/// Whose a step is moves nothing.
impl<S: Stage> Fact<S> for Assignment {
    type To = S;
    fn apply(&self, _: &Entry, record: &mut Record, from: S) -> S {
        match &self.officer {
            Some(officer) => drop(record.assigned.insert(self.step.clone(), officer.clone())),
            None => drop(record.assigned.remove(&self.step)),
        }
        record.vacant.remove(&self.step);
        from
    }
}

impl<S: Stage> Fact<S> for Recusal {
    type To = S;
    fn apply(&self, entry: &Entry, record: &mut Record, from: S) -> S {
        record.recused.extend(entry.by.officer.clone());
        record.assigned.retain(|_, holder| Some(&*holder) != entry.by.officer.as_ref());
        from
    }
}

impl<S: Stage> Fact<S> for Vacancy {
    type To = S;
    fn apply(&self, _: &Entry, record: &mut Record, from: S) -> S {
        record.vacant.insert(self.step.clone());
        from
    }
}

impl Fact<InReview> for Refusal {
    type To = Refused;
    fn apply(&self, entry: &Entry, record: &mut Record, _: InReview) -> Refused {
        pass(&self.step, Finding::Unfavourable, &self.note, entry, record);
        record.endorsed.clear();
        record.due_on = None;
        Refused {
            step: self.step.clone(),
            reasons: self.reasons.clone(),
            note: self.note.clone(),
            object_by: self.object_by,
        }
    }
}

impl Fact<Approved> for Issuance {
    type To = Ready;
    fn apply(&self, entry: &Entry, record: &mut Record, _: Approved) -> Ready {
        pass(&self.step, Finding::Favourable, &None, entry, record);
        record.due_on = None;
        record.result = Some(self.result.clone());
        Ready { result: self.result.clone(), collect_by: self.collect_by }
    }
}

impl Fact<Ready> for Collection {
    type To = Closed;
    fn apply(&self, _: &Entry, record: &mut Record, _: Ready) -> Closed {
        record.due_on = None;
        record.collected = true;
        record.end_mandate(MandateStanding::Spent);
        Closed { ending: Ending::Collected }
    }
}

/// Written once for every stage; lawful only where the table has the row.
impl<S: Stage> Fact<S> for Withdrawal {
    type To = Closed;
    fn apply(&self, _: &Entry, record: &mut Record, _: S) -> Closed {
        record.due_on = None;
        record.withdrawn = true;
        Closed { ending: Ending::Withdrawn }
    }
}

/// Written once for every stage; lawful only where the table has the row.
impl<S: Stage> Fact<S> for Lapse {
    type To = Closed;
    fn apply(&self, _: &Entry, record: &mut Record, _: S) -> Closed {
        record.due_on = None;
        Closed { ending: Ending::Lapsed }
    }
}

impl Fact<Refused> for Objection {
    type To = Objected;
    fn apply(&self, _: &Entry, record: &mut Record, from: Refused) -> Objected {
        record.due_on = self.due_on;
        Objected { refused: from, objection: self.text.clone() }
    }
}

impl Fact<Refused> for RefusalFinal {
    type To = Closed;
    fn apply(&self, _: &Entry, _: &mut Record, _: Refused) -> Closed {
        Closed { ending: Ending::Refused }
    }
}

/// The deciding step is open again; what others did before it stays done.
impl Fact<Objected> for ObjectionUpheld {
    type To = InReview;
    fn apply(&self, entry: &Entry, record: &mut Record, from: Objected) -> InReview {
        record.opened_at = Some(entry.recorded_at);
        record.passed.remove(&from.refused.step);
        record.promised_on = self.due_on.unwrap_or(record.promised_on);
        record.due_on = Some(record.promised_on);
        InReview
    }
}

impl Fact<Objected> for ObjectionDismissed {
    type To = Closed;
    fn apply(&self, _: &Entry, record: &mut Record, _: Objected) -> Closed {
        record.due_on = None;
        Closed { ending: Ending::Refused }
    }
}

/// Time moves no stage by itself.
impl<S: Stage> Fact<S> for Reminder {
    type To = S;
    fn apply(&self, _: &Entry, record: &mut Record, from: S) -> S {
        if let Some(step) = &self.step {
            record.step_days.entry(step.clone()).and_modify(|day| day.reminded = true);
        } else {
            record.timing.reminded = Some(self.last_day);
        }
        from
    }
}

impl<S: Stage> Fact<S> for Escalation {
    type To = S;
    fn apply(&self, _: &Entry, record: &mut Record, from: S) -> S {
        if let Some(step) = &self.step {
            record.step_days.entry(step.clone()).and_modify(|day| day.escalated = true);
        } else {
            record.timing.escalated = Some(self.due_on);
        }
        from
    }
}

impl<S: Stage> Fact<S> for Extension {
    type To = S;
    fn apply(&self, _: &Entry, record: &mut Record, from: S) -> S {
        record.due_on = Some(self.due_on);
        record.promised_on = self.due_on;
        record.timing.extended = true;
        from
    }
}

impl<S: Stage> Fact<S> for DelayExplained {
    type To = S;
    fn apply(&self, _: &Entry, record: &mut Record, from: S) -> S {
        record.timing.explained = Some(self.due_on);
        from
    }
}

impl Fact<InReview> for SilentApproval {
    type To = Approved;
    fn apply(&self, entry: &Entry, record: &mut Record, _: InReview) -> Approved {
        record.endorsed.clear();
        for step in &self.skipped {
            pass(step, Finding::Favourable, &None, entry, record);
        }
        Approved
    }
}

impl Fact<Closed> for Reopening {
    type To = InReview;
    fn apply(&self, entry: &Entry, record: &mut Record, _: Closed) -> InReview {
        record.opened_at = Some(entry.recorded_at);
        record.passed.retain(|step, _| !self.steps.contains(step));
        record.withdrawn = false;
        record.appointments.clear();
        record.due_on = Some(self.due_on);
        record.promised_on = self.due_on;
        InReview
    }
}

/// Who opens a paper moves nothing.
impl<S: Stage> Fact<S> for Reading {
    type To = S;
    fn apply(&self, entry: &Entry, record: &mut Record, from: S) -> S {
        record.readings.extend(entry.by.officer.clone().map(|officer| (officer, self.blob)));
        from
    }
}

impl<S: Stage> Fact<S> for Complaint {
    type To = S;
    fn apply(&self, _: &Entry, record: &mut Record, from: S) -> S {
        record.complaints_open += 1;
        from
    }
}

impl<S: Stage> Fact<S> for ComplaintAnswered {
    type To = S;
    fn apply(&self, _: &Entry, record: &mut Record, from: S) -> S {
        record.complaints_open = record.complaints_open.saturating_sub(1);
        from
    }
}

impl<S: Stage> Fact<S> for Waiver {
    type To = S;
    fn apply(&self, _: &Entry, record: &mut Record, from: S) -> S {
        record.waived = record.waived.saturating_add(self.amount.minor());
        from
    }
}

impl<S: Stage> Fact<S> for Refund {
    type To = S;
    fn apply(&self, _: &Entry, record: &mut Record, from: S) -> S {
        record.refunded = record.refunded.saturating_add(self.amount.minor());
        from
    }
}

/// Who may collect moves nothing.
impl<S: Stage> Fact<S> for Mandate {
    type To = S;
    fn apply(&self, _: &Entry, record: &mut Record, from: S) -> S {
        record.end_mandate(MandateStanding::Revoked);
        record.mandates.push(MandateGiven { mandate: self.clone(), standing: MandateStanding::Open });
        from
    }
}

impl<S: Stage> Fact<S> for MandateRevoked {
    type To = S;
    fn apply(&self, _: &Entry, record: &mut Record, from: S) -> S {
        record.end_mandate(MandateStanding::Revoked);
        from
    }
}
