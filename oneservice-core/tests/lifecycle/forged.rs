//! Each invariant can turn red: histories that a broken rule would leave behind. Replay takes them, since it asks no rule.

use std::panic::{AssertUnwindSafe, catch_unwind};

use oneservice_core::ids::Digest32;
use oneservice_core::request::*;
use oneservice_core::testing::clerk::Who;
use oneservice_core::testing::clerk::work::signature;

use super::corners::{Case, collect};
use super::life::holds_always;

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
    let mut case = life();
    change(&mut case.history);
    let service = std::sync::Arc::clone(case.request.service());
    let request = replay(case.request.record().id, std::sync::Arc::clone(&service), &case.history).unwrap();
    let held = catch_unwind(AssertUnwindSafe(|| holds_always(&service, &request, &case.history)));
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
fn a_history_without_its_last_fact_is_another_request() {
    let mut case = life();
    case.history.pop();
    let service = std::sync::Arc::clone(case.request.service());
    let held = catch_unwind(AssertUnwindSafe(|| holds_always(&service, &case.request, &case.history)));
    assert!(held.unwrap_err().downcast::<String>().unwrap().contains("the facts say all"));
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
