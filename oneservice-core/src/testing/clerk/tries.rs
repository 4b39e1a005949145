//! What can be tried.

use std::mem::discriminant;
use std::sync::LazyLock;

use super::sheet::{STEPS, VISIT};
use super::{Fee, PEOPLE, Sheet, Who};

/// What can be judged: a paper, an answer, the signature; and a paper that the service does not know.
pub const ITEMS: [&str; 4] = ["documents.id-card", "form.area", "signature", "documents.nothing"];

/// A reason for sending back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Fits every item.
    General,
    /// Is meant for the paper alone.
    Paper,
    /// The service does not have it.
    Unknown,
}

impl Why {
    /// Whether it may be given for an item of [`ITEMS`].
    #[must_use]
    pub fn fits(self, item: usize) -> bool {
        self == Self::General || (self == Self::Paper && item == 0)
    }
}

/// How much of what is outstanding is waived.
#[allow(missing_docs, reason = "each is named by what it is")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    All,
    Half,
    Nothing,
    TooMuch,
}

/// How somebody who collects in the applicant's place shows that they may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Not at all.
    Nothing,
    /// By a written authority.
    Paper,
    /// By the code that was given last.
    Last,
    /// By the code before that.
    Former,
    /// By a code that nobody was given.
    Unknown,
}

/// Something that somebody tries. Items are bit sets over [`ITEMS`]; `coded` is whether the coded reason is of the right kind.
#[allow(missing_docs, reason = "each is named by the command that it stands for")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Nobody does anything for so many days.
    Wait {
        days: u16,
    },
    Pay {
        right: bool,
    },
    Accept {
        step: usize,
        item: usize,
    },
    Reject {
        step: usize,
        item: usize,
        why: Why,
    },
    /// Perhaps with a photo that shows what was found.
    Pass {
        step: usize,
        favourable: bool,
        shown: bool,
    },
    /// Somebody says on which day, so many days on, they come to the place.
    Schedule {
        step: usize,
        ahead: i64,
        hours: bool,
        coded: bool,
    },
    Return {
        step: usize,
        items: u8,
        why: Why,
        excepted: bool,
    },
    Resubmit {
        changed: u8,
        explained: u8,
    },
    Approve {
        step: usize,
    },
    Refuse {
        step: usize,
        coded: bool,
    },
    Issue {
        step: usize,
    },
    Collect {
        originals: bool,
        signed: bool,
    },
    Withdraw,
    Object {
        words: bool,
    },
    Uphold {
        words: bool,
    },
    Dismiss {
        words: bool,
    },
    /// Of the whole request, or of a step.
    Remind {
        step: Option<usize>,
    },
    /// The same.
    Escalate {
        step: Option<usize>,
    },
    Lapse,
    MakeFinal,
    GrantBySilence,
    Expire,
    /// Another result takes the place of this one.
    Replace,
    Extend {
        days: u32,
        coded: bool,
    },
    Explain {
        coded: bool,
    },
    Reopen {
        coded: bool,
    },
    Read {
        known: bool,
    },
    Complain {
        words: bool,
        coded: bool,
    },
    AnswerComplaint {
        words: bool,
    },
    Waive {
        part: Part,
        coded: bool,
    },
    Refund {
        right: bool,
    },
    /// Somebody shows that the fee was sent over the bank.
    Transfer {
        right: bool,
        named: bool,
    },
    Confirm,
    /// Who has to sign besides the applicant signs.
    Cosign {
        named: bool,
        shown: bool,
    },
    GiveMandate {
        named: bool,
    },
    RevokeMandate,
    /// The result is given to somebody in the applicant's place.
    CollectFor {
        proof: Proof,
    },
    /// It is said that there is nobody for a step, of those who work there or of some who do not.
    Vacate {
        step: usize,
        staffed: bool,
    },
    /// The transfer is not on the account.
    NotFound {
        coded: bool,
    },
    Suspend {
        coded: bool,
    },
    Reinstate,
    Revoke {
        coded: bool,
    },
    Claim {
        step: usize,
    },
    Release {
        step: usize,
    },
    Give {
        step: usize,
        to: Who,
        coded: bool,
    },
    Free {
        step: usize,
        coded: bool,
    },
    Recuse {
        coded: bool,
    },
}

impl What {
    /// Lives that come far do these often.
    fn leads_on(self) -> bool {
        match self {
            Self::Pay { .. }
            | Self::Confirm
            | Self::Cosign { .. }
            | Self::Resubmit { .. }
            | Self::Approve { .. }
            | Self::Issue { .. } => true,
            Self::Accept { item, .. } => item < 3,
            Self::Pass { favourable, .. } => favourable,
            Self::Schedule { ahead, .. } => ahead == 0,
            _ => false,
        }
    }

    fn ends(self) -> bool {
        matches!(self, Self::Withdraw | Self::Dismiss { .. } | Self::Lapse | Self::MakeFinal)
    }

    /// What goes on beside the plan.
    fn is_aside(self) -> bool {
        matches!(
            self,
            Self::Remind { .. }
                | Self::Escalate { .. }
                | Self::GrantBySilence
                | Self::Expire
                | Self::Replace
                | Self::Extend { .. }
                | Self::Explain { .. }
                | Self::Reopen { .. }
                | Self::AnswerComplaint { .. }
                | Self::Waive { .. }
                | Self::Refund { .. }
                | Self::Transfer { .. }
                | Self::NotFound { .. }
                | Self::GiveMandate { .. }
                | Self::RevokeMandate
                | Self::CollectFor { .. }
                | Self::Vacate { .. }
                | Self::Suspend { .. }
                | Self::Reinstate
                | Self::Revoke { .. }
                | Self::Release { .. }
                | Self::Give { .. }
                | Self::Free { .. }
        )
    }

    /// The same with nothing left out.
    fn mended(self) -> Self {
        let coded = true;
        match self {
            Self::Pay { .. } => Self::Pay { right: true },
            Self::Reject { step, item, .. } => Self::Reject { step, item, why: Why::General },
            Self::Pass { step, .. } => Self::Pass { step, favourable: false, shown: step == VISIT },
            Self::Schedule { step, ahead, .. } => Self::Schedule { step, ahead, hours: true, coded },
            Self::Return { step, items, .. } => {
                Self::Return { step, items, why: Why::General, excepted: true }
            }
            Self::Refuse { step, .. } => Self::Refuse { step, coded },
            Self::Collect { .. } => Self::Collect { originals: true, signed: true },
            Self::Object { .. } => Self::Object { words: true },
            Self::Uphold { .. } => Self::Uphold { words: true },
            Self::Dismiss { .. } => Self::Dismiss { words: true },
            Self::Extend { .. } => Self::Extend { days: 1, coded },
            Self::Explain { .. } => Self::Explain { coded },
            Self::Reopen { .. } => Self::Reopen { coded },
            Self::Read { .. } => Self::Read { known: true },
            Self::Complain { .. } => Self::Complain { words: true, coded },
            Self::AnswerComplaint { .. } => Self::AnswerComplaint { words: true },
            Self::Waive { .. } => Self::Waive { part: Part::All, coded },
            Self::Refund { .. } => Self::Refund { right: true },
            Self::Transfer { .. } => Self::Transfer { right: true, named: true },
            Self::NotFound { .. } => Self::NotFound { coded },
            Self::Cosign { .. } => Self::Cosign { named: true, shown: true },
            Self::GiveMandate { .. } => Self::GiveMandate { named: true },
            Self::CollectFor { .. } => Self::CollectFor { proof: Proof::Paper },
            Self::Vacate { step, .. } => Self::Vacate { step, staffed: false },
            Self::Suspend { .. } => Self::Suspend { coded },
            Self::Revoke { .. } => Self::Revoke { coded },
            Self::Give { step, to, .. } => Self::Give { step, to, coded },
            Self::Free { step, .. } => Self::Free { step, coded },
            Self::Recuse { .. } => Self::Recuse { coded },
            other => other,
        }
    }
}

/// One try.
#[derive(Debug, Clone, Copy)]
pub struct Try {
    /// By whom.
    pub who: Who,
    /// What.
    pub what: What,
}

/// Everything that anybody can try, in groups of one kind of act each; time passes by itself.
static GROUPS: LazyLock<Vec<Vec<Try>>> = LazyLock::new(|| {
    let mut groups: Vec<Vec<Try>> = Vec::new();
    for what in everything() {
        let tries = PEOPLE.map(|who| Try { who, what });
        match groups.iter_mut().find(|group| discriminant(&group[0].what) == discriminant(&what)) {
            Some(group) => group.extend(tries),
            None => groups.push(tries.to_vec()),
        }
    }
    groups
});

/// How many days may pass at once.
const WAITS: [u16; 7] = [1, 2, 5, 9, 24, 70, 400];

fn everything() -> Vec<What> {
    let mut all = vec![
        What::Withdraw,
        What::Remind { step: None },
        What::Escalate { step: None },
        What::Lapse,
        What::MakeFinal,
        What::GrantBySilence,
        What::Expire,
        What::Replace,
        What::Reinstate,
        What::Confirm,
        What::RevokeMandate,
        What::Extend { days: 0, coded: true },
        What::Extend { days: 4, coded: true },
        What::Extend { days: 4, coded: false },
        What::Extend { days: 11, coded: true },
    ];
    let mut both = |make: fn(bool) -> What| all.extend([make(true), make(false)]);
    both(|right| What::Pay { right });
    both(|words| What::Object { words });
    both(|words| What::Uphold { words });
    both(|words| What::Dismiss { words });
    both(|originals| What::Collect { originals, signed: true });
    both(|signed| What::Collect { originals: true, signed });
    both(|coded| What::Explain { coded });
    both(|coded| What::Reopen { coded });
    both(|known| What::Read { known });
    both(|words| What::Complain { words, coded: true });
    both(|coded| What::Complain { words: true, coded });
    both(|words| What::AnswerComplaint { words });
    both(|right| What::Refund { right });
    both(|right| What::Transfer { right, named: true });
    both(|named| What::Transfer { right: true, named });
    both(|coded| What::NotFound { coded });
    both(|named| What::Cosign { named, shown: true });
    both(|shown| What::Cosign { named: true, shown });
    both(|named| What::GiveMandate { named });
    both(|coded| What::Suspend { coded });
    both(|coded| What::Revoke { coded });
    both(|coded| What::Recuse { coded });
    all.extend(
        [Part::All, Part::Half, Part::Nothing, Part::TooMuch].map(|part| What::Waive { part, coded: true }),
    );
    all.push(What::Waive { part: Part::All, coded: false });
    all.extend(
        [Proof::Nothing, Proof::Paper, Proof::Last, Proof::Former, Proof::Unknown]
            .map(|proof| What::CollectFor { proof }),
    );
    for step in 0..STEPS.len() {
        all.extend([true, false].map(|staffed| What::Vacate { step, staffed }));
        for item in 0..ITEMS.len() {
            all.push(What::Accept { step, item });
            all.extend([Why::General, Why::Paper, Why::Unknown].map(|why| What::Reject { step, item, why }));
        }
        for items in 0..8 {
            let returned = |(why, excepted)| What::Return { step, items, why, excepted };
            all.extend([(Why::General, false), (Why::General, true), (Why::Paper, false)].map(returned));
        }
        all.push(What::Return { step, items: 8, why: Why::General, excepted: false });
        for shown in [true, false] {
            all.extend([true, false].map(|favourable| What::Pass { step, favourable, shown }));
        }
        all.push(What::Schedule { step, ahead: 0, hours: true, coded: true });
        all.extend([What::Remind { step: Some(step) }, What::Escalate { step: Some(step) }]);
        all.extend([true, false].map(|coded| What::Refuse { step, coded }));
        all.extend([
            What::Approve { step },
            What::Issue { step },
            What::Claim { step },
            What::Release { step },
        ]);
        for coded in [true, false] {
            all.push(What::Free { step, coded });
            all.extend([Who::Examiner, Who::Approver, Who::All, Who::Own].map(|to| What::Give {
                step,
                to,
                coded,
            }));
        }
    }
    for ahead in [-1, 0, 1, 2, 4, 9, 40] {
        all.extend([true, false].map(|coded| What::Schedule { step: VISIT, ahead, hours: true, coded }));
    }
    all.push(What::Schedule { step: VISIT, ahead: 0, hours: false, coded: true });
    for changed in 0..8 {
        all.extend((0..8).map(|explained| What::Resubmit { changed, explained }));
    }
    all
}

/// Primes that do not divide the number of groups, since they are larger.
const STRIDES: [usize; 6] = [101, 103, 107, 109, 113, 127];
/// So many kinds of tries there are.
pub const KINDS: u8 = 19;

impl Sheet {
    /// What is tried next, by kind (below [`KINDS`]): mostly what is allowed, and what is denied for one reason only, for each reason
    /// there is. `pick` chooses first what, then how and by whom, so that what can be done in one way only is not rare.
    #[must_use]
    pub fn draw(&self, kind: u8, pick: usize) -> Try {
        if kind >= 17 {
            return Try { who: Who::Clock, what: What::Wait { days: WAITS[pick % WAITS.len()] } };
        }
        let relaxed = match kind {
            7 => Self { rejected: 0, ..self.clone() },
            8 => self.as_if_strangers(),
            // Paid, and the day has come that was appointed.
            9 => Self { appointed: self.appointed.map(|_| self.today), ..self.as_if_paid() },
            // As if everything had been sent back, a mandate given, the fee asked for first, and the request taken back.
            10 => Self { returned: 7, mandated: true, fee: Fee::Before, withdrawn: true, ..self.clone() },
            11 => self.as_if_new(),
            _ => self.clone(),
        };
        let wanted = |attempt: &Try| match kind {
            // What leads on is often, or few lives would come far.
            0..=2 => attempt.what.leads_on() && self.allows(*attempt),
            3..=4 => !attempt.what.ends() && self.allows(*attempt),
            5 => self.allows(*attempt),
            6 => {
                let mended = Try { what: attempt.what.mended(), ..*attempt };
                !self.allows(*attempt) && self.allows(mended)
            }
            7..=11 => !self.allows(*attempt) && relaxed.allows(*attempt),
            12..=14 => attempt.what.is_aside() && self.allows(*attempt),
            15 => attempt.who == Who::Clock && self.allows(*attempt),
            _ => PEOPLE.iter().any(|who| self.allows(Try { who: *who, ..*attempt })),
        };
        // Each pick goes through the groups in an order of its own.
        let (first, stride) = (pick % GROUPS.len(), STRIDES[pick / GROUPS.len() % STRIDES.len()]);
        let mut found = (0..GROUPS.len()).filter_map(|nth| {
            let group = &GROUPS[(first + nth * stride) % GROUPS.len()];
            let (before, after) = group.split_at(pick / GROUPS.len() % group.len());
            after.iter().chain(before).find(|attempt| wanted(attempt))
        });
        *found.next().unwrap_or(&GROUPS[first][pick % GROUPS[first].len()])
    }
}
