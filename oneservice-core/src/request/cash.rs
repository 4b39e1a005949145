//! The cash desk in the evening: what has to be in the drawer, what is there, and why the two differ.
//!
//! A closing is no fact of a request. It counts every receipt and repayment in cash since the closing before, by their places in the office's
//! log, so that each is in exactly one closing, however late money is taken.

use serde::{Deserialize, Serialize};

use super::clock::office_reason;
use super::{Actor, AnyFact, Context, Denial, Entry, PaymentMethod, ReasonCode, too_long};
use crate::calendar::Date;
use crate::catalog::{OfficeReasonKind, Role};
use crate::money::{Currency, Money};

/// Who closes the cash desk.
pub const CASH_CLOSERS: &[Role] = &[Role::Cashier];

/// What has gone through the drawer since the closing before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashDrawer {
    /// Place in the office's log from which on it counts.
    pub from: u64,
    /// Place before which it counts.
    pub to: u64,
    /// How many receipts were given, those for repayments too.
    pub receipts: u64,
    /// What was taken.
    pub taken: Money,
    /// What was given back.
    pub given_back: Money,
}

impl CashDrawer {
    /// A drawer into which nothing was put yet.
    pub fn empty(currency: Currency, from: u64) -> Self {
        let zero = Money::zero(currency);
        Self { from, to: from, receipts: 0, taken: zero, given_back: zero }
    }

    /// Counts what stands at the next place of the log. What came over the bank went through no drawer.
    pub fn count(&mut self, fact: &AnyFact) {
        self.to += 1;
        let sum = match fact {
            AnyFact::Payment(paid) if paid.method == PaymentMethod::Cash => (&mut self.taken, paid.amount),
            AnyFact::Refund(refund) => (&mut self.given_back, refund.amount),
            _ => return,
        };
        // Another currency than the office's has no drawer.
        if let Ok(more) = sum.0.checked_add(sum.1) {
            *sum.0 = more;
            self.receipts += 1;
        }
    }

    /// What has to be there.
    pub fn expected(&self) -> Money {
        Money::new(self.taken.currency(), self.taken.minor().saturating_sub(self.given_back.minor()))
    }

    /// Closes the desk for today: `counted` is what is there. `last` is the day of the closing before.
    ///
    /// # Errors
    /// Every reason: [`Denial::NotYourRole`] alone; [`Denial::AlreadyRecorded`] for a day that is closed, [`Denial::WrongAmount`] for
    /// less than nothing or another currency, [`Denial::ReasonMissing`] and [`Denial::ReasonUnknown`] for a difference without a
    /// reason of kind `cash`, [`Denial::WordsTooLong`].
    pub fn close(
        self,
        by: &Actor,
        context: &Context<'_>,
        last: Option<Date>,
        counted: Money,
        reason: Option<ReasonCode>,
        note: Option<String>,
    ) -> Result<(CashClosed, Entry), Vec<Denial>> {
        let by = by.acting(CASH_CLOSERS, None).map_err(|not_yours| vec![not_yours])?;
        let (day, expected) = (context.today(), self.expected());
        let mut denials: Vec<Denial> = too_long("note", note.as_deref()).into_iter().collect();
        if last.is_some_and(|last| last >= day) {
            denials.push(Denial::AlreadyRecorded);
        }
        if counted.currency() != expected.currency() || counted.minor() < 0 {
            denials.push(Denial::WrongAmount { due: expected, offered: counted });
        }
        let reason = reason.filter(|_| counted != expected);
        match &reason {
            Some(reason) => denials.extend(office_reason(context, reason, OfficeReasonKind::Cash)),
            None if counted != expected => denials.push(Denial::ReasonMissing),
            None => {}
        }
        if !denials.is_empty() {
            return Err(denials);
        }
        let entry = Entry { by, recorded_at: context.now, occurred_at: None, opened: Default::default() };
        Ok((CashClosed { day, drawer: self, counted, reason, note }, entry))
    }
}

/// The cash desk was closed for a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashClosed {
    /// The office's day.
    pub day: Date,
    /// What has gone through the drawer.
    #[serde(flatten)]
    pub drawer: CashDrawer,
    /// What the cashier counted.
    pub counted: Money,
    /// Why it is another amount than was expected: a reason of kind `cash`; none where it is that amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonCode>,
    /// The cashier's words, for the auditor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl CashClosed {
    /// What is there beyond it; below zero is missing.
    pub fn difference(&self) -> Money {
        let minor = self.counted.minor().saturating_sub(self.drawer.expected().minor());
        Money::new(self.counted.currency(), minor)
    }
}
