//! The result is handed over in one visit, or not at all.

use std::sync::Arc;

use super::scene::{Premises, Scene, Who, collector, up_to_ready};
use crate::office::{Receipt, Registered};
use crate::request::{AnyFact, AnyRequest, Command, Denial, Ending, SignatureMethod, StageName, Standing};
use crate::store::Store;
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked};

pub(super) const CASES: &[Case] = cases![scenario_12_nothing_is_handed_over_until_both_are_complete];

async fn scenario_12_nothing_is_handed_over_until_both_are_complete(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    let receipt = scene.in_review().await?;
    for (who, command) in up_to_ready()? {
        scene.act(&receipt, who, command).await?;
    }
    let ready = scene.request(&receipt).await?;
    let service = Arc::clone(ready.service());
    let signed = scene.office.signature(&service, SignatureMethod::Paper, "SOK DARA", None).await?;
    let collect = |signed: Option<_>, originals: &[&str]| -> Result<Command, Broken> {
        let originals_seen = originals.iter().map(|id| id.parse()).collect::<Result<_, _>>()?;
        Ok(Command::Collect { collector: collector(), signature: signed, originals_seen })
    };
    for (signature, originals, codes) in [
        (None, &[] as &[&str], vec!["signature-missing", "original-not-seen"]),
        // The result is signed for, and the original was left at home.
        (Some(signed.clone()), &[], vec!["original-not-seen"]),
        (Some(signed.clone()), &["health-letter"], vec!["original-not-seen"]),
        // The original was seen, and nobody signed.
        (None, &["id-card"], vec!["signature-missing"]),
    ] {
        let denials = scene.denied(&receipt, Who::Desk, collect(signature, originals)?).await?;
        same("why not", denials.iter().map(Denial::code).collect::<Vec<_>>(), codes)?;
        same("nothing has moved", &scene.request(&receipt).await?, &ready)?;
    }
    let number = ready.record().result.as_ref().map(|result| result.number.clone()).unwrap_or_default();
    hold("nobody holds it yet", scene.office.results_by_number(&number).await?.is_empty())?;
    scene.act(&receipt, Who::Desk, collect(Some(signed), &["id-card"])?).await?;
    in_the_register(&scene, &receipt, &number).await?;
    let case = scene.office.case(receipt.id).await?;
    let AnyRequest::Closed(closed) = &case.request else {
        return Err(Broken(format!("it is in stage {}", case.request.stage())));
    };
    same("ending", closed.stage().ending, Ending::Collected)?;
    let handed = case.history.iter().filter(|h| matches!(h.recorded.fact, AnyFact::Collection(_))).count();
    hold("in one visit", handed == 1 && case.request.stage() == StageName::Closed)
}

/// The register has it by its number and by its holder, and says whether it holds.
async fn in_the_register(scene: &Scene, receipt: &Receipt, number: &str) -> Checked {
    let office = &scene.office;
    scene.submitted().await?;
    for (asked, found) in [(format!(" {} ", number.to_lowercase()), 1), (format!("{number}0"), 0)] {
        let by_number = office.results_by_number(&asked).await?;
        same(&asked, by_number.len(), found)?;
        hold(&asked, by_number.iter().all(|one| one.request == receipt.id))?;
    }
    for (name, found) in [("dara sok", 1), ("sok", 1), ("so", 0), ("dara nobody", 0), ("", 0)] {
        let page = office.list_by_name(name, None, 10).await?;
        same(name, page.rows.iter().filter(|row| Registered::is_of(row)).count(), found)?;
        same("asked and held alike", page.rows.len(), found * 2)?;
    }
    let standing = async || -> Result<Vec<Standing>, Broken> {
        let found = office.results_by_number(number).await?;
        Ok(found.iter().map(|one| one.standing).collect())
    };
    same("handed over", standing().await?, vec![Standing::Valid])?;
    let suspend = Command::Suspend { reason: "OF-U01".parse()?, note: None };
    scene.act(receipt, Who::Head, suspend).await?;
    same("suspended", standing().await?, vec![Standing::Suspended])
}
