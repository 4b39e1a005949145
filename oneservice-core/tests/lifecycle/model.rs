//! The rules in plain words, written a second time: what an office clerk would have on a sheet of paper. It shares no code with the
//! library but the names of stages and roles.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use oneservice_core::catalog::Role;
use oneservice_core::request::StageName;
use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;
use proptest_state_machine::ReferenceStateMachine;

/// Who acts. `All` holds every role of the office in its right department; `Elsewhere` holds them in others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Applicant,
    Representative,
    Clock,
    Desk,
    Examiner,
    Opinion,
    Head,
    Cashier,
    All,
    Elsewhere,
}

pub(crate) const PEOPLE: [Who; 10] = [
    Who::Applicant,
    Who::Representative,
    Who::Clock,
    Who::Desk,
    Who::Examiner,
    Who::Opinion,
    Who::Head,
    Who::Cashier,
    Who::All,
    Who::Elsewhere,
];

impl Who {
    /// The office's roles with the departments in which this person holds them.
    pub(crate) fn appointments(self) -> &'static [(Role, &'static str)] {
        const RIGHT: &[(Role, &str)] = &[
            (Role::FrontDesk, "owso"),
            (Role::Examiner, "trade"),
            (Role::OpinionOfficer, "health"),
            (Role::Approver, "owso"),
            (Role::Cashier, "owso"),
        ];
        match self {
            Self::Applicant | Self::Representative | Self::Clock => &[],
            Self::Desk => &RIGHT[..1],
            Self::Examiner => &RIGHT[1..2],
            Self::Opinion => &RIGHT[2..3],
            Self::Head => &RIGHT[3..4],
            Self::Cashier => &RIGHT[4..],
            Self::All => RIGHT,
            Self::Elsewhere => &[(Role::Examiner, "health"), (Role::Approver, "trade")],
        }
    }

    fn holds(self, role: Role) -> bool {
        self.appointments().iter().any(|(held, _)| *held == role)
    }

    fn asks(self) -> bool {
        matches!(self, Self::Applicant | Self::Representative)
    }
}

/// The plan of the sample service, by place: intake, examine, opinion, approve, issue; and a step that there is not.
pub(crate) const STEPS: [&str; 6] = ["intake", "examine", "opinion-health", "approve", "issue", "nowhere"];
const WORKER: [(Role, &str); 5] = [
    (Role::FrontDesk, "owso"),
    (Role::Examiner, "trade"),
    (Role::OpinionOfficer, "health"),
    (Role::Approver, "owso"),
    (Role::FrontDesk, "owso"),
];
const APPROVE: usize = 3;
const ISSUE: usize = 4;

/// What can be judged: a paper, an answer, the signature; and a paper that the service does not know.
pub(crate) const ITEMS: [&str; 4] = ["documents.id-card", "form.area", "signature", "documents.nothing"];

/// A reason for sending back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Fits every item.
    General,
    /// Is meant for the paper alone.
    Paper,
    /// The service does not have it.
    Unknown,
}

impl Why {
    fn fits(self, item: usize) -> bool {
        self == Self::General || (self == Self::Paper && item == 0)
    }
}

/// Something that somebody tries. Items are bit sets over `ITEMS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Pay { right: bool },
    Accept { step: usize, item: usize },
    Reject { step: usize, item: usize, why: Why },
    Pass { step: usize, favourable: bool },
    Return { step: usize, items: u8, why: Why, excepted: bool },
    Resubmit { changed: u8, explained: u8 },
    Approve { step: usize },
    Refuse { step: usize, coded: bool },
    Issue { step: usize },
    Collect { originals: bool, signed: bool },
    Withdraw,
    Object { words: bool },
    Uphold { words: bool },
    Dismiss { words: bool },
}

impl What {
    fn leads_on(self) -> bool {
        match self {
            Self::Pay { .. } | Self::Resubmit { .. } | Self::Approve { .. } | Self::Issue { .. } => true,
            Self::Accept { item, .. } => item < 3,
            Self::Pass { favourable, .. } => favourable,
            _ => false,
        }
    }

    /// The same with nothing left out.
    fn mended(self) -> Self {
        match self {
            Self::Pay { .. } => Self::Pay { right: true },
            Self::Reject { step, item, .. } => Self::Reject { step, item, why: Why::General },
            Self::Pass { step, .. } => Self::Pass { step, favourable: false },
            Self::Return { step, items, .. } => {
                Self::Return { step, items, why: Why::General, excepted: true }
            }
            Self::Refuse { step, .. } => Self::Refuse { step, coded: true },
            Self::Collect { .. } => Self::Collect { originals: true, signed: true },
            Self::Object { .. } => Self::Object { words: true },
            Self::Uphold { .. } => Self::Uphold { words: true },
            Self::Dismiss { .. } => Self::Dismiss { words: true },
            other => other,
        }
    }
}

/// Everything that anybody can try.
static EVERYTHING: LazyLock<Vec<Try>> =
    LazyLock::new(|| everything().into_iter().flat_map(|what| PEOPLE.map(|who| Try { who, what })).collect());

fn everything() -> Vec<What> {
    let mut all = vec![What::Withdraw];
    let mut both = |make: fn(bool) -> What| all.extend([make(true), make(false)]);
    both(|right| What::Pay { right });
    both(|words| What::Object { words });
    both(|words| What::Uphold { words });
    both(|words| What::Dismiss { words });
    both(|originals| What::Collect { originals, signed: true });
    both(|signed| What::Collect { originals: true, signed });
    for step in 0..STEPS.len() {
        for item in 0..ITEMS.len() {
            all.push(What::Accept { step, item });
            all.extend([Why::General, Why::Paper, Why::Unknown].map(|why| What::Reject { step, item, why }));
        }
        for items in 0..8 {
            let returned = |(why, excepted)| What::Return { step, items, why, excepted };
            all.extend([(Why::General, false), (Why::General, true), (Why::Paper, false)].map(returned));
        }
        all.push(What::Return { step, items: 8, why: Why::General, excepted: false });
        all.extend([true, false].map(|favourable| What::Pass { step, favourable }));
        all.extend([true, false].map(|coded| What::Refuse { step, coded }));
        all.extend([What::Approve { step }, What::Issue { step }]);
    }
    for changed in 0..8 {
        all.extend((0..8).map(|explained| What::Resubmit { changed, explained }));
    }
    all
}

/// When the fee is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fee {
    Before,
    After,
    Free,
}

/// The sheet of paper.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    pub(crate) fee: Fee,
    /// Whether the health department has to be asked.
    pub(crate) asks_health: bool,
    pub(crate) stage: StageName,
    pub(crate) paid: bool,
    pub(crate) done: BTreeSet<usize>,
    /// Who did anything in which step.
    pub(crate) touched: BTreeSet<(usize, Who)>,
    pub(crate) rejected: u8,
    returned: u8,
    /// Once it was sent back, what the applicant has touched since: nothing else may be found wanting, but by exception.
    touchable: Option<u8>,
    /// How often somebody was allowed what they tried.
    pub(crate) allowed: u64,
}

/// One try.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Try {
    pub(crate) who: Who,
    pub(crate) what: What,
}

impl Sheet {
    pub(crate) fn new(fee: Fee, asks_health: bool) -> Self {
        Self {
            fee,
            asks_health,
            stage: if fee == Fee::Before { StageName::Submitted } else { StageName::InReview },
            paid: fee == Fee::Free,
            done: BTreeSet::new(),
            touched: BTreeSet::new(),
            rejected: 0,
            returned: 0,
            touchable: None,
            allowed: 0,
        }
    }

    /// Done, or not part of this request's plan.
    fn settled(&self, step: usize) -> bool {
        self.done.contains(&step) || (step == 2 && !self.asks_health)
    }

    pub(crate) fn open(&self, step: usize) -> bool {
        let before: &[usize] = match step {
            0 => &[],
            1 | 2 => &[0],
            APPROVE => &[0, 1, 2],
            ISSUE => &[0, 1, 2, APPROVE],
            _ => return false,
        };
        !self.settled(step) && before.iter().all(|step| self.settled(*step))
    }

    /// Open, this person's, and four eyes: who examines does not decide, and the other way round.
    fn may_work(&self, who: Who, step: usize) -> bool {
        let other = match step {
            1 => Some(APPROVE),
            APPROVE => Some(1),
            _ => None,
        };
        self.open(step)
            && who.appointments().contains(&WORKER[step])
            && other.is_none_or(|other| !self.touched.contains(&(other, who)))
    }

    /// What the rules must say to `attempt`.
    pub(crate) fn allows(&self, Try { who, what }: Try) -> bool {
        use StageName::*;
        let in_review = self.stage == InReview;
        match what {
            What::Pay { right } => {
                let now = match self.fee {
                    Fee::Before => matches!(self.stage, Submitted | InReview | Approved | Ready),
                    Fee::After => matches!(self.stage, Approved | Ready),
                    Fee::Free => false,
                };
                now && right && !self.paid && who.holds(Role::Cashier)
            }
            What::Accept { step, item } => in_review && step != ISSUE && self.may_work(who, step) && item < 3,
            What::Reject { step, item, why } => {
                in_review && step != ISSUE && self.may_work(who, step) && item < 3 && why.fits(item)
            }
            What::Pass { step, favourable } => {
                let other = step != ISSUE && step != APPROVE;
                in_review && other && self.may_work(who, step) && (!favourable || self.rejected == 0)
            }
            What::Return { step, items, why, excepted } => {
                let fits = (0..3).filter(|item| items >> item & 1 == 1).all(|item| why.fits(item));
                let whole = items != 0 && items < 8 && self.rejected & !items == 0;
                let timely = excepted || self.touchable.is_none_or(|touched| items & !touched == 0);
                in_review && matches!(step, 0 | 1) && self.may_work(who, step) && fits && whole && timely
            }
            What::Resubmit { changed, explained } => {
                let sends = who.asks() || who.holds(Role::FrontDesk);
                let asked = (changed | explained) & !self.returned == 0;
                self.stage == Returned && sends && asked && self.returned & !(changed | explained) == 0
            }
            What::Approve { step } => {
                in_review && step == APPROVE && self.may_work(who, step) && self.rejected == 0
            }
            What::Refuse { step, coded } => in_review && step == APPROVE && self.may_work(who, step) && coded,
            What::Issue { step } => self.stage == Approved && step == ISSUE && self.may_work(who, step),
            What::Collect { originals, signed } => {
                self.stage == Ready && who.holds(Role::FrontDesk) && self.paid && originals && signed
            }
            What::Withdraw => matches!(self.stage, Submitted | InReview | Returned) && who.asks(),
            What::Object { words } => self.stage == Refused && who.asks() && words,
            What::Uphold { words } | What::Dismiss { words } => {
                let stranger = !self.touched.iter().any(|(_, worker)| *worker == who);
                self.stage == Objected && who.holds(Role::Approver) && words && stranger
            }
        }
    }

    fn note(&mut self, attempt: Try) {
        let who = attempt.who;
        match attempt.what {
            What::Pay { .. } => {
                self.paid = true;
                if self.stage == StageName::Submitted {
                    self.stage = StageName::InReview;
                }
            }
            What::Accept { step, item } => {
                self.touched.insert((step, who));
                self.rejected &= !(1 << item);
            }
            What::Reject { step, item, .. } => {
                self.touched.insert((step, who));
                self.rejected |= 1 << item;
            }
            What::Pass { step, .. } => self.finish(step, who, self.stage),
            What::Return { step, items, .. } => {
                self.touched.insert((step, who));
                (self.returned, self.stage) = (items, StageName::Returned);
            }
            What::Resubmit { changed, explained } => {
                self.touchable = Some(changed | explained);
                self.rejected &= !self.returned;
                (self.returned, self.stage) = (0, StageName::InReview);
            }
            What::Approve { step } => self.finish(step, who, StageName::Approved),
            What::Refuse { step, .. } => self.finish(step, who, StageName::Refused),
            What::Issue { step } => self.finish(step, who, StageName::Ready),
            What::Collect { .. } | What::Withdraw | What::Dismiss { .. } => self.stage = StageName::Closed,
            What::Object { .. } => self.stage = StageName::Objected,
            What::Uphold { .. } => {
                self.done.remove(&APPROVE);
                self.stage = StageName::InReview;
            }
        }
    }

    fn finish(&mut self, step: usize, who: Who, stage: StageName) {
        self.touched.insert((step, who));
        self.done.insert(step);
        self.stage = stage;
    }
}

impl Sheet {
    /// What may be tried next: mostly what is allowed, and what is denied for one reason only, for each reason there is.
    fn tries(&self, kind: u8) -> Vec<Try> {
        let relaxed = match kind {
            7 => Self { rejected: 0, ..self.clone() },
            8 => Self { touched: BTreeSet::new(), ..self.clone() },
            9 => Self { paid: !self.paid, ..self.clone() },
            10 => Self { returned: 7, ..self.clone() },
            11 => Self { touchable: None, ..self.clone() },
            _ => self.clone(),
        };
        let wanted = |attempt: &&Try| match kind {
            // What leads on is often, or few lives would come far.
            0..=2 => attempt.what.leads_on() && self.allows(**attempt),
            3..=4 => {
                let ends = matches!(attempt.what, What::Withdraw | What::Dismiss { .. });
                !ends && self.allows(**attempt)
            }
            5 => self.allows(**attempt),
            6 => {
                let mended = Try { what: attempt.what.mended(), ..**attempt };
                self.allows(mended) && !self.allows(**attempt)
            }
            7..=11 => relaxed.allows(**attempt) && !self.allows(**attempt),
            _ => PEOPLE.iter().any(|who| self.allows(Try { who: *who, ..**attempt })),
        };
        let found: Vec<Try> = EVERYTHING.iter().filter(wanted).copied().collect();
        if found.is_empty() { EVERYTHING.clone() } else { found }
    }
}

/// Draws what is tried.
#[derive(Debug)]
pub(crate) struct Clerk;

impl ReferenceStateMachine for Clerk {
    type State = Sheet;
    type Transition = Try;

    fn init_state() -> BoxedStrategy<Sheet> {
        (prop_oneof![Just(Fee::Before), Just(Fee::After), Just(Fee::Free)], any::<bool>())
            .prop_map(|(fee, asks_health)| Sheet::new(fee, asks_health))
            .boxed()
    }

    fn transitions(sheet: &Sheet) -> BoxedStrategy<Try> {
        let sheet = sheet.clone();
        (0..13_u8).prop_flat_map(move |kind| proptest::sample::select(sheet.tries(kind))).boxed()
    }

    fn apply(mut sheet: Sheet, attempt: &Try) -> Sheet {
        if sheet.allows(*attempt) {
            sheet.note(*attempt);
            sheet.allowed += 1;
        }
        sheet
    }
}
