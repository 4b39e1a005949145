//! The fee: that very amount, when the service says, and review opens once nothing is missing before it.

use super::{
    Actor, Context, Denial, Lawful, Payment, PaymentMethod, Request, ReviewOpened, Ruled, Stage, StageName,
    Submitted,
};
use crate::catalog::FeeMoment;
use crate::money::Money;

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
        let due = self.record.outstanding();
        let payable = match self.record.fee.when {
            FeeMoment::None => false,
            FeeMoment::OnSubmission => true,
            FeeMoment::OnApproval => matches!(S::NAME, StageName::Approved | StageName::Ready),
        };
        let denials = match () {
            () if !payable || due.is_zero() => vec![Denial::NoFeeDue],
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
