//! Each invariant can turn red: histories that a broken rule would leave behind. Replay takes them, since it asks no rule.

use std::panic::{AssertUnwindSafe, catch_unwind};

use oneservice_core::ids::{BlobId, Digest32};
use oneservice_core::request::*;
use oneservice_core::testing::clerk::Who;
use oneservice_core::testing::clerk::work::signature;

use super::corners::{Case, collect};
use super::life::{Steps, holds_always};

const COSIGNER: (&str, &str) =
    ("at_collection = true", "at_collection = true\ncosigner = { km = \"ម្ចាស់ផ្ទះ\", en = \"The owner\" }");

/// A life from draft to collected, with a mandate that was given.
fn life() -> Case {
    let mut case = Case::under(&[COSIGNER]);
    let cosign =
        Command::Cosign { identity: "national-id 6789".to_owned(), signature: signature("CHAN THY") };
    assert!(case.tries(Who::Cosigner, cosign).is_empty());
    case = case.ready();
    let (name, identity) = ("CHAN THY".to_owned(), "national-id 6789".to_owned());
    let mandate = Mandate { name, identity, code: Digest32::sha256(&[b"one"]) };
    assert!(case.tries(Who::Applicant, Command::GiveMandate(mandate)).is_empty());
    assert!(
        case.tries(Who::Desk, collect("SOK DARA", "national-id 6789", Some(signature("SOK DARA"))))
            .is_empty()
    );
    case
}

/// What is said of the life after `change`, whose facts lead where they lead.
fn said(change: impl FnOnce(&mut Vec<Recorded>)) -> String {
    said_of(life(), change)
}

fn said_of(mut case: Case, change: impl FnOnce(&mut Vec<Recorded>)) -> String {
    change(&mut case.history);
    let service = std::sync::Arc::clone(case.request.service());
    let id = case.request.record().id;
    let up_to = |facts: usize| replay(id, std::sync::Arc::clone(&service), &case.history[..facts]).unwrap();
    let request = up_to(case.history.len());
    heard(|| {
        let mut steps = Steps::default();
        let mut from = StageName::Draft;
        for (nth, recorded) in case.history.iter().enumerate() {
            let after = up_to(nth + 1);
            steps.take(case.context().calendar, from, recorded, &after);
            from = after.stage();
        }
        holds_always(&service, &request, &case.history);
    })
}

/// The words with which something does not hold; none if all of it does.
fn heard(holds: impl FnOnce()) -> String {
    let held = catch_unwind(AssertUnwindSafe(holds));
    held.err().map_or_else(String::new, |panic| match panic.downcast::<String>() {
        Ok(said) => *said,
        Err(panic) => panic.downcast_ref::<&str>().unwrap().to_string(),
    })
}

fn at(history: &[Recorded], name: FactName) -> usize {
    history.iter().position(|recorded| recorded.fact.name() == name).unwrap()
}

#[test]
fn an_honest_life_holds() {
    assert_eq!(said(|_| ()), "");
}

#[test]
fn a_request_is_what_its_facts_say_and_counts_them() {
    let case = life();
    let service = std::sync::Arc::clone(case.request.service());
    let heard = |history: &[Recorded]| heard(|| holds_always(&service, &case.request, history));
    let shorter = heard(&case.history[..case.history.len() - 1]);
    assert!(shorter.contains("every fact counts"), "{shorter}");
    let mut other = case.history.clone();
    let last = at(&other, FactName::Collection);
    let AnyFact::Collection(collection) = &mut other[last].fact else { panic!("a collection") };
    collection.originals_seen.clear();
    assert_eq!(heard(&other), "", "what no record keeps is in the history alone");
    let sent = at(&other, FactName::Submission);
    let AnyFact::Submission(submission) = &mut other[sent].fact else { panic!("a submission") };
    submission.signature = None;
    let unsigned = heard(&other);
    assert!(unsigned.contains("the facts say all"), "{unsigned}");
}

#[test]
fn a_row_that_the_table_does_not_have_is_named() {
    let role = said(|history| {
        let decided = at(history, FactName::Approval);
        history[decided].entry.by.role = oneservice_core::catalog::Role::Cashier;
    });
    assert!(role.contains("recorded in one of the row's roles"), "{role}");
    // No history leads to such a row: replay itself refuses it.
    let mut case = life();
    let paid = at(&case.history, FactName::Payment);
    let again = case.history[paid].clone();
    case.history.push(again);
    let service = std::sync::Arc::clone(case.request.service());
    let read = replay(case.request.record().id, service, &case.history);
    assert!(matches!(
        read,
        Err(PayloadError::Unlawful(Unlawful { stage: StageName::Closed, fact: FactName::Payment }))
    ));
}

#[test]
fn a_clock_that_stands_still_is_named() {
    let mut case = Case::under(&[]).examined();
    let reasons = vec!["TR-X01".parse().unwrap()];
    let refuse = Command::Refuse { step: "approve".parse().unwrap(), reasons, note: None };
    assert!(case.tries(Who::Approver, refuse).is_empty());
    assert!(case.tries(Who::Applicant, Command::Object { text: "no".to_owned() }).is_empty());
    let still = said_of(case, |history| {
        let objected = at(history, FactName::Objection);
        history[objected].fact = Objection { text: "no".to_owned(), due_on: None }.into();
    });
    assert!(still.contains("the clock runs while the office has to act: objected"), "{still}");
}

#[test]
fn a_day_of_a_step_that_does_not_hold_is_named() {
    let opened = |day: &'static str, with: FactName| {
        said(move |history| {
            let opens = at(history, with);
            let (_, last_day) = history[opens].entry.opened.iter_mut().next().unwrap();
            *last_day = day.parse().unwrap();
        })
    };
    // Review opens on Tuesday, and the first step has one working day.
    assert_eq!(opened("2026-04-01", FactName::ReviewOpened), "");
    let short = opened("2026-03-31", FactName::ReviewOpened);
    assert!(short.contains("intake has all its days when it opens"), "{short}");
    let sunday = opened("2026-04-05", FactName::ReviewOpened);
    assert!(sunday.contains("intake is expected on 2026-04-05, when nobody works"), "{sunday}");
    let slid = said(|history| {
        // Said when it opened, and said otherwise by the next fact while it is still open.
        let opens = at(history, FactName::ReviewOpened);
        let reading = Reading { document: "id-card".parse().unwrap(), blob: BlobId::new([0; 16]) };
        let mut entry = history[opens].entry.clone();
        entry.by.role = oneservice_core::catalog::Role::FrontDesk;
        entry.opened.values_mut().for_each(|day| *day = "2026-04-02".parse().unwrap());
        history.insert(opens + 1, Recorded { entry, fact: reading.into() });
    });
    assert!(slid.contains("the day of intake stands"), "{slid}");
}

#[test]
fn each_broken_rule_is_named() {
    let examined_by_the_decider = said(|history| {
        let decider = history[at(history, FactName::Approval)].entry.by.officer.clone();
        let examined = |recorded: &&mut Recorded| matches!(&recorded.fact, AnyFact::StepPassed(fact) if fact.step.as_str() == "examine");
        history.iter_mut().find(examined).unwrap().entry.by.officer = decider;
    });
    assert!(examined_by_the_decider.contains("four eyes"), "{examined_by_the_decider}");

    let not_examined = said(|history| {
        history.retain(|recorded| !matches!(&recorded.fact, AnyFact::StepPassed(fact) if fact.step.as_str() == "examine"));
    });
    assert!(not_examined.contains("nobody decides what nobody examined"), "{not_examined}");

    let unpaid = said(|history| history.retain(|recorded| recorded.fact.name() != FactName::Payment));
    assert!(unpaid.contains("no result without its fee"), "{unpaid}");

    let twice = said(|history| {
        let paid = at(history, FactName::Payment);
        history.insert(paid, history[paid].clone());
    });
    assert!(twice.contains("that very amount, once"), "{twice}");

    let unsigned = said(|history| history.retain(|recorded| recorded.fact.name() != FactName::Cosignature));
    assert!(unsigned.contains("no review before the co-signature"), "{unsigned}");

    let signed_twice = said(|history| {
        let signed = at(history, FactName::Cosignature);
        history.insert(signed, history[signed].clone());
    });
    assert!(signed_twice.contains("signs once"), "{signed_twice}");

    let back = said(|history| {
        history.last_mut().unwrap().entry.recorded_at = history[0].entry.recorded_at.plus_hours(-1)
    });
    assert!(back.contains("time does not run back"), "{back}");

    let collects = |relation: Relation, mandate: Option<MandateProof>| {
        said(|history| {
            let last = at(history, FactName::Collection);
            let AnyFact::Collection(collection) = &mut history[last].fact else { panic!("a collection") };
            (collection.collector.relation, collection.collector.mandate) = (relation, mandate);
        })
    };
    let nothing = collects(Relation::Proxy, None);
    assert!(nothing.contains("shows that they may"), "{nothing}");
    let other = collects(Relation::Proxy, Some(MandateProof::Code(Digest32::sha256(&[b"two"]))));
    assert!(other.contains("by the code that holds"), "{other}");
    let right = collects(Relation::Proxy, Some(MandateProof::Code(Digest32::sha256(&[b"one"]))));
    assert_eq!(right, "");

    let told_and_seen = said(|history| {
        let paid = at(history, FactName::Payment);
        let AnyFact::Payment(payment) = history[paid].fact.clone() else { panic!("a payment") };
        let (amount, reference, receipt) = (payment.amount, "FT1".to_owned(), payment.receipt);
        let entry = history[paid].entry.clone();
        let told = TransferRecorded { amount, reference: reference.clone() }.into();
        history[paid].fact = TransferConfirmed { amount, reference, receipt }.into();
        history.insert(paid, Recorded { entry, fact: told });
    });
    assert!(told_and_seen.contains("told by one, seen by another"), "{told_and_seen}");
}
