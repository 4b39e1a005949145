//! Files within the form: each goes with the answer that names it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::scene::{Premises, Scene, Who, back, collector, up_to_ready};
use crate::catalog::{ProblemCode, Purpose};
use crate::office::{Basis, DocumentError, DraftHandle, OfficeError};
use crate::request::{Channel, Command, Corrections, Denial, SignatureMethod, StageName};
use crate::store::Store;
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked, sample};

pub(super) const CASES: &[Case] = cases![a_file_goes_with_its_row, a_file_is_corrected_alone];

/// The paper of the column that the sample's table of helpers gets here.
const PAPER: &str = "helpers-portrait";

fn files() -> Result<BTreeMap<String, String>, Broken> {
    let mut files = sample::files();
    let service = files.entry("services/trade/market-stall.toml".into()).or_default();
    let column = "  { id = \"paid\", type = \"boolean\"";
    hold("the table of helpers", service.contains(column))?;
    let portrait = "  { id = \"portrait\", type = \"file\", label = { km = \"រូបថត\", en = \"Portrait\" }, required = true },\n";
    *service = service.replacen(column, &format!("{portrait}{column}"), 1);
    Ok(files)
}

async fn scene(premises: &Premises) -> Result<Scene, Broken> {
    premises.serve_under(&files()?, Arc::clone(&premises.clock) as _, &[]).await
}

/// Attaches a picture of its own size at a row.
async fn portrait(draft: &mut DraftHandle, row: usize, width: u32) -> Result<String, OfficeError> {
    let bytes = bytes::Bytes::from(sample::png(width, 9));
    let stream = futures::stream::iter([Ok::<_, std::convert::Infallible>(bytes)]);
    let file = draft.attach_in_form(&format!("helpers.{row}.portrait"), "me.png", stream).await?;
    Ok(file.blob.to_string())
}

/// What the draft's table says, row by row: the name, and the file.
fn rows(answers: &serde_json::Map<String, Value>) -> Vec<(String, String)> {
    let word = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let rows = answers.get("helpers").and_then(Value::as_array).into_iter().flatten();
    rows.map(|row| (word(row, "name"), word(row, "portrait"))).collect()
}

/// A draft with two helpers and the portraits of both.
async fn with_helpers(scene: &Scene) -> Result<(DraftHandle, [String; 2]), Broken> {
    let mut draft = scene.answered().await?;
    draft.answer("helpers", json!([{ "name": "សុខា", "days": 3 }])).await?;
    let first = portrait(&mut draft, 0, 5).await?;
    // The row after the last one begins with its file.
    let second = portrait(&mut draft, 1, 6).await?;
    let there = rows(&draft.content().answers);
    same("rows", &there, &vec![("សុខា".into(), first.clone()), (String::new(), second.clone())])?;
    let both = json!([
        { "name": "សុខា", "days": 3, "portrait": first }, { "name": "ដារា", "days": 4, "portrait": second },
    ]);
    draft.answer("helpers", both).await?;
    Ok((draft, [first, second]))
}

async fn send(mut draft: DraftHandle) -> Result<crate::office::Receipt, OfficeError> {
    draft.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await?;
    draft.sign(SignatureMethod::Typed, "SOK DARA", None).await?;
    draft.submit().await
}

async fn a_file_goes_with_its_row(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = scene(&premises).await?;
    let documents = scene.office.documents();
    let (mut draft, [first, second]) = with_helpers(&scene).await?;

    // Another file at the same place takes the place of the first, which is kept no more.
    let other = portrait(&mut draft, 0, 7).await?;
    hold("replaced", matches!(documents.size(first.parse()?).await, Err(DocumentError::Missing)))?;
    same("papers", draft.content().evidence.iter().filter(|e| e.document.as_str() == PAPER).count(), 2)?;
    // Two rows further there is none yet, and a number is no file.
    for place in ["helpers.3.portrait", "helpers.0.name", "helpers.portrait", "stalls", "helpers.99.portrait"]
    {
        let bytes = futures::stream::iter([Ok::<_, std::convert::Infallible>(sample::png(5, 5).into())]);
        let refused = draft.attach_in_form(place, "me.png", bytes).await;
        let not_asked = matches!(&refused, Err(OfficeError::Document(DocumentError::NotAsked(_))));
        hold(&format!("{place}: {refused:?}"), not_asked)?;
    }
    same("papers", draft.content().evidence.len(), 2)?;

    // Taken away, it is missed where it was; a row that goes takes its file along.
    draft.detach_in_form("helpers.0.portrait").await?;
    hold("removed", matches!(documents.size(other.parse()?).await, Err(DocumentError::Missing)))?;
    // A paper of the service's list is another thing.
    let listed = draft.attach(PAPER, "me.png", None, sample::png(5, 5)).await;
    let not_asked = matches!(&listed, Err(OfficeError::Document(DocumentError::NotAsked(_))));
    hold(&format!("{listed:?}"), not_asked)?;
    let missing = draft.assess().await?.problems;
    let missing: Vec<_> = missing.iter().filter(|p| p.path.starts_with("form.helpers")).collect();
    same("missing", missing.len(), 1)?;
    same(
        "missing",
        (missing[0].path.as_str(), missing[0].code),
        ("form.helpers.0.portrait", ProblemCode::Missing),
    )?;
    draft.answer("helpers", json!([{ "name": "ដារា", "days": 4, "portrait": second }])).await?;
    let mut draft = scene.office.open_draft(draft.key()).await?;
    same("papers", draft.content().evidence.len(), 1)?;
    // Somebody else's file, or an invented one, is none.
    draft.answer("helpers", json!([{ "name": "ដារា", "days": 4, "portrait": "6".repeat(32) }])).await?;
    same("papers", draft.content().evidence.len(), 0)?;
    hold("removed", matches!(documents.size(second.parse()?).await, Err(DocumentError::Missing)))?;
    let found = draft.assess().await?.problems;
    hold("an invented file", found.iter().any(|p| p.path == "form.helpers.0.portrait"))?;
    let last = portrait(&mut draft, 0, 8).await?;

    let receipt = send(draft).await?;
    let request = scene.request(&receipt).await?;
    same("rows", &rows(&request.record().answers), &vec![("ដារា".into(), last.clone())])?;
    same("file", request.record().evidence_for(PAPER).map(|e| e.blob.to_string()).collect(), vec![last])?;

    // Who asks for the same again takes the answers along and not the files.
    scene.act(&receipt, Who::Cashier, scene.pay(&receipt)).await?;
    for (who, command) in up_to_ready()? {
        scene.act(&receipt, who, command).await?;
    }
    let service = Arc::clone(scene.request(&receipt).await?.service());
    let signature = Some(scene.office.signature(&service, SignatureMethod::Paper, "SOK DARA", None).await?);
    let originals_seen = vec!["id-card".parse()?];
    scene
        .act(&receipt, Who::Desk, Command::Collect { collector: collector(), signature, originals_seen })
        .await?;
    premises.wall(&scene, "2027-03-10T09:00:00")?;
    let renewal = scene.office.successor_draft(receipt.id, Purpose::Renewal, Channel::Web).await?;
    same("rows", &rows(&renewal.content().answers), &vec![("ដារា".into(), String::new())])
}

async fn a_file_is_corrected_alone(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = scene(&premises).await?;
    let (draft, [first, second]) = with_helpers(&scene).await?;
    let receipt = send(draft).await?;
    scene.act(&receipt, Who::Cashier, scene.pay(&receipt)).await?;
    // What an officer judges is the question, not the paper behind it.
    let denials = scene
        .denied(&receipt, Who::Desk, back(&format!("documents.{PAPER}"), "TR-C09", Some("too dark"))?)
        .await?;
    hold(&format!("{denials:?}"), denials.iter().any(|denial| matches!(denial, Denial::ItemUnknown { .. })))?;
    scene.act(&receipt, Who::Desk, back("form.helpers", "TR-C09", Some("too dark"))?).await?;

    // A file that no answer names was not asked for, and those that were sent stay all the same.
    let service = Arc::clone(scene.request(&receipt).await?.service());
    let stray = scene.office.keep(&service, PAPER, "me.png", None, sample::png(9, 9)).await?;
    let corrections = Corrections {
        channel: Channel::Program,
        answers: serde_json::Map::new(),
        evidence: vec![stray],
        signature: None,
        explanations: BTreeMap::new(),
    };
    let denials = scene.denied(&receipt, Who::Applicant, Command::Resubmit(corrections)).await?;
    let form = denials.iter().find_map(|denial| match denial {
        Denial::Form(problems) => Some(problems.iter().map(|p| (p.path.clone(), p.code)).collect()),
        _ => None,
    });
    same("the form", form, Some(vec![(format!("documents.{PAPER}"), ProblemCode::NotApplicable)]))?;

    let mut draft = scene.office.correction_draft(receipt.key).await?;
    // Taken away again, a new file leaves its place to the one that was sent; and that one can be taken away too.
    portrait(&mut draft, 1, 7).await?;
    draft.detach_in_form("helpers.1.portrait").await?;
    same("as it was sent", draft.content().answers.get("helpers"), None)?;
    same("papers", draft.content().evidence.len(), 0)?;
    draft.detach_in_form("helpers.1.portrait").await?;
    same(
        "without",
        rows(&draft.content().answers),
        vec![("សុខា".into(), first.clone()), ("ដារា".into(), String::new())],
    )?;
    scene.office.documents().read(second.parse()?).await?;
    let new = portrait(&mut draft, 1, 8).await?;
    same(
        "the draft",
        &rows(&draft.content().answers),
        &vec![("សុខា".into(), first.clone()), ("ដារា".into(), new.clone())],
    )?;
    scene.office.send_corrections(receipt.key, Basis::default()).await?;
    let request = scene.request(&receipt).await?;
    same("stage", request.stage(), StageName::InReview)?;
    let given = || request.record().evidence_for(PAPER).map(|e| e.blob.to_string());
    same("files", given().collect(), std::collections::BTreeSet::from([first, new]))?;
    // What was there before is read by whoever asks what was corrected.
    scene.office.documents().read(second.parse()?).await?;
    Ok(())
}
