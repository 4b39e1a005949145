//! Submissions on redb: the public commit path beside hand-written redb, with 1, 8, 64 and 256 in flight.
//!
//! A sync takes a millisecond (`-- --real` syncs the disk of the temporary folder instead). Syncs are counted: the figure per command is
//! exact. The three are measured in turn, round after round, and the best round of each counts.

use std::{
    error::Error,
    io::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use oneservice_benches::{
    disk::{Sync, Volume},
    load::{drive, submission, submissions},
    raw::RawWriter,
};
use oneservice_core::store::{GroupCommit, Limits, Outcome};
use oneservice_redb::RedbStore;

const IN_FLIGHT: [usize; 4] = [1, 8, 64, 256];
const ROUNDS: usize = 5;
const BATCH: usize = 256;

/// What one round gave.
#[derive(Clone, Copy)]
struct Round {
    commands: u32,
    took: Duration,
    syncs: u64,
}

impl Round {
    fn per_second(self) -> f64 {
        f64::from(self.commands) / self.took.as_secs_f64()
    }

    fn syncs_per_command(self) -> f64 {
        self.syncs as f64 / f64::from(self.commands)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let is_real = std::env::args().any(|argument| argument == "--real");
    let sync = if is_real { Sync::Real } else { Sync::Takes(Duration::from_millis(1)) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "submissions on redb, {sync:?}, best of {ROUNDS} rounds; syncs are those of the round shown"
    )?;
    writeln!(
        out,
        "{:>9} | {:>10} {:>10} {:>10} | {:>13} {:>13} | {:>12} {:>12} {:>12}",
        "in flight",
        "per cmd/s",
        "group/s",
        "ours/s",
        "ours/group",
        "ours/per cmd",
        "per cmd sync",
        "group sync",
        "ours sync"
    )?;
    for in_flight in IN_FLIGHT {
        let commands = u32::try_from(in_flight * 40)?.clamp(500, 8_000);
        let mut best: [Option<Round>; 3] = [None; 3];
        for _ in 0..ROUNDS {
            // One command a transaction does not get faster with more in flight: fewer tell as much.
            let rounds = [
                runtime.block_on(raw(sync, commands.min(500), in_flight, 1))?,
                runtime.block_on(raw(sync, commands, in_flight, BATCH))?,
                runtime.block_on(ours(sync, commands, in_flight))?,
            ];
            for (best, round) in best.iter_mut().zip(rounds) {
                *best = Some(best.filter(|best| best.per_second() >= round.per_second()).unwrap_or(round));
            }
        }
        let [Some(single), Some(group), Some(ours)] = best else { continue };
        writeln!(
            out,
            "{in_flight:>9} | {:>10.0} {:>10.0} {:>10.0} | {:>13.2} {:>13.2} | {:>12.4} {:>12.4} {:>12.4}",
            single.per_second(),
            group.per_second(),
            ours.per_second(),
            ours.per_second() / group.per_second(),
            ours.per_second() / single.per_second(),
            single.syncs_per_command(),
            group.syncs_per_command(),
            ours.syncs_per_command(),
        )?;
    }
    Ok(())
}

async fn raw(sync: Sync, commands: u32, in_flight: usize, batch: usize) -> Result<Round, Box<dyn Error>> {
    let volume = Volume::empty("raw", sync)?;
    let writer = RawWriter::start(volume.database()?, batch);
    warm_up(|commit| writer.write(commit)).await;
    let before = volume.syncs().count();
    let took = drive(submissions(commands), in_flight, |commit| writer.write(commit)).await;
    let syncs = volume.syncs().count() - before;
    writer.stop();
    Ok(Round { commands, took, syncs })
}

async fn ours(sync: Sync, commands: u32, in_flight: usize) -> Result<Round, Box<dyn Error>> {
    let volume = Arc::new(Volume::empty("ours", sync)?);
    let file = Arc::clone(&volume);
    let store = RedbStore::over_backend(move || file.database())?;
    let group = Arc::new(GroupCommit::new(Arc::new(store), Limits::default()));
    let write = |commit| {
        let group = Arc::clone(&group);
        async move { matches!(group.commit(commit).await, Ok(Outcome::Committed(_))) }
    };
    warm_up(write).await;
    let before = volume.syncs().count();
    let took = drive(submissions(commands), in_flight, write).await;
    let syncs = volume.syncs().count() - before;
    Ok(Round { commands, took, syncs })
}

/// The first command makes tables and threads.
async fn warm_up<F: Future<Output = bool> + Send + 'static>(
    write: impl Fn(oneservice_core::store::Commit) -> F,
) {
    drive(vec![submission(u32::MAX)], 1, write).await;
}
