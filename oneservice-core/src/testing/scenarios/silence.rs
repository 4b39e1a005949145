//! The office does not answer in time, and a rule says what that means.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::scene::{Premises, Scene, Who, back, pass};
use crate::calendar::Date;
use crate::catalog::Role;
use crate::office::{Basis, Receipt};
use crate::request::{AnyFact, Command, FactName, StageName};
use crate::store::Store;
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked, sample};

pub(super) const CASES: &[Case] = cases![
    scenario_07_silence_grants_once_and_only_what_the_rule_is_for,
    scenario_07_a_service_that_is_closed_since_and_a_request_that_fails,
];

const STALL: &str = "services/trade/market-stall.toml";

/// The sample's catalogue with a rule that silence grants, for requests from the third of June on.
fn granting() -> BTreeMap<String, String> {
    let mut files = sample::files();
    if let Some(text) = files.get_mut(STALL) {
        *text = text.replace("then = \"escalate\"", "then = \"grant\"");
        *text = text.replace("since = \"2026-01-01\"", "since = \"2026-06-03\"");
    }
    files
}

/// The same office with another service in the place of this one.
fn closed_since() -> BTreeMap<String, String> {
    let mut files = granting();
    if let Some(text) = files.remove(STALL) {
        let other = text.replace("id = \"trade.market-stall\"", "id = \"trade.other-stall\"");
        files.insert("services/trade/other-stall.toml".to_owned(), other);
    }
    files
}

async fn serve(premises: &Premises, files: &BTreeMap<String, String>) -> Result<Scene, Broken> {
    premises.serve_under(files, Arc::clone(&premises.clock) as _, &[]).await
}

/// To the afternoon of a day.
fn go_to(premises: &Premises, scene: &Scene, day: Date) -> Checked {
    premises.wall(scene, &format!("{day}T13:15:00"))
}

fn after(day: Date) -> Result<Date, Broken> {
    day.tomorrow().map_err(|error| Broken(error.to_string()))
}

/// What the clock did, which must be able to do all of it.
async fn tick(scene: &Scene) -> Result<Vec<FactName>, Broken> {
    let ticked = scene.office.tick().await?;
    let failed: Vec<&str> = ticked.failed.iter().map(|(_, error)| error.code()).collect();
    same("what failed", failed, vec![])?;
    Ok(ticked.done.into_iter().map(|(_, fact)| fact).collect())
}

async fn due(scene: &Scene, receipt: &Receipt) -> Result<Date, Broken> {
    let due = scene.request(receipt).await?.record().due_on;
    due.ok_or_else(|| Broken("no due day".into()))
}

/// Every grant by silence: for which day, by which article, by whom.
async fn silences(scene: &Scene, receipt: &Receipt) -> Result<Vec<(Date, String, Role)>, Broken> {
    let history = scene.office.case(receipt.id).await?.history;
    let silences = history.into_iter().filter_map(|happening| match happening.recorded.fact {
        AnyFact::SilentApproval(silent) => {
            Some((silent.due_on, silent.article, happening.recorded.entry.by.role))
        }
        _ => None,
    });
    Ok(silences.collect())
}

async fn scenario_07_silence_grants_once_and_only_what_the_rule_is_for(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-06-01T04:00:00Z")?;
    let scene = serve(&premises, &granting()).await?;
    let before = scene.in_review().await?;
    premises.wall(&scene, "2026-06-03T09:00:00")?;
    let (open, returned, unpaid) =
        (scene.in_review().await?, scene.in_review().await?, scene.submitted().await?);
    scene.act(&open, Who::Desk, pass("intake")?).await?;
    scene.act(&returned, Who::Desk, back("documents.id-card", "TR-C01", None)?).await?;
    let day = due(&scene, &open).await?;
    go_to(&premises, &scene, day)?;
    tick(&scene).await?;
    same("the last day counts whole", scene.stage(&open).await?, StageName::InReview)?;
    go_to(&premises, &scene, after(day)?)?;

    // Two servers at once, and again.
    let other = serve(&premises, &granting()).await?;
    let (one, two) = tokio::join!(tick(&scene), tick(&other));
    let granted = one?.into_iter().chain(two?).filter(|fact| *fact == FactName::SilentApproval);
    same("grants", granted.count(), 1)?;
    same("again", tick(&other).await?, vec![])?;
    same("stage", scene.stage(&open).await?, StageName::Approved)?;
    let expected = vec![(day, "art. 7".to_owned(), Role::System)];
    same("by the system, by the article", silences(&scene, &open).await?, expected)?;

    // Sent in before the rule applied: the heads are called on, and no more.
    let old = scene.request(&before).await?;
    same("before the rule", old.stage(), StageName::InReview)?;
    same("called on", old.record().timing.escalated, old.record().due_on)?;
    same("a correction is pending", scene.stage(&returned).await?, StageName::Returned)?;
    same("nobody was to examine it yet", scene.stage(&unpaid).await?, StageName::Submitted)?;
    // What is left is the plan's last step.
    scene.act(&open, Who::Desk, Command::Issue { step: "issue".parse()? }).await?;

    // Once it is corrected its working days go on from where they stood.
    let mut fix = scene.office.correction_draft(returned.key).await?;
    fix.attach("id-card", "new.pdf", None, sample::PDF.to_vec()).await?;
    scene.office.send_corrections(returned.key, Basis::default()).await?;
    let later = due(&scene, &returned).await?;
    hold("not the day that was missed meanwhile", later > day)?;
    go_to(&premises, &scene, later)?;
    tick(&scene).await?;
    same("its last day", scene.stage(&returned).await?, StageName::InReview)?;
    go_to(&premises, &scene, after(later)?)?;
    hold("granted", tick(&scene).await?.contains(&FactName::SilentApproval))?;
    same("stage", scene.stage(&returned).await?, StageName::Approved)
}

async fn scenario_07_a_service_that_is_closed_since_and_a_request_that_fails(
    store: Arc<dyn Store>,
) -> Checked {
    let premises = Premises::at(store, "2026-06-03T04:00:00Z")?;
    let scene = serve(&premises, &granting()).await?;
    let mut receipts = Vec::new();
    for _ in 0..3 {
        receipts.push(scene.in_review().await?);
    }
    let day = due(&scene, &receipts[0]).await?;
    let scene = serve(&premises, &closed_since()).await?;
    hold("nobody asks for it any more", scene.submitted().await.is_err())?;
    go_to(&premises, &scene, after(day)?)?;
    // One cannot be read: it waits, the others do not.
    let broken = receipts[1].id;
    scene.way.lose_request(broken);
    let ticked = scene.office.tick().await?;
    same("failed", ticked.failed.iter().map(|(id, _)| *id).collect(), vec![broken])?;
    let granted = ticked.done.iter().filter(|(_, fact)| *fact == FactName::SilentApproval);
    same("granted", granted.count(), 2)?;
    let mended = serve(&premises, &closed_since()).await?;
    hold("the next time it is done", tick(&mended).await?.contains(&FactName::SilentApproval))?;
    for receipt in &receipts {
        same("stage", mended.stage(receipt).await?, StageName::Approved)?;
        same("grants", silences(&mended, receipt).await?.len(), 1)?;
    }
    Ok(())
}
