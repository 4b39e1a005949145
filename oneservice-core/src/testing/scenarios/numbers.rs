//! Numbers of registers at the turn of the year, and over the death of the process at any write.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::scene::{Premises, SERVICE, Scene, Who, up_to_ready};
use crate::calendar::Moment;
use crate::office::{Basis, Clock, NewDraft, Receipt, SetClock};
use crate::request::{Actor, AnyFact, Command, Recorded, SignatureMethod, StageName};
use crate::store::{Placed, Query, Store};
use crate::testing::case::{cases, hold, same};
use crate::testing::faults::Fault;
use crate::testing::{Broken, Case, Checked, sample};

pub(super) const CASES: &[Case] = cases![
    scenario_15_numbers_have_no_gap_at_the_turn_of_the_year,
    scenario_15_a_number_is_of_the_year_in_which_it_was_given,
    scenario_15_nothing_is_lost_when_the_process_dies_at_any_write,
];

/// How many pay at once.
const PAYING: usize = 40;

/// A clock that goes on whenever somebody looks at it: as midnight can come between any two looks.
#[derive(Debug)]
struct Restless(Arc<SetClock>);

impl Clock for Restless {
    fn now(&self) -> Moment {
        self.0.advance_millis(1);
        self.0.now()
    }
}

/// Every number of the receipts' register and of the results', by the year in which it was given, in the log's order.
async fn given(
    premises: &Premises,
    scene: &Scene,
) -> Result<BTreeMap<(&'static str, i16), Vec<String>>, Broken> {
    let calendar = scene.office.catalog().calendar();
    let mut given: BTreeMap<(&'static str, i16), Vec<String>> = BTreeMap::new();
    let mut from = 0;
    loop {
        let events = premises.store.events(scene.office.id(), from, 500).await?;
        let Some(last) = events.last() else { return Ok(given) };
        from = last.index + 1;
        for event in &events {
            let Recorded { entry, fact } = Recorded::from_payload(&event.body.payload)?;
            let year = calendar.local_date(entry.recorded_at).year();
            let number = match fact {
                AnyFact::Payment(payment) => ("receipt", payment.receipt),
                AnyFact::Issuance(issuance) => ("result", issuance.result.number),
                _ => continue,
            };
            given.entry((number.0, year)).or_default().push(number.1);
        }
    }
}

/// Each register counts from one without a gap, by the year on the wall when it was given, and says so of itself.
async fn without_a_gap(premises: &Premises, scene: &Scene) -> Checked {
    for ((register, year), numbers) in given(premises, scene).await? {
        let count = numbers.len() as u64;
        let (expected, counter): (Vec<String>, String) = match register {
            "receipt" => {
                ((1..=count).map(|n| format!("R-{year}-{n:06}")).collect(), format!("receipt/{year}"))
            }
            _ => (
                (1..=count).map(|n| format!("STALL-{year}-{n:05}")).collect(),
                format!("result/{SERVICE}/{year}"),
            ),
        };
        same(&format!("the {register}s of {year}"), numbers, expected)?;
        same(&counter, premises.store.counter(scene.office.id(), &counter).await?, count)?;
    }
    Ok(())
}

async fn scenario_15_numbers_have_no_gap_at_the_turn_of_the_year(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-12-31T02:00:00Z")?;
    let clock = || Arc::new(Restless(Arc::clone(&premises.clock)));
    let servers = [premises.serve_by(clock(), &[]).await?, premises.serve_by(clock(), &[]).await?];
    let mut receipts = Vec::new();
    for _ in 0..PAYING {
        receipts.push(servers[0].submitted().await?);
    }
    // Midnight comes while some of them have paid.
    premises.wall(&servers[0], "2026-12-31T23:59:59")?;
    // The first pays before it, whatever the others' threads do.
    servers[0].act(&receipts[0], Who::Cashier, servers[0].pay(&receipts[0])).await?;
    premises.wall(&servers[0], "2026-12-31T23:59:59")?;
    premises.clock.advance_millis(1_000 - 2 * PAYING as i64);
    let paying = receipts.iter().skip(1).enumerate().map(|(nth, receipt)| {
        let (scene, receipt) = (servers[nth % 2].clone(), receipt.clone());
        tokio::spawn(async move { scene.act(&receipt, Who::Cashier, scene.pay(&receipt)).await })
    });
    for paid in futures::future::join_all(paying).await {
        same("stage", paid??.stage(), StageName::InReview)?;
    }
    premises.wall(&servers[0], "2027-01-01T09:00:00")?;
    servers[0].in_review().await?;
    let last = servers[1].in_review().await?;
    without_a_gap(&premises, &servers[0]).await?;
    let years = given(&premises, &servers[0]).await?;
    let paid_in = |year: i16| years.get(&("receipt", year)).map_or(0, Vec::len);
    hold("midnight came in between", paid_in(2026) > 0 && paid_in(2027) > 1)?;
    same("receipts", years.values().map(Vec::len).sum::<usize>(), PAYING + 2)?;
    // The year of a request is that of the day on which it is received.
    let number = servers[0].office.case(last.id).await?.number;
    hold(&format!("{number} is of 2027"), number.starts_with("HT-2027-"))
}

/// Midnight comes at the first look at the clock while somebody pays, at the second, and so on, a year for each.
async fn scenario_15_a_number_is_of_the_year_in_which_it_was_given(store: Arc<dyn Store>) -> Checked {
    const LOOKS: i64 = 8;
    let premises = Premises::at(store, "2026-12-31T02:00:00Z")?;
    let scene = premises.serve_by(Arc::new(Restless(Arc::clone(&premises.clock))), &[]).await?;
    for look in 1..=LOOKS {
        let year = 2025 + look;
        premises.wall(&scene, &format!("{year}-12-31T10:00:00"))?;
        let receipt = scene.submitted().await?;
        premises.wall(&scene, &format!("{year}-12-31T23:59:59"))?;
        premises.clock.advance_millis(1_000 - look);
        scene.act(&receipt, Who::Cashier, scene.pay(&receipt)).await?;
    }
    without_a_gap(&premises, &scene).await
}

/// What a process does for one person, under keys that the person keeps. How far it came is in `done`.
async fn work(scene: &Scene, person: &str, done: &mut Vec<Placed>) -> Result<Receipt, Broken> {
    let office = &scene.office;
    let service = office.catalog().service(&SERVICE.parse()?).cloned();
    let service = service.ok_or_else(|| Broken(format!("there is no {SERVICE}")))?;
    let card = office.keep(&service, "id-card", "card.pdf", None, sample::PDF.to_vec()).await?;
    let signed = office.signature(&service, SignatureMethod::Typed, "SOK DARA", None).await?;
    let new = NewDraft { idempotency_key: Some(person.to_owned()), ..NewDraft::of(SERVICE) };
    let answers = sample::answers();
    let receipt =
        office.submit_whole(new, answers, vec![card], Some(signed), &Actor::Applicant, None).await?;
    let mut acts = vec![(Who::Cashier, scene.pay(&receipt))];
    acts.extend(up_to_ready()?);
    for (nth, (who, command)) in acts.into_iter().enumerate() {
        done.push(act(scene, &receipt, who, command, format!("{person} {nth}")).await?);
    }
    Ok(receipt)
}

async fn act(
    scene: &Scene,
    receipt: &Receipt,
    who: Who,
    command: Command,
    key: String,
) -> Result<Placed, Broken> {
    let basis = Basis { version: None, key: Some(key) };
    Ok(scene.office.act(receipt.id, command, &who.actor()?, basis).await?.placed)
}

async fn scenario_15_nothing_is_lost_when_the_process_dies_at_any_write(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let mut people = 0;
    for death in [Fault::KilledBefore, Fault::KilledAfter] {
        for nth in 0.. {
            let mut plan = vec![Fault::None; nth];
            plan.push(death);
            let (mortal, person) = (premises.serve(&plan).await?, format!("{death:?} {nth}"));
            let mut done = Vec::new();
            let whole = work(&mortal, &person, &mut done).await.is_ok();
            drop(mortal);
            // Another process, and the person does it all again.
            let again = premises.serve(&[]).await?;
            let mut redone = Vec::new();
            let receipt = work(&again, &person, &mut redone).await?;
            people += 1;
            same("what was acknowledged stands", &redone[..done.len()], &done[..])?;
            same("stage", again.stage(&receipt).await?, StageName::Ready)?;
            if whole {
                break;
            }
        }
    }
    let scene = premises.serve(&[]).await?;
    without_a_gap(&premises, &scene).await?;
    let page = scene.office.list(&Query::Stage(StageName::Ready), None, 100).await?;
    same("requests", page.rows.len(), people)
}
