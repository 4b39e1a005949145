//! Papers that are missing, and papers that come twice.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::ObjectStore;
use object_store::memory::InMemory;

use super::scene::{Premises, cooking};
use crate::office::{DocumentError, OfficeError};
use crate::request::{Denial, Item, SignatureMethod};
use crate::store::{Query, Store};
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked, sample};

pub(super) const CASES: &[Case] = cases![
    scenario_01_a_missing_paper_is_named_and_nothing_is_submitted,
    scenario_02_an_upload_that_failed_is_stored_once,
    scenario_02_an_upload_whose_answer_was_lost_is_stored_once,
];

async fn scenario_01_a_missing_paper_is_named_and_nothing_is_submitted(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    let mut draft = scene.answered().await?;
    draft.answers(cooking()).await?;
    draft.answer("name_km", serde_json::Value::Null).await?;
    let key = draft.key();
    let denials = match draft.submit().await {
        Err(OfficeError::Denied { denials, .. }) => denials,
        other => return Err(Broken(format!("an incomplete draft: {other:?}"))),
    };
    let [Denial::Form(problems)] = denials.as_slice() else {
        return Err(Broken(format!("not the form alone: {denials:?}")));
    };
    let missing: BTreeSet<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
    let expected = ["documents.health-letter", "documents.id-card", "form.name_km", "signature"];
    same("what is missing", missing, BTreeSet::from(expected))?;
    // Each can be shown by its label, with a link to where it is given.
    let service = scene.answered().await?.service().await?;
    for problem in problems {
        let labelled = match problem.path.parse::<Item>()? {
            Item::Field(id) => service.field(id.as_str()).is_some(),
            Item::Document(id) => service.document(id.as_str()).is_some(),
            Item::Signature => service.signature.required,
        };
        hold(&format!("{} has a label", problem.path), labelled)?;
    }
    same("events", premises.store.head(scene.office.id()).await?.size, 0)?;
    same("requests", scene.office.list(&Query::All, None, 10).await?.rows.len(), 0)?;

    // What was typed is all there, and once nothing is missing it is sent.
    let mut draft = scene.office.open_draft(key).await?;
    same("answers kept", draft.content().answers.get("goods"), Some(&"food".into()))?;
    draft.answer("name_km", "សុខ ដារា").await?;
    draft.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await?;
    let issued = Some("2026-03-01".parse()?);
    draft.attach("health-letter", "letter.pdf", issued, sample::PDF.to_vec()).await?;
    draft.sign(SignatureMethod::Typed, "SOK DARA", None).await?;
    draft.submit().await?;
    same("requests", scene.office.list(&Query::All, None, 10).await?.rows.len(), 1)
}

/// The names of all files that are kept.
async fn kept(files: &InMemory) -> Result<usize, Broken> {
    let folder = object_store::path::Path::from("documents");
    Ok(files.list(Some(&folder)).try_collect::<Vec<_>>().await?.len())
}

async fn scenario_02_an_upload_that_failed_is_stored_once(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    let mut draft = scene.answered().await?;
    let before = draft.content().clone();
    // The network ends in the middle of the file.
    let half = Bytes::from_static(&sample::PDF[..40]);
    let cut =
        futures::stream::iter([Ok(half), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))]);
    match draft.attach_stream("id-card", "card.pdf", None, cut).await {
        Err(OfficeError::Document(DocumentError::Interrupted(_))) => {}
        other => return Err(Broken(format!("a file that was cut off: {other:?}"))),
    }
    same("the draft", draft.content(), &before)?;
    same("files", kept(&premises.files).await?, 0)?;
    // The whole file arrives, and the store is away.
    scene.way.take_down(1);
    let away = draft.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await;
    hold("an engine that is away is told", matches!(away, Err(OfficeError::Store(_))))?;
    same("files", kept(&premises.files).await?, 0)?;

    draft.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await?;
    let there = scene.office.open_draft(draft.key()).await?;
    same("answers", &there.content().answers, &before.answers)?;
    same("papers", there.content().evidence.len(), 1)?;
    same("files", kept(&premises.files).await?, 1)
}

/// The file was stored, the answer never came, and the person taps again. The document takes two files.
async fn scenario_02_an_upload_whose_answer_was_lost_is_stored_once(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    let mut draft = scene.answered().await?;
    draft.answers(cooking()).await?;
    let issued = Some("2026-03-01".parse()?);
    scene.way.lose_saved_answers(1);
    let lost = draft.attach("health-letter", "letter.pdf", issued, sample::PDF.to_vec()).await;
    hold("a lost answer is told", matches!(lost, Err(OfficeError::Store(_))))?;
    draft.attach("health-letter", "letter.pdf", issued, sample::PDF.to_vec()).await?;
    // Once more, from a page that did hear the answer.
    draft.attach("health-letter", "letter (1).pdf", issued, sample::PDF.to_vec()).await?;
    let mut draft = scene.office.open_draft(draft.key()).await?;
    same("papers", draft.content().evidence.len(), 1)?;
    same("files", kept(&premises.files).await?, 1)?;
    // Another file of the same document is another file.
    let other = [sample::PDF, b"%% page two\n"].concat();
    draft.attach("health-letter", "two.pdf", issued, other).await?;
    same("papers", draft.content().evidence.len(), 2)?;
    draft.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await?;
    draft.sign(SignatureMethod::Typed, "SOK DARA", None).await?;
    let receipt = draft.submit().await?;
    let sent = scene.request(&receipt).await?;
    for paper in &sent.record().evidence {
        scene.office.documents().read(paper.blob).await?;
    }
    Ok(())
}
