//! The fee: that very amount, when the service says, and review opens once nothing is missing before it.

use super::{
    Actor, Context, Denial, FactName, Lawful, Payment, PaymentMethod, Record, Request, ReviewOpened, Ruled,
    Stage, StageName, Submitted,
};
use crate::catalog::FeeMoment;
use crate::money::Money;

impl Record {
    /// What the cashier takes in this stage: all that is outstanding once the service asks for it, before that nothing.
    pub fn payable_in(&self, stage: StageName) -> Money {
        let is_due = match self.fee.when {
            FeeMoment::None => false,
            FeeMoment::OnSubmission => true,
            FeeMoment::OnApproval => matches!(stage, StageName::Approved | StageName::Ready),
        };
        if is_due && stage.allows(FactName::Payment) {
            self.outstanding()
        } else {
            Money::zero(self.fee.total.currency())
        }
    }
}

impl<S: Stage> Request<S> {
    /// Records that the cashier took `amount`, under the number `receipt` of the office's register.
    ///
    /// # Errors
    /// [`Denial::NoFeeDue`] when nothing is to be paid in this stage, [`Denial::WrongAmount`] for any other
    /// amount than the catalogue's, [`Denial::NotYourRole`].
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
        let due = self.record.payable_in(S::NAME);
        let denials = match () {
            () if due.is_zero() => vec![Denial::NoFeeDue],
            () if amount != due => vec![Denial::WrongAmount { due, offered: amount }],
            () => Vec::new(),
        };
        self.record_fact(by, None, context, denials, |_| Payment { amount, method, receipt })
    }
}

impl Request<Submitted> {
    /// Opens review once everything that comes before it is there.
    ///
    /// # Errors
    /// [`Denial::FeeUnpaid`], [`Denial::NotYourRole`]: only the office itself opens review.
    pub fn open_review(self, by: &Actor, context: &Context<'_>) -> Ruled<ReviewOpened, Submitted> {
        let unpaid =
            self.record.waits_for_fee().then(|| Denial::FeeUnpaid { due: self.record.outstanding() });
        self.record_fact(by, None, context, unpaid.into_iter().collect(), |_| ReviewOpened {})
    }
}
