//! Money over the bank: told by one, seen by another, and nothing counts before.

use std::sync::Arc;

use super::scene::{Premises, Who};
use crate::catalog::Role;
use crate::ids::DepartmentId;
use crate::money::Money;
use crate::request::{AnyFact, Command, FactName, PaymentMethod, StageName};
use crate::store::{Query, QueueName, Store};
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked};

pub(super) const CASES: &[Case] = cases![
    scenario_a_transfer_counts_when_another_has_seen_it,
    scenario_who_waits_for_the_cashier_loses_no_days,
];

fn told(amount: Money) -> Command {
    Command::RecordTransfer { amount, reference: " FT26031 ".to_owned() }
}

async fn scenario_a_transfer_counts_when_another_has_seen_it(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T04:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    let receipt = scene.submitted().await?;
    let fee = receipt.fee.total;
    let owso: DepartmentId = "owso".parse()?;
    let waiting = async |queue: QueueName| -> Result<usize, Broken> {
        Ok(scene.office.list(&Query::Queue(queue), None, 10).await?.rows.len())
    };
    let code = |denials: Vec<crate::request::Denial>| denials.first().map(|denial| denial.code());
    let less = Money::new(fee.currency(), fee.minor() - 1);
    same(
        "another amount",
        code(scene.denied(&receipt, Who::Cashier, told(less)).await?),
        Some("wrong-amount"),
    )?;
    let nameless = Command::RecordTransfer { amount: fee, reference: " ".to_owned() };
    same("no reference", code(scene.denied(&receipt, Who::Desk, nameless).await?), Some("words-missing"))?;
    let alone = Command::Pay { amount: fee, method: PaymentMethod::Transfer };
    let denied = scene.denied(&receipt, Who::Cashier, alone).await?;
    same("by one alone", code(denied), Some("transfer-unconfirmed"))?;
    let denied = scene.denied(&receipt, Who::Cashier, Command::ConfirmTransfer).await?;
    same("nothing waits", code(denied), Some("no-transfer-waits"))?;

    let request = scene.act(&receipt, Who::Cashier, told(fee)).await?;
    same("where it stands", request.stage(), StageName::Submitted)?;
    same("what is to be paid", request.record().outstanding(), fee)?;
    same("no number is given", premises.store.counter(scene.office.id(), "receipt/2026").await?, 0)?;
    same("transfers", waiting(QueueName::transfers(&owso)).await?, 1)?;
    same("money to take", waiting(QueueName::new(Role::Cashier, &owso)).await?, 0)?;
    for (who, command) in [(Who::Cashier, scene.pay(&receipt)), (Who::Desk, told(fee))] {
        same("while it waits", code(scene.denied(&receipt, who, command).await?), Some("transfer-waits"))?;
    }
    let own = scene.denied(&receipt, Who::Cashier, Command::ConfirmTransfer).await?;
    same("four eyes", code(own), Some("own-transfer"))?;
    let desk = scene.denied(&receipt, Who::Desk, Command::ConfirmTransfer).await?;
    same("a cashier's part", code(desk), Some("not-your-role"))?;

    let request = scene.act(&receipt, Who::Teller, Command::ConfirmTransfer).await?;
    same("review opens", request.stage(), StageName::InReview)?;
    hold("it is paid", request.record().outstanding().is_zero())?;
    let history = scene.office.case(receipt.id).await?.history;
    let seen = history.iter().find_map(|happening| match &happening.recorded.fact {
        AnyFact::TransferConfirmed(seen) => Some((seen.receipt.as_str(), seen.reference.as_str())),
        _ => None,
    });
    same("the receipt", seen, Some(("R-2026-000001", "FT26031")))?;
    same("its register", premises.store.counter(scene.office.id(), "receipt/2026").await?, 1)?;
    same("transfers", waiting(QueueName::transfers(&owso)).await?, 0)?;
    let again = scene.denied(&receipt, Who::Teller, Command::ConfirmTransfer).await?;
    same("once", code(again), Some("no-transfer-waits"))
}

async fn scenario_who_waits_for_the_cashier_loses_no_days(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T04:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    let receipt = scene.submitted().await?;
    let days = |days: i64| premises.clock.advance_millis(days * 24 * 3_600_000);
    let ticked = async || -> Result<Vec<FactName>, Broken> {
        let ticked = scene.office.tick().await?;
        hold("every request is looked at", ticked.failed.is_empty())?;
        Ok(ticked.done.into_iter().map(|(_, fact)| fact).collect())
    };
    scene.act(&receipt, Who::Desk, told(receipt.fee.total)).await?;
    days(45);
    same("it is the office's turn", ticked().await?, vec![])?;
    let reject = |reason: &str| -> Result<Command, Broken> {
        Ok(Command::RejectTransfer { reason: reason.parse()?, note: None })
    };
    let denied = scene.denied(&receipt, Who::Cashier, reject("OF-W01")?).await?;
    same("a reason of its kind", denied.first().map(|denial| denial.code()), Some("reason-unknown"))?;
    let request = scene.act(&receipt, Who::Cashier, reject("OF-T01")?).await?;
    same("what is to be paid", request.record().payable_in(request.stage()), receipt.fee.total)?;
    days(20);
    same("the period runs anew", ticked().await?, vec![])?;
    days(20);
    ticked().await?;
    same("and ends", scene.stage(&receipt).await?, StageName::Closed)
}
