//! The day by which the office is to be done, over returns.

use std::sync::Arc;

use super::scene::{Premises, Scene, Who, back};
use crate::calendar::{Date, Weekday, date};
use crate::office::{Basis, Receipt};
use crate::store::Store;
use crate::testing::case::{cases, same};
use crate::testing::{Broken, Case, Checked, sample};

pub(super) const CASES: &[Case] = cases![scenario_06_the_due_day_moves_by_the_stated_rule];

/// Monday to Friday without Labour Day, counted on fingers.
fn works(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && day != date(2026, 5, 1)
}

fn next(day: Date) -> Result<Date, Broken> {
    day.tomorrow().map_err(|error| Broken(error.to_string()))
}

/// The rule in words: as many working days as were left when the clock stopped, counted from the day on which the correction
/// is received; and what comes on a day without work is received on the next working day.
fn due(stopped: Date, promised: Date, corrected: Date) -> Result<Date, Broken> {
    let (mut left, mut day) = (0, stopped);
    while day < promised {
        day = next(day)?;
        left += usize::from(works(day));
    }
    let mut day = corrected;
    while !works(day) {
        day = next(day)?;
    }
    while left > 0 {
        day = next(day)?;
        left -= usize::from(works(day));
    }
    Ok(day)
}

async fn send_back(scene: &Scene, receipt: &Receipt) -> Checked {
    let returned = scene.act(receipt, Who::Desk, back("documents.id-card", "TR-C01", None)?).await?;
    same("no day while a correction is pending", returned.record().due_on, None)
}

async fn correct(scene: &Scene, receipt: &Receipt) -> Result<Option<Date>, Broken> {
    let mut fix = scene.office.correction_draft(receipt.key).await?;
    fix.attach("id-card", "new.pdf", None, sample::PDF.to_vec()).await?;
    let corrected = scene.office.send_corrections(receipt.key, Basis::default()).await?;
    Ok(corrected.request.record().due_on)
}

async fn scenario_06_the_due_day_moves_by_the_stated_rule(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-04-26T02:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    premises.wall(&scene, "2026-04-27T10:00:00")?;
    let receipt = scene.in_review().await?;
    // Ten working days, with Labour Day among them.
    same("due at first", receipt.due_on, date(2026, 5, 12))?;

    // Returned on the last day of a month with seven left, corrected on the holiday: received on Monday the fourth.
    premises.wall(&scene, "2026-04-30T15:00:00")?;
    send_back(&scene, &receipt).await?;
    premises.wall(&scene, "2026-05-01T09:00:00")?;
    let first = correct(&scene, &receipt).await?;
    same("due after the first", first, Some(date(2026, 5, 13)))?;
    same("by the rule", first, Some(due(date(2026, 4, 30), date(2026, 5, 12), date(2026, 5, 1))?))?;

    // A second return, pending over a weekend and a month's end.
    premises.wall(&scene, "2026-05-11T09:00:00")?;
    send_back(&scene, &receipt).await?;
    premises.wall(&scene, "2026-05-30T11:00:00")?;
    same("still pending", scene.request(&receipt).await?.record().due_on, None)?;
    let second = correct(&scene, &receipt).await?;
    same("due after the second", second, Some(date(2026, 6, 3)))?;
    same("by the rule", second, Some(due(date(2026, 5, 11), date(2026, 5, 13), date(2026, 5, 30))?))?;

    // A third on the very day it was due: none are left.
    premises.wall(&scene, "2026-06-03T09:00:00")?;
    send_back(&scene, &receipt).await?;
    premises.wall(&scene, "2026-06-10T17:30:00")?;
    let third = correct(&scene, &receipt).await?;
    // Past the hour at which a day ends.
    same("due after the third", third, Some(date(2026, 6, 11)))
}
