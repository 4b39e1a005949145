//! A proxy collects only with the applicant's mandate: a code that counts once, or a written authority that the officer saw.

use super::{
    Actor, Collector, Context, Denial, Fact, Lawful, Mandate, MandateProof, MandateRevoked, Record, Relation,
    Request, Ruled, Stage, is_blank, too_long,
};
use crate::ids::Digest32;
use crate::text::search_tokens;

/// A mandate that was given, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MandateGiven {
    /// The mandate.
    pub mandate: Mandate,
    /// Whether it holds.
    pub standing: MandateStanding,
}

/// What became of a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MandateStanding {
    /// It holds.
    Open,
    /// Taken back, or replaced by another.
    Revoked,
    /// The result was handed over: the code has done its service.
    Spent,
}

impl Record {
    /// The mandate that holds, if there is one.
    pub fn mandate(&self) -> Option<&Mandate> {
        self.mandates.iter().find(|given| given.standing == MandateStanding::Open).map(|given| &given.mandate)
    }

    /// Whether who came with a mandate's code has another name than the one in it, whatever the order of its words: told, not denied, as
    /// names are written in more than one way.
    pub fn proxy_differs(&self, collector: &Collector) -> bool {
        let Some(MandateProof::Code(code)) = collector.mandate else { return false };
        let words = |name: &str| {
            let mut words = search_tokens(name);
            words.sort();
            words
        };
        self.mandated(code).is_some_and(|given| words(&given.mandate.name) != words(&collector.name))
    }

    /// The latest mandate with this code.
    fn mandated(&self, code: Digest32) -> Option<&MandateGiven> {
        self.mandates.iter().rev().find(|given| given.mandate.code == code)
    }

    /// The end of the mandate that holds.
    pub(super) fn end_mandate(&mut self, how: MandateStanding) {
        for given in self.mandates.iter_mut().filter(|given| given.standing == MandateStanding::Open) {
            given.standing = how;
        }
    }

    /// Why this person may not collect in the applicant's place.
    pub(super) fn denied_mandate(&self, collector: &Collector) -> Option<Denial> {
        if collector.relation == Relation::Applicant {
            return None;
        }
        match collector.mandate {
            None => Some(Denial::MandateMissing),
            Some(MandateProof::Paper) => None,
            Some(MandateProof::Code(code)) => match self.mandated(code).map(|given| given.standing) {
                Some(MandateStanding::Open) => None,
                Some(MandateStanding::Revoked) => Some(Denial::MandateRevoked),
                Some(MandateStanding::Spent) | None => Some(Denial::MandateWrong),
            },
        }
    }
}

impl<S: Stage> Request<S> {
    /// The applicant names who may collect. A mandate that was given before holds no longer.
    ///
    /// # Errors
    /// [`Denial::CollectorMissing`] without a name and an identity paper, [`Denial::WordsTooLong`], [`Denial::NotYourRole`].
    pub fn give_mandate(self, by: &Actor, context: &Context<'_>, mandate: Mandate) -> Ruled<Mandate, S>
    where
        S: Lawful<Mandate>,
        Mandate: Fact<S>,
    {
        let mut denials = Vec::new();
        if is_blank(&mandate.name) || is_blank(&mandate.identity) {
            denials.push(Denial::CollectorMissing);
        }
        denials.extend(too_long("collector", Some(&mandate.name)));
        denials.extend(too_long("collector", Some(&mandate.identity)));
        self.record_fact(by, None, context, denials, |_| mandate)
    }

    /// The applicant takes the mandate back.
    ///
    /// # Errors
    /// [`Denial::AlreadyRecorded`] when none holds, [`Denial::NotYourRole`].
    pub fn revoke_mandate(self, by: &Actor, context: &Context<'_>) -> Ruled<MandateRevoked, S>
    where
        S: Lawful<MandateRevoked>,
        MandateRevoked: Fact<S>,
    {
        let denials =
            if self.record.mandate().is_none() { vec![Denial::AlreadyRecorded] } else { Vec::new() };
        self.record_fact(by, None, context, denials, |_| MandateRevoked {})
    }
}
