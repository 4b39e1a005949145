//! When the next steps are expected: each takes its working days after the day on which it opened. The day is said when it opens and
//! stands in the history; a later change of the calendar does not move it.

use std::collections::BTreeMap;

use super::{AnyRequest, Entry, Record, Request, Stage, StageName, StepTiming};
use crate::calendar::{Calendar, Date};
use crate::ids::StepId;

/// The working day on which a step ends that begins on `begins`.
fn end(begins: Date, working_days: u32, calendar: &Calendar) -> Date {
    let end = calendar.add_working_days(begins, working_days);
    if calendar.is_working_day(end) { end } else { calendar.add_working_days(end, 1) }
}

/// Whether somebody works on the plan.
pub(super) fn is_worked_on(stage: StageName) -> bool {
    matches!(stage, StageName::InReview | StageName::Approved)
}

impl<S: Stage> Request<S> {
    /// The steps that are open and have no last day yet, each with one that counts from the last fact.
    pub(super) fn opened_steps(&self, calendar: &Calendar) -> BTreeMap<StepId, Date> {
        let record = &self.record;
        if !is_worked_on(S::NAME) {
            return BTreeMap::new();
        }
        let begins = calendar.local_date(record.last_at).max(record.received_on);
        let open = record.open_steps(&self.service).into_iter();
        let days = open.filter(|id| !record.step_days.contains_key(id)).filter_map(|id| {
            let step = self.service.review.steps.iter().find(|step| step.id == id)?;
            Some((id, end(begins, step.working_days, calendar)))
        });
        days.collect()
    }
}

impl Record {
    /// Days of steps stand as long as the step is open, and while somebody works on the plan: a step that is open after a return has all
    /// its days again.
    pub(super) fn keep_step_days(&mut self, stage: StageName) {
        let (steps, passed) = (&self.steps, &self.passed);
        let stands = |id: &StepId| is_worked_on(stage) && steps.contains(id) && !passed.contains_key(id);
        self.step_days.retain(|id, _| stands(id));
    }

    /// Takes over the last days that were said with a fact.
    pub(super) fn promise_steps(&mut self, entry: &Entry) {
        // Most facts open none.
        if entry.opened.is_empty() {
            return;
        }
        let since = entry.recorded_at;
        let timing =
            |last_day: &Date| StepTiming { since, last_day: *last_day, reminded: false, escalated: false };
        self.step_days.extend(entry.opened.iter().map(|(id, last_day)| (id.clone(), timing(last_day))));
    }
}

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
                    let said = record.step_days.get(&step.id).map(|timing| timing.last_day);
                    let end = said.unwrap_or_else(|| end(begins, step.working_days, calendar));
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
