//! How long the office waits for what only the applicant can do, and when it speaks up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Date};

/// The office's periods. One that is not said never ends: nothing lapses by it. All are counted in days of the calendar, as people
/// count them, and one that would end on a day on which the office is closed ends on the next on which it is open; those that
/// bind the office itself are counted in working days.
///
/// A period is told to the applicant when it begins and stands in the fact that begins it: a later change of the catalogue does not
/// shorten it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Periods {
    /// A pilot assumption, not law.
    #[serde(default)]
    pub assumed: bool,
    /// Days to pay a fee that is due before review.
    #[serde(default)]
    pub pay_days: Option<u32>,
    /// Days to correct what was returned.
    #[serde(default)]
    pub correct_days: Option<u32>,
    /// Days to collect what lies ready.
    #[serde(default)]
    pub collect_days: Option<u32>,
    /// Days to object to a refusal.
    #[serde(default)]
    pub object_days: Option<u32>,
    /// Working days in which the office answers an objection.
    #[serde(default)]
    pub answer_objection_working_days: Option<u32>,
    /// How many days before the applicant's last day a reminder is due.
    #[serde(default)]
    pub remind_days: Option<u32>,
    /// How many working days before its own due day the office is warned.
    #[serde(default)]
    pub warn_working_days: Option<u32>,
    /// The most working days by which the due day may be moved, once.
    #[serde(default)]
    pub extension_max_working_days: Option<u32>,
    /// Days in which an officer enters what came on paper with the time at which it came; what is entered later came today.
    #[serde(default)]
    pub enter_days: Option<u32>,
}

/// The longest period that a catalogue may say, in days: ten years.
pub(super) const PERIOD_MAX_DAYS: u32 = 3_653;

impl Periods {
    /// Each with its key, for the catalogue's check.
    pub(super) fn each(&self) -> [(&'static str, Option<u32>); 9] {
        [
            ("pay_days", self.pay_days),
            ("correct_days", self.correct_days),
            ("collect_days", self.collect_days),
            ("object_days", self.object_days),
            ("answer_objection_working_days", self.answer_objection_working_days),
            ("remind_days", self.remind_days),
            ("warn_working_days", self.warn_working_days),
            ("extension_max_working_days", self.extension_max_working_days),
            ("enter_days", self.enter_days),
        ]
    }
}

/// The last day of a period of `days` after `from`: the next working day where it would end on a day on which the office is closed.
///
/// ```
/// # use oneservice_core::calendar::{Calendar, Time, WORKING_WEEK};
/// # use oneservice_core::catalog::last_day;
/// let calendar = Calendar::new("Asia/Kathmandu", &WORKING_WEEK, vec![], Time::MAX, Default::default())?;
/// let friday = "2026-11-27".parse().unwrap();
/// assert_eq!(last_day(&calendar, friday, 7), "2026-12-04".parse().unwrap());
/// assert_eq!(last_day(&calendar, friday, 8), "2026-12-07".parse().unwrap());
/// # Ok::<(), oneservice_core::calendar::CalendarError>(())
/// ```
pub fn last_day(calendar: &Calendar, from: Date, days: u32) -> Date {
    let end = from.saturating_add(jiff::Span::new().days(i64::from(days)));
    if calendar.is_working_day(end) { end } else { calendar.add_working_days(end, 1) }
}
