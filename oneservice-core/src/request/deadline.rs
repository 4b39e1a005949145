//! When the next steps are expected: each takes its working days after the last of those it waits for.

use std::collections::BTreeMap;

use super::AnyRequest;
use crate::calendar::{Calendar, Date};
use crate::ids::StepId;

impl AnyRequest {
    /// The steps that are still to be done, in the plan's order, each with the day by which it is expected if all go
    /// on from `today` as the plan says. Steps that are done or do not apply are left out.
    pub fn expected(&self, calendar: &Calendar, today: Date) -> Vec<(StepId, Date)> {
        let (record, service) = (self.record(), self.service());
        let from = record.received_on.max(today);
        let mut ends: BTreeMap<&StepId, Date> = BTreeMap::new();
        let mut expected = Vec::new();
        for step in &service.review.steps {
            let begins = step.after.iter().filter_map(|id| ends.get(id)).max().copied().unwrap_or(from);
            let applies = record.steps.contains(&step.id) && !record.passed.contains_key(&step.id);
            if applies {
                let end = calendar.add_working_days(begins, step.working_days);
                expected.push((step.id.clone(), end));
                ends.insert(&step.id, end);
            } else {
                ends.insert(&step.id, begins);
            }
        }
        expected
    }
}
