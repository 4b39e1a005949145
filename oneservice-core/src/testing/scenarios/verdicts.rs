//! A finding against an item counts only with its reason.

use std::sync::Arc;

use super::scene::{Premises, Who, back, pass};
use crate::request::{Command, Denial, Item, StageName, Verdict};
use crate::store::Store;
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked};

pub(super) const CASES: &[Case] = cases![
    scenario_05_a_rejection_without_its_reason_is_no_verdict,
    scenario_05_a_refusal_without_its_reason_is_no_decision,
];

/// The sample's reasons for which words must be given.
const OTHER: &str = "TR-C09";
const OTHER_REFUSAL: &str = "TR-X09";

fn codes(denials: &[Denial]) -> Vec<&'static str> {
    denials.iter().map(Denial::code).collect()
}

fn reject(item: &Item, reason: &str, note: Option<&str>) -> Result<Command, Broken> {
    let verdict = Verdict::Rejected { reason: reason.parse()?, note: note.map(str::to_owned) };
    Ok(Command::Judge { step: "intake".parse()?, item: item.clone(), verdict })
}

async fn scenario_05_a_rejection_without_its_reason_is_no_verdict(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    let receipt = scene.in_review().await?;
    let before = scene.request(&receipt).await?;
    let card: Item = "documents.id-card".parse()?;
    for (reason, note, code) in [
        ("TR-C00", Some("no such reason"), "reason-unknown"),
        // A reason for refusals is none for a paper.
        ("TR-X01", Some("of another kind"), "reason-unknown"),
        (OTHER, None, "words-missing"),
        (OTHER, Some(" \t\u{a0}"), "words-missing"),
    ] {
        let denials = scene.denied(&receipt, Who::Desk, reject(&card, reason, note)?).await?;
        same(&format!("{reason} {note:?}"), codes(&denials), vec![code])?;
        let denials = scene.denied(&receipt, Who::Desk, back("documents.id-card", reason, note)?).await?;
        same(&format!("a return for {reason} {note:?}"), codes(&denials), vec![code])?;
    }
    let nothing =
        Command::Return { step: "intake".parse()?, corrections: vec![], note: None, exception: None };
    let denials = scene.denied(&receipt, Who::Desk, nothing).await?;
    same("a return of nothing", codes(&denials), vec!["nothing-to-correct"])?;
    let approve = Command::Approve { step: "approve".parse()?, note: None };
    let denials = scene.denied(&receipt, Who::Head, approve).await?;
    hold("nor is it decided", codes(&denials).contains(&"step-not-open"))?;
    let after = scene.request(&receipt).await?;
    hold("nothing of it counts", after == before && after.record().judgements.is_empty())?;

    scene.act(&receipt, Who::Desk, reject(&card, OTHER, Some("The stamp is upside down"))?).await?;
    let denials = scene.denied(&receipt, Who::Desk, pass("intake")?).await?;
    same("now it counts", codes(&denials), vec!["rejections-stand"])?;
    scene
        .act(&receipt, Who::Desk, back("documents.id-card", OTHER, Some("The stamp is upside down"))?)
        .await?;
    same("stage", scene.stage(&receipt).await?, StageName::Returned)
}

async fn scenario_05_a_refusal_without_its_reason_is_no_decision(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    let receipt = scene.in_review().await?;
    scene.act(&receipt, Who::Desk, pass("intake")?).await?;
    scene.act(&receipt, Who::Examiner, pass("examine")?).await?;
    let refuse = |reasons: &[&str], note: Option<&str>| -> Result<Command, Broken> {
        let reasons = reasons.iter().map(|code| code.parse()).collect::<Result<_, _>>()?;
        Ok(Command::Refuse { step: "approve".parse()?, reasons, note: note.map(str::to_owned) })
    };
    for (reasons, note, code) in [
        (&[] as &[&str], Some("because"), "reason-missing"),
        (&["TR-C01"], Some("because"), "reason-unknown"),
        (&[OTHER_REFUSAL], None, "words-missing"),
        (&["TR-X01", OTHER_REFUSAL], Some("  "), "words-missing"),
    ] {
        let denials = scene.denied(&receipt, Who::Head, refuse(reasons, note)?).await?;
        same(&format!("{reasons:?} {note:?}"), codes(&denials), vec![code])?;
    }
    same("stage", scene.stage(&receipt).await?, StageName::InReview)?;
    scene.act(&receipt, Who::Head, refuse(&[OTHER_REFUSAL], Some("The market closes"))?).await?;
    same("stage", scene.stage(&receipt).await?, StageName::Refused)
}
