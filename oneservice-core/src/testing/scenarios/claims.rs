//! A step is one officer's at a time.

use std::sync::Arc;

use super::scene::{Premises, Scene, Who, pass};
use crate::catalog::Role;
use crate::office::{Basis, OfficeError, Receipt};
use crate::request::{Actor, Appointment, Command, Denial, Officer};
use crate::store::Store;
use crate::testing::case::{cases, same};
use crate::testing::{Broken, Case, Checked};

pub(super) const CASES: &[Case] = cases![scenario_04_two_claim_one_step_and_one_has_it];

fn examiner(id: &str) -> Result<Officer, Broken> {
    let appointments = vec![Appointment::new(Role::Examiner, "trade".parse()?)];
    Ok(Officer { id: id.parse()?, name: id.to_owned(), appointments, known_by: Vec::new() })
}

/// An officer takes the examination; why not, if it is denied.
async fn claim(scene: Scene, receipt: Receipt, by: Officer) -> Result<Vec<Denial>, Broken> {
    let command =
        Command::Assign { step: "examine".parse()?, to: Some(by.clone()), reason: None, note: None };
    attempt(&scene, &receipt, command, by).await
}

async fn attempt(
    scene: &Scene,
    receipt: &Receipt,
    command: Command,
    by: Officer,
) -> Result<Vec<Denial>, Broken> {
    match scene.office.act(receipt.id, command, &Actor::Officer(by), Basis::default()).await {
        Ok(_) => Ok(Vec::new()),
        Err(OfficeError::Denied { denials, .. }) => Ok(denials),
        Err(other) => Err(other.into()),
    }
}

async fn scenario_04_two_claim_one_step_and_one_has_it(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let servers = [premises.serve(&[]).await?, premises.serve(&[]).await?];
    let receipt = servers[0].in_review().await?;
    servers[0].act(&receipt, Who::Desk, pass("intake")?).await?;
    let officers = [examiner("one")?, examiner("two")?];
    // At once, through two servers.
    let both = servers
        .iter()
        .zip(&officers)
        .map(|(scene, officer)| tokio::spawn(claim(scene.clone(), receipt.clone(), officer.clone())));
    let mut answers = Vec::new();
    for answer in futures::future::join_all(both).await {
        answers.push(answer??);
    }
    same("how many have it", answers.iter().filter(|denials| denials.is_empty()).count(), 1)?;
    let has = usize::from(!answers[0].is_empty());
    let (holder, other) = (&officers[has], &officers[1 - has]);
    let told = Denial::AssignedTo { step: "examine".parse()?, officer: holder.id.clone() };
    // Whoever came second is told who has it, then and whenever it is tried.
    same("told at once", answers[1 - has].contains(&told), true)?;
    let late = attempt(&servers[0], &receipt, pass("examine")?, other.clone()).await?;
    same("told later", late, vec![told])?;
    let before = servers[1].office.case(receipt.id).await?.history.len();
    let again = claim(servers[1].clone(), receipt.clone(), holder.clone()).await?;
    same("claimed again", again.iter().map(Denial::code).collect::<Vec<_>>(), vec!["already-recorded"])?;
    same("no fact is added", servers[1].office.case(receipt.id).await?.history.len(), before)?;
    same(
        "the holder goes on",
        attempt(&servers[1], &receipt, pass("examine")?, holder.clone()).await?,
        vec![],
    )
}
