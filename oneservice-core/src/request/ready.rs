//! The result: prepared and registered in stage `Approved`, handed over once in stage `Ready`.

use super::{
    Actor, Approved, Collection, Collector, Context, Denial, Issuance, IssuedResult, Ready, Relation,
    Request, Ruled, Signature, is_blank, too_long,
};
use crate::calendar::Date;
use crate::catalog::{Purpose, StepKind, Validity};
use crate::ids::{DocumentId, StepId};

impl Request<Approved> {
    /// Registers the result under `number` and tells the applicant to come.
    ///
    /// # Errors
    /// Whose step it is, four eyes, [`Denial::StepKind`] for any but the plan's issue step.
    pub fn issue(
        self,
        by: &Actor,
        context: &Context<'_>,
        step: &StepId,
        number: String,
    ) -> Ruled<Issuance, Approved> {
        let mut denials = Vec::new();
        match self.open_step(step) {
            Ok(found) if found.kind != StepKind::Issue => {
                denials.push(Denial::StepKind { step: step.clone() })
            }
            Ok(found) => {
                if let Actor::Officer(officer) = by {
                    denials.extend(self.record().denied_to(officer, found, self.service()));
                }
            }
            Err(denial) => denials.push(denial),
        }
        let issued_on = context.calendar.local_date(context.now);
        let valid_until = self.valid_until(issued_on);
        let collect_by = context.last_day(context.office.periods.collect_days);
        self.record_fact(by, Some(step), context, denials, |_| Issuance {
            step: step.clone(),
            result: IssuedResult { number, issued_on, valid_until },
            collect_by,
        })
    }

    /// The last day of validity. A year from 24 November ends on 23 November. What takes the place of another result holds as long as that
    /// one, unless the change is about the day itself.
    fn valid_until(&self, issued_on: Date) -> Option<Date> {
        let is_asked = matches!(self.service().validity, Validity::UntilDate { .. });
        if let Some(former) = &self.record().replaces
            && !(is_asked && self.record().purpose == Purpose::Amend)
        {
            return former.valid_until;
        }
        match &self.service().validity {
            Validity::Months { months, .. } => {
                let span = jiff::Span::new().try_months(i64::from(*months)).ok()?;
                issued_on.checked_add(span).ok()?.yesterday().ok()
            }
            Validity::UntilDate { until_field, .. } => {
                self.record().answers.get(until_field.as_str())?.as_str()?.parse().ok()
            }
            Validity::Once { .. } | Validity::Permanent { .. } => None,
        }
    }
}

impl Request<Ready> {
    /// Hands the result to a named person who signs for it.
    ///
    /// # Errors
    /// [`Denial::FeeUnpaid`], [`Denial::CollectorMissing`], [`Denial::SignatureMissing`] where the service wants
    /// one, [`Denial::OriginalNotSeen`] for each original to be shown at the counter, [`Denial::NotYourRole`]; for a proxy
    /// [`Denial::MandateMissing`], [`Denial::MandateRevoked`], [`Denial::MandateWrong`].
    pub fn collect(
        self,
        by: &Actor,
        context: &Context<'_>,
        collector: Collector,
        signature: Option<Signature>,
        originals_seen: Vec<DocumentId>,
    ) -> Ruled<Collection, Ready> {
        let (record, service) = (self.record(), self.service());
        let mut denials = Vec::new();
        if record.outstanding().minor() > 0 {
            denials.push(Denial::FeeUnpaid { due: record.outstanding() });
        }
        if is_blank(&collector.name) || is_blank(&collector.identity) {
            denials.push(Denial::CollectorMissing);
        }
        denials.extend(too_long("collector", Some(&collector.name)));
        denials.extend(too_long("collector", Some(&collector.identity)));
        denials.extend(record.denied_mandate(&collector));
        let accepted = signature
            .as_ref()
            .is_some_and(|s| !is_blank(&s.signer) && service.signature.kinds.contains(&s.method.kind()));
        if service.signature.at_collection && !accepted {
            denials.push(Denial::SignatureMissing);
        }
        for document in service.documents.iter().filter(|d| d.original_at_counter) {
            if record.is_given(&document.id) && !originals_seen.contains(&document.id) {
                denials.push(Denial::OriginalNotSeen { document: document.id.clone() });
            }
        }
        // The applicant needs none.
        let mandate = collector.mandate.filter(|_| collector.relation == Relation::Proxy);
        let collector = Collector { mandate, ..collector };
        self.record_fact(by, None, context, denials, |_| Collection { collector, signature, originals_seen })
    }
}
