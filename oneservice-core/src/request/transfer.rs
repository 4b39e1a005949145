//! Transfers: recorded by one officer, confirmed or rejected by a cashier. Four eyes, since nobody at the desk holds the money.

use super::clock::office_reason;
use super::{
    Actor, By, Context, Denial, Fact, Lawful, ReasonCode, Record, Request, Ruled, Stage, StageName,
    TransferConfirmed, TransferRecorded, TransferRejected, is_blank, too_long,
};
use crate::calendar::Moment;
use crate::catalog::{OfficeReasonKind, Role};
use crate::money::Money;

/// The longest reference of a bank, in characters.
pub const REFERENCE_LIMIT: usize = 64;

/// A transfer that was recorded and is neither confirmed nor rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferWaiting {
    /// What is said to have been sent.
    pub amount: Money,
    /// The bank's reference.
    pub reference: String,
    /// Who recorded it: somebody else confirms it.
    pub by: By,
    /// When.
    pub at: Moment,
}

impl Record {
    /// Why money may be neither taken nor waived now: what came over the bank is looked for first.
    pub(super) fn transfer_waits(&self) -> Option<Denial> {
        self.transfer.as_ref().map(|_| Denial::TransferWaits)
    }

    /// Whether this actor has no part in confirming the transfer that waits: they recorded it, or somebody did in their name.
    pub fn recorded_transfer(&self, by: &Actor) -> bool {
        let Ok(by) = by.acting(&[Role::Cashier], None) else { return false };
        let recorder = |waiting: &TransferWaiting| {
            waiting.by.persons().any(|person| by.persons().any(|other| other == person))
        };
        self.transfer.as_ref().is_some_and(recorder)
    }
}

impl<S: Stage> Request<S> {
    /// Records that the fee is said to have been sent to the office's bank account, under the bank's `reference`. It is not paid
    /// before it is [confirmed](Self::confirm_transfer).
    ///
    /// # Errors
    /// [`Denial::TransferWaits`] while another one is looked for, [`Denial::NoFeeDue`] when nothing is to be paid in this stage,
    /// [`Denial::WrongAmount`] for any other amount than the catalogue's, [`Denial::WordsMissing`] and [`Denial::WordsTooLong`] for the
    /// reference, [`Denial::NotYourRole`].
    pub fn record_transfer(
        self,
        by: &Actor,
        context: &Context<'_>,
        amount: Money,
        reference: &str,
    ) -> Ruled<TransferRecorded, S>
    where
        S: Lawful<TransferRecorded>,
        TransferRecorded: Fact<S>,
    {
        let reference = reference.trim();
        let waits = self.record.transfer_waits();
        let mut denials = Vec::from_iter(waits.or_else(|| self.record.denied_amount(S::NAME, amount)));
        if is_blank(reference) {
            denials.push(Denial::WordsMissing { field: "reference" });
        } else if reference.chars().count() > REFERENCE_LIMIT {
            denials.push(Denial::WordsTooLong { field: "reference", limit: REFERENCE_LIMIT });
        }
        let reference = reference.to_owned();
        self.record_fact(by, None, context, denials, |_| TransferRecorded { amount, reference })
    }

    /// Counts the transfer that waits as paid, under the number `receipt` of the office's register. Possible in every stage: money
    /// that came has to be entered, if only to be given back.
    ///
    /// # Errors
    /// [`Denial::NoTransferWaits`], [`Denial::OwnTransfer`] for who recorded it, [`Denial::NotYourRole`].
    pub fn confirm_transfer(
        self,
        by: &Actor,
        context: &Context<'_>,
        receipt: String,
    ) -> Ruled<TransferConfirmed, S>
    where
        S: Lawful<TransferConfirmed>,
        TransferConfirmed: Fact<S>,
    {
        let denials = match &self.record.transfer {
            None => vec![Denial::NoTransferWaits],
            Some(_) if self.record.recorded_transfer(by) => vec![Denial::OwnTransfer],
            Some(_) => Vec::new(),
        };
        let nothing = (self.record.money(0), String::new());
        let waiting = self.record.transfer.as_ref();
        let (amount, reference) = waiting.map_or(nothing, |found| (found.amount, found.reference.clone()));
        self.record_fact(by, None, context, denials, |_| TransferConfirmed { amount, reference, receipt })
    }

    /// Says that the transfer that waits did not come. A fee that is due before review may be paid for the whole period again.
    ///
    /// # Errors
    /// [`Denial::NoTransferWaits`], [`Denial::ReasonUnknown`] for anything but a reason of kind `transfer`, [`Denial::WordsTooLong`],
    /// [`Denial::NotYourRole`].
    pub fn reject_transfer(
        self,
        by: &Actor,
        context: &Context<'_>,
        reason: ReasonCode,
        note: Option<String>,
    ) -> Ruled<TransferRejected, S>
    where
        S: Lawful<TransferRejected>,
        TransferRejected: Fact<S>,
    {
        let mut denials = Vec::new();
        if self.record.transfer.is_none() {
            denials.push(Denial::NoTransferWaits);
        }
        denials.extend(office_reason(context, &reason, OfficeReasonKind::Transfer));
        denials.extend(too_long("note", note.as_deref()));
        let waits = S::NAME == StageName::Submitted && self.record.waits_for_fee();
        let pay_by = context.last_day(context.office.periods.pay_days).filter(|_| waits);
        self.record_fact(by, None, context, denials, |_| TransferRejected { reason, note, pay_by })
    }
}
