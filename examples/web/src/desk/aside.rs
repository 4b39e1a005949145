//! What an officer may do beside the plan: answer an objection or a complaint, move the due day, explain a delay, waive a fee, give money
//! back, take a closed request up again, suspend or revoke a result.

use oneservice_core::catalog::OfficeReasonKind;
use oneservice_core::office::Case;
use oneservice_core::request::{AnyFact, AnyRequest, Ending, FactName, HEADS, Officer, Standing};

use oneservice_pilot::staff::Member;

use super::review::refundable;
use crate::App;
use crate::page::Page;

/// A coded reason and its words.
type Choice = (String, String);

/// The forms that this officer is offered now; each is empty where it is not.
#[derive(Debug, Default)]
pub(super) struct Aside {
    pub(super) objection: String,
    /// It is about this officer's own work: another looks at it.
    pub(super) own_work: bool,
    pub(super) extend: Vec<Choice>,
    pub(super) extend_max: u32,
    pub(super) late: Vec<Choice>,
    pub(super) reopen: Vec<Choice>,
    pub(super) complaints: Vec<String>,
    pub(super) waive: Vec<Choice>,
    pub(super) outstanding: String,
    pub(super) refund: String,
    pub(super) suspend: Vec<Choice>,
    pub(super) reinstate: bool,
    pub(super) revoke: Vec<Choice>,
    pub(super) recuse: Vec<Choice>,
    /// Open steps, officers and reasons for giving a step to somebody.
    pub(super) assign_steps: Vec<Choice>,
    pub(super) assign_to: Vec<Choice>,
    pub(super) assign: Vec<Choice>,
}

/// The office's reasons of a kind, by code and in words.
pub(super) fn choices(app: &App, p: &Page, kind: OfficeReasonKind) -> Vec<(String, String)> {
    let reasons = app.office.catalog().office().reasons_of(kind);
    reasons.map(|reason| (reason.code.to_string(), p.c(&reason.text))).collect()
}

pub(super) fn aside(app: &App, p: &Page, case: &Case, officer: &Officer) -> Aside {
    let office = app.office.catalog().office();
    let (stage, timing) = (case.request.stage(), &case.request.record().timing);
    let may = |fact: FactName| officer.holds(stage.roles(fact));
    let choices = |kind| choices(app, p, kind);
    let due = case.request.record().due_on;
    let today = app.today();
    let mut forms = Aside::default();
    if let (AnyRequest::Objected(objected), true) = (&case.request, may(FactName::ObjectionUpheld)) {
        forms.objection = objected.stage().objection.clone();
        forms.own_work = objected.is_own_work(officer);
    }
    if may(FactName::Extension) && !timing.extended && due.is_some_and(|due| today <= due) {
        forms.extend_max = office.periods.extension_max_working_days.unwrap_or(0);
        if forms.extend_max > 0 {
            forms.extend = choices(OfficeReasonKind::Extend);
        }
    }
    if may(FactName::DelayExplained) && due.is_some_and(|due| today > due && timing.explained != Some(due)) {
        forms.late = choices(OfficeReasonKind::Late);
    }
    if let AnyRequest::Closed(closed) = &case.request {
        if closed.stage().ending != Ending::Collected && may(FactName::Reopening) {
            forms.reopen = choices(OfficeReasonKind::Reopen);
        }
        let standing = closed.standing(today);
        let (valid, suspended) = (standing == Some(Standing::Valid), standing == Some(Standing::Suspended));
        if valid && may(FactName::Suspension) {
            forms.suspend = choices(OfficeReasonKind::Suspend);
        }
        forms.reinstate = suspended && may(FactName::Reinstatement);
        if (valid || suspended) && may(FactName::Revocation) {
            forms.revoke = choices(OfficeReasonKind::Revoke);
        }
    }
    let record = case.request.record();
    if may(FactName::Recusal) && !record.recused.contains(&officer.id) {
        forms.recuse = choices(OfficeReasonKind::Recuse);
    }
    if may(FactName::Assignment) && officer.holds(HEADS) {
        let steps = case.request.open_steps();
        let members = app.staff.now();
        let fits =
            |member: &&Member| member.appointments.iter().any(|a| steps.iter().any(|step| a.fits(step)));
        let fitting = members.officers.iter().filter(fits);
        forms.assign_to = fitting.map(|member| (member.id.to_string(), member.name.clone())).collect();
        forms.assign_steps = steps.iter().map(|step| (step.id.to_string(), p.c(&step.title))).collect();
        forms.assign = choices(OfficeReasonKind::Reassign);
    }
    if record.complaints_open > 0 && may(FactName::ComplaintAnswered) {
        let made = case.history.iter().filter_map(|happening| match &happening.recorded.fact {
            AnyFact::Complaint(complaint) => Some(complaint.text.clone()),
            _ => None,
        });
        let made: Vec<String> = made.collect();
        forms.complaints = made[made.len() - record.complaints_open..].to_vec();
    }
    let outstanding = record.outstanding();
    if may(FactName::Waiver) && !outstanding.is_zero() && record.transfer.is_none() {
        forms.waive = choices(OfficeReasonKind::Waive);
        forms.outstanding = outstanding.show(p.lang);
    }
    if may(FactName::Refund) {
        forms.refund = refundable(case, p.lang);
    }
    forms
}
