//! What an officer may do about money that comes over the bank: record it, and for another person confirm or reject it.

use oneservice_core::catalog::OfficeReasonKind;
use oneservice_core::office::Case;
use oneservice_core::request::{Actor, FactName, Officer};
use oneservice_pilot::{qr, sentence};

use super::aside::choices;
use crate::App;
use crate::page::Page;

/// The forms that this officer is offered now; each is empty where it is not.
#[derive(Debug, Default)]
pub(super) struct Transfer {
    /// The amount that a transfer would be of.
    pub(super) record: String,
    /// The code that a banking app pays by, to be shown at the counter.
    pub(super) qr: String,
    /// The transfer that waits: amount, reference, who recorded it and when.
    pub(super) waiting: Vec<String>,
    pub(super) confirm: bool,
    /// This officer recorded it: another confirms it.
    pub(super) own: bool,
    /// Why it may be rejected.
    pub(super) reasons: Vec<(String, String)>,
}

pub(super) fn transfer(app: &App, p: &Page, case: &Case, officer: &Officer) -> Transfer {
    let (stage, record) = (case.request.stage(), case.request.record());
    let may = |fact: FactName| officer.holds(stage.roles(fact));
    let mut forms = Transfer::default();
    let due = record.payable_in(stage);
    if may(FactName::TransferRecorded) && !due.is_zero() {
        forms.record = due.show(p.lang);
        forms.qr = app.office.payment_code(&case.request).map(|code| qr::svg(&code)).unwrap_or_default();
    }
    let Some(waiting) = &record.transfer else { return forms };
    let at = sentence::time(p.lang, app.office.catalog().calendar().local(waiting.at));
    let by = waiting.by.officer.as_ref().map(|officer| format!(" · {officer}")).unwrap_or_default();
    let reference = format!("{}: {}", p.t("transfer-reference"), waiting.reference);
    forms.waiting = vec![waiting.amount.show(p.lang), reference, format!("{at}{by}")];
    if may(FactName::TransferConfirmed) {
        forms.own = record.recorded_transfer(&Actor::Officer(officer.clone()));
        forms.confirm = !forms.own;
        forms.reasons = choices(app, p, OfficeReasonKind::Transfer);
    }
    forms
}
