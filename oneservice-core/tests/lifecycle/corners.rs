//! Corners of the rules that random lives of the sample service do not come to: another plan, words that a reason needs, points of a
//! checklist, and hand-overs with something left out.

use std::sync::Arc;

use oneservice_core::calendar::Moment;
use oneservice_core::catalog::Catalog;
use oneservice_core::request::*;
use oneservice_core::testing::clerk::Who;
use oneservice_core::testing::clerk::work::{actor, answers, intake, signature};
use oneservice_core::testing::sample;

const SERVICE: &str = "services/trade/market-stall.toml";
/// The department agrees before the office decides.
const AGREES: &str = r#"
[[review.steps]]
id = "agree"
kind = "approval"
title = { km = "ការយល់ព្រម", en = "Agreement" }
role = "approver"
department = "trade"
after = ["examine"]
working_days = 1
distinct_from = ["examine"]

[[review.steps]]
id = "approve""#;

/// A request under a catalogue, with all that happened to it.
pub(crate) struct Case {
    catalog: Catalog,
    now: Moment,
    pub(crate) request: AnyRequest,
    pub(crate) history: Vec<Recorded>,
}

impl Case {
    /// A request that costs nothing before the result, under the sample's catalogue with some words of the service replaced.
    pub(crate) fn under(edits: &[(&str, &str)]) -> Self {
        Self::sent(edits, |_| ())
    }

    /// The same of somebody who fills it in otherwise.
    pub(crate) fn sent(edits: &[(&str, &str)], fill_in: impl FnOnce(&mut Intake)) -> Self {
        let mut files = sample::files();
        let service = files.get_mut(SERVICE).unwrap();
        for (from, to) in [("when = \"on-submission\"", "when = \"on-approval\"")].iter().chain(edits) {
            assert!(service.contains(from), "the sample says {from}");
            *service = service.replacen(from, to, 1);
        }
        let catalog = Catalog::parse(&files).unwrap_or_else(|error| panic!("{:#?}", error.mistakes));
        let service = Arc::clone(catalog.services().next().unwrap());
        let mut filled_in = intake(now(), answers(false));
        fill_in(&mut filled_in);
        let draft = Request::draft(filled_in, service);
        let request = draft.clone().into();
        let mut case = Self { catalog, now: now(), request, history: Vec::new() };
        let decided = Decided::submission(draft, &Actor::Applicant, &case.context()).unwrap();
        case.take(&decided);
        case
    }

    fn take(&mut self, decided: &Decided) {
        self.history.extend(decided.steps().map(|(recorded, _)| recorded.clone()));
        self.request = decided.request().clone();
    }

    pub(crate) fn context(&self) -> Context<'_> {
        let (calendar, places) = (self.catalog.calendar(), self.catalog.places());
        Context { now: self.now, occurred_at: None, calendar, places, office: self.catalog.office() }
    }

    /// Days pass.
    pub(crate) fn later(&mut self, days: i64) {
        self.now = self.now.plus_hours(24 * days);
    }

    /// The codes of all that speaks against it; none if it is done.
    pub(crate) fn tries(&mut self, who: Who, command: Command) -> Vec<&'static str> {
        self.hears(&actor(who), command).iter().map(Denial::code).collect()
    }

    /// All that speaks against it; nothing if it is done.
    pub(crate) fn hears(&mut self, by: &Actor, command: Command) -> Vec<Denial> {
        match self.request.clone().decide(command, "N-1", by, &self.context()) {
            Ok(decided) => {
                self.take(&decided);
                Vec::new()
            }
            Err(denied) => denied.denials,
        }
    }

    fn passes(&mut self, who: Who, step: &str) -> Vec<&'static str> {
        self.tries(who, pass(step, vec![]))
    }

    /// Everything up to the decision is done.
    pub(crate) fn examined(mut self) -> Self {
        assert!(self.passes(Who::Desk, "intake").is_empty());
        assert!(self.passes(Who::Examiner, "examine").is_empty());
        self
    }

    /// The result lies at the counter, and is paid.
    pub(crate) fn ready(mut self) -> Self {
        self = self.examined();
        assert!(self.tries(Who::Approver, approve("approve")).is_empty());
        assert!(self.tries(Who::Desk, Command::Issue { step: step("issue") }).is_empty());
        let amount = self.request.record().outstanding();
        let paid = self.tries(Who::Cashier, Command::Pay { amount, method: PaymentMethod::Cash });
        assert!(paid.is_empty());
        self
    }
}

fn now() -> Moment {
    Moment::parse("2026-03-31T06:15:00Z").unwrap()
}

pub(crate) fn step(id: &str) -> oneservice_core::ids::StepId {
    id.parse().unwrap()
}

pub(crate) fn approve(id: &str) -> Command {
    Command::Approve { step: step(id), note: None }
}

pub(crate) fn pass(id: &str, checked: Vec<usize>) -> Command {
    let (finding, note, report) = (Finding::Favourable, None, None);
    Command::PassStep { step: step(id), finding, note, checked, report }
}

pub(crate) fn collect(name: &str, identity: &str, signed: Option<Signature>) -> Command {
    let (name, identity) = (name.to_owned(), identity.to_owned());
    let collector = Collector { name, identity, relation: Relation::Applicant, mandate: None };
    Command::Collect { collector, signature: signed, originals_seen: vec!["id-card".parse().unwrap()] }
}

#[test]
fn of_two_approvals_the_last_one_decides() {
    let mut case = Case::under(&[
        ("\n[[review.steps]]\nid = \"approve\"", AGREES),
        ("after = [\"examine\", \"opinion-health\"]", "after = [\"agree\", \"opinion-health\"]"),
    ])
    .examined();
    assert_eq!(case.tries(Who::Elsewhere, approve("agree")), ["steps-missing"]);
    assert_eq!(case.passes(Who::Approver, "approve"), ["step-not-open"]);
    assert!(case.passes(Who::Elsewhere, "agree").is_empty(), "what does not decide is passed");
    assert_eq!(case.passes(Who::Approver, "approve"), ["step-kind"], "what decides is not passed");
    assert!(case.tries(Who::Approver, approve("approve")).is_empty());
}

#[test]
fn the_first_of_two_who_must_be_for_it_does_not_approve() {
    let panel = [("kind = \"approval\"", "kind = \"approval\"\nmin_approvers = 2")];
    let case = Case::under(&panel).examined();
    let AnyRequest::InReview(request) = case.request.clone() else { panic!("it is in review") };
    let context = case.context();
    let denied = request.approve(&actor(Who::Approver), &context, &step("approve"), None).unwrap_err();
    assert_eq!(denied.denials.iter().map(Denial::code).collect::<Vec<_>>(), ["approvers-missing"]);
    let alone = Case::under(&[]).examined();
    let AnyRequest::InReview(one) = alone.request.clone() else { panic!("it is in review") };
    let needless = one.endorse(&actor(Who::Approver), &alone.context(), &step("approve"), None).unwrap_err();
    assert_eq!(needless.denials, [Denial::NothingDue], "where one is enough, nobody is for it besides");
    let first = denied.request.endorse(&actor(Who::Approver), &context, &step("approve"), None).unwrap();
    let second = first.request.approve(&actor(Who::All), &context, &step("approve"), None);
    assert!(second.is_ok());
}

#[test]
fn only_points_of_the_checklist_are_ticked_and_each_once() {
    let mut case = Case::under(&[]);
    assert!(case.passes(Who::Desk, "intake").is_empty());
    let ticked = pass("examine", vec![1, 0, 0, 7]);
    let decided = case.request.clone().decide(ticked, "", &actor(Who::Examiner), &case.context()).unwrap();
    let facts: Vec<&AnyFact> = decided.steps().map(|(recorded, _)| &recorded.fact).collect();
    assert!(matches!(facts[..], [AnyFact::StepPassed(StepPassed { checked, .. })] if checked == &[0]));
}

#[test]
fn a_reason_that_says_nothing_by_itself_needs_words() {
    let mut case = Case::under(&[]);
    let (item, reason) = ("form.area".parse().unwrap(), || "TR-C09".parse().unwrap());
    let reject = |item: &Item, note: Option<&str>| Command::Judge {
        step: step("intake"),
        item: item.clone(),
        verdict: Verdict::Rejected { reason: reason(), note: note.map(str::to_owned) },
    };
    assert_eq!(case.tries(Who::Desk, reject(&item, None)), ["words-missing"]);
    assert_eq!(case.tries(Who::Desk, reject(&item, Some("\u{200b} "))), ["words-missing"]);
    assert!(case.tries(Who::Desk, reject(&item, Some("It says acres"))).is_empty());

    let mut case = Case::under(&[]).examined();
    let refuse = |note: Option<&str>| Command::Refuse {
        step: step("approve"),
        reasons: vec!["TR-X09".parse().unwrap()],
        note: note.map(str::to_owned),
    };
    assert_eq!(case.tries(Who::Approver, refuse(None)), ["words-missing"]);
    assert!(case.tries(Who::Approver, refuse(Some("The market closes"))).is_empty());
}

#[test]
fn a_result_is_handed_to_somebody_with_a_name_and_a_paper_who_signs() {
    let mut case = Case::under(&[]).ready();
    let signed = || Some(signature("SOK DARA"));
    let nobody = Some(signature(" "));
    let digital = Some(Signature { method: SignatureMethod::Digital, ..signature("SOK DARA") });
    let card = "national-id 6789";
    assert_eq!(case.tries(Who::Desk, collect(" ", card, signed())), ["collector-missing"]);
    assert_eq!(case.tries(Who::Desk, collect("SOK DARA", "", signed())), ["collector-missing"]);
    assert_eq!(case.tries(Who::Desk, collect("SOK DARA", card, nobody)), ["signature-missing"]);
    assert_eq!(case.tries(Who::Desk, collect("SOK DARA", card, digital)), ["signature-missing"]);
    assert!(case.tries(Who::Desk, collect("SOK DARA", card, signed())).is_empty());
}

#[test]
fn money_that_came_over_the_bank_is_looked_for_by_somebody_else() {
    let mut case = Case::under(&[]).examined();
    assert!(case.tries(Who::Approver, approve("approve")).is_empty());
    let amount = case.request.record().outstanding();
    let record = || Command::RecordTransfer { amount, reference: "FT1".to_owned() };
    assert!(case.tries(Who::All, record()).is_empty());
    assert_eq!(case.tries(Who::Cashier, record()), ["transfer-waits"]);
    let cash = Command::Pay { amount, method: PaymentMethod::Cash };
    assert_eq!(case.tries(Who::Cashier, cash), ["transfer-waits"]);
    assert_eq!(case.tries(Who::All, Command::ConfirmTransfer), ["own-transfer"]);
    assert!(case.tries(Who::Cashier, Command::ConfirmTransfer).is_empty());
    assert!(case.request.record().outstanding().is_zero());
    assert_eq!(case.tries(Who::All, Command::ConfirmTransfer), ["no-transfer-waits"]);
}
