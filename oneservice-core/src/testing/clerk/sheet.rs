//! The sheet of paper: what may be done, and what it leads to.

use std::collections::{BTreeMap, BTreeSet};

use super::days::{between, count, later, open_on};
use super::steps::StepDay;
use super::{Try, What, Who};
use crate::calendar::Date;
use crate::catalog::Role;
use crate::request::StageName;

/// The plan of the sample service, by place: intake, examine, opinion, approve, issue; and a step that there is not.
pub const STEPS: [&str; 6] = ["intake", "examine", "opinion-health", "approve", "issue", "nowhere"];
const WORKER: [(Role, &str); 5] = [
    (Role::FrontDesk, "owso"),
    (Role::Examiner, "trade"),
    (Role::OpinionOfficer, "health"),
    (Role::Approver, "owso"),
    (Role::FrontDesk, "owso"),
];
/// The step in which somebody comes to the place, where [`Sheet::panel`] says so.
pub(super) const VISIT: usize = 1;
pub(super) const APPROVE: usize = 3;
pub(super) const ISSUE: usize = 4;

/// When the fee is to be paid.
#[allow(missing_docs, reason = "each is named by what it is")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fee {
    Before,
    After,
    Free,
}

/// What the sheet says of one request.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// When the fee is to be paid.
    pub fee: Fee,
    /// Whether the health department has to be asked: that also takes longer.
    pub asks_health: bool,
    /// Whether what is not decided in time counts as granted; then somebody else has to sign before review, too.
    pub silence_grants: bool,
    /// Whether two must be for granting; then who examines comes to the place, too.
    pub panel: bool,
    /// Where it stands.
    pub stage: StageName,
    /// Paid and not given back, in riel.
    pub paid: i64,
    /// Not asked for, in riel.
    pub waived: i64,
    /// Who wrote down that the fee was sent over the bank, while it is looked for there.
    pub(super) sent_by: Option<Who>,
    /// Whether who has to sign besides the applicant did.
    pub(super) cosigned: bool,
    /// The last day for what comes before review, as it was said last.
    pub(super) asked_until: Option<Date>,
    /// Whether somebody may collect in the applicant's place.
    pub(super) mandated: bool,
    /// Steps of which was said that there is nobody.
    pub(super) vacant: BTreeSet<usize>,
    /// The steps that are done.
    pub done: BTreeSet<usize>,
    /// Of these, the steps that silence passed over.
    pub(super) skipped: BTreeSet<usize>,
    /// Who did anything in which step.
    pub touched: BTreeSet<(usize, Who)>,
    /// Until when the open steps are expected.
    pub(super) days: BTreeMap<usize, StepDay>,
    /// Whose own request it is, of those who work in the office.
    pub(super) about: Option<Who>,
    /// Who of the counter wrote it, or a correction of it, down for the applicant.
    pub typed_in: BTreeSet<Who>,
    /// The day on which somebody comes to the place.
    pub(super) appointed: Option<Date>,
    /// Items that stand rejected.
    pub rejected: u8,
    /// Items that were sent back.
    pub returned: u8,
    /// Once it was sent back, what the applicant has touched since: nothing else may be found wanting, but by exception.
    pub(super) touchable: Option<u8>,
    /// How often somebody was allowed what they tried.
    pub allowed: u64,
    /// The day it is.
    pub today: Date,
    /// When the stage began.
    pub(super) began: Date,
    /// The last day of what the stage waits for.
    pub last: Option<Date>,
    pub(super) reminded: Option<Date>,
    pub(super) called: Option<Date>,
    pub(super) received: Date,
    /// When the office has to be done.
    pub(super) promised: Date,
    /// Working days that were left when it was given back.
    pub(super) left: u32,
    pub(super) extended: bool,
    pub(super) withdrawn: bool,
    pub(super) valid_until: Option<Date>,
    /// Whether the result was handed over.
    pub collected: bool,
    pub(super) suspended: bool,
    pub(super) revoked: bool,
    pub(super) expired: bool,
    pub(super) replaced: bool,
    pub(super) complaints: u32,
    pub(super) read: BTreeSet<Who>,
    pub(super) assigned: BTreeMap<usize, Who>,
    pub(super) recused: BTreeSet<Who>,
    /// Who is for granting already.
    pub(super) endorsed: BTreeSet<Who>,
}

impl Sheet {
    /// A request that was sent on `today`.
    #[must_use]
    pub fn new(fee: Fee, asks_health: bool, silence_grants: bool, panel: bool, today: Date) -> Self {
        let received = open_on(today);
        let mut sheet = Self {
            fee,
            asks_health,
            silence_grants,
            panel,
            stage: StageName::Submitted,
            paid: 0,
            waived: 0,
            sent_by: None,
            cosigned: false,
            asked_until: Some(open_on(later(today, 30))),
            mandated: false,
            vacant: BTreeSet::new(),
            done: BTreeSet::new(),
            skipped: BTreeSet::new(),
            touched: BTreeSet::new(),
            days: BTreeMap::new(),
            about: Some(Who::Own),
            typed_in: BTreeSet::new(),
            appointed: None,
            rejected: 0,
            returned: 0,
            touchable: None,
            allowed: 0,
            today,
            began: today,
            last: None,
            reminded: None,
            called: None,
            received,
            promised: received,
            left: 0,
            extended: false,
            withdrawn: false,
            valid_until: None,
            collected: false,
            suspended: false,
            revoked: false,
            expired: false,
            replaced: false,
            complaints: 0,
            read: BTreeSet::new(),
            assigned: BTreeMap::new(),
            recused: BTreeSet::new(),
            endorsed: BTreeSet::new(),
        };
        sheet.last = sheet.asked_until;
        sheet.open_if_ready();
        sheet.promise_steps();
        sheet
    }

    /// The same sheet as if nobody had done, taken or declared anything.
    pub(super) fn as_if_strangers(&self) -> Self {
        let (touched, assigned, recused, typed_in) = Default::default();
        let endorsed = BTreeSet::new();
        Self { touched, assigned, recused, typed_in, endorsed, about: None, ..self.clone() }
    }

    fn office_acts(&self) -> bool {
        matches!(self.stage, StageName::InReview | StageName::Approved | StageName::Objected)
    }

    fn is_over(&self) -> bool {
        self.last.is_some_and(|last| self.today > last)
    }

    /// Open, this person's role, nobody else's, and this person has no conflict.
    pub(super) fn may_work(&self, who: Who, step: usize) -> bool {
        self.eligible(who, step) && self.assigned.get(&step).is_none_or(|holder| *holder == who)
    }

    /// Open, this person's role, no conflict, and four eyes: who examines does not decide, and the other way round; and who wrote it down
    /// for the applicant does nothing but the counter's work.
    fn eligible(&self, who: Who, step: usize) -> bool {
        let other = match step {
            1 => Some(APPROVE),
            APPROVE => Some(1),
            _ => None,
        };
        self.open(step)
            && self.about != Some(who)
            && !self.recused.contains(&who)
            && (matches!(step, 0 | ISSUE) || !self.typed_in.contains(&who))
            && who.appointments().contains(&WORKER[step])
            && other.is_none_or(|other| !self.touched.contains(&(other, who)))
    }

    /// When a reminder is due.
    fn remind_on(&self) -> Option<Date> {
        let last = self.last.filter(|last| self.reminded != Some(*last) && self.called != Some(*last))?;
        let day = match self.stage {
            _ if self.office_acts() => count(last, 2, -1),
            StageName::Closed => later(last, -60),
            _ => later(last, -7),
        };
        (day > self.began).then_some(day)
    }

    /// What the rules must say to `attempt`.
    #[must_use]
    pub fn allows(&self, Try { who, what }: Try) -> bool {
        use StageName::*;
        let stage = self.stage;
        let in_review = stage == InReview;
        let plan = matches!(stage, InReview | Approved);
        let clock = who == Who::Clock;
        // Nobody works on a request of their own. They may look at it, and say that they have no part.
        if self.about == Some(who) && !matches!(what, What::Read { .. } | What::Recuse { .. }) {
            return false;
        }
        match what {
            What::Wait { .. } => true,
            What::Pay { .. }
            | What::Waive { .. }
            | What::Refund { .. }
            | What::Transfer { .. }
            | What::Confirm
            | What::NotFound { .. } => self.allows_money(who, what),
            What::Accept { step, item } => in_review && step != ISSUE && self.may_work(who, step) && item < 3,
            What::Reject { step, item, why } => {
                in_review && step != ISSUE && self.may_work(who, step) && item < 3 && why.fits(item)
            }
            What::Pass { step, favourable, shown } => {
                let other = step != ISSUE && step != APPROVE;
                let was_there = self.appointed.is_some_and(|day| day <= self.today);
                let visited = if self.is_visit(step) { was_there && shown } else { !shown };
                let clean = !favourable || self.rejected == 0;
                in_review && other && self.may_work(who, step) && clean && visited
            }
            What::Schedule { step, ahead, hours, coded } => {
                let said = hours && (coded || self.appointed.is_none());
                in_review && self.may_work(who, step) && self.can_visit(step, ahead) && said
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
                stage == Returned && sends && asked && self.returned & !(changed | explained) == 0
            }
            What::Approve { step } => {
                let waits = self.fee == Fee::Before && self.outstanding() > 0;
                let mine = step == APPROVE && self.may_work(who, step) && !self.endorsed.contains(&who);
                in_review && mine && self.rejected == 0 && !waits
            }
            What::Refuse { step, coded } => in_review && step == APPROVE && self.may_work(who, step) && coded,
            What::Issue { step } => stage == Approved && step == ISSUE && self.may_work(who, step),
            What::Collect { originals, signed } => self.hands_over(who) && originals && signed,
            What::Withdraw => matches!(stage, Submitted | InReview | Returned) && who.asks(),
            What::Object { words } => stage == Refused && who.asks() && words && !self.is_over(),
            What::Uphold { words } | What::Dismiss { words } => {
                stage == Objected && who.heads() && words && !self.took_part(who)
            }
            What::Remind { step: Some(_) } | What::Escalate { step: Some(_) } => self.allows_clock(who, what),
            What::Remind { .. } => {
                clock && stage != Draft && self.remind_on().is_some_and(|day| self.today >= day)
            }
            What::Escalate { .. } => {
                clock && self.office_acts() && self.is_over() && self.called != self.last
            }
            What::Lapse => clock && matches!(stage, Submitted | Returned | Ready) && self.is_over(),
            What::MakeFinal => clock && stage == Refused && self.is_over(),
            What::GrantBySilence => {
                let waits = self.fee == Fee::Before && self.outstanding() > 0;
                clock && in_review && self.silence_grants && self.is_over() && !waits
            }
            What::Expire => clock && stage == Closed && self.is_over(),
            What::Replace => clock && stage == Closed && self.is_valid() && !self.suspended,
            What::Extend { days, coded } => {
                let now = matches!(stage, InReview | Approved) && !self.is_over() && !self.extended;
                now && who.heads() && coded && (1..=10).contains(&days)
            }
            What::Explain { coded } => {
                let works = match stage {
                    InReview => WORKER.iter().any(|(role, _)| who.holds(*role)) || who.heads(),
                    Approved => who.holds(Role::FrontDesk) || who.heads(),
                    Objected => who.heads(),
                    _ => false,
                };
                works && coded && self.is_over()
            }
            What::Reopen { coded } => {
                stage == Closed && !self.collected && who.holds(Role::GovernorDelegate) && coded
            }
            What::Read { known } => {
                let reads = !who.appointments().is_empty() && who != Who::Cashier;
                known && reads && !self.read.contains(&who)
            }
            What::Complain { words, coded } => who.asks() && words && coded && self.complaints < 5,
            What::AnswerComplaint { words } => {
                who.holds(Role::Ombudsman) && words && self.complaints > 0 && !self.took_part(who)
            }
            What::Suspend { coded } => {
                stage == Closed && who.heads() && coded && self.is_valid() && !self.suspended
            }
            What::Reinstate => stage == Closed && who.heads() && self.is_valid() && self.suspended,
            What::Revoke { coded } => stage == Closed && who.heads() && coded && self.is_valid(),
            What::Claim { step } => plan && self.eligible(who, step) && !self.assigned.contains_key(&step),
            What::Release { step } => plan && self.open(step) && self.assigned.get(&step) == Some(&who),
            What::Give { step, to, coded } => {
                let holder = self.assigned.get(&step);
                let (own, same) = (to == who && holder.is_none(), holder == Some(&to));
                // Who gives a free step to themselves takes it: no reason is needed.
                let by_right = own || (who.heads() && coded);
                plan && by_right && !same && self.eligible(to, step)
            }
            What::Free { step, coded } => {
                let holder = self.assigned.get(&step);
                let by_right = holder == Some(&who) || (who.heads() && coded);
                plan && self.open(step) && holder.is_some() && by_right
            }
            What::Recuse { coded } => {
                let works = match stage {
                    InReview => WORKER.iter().any(|(role, _)| who.holds(*role)) || who.heads(),
                    Approved => who.holds(Role::FrontDesk),
                    _ => false,
                };
                works && coded && !self.recused.contains(&who)
            }
            _ => self.allows_others(who, what),
        }
    }

    fn to(&mut self, stage: StageName, last: Option<Date>) {
        (self.stage, self.began, self.last) = (stage, self.today, last);
    }

    pub(super) fn period(&self, days: i64) -> Option<Date> {
        Some(open_on(later(self.today, days)))
    }

    /// Into the hands of the office, which has as many working days as it had at first.
    pub(super) fn open_review(&mut self) {
        self.promised = count(open_on(self.today), self.working_days(), 1);
        self.to(StageName::InReview, Some(self.promised));
    }

    /// What is allowed is noted.
    pub fn note(&mut self, attempt: Try) {
        self.note_act(attempt);
        self.promise_steps();
    }

    fn note_act(&mut self, attempt: Try) {
        use StageName::*;
        let who = attempt.who;
        self.note_presence(attempt.what);
        match attempt.what {
            What::Wait { days } => self.today = later(self.today, days.into()),
            what @ (What::Pay { .. }
            | What::Waive { .. }
            | What::Refund { .. }
            | What::Transfer { .. }
            | What::Confirm
            | What::NotFound { .. }) => self.note_money(who, what),
            What::Accept { step, item } => {
                self.touched.insert((step, who));
                self.rejected &= !(1 << item);
            }
            What::Reject { step, item, .. } => {
                self.touched.insert((step, who));
                self.rejected |= 1 << item;
            }
            What::Pass { step, .. } => self.finish(step, who),
            What::Schedule { step, ahead, .. } => {
                self.touched.insert((step, who));
                self.appointed = Some(later(self.today, ahead));
            }
            What::Return { step, items, .. } => {
                self.touched.insert((step, who));
                self.left = between(self.today.max(self.received), self.promised);
                self.returned = items;
                self.touchable = Some(items);
                (self.appointed, self.endorsed) = (None, BTreeSet::new());
                self.to(Returned, self.period(60));
            }
            What::Resubmit { changed, explained } => {
                self.touchable = Some(changed | explained);
                self.typed_in.extend((!who.asks()).then_some(who));
                self.rejected &= !self.returned;
                self.returned = 0;
                self.promised = count(open_on(self.today), self.left, 1);
                self.to(InReview, Some(self.promised));
            }
            What::Approve { step } if self.panel && self.endorsed.is_empty() => {
                self.touched.insert((step, who));
                self.endorsed.insert(who);
            }
            What::Approve { step } => {
                self.endorsed.clear();
                self.finish(step, who);
                self.to(Approved, Some(self.promised));
            }
            What::Refuse { step, .. } => {
                self.endorsed.clear();
                self.finish(step, who);
                self.to(Refused, self.period(30));
            }
            What::Issue { step } => {
                self.finish(step, who);
                let year = self.today.saturating_add(jiff::Span::new().years(1));
                self.valid_until = Some(later(year, -1));
                self.to(Ready, self.period(90));
            }
            What::Collect { .. } | What::CollectFor { .. } => {
                (self.collected, self.mandated) = (true, false);
                self.to(Closed, self.valid_until);
            }
            What::Withdraw => {
                self.withdrawn = true;
                self.to(Closed, None);
            }
            What::Dismiss { .. } | What::Lapse | What::MakeFinal => self.to(Closed, None),
            What::Object { .. } => self.to(Objected, Some(count(open_on(self.today), 10, 1))),
            What::Uphold { .. } => {
                self.done.remove(&APPROVE);
                self.open_review();
            }
            What::Remind { step: Some(_) } | What::Escalate { step: Some(_) } => {
                self.note_clock(attempt.what);
            }
            What::Remind { .. } => self.reminded = self.last,
            What::Escalate { .. } => self.called = self.last,
            What::GrantBySilence => {
                let to_do = |step: &usize| !self.settled(*step);
                self.skipped = [0, 1, 2, APPROVE].into_iter().filter(to_do).collect();
                self.done.extend(&self.skipped);
                self.endorsed.clear();
                self.appointed = None;
                self.assigned.clear();
                self.to(Approved, Some(self.promised));
            }
            What::Expire => (self.expired, self.last) = (true, None),
            What::Replace => (self.replaced, self.last) = (true, None),
            What::Extend { days, .. } => {
                self.extended = true;
                self.promised = count(self.promised, days, 1);
                self.last = Some(self.promised);
            }
            What::Explain { .. } => {}
            What::Reopen { .. } => {
                self.done.remove(&APPROVE);
                self.done.remove(&ISSUE);
                self.done.retain(|step| !self.skipped.contains(step));
                self.skipped.clear();
                (self.withdrawn, self.appointed) = (false, None);
                self.open_review();
            }
            What::Read { .. } => drop(self.read.insert(who)),
            What::Complain { .. } => self.complaints += 1,
            What::AnswerComplaint { .. } => self.complaints -= 1,
            What::Suspend { .. } => self.suspended = true,
            What::Reinstate => self.suspended = false,
            What::Revoke { .. } => (self.revoked, self.last) = (true, None),
            What::Claim { step } => drop(self.assigned.insert(step, who)),
            What::Give { step, to, .. } => drop(self.assigned.insert(step, to)),
            What::Release { step } | What::Free { step, .. } => drop(self.assigned.remove(&step)),
            What::Recuse { .. } => {
                self.recused.insert(who);
                self.assigned.retain(|_, holder| *holder != who);
            }
            what => self.note_others(what),
        }
    }

    fn finish(&mut self, step: usize, who: Who) {
        self.touched.insert((step, who));
        self.assigned.remove(&step);
        if step == VISIT {
            self.appointed = None;
        }
        self.done.insert(step);
    }
}
