//! A site is inspected on a day that the applicant was told, and the report says what was found there.

use super::clock::{denied_before, office_reason};
use super::{
    Actor, Context, Denial, Finding, InReview, InspectionReport, InspectionScheduled, Record, Request, Ruled,
    is_blank, too_long,
};
use crate::calendar::{Calendar, Date};
use crate::catalog::{OfficeReasonKind, PHOTOS_MAX, ReviewStep, StepKind};

/// The paper under which photos of an inspection are filed.
pub const INSPECTION_PHOTO: &str = "inspection-photo";

/// The longest text for the hours of an appointment, in characters.
const HOURS_LIMIT: usize = 64;

impl Request<InReview> {
    /// The first and the last day that may be appointed for `step`: from today up to the day by which the office has to be done, or
    /// for as many working days as the step takes, where that is later.
    pub fn inspection_days(&self, step: &ReviewStep, today: Date, calendar: &Calendar) -> (Date, Date) {
        let own = calendar.add_working_days(today, step.working_days.max(1));
        (today, self.record.due_on.map_or(own, |due| due.max(own)))
    }

    /// Appoints the day on which the site is inspected, or another one than before. The applicant is told.
    ///
    /// # Errors
    /// Whose step it is, four eyes; [`Denial::StepKind`] for any step but an inspection; [`Denial::DayClosed`] and
    /// [`Denial::DayOutside`] for a day that cannot be; [`Denial::ReasonMissing`] and [`Denial::ReasonUnknown`] for another day without
    /// a reason of kind `reschedule`; [`Denial::WordsMissing`] and [`Denial::WordsTooLong`] for the hours. A reason that is not needed is
    /// not recorded.
    pub fn schedule_inspection(
        self,
        by: &Actor,
        context: &Context<'_>,
        appointment: InspectionScheduled,
    ) -> Ruled<InspectionScheduled, InReview> {
        let InspectionScheduled { step, day, hours, prepare, reason } = appointment;
        let mut denials = Vec::new();
        if let Some(found) = self.my_step(&step, by, &mut denials) {
            if found.kind != StepKind::Inspection {
                denials.push(Denial::StepKind { step: step.clone() });
            }
            let (first_day, last_day) = self.inspection_days(found, context.today(), context.calendar);
            if !(first_day..=last_day).contains(&day) {
                denials.push(Denial::DayOutside { first_day, last_day });
            } else if !context.calendar.is_working_day(day) {
                denials.push(Denial::DayClosed { day });
            }
        }
        let moves = self.record.appointments.contains_key(&step);
        let reason = reason.filter(|_| moves);
        if moves {
            denials.extend(match &reason {
                Some(code) => office_reason(context, code, OfficeReasonKind::Reschedule),
                None => Some(Denial::ReasonMissing),
            });
        }
        if is_blank(&hours) {
            denials.push(Denial::WordsMissing { field: "hours" });
        } else if hours.chars().count() > HOURS_LIMIT {
            denials.push(Denial::WordsTooLong { field: "hours", limit: HOURS_LIMIT });
        }
        denials.extend(too_long("prepare", prepare.as_deref()));
        let prepare = prepare.filter(|words| !is_blank(words));
        let hours = hours.trim().to_owned();
        let id = step.clone();
        self.record_fact(by, Some(&id), context, denials, |_| InspectionScheduled {
            step,
            day,
            hours,
            prepare,
            reason,
        })
    }
}

impl Record {
    /// Why `step` cannot be concluded with this report: an inspection needs an appointment whose day has come, its photos, and words
    /// for the applicant where it is against granting; any other step takes no report.
    pub(super) fn denied_report(
        &self,
        step: &ReviewStep,
        finding: Finding,
        report: Option<&InspectionReport>,
        context: &Context<'_>,
    ) -> Vec<Denial> {
        if step.kind != StepKind::Inspection {
            return Vec::from_iter(report.map(|_| Denial::StepKind { step: step.id.clone() }));
        }
        let mut denials = match self.appointments.get(&step.id) {
            Some(appointment) => denied_before(context, Some(appointment.day)),
            None => vec![Denial::AppointmentMissing { step: step.id.clone() }],
        };
        let words = report.and_then(|report| report.words.as_deref());
        if finding == Finding::Unfavourable && words.is_none_or(is_blank) {
            denials.push(Denial::WordsMissing { field: "report" });
        }
        denials.extend(too_long("report", words));
        let (least, most) = (step.photos.unwrap_or(0) as usize, PHOTOS_MAX as usize);
        if !(least..=most).contains(&report.map_or(0, |report| report.photos.len())) {
            denials.push(Denial::PhotoCount { least, most });
        }
        denials
    }
}
