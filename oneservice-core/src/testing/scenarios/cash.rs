//! The cash desk in the evening: every receipt in exactly one closing, and no difference without a reason.

use std::sync::Arc;

use super::scene::{Premises, Scene, Who};
use crate::money::Money;
use crate::request::{CashClosed, Command, Denial};
use crate::store::Store;
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked};

pub(super) const CASES: &[Case] = cases![scenario_the_cash_desk_is_closed_once_a_day];

async fn close(
    scene: &Scene,
    who: Who,
    counted: i64,
    reason: Option<&str>,
) -> Result<Result<CashClosed, Vec<&'static str>>, Broken> {
    let reason = reason.map(str::parse).transpose()?;
    let said = scene.office.close_cash(&who.actor()?, Money::riel(counted), reason, None).await?;
    let codes = |denials: Vec<Denial>| denials.iter().map(Denial::code).collect();
    Ok(said.map(|entry| entry.cash_closed).map_err(codes))
}

async fn scenario_the_cash_desk_is_closed_once_a_day(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T04:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    same("nothing was closed", scene.office.cash_closings().await?.len(), 0)?;
    let (first, second) = (scene.in_review().await?, scene.in_review().await?);
    let fee = first.fee.total.minor();
    // What comes over the bank is in no drawer.
    let sent = scene.submitted().await?;
    let told = Command::RecordTransfer { amount: sent.fee.total, reference: "FT1".to_owned() };
    scene.act(&sent, Who::Desk, told).await?;
    scene.act(&sent, Who::Cashier, Command::ConfirmTransfer).await?;

    same("a cashier's part", close(&scene, Who::Head, 2 * fee, None).await?, Err(vec!["not-your-role"]))?;
    same(
        "less than nothing",
        close(&scene, Who::Cashier, -1, Some("OF-D01")).await?,
        Err(vec!["wrong-amount"]),
    )?;
    same("no reason", close(&scene, Who::Cashier, fee, None).await?, Err(vec!["reason-missing"]))?;
    let wrong = close(&scene, Who::Cashier, fee, Some("OF-W01")).await?;
    same("another reason", wrong, Err(vec!["reason-unknown"]))?;
    let closed = close(&scene, Who::Cashier, 2 * fee, Some("OF-D01")).await?;
    let closed = closed.map_err(|codes| Broken(format!("{codes:?}")))?;
    same(
        "taken",
        (closed.drawer.receipts, closed.drawer.taken.minor(), closed.drawer.from),
        (2, 2 * fee, 0),
    )?;
    hold(
        "there is no difference, and no reason for one",
        closed.difference().is_zero() && closed.reason.is_none(),
    )?;

    // Money that is taken afterwards is of the next closing.
    let late = scene.in_review().await?;
    let again = close(&scene, Who::Teller, fee, None).await?;
    same("once a day", again, Err(vec!["already-recorded"]))?;
    premises.clock.advance_millis(24 * 3_600_000);
    let short = close(&scene, Who::Teller, fee - 500, Some("OF-D01")).await?;
    let short = short.map_err(|codes| Broken(format!("{codes:?}")))?;
    same("one after the other", (short.drawer.from, short.drawer.receipts), (closed.drawer.to, 1))?;
    same("missing", short.difference().minor(), -500)?;
    same("the reason", short.reason.as_ref().map(|code| code.as_str()), Some("OF-D01"))?;

    // It is in the store, not in the process; the requests are as they were, and nothing else is listed.
    let other = premises.serve(&[]).await?;
    let kept: Vec<CashClosed> =
        other.office.cash_closings().await?.into_iter().map(|entry| entry.cash_closed).collect();
    same("what is kept", kept, vec![closed, short])?;
    let listed = other.office.list(&crate::store::Query::All, None, 10).await?.rows;
    let mut ids: Vec<_> = listed.iter().map(|row| row.request).collect();
    let mut sent_in = vec![first.id, second.id, sent.id, late.id];
    ids.sort();
    sent_in.sort();
    same("requests", ids, sent_in)
}
