//! What must come before review: a fee and the signature of somebody besides the applicant, in any order.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::scene::{Premises, Scene, Who};
use crate::office::{OfficeError, Receipt};
use crate::request::{Command, Denial, FactName, SignatureMethod, StageName};
use crate::store::Store;
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked, sample};

pub(super) const CASES: &[Case] = cases![
    scenario_10_examination_starts_when_fee_and_co_signature_are_both_there,
    only_who_holds_the_co_signers_link_signs_and_only_once,
];

/// The sample's service, which wants the owner of the stall's place to sign, too.
fn wants_an_owner() -> BTreeMap<String, String> {
    let mut files = sample::files();
    for text in files.values_mut() {
        let rule = "at_collection = true\ncosigner = { km = \"ម្ចាស់ទីតាំង\", en = \"The owner of the place\" }";
        *text = text.replace("at_collection = true", rule);
    }
    files
}

async fn scene(store: Arc<dyn Store>) -> Result<(Premises, Scene), Broken> {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = premises.serve_under(&wants_an_owner(), Arc::clone(&premises.clock) as _, &[]).await?;
    Ok((premises, scene))
}

async fn cosign(scene: &Scene, receipt: &Receipt) -> Result<Command, Broken> {
    let service = Arc::clone(scene.request(receipt).await?.service());
    let signature = scene.office.signature(&service, SignatureMethod::Typed, "KEO SOPHEA", None).await?;
    Ok(Command::Cosign { identity: "national-id 6789".to_owned(), signature })
}

/// What the applicant is told is open: fee, co-signature.
async fn open(scene: &Scene, receipt: &Receipt) -> Result<(StageName, bool, bool), Broken> {
    let request = scene.request(receipt).await?;
    let record = request.record();
    Ok((request.stage(), record.waits_for_fee(), record.waits_for_cosigner()))
}

async fn scenario_10_examination_starts_when_fee_and_co_signature_are_both_there(
    store: Arc<dyn Store>,
) -> Checked {
    use StageName::{Closed, InReview, Submitted};
    let (premises, scene) = scene(store).await?;

    let receipt = scene.submitted().await?;
    same("both are open", open(&scene, &receipt).await?, (Submitted, true, true))?;
    scene.act(&receipt, Who::Cashier, scene.pay(&receipt)).await?;
    same("the fee first", open(&scene, &receipt).await?, (Submitted, false, true))?;
    premises.wall(&scene, "2026-04-01T09:00")?;
    let request = scene.act(&receipt, Who::Cosigner, cosign(&scene, &receipt).await?).await?;
    same("then the signature", open(&scene, &receipt).await?, (InReview, false, false))?;
    let promised = request.record().due_on;
    hold("the office has all its days from then", promised > Some(receipt.due_on))?;

    let receipt = scene.submitted().await?;
    scene.act(&receipt, Who::Cosigner, cosign(&scene, &receipt).await?).await?;
    same("the signature first", open(&scene, &receipt).await?, (Submitted, true, false))?;
    scene.act(&receipt, Who::Cashier, scene.pay(&receipt)).await?;
    same("then the fee", open(&scene, &receipt).await?, (InReview, false, false))?;
    let opened = scene.office.case(receipt.id).await?;
    let opened = opened.history.iter().filter(|h| h.recorded.fact.name() == FactName::ReviewOpened).count();
    same("opened once", opened, 1)?;

    // One of the two never comes: it lapses as an unpaid fee does, and not before.
    let unsigned = scene.submitted().await?;
    scene.act(&unsigned, Who::Cashier, scene.pay(&unsigned)).await?;
    let unpaid = scene.submitted().await?;
    scene.act(&unpaid, Who::Cosigner, cosign(&scene, &unpaid).await?).await?;
    premises.wall(&scene, "2026-04-30T09:00")?;
    scene.office.tick().await?;
    for receipt in [&unsigned, &unpaid] {
        same("there is time", scene.stage(receipt).await?, Submitted)?;
    }
    premises.wall(&scene, "2026-06-15T09:00")?;
    scene.office.tick().await?;
    for receipt in [&unsigned, &unpaid] {
        same("never examined", scene.stage(receipt).await?, Closed)?;
        let case = scene.office.case(receipt.id).await?;
        let examined = case.history.iter().any(|h| h.recorded.fact.name() == FactName::ReviewOpened);
        hold("it was never opened", !examined)?;
    }
    Ok(())
}

async fn only_who_holds_the_co_signers_link_signs_and_only_once(store: Arc<dyn Store>) -> Checked {
    let (_, scene) = scene(store).await?;
    let (receipt, other) = (scene.submitted().await?, scene.submitted().await?);
    let key = scene.office.cosigner_key(receipt.id);
    same("the link", scene.office.case_to_cosign(receipt.code, key).await?.request.record().id, receipt.id)?;
    for (code, key) in
        [(receipt.code, scene.office.cosigner_key(other.id)), (other.code, key), (receipt.code, receipt.key)]
    {
        let found = scene.office.case_to_cosign(code, key).await;
        hold("no other key opens it", matches!(found, Err(OfficeError::NotFound)))?;
    }
    hold("nor is it the applicant's", scene.office.case_by_link(key).await.is_err())?;

    let command = cosign(&scene, &receipt).await?;
    let Command::Cosign { signature, .. } = &command else { return Err(Broken("a co-signature".into())) };
    let mut nobody = signature.clone();
    nobody.signer = " ".to_owned();
    let blank = Command::Cosign { identity: String::new(), signature: nobody };
    let codes = scene.denied(&receipt, Who::Cosigner, blank).await?;
    let codes: Vec<_> = codes.iter().map(Denial::code).collect();
    same("who, and by which paper", codes, vec!["signature-missing", "words-missing"])?;
    let denials = scene.denied(&receipt, Who::Applicant, command.clone()).await?;
    hold("not the applicant", matches!(denials[..], [Denial::NotYourRole { .. }]))?;
    scene.act(&receipt, Who::Desk, command.clone()).await?;
    let again = scene.denied(&receipt, Who::Cosigner, command).await?;
    same("once", again, vec![Denial::AlreadyRecorded])?;
    let request = scene.request(&receipt).await?;
    let record = request.record();
    let content = |signature: Option<&crate::request::Signature>| signature.and_then(|s| s.content);
    same(
        "under what the applicant signed",
        content(record.cosignature.as_ref().map(|c| &c.signature)),
        content(record.signature.as_ref()),
    )?;
    Ok(())
}
