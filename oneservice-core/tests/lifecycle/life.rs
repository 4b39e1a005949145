//! The library's rules beside the sheet of paper, and what must hold of every life whatever was tried.

use std::collections::BTreeMap;
use std::sync::Arc;

use oneservice_core::calendar::{Calendar, Date, Moment};
use oneservice_core::catalog::{Catalog, Service};
use oneservice_core::ids::StepId;
use oneservice_core::request::*;
use oneservice_core::testing::clerk::work::{
    actor, answers, catalogue, command, compare, intake, paper, signature,
};
use oneservice_core::testing::clerk::{Sheet, Try, What, lives};
use proptest::test_runner::Config;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use super::model::Clerk;

prop_state_machine! {
    #![proptest_config(Config { cases: lives::wanted(700), failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_rules_agree_with_the_sheet(sequential 1..70 => Life);
}

/// A request of the sample service, and everything that happened to it.
#[derive(Debug)]
pub(crate) struct Life {
    catalog: &'static Catalog,
    service: Arc<Service>,
    request: AnyRequest,
    history: Vec<Recorded>,
    now: Moment,
    allowed: u64,
    steps: Steps,
}

impl Life {
    fn context(&self) -> Context<'static> {
        let (calendar, places) = (self.catalog.calendar(), self.catalog.places());
        Context { now: self.now, occurred_at: None, calendar, places, office: self.catalog.office() }
    }

    fn take(&mut self, decided: Decided) {
        for (recorded, request) in decided.steps() {
            self.steps.take(self.catalog.calendar(), self.request.stage(), recorded, request);
            self.history.push(recorded.clone());
            self.request = request.clone();
        }
    }
}

/// What is true of each step of a life, said without the sheet.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    /// The days that were said for the steps that are open.
    promised: BTreeMap<StepId, Date>,
}

impl Steps {
    /// What happened is a row of the table, recorded in one of its roles, and leads where the row leads. A step's day counts from when it
    /// opened and does not slide; every day is a working day.
    pub(crate) fn take(
        &mut self,
        calendar: &Calendar,
        from: StageName,
        recorded: &Recorded,
        request: &AnyRequest,
    ) {
        let row = TRANSITIONS.iter().find(|row| row.from == from && row.fact == recorded.fact.name());
        let row = row.unwrap_or_else(|| panic!("{:?} in {from}", recorded.fact.name()));
        let by = &recorded.entry.by;
        assert!(row.roles.contains(&by.role), "recorded in one of the row's roles, not by {by:?}");
        assert_eq!(row.to, request.stage(), "it leads where the row leads");
        if matches!(
            recorded.fact,
            AnyFact::ReviewOpened(_)
                | AnyFact::Resubmission(_)
                | AnyFact::ObjectionUpheld(_)
                | AnyFact::Reopening(_)
        ) {
            self.promised.clear();
        }
        if !matches!(request.stage(), StageName::InReview | StageName::Approved) {
            return;
        }
        let (record, expected) = (request.record(), request.expected(calendar));
        let today = calendar.local_date(recorded.entry.recorded_at);
        let open = record.open_steps(request.service());
        let to_do = record.steps.iter().filter(|step| !record.passed.contains_key(*step));
        assert!(expected.iter().map(|(step, _)| step).eq(to_do), "every step that is to be done is expected");
        for (step, day) in expected {
            assert!(calendar.is_working_day(day), "{step} is expected on {day}, when nobody works");
            if !open.contains(&step) {
                continue;
            }
            let plan = request.service().review.steps.iter().find(|s| s.id == step).unwrap();
            let first = *self.promised.entry(step.clone()).or_insert_with(|| {
                let least = calendar.add_working_days(today, plan.working_days);
                assert!(day >= least, "{step} has all its days when it opens");
                day
            });
            assert_eq!(day, first, "the day of {step} stands");
        }
        self.promised.retain(|step, _| open.contains(step));
    }
}

impl StateMachineTest for Life {
    type SystemUnderTest = Self;
    type Reference = Clerk;

    fn init_test(sheet: &Sheet) -> Self {
        let catalog = catalogue(sheet.fee, sheet.silence_grants, sheet.panel);
        let service = Arc::clone(catalog.services().next().unwrap());
        // Noon in Kathmandu.
        let now = Moment::parse("2026-03-31T06:15:00Z").unwrap();
        let draft = Request::draft(intake(now, answers(sheet.asks_health)), Arc::clone(&service));
        let request = AnyRequest::from(draft.clone());
        let mut life =
            Self { catalog, service, request, history: vec![], now, allowed: 0, steps: Steps::default() };
        let decided = Decided::submission(draft, &actor(sheet.sender()), &life.context()).unwrap();
        life.take(decided);
        life
    }

    fn apply(mut life: Self, sheet: &Sheet, attempt: Try) -> Self {
        if let What::Wait { days } = attempt.what {
            life.now = life.now.plus_hours(24 * i64::from(days));
            life.allowed += 1;
            return life;
        }
        let nth = 1 + u8::try_from(life.allowed % 200).unwrap();
        let (card, signed) = (paper(nth), signature("SOK DARA"));
        let command = command(attempt, &life.request, sheet.today, life.allowed, &card, &signed).unwrap();
        match life.request.clone().decide(command, "N-1", &actor(attempt.who), &life.context()) {
            Ok(decided) => {
                life.allowed += 1;
                assert_eq!(life.allowed, sheet.allowed, "{attempt:?} is not allowed");
                life.take(decided);
            }
            Err(CommandDenied { request, denials }) => {
                assert!(!denials.is_empty(), "a no has a reason");
                assert_eq!(life.allowed, sheet.allowed, "{attempt:?} is allowed, and not {denials:?}");
                assert_eq!(*request, life.request, "what is denied changes nothing");
            }
        }
        life
    }

    fn check_invariants(life: &Self, sheet: &Sheet) {
        compare(sheet, &life.request).unwrap_or_else(|broken| panic!("{broken}: {sheet:?}"));
        holds_always(&life.service, &life.request, &life.history);
    }
}

/// What is true of every life, said without the sheet.
pub(crate) fn holds_always(service: &Arc<Service>, request: &AnyRequest, history: &[Recorded]) {
    let (record, stage) = (request.record(), request.stage());
    assert_eq!(record.version, history.len() as u64, "every fact counts");
    let again = replay(record.id, Arc::clone(service), history).unwrap();
    assert_eq!(&again, request, "the facts say all");
    let times: Vec<Moment> = history.iter().map(|recorded| recorded.entry.recorded_at).collect();
    assert!(times.is_sorted(), "time does not run back");
    let text = serde_json::to_string(history).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Recorded>>(&text).unwrap(), history, "facts read back");

    let counts = matches!(
        stage,
        StageName::Submitted | StageName::InReview | StageName::Approved | StageName::Objected
    );
    assert_eq!(record.due_on.is_some(), counts, "the clock runs while the office has to act: {stage}");

    let mut worked: BTreeMap<&str, Vec<&By>> = BTreeMap::new();
    let (mut paid, mut waived, mut told) = (0, 0, None);
    let (mut cosigned, mut mandate) = (false, None);
    for Recorded { entry, fact } in history {
        match fact {
            AnyFact::Judgement(fact) => worked.entry(fact.step.as_str()).or_default().push(&entry.by),
            AnyFact::StepPassed(fact) => worked.entry(fact.step.as_str()).or_default().push(&entry.by),
            AnyFact::Payment(fact) => paid += fact.amount.minor(),
            AnyFact::TransferRecorded(_) => told = Some(&entry.by),
            AnyFact::TransferConfirmed(fact) => {
                paid += fact.amount.minor();
                assert!(told.take().unwrap().officer != entry.by.officer, "told by one, seen by another");
            }
            AnyFact::Refund(fact) => paid -= fact.amount.minor(),
            AnyFact::Waiver(fact) => waived += fact.amount.minor(),
            AnyFact::Approval(_) | AnyFact::Refusal(_) => {
                let examined = worked.get("examine").into_iter().flatten();
                assert!(examined.clone().next().is_some(), "nobody decides what nobody examined");
                assert!(examined.clone().all(|by| by.officer != entry.by.officer), "four eyes");
            }
            AnyFact::Cosignature(_) => {
                assert!(record.cosigned_first && !cosigned, "who has to sign besides signs once");
                cosigned = true;
            }
            AnyFact::ReviewOpened(_) => {
                assert!(cosigned || !record.cosigned_first, "no review before the co-signature");
            }
            AnyFact::Mandate(fact) => mandate = Some(fact.code),
            AnyFact::MandateRevoked(_) => mandate = None,
            AnyFact::Collection(fact) => {
                assert!(record.outstanding().is_zero(), "no result without its fee");
                let proof = fact.collector.mandate;
                let proxy = fact.collector.relation == Relation::Proxy;
                assert_eq!(proof.is_some(), proxy, "who comes for the applicant shows that they may");
                if let Some(MandateProof::Code(code)) = proof {
                    assert_eq!(Some(code), mandate, "by the code that holds");
                }
            }
            _ => {}
        }
    }
    assert!(paid == 0 || paid + waived == record.fee.total.minor(), "that very amount, once");
}

/// The model would prove nothing if its lives were short: how far drawn ones come.
#[test]
fn drawn_lives_reach_every_stage() {
    use proptest::strategy::{Strategy, ValueTree};
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut stages: BTreeMap<StageName, usize> = BTreeMap::new();
    let mut whats: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..600 {
        let mut sheet = Clerk::init_state().new_tree(&mut runner).unwrap().current();
        for _ in 0..70 {
            let attempt = Clerk::transitions(&sheet).new_tree(&mut runner).unwrap().current();
            if sheet.allows(attempt) {
                let what = format!("{:?}", attempt.what);
                *whats.entry(what.split(' ').next().unwrap().to_owned()).or_default() += 1;
            }
            sheet = Clerk::apply(sheet, &attempt);
            *stages.entry(sheet.stage).or_default() += 1;
        }
    }
    for stage in STAGES.iter().filter(|stage| **stage != StageName::Draft) {
        assert!(stages.get(stage).is_some_and(|times| *times > 40), "{stage}: {stages:?}");
    }
    // Every fact but the submission, the opening of review and an endorsement (the first approval of two) is something that is tried; judging
    // and collecting are tried in two ways, assigning in four; and waiting makes no fact.
    assert_eq!(whats.len(), FACTS.len() - 3 + 1 + 1 + 3 + 1, "{whats:?}");
    assert!(whats.values().all(|times| *times >= 3), "{whats:?}");
}
