//! Somebody else collects, and only whom the applicant sent.

use std::sync::Arc;

use super::scene::{Premises, Scene, Who, collector, up_to_ready};
use crate::office::Receipt;
use crate::request::{
    AnyFact, Collection, Collector, Command, Denial, FactName, MandateProof, MandateStanding, Relation,
    Signature, SignatureMethod, StageName,
};
use crate::store::Store;
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked};

pub(super) const CASES: &[Case] = cases![
    scenario_11_a_proxy_collects_with_a_code_that_counts_once,
    a_written_authority_that_the_officer_saw_is_recorded_as_such,
];

/// A result that lies ready, and the proxy's signature.
async fn ready(scene: &Scene) -> Result<(Receipt, Signature), Broken> {
    let receipt = scene.in_review().await?;
    for (who, command) in up_to_ready()? {
        scene.act(&receipt, who, command).await?;
    }
    let service = Arc::clone(scene.request(&receipt).await?.service());
    let signed = scene.office.signature(&service, SignatureMethod::Paper, "KEO SOPHEA", None).await?;
    Ok((receipt, signed))
}

fn collect(
    mandate: Option<MandateProof>,
    name: &str,
    signature: Option<&Signature>,
) -> Result<Command, Broken> {
    let (name, identity) = (name.to_owned(), "passport 4321".to_owned());
    Ok(Command::Collect {
        collector: Collector { name, relation: Relation::Proxy, identity, mandate },
        signature: signature.cloned(),
        originals_seen: vec!["id-card".parse()?],
    })
}

/// The applicant sends somebody: the code they were given.
async fn send(scene: &Scene, receipt: &Receipt, name: &str) -> Result<String, Broken> {
    let (command, code) =
        scene.office.draw_mandate(receipt.id, name.to_owned(), "passport 4321".to_owned())?;
    scene.act(receipt, Who::Applicant, command).await?;
    Ok(code)
}

/// What the history has of the hand-over, and who of the office recorded it.
async fn handed_over(scene: &Scene, receipt: &Receipt) -> Result<(Collection, Option<String>), Broken> {
    let case = scene.office.case(receipt.id).await?;
    let mut found = case.history.iter().filter_map(|happening| match &happening.recorded.fact {
        AnyFact::Collection(collection) => {
            Some((collection.clone(), happening.recorded.entry.by.officer.as_ref().map(ToString::to_string)))
        }
        _ => None,
    });
    found.next().ok_or_else(|| Broken("nothing was handed over".to_owned()))
}

async fn scenario_11_a_proxy_collects_with_a_code_that_counts_once(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    let (receipt, signed) = ready(&scene).await?;
    let seal = |code: &str| MandateProof::Code(scene.office.mandate_code(receipt.id, code));

    // Only who asked sends somebody.
    let (command, _) = scene.office.draw_mandate(receipt.id, "KEO SOPHEA".into(), "passport 4321".into())?;
    let denials = scene.denied(&receipt, Who::Desk, command).await?;
    hold("an officer sends nobody", matches!(denials[..], [Denial::NotYourRole { .. }]))?;
    let (nobody, _) = scene.office.draw_mandate(receipt.id, " ".into(), "passport 4321".into())?;
    same("nobody", scene.denied(&receipt, Who::Applicant, nobody).await?, vec![Denial::CollectorMissing])?;

    let replaced = send(&scene, &receipt, "CHAN VUTHY").await?;
    let revoked = send(&scene, &receipt, "KEO SOPHEA").await?;
    scene.act(&receipt, Who::Applicant, Command::RevokeMandate).await?;
    let again = scene.denied(&receipt, Who::Applicant, Command::RevokeMandate).await?;
    same("taken back once", again, vec![Denial::AlreadyRecorded])?;
    let code = send(&scene, &receipt, "KEO SOPHEA").await?;
    hold("eight digits", code.len() == 8 && code.bytes().all(|b| b.is_ascii_digit()))?;
    let stored = format!("{:?}", scene.office.case(receipt.id).await?);
    hold("the code is kept nowhere", !stored.contains(&code))?;

    let before = scene.request(&receipt).await?;
    let other: String = code.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect();
    // The same code on another request is another code.
    let elsewhere = MandateProof::Code(scene.office.mandate_code(scene.submitted().await?.id, &code));
    for (proof, signature, codes) in [
        (None, None, vec!["mandate-missing", "signature-missing"]),
        (None, Some(&signed), vec!["mandate-missing"]),
        (Some(seal(&code)), None, vec!["signature-missing"]),
        (Some(seal(&other)), Some(&signed), vec!["mandate-wrong"]),
        (Some(elsewhere), Some(&signed), vec!["mandate-wrong"]),
        (Some(seal("")), Some(&signed), vec!["mandate-wrong"]),
        (Some(seal(&revoked)), Some(&signed), vec!["mandate-revoked"]),
        (Some(seal(&replaced)), Some(&signed), vec!["mandate-revoked"]),
    ] {
        let command = collect(proof, "KEO SOPHEA", signature)?;
        let denials = scene.denied(&receipt, Who::Desk, command).await?;
        same("why not", denials.iter().map(Denial::code).collect::<Vec<_>>(), codes)?;
        same("nothing has moved", &scene.request(&receipt).await?, &before)?;
    }

    // As it is written on the print, and in another order of the name.
    let shown = format!("{} {}", &code[..4], &code[4..]);
    let command = collect(Some(seal(&shown)), "Sophea KEO", Some(&signed))?;
    let closed = scene.act(&receipt, Who::Desk, command).await?;
    same("handed over", closed.stage(), StageName::Closed)?;
    let record = closed.record();
    let standings: Vec<MandateStanding> = record.mandates.iter().map(|given| given.standing).collect();
    same(
        "the code is spent",
        standings,
        vec![MandateStanding::Revoked, MandateStanding::Revoked, MandateStanding::Spent],
    )?;
    hold("no mandate holds", record.mandate().is_none())?;
    let (collection, officer) = handed_over(&scene, &receipt).await?;
    same("who has it", collection.collector.name.as_str(), "Sophea KEO")?;
    same("in whose place", collection.collector.relation, Relation::Proxy)?;
    same("by what", collection.collector.mandate, Some(seal(&code)))?;
    hold("it is not the official", officer.is_some_and(|id| id != collection.collector.name))?;
    hold("it is whom the applicant named", !record.proxy_differs(&collection.collector))?;
    let stranger = Collector { name: "CHAN VUTHY".into(), ..collection.collector };
    hold("another name is told", record.proxy_differs(&stranger))?;
    // Nothing is left to be collected with it.
    let denials = scene.denied(&receipt, Who::Desk, collect(Some(seal(&code)), "x", Some(&signed))?).await?;
    hold("spent", matches!(denials[..], [Denial::NotInStage { act: FactName::Collection, .. }]))
}

async fn a_written_authority_that_the_officer_saw_is_recorded_as_such(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    let (receipt, signed) = ready(&scene).await?;
    scene.act(&receipt, Who::Desk, collect(Some(MandateProof::Paper), "KEO SOPHEA", Some(&signed))?).await?;
    let (collection, _) = handed_over(&scene, &receipt).await?;
    same("by what", collection.collector.mandate, Some(MandateProof::Paper))?;

    // Who asked needs none, and none is recorded.
    let (receipt, signed) = ready(&scene).await?;
    let myself = Collector { mandate: Some(MandateProof::Paper), ..collector() };
    let originals_seen = vec!["id-card".parse()?];
    let command = Command::Collect { collector: myself, signature: Some(signed), originals_seen };
    scene.act(&receipt, Who::Desk, command).await?;
    same("none", handed_over(&scene, &receipt).await?.0.collector.mandate, None)
}
