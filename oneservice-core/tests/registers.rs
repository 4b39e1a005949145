//! Registers without gaps: many take a number at once, each gets one, and none is left out.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use oneservice_core::calendar::Moment;
use oneservice_core::catalog::Role;
use oneservice_core::office::{Basis, NewDraft, Office, SetClock};
use oneservice_core::request::{
    Actor, AnyFact, Appointment, Command, Officer, PaymentMethod, SignatureMethod, StageName,
};
use oneservice_core::store::MemoryStore;
use oneservice_core::testing::sample;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_and_fifty_pay_at_once() {
    let clock = Arc::new(SetClock::at(Moment::parse("2026-03-31T02:00:00Z").unwrap()));
    let store = MemoryStore::default();
    let office = Office::builder(store, sample::catalog().unwrap()).clock(clock as _).build().await.unwrap();
    let mut waiting = Vec::new();
    for _ in 0..150 {
        let mut draft = office.draft(NewDraft::of("trade.market-stall")).await.unwrap();
        draft.answers(sample::answers()).await.unwrap();
        draft.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await.unwrap();
        draft.sign(SignatureMethod::Typed, "SOK DARA", None).await.unwrap();
        let receipt = draft.submit().await.unwrap();
        waiting.push(office.case_by_link(receipt.key).await.unwrap().request);
    }
    let appointment = Appointment::new(Role::Cashier, "owso".parse().unwrap());
    let cashier = Officer {
        id: "cashier".parse().unwrap(),
        name: String::new(),
        appointments: vec![appointment],
        known_by: Vec::new(),
    };
    let paying: Vec<_> = waiting
        .iter()
        .map(|request| {
            let (office, by) = (office.clone(), Actor::Officer(cashier.clone()));
            let (id, amount) = (request.record().id, request.record().outstanding());
            let pay = Command::Pay { amount, method: PaymentMethod::Cash };
            tokio::spawn(async move { office.act(id, pay, &by, Basis::default()).await })
        })
        .collect();
    let mut receipts = Vec::new();
    for paid in paying {
        let request = paid.await.unwrap().unwrap().request;
        assert_eq!(request.stage(), StageName::InReview);
        receipts.push(request.record().payments[0].receipt.clone());
    }
    receipts.sort();
    let expected: Vec<String> = (1..=150).map(|nth| format!("R-2026-{nth:06}")).collect();
    assert_eq!(receipts, expected);
    let case = office.case(waiting[0].record().id).await.unwrap();
    assert!(case.history.iter().any(|happening| matches!(happening.recorded.fact, AnyFact::Payment(_))));
}
