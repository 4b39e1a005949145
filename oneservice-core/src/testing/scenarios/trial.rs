//! A service is tried from the form to the result in the applicant's hands, and the office is as it was.

use std::sync::Arc;

use super::scene::{Premises, SERVICE, Scene, Who, collector, up_to_ready};
use crate::catalog::Unoffered;
use crate::ids::OfficeId;
use crate::money::Money;
use crate::office::{NewDraft, OfficeError, Receipt};
use crate::request::{AnyRequest, Command, SignatureMethod, StageName};
use crate::store::{Query, Store, Summary};
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked, sample};

pub(super) const CASES: &[Case] =
    cases![scenario_a_trial_leaves_no_trace_in_the_office, scenario_what_is_only_tried_is_not_offered];

/// All that an office is counted by.
#[derive(Debug, PartialEq)]
struct Counted {
    events: u64,
    receipts: u64,
    results: u64,
    requests: Vec<Summary>,
    closings: usize,
    due: usize,
}

async fn counted(scene: &Scene, store: &dyn Store) -> Result<Counted, Broken> {
    let id: &OfficeId = scene.office.id();
    let mut requests = scene.office.list(&Query::All, None, 100).await?.rows;
    requests.sort_by_key(|row| row.request);
    let ticked = scene.office.tick().await?;
    Ok(Counted {
        events: store.head(id).await?.size,
        receipts: store.counter(id, "receipt/2026").await?,
        results: store.counter(id, &format!("result/{SERVICE}/2026")).await?,
        requests,
        closings: scene.office.cash_closings().await?.len(),
        due: ticked.done.len(),
    })
}

/// A request from the form to the result in the applicant's hands.
async fn collected(scene: &Scene) -> Result<(Receipt, String), Broken> {
    let receipt = scene.in_review().await?;
    for (who, command) in up_to_ready()? {
        scene.act(&receipt, who, command).await?;
    }
    let AnyRequest::Ready(ready) = scene.request(&receipt).await? else {
        return Err(Broken("the result is not ready".to_owned()));
    };
    let number = ready.stage().result.number.clone();
    let signed = scene.office.signature(ready.service(), SignatureMethod::Paper, "SOK DARA", None).await?;
    let (collector, signature) = (collector(), Some(signed));
    let originals_seen = vec!["id-card".parse()?];
    scene.act(&receipt, Who::Desk, Command::Collect { collector, signature, originals_seen }).await?;
    same("stage", scene.stage(&receipt).await?, StageName::Closed)?;
    Ok((receipt, number))
}

async fn scenario_a_trial_leaves_no_trace_in_the_office(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(Arc::clone(&store), "2026-03-31T04:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    let trial = Scene { office: scene.office.trial(), way: Arc::clone(&scene.way) };
    let (first, number) = collected(&scene).await?;
    same("the office's number", number.as_str(), "STALL-2026-00001")?;
    let waiting = scene.submitted().await?;
    let before = counted(&scene, &*store).await?;

    for nth in 1..=2 {
        let (tried, number) = collected(&trial).await?;
        same("a trial's number", number, format!("TRIAL-STALL-2026-{nth:05}"))?;
        hold(&tried.number, tried.number.starts_with("TRIAL-HT-2026-"))?;
        hold("a code that no request has", tried.code.is_trial() && !first.code.is_trial())?;
        // Neither office knows what the other has, by whatever it is asked for.
        let missing =
            |found: Result<(), OfficeError>| hold("not found", matches!(found, Err(OfficeError::NotFound)));
        missing(scene.office.case(tried.id).await.map(drop))?;
        missing(scene.office.case_by_link(tried.key).await.map(drop))?;
        missing(scene.office.case_by_code(tried.code).await.map(drop))?;
        missing(trial.office.case_by_link(first.key).await.map(drop))?;
    }
    let left = trial.submitted().await?;
    same("listed", trial.office.list(&Query::All, None, 10).await?.rows.len(), 3)?;
    let fee = 2 * first.fee.total.minor();
    let closed = trial.office.close_cash(&Who::Cashier.actor()?, Money::riel(fee), None, None).await?;
    hold(
        "the trial's own drawer is right",
        closed.is_ok_and(|closed| closed.cash_closed.difference().is_zero()),
    )?;
    same("no account to pay into", trial.office.payment_code(&trial.request(&left).await?), None)?;
    same("the office", &counted(&scene, &*store).await?, &before)?;

    // Nor when the trial's time runs out.
    premises.clock.advance_millis(60 * 24 * 3_600_000);
    trial.office.tick().await?;
    same("what was only tried has lapsed", trial.stage(&left).await?, StageName::Closed)?;
    same("the office waits", scene.stage(&waiting).await?, StageName::Submitted)?;
    let next = scene.submitted().await?;
    same("the number is the log's next", next.number, format!("HT-2026-{:06}", before.events + 1))
}

async fn scenario_what_is_only_tried_is_not_offered(store: Arc<dyn Store>) -> Checked {
    const STALL: &str = "services/trade/market-stall.toml";
    let premises = Premises::at(store, "2026-03-31T04:00:00Z")?;
    let mut files = sample::files();
    let text = files.get(STALL).cloned().unwrap_or_default();
    files.insert(STALL.to_owned(), text.replacen("version = 1", "version = 1\ntrial_only = true", 1));
    let scene = premises.serve_under(&files, Arc::clone(&premises.clock) as _, &[]).await?;
    let trial = Scene { office: scene.office.trial(), way: Arc::clone(&scene.way) };
    same("offered", (scene.office.offered().count(), trial.office.offered().count()), (0, 1))?;
    let refused = scene.office.draft(NewDraft::of(SERVICE)).await;
    hold(
        "cannot be begun",
        matches!(refused, Err(OfficeError::NotOffered { why: Unoffered::TrialOnly, .. })),
    )?;
    let tried = trial.in_review().await?;
    // Once it is public it is the same version, and what was tried stays a trial.
    let public = premises.serve(&[]).await?;
    let asked = public.in_review().await?;
    same("the version", asked.service, tried.service)?;
    same("listed", public.office.list(&Query::All, None, 10).await?.rows.len(), 1)
}
