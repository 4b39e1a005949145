//! The part of the sheet that is about money: what is owed, who takes it, and what came over the bank.

use super::{Fee, Part, Sheet, What, Who};
use crate::catalog::Role;
use crate::request::StageName;

/// What three stalls cost.
const FEE: i64 = 30_000;

impl Sheet {
    /// What is owed and not paid.
    #[must_use]
    pub fn outstanding(&self) -> i64 {
        let total = if self.fee == Fee::Free { 0 } else { FEE };
        (total - self.waived).max(0) - self.paid
    }

    /// The same sheet with the fee paid if it is not, and the other way round.
    pub(super) fn as_if_paid(&self) -> Self {
        let paid = if self.outstanding() == 0 { 0 } else { self.paid + self.outstanding() };
        Self { paid, ..self.clone() }
    }

    /// What the cashier has to give back.
    fn refundable(&self) -> i64 {
        let early = match self.fee {
            Fee::Before => self.done.is_empty(),
            Fee::After => true,
            Fee::Free => false,
        };
        if self.stage == StageName::Closed && self.withdrawn && early { self.paid } else { 0 }
    }

    /// Whether money is taken now at all, by whatever way.
    fn takes_money(&self) -> bool {
        use StageName::*;
        let now = match self.fee {
            Fee::Before => matches!(self.stage, Submitted | InReview | Approved | Ready),
            Fee::After => matches!(self.stage, Approved | Ready),
            Fee::Free => false,
        };
        now && self.outstanding() > 0 && self.sent_by.is_none()
    }

    /// What the rules must say to an act about money.
    pub(super) fn allows_money(&self, who: Who, what: What) -> bool {
        use StageName::*;
        match what {
            What::Pay { right } => self.takes_money() && right && who.holds(Role::Cashier),
            What::Waive { part, coded } => {
                let stage = matches!(self.stage, Submitted | InReview | Approved | Ready);
                let heads = who.holds(Role::DepartmentHead) || who.holds(Role::GovernorDelegate);
                let some = part == Part::All || (part == Part::Half && self.outstanding() > 1);
                stage && self.outstanding() > 0 && self.sent_by.is_none() && heads && coded && some
            }
            What::Refund { right } => who.holds(Role::Cashier) && right && self.refundable() > 0,
            What::Transfer { right, named } => {
                let told = who.holds(Role::Cashier) || who.holds(Role::FrontDesk);
                self.takes_money() && right && named && told
            }
            // Whoever wrote it down is not the one who sees it on the account.
            What::Confirm => who.holds(Role::Cashier) && self.sent_by.is_some_and(|other| other != who),
            What::NotFound { coded } => who.holds(Role::Cashier) && coded && self.sent_by.is_some(),
            _ => false,
        }
    }

    /// An act about money is noted.
    pub(super) fn note_money(&mut self, who: Who, what: What) {
        match what {
            What::Pay { .. } => {
                self.paid += self.outstanding();
                self.open_if_ready();
            }
            What::Waive { part, .. } => {
                let due = self.outstanding();
                self.waived += if part == Part::All { due } else { due / 2 };
                self.open_if_ready();
            }
            What::Refund { .. } => self.paid = 0,
            What::Transfer { .. } => {
                self.sent_by = Some(who);
                if self.stage == StageName::Submitted {
                    self.last = None;
                }
            }
            What::Confirm => {
                self.sent_by = None;
                self.paid += self.outstanding();
                if self.stage == StageName::Submitted {
                    self.last = self.asked_until;
                }
                self.open_if_ready();
            }
            What::NotFound { .. } => {
                self.sent_by = None;
                if self.stage == StageName::Submitted {
                    self.asked_until = self.period(30);
                    self.last = self.asked_until;
                }
            }
            _ => {}
        }
    }
}
