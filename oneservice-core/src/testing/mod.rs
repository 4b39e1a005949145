//! The conformance suite: what it means to be an engine, as tests.
//!
//! The rule owned here: **an engine keeps every promise of [`crate::store`] or is none.** A case is a private function
//! in a table; one that is not in the table does not compile. There are no flags by which an engine leaves cases out:
//! whether a store outlives its process is a matter of type ([`Durable`]), and chooses between [`main`] and
//! [`main_durable`].
//!
//! All that an engine writes, in a test with `harness = false`:
//!
//! ```no_run
//! use oneservice_core::{store::MemoryStore, testing};
//! use std::sync::Arc;
//!
//! fn main() {
//!     testing::main(|| async { Ok(Arc::new(MemoryStore::default())) });
//! }
//! ```
//!
//! Beside the promises of the seam, an office's acceptance scenarios are run on the engine, under names that begin with `scenario_`.
//!
//! [`fixtures`] makes commits, [`faults`] breaks an engine on purpose, [`model`] runs random work against a plain model,
//! [`clerk`] whole lives of requests.

mod archives;
mod case;
pub mod clerk;
mod commits;
mod concurrency;
mod drafts;
pub mod faults;
pub mod fixtures;
pub mod fuzz;
mod hostile;
mod listings;
mod logs;
pub mod model;
mod reopening;
mod repeats;
pub mod sample;
mod scenarios;

pub use case::{
    ArchiveCase, Archived, Broken, Case, Checked, Durable, DurableCase, Reopen, ReopenTarget, Subject,
    Target, TargetCase,
};

use crate::store::StoreError;
use libtest_mimic::{Arguments, Failed, Trial};
use std::{future::Future, sync::Arc};

/// Every case that an engine is tried on.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    let floors = [
        commits::CASES,
        repeats::CASES,
        listings::CASES,
        logs::CASES,
        drafts::CASES,
        concurrency::CASES,
        hostile::CASES,
        model::CASES,
        clerk::lives::CASES,
    ];
    floors.into_iter().flatten()
}

/// Every acceptance scenario: what an office does on any engine.
pub fn scenarios() -> impl Iterator<Item = &'static Case> {
    scenarios::FLOORS.iter().copied().flatten()
}

/// Every case that closes the store in between.
pub fn durable_cases() -> impl Iterator<Item = &'static DurableCase> {
    reopening::CASES.iter()
}

/// Every case that copies one store into another.
pub fn archive_cases() -> impl Iterator<Item = &'static ArchiveCase> {
    archives::CASES.iter()
}

/// Every case that closes the target of a copy in between.
pub fn target_cases() -> impl Iterator<Item = &'static TargetCase> {
    archives::TARGET_CASES.iter()
}

/// Runs every case as a named test on what `fresh` opens: an empty store. For engines that keep nothing; those that
/// do call [`main_durable`].
pub fn main<S, F>(fresh: impl Fn() -> F + Clone + Send + Sync + 'static) -> !
where
    S: Archived,
    F: Future<Output = Result<S, StoreError>> + Send + 'static,
{
    run(trials(fresh))
}

/// Runs every case, and those that close the store in between, as named tests on what `fresh` opens: an empty store.
pub fn main_durable<S, F>(fresh: impl Fn() -> F + Clone + Send + Sync + 'static) -> !
where
    S: Target,
    F: Future<Output = Result<S, StoreError>> + Send + 'static,
{
    let mut all = trials(fresh.clone());
    all.extend(durable_cases().map(|case| {
        let fresh = fresh.clone();
        trial(case.name, async move || {
            let subject: Box<dyn Reopen> = Box::new(fresh().await?);
            (case.run)(subject).await
        })
    }));
    all.extend(target_cases().map(|case| {
        let fresh = fresh.clone();
        trial(case.name, async move || {
            let subject: Box<dyn ReopenTarget> = Box::new(fresh().await?);
            (case.run)(subject).await
        })
    }));
    run(all)
}

fn trials<S, F>(fresh: impl Fn() -> F + Clone + Send + Sync + 'static) -> Vec<Trial>
where
    S: Archived,
    F: Future<Output = Result<S, StoreError>> + Send + 'static,
{
    let one = |case: &'static Case| {
        let fresh = fresh.clone();
        trial(case.name, async move || {
            let subject = fresh().await?;
            (case.run)(subject.store()).await
        })
    };
    let two = |case: &'static ArchiveCase| {
        let fresh = fresh.clone();
        trial(case.name, async move || {
            let (source, target) = (fresh().await?, fresh().await?);
            (case.run)(source.archive(), target.archive()).await
        })
    };
    cases().chain(scenarios()).map(one).chain(archive_cases().map(two)).collect()
}

fn trial<F: AsyncFnOnce() -> Checked + Send + 'static>(name: &str, check: F) -> Trial {
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(check()).map_err(|broken| Failed::from(broken.0))
    })
}

fn run(trials: Vec<Trial>) -> ! {
    libtest_mimic::run(&Arguments::from_args(), trials).exit()
}

/// Runs the case `name` alone on `store`, which is empty. For those who prove that a case can fail.
///
/// # Errors
/// What the case found, or that there is none of that name.
pub async fn check_case(name: &str, store: Arc<dyn crate::store::Store>) -> Checked {
    match cases().find(|case| case.name == name) {
        Some(case) => (case.run)(store).await,
        None => Err(Broken(format!("there is no case {name}"))),
    }
}
