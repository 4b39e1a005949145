//! How long words may be, wherever somebody adds some to an act.

use oneservice_core::ids::Digest32;
use oneservice_core::money::Money;
use oneservice_core::request::*;
use oneservice_core::testing::clerk::Who;
use oneservice_core::testing::clerk::work::{actor, signature};

use super::corners::{Case, collect, step};

/// The co-signature of the owner, before review.
const COSIGNER: (&str, &str) =
    ("at_collection = true", "at_collection = true\ncosigner = { km = \"ម្ចាស់ផ្ទះ\", en = \"The owner\" }");

fn item() -> Item {
    "form.area".parse().unwrap()
}

/// A reason by its code.
fn code(code: &str) -> oneservice_core::request::ReasonCode {
    code.parse().unwrap()
}

/// Signs that take one, two, three and four bytes.
const SIGNS: [&str; 4] = ["a", "é", "ក", "😀"];

#[test]
fn words_have_a_limit_in_characters_whatever_their_bytes() {
    for sign in SIGNS {
        let mut case = Case::under(&[]);
        let withdraw = |signs: usize| Command::Withdraw { reason: Some(sign.repeat(signs)) };
        let too_long = || Denial::WordsTooLong { field: "reason", limit: WORDS_LIMIT };
        for signs in [WORDS_LIMIT + 1, WORDS_LIMIT * 5] {
            assert_eq!(case.hears(&Actor::Applicant, withdraw(signs)), [too_long()], "{sign}");
        }
        assert_eq!(case.hears(&Actor::Applicant, withdraw(WORDS_LIMIT)), [], "{sign}");
    }
}

#[test]
fn a_reference_of_a_bank_and_the_hours_of_a_visit_are_short() {
    let mut case = Case::under(&[("when = \"on-approval\"", "when = \"on-submission\"")]);
    let amount = case.request.record().outstanding();
    let tell =
        |signs: usize| Command::RecordTransfer { amount, reference: format!(" {} ", "ក".repeat(signs)) };
    let too_long = Denial::WordsTooLong { field: "reference", limit: REFERENCE_LIMIT };
    assert_eq!(case.hears(&actor(Who::Cashier), tell(REFERENCE_LIMIT + 1)), [too_long]);
    assert_eq!(case.hears(&actor(Who::Cashier), tell(REFERENCE_LIMIT)), []);
    let waiting = case.request.record().transfer.as_ref().unwrap();
    assert_eq!(waiting.reference.chars().count(), REFERENCE_LIMIT, "without blanks around it");

    let mut case = Case::under(&[("kind = \"examination\"", "kind = \"inspection\"")]);
    assert!(case.tries(Who::Desk, super::corners::pass("intake", vec![])).is_empty());
    let visit = |signs: usize| {
        Command::ScheduleInspection(InspectionScheduled {
            step: step("examine"),
            day: "2026-04-01".parse().unwrap(),
            hours: "8".repeat(signs),
            prepare: None,
            reason: None,
        })
    };
    let too_long = Denial::WordsTooLong { field: "hours", limit: 64 };
    assert_eq!(case.hears(&actor(Who::Examiner), visit(65)), [too_long]);
    assert_eq!(case.hears(&actor(Who::Examiner), visit(64)), []);
}

/// Who does it, and the field that is named.
type Said = (Who, &'static str, Command);

fn in_review(note: &dyn Fn() -> Option<String>) -> Vec<Said> {
    let words = || note().unwrap_or_default();
    let rejected = |note| Verdict::Rejected { reason: code("TR-C09"), note };
    let back = |whole, one| Command::Return {
        step: step("intake"),
        corrections: vec![Correction { item: item(), reason: code("TR-C09"), note: one }],
        note: whole,
        exception: None,
    };
    let pass = Command::PassStep {
        step: step("intake"),
        finding: Finding::Favourable,
        note: note(),
        checked: vec![],
        report: None,
    };
    let give = Command::Assign { step: step("intake"), to: None, reason: Some(code("OF-A01")), note: note() };
    let mandate =
        |name, identity| Command::GiveMandate(Mandate { name, identity, code: Digest32::sha256(&[b"one"]) });
    let refuse = Command::Refuse { step: step("approve"), reasons: vec![code("TR-X01")], note: note() };
    vec![
        (Who::Desk, "note", Command::Judge { step: step("intake"), item: item(), verdict: rejected(note()) }),
        (Who::Desk, "note", pass),
        (Who::Desk, "note", back(note(), Some("too large".to_owned()))),
        (Who::Desk, "note", back(None, note())),
        (Who::Approver, "note", Command::Approve { step: step("approve"), note: note() }),
        (Who::Approver, "note", refuse),
        (Who::Approver, "note", Command::Extend { working_days: 1, reason: code("OF-E01"), note: note() }),
        (Who::Approver, "note", Command::ExplainDelay { reason: code("OF-L01"), note: note() }),
        (Who::Approver, "note", give),
        (Who::Approver, "note", Command::Recuse { reason: code("OF-C01"), note: note() }),
        (Who::Head, "note", Command::Waive { amount: riel(100), reason: code("OF-W01"), note: note() }),
        (Who::Applicant, "complaint", Command::Complain { subject: code("OF-S01"), text: words() }),
        (Who::Ombudsman, "answer", Command::AnswerComplaint { text: words() }),
        (Who::Applicant, "collector", mandate(words(), "card".to_owned())),
        (Who::Applicant, "collector", mandate("CHAN THY".to_owned(), words())),
        (Who::Applicant, "reason", Command::Withdraw { reason: note() }),
    ]
}

fn riel(minor: i64) -> Money {
    Money::new(oneservice_core::money::Currency::Khr, minor)
}

fn each_is_too_long(case: &mut Case, said: Vec<Said>) {
    for (who, field, command) in said {
        let wanted = Denial::WordsTooLong { field, limit: WORDS_LIMIT };
        let asked = format!("{:?}", command.fact());
        assert!(case.hears(&actor(who), command).contains(&wanted), "{asked}");
    }
}

#[test]
fn every_act_that_takes_words_says_when_they_are_too_long() {
    let note = || Some("ក".repeat(WORDS_LIMIT + 1));
    let words = || note().unwrap();

    let mut case = Case::under(&[COSIGNER]);
    let cosign = |identity, signer: &str| Command::Cosign { identity, signature: signature(signer) };
    let told = vec![
        (Who::Cosigner, "identity", cosign(words(), "CHAN THY")),
        (Who::Cosigner, "signer", cosign("card".to_owned(), &words())),
    ];
    each_is_too_long(&mut case, told);

    let mut case = Case::under(&[]);
    each_is_too_long(&mut case, in_review(&note));
    let mut case = Case::under(&[]).ready();
    let collected = vec![
        (Who::Desk, "collector", collect(&words(), "card", Some(signature("SOK DARA")))),
        (Who::Desk, "collector", collect("SOK DARA", &words(), Some(signature("SOK DARA")))),
    ];
    each_is_too_long(&mut case, collected);
    assert!(case.tries(Who::Desk, collect("SOK DARA", "card", Some(signature("SOK DARA")))).is_empty());
    let closed = vec![
        (Who::Approver, "note", Command::Suspend { reason: code("OF-U01"), note: note() }),
        (Who::Approver, "note", Command::Reinstate { note: note() }),
        (Who::Approver, "note", Command::Revoke { reason: code("OF-V01"), note: note() }),
        (Who::Delegate, "note", Command::Reopen { reason: code("OF-R01"), note: note() }),
    ];
    each_is_too_long(&mut case, closed);

    let mut case = Case::under(&[]).examined();
    let refuse = Command::Refuse { step: step("approve"), reasons: vec![code("TR-X01")], note: None };
    assert!(case.tries(Who::Approver, refuse).is_empty());
    each_is_too_long(&mut case, vec![(Who::Applicant, "objection", Command::Object { text: words() })]);
    assert!(case.tries(Who::Applicant, Command::Object { text: "no".to_owned() }).is_empty());
    let answers = vec![
        (Who::Delegate, "note", Command::UpholdObjection { note: words() }),
        (Who::Delegate, "note", Command::DismissObjection { note: words() }),
    ];
    each_is_too_long(&mut case, answers);
}
