//! Deadlines against a sheet of paper on which somebody counts the days one by one.
//!
//! The sheet knows nothing of the library's calendar: it asks of each day whether it is a Saturday, a Sunday or one of the sample
//! office's two holidays. Every day that passes the office's clock is asked what is due, and must record what the sheet says and no more.

use std::sync::Arc;

use oneservice_core::calendar::{Date, Moment};
use oneservice_core::catalog::{Catalog, Role, Service};
use oneservice_core::request::*;
use oneservice_core::testing::sample;
use proptest::prelude::*;
use serde_json::Map;

use oneservice_core::testing::clerk::days::{between, count, later, open_on};
use oneservice_core::testing::clerk::work::intake;

/// What somebody does.
#[derive(Debug, Clone, Copy)]
enum Act {
    Wait(u8),
    Pay,
    GiveBack,
    Correct,
    Approve,
    Issue,
    Refuse,
    Object,
    Uphold,
    Dismiss,
    Extend(u32),
    Explain,
    Reopen,
    Withdraw,
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (1..9_u8).prop_map(Act::Wait),
        1 => (9..60_u8).prop_map(Act::Wait),
        3 => Just(Act::Pay),
        2 => Just(Act::GiveBack),
        2 => Just(Act::Correct),
        2 => Just(Act::Approve),
        1 => Just(Act::Issue),
        2 => Just(Act::Refuse),
        2 => Just(Act::Object),
        1 => Just(Act::Uphold),
        1 => Just(Act::Dismiss),
        2 => (0..13_u32).prop_map(Act::Extend),
        1 => Just(Act::Explain),
        2 => Just(Act::Reopen),
        1 => Just(Act::Withdraw),
    ]
}

/// The sheet of paper.
#[derive(Debug)]
struct Sheet {
    today: Date,
    stage: StageName,
    began: Date,
    /// Until when the stage waits.
    last: Option<Date>,
    reminded: Option<Date>,
    called: Option<Date>,
    received: Date,
    promised: Date,
    /// Working days that were left when it was given back.
    left: u32,
    extended: bool,
    paid: bool,
    intake_done: bool,
}

impl Sheet {
    fn new(today: Date) -> Self {
        let received = open_on(today);
        Self {
            today,
            stage: StageName::Submitted,
            began: today,
            last: Some(open_on(later(today, 30))),
            reminded: None,
            called: None,
            received,
            promised: count(received, 10, 1),
            left: 0,
            extended: false,
            paid: false,
            intake_done: false,
        }
    }

    fn to(&mut self, stage: StageName, last: Option<Date>) {
        (self.stage, self.began, self.last) = (stage, self.today, last);
    }

    fn period(&self, n: i64) -> Option<Date> {
        Some(open_on(later(self.today, n)))
    }

    fn office(&self) -> bool {
        matches!(self.stage, StageName::InReview | StageName::Approved | StageName::Objected)
    }

    /// A day passes: what must be recorded.
    fn next_day(&mut self) -> Option<FactName> {
        self.today = later(self.today, 1);
        let last = self.last?;
        if self.today > last && self.office() {
            let news = self.called != Some(last);
            self.called = Some(last);
            return news.then_some(FactName::Escalation);
        }
        if self.today > last {
            let refused = self.stage == StageName::Refused;
            self.to(StageName::Closed, None);
            return Some(if refused { FactName::RefusalFinal } else { FactName::Lapse });
        }
        let day = if self.office() { count(last, 2, -1) } else { later(last, -7) };
        let news =
            self.today >= day && day > self.began && self.reminded != Some(last) && self.called != Some(last);
        if news {
            self.reminded = Some(last);
        }
        news.then_some(FactName::Reminder)
    }

    /// Whether it is allowed; if so, it is noted.
    fn note(&mut self, act: Act) -> bool {
        use StageName::*;
        let late = self.office() && self.last.is_some_and(|last| self.today > last);
        match (act, self.stage) {
            (Act::Pay, Submitted) => {
                self.paid = true;
                // Review has not begun before: the office has all its days from now on.
                self.promised = count(open_on(self.today), 10, 1);
                self.to(InReview, Some(self.promised));
            }
            (Act::Pay, InReview | Approved | Ready) if !self.paid => self.paid = true,
            (Act::GiveBack, InReview) if !self.intake_done => {
                self.left = between(self.today.max(self.received), self.promised);
                self.to(Returned, self.period(60));
            }
            (Act::Correct, Returned) => {
                self.promised = count(open_on(self.today), self.left, 1);
                self.to(InReview, Some(self.promised));
            }
            (Act::Approve, InReview) if self.paid => {
                self.intake_done = true;
                self.to(Approved, Some(self.promised));
            }
            (Act::Issue, Approved) => self.to(Ready, self.period(90)),
            (Act::Refuse, InReview) => {
                self.intake_done = true;
                self.to(Refused, self.period(30));
            }
            (Act::Object, Refused) => self.to(Objected, Some(count(open_on(self.today), 10, 1))),
            (Act::Uphold, Objected) => self.open_again(),
            (Act::Dismiss, Objected) => self.to(Closed, None),
            (Act::Extend(n), InReview | Approved) if !self.extended && !late && (1..=10).contains(&n) => {
                self.extended = true;
                self.promised = count(self.promised, n, 1);
                self.last = Some(self.promised);
            }
            (Act::Explain, _) if late => {}
            (Act::Reopen, Closed) => self.open_again(),
            (Act::Withdraw, Submitted | InReview | Returned) => self.to(Closed, None),
            _ => return false,
        }
        true
    }

    fn open_again(&mut self) {
        self.promised = count(open_on(self.today), 10, 1);
        self.to(StageName::InReview, Some(self.promised));
    }
}

/// The real thing.
struct Real {
    catalog: Catalog,
    request: AnyRequest,
    now: Moment,
}

fn officer(role: Role) -> Actor {
    let department = if role == Role::Examiner { "trade" } else { "owso" };
    let appointments = vec![Appointment::new(role, department.parse().unwrap())];
    Actor::Officer(Officer {
        id: format!("a-{role}").parse().unwrap(),
        name: String::new(),
        appointments,
        known_by: Vec::new(),
    })
}

impl Real {
    fn new(now: Moment) -> Self {
        let catalog = sample::catalog().unwrap();
        let service: Arc<Service> = Arc::clone(catalog.services().next().unwrap());
        let draft = Request::draft(intake(now, sample::answers()), service);
        let mut real = Self { catalog, request: AnyRequest::from(draft.clone()), now };
        let sent = Decided::submission(draft, &Actor::Applicant, &real.context()).unwrap();
        real.request = sent.into_request();
        real
    }

    fn context(&self) -> Context<'_> {
        let catalog = &self.catalog;
        Context {
            now: self.now,
            occurred_at: None,
            calendar: catalog.calendar(),
            places: catalog.places(),
            office: catalog.office(),
        }
    }

    fn does(&mut self, command: Command, by: &Actor) -> bool {
        let decided = self.request.clone().decide(command, "N-1", by, &self.context());
        let done = decided.is_ok();
        if let Ok(decided) = decided {
            self.request = decided.into_request();
        }
        done
    }

    fn tick(&mut self) -> Vec<FactName> {
        let mut facts = Vec::new();
        while let Some(command) = self.request.due(&self.context()) {
            facts.push(command.fact());
            assert!(self.does(command, &Actor::System), "what is due is lawful");
            assert!(facts.len() < 5, "{facts:?}");
        }
        facts
    }

    /// The steps before the decision, where they are not done.
    fn examine(&mut self) {
        for (step, role) in [("intake", Role::FrontDesk), ("examine", Role::Examiner)] {
            let step = step.parse().unwrap();
            let pass = Command::PassStep {
                step,
                finding: Finding::Favourable,
                note: None,
                checked: vec![],
                report: None,
            };
            self.does(pass, &officer(role));
        }
    }

    fn act(&mut self, act: Act) -> bool {
        let approve = || "approve".parse().unwrap();
        let words = || "words".to_owned();
        let item = || "documents.id-card".parse::<Item>().unwrap();
        let code = |code: &str| code.parse().unwrap();
        match act {
            Act::Wait(_) => unreachable!("days are counted by the caller"),
            Act::Pay => {
                let amount = self.request.record().outstanding();
                self.does(Command::Pay { amount, method: PaymentMethod::Cash }, &officer(Role::Cashier))
            }
            Act::GiveBack => {
                let corrections = vec![Correction { item: item(), reason: code("TR-C01"), note: None }];
                let back =
                    Command::Return { step: code_step("intake"), corrections, note: None, exception: None };
                self.does(back, &officer(Role::FrontDesk))
            }
            Act::Correct => {
                let corrections = Corrections {
                    channel: Channel::Web,
                    answers: Map::new(),
                    evidence: Vec::new(),
                    signature: None,
                    explanations: [(item(), words())].into(),
                };
                self.does(Command::Resubmit(corrections), &Actor::Applicant)
            }
            Act::Approve => {
                if self.request.record().outstanding().is_zero() {
                    self.examine();
                }
                self.does(Command::Approve { step: approve(), note: None }, &officer(Role::Approver))
            }
            Act::Issue => self.does(Command::Issue { step: code_step("issue") }, &officer(Role::FrontDesk)),
            Act::Refuse => {
                self.examine();
                let refuse = Command::Refuse { step: approve(), reasons: vec![code("TR-X01")], note: None };
                self.does(refuse, &officer(Role::Approver))
            }
            Act::Object => self.does(Command::Object { text: words() }, &Actor::Applicant),
            Act::Uphold => {
                self.does(Command::UpholdObjection { note: words() }, &officer(Role::GovernorDelegate))
            }
            Act::Dismiss => {
                self.does(Command::DismissObjection { note: words() }, &officer(Role::GovernorDelegate))
            }
            Act::Extend(working_days) => {
                let extend = Command::Extend { working_days, reason: code("OF-E01"), note: None };
                self.does(extend, &officer(Role::Approver))
            }
            Act::Explain => {
                let explain = Command::ExplainDelay { reason: code("OF-L01"), note: None };
                self.does(explain, &officer(Role::Approver))
            }
            Act::Reopen => {
                let reopen = Command::Reopen { reason: code("OF-R01"), note: None };
                self.does(reopen, &officer(Role::GovernorDelegate))
            }
            Act::Withdraw => self.does(Command::Withdraw { reason: None }, &Actor::Applicant),
        }
    }
}

fn code_step(step: &str) -> oneservice_core::ids::StepId {
    step.parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn time_brings_what_a_person_with_a_sheet_of_paper_says(
        start in 0..365_i64,
        acts in proptest::collection::vec(acts(), 1..60),
    ) {
        let first: Date = "2025-10-01".parse().unwrap();
        let mut sheet = Sheet::new(later(first, start));
        // Noon in Kathmandu.
        let noon = Moment::parse(&format!("{}T06:15:00Z", sheet.today)).unwrap();
        let mut real = Real::new(noon);
        for act in acts {
            if let Act::Wait(n) = act {
                for _ in 0..n {
                    real.now = real.now.plus_hours(24);
                    let expected = sheet.next_day();
                    prop_assert_eq!(real.tick(), Vec::from_iter(expected), "on {}", sheet.today);
                }
            } else {
                prop_assert_eq!(real.act(act), sheet.note(act), "{:?} on {}: {:?}", act, sheet.today, sheet);
            }
            let last = real.request.last_day().map(|(_, day)| day);
            prop_assert_eq!((real.request.stage(), last), (sheet.stage, sheet.last), "after {:?}: {:?}", act, sheet);
            // After the clock's turn of the day, what wakes the request is still to come.
            let wakes = real.request.wakes_on(real.catalog.calendar(), &real.catalog.office().periods);
            let turned = matches!(act, Act::Wait(_));
            prop_assert!(!turned || wakes.is_none_or(|day| day > sheet.today), "{:?}", wakes);
            prop_assert!(sheet.last.is_none() || wakes.is_some() || sheet.called == sheet.last);
        }
    }
}
