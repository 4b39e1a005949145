//! When the next steps are expected: each takes its working days after the day on which it opened.

use std::collections::BTreeMap;

use super::AnyRequest;
use crate::calendar::{Calendar, Date};
use crate::ids::StepId;

impl AnyRequest {
    /// The steps that are still to be done, in the plan's order, each with the day by which it is expected. Steps that are
    /// done or do not apply are left out.
    ///
    /// A step that is open counts from the day it opened: when the last of those it waits for was done, or when review was
    /// opened, by the submission, a correction or an objection. Its day stands while it is open, and is in the past once the
    /// step is late. A step that is not open yet follows on the days of those it waits for. Every day is a working day.
    pub fn expected(&self, calendar: &Calendar) -> Vec<(StepId, Date)> {
        let (record, service) = (self.record(), self.service());
        let opened = record.opened_at.map(|at| calendar.local_date(at));
        let from = opened.map_or(record.received_on, |opened| opened.max(record.received_on));
        let mut ends: BTreeMap<&StepId, Date> = BTreeMap::new();
        let mut expected = Vec::new();
        for step in &service.review.steps {
            let begins =
                step.after.iter().filter_map(|id| ends.get(id)).max().copied().unwrap_or(from).max(from);
            let end = match record.passed.get(&step.id) {
                Some(done) => calendar.local_date(done.at),
                None if record.steps.contains(&step.id) => {
                    let end = calendar.add_working_days(begins, step.working_days);
                    let end =
                        if calendar.is_working_day(end) { end } else { calendar.add_working_days(end, 1) };
                    expected.push((step.id.clone(), end));
                    end
                }
                None => begins,
            };
            ends.insert(&step.id, end);
        }
        expected
    }
}
