//! The part of the sheet that is about others than the applicant and the officers: who signs besides the applicant, who collects in the
//! applicant's place, and steps for which there is nobody.

use std::collections::BTreeSet;

use super::{Fee, Proof, Sheet, What, Who};
use crate::catalog::Role;
use crate::request::StageName;

/// Those whom the plan's roles are given to, one each.
pub const STAFF: [Who; 4] = [Who::Desk, Who::Examiner, Who::Opinion, Who::Approver];
/// Some who do other work.
pub const NOBODY: [Who; 2] = [Who::Cashier, Who::Elsewhere];

impl Sheet {
    /// The same sheet, written down at the counter by somebody who holds every role.
    #[must_use]
    pub fn written_at_the_counter(mut self, is_so: bool) -> Self {
        self.typed_in.extend(is_so.then_some(Who::All));
        self
    }

    /// Who sent it in.
    #[must_use]
    pub fn sender(&self) -> Who {
        self.typed_in.first().copied().unwrap_or(Who::Applicant)
    }

    pub(super) fn took_part(&self, who: Who) -> bool {
        self.touched.iter().any(|(_, worker)| *worker == who)
    }

    /// Whether nothing is missing that comes before review.
    fn is_ready(&self) -> bool {
        let paid = self.fee != Fee::Before || self.outstanding() == 0;
        paid && (!self.silence_grants || self.cosigned)
    }

    /// Review opens once nothing is missing before it.
    pub(super) fn open_if_ready(&mut self) {
        if self.stage == StageName::Submitted && self.is_ready() {
            self.open_review();
        }
    }

    /// The same sheet as if all were still to be signed and reported.
    pub(super) fn as_if_new(&self) -> Self {
        Self {
            touchable: None,
            silence_grants: true,
            cosigned: false,
            vacant: BTreeSet::new(),
            ..self.clone()
        }
    }

    /// Whether a result that was handed over holds.
    pub(super) fn is_valid(&self) -> bool {
        let ended = self.revoked || self.replaced;
        self.collected && !ended && self.valid_until.is_none_or(|last| self.today <= last)
    }

    /// Ready, paid, and this person is at the counter.
    pub(super) fn hands_over(&self, who: Who) -> bool {
        self.stage == StageName::Ready && who.holds(Role::FrontDesk) && self.outstanding() == 0
    }

    /// What the rules must say to an act of others, or for them.
    pub(super) fn allows_others(&self, who: Who, what: What) -> bool {
        use StageName::*;
        let names = who.asks() && matches!(self.stage, InReview | Approved | Ready);
        match what {
            What::Cosign { named, shown } => {
                let theirs = who == Who::Cosigner || who.holds(Role::FrontDesk);
                let wanted = self.silence_grants && !self.cosigned;
                self.stage == Submitted && theirs && wanted && named && shown
            }
            What::GiveMandate { named } => names && named,
            What::RevokeMandate => names && self.mandated,
            What::CollectFor { proof } => {
                let proven = match proof {
                    Proof::Paper => true,
                    Proof::Last => self.mandated,
                    Proof::Nothing | Proof::Former | Proof::Unknown => false,
                };
                proven && self.hands_over(who)
            }
            What::Vacate { step, staffed } => {
                let plan = matches!(self.stage, InReview | Approved);
                let somebody = staffed && STAFF.iter().any(|other| self.may_work(*other, step));
                who == Who::Clock && plan && self.open(step) && !somebody && !self.vacant.contains(&step)
            }
            _ => false,
        }
    }

    /// An act of others is noted.
    pub(super) fn note_others(&mut self, what: What) {
        match what {
            What::Cosign { .. } => {
                self.cosigned = true;
                self.open_if_ready();
            }
            What::GiveMandate { .. } => self.mandated = true,
            What::RevokeMandate => self.mandated = false,
            What::Vacate { step, .. } => drop(self.vacant.insert(step)),
            _ => {}
        }
    }

    /// Whatever is done in a step, or whoever is given it: there is somebody again.
    pub(super) fn note_presence(&mut self, what: What) {
        match what {
            What::Accept { step, .. }
            | What::Reject { step, .. }
            | What::Schedule { step, .. }
            | What::Pass { step, .. }
            | What::Return { step, .. }
            | What::Approve { step }
            | What::Refuse { step, .. }
            | What::Issue { step }
            | What::Claim { step }
            | What::Release { step }
            | What::Give { step, .. }
            | What::Free { step, .. } => drop(self.vacant.remove(&step)),
            What::GrantBySilence => self.vacant.clear(),
            _ => {}
        }
    }
}
