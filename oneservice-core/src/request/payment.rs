//! The fee: that very amount, when the service says, and review opens once nothing is missing before it.

use super::clock::office_reason;
use super::{
    Actor, Context, Denial, Fact, FactName, Lawful, Payment, PaymentMethod, ReasonCode, Record, Refund,
    Request, ReviewOpened, Ruled, Stage, StageName, Submitted, Waiver, too_long,
};
use crate::catalog::{FeeMoment, OfficeReasonKind, RefundRule, Service};
use crate::money::Money;

impl Record {
    /// What the cashier takes in this stage: all that is outstanding once the service asks for it. Nothing before that,
    /// and nothing while a transfer waits to be confirmed.
    pub fn payable_in(&self, stage: StageName) -> Money {
        let is_due = match self.fee.when {
            FeeMoment::None => false,
            FeeMoment::OnSubmission => true,
            FeeMoment::OnApproval => matches!(stage, StageName::Approved | StageName::Ready),
        };
        if is_due && self.transfer.is_none() && stage.allows(FactName::Payment) {
            self.outstanding()
        } else {
            Money::zero(self.fee.total.currency())
        }
    }

    /// Why `amount` is not what is to be paid in this stage.
    pub(super) fn denied_amount(&self, stage: StageName, amount: Money) -> Option<Denial> {
        let due = self.payable_in(stage);
        if due.is_zero() {
            Some(Denial::NoFeeDue)
        } else {
            (amount != due).then_some(Denial::WrongAmount { due, offered: amount })
        }
    }
}

impl<S: Stage> Request<S> {
    /// Records that the cashier took `amount` in cash, under the number `receipt` of the office's register.
    ///
    /// # Errors
    /// [`Denial::NoFeeDue`] when nothing is to be paid in this stage, [`Denial::WrongAmount`] for any other
    /// amount than the catalogue's, [`Denial::TransferWaits`] while one is looked for, [`Denial::TransferUnconfirmed`] for money that came over
    /// the bank, which takes two ([`record_transfer`](Self::record_transfer)); [`Denial::NotYourRole`].
    pub fn pay(
        self,
        by: &Actor,
        context: &Context<'_>,
        amount: Money,
        method: PaymentMethod,
        receipt: String,
    ) -> Ruled<Payment, S>
    where
        S: Lawful<Payment>,
    {
        let over_the_bank = (method != PaymentMethod::Cash).then_some(Denial::TransferUnconfirmed);
        let denial = self.record.transfer_waits().or(over_the_bank);
        let denial = denial.or_else(|| self.record.denied_amount(S::NAME, amount));
        self.record_fact(by, None, context, Vec::from_iter(denial), |_| Payment { amount, method, receipt })
    }
}

impl Record {
    /// What the cashier gives back in this stage: what was taken and is not owed, because a correction lowered the fee, a part was waived,
    /// or the request was withdrawn as early as the service wants.
    pub fn refundable_in(&self, stage: StageName, service: &Service) -> Money {
        let owed = if self.withdrawn_in_time(stage, service) { 0 } else { self.owed() };
        self.money(if stage.allows(FactName::Refund) { self.paid().saturating_sub(owed) } else { 0 })
    }

    fn withdrawn_in_time(&self, stage: StageName, service: &Service) -> bool {
        let early = match service.fee.refund {
            None => false,
            Some(RefundRule::BeforeFirstStep) => self.passed.is_empty(),
            Some(RefundRule::BeforeDecision) => true,
        };
        stage == StageName::Closed && self.withdrawn && early
    }
}

impl<S: Stage> Request<S> {
    /// Does not ask for a part of the fee, or for all of it.
    ///
    /// # Errors
    /// [`Denial::NoFeeDue`] where nothing is outstanding, [`Denial::TransferWaits`] while one is looked for, [`Denial::WrongAmount`] for less than nothing or more than is outstanding,
    /// [`Denial::ReasonUnknown`] for anything but a reason of kind `waive`, [`Denial::WordsTooLong`], [`Denial::NotYourRole`].
    pub fn waive(
        self,
        by: &Actor,
        context: &Context<'_>,
        amount: Money,
        reason: ReasonCode,
        note: Option<String>,
    ) -> Ruled<Waiver, S>
    where
        S: Lawful<Waiver>,
        Waiver: Fact<S>,
    {
        let due = self.record.outstanding();
        let mut denials = Vec::from_iter(self.record.transfer_waits());
        if due.is_zero() {
            denials.push(Denial::NoFeeDue);
        } else if amount.currency() != due.currency() || !(1..=due.minor()).contains(&amount.minor()) {
            denials.push(Denial::WrongAmount { due, offered: amount });
        }
        denials.extend(office_reason(context, &reason, OfficeReasonKind::Waive));
        denials.extend(too_long("note", note.as_deref()));
        self.record_fact(by, None, context, denials, |_| Waiver { amount, reason, note })
    }

    /// Records that the cashier gave money back, under the number `receipt` of the office's register.
    ///
    /// # Errors
    /// [`Denial::NothingToRefund`], [`Denial::WrongAmount`] for any other amount than what is not owed, [`Denial::NotYourRole`].
    pub fn refund(self, by: &Actor, context: &Context<'_>, amount: Money, receipt: String) -> Ruled<Refund, S>
    where
        S: Lawful<Refund>,
        Refund: Fact<S>,
    {
        let due = self.record.refundable_in(S::NAME, &self.service);
        let denials = match () {
            () if due.is_zero() => vec![Denial::NothingToRefund],
            () if amount != due => vec![Denial::WrongAmount { due, offered: amount }],
            () => Vec::new(),
        };
        self.record_fact(by, None, context, denials, |_| Refund { amount, receipt })
    }
}

impl Request<Submitted> {
    /// Opens review once everything that comes before it is there.
    ///
    /// # Errors
    /// [`Denial::FeeUnpaid`], [`Denial::CosignatureMissing`], [`Denial::NotYourRole`]: only the office itself opens review.
    pub fn open_review(self, by: &Actor, context: &Context<'_>) -> Ruled<ReviewOpened, Submitted> {
        let unpaid =
            self.record.waits_for_fee().then(|| Denial::FeeUnpaid { due: self.record.outstanding() });
        let unsigned = self.record.waits_for_cosigner().then_some(Denial::CosignatureMissing);
        let denials = unpaid.into_iter().chain(unsigned).collect();
        let opened_on = context.calendar.received_on(context.happened_at());
        let due_on =
            (opened_on > self.record.received_on).then(|| self.record.due_anew(opened_on, context.calendar));
        self.record_fact(by, None, context, denials, |_| ReviewOpened { due_on })
    }
}
