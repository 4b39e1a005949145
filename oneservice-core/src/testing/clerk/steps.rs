//! The part of the sheet that is about single steps: the visit to the place, and until when each is expected.

use super::days::{count, later, works};
use super::sheet::{APPROVE, ISSUE, VISIT};
use super::{Sheet, What, Who};
use crate::calendar::Date;
use crate::request::StageName;

/// Working days of the steps.
const DAYS: [u32; 5] = [1, 3, 4, 2, 1];

/// Until when an open step is expected.
#[derive(Debug, Clone, Copy)]
pub(super) struct StepDay {
    pub(super) last: Date,
    began: Date,
    reminded: bool,
    called: bool,
}

impl Sheet {
    /// How many working days the whole may take.
    pub(super) fn working_days(&self) -> u32 {
        if self.asks_health { 15 } else { 10 }
    }

    /// Done, or not part of this request's plan.
    pub(super) fn settled(&self, step: usize) -> bool {
        self.done.contains(&step) || (step == 2 && !self.asks_health)
    }

    /// Whether a step can be worked on.
    #[must_use]
    pub fn open(&self, step: usize) -> bool {
        let before: &[usize] = match step {
            0 => &[],
            1 | 2 => &[0],
            APPROVE => &[0, 1, 2],
            ISSUE => &[0, 1, 2, APPROVE],
            _ => return false,
        };
        !self.settled(step) && before.iter().all(|step| self.settled(*step))
    }

    /// Whether the step is on this person's list of what they can do today.
    pub(super) fn lists(&self, who: Who, step: usize) -> bool {
        let plan = matches!(self.stage, StageName::InReview | StageName::Approved);
        let said = step == APPROVE && self.endorsed.contains(&who);
        plan && self.may_work(who, step) && !said
    }

    pub(super) fn is_visit(&self, step: usize) -> bool {
        self.panel && step == VISIT
    }

    /// Whether a visit on the day that is so many days ahead can be told.
    pub(super) fn can_visit(&self, step: usize, ahead: i64) -> bool {
        let day = later(self.today, ahead);
        let last = self.last.max(Some(count(self.today, DAYS[VISIT], 1)));
        self.is_visit(step) && ahead >= 0 && Some(day) <= last && works(day)
    }

    /// Whether the clock has something to say of a step.
    pub(super) fn allows_clock(&self, who: Who, what: What) -> bool {
        let day = |step: usize| self.days.get(&step).filter(|_| who == Who::Clock);
        match what {
            What::Remind { step: Some(step) } => day(step).is_some_and(|day| {
                let near = count(day.last, 2, -1);
                !day.reminded && !day.called && near > day.began && self.today >= near
            }),
            What::Escalate { step: Some(step) } => {
                day(step).is_some_and(|day| !day.called && self.today > day.last)
            }
            _ => false,
        }
    }

    pub(super) fn note_clock(&mut self, what: What) {
        let (What::Remind { step: Some(step) } | What::Escalate { step: Some(step) }) = what else { return };
        if let Some(day) = self.days.get_mut(&step) {
            day.reminded |= matches!(what, What::Remind { .. });
            day.called |= matches!(what, What::Escalate { .. });
        }
    }

    /// A step that is open has its days from the day on which it opened, or was opened again.
    pub(super) fn promise_steps(&mut self) {
        let plan = matches!(self.stage, StageName::InReview | StageName::Approved);
        let open: Vec<usize> = (0..DAYS.len()).filter(|step| plan && self.open(*step)).collect();
        self.days.retain(|step, _| open.contains(step));
        for step in open {
            let last = count(self.today.max(self.received), DAYS[step], 1);
            let began = self.today;
            self.days.entry(step).or_insert(StepDay { last, began, reminded: false, called: false });
        }
    }
}
