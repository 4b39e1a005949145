//! Correction: only what was returned, all of it, and the clock starts again where it stopped.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    Actor, Channel, Context, Denial, Evidence, Filled, Item, Request, Resubmission, Returned, Ruled,
    Signature, is_blank, too_long,
};
use crate::calendar::Date;
use crate::catalog::{Assessment, ClockRule, Field, ProblemCode};
use crate::ids::{DocumentId, FieldId};

/// What the applicant changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrections {
    /// How they came in.
    pub channel: Channel,
    /// New answers, as typed, by field. `null` takes an answer back.
    pub answers: Map<String, Value>,
    /// New papers; all files of a document replace all its earlier ones. Files within the form stay as long as an answer names them.
    pub evidence: Vec<Evidence>,
    /// A new signature.
    pub signature: Option<Signature>,
    /// Words instead of a change, by item.
    pub explanations: BTreeMap<Item, String>,
}

impl Request<Returned> {
    /// Sends the corrections in. The step that returned the request is open again.
    ///
    /// The whole form is judged again under the same service version, as of the day it was first sent. Answers
    /// and papers that the correction makes unnecessary are dropped; those that it makes necessary may be given
    /// although they were not returned.
    ///
    /// # Errors
    /// [`Denial::NotReturned`] for each change nobody asked for, [`Denial::NotCorrected`] for each returned item
    /// left alone, [`Denial::Form`] with every problem of the form as corrected, [`Denial::SignatureMissing`] for a
    /// new signature under other corrections than these.
    pub fn resubmit(
        self,
        by: &Actor,
        context: &Context<'_>,
        corrections: Corrections,
    ) -> Ruled<Resubmission, Returned> {
        let Corrections { channel, answers, evidence, signature, explanations } = corrections;
        let returned: Vec<&Item> = self.stage.corrections.iter().map(|c| &c.item).collect();
        let submitted_on = context.calendar.local_date(self.record.submitted_at);

        let mut filing = self.record.filing(submitted_on);
        let form = Arc::make_mut(&mut filing.form);
        for (field, answer) in &answers {
            match answer {
                Value::Null => form.remove(field),
                answer => form.insert(field.clone(), answer.clone()),
            };
        }
        let sent = evidence;
        let evidence = self.with_named(&sent, &answers, &filing.form);
        let mut after = self.record.evidence.clone();
        after.retain(|old| evidence.iter().all(|new| new.document != old.document));
        after.extend(evidence.iter().cloned());
        filing.documents = after.iter().map(Evidence::claim).collect();
        if let Some(signature) = &signature {
            filing.signature = Some(signature.method.kind());
        }

        // What the correction makes unnecessary goes by itself: nobody was asked about it.
        let mut assessment = self.service.assess_for_decision(&filing, context.places);
        let unnecessary = not_applicable(&assessment);
        let mut dropped_fields = Vec::new();
        let mut dropped = Vec::new();
        for item in unnecessary {
            match item {
                Item::Field(id) if !answers.contains_key(id.as_str()) => {
                    Arc::make_mut(&mut filing.form).remove(id.as_str());
                    dropped_fields.push(id);
                }
                Item::Document(id) if evidence.iter().all(|e| e.document != id) => {
                    filing.documents.retain(|claim| claim.document != id.as_str());
                    dropped.push(id);
                }
                _ => {}
            }
        }
        if !dropped_fields.is_empty() || !dropped.is_empty() {
            assessment = self.service.assess_for_decision(&filing, context.places);
        }

        let mut denials = Vec::new();
        let changed = self.changed_items(&answers, &evidence, signature.as_ref(), &mut denials);
        for item in &changed {
            let newly_asked = match item {
                Item::Field(id) => !self.record.answers.contains_key(id.as_str()),
                Item::Document(id) => self.record.evidence_for(id.as_str()).next().is_none(),
                Item::Signature => false,
            };
            if !returned.contains(&item) && !newly_asked {
                denials.push(Denial::NotReturned { item: item.clone() });
            }
        }
        for (item, words) in &explanations {
            if !returned.contains(&item) {
                denials.push(Denial::NotReturned { item: item.clone() });
            }
            denials.extend(too_long("explanation", Some(words)));
        }
        for item in returned {
            let explained = explanations.get(item).is_some_and(|words| !is_blank(words));
            let dropped = match item {
                Item::Field(id) => dropped_fields.contains(id),
                Item::Document(id) => dropped.contains(id),
                Item::Signature => false,
            };
            if !explained && !dropped && !changed.contains(item) {
                denials.push(Denial::NotCorrected { item: item.clone() });
            }
        }
        if !assessment.problems.is_empty() {
            denials.push(Denial::Form(std::mem::take(&mut assessment.problems)));
        }
        let filled = Filled {
            service: &self.record.service.id,
            applicant: self.record.applicant,
            by_representative: self.record.by_representative,
            purpose: self.record.purpose,
            answers: &answers,
            evidence: &sent,
        };
        if signature.as_ref().is_some_and(|signature| !signature.covers(&filled)) {
            denials.push(Denial::SignatureMissing);
        }

        let received_on = context.calendar.received_on(context.now);
        let due_on = self.due_after(received_on, context);
        let Assessment { answers: normal, fee, steps, .. } = assessment;
        let mut stored = Map::new();
        let mut typed = Map::new();
        for (field, answer) in answers {
            let after = normal.get(&field).cloned().unwrap_or(Value::Null);
            if after != answer {
                typed.insert(field.clone(), answer);
            }
            stored.insert(field, after);
        }
        stored.extend(dropped_fields.iter().map(|id| (id.to_string(), Value::Null)));
        self.record_fact(by, None, context, denials, |_| Resubmission {
            channel,
            answers: stored,
            typed,
            evidence,
            dropped,
            signature,
            explanations,
            fee,
            steps,
            received_on,
            due_on,
        })
    }

    /// `sent`, and of the files within the form that were there before those that `form` names still, where something changed.
    fn with_named(
        &self,
        sent: &[Evidence],
        answers: &Map<String, Value>,
        form: &Map<String, Value>,
    ) -> Vec<Evidence> {
        let named = self.service.files_named(form);
        let stays = |old: &&Evidence| {
            let paper = old.document.as_str();
            let touched = |field: &Field| {
                answers.contains_key(field.id.as_str()) || sent.iter().any(|new| new.document == old.document)
            };
            self.service.field_of_file(paper).is_some_and(touched)
                && named.contains(&(paper, old.blob.to_string().as_str()))
                && sent.iter().all(|new| new.blob != old.blob)
        };
        sent.iter().chain(self.record.evidence.iter().filter(stays)).cloned().collect()
    }

    /// Every item the applicant touched. A key that is no field id is a denial by itself.
    fn changed_items(
        &self,
        answers: &Map<String, Value>,
        evidence: &[Evidence],
        signature: Option<&Signature>,
        denials: &mut Vec<Denial>,
    ) -> Vec<Item> {
        let mut changed: Vec<Item> = Vec::new();
        for field in answers.keys() {
            match field.parse::<FieldId>() {
                Ok(id) if self.record.has_item(&Item::Field(id.clone()), &self.service) => {
                    changed.push(Item::Field(id));
                }
                // The form's own walker names unknown fields with their path.
                _ => {}
            }
        }
        for paper in evidence {
            let item = match self.service.field_of_file(paper.document.as_str()) {
                Some(field) => Item::Field(field.id.clone()),
                None => Item::Document(paper.document.clone()),
            };
            if !self.record.has_item(&item, &self.service) {
                denials.push(Denial::ItemUnknown { item });
            } else if !changed.contains(&item) {
                changed.push(item);
            }
        }
        changed.extend(signature.map(|_| Item::Signature));
        changed
    }

    /// The due day after a correction received on `received_on`: the working days that were left when the
    /// request was returned, counted from there, if the service's clock stops meanwhile.
    fn due_after(&self, received_on: Date, context: &Context<'_>) -> Date {
        match self.service.processing_time.clock {
            ClockRule::Runs => self.record.promised_on,
            ClockRule::StopsWhileReturned => {
                // A request returned on the evening before it counted as received gains no day by it.
                let stopped = self.stage.returned_on.max(self.record.received_on);
                let left = context.calendar.working_days_between(stopped, self.record.promised_on);
                context.calendar.add_working_days(received_on, left)
            }
        }
    }
}

fn not_applicable(assessment: &Assessment) -> Vec<Item> {
    let unnecessary = assessment.problems.iter().filter(|p| p.code == ProblemCode::NotApplicable);
    unnecessary
        .filter_map(|p| match p.path.split_once('.') {
            Some(("form", id)) => id.parse::<FieldId>().ok().map(Item::Field),
            Some(("documents", id)) => id.parse::<DocumentId>().ok().map(Item::Document),
            _ => None,
        })
        .collect()
}
