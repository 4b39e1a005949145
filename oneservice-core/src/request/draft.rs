//! A draft becomes a request: every problem of form, documents and signature at once.

use std::sync::Arc;

use super::{
    Actor, Context, Denial, Draft, Evidence, Filled, Intake, Record, Request, Ruled, Signature, Submission,
};
use crate::calendar::Date;
use crate::catalog::{Assessment, DocumentClaim, FeeMoment, Filing, Places, Service, last_day};

impl Request<Draft> {
    /// A draft as the person filled it in.
    pub fn draft(intake: Intake, service: Arc<Service>) -> Self {
        Self { record: Box::new(Record::of_draft(intake, &service)), service, stage: Draft }
    }

    /// What the rules of the service say of the draft as it stands, if it were sent on `submitted_on`.
    pub fn assess(&self, submitted_on: Date, places: &Places) -> Assessment {
        self.service.assess(&self.filing(submitted_on), places)
    }

    fn filing(&self, submitted_on: Date) -> Filing {
        let mut filing = self.record.filing(submitted_on);
        // A signature under something else is none.
        if self.record.signature.as_ref().is_some_and(|signature| !signature.covers(&self.filled())) {
            filing.signature = None;
        }
        filing
    }

    fn filled(&self) -> Filled<'_> {
        let record = &self.record;
        Filled {
            service: &record.service.id,
            applicant: record.applicant,
            by_representative: record.by_representative,
            purpose: record.purpose,
            answers: &record.answers,
            evidence: &record.evidence,
        }
    }

    /// Sends it in, if form, documents and signature are in order.
    ///
    /// # Errors
    /// [`Denial::Form`] with every problem; [`Denial::NotYourRole`]. For an officer who enters it at the counter also
    /// [`Denial::CameInFuture`] or [`Denial::TooLate`] for what came then: a program answers for the time that
    /// it says itself, and a time in the future is none.
    pub fn submit(self, by: &Actor, context: &Context<'_>) -> Ruled<Submission, Draft> {
        let filing = self.filing(context.calendar.local_date(context.happened_at()));
        let Assessment { problems, answers, typed, fee, working_days, steps, .. } =
            self.service.assess_for_decision(&filing, context.places);
        let mut denials = if problems.is_empty() { Vec::new() } else { vec![Denial::Form(problems)] };
        if matches!(by, Actor::Officer(_)) {
            denials.extend(entry_denials(context));
        }
        let received_on = context.calendar.received_on(context.happened_at());
        let due_on = context.calendar.add_working_days(received_on, working_days);
        // A request that came on paper earlier is told its last day now.
        let pays_first = fee.when == FeeMoment::OnSubmission && !fee.total.is_zero();
        let cosigned_first = self.service.signature.cosigner.is_some();
        let waits = pays_first || cosigned_first;
        let pay_by = context.last_day(context.office.periods.pay_days.filter(|_| waits));
        let record = &self.record;
        let fact = Submission {
            office: record.office.clone(),
            code: record.code,
            alias: record.alias,
            service: record.service.clone(),
            applicant: record.applicant,
            by_representative: record.by_representative,
            purpose: record.purpose,
            follows: record.follows,
            replaces: record.replaces.clone(),
            channel: record.channel,
            answers: Arc::new(answers),
            typed,
            evidence: record.evidence.clone(),
            signature: record.signature.clone(),
            fee,
            steps,
            received_on,
            due_on,
            pay_by,
            cosigned_first,
        };
        self.record_fact(by, None, context, denials, |_| fact)
    }
}

/// What speaks against an officer's entering it as of when it came.
fn entry_denials(context: &Context<'_>) -> Vec<Denial> {
    let mut denials = Vec::new();
    if let Some(came_at) = context.occurred_at {
        let came_on = context.calendar.local_date(came_at);
        let days = context.office.periods.enter_days;
        let last_day = days.map(|days| last_day(context.calendar, came_on, days));
        denials.extend((came_at > context.now).then_some(Denial::CameInFuture));
        let missed = last_day.filter(|last_day| context.today() > *last_day);
        denials.extend(missed.map(|last_day| Denial::TooLate { last_day }));
    }
    denials
}

impl Record {
    /// What was filed, as the catalogue judges it.
    pub(super) fn filing(&self, submitted_on: Date) -> Filing {
        Filing {
            applicant: self.applicant,
            by_representative: self.by_representative,
            purpose: self.purpose,
            submitted_on,
            form: Arc::clone(&self.answers),
            documents: self.evidence.iter().map(Evidence::claim).collect(),
            signature: self.signature.as_ref().map(|s: &Signature| s.method.kind()),
        }
    }
}

impl Evidence {
    pub(crate) fn claim(&self) -> DocumentClaim {
        DocumentClaim {
            id: self.blob.to_string(),
            document: self.document.as_str().to_owned(),
            media_type: self.media_type.clone(),
            size_bytes: self.size_bytes,
            issued: self.issued,
        }
    }
}
