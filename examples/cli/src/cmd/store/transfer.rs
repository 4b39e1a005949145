//! `oneservice store transfer`: from one engine to another, compared whole, taken up where it was cut off.

use std::time::Instant;

use oneservice_core::store::{Kind, Step, transfer};
use oneservice_pilot::{Engine, StoreUrl};
use serde_json::json;

use crate::exit::CliError;
use crate::meter::Meter;
use crate::output::Output;

pub(super) async fn run(from: &StoreUrl, to: &StoreUrl, out: &mut Output) -> Result<(), CliError> {
    if from == to {
        return Err(CliError::Usage(format!("{from} cannot be transferred into itself")));
    }
    let source = Engine::open_existing(from).await?;
    let target = Engine::open_target(to).await?;
    let begun = Instant::now();
    let mut meter = Meter::new("records");
    let result = transfer(source.archive(), target.archive(), |progress| {
        meter.show(what(progress.step, progress.kind), progress.done, progress.total);
    })
    .await;
    meter.end();
    source.close().await;
    target.close().await;
    let copied = result?;
    let seconds = begun.elapsed().as_secs_f64();
    let counts = copied.counts;
    let value = json!({
        "from": from.to_string(),
        "to": to.to_string(),
        "counts": counts,
        "events": counts.events,
        "digest": copied.digest,
        "found": copied.found,
        "seconds": seconds,
    });
    out.either(&value, || {
        let mut text = format!(
            "{} events of {} requests and all that belongs to them, in {seconds:.1} s, digest {}\n",
            counts.events, counts.summaries, copied.digest
        );
        if copied.found > 0 {
            text.push_str(&format!("{} records were there from an earlier try\n", copied.found));
        }
        text.push_str(&format!("{to} holds what {from} holds; every record was read back and compared"));
        text
    })?;
    Ok(())
}

fn what(step: Step, kind: Kind) -> &'static str {
    match (step, kind) {
        (Step::Copy, Kind::Events) => "copying events",
        (Step::Copy, Kind::Commits) => "copying commits",
        (Step::Copy, Kind::Keys) => "copying keys",
        (Step::Copy, Kind::Counters) => "copying counters",
        (Step::Copy, Kind::Summaries) => "copying summaries",
        (Step::Copy, Kind::Drafts) => "copying drafts",
        (Step::Compare, _) => "comparing",
    }
}
