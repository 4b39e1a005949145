//! Corrections that change something: what must come, what may come, what goes by itself, and what fee and due day become.

use oneservice_core::ids::{BlobId, Digest32};
use oneservice_core::request::*;
use oneservice_core::testing::clerk::Who;
use oneservice_core::testing::clerk::work::{paper, signature};
use serde_json::{Map, Value, json};

use super::corners::{Case, approve, step};

fn item(item: &str) -> Item {
    item.parse().unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// A letter of the health department, of this spring.
fn letter(nth: u8) -> Evidence {
    let document = "health-letter".parse().unwrap();
    let media_type = "application/pdf".into();
    Evidence { document, media_type, issued: Some("2026-03-01".parse().unwrap()), ..paper(nth) }
}

/// Sells food and cooks it, with the letter that this takes.
fn cooks(intake: &mut Intake) {
    intake.answers.extend(object(json!({ "goods": "food", "cooks": true })));
    intake.evidence.push(letter(50));
}

fn back(items: &[&str]) -> Command {
    let why = |on: &&str| Correction {
        item: item(on),
        reason: "TR-C09".parse().unwrap(),
        note: Some("look again".to_owned()),
    };
    let corrections = items.iter().map(why).collect();
    Command::Return { step: step("intake"), corrections, note: None, exception: None }
}

/// Nothing, sent over the web.
fn nothing() -> Corrections {
    let (answers, evidence, explanations) = Default::default();
    Corrections { channel: Channel::Web, answers, evidence, signature: None, explanations }
}

fn answers(answers: Value) -> Corrections {
    Corrections { answers: object(answers), ..nothing() }
}

fn explained(on: &str, words: &str) -> Corrections {
    Corrections { explanations: [(item(on), words.to_owned())].into(), ..nothing() }
}

impl Case {
    fn sent_back(mut self, items: &[&str]) -> Self {
        assert_eq!(self.hears(&officer(), back(items)), []);
        self
    }

    fn corrects(&mut self, corrections: Corrections) -> Vec<Denial> {
        self.hears(&Actor::Applicant, Command::Resubmit(corrections))
    }

    fn last_correction(&self) -> &Resubmission {
        let last = self.history.iter().rev().find_map(|recorded| match &recorded.fact {
            AnyFact::Resubmission(fact) => Some(fact),
            _ => None,
        });
        last.unwrap()
    }

    fn documents(&self) -> Vec<&str> {
        self.request.record().evidence.iter().map(|paper| paper.document.as_str()).collect()
    }
}

fn officer() -> Actor {
    oneservice_core::testing::clerk::work::actor(Who::Desk)
}

/// Path and code of every problem of the form that is named.
fn problems(denials: &[Denial]) -> Vec<String> {
    let said = denials.iter().filter_map(|denial| match denial {
        Denial::Form(problems) => Some(problems),
        _ => None,
    });
    said.flatten().map(|problem| format!("{} {}", problem.path, problem.code.as_str())).collect()
}

fn not_returned(on: &str) -> Denial {
    Denial::NotReturned { item: item(on) }
}

fn not_corrected(on: &str) -> Denial {
    Denial::NotCorrected { item: item(on) }
}

#[test]
fn a_new_answer_takes_the_place_of_the_old_one() {
    let mut case = Case::under(&[]).sent_back(&["form.stalls", "form.email"]);
    let mut before = Map::clone(&case.request.record().answers);
    assert_eq!(case.corrects(answers(json!({ "stalls": "៥", "email": null }))), []);
    let fact = case.last_correction();
    assert_eq!(fact.answers, object(json!({ "stalls": 5, "email": null })));
    assert_eq!(fact.typed, object(json!({ "stalls": "៥" })), "only what was typed otherwise");
    assert_eq!(fact.items(), [item("form.email"), item("form.stalls")].into());
    before.insert("stalls".to_owned(), json!(5));
    before.remove("email").unwrap();
    assert_eq!(*case.request.record().answers, before, "all other answers stay");
}

#[test]
fn what_was_returned_must_come_and_nothing_else_may() {
    const AREA: &str = "form.area";
    const CARD: &str = "documents.id-card";
    let mut case = Case::under(&[]).sent_back(&[CARD, AREA]);
    let both = |more: Value| {
        let mut corrections = answers(json!({ "area": "13.5" }));
        corrections.answers.extend(object(more));
        Corrections { evidence: vec![paper(9)], ..corrections }
    };
    assert_eq!(case.corrects(nothing()), [not_corrected(CARD), not_corrected(AREA)]);
    assert_eq!(case.corrects(answers(json!({ "area": "13.5" }))), [not_corrected(CARD)]);
    assert_eq!(case.corrects(both(json!({ "stalls": 4 }))), [not_returned("form.stalls")]);
    assert_eq!(case.corrects(both(json!({ "email": null }))), [not_returned("form.email")]);
    let explains_more = Corrections { answers: both(json!({})).answers, ..explained("form.email", "mine") };
    assert_eq!(case.corrects(explains_more), [not_returned("form.email"), not_corrected(CARD)]);
    let signs = Corrections { signature: Some(signature("SOK DARA")), ..both(json!({})) };
    assert_eq!(case.corrects(signs), [not_returned("signature")]);

    // What the service does not know is nothing that could have been returned.
    let unknown = Evidence { document: "passport".parse().unwrap(), ..paper(9) };
    let denials = case.corrects(Corrections { evidence: vec![paper(9), unknown], ..both(json!({})) });
    assert_eq!(denials[0], Denial::ItemUnknown { item: item("documents.passport") });
    assert_eq!(problems(&denials), ["documents.passport unknown"]);
    assert_eq!(denials.len(), 2);
    let denials = case.corrects(both(json!({ "rooms": 3, "Not a name": 1 })));
    assert_eq!(problems(&denials), ["form.Not a name unknown", "form.rooms unknown"]);
    assert_eq!(denials.len(), 1);

    // An answer that is wrong again is a problem of the form, as at first.
    let denials = case.corrects(both(json!({ "area": "much" })));
    assert_eq!((problems(&denials), denials.len()), (vec!["form.area number".to_owned()], 1));
    assert_eq!(case.corrects(both(json!({}))), []);
}

#[test]
fn a_return_names_each_thing_once_and_with_a_reason_for_it() {
    let mut case = Case::under(&[]);
    assert_eq!(case.hears(&officer(), back(&[])), [Denial::NothingToCorrect]);
    let twice = case.hears(&officer(), back(&["form.area", "form.stalls", "form.area"]));
    assert_eq!(twice, [Denial::ItemTwice { item: item("form.area") }]);
    let unknown = case.hears(&officer(), back(&["form.rooms"]));
    assert_eq!(unknown, [Denial::ItemUnknown { item: item("form.rooms") }]);
}

#[test]
fn words_instead_of_a_change_are_words() {
    let mut case = Case::under(&[]).sent_back(&["form.area"]);
    assert_eq!(case.corrects(explained("form.area", " \u{200b}\n")), [not_corrected("form.area")]);
    let too_long = case.corrects(explained("form.area", &"ក".repeat(WORDS_LIMIT + 1)));
    assert_eq!(too_long, [Denial::WordsTooLong { field: "explanation", limit: WORDS_LIMIT }]);
    assert_eq!(case.corrects(explained("form.area", &"ក".repeat(WORDS_LIMIT))), []);
    assert_eq!(case.request.record().answers["area"], json!("12.5"));
    assert_eq!(case.last_correction().items(), [item("form.area")].into());
}

#[test]
fn what_a_correction_makes_needless_goes_by_itself() {
    let cloth = || answers(json!({ "goods": "cloth" }));
    let mut case = Case::sent(&[], cooks).sent_back(&["form.goods"]);
    assert!(case.request.record().steps.contains(&step("opinion-health")));
    assert_eq!(case.corrects(cloth()), []);
    let fact = case.last_correction();
    assert_eq!(fact.answers, object(json!({ "goods": "cloth", "cooks": null })));
    assert_eq!(fact.dropped, ["health-letter".parse().unwrap()]);
    let touched = ["form.cooks", "form.goods", "documents.health-letter"].map(item);
    assert_eq!(fact.items(), touched.into(), "a second return may name what went");
    assert!(!case.request.record().answers.contains_key("cooks"));
    assert_eq!(case.documents(), ["id-card"]);
    assert!(!case.request.record().steps.contains(&step("opinion-health")), "nor is the department asked");

    // What goes needs no correction of its own.
    let mut case = Case::sent(&[], cooks).sent_back(&[
        "form.cooks",
        "form.goods",
        "documents.health-letter",
        "documents.id-card",
    ]);
    assert_eq!(case.corrects(cloth()), [not_corrected("documents.id-card")]);
    assert_eq!(case.corrects(Corrections { evidence: vec![paper(9)], ..cloth() }), []);
    assert_eq!(case.documents(), ["id-card"]);

    // An answer alone goes, or a paper alone.
    let dry = |intake: &mut Intake| {
        intake.answers.extend(object(json!({ "goods": "food", "cooks": false })));
    };
    let mut case = Case::sent(&[], dry).sent_back(&["form.goods"]);
    assert_eq!(case.corrects(cloth()), []);
    assert!(case.last_correction().dropped.is_empty());
    let letter_to_cook = [(
        "visible_when = 'form.goods == \"food\"'\nrequired_when = 'form.cooks == true'",
        "visible_when = 'form.cooks == true'",
    )];
    let mut case = Case::sent(&letter_to_cook, cooks).sent_back(&["form.cooks"]);
    assert_eq!(case.corrects(answers(json!({ "cooks": false }))), []);
    assert_eq!(case.last_correction().answers, object(json!({ "cooks": false })));
    assert_eq!(case.documents(), ["id-card"]);
}

#[test]
fn what_is_needless_after_the_correction_is_not_sent_with_it() {
    let mut case = Case::sent(&[], cooks).sent_back(&["form.goods", "form.cooks"]);
    let denials = case.corrects(answers(json!({ "goods": "cloth", "cooks": true })));
    assert_eq!((problems(&denials), denials.len()), (vec!["form.cooks not-applicable".to_owned()], 1));
    let mut case = Case::sent(&[], cooks).sent_back(&["form.goods", "documents.health-letter"]);
    let cloth = answers(json!({ "goods": "cloth" }));
    let denials = case.corrects(Corrections { evidence: vec![letter(51)], ..cloth });
    let said = vec!["documents.health-letter not-applicable".to_owned()];
    assert_eq!((problems(&denials), denials.len()), (said, 1));
}

#[test]
fn what_a_correction_makes_necessary_comes_with_it() {
    let mut case = Case::under(&[]).sent_back(&["form.goods"]);
    let denials = case.corrects(answers(json!({ "goods": "food" })));
    assert_eq!((problems(&denials), denials.len()), (vec!["form.cooks missing".to_owned()], 1));
    let food = || answers(json!({ "goods": "food", "cooks": true }));
    let denials = case.corrects(food());
    assert_eq!((problems(&denials), denials.len()), (vec!["documents.health-letter missing".to_owned()], 1));
    assert_eq!(case.corrects(Corrections { evidence: vec![letter(51)], ..food() }), []);
    assert_eq!(case.documents(), ["id-card", "health-letter"]);
    assert!(case.request.record().steps.contains(&step("opinion-health")));
}

#[test]
fn new_files_of_a_paper_replace_all_its_earlier_ones() {
    let mut case = Case::sent(&[], cooks).sent_back(&["documents.health-letter"]);
    let two = || Corrections { evidence: vec![letter(51), letter(52)], ..nothing() };
    assert_eq!(case.corrects(two()), []);
    let letters: Vec<BlobId> =
        case.request.record().evidence_for("health-letter").map(|paper| paper.blob).collect();
    assert_eq!(letters, [51, 52].map(|nth| BlobId::new([nth; 16])));
    assert_eq!(case.documents(), ["id-card", "health-letter", "health-letter"]);
    assert!(case.request.record().files.contains_key(&BlobId::new([50; 16])), "what was there is not lost");

    let mut case = case.sent_back(&["documents.health-letter"]);
    let mut three = two();
    three.evidence.push(letter(53));
    let denials = case.corrects(three);
    assert_eq!(problems(&denials), ["documents.health-letter too-many-files"]);
}

#[test]
fn a_new_signature_stands_under_these_corrections() {
    let mut case = Case::under(&[]).sent_back(&["form.area", "signature"]);
    let area = |area: &str| answers(json!({ "area": area }));
    let signed = |case: &Case, under: &Corrections| {
        let record = case.request.record();
        signature("SOK DARA").under(&Filled {
            service: &record.service.id,
            applicant: record.applicant,
            by_representative: record.by_representative,
            purpose: record.purpose,
            answers: &under.answers,
            evidence: &under.evidence,
        })
    };
    let other = Corrections { signature: Some(signed(&case, &area("13.5"))), ..area("14.5") };
    assert_eq!(case.corrects(other), [Denial::SignatureMissing]);
    assert_eq!(case.corrects(area("14.5")), [not_corrected("signature")]);
    let drawn_otherwise = Signature { method: SignatureMethod::Digital, ..signed(&case, &area("14.5")) };
    let denials = case.corrects(Corrections { signature: Some(drawn_otherwise), ..area("14.5") });
    assert_eq!((problems(&denials), denials.len()), (vec!["signature missing".to_owned()], 1));
    let right = signed(&case, &area("14.5"));
    assert_eq!(case.corrects(Corrections { signature: Some(right.clone()), ..area("14.5") }), []);
    assert_eq!(case.request.record().signature, Some(right));
}

/// What is signed is all that was filled in, whatever order it comes in; where a file lies and how it is called do not count.
#[test]
fn a_signature_covers_what_was_filled_in_and_nothing_else() {
    let service = "trade.market-stall".parse().unwrap();
    let form =
        object(json!({ "area": "12.5", "days": ["sat", "sun"], "home": { "code": "9", "line": "b" } }));
    let evidence = vec![paper(1), letter(2)];
    let (applicant, purpose) =
        (oneservice_core::catalog::ApplicantKind::Person, oneservice_core::catalog::Purpose::New);
    let filled = |answers, evidence| Filled {
        service: &service,
        applicant,
        by_representative: false,
        purpose,
        answers,
        evidence,
    };
    let signed = signature("SOK DARA").under(&filled(&form, &evidence));
    assert!(signed.covers(&filled(&form, &evidence)));
    let text = "trade.market-stall person false new\n\
                {\"area\":\"12.5\",\"days\":[\"sat\",\"sun\"],\"home\":{\"code\":\"9\",\"line\":\"b\"}}";
    let papers = format!(
        "\nid-card {} \nhealth-letter {} 2026-03-01",
        Digest32::sha256(&[&[1]]),
        Digest32::sha256(&[&[2]])
    );
    assert_eq!(signed.content, Some(Digest32::sha256(&[text.as_bytes(), papers.as_bytes()])));

    let renamed: Vec<Evidence> = evidence
        .iter()
        .map(|paper| Evidence { name: "b.png".into(), blob: BlobId::new([9; 16]), ..paper.clone() })
        .collect();
    assert!(signed.covers(&filled(&form, &renamed)));
    assert!(!signed.covers(&filled(&form, &evidence[..1])));
    let mut changed = form.clone();
    changed["days"] = json!(["sat,sun"]);
    assert!(!signed.covers(&filled(&changed, &evidence)));
    assert!(!signed.covers(&Filled { by_representative: true, ..filled(&form, &evidence) }));
    assert!(signature("SOK DARA").covers(&filled(&changed, &evidence)), "an earlier release did not say so");
}

#[test]
fn a_correction_that_raises_the_fee_is_paid_before_the_decision_and_one_that_lowers_it_is_given_back() {
    let before_review = [("when = \"on-approval\"", "when = \"on-submission\"")];
    let mut case = Case::under(&before_review);
    let paid = |case: &mut Case| {
        let amount = case.request.record().outstanding();
        case.tries(Who::Cashier, Command::Pay { amount, method: PaymentMethod::Cash })
    };
    assert!(paid(&mut case).is_empty());
    let mut case = case.sent_back(&["form.stalls"]);
    assert_eq!(case.corrects(answers(json!({ "stalls": 5 }))), []);
    assert_eq!(case.request.record().outstanding().minor(), 10_000);
    let mut case = case.examined();
    let due = case.request.record().outstanding();
    assert_eq!(
        case.hears(&oneservice_core::testing::clerk::work::actor(Who::Approver), approve("approve")),
        [Denial::FeeUnpaid { due }]
    );
    assert!(paid(&mut case).is_empty());
    assert!(case.tries(Who::Approver, approve("approve")).is_empty());

    let mut case = Case::under(&before_review);
    assert!(paid(&mut case).is_empty());
    let mut case = case.sent_back(&["form.stalls"]);
    assert_eq!(case.corrects(answers(json!({ "stalls": 1 }))), []);
    let refund = case.request.record().refundable_in(StageName::InReview, case.request.service());
    assert_eq!(refund.minor(), 10_000);
    assert!(case.tries(Who::Cashier, Command::Refund { amount: refund }).is_empty());
    assert_eq!(case.tries(Who::Cashier, Command::Refund { amount: refund }), ["nothing-to-refund"]);
}

#[test]
fn where_the_clock_runs_on_the_due_day_stays() {
    let runs = [("clock = \"stops-while-returned\"", "clock = \"runs\"")];
    let mut case = Case::under(&runs).sent_back(&["form.area"]);
    let promised = case.request.record().promised_on;
    assert_eq!(case.request.record().due_on, None);
    case.later(20);
    assert_eq!(case.corrects(answers(json!({ "area": "13.5" }))), []);
    assert_eq!(case.request.record().due_on, Some(promised));
    let mut case = Case::under(&[]).sent_back(&["form.area"]);
    case.later(20);
    assert_eq!(case.corrects(answers(json!({ "area": "13.5" }))), []);
    assert!(case.request.record().due_on > Some(promised), "the clock stood still meanwhile");
}
