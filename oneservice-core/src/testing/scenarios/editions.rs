//! A service changes while requests are open.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::scene::{Premises, Scene, Who, collector, up_to_ready};
use crate::ids::RequestId;
use crate::office::{OfficeError, Receipt};
use crate::request::{Command, SignatureMethod, StageName};
use crate::store::Store;
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked, sample};

pub(super) const CASES: &[Case] = cases![scenario_08_drafts_move_and_the_others_keep_their_version];

/// The sample's service, and from the middle of April a second version: it asks for a lane, and no longer for an email.
fn two_versions() -> Result<BTreeMap<String, String>, Broken> {
    let mut files = sample::files();
    let path = "services/trade/market-stall.toml";
    let mut second = files.get(path).cloned().unwrap_or_default();
    for (from, to) in [
        ("version = 1", "version = 2"),
        ("valid_from = \"2026-01-01\"", "valid_from = \"2026-04-13\""),
        (
            "id = \"email\"\ntype = \"email\"\nlabel = { km = \"អ៊ីមែល\", en = \"Email\" }\nrequired = false\npersonal = true\n",
            "id = \"lane\"\ntype = \"integer\"\nlabel = { km = \"ច្រក\", en = \"Lane\" }\nrequired = true\nmin = 1\nmax = 9\n",
        ),
    ] {
        hold(from, second.contains(from))?;
        second = second.replacen(from, to, 1);
    }
    files.insert("services/trade/market-stall.v2.toml".into(), second);
    Ok(files)
}

/// Every byte that is stored of a request.
async fn bytes(premises: &Premises, scene: &Scene, id: RequestId) -> Result<Vec<u8>, Broken> {
    let history = premises.store.history(scene.office.id(), id).await?;
    Ok(history.iter().flat_map(|event| [&event.body.envelope[..], &event.body.payload].concat()).collect())
}

async fn decided(scene: &Scene) -> Result<Receipt, Broken> {
    let receipt = scene.in_review().await?;
    for (who, command) in up_to_ready()?.into_iter().take(3) {
        scene.act(&receipt, who, command).await?;
    }
    Ok(receipt)
}

async fn scenario_08_drafts_move_and_the_others_keep_their_version(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = premises.serve_under(&two_versions()?, Arc::clone(&premises.clock) as _, &[]).await?;
    let mut draft = scene.answered().await?;
    draft.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await?;
    draft.sign(SignatureMethod::Typed, "SOK DARA", None).await?;
    let in_review = scene.in_review().await?;
    let approved = decided(&scene).await?;
    same("stage", scene.stage(&approved).await?, StageName::Approved)?;
    let before =
        [bytes(&premises, &scene, in_review.id).await?, bytes(&premises, &scene, approved.id).await?];

    premises.wall(&scene, "2026-04-20T09:00:00")?;
    let mut moved = scene.office.open_draft(draft.key()).await?;
    let content = moved.content().clone();
    same("the draft's version", content.service.version, 2)?;
    same("what still fits is kept", content.answers.get("name_latin"), Some(&json!("SOK DARA")))?;
    same("so are papers", content.evidence.len(), 1)?;
    same("it is signed anew", content.signature.is_none(), true)?;
    let told = moved.changes().await?.ok_or_else(|| Broken("nothing is said of the change".into()))?;
    let aside: Vec<_> = told.carried.answers.iter().map(|aside| aside.answer.clone()).collect();
    same("what is no longer asked is laid aside", aside, vec![json!("sok.dara@example.org")])?;
    same("what is asked now", told.to_answer.iter().map(|id| id.as_str()).collect::<Vec<_>>(), vec!["lane"])?;
    let unseen = scene.office.submit(draft.key()).await;
    hold("not sent before it was seen", matches!(unseen, Err(OfficeError::ServiceChanged(_))))?;
    moved.accept_changes().await?;
    moved.answer("lane", 3).await?;
    moved.sign(SignatureMethod::Typed, "SOK DARA", None).await?;
    let sent = moved.submit().await?;
    same("sent under", sent.service.version, 2)?;

    // What was sent stays as it was, byte by byte, and ends under its version; also when the catalogue has lost the service.
    let mut none = two_versions()?;
    none.retain(|path, _| !path.starts_with("services/"));
    let after = premises.serve_under(&none, Arc::clone(&premises.clock) as _, &[]).await?;
    for (receipt, before, done) in [(&in_review, &before[0], 0), (&approved, &before[1], 3)] {
        same("bytes", &bytes(&premises, &after, receipt.id).await?, before)?;
        same(
            "what was answered",
            after.request(receipt).await?.record().answers.get("email"),
            Some(&json!("sok.dara@example.org")),
        )?;
        for (who, command) in up_to_ready()?.into_iter().skip(done) {
            after.act(receipt, who, command).await?;
        }
        let service = Arc::clone(after.request(receipt).await?.service());
        same("version", service.version, 1)?;
        let signed = after.office.signature(&service, SignatureMethod::Paper, "SOK DARA", None).await?;
        let originals_seen = vec!["id-card".parse()?];
        let collect = Command::Collect { collector: collector(), signature: Some(signed), originals_seen };
        same("end", after.act(receipt, Who::Desk, collect).await?.stage(), StageName::Closed)?;
    }
    same("the one of version 2", after.request(&sent).await?.service().version, 2)
}
