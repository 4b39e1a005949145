//! The same thing sent twice is one thing.

use std::sync::Arc;

use super::scene::{Premises, SERVICE, Scene, Who};
use crate::office::{Basis, NewDraft, OfficeError, Receipt};
use crate::request::{Actor, AnyFact, Recorded, SignatureMethod};
use crate::store::{Query, Store};
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked, sample};

pub(super) const CASES: &[Case] = cases![
    scenario_03_a_submission_sent_twice_is_one_request,
    scenario_03_a_draft_sent_twice_is_one_request,
    scenario_03_a_fee_taken_twice_is_one_receipt,
];

/// One day and an hour.
const A_DAY_LATER: i64 = 25 * 3_600_000;

/// A program sends what it holds, under a key of its own.
async fn send(scene: Scene, key: &'static str, goods: &'static str) -> Result<Receipt, OfficeError> {
    let service = scene.answered().await?.service().await?;
    let card = scene.office.keep(&service, "id-card", "card.pdf", None, sample::PDF.to_vec()).await?;
    let signed = scene.office.signature(&service, SignatureMethod::Typed, "SOK DARA", None).await?;
    let new = NewDraft { idempotency_key: Some(key.to_owned()), ..NewDraft::of(SERVICE) };
    let mut answers = sample::answers();
    answers.insert("goods".into(), goods.into());
    scene.office.submit_whole(new, answers, vec![card], Some(signed), &Actor::Applicant, None).await
}

async fn submissions(premises: &Premises, scene: &Scene) -> Result<usize, Broken> {
    let events = premises.store.events(scene.office.id(), 0, 1_000).await?;
    let facts = events.iter().map(|event| Recorded::from_payload(&event.body.payload));
    let facts = facts.collect::<Result<Vec<_>, _>>()?;
    Ok(facts.iter().filter(|recorded| matches!(recorded.fact, AnyFact::Submission(_))).count())
}

async fn scenario_03_a_submission_sent_twice_is_one_request(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let servers = [premises.serve(&[]).await?, premises.serve(&[]).await?];
    // At once, through two servers.
    let many = (0..6).map(|nth: usize| tokio::spawn(send(servers[nth % 2].clone(), "a1", "cloth")));
    let mut receipts = Vec::new();
    for sent in futures::future::join_all(many).await {
        receipts.push(sent??);
    }
    let first = receipts.first().cloned().ok_or_else(|| Broken("nothing was sent".into()))?;
    hold("one receipt for all", receipts.iter().all(|receipt| *receipt == first))?;
    premises.clock.advance_millis(A_DAY_LATER);
    let later = premises.serve(&[]).await?;
    same("the receipt, a day later", &send(later.clone(), "a1", "cloth").await?, &first)?;
    match send(later.clone(), "a1", "other").await {
        Err(OfficeError::KeyReused) => {}
        other => return Err(Broken(format!("the key for something else: {other:?}"))),
    }
    same("requests", later.office.list(&Query::All, None, 10).await?.rows.len(), 1)?;
    same("submissions in the log", submissions(&premises, &later).await?, 1)?;
    let second = send(later.clone(), "a2", "cloth").await?;
    hold("another key is another request", second.id != first.id && second.number != first.number)
}

async fn scenario_03_a_draft_sent_twice_is_one_request(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let servers = [premises.serve(&[]).await?, premises.serve(&[]).await?];
    let mut draft = servers[0].answered().await?;
    draft.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await?;
    draft.sign(SignatureMethod::Typed, "SOK DARA", None).await?;
    let key = draft.key();
    let taps = (0..6).map(|nth: usize| {
        let office = servers[nth % 2].office.clone();
        tokio::spawn(async move { office.submit(key).await })
    });
    let mut receipts = Vec::new();
    for sent in futures::future::join_all(taps).await {
        receipts.push(sent??);
    }
    premises.clock.advance_millis(A_DAY_LATER);
    receipts.push(servers[1].office.submit(key).await?);
    hold("one receipt for all", receipts.windows(2).all(|pair| pair[0] == pair[1]))?;
    same("submissions in the log", submissions(&premises, &servers[0]).await?, 1)
}

async fn scenario_03_a_fee_taken_twice_is_one_receipt(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let servers = [premises.serve(&[]).await?, premises.serve(&[]).await?];
    let receipt = servers[0].submitted().await?;
    let taps = (0..6).map(|nth: usize| {
        let (scene, receipt) = (servers[nth % 2].clone(), receipt.clone());
        tokio::spawn(async move {
            let basis = Basis { version: None, key: Some("tap".into()) };
            let by = Who::Cashier.actor()?;
            Ok::<_, Broken>(scene.office.act(receipt.id, scene.pay(&receipt), &by, basis).await?)
        })
    });
    let mut places = Vec::new();
    for acted in futures::future::join_all(taps).await {
        places.push(acted??.placed);
    }
    hold("one place for all", places.windows(2).all(|pair| pair[0] == pair[1]))?;
    let paid = servers[1].request(&receipt).await?;
    let numbers: Vec<&str> = paid.record().payments.iter().map(|paid| paid.receipt.as_str()).collect();
    same("receipts", numbers, vec!["R-2026-000001"])?;
    same("the register", premises.store.counter(servers[0].office.id(), "receipt/2026").await?, 1)
}
