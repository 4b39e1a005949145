//! The library's rules beside the sheet of paper, and what must hold of every life whatever was tried.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use oneservice_core::calendar::{Date, Moment};
use oneservice_core::catalog::{ApplicantKind, Catalog, Purpose, Service};
use oneservice_core::ids::{BlobId, Digest32, RequestId, StepId, TrackingCode};
use oneservice_core::money::{Currency, Money};
use oneservice_core::request::*;
use oneservice_core::testing::sample;
use proptest::test_runner::Config;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use serde_json::{Map, Value, json};

use super::model::{Clerk, Fee, ITEMS, STEPS, Sheet, Try, What, Who, Why};

prop_state_machine! {
    #![proptest_config(Config { cases: 256, failure_persistence: None, ..Config::default() })]

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
    /// The days that were said for the steps that are open.
    promised: BTreeMap<StepId, Date>,
}

static CATALOGUES: LazyLock<[Catalog; 3]> =
    LazyLock::new(|| [Fee::Before, Fee::After, Fee::Free].map(catalogue));

/// The sample's catalogue with another moment for the fee, and a reason for sending back that fits every item.
fn catalogue(fee: Fee) -> Catalog {
    let mut files = sample::files();
    let service = files.get_mut("services/trade/market-stall.toml").unwrap();
    *service = match fee {
        Fee::Before => service.clone(),
        Fee::After => service.replace("when = \"on-submission\"", "when = \"on-approval\""),
        Fee::Free => {
            let (before, rest) = service.split_once("[fee]").unwrap();
            let after = rest.split_once("[processing_time]").unwrap().1;
            let free = "[fee]\ncurrency = \"KHR\"\nwhen = \"none\"\nassumed = true\nbase = 0\n\n";
            format!("{before}{free}[processing_time]{after}")
        }
    };
    service.push_str("\n[[reasons]]\ncode = \"TR-C02\"\nkind = \"return\"\ntext = { km = \"សូមកែ\", en = \"Correct this\" }\n");
    Catalog::parse(&files).unwrap_or_else(|error| panic!("{:#?}", error.mistakes))
}

pub(crate) fn paper(nth: u8) -> Evidence {
    Evidence {
        document: "id-card".parse().unwrap(),
        blob: BlobId::new([nth; 16]),
        sha256: Digest32::sha256(&[&[nth]]),
        media_type: "image/png".into(),
        size_bytes: 1_000,
        name: "card.png".into(),
        issued: None,
    }
}

pub(crate) fn signature(signer: &str) -> Signature {
    let statement = Digest32::sha256(&[b"I declare"]);
    Signature { method: SignatureMethod::Typed, signer: signer.into(), file: None, statement, content: None }
}

fn answers(asks_health: bool) -> Map<String, Value> {
    let mut form = sample::answers();
    if asks_health {
        form.extend([("goods".to_owned(), json!("food")), ("cooks".to_owned(), json!(false))]);
    }
    form
}

fn actor(who: Who) -> Actor {
    match who {
        Who::Applicant => Actor::Applicant,
        Who::Representative => Actor::Representative,
        Who::Clock => Actor::System,
        officer => Actor::Officer(Officer {
            id: format!("{officer:?}").to_lowercase().parse().unwrap(),
            name: String::new(),
            appointments: (officer.appointments().iter())
                .map(|(role, department)| Appointment {
                    role: *role,
                    department: department.parse().unwrap(),
                })
                .collect(),
        }),
    }
}

fn reason(why: Why) -> ReasonCode {
    let code = match why {
        Why::General => "TR-C02",
        Why::Paper => "TR-C01",
        Why::Unknown => "TR-X01",
    };
    code.parse().unwrap()
}

fn items(set: u8) -> impl Iterator<Item = Item> {
    (0..ITEMS.len()).filter(move |nth| set >> nth & 1 == 1).map(|nth| ITEMS[nth].parse().unwrap())
}

impl Life {
    fn context(&self) -> Context<'static> {
        let (calendar, places) = (self.catalog.calendar(), self.catalog.places());
        Context { now: self.now, occurred_at: None, calendar, places, office: self.catalog.office() }
    }

    fn command(&self, what: What) -> Command {
        let step = |nth: usize| STEPS[nth].parse().unwrap();
        let words = |some: bool| if some { "words".to_owned() } else { " ".to_owned() };
        match what {
            What::Pay { right } => {
                let due = self.request.record().outstanding();
                let amount = Money::new(Currency::Khr, due.minor() + i64::from(!right));
                Command::Pay { amount, method: PaymentMethod::Cash }
            }
            What::Accept { step: nth, item } => Command::Judge {
                step: step(nth),
                item: ITEMS[item].parse().unwrap(),
                verdict: Verdict::Accepted,
            },
            What::Reject { step: nth, item, why } => {
                let verdict = Verdict::Rejected { reason: reason(why), note: None };
                Command::Judge { step: step(nth), item: ITEMS[item].parse().unwrap(), verdict }
            }
            What::Pass { step: nth, favourable } => {
                let finding = if favourable { Finding::Favourable } else { Finding::Unfavourable };
                Command::PassStep { step: step(nth), finding, note: None, checked: vec![] }
            }
            What::Return { step: nth, items: set, why } => {
                let correction = |item| Correction { item, reason: reason(why), note: None };
                Command::Return {
                    step: step(nth),
                    corrections: items(set).map(correction).collect(),
                    note: None,
                }
            }
            What::Resubmit { changed, explained } => {
                let nth = u8::try_from(self.allowed % 200).unwrap();
                let has = |bit: u8| changed >> bit & 1 == 1;
                let area = has(1).then(|| ("area".to_owned(), json!(format!("{}.5", 10 + nth))));
                Command::Resubmit(Corrections {
                    channel: Channel::Web,
                    answers: area.into_iter().collect(),
                    evidence: has(0).then(|| paper(nth)).into_iter().collect(),
                    signature: has(2).then(|| signature("SOK D.")),
                    explanations: items(explained).map(|item| (item, "it is right".to_owned())).collect(),
                })
            }
            What::Approve { step: nth } => Command::Approve { step: step(nth), note: None },
            What::Refuse { step: nth, coded } => {
                let reasons = coded.then(|| "TR-X01".parse().unwrap()).into_iter().collect();
                Command::Refuse { step: step(nth), reasons, note: None }
            }
            What::Issue { step: nth } => Command::Issue { step: step(nth) },
            What::Collect { originals, signed } => Command::Collect {
                collector: Collector {
                    name: "SOK DARA".into(),
                    relation: Relation::Applicant,
                    identity: "national-id 6789".into(),
                },
                signature: signed.then(|| signature("SOK DARA")),
                originals_seen: originals.then(|| "id-card".parse().unwrap()).into_iter().collect(),
            },
            What::Withdraw => Command::Withdraw { reason: None },
            What::Object { words: some } => Command::Object { text: words(some) },
            What::Uphold { words: some } => Command::UpholdObjection { note: words(some) },
            What::Dismiss { words: some } => Command::DismissObjection { note: words(some) },
        }
    }

    fn take(&mut self, decided: Decided) {
        for (recorded, request) in decided.steps() {
            let from = self.request.stage();
            let row = TRANSITIONS.iter().find(|row| row.from == from && row.fact == recorded.fact.name());
            let row = row.unwrap_or_else(|| panic!("{:?} in {from}", recorded.fact.name()));
            assert!(row.roles.contains(&recorded.entry.by.role), "{:?}", recorded.entry.by);
            assert_eq!(row.to, request.stage());
            self.history.push(recorded.clone());
            self.request = request.clone();
            self.promise(&recorded.fact);
        }
    }
}

impl Life {
    /// A step's day counts from when it opened and does not slide; every day is a working day.
    fn promise(&mut self, fact: &AnyFact) {
        if matches!(fact, AnyFact::ReviewOpened(_) | AnyFact::Resubmission(_) | AnyFact::ObjectionUpheld(_)) {
            self.promised.clear();
        }
        if !matches!(self.request.stage(), StageName::InReview | StageName::Approved) {
            return;
        }
        let calendar = self.catalog.calendar();
        let (today, open) = (calendar.local_date(self.now), self.request.record().open_steps(&self.service));
        for (step, day) in self.request.expected(calendar) {
            assert!(calendar.is_working_day(day), "{step} is expected on {day}");
            if !open.contains(&step) {
                continue;
            }
            let plan = self.service.review.steps.iter().find(|s| s.id == step).unwrap();
            let first = *self.promised.entry(step.clone()).or_insert_with(|| {
                assert!(
                    day >= calendar.add_working_days(today, plan.working_days),
                    "{step} has all its days when it opens"
                );
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
        let catalog = &CATALOGUES[sheet.fee as usize];
        let service = Arc::clone(catalog.services().next().unwrap());
        let now = Moment::parse("2026-03-31T02:00:00Z").unwrap();
        let intake = Intake {
            id: RequestId::new(now, [7; 10]),
            office: "harbour-town".parse().unwrap(),
            code: TrackingCode::draw(&mut |bytes| bytes.fill(5)),
            alias: Alias::new([3; 16]),
            applicant: ApplicantKind::Person,
            by_representative: false,
            purpose: Purpose::New,
            channel: Channel::Web,
            answers: answers(sheet.asks_health),
            evidence: vec![paper(0)],
            signature: Some(signature("SOK DARA")),
        };
        let draft = Request::draft(intake, Arc::clone(&service));
        let request = AnyRequest::from(draft.clone());
        let mut life =
            Self { catalog, service, request, history: vec![], now, allowed: 0, promised: BTreeMap::new() };
        let decided = Decided::submission(draft, &Actor::Applicant, &life.context()).unwrap();
        life.take(decided);
        life
    }

    fn apply(mut life: Self, _: &Sheet, attempt: Try) -> Self {
        life.now = life.now.plus_hours(5);
        let command = life.command(attempt.what);
        match life.request.clone().decide(command, "N-1", &actor(attempt.who), &life.context()) {
            Ok(decided) => {
                life.allowed += 1;
                life.take(decided);
            }
            Err(CommandDenied { request, denials }) => {
                assert!(!denials.is_empty(), "a no has a reason");
                assert_eq!(*request, life.request, "what is denied changes nothing");
            }
        }
        life
    }

    fn check_invariants(life: &Self, sheet: &Sheet) {
        let (record, stage) = (life.request.record(), life.request.stage());
        assert_eq!(
            (stage, life.allowed),
            (sheet.stage, sheet.allowed),
            "stage, and how often it was allowed"
        );
        assert_eq!(record.outstanding().is_zero(), sheet.paid, "the fee");
        let done: Vec<&str> = sheet.done.iter().map(|step| STEPS[*step]).collect();
        let mut found: Vec<&str> = record.passed.keys().map(|step| step.as_str()).collect();
        found.sort_by_key(|id| STEPS.iter().position(|step| step == id));
        assert_eq!(found, done, "steps that are done");
        let open: Vec<&str> = (0..5).filter(|step| sheet.open(*step)).map(|step| STEPS[step]).collect();
        let mut found = record.open_steps(&life.service);
        found.sort_by_key(|id| STEPS.iter().position(|step| *step == id.as_str()));
        assert_eq!(found.iter().map(|id| id.as_str()).collect::<Vec<_>>(), open, "steps that are open");
        let rejected: Vec<Item> = record.rejected().map(|(item, _)| item.clone()).collect();
        let mut expected: Vec<Item> = items(sheet.rejected).collect();
        expected.sort();
        assert_eq!(rejected, expected, "rejected items");
        life.holds_always();
    }
}

impl Life {
    /// What is true of every life, said without the sheet.
    fn holds_always(&self) {
        let (record, stage) = (self.request.record(), self.request.stage());
        let again = replay(record.id, Arc::clone(&self.service), &self.history).unwrap();
        assert_eq!(again, self.request, "the facts say all");
        assert_eq!(record.version, self.history.len() as u64);
        let times: Vec<Moment> = self.history.iter().map(|recorded| recorded.entry.recorded_at).collect();
        assert!(times.is_sorted(), "time does not run back");
        let text = serde_json::to_string(&self.history).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Recorded>>(&text).unwrap(), self.history, "facts read back");

        let counts = matches!(
            stage,
            StageName::Submitted | StageName::InReview | StageName::Approved | StageName::Objected
        );
        assert_eq!(record.due_on.is_some(), counts, "the clock runs while the office has to act: {stage}");

        let mut worked: BTreeMap<&str, Vec<&By>> = BTreeMap::new();
        let mut paid = 0;
        for Recorded { entry, fact } in &self.history {
            match fact {
                AnyFact::Judgement(fact) => worked.entry(fact.step.as_str()).or_default().push(&entry.by),
                AnyFact::StepPassed(fact) => worked.entry(fact.step.as_str()).or_default().push(&entry.by),
                AnyFact::Payment(fact) => paid += fact.amount.minor(),
                AnyFact::Approval(_) | AnyFact::Refusal(_) => {
                    let examined = worked.get("examine").into_iter().flatten();
                    assert!(examined.clone().next().is_some(), "nobody decides what nobody examined");
                    assert!(examined.clone().all(|by| by.officer != entry.by.officer), "four eyes");
                }
                AnyFact::Collection(_) => {
                    assert!(record.outstanding().is_zero(), "no result without its fee")
                }
                _ => {}
            }
        }
        assert!(paid == 0 || paid == record.fee.total.minor(), "that very amount, once");
    }
}

/// The model would prove nothing if its lives were short: how far drawn ones come.
#[test]
fn drawn_lives_reach_every_stage() {
    use proptest::strategy::{Strategy, ValueTree};
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..300 {
        let mut sheet = Clerk::init_state().new_tree(&mut runner).unwrap().current();
        for _ in 0..70 {
            let attempt = Clerk::transitions(&sheet).new_tree(&mut runner).unwrap().current();
            sheet = Clerk::apply(sheet, &attempt);
            *seen.entry(sheet.stage.to_string()).or_default() += 1;
        }
    }
    for stage in STAGES.iter().filter(|stage| **stage != StageName::Draft) {
        assert!(seen.get(stage.as_str()).is_some_and(|times| *times > 40), "{stage}: {seen:?}");
    }
}
