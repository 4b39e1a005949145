//! A draft becomes a request: every problem of form, documents and signature at once.

use std::sync::Arc;

use super::{
    Actor, Context, Denial, Draft, Evidence, Filled, Intake, Record, Request, Ruled, ServiceRef, Signature,
    Submission,
};
use crate::calendar::Date;
use crate::catalog::{Assessment, DocumentClaim, FeeMoment, Filing, Places, Service};

impl Request<Draft> {
    /// A draft as the person filled it in.
    pub fn draft(intake: Intake, service: Arc<Service>) -> Self {
        Self { record: Box::new(Record::of_draft(intake, &service)), service, stage: Draft }
    }

    /// What the rules of the service say of the draft as it stands, if it were sent on `submitted_on`.
    pub fn assess(&self, submitted_on: Date, places: &Places) -> Assessment {
        let mut filing = self.record.filing(submitted_on);
        // A signature under something else is none.
        if self.record.signature.as_ref().is_some_and(|signature| !signature.covers(&self.filled())) {
            filing.signature = None;
        }
        self.service.assess(&filing, places)
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
    /// [`Denial::Form`] with every problem; [`Denial::NotYourRole`].
    pub fn submit(self, by: &Actor, context: &Context<'_>) -> Ruled<Submission, Draft> {
        let mut assessment = self.assess(context.calendar.local_date(context.happened_at()), context.places);
        let mut denials = Vec::new();
        if !assessment.problems.is_empty() {
            denials.push(Denial::Form(std::mem::take(&mut assessment.problems)));
        }
        let received_on = context.calendar.received_on(context.happened_at());
        let due_on = context.calendar.add_working_days(received_on, assessment.working_days);
        // A request that came on paper earlier is told its last day now.
        let pays_first = assessment.fee.when == FeeMoment::OnSubmission && !assessment.fee.total.is_zero();
        let cosigned_first = self.service.signature.cosigner.is_some();
        let waits = pays_first || cosigned_first;
        let pay_by = context.last_day(context.office.periods.pay_days.filter(|_| waits));
        let record = self.record.clone();
        let service = Arc::clone(&self.service);
        self.record_fact(by, None, context, denials, move |_| {
            let Assessment { answers, fee, steps, .. } = assessment;
            let typed = record.answers.into_iter().filter(|(k, v)| answers.get(k) != Some(v)).collect();
            Submission {
                office: record.office,
                code: record.code,
                alias: record.alias,
                service: ServiceRef { id: service.id.clone(), version: service.version, hash: service.hash },
                applicant: record.applicant,
                by_representative: record.by_representative,
                purpose: record.purpose,
                follows: record.follows,
                replaces: record.replaces.clone(),
                channel: record.channel,
                answers,
                typed,
                evidence: record.evidence,
                signature: record.signature,
                fee,
                steps,
                received_on,
                due_on,
                pay_by,
                cosigned_first,
            }
        })
    }
}

impl Record {
    /// What was filed, as the catalogue judges it.
    pub(super) fn filing(&self, submitted_on: Date) -> Filing {
        Filing {
            applicant: self.applicant,
            by_representative: self.by_representative,
            purpose: self.purpose,
            submitted_on,
            form: self.answers.clone(),
            documents: self.evidence.iter().map(Evidence::claim).collect(),
            signature: self.signature.as_ref().map(|s: &Signature| s.method.kind()),
        }
    }
}

impl Evidence {
    pub(crate) fn claim(&self) -> DocumentClaim {
        DocumentClaim {
            document: self.document.to_string(),
            media_type: self.media_type.clone(),
            size_bytes: self.size_bytes,
            issued: self.issued,
        }
    }
}
