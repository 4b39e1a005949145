//! Whole lives through an office on an engine, beside the sheet.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::work::{actor, answers, catalogue, command, compare, kind, kinds};
use super::{Fee, Sheet, What};
use crate::calendar::Moment;
use crate::office::{Basis, NewDraft, Office, OfficeBuilder, OfficeError, SetClock};
use crate::request::{Actor, AnyRequest, SignatureMethod};
use crate::store::Store;
use crate::testing::case::{Broken, Case, Checked, cases, hold, same};
use crate::testing::sample;

pub(in crate::testing) const CASES: &[Case] = cases![random_lives_agree_with_the_clerk];

/// What is drawn for one life: when the fee is due, whether the health department is asked, whether silence grants, whether two
/// must be for it, and the tries.
pub type Life = (Fee, bool, bool, bool, Vec<(u8, u16)>);

fn life() -> impl Strategy<Value = Life> {
    let fee = prop_oneof![Just(Fee::Before), Just(Fee::After), Just(Fee::Free)];
    let tries = prop::collection::vec((0..super::tries::KINDS, any::<u16>()), 1..70);
    (fee, any::<bool>(), any::<bool>(), any::<bool>(), tries)
}

/// The offices of all kinds of catalogue on one store, each with a clock of its own.
#[derive(Debug)]
pub struct Town {
    offices: Vec<(Office, Arc<SetClock>)>,
}

impl Town {
    /// Opens the offices.
    ///
    /// # Errors
    /// What the store says.
    pub async fn open(store: &Arc<dyn Store>) -> Result<Self, Broken> {
        let mut offices = Vec::new();
        for (fee, grants, panel) in kinds() {
            // Noon in Kathmandu.
            let clock = Arc::new(SetClock::at(Moment::parse("2026-03-31T06:15:00Z")?));
            let builder = OfficeBuilder::new(Arc::clone(store), catalogue(fee, grants, panel).clone());
            offices.push((builder.clock(Arc::clone(&clock) as _).build().await?, clock));
        }
        Ok(Self { offices })
    }

    /// Lives a life, compares it with its sheet at each step, and says how many commands were tried.
    ///
    /// # Errors
    /// The first difference, or what the store says.
    pub async fn live(&self, (fee, asks_health, grants, panel, tries): &Life) -> Result<u64, Broken> {
        let (office, clock) = &self.offices[kind(*fee, *grants, *panel)];
        let service = office.catalog().services().next().cloned().ok_or(Broken("a service".to_owned()))?;
        let card = || office.keep(&service, "id-card", "card.pdf", None, sample::PDF.to_vec());
        let signed = office.signature(&service, SignatureMethod::Typed, "SOK DARA", None).await?;
        let new = NewDraft::of(service.id.as_str());
        let (form, papers) = (answers(*asks_health), vec![card().await?]);
        let sent =
            office.submit_whole(new, form, papers, Some(signed.clone()), &Actor::Applicant, None).await?;
        let today = office.catalog().calendar().local_date(office.now());
        let mut sheet = Sheet::new(*fee, *asks_health, *grants, *panel, today);
        let mut request = office.case(sent.id).await?.request;
        compare(&sheet, &request)?;
        let new_card = card().await?;
        let mut tried = 0;
        for (kind, pick) in tries {
            let attempt = sheet.draw(*kind, usize::from(*pick));
            let asked = || format!("{attempt:?} on {sheet:?}");
            if let What::Wait { days } = attempt.what {
                clock.advance_millis(i64::from(days) * 24 * 3_600_000);
                sheet.note(attempt);
                continue;
            }
            let Some(command) = command(attempt, &request, sheet.today, sheet.allowed, &new_card, &signed)
            else {
                continue;
            };
            tried += 1;
            match office.act(sent.id, command, &actor(attempt.who), Basis::default()).await {
                Ok(acted) => {
                    hold(&format!("denied: {}", asked()), sheet.allows(attempt))?;
                    request = acted.request;
                    sheet.note(attempt);
                    sheet.allowed += 1;
                }
                Err(OfficeError::Denied { denials, .. }) => {
                    let why: Vec<&str> = denials.iter().map(|denial| denial.code()).collect();
                    hold(&format!("allowed, not {why:?}: {}", asked()), !sheet.allows(attempt))?;
                    hold("a no has a reason", !denials.is_empty())?;
                }
                Err(other) => return Err(other.into()),
            }
            compare(&sheet, &request)
                .map_err(|broken| Broken(format!("{broken} after {attempt:?}: {sheet:?}")))?;
        }
        self.agrees(office, &request).await?;
        Ok(tried)
    }

    /// What is stored is what was answered, and its row says the same.
    async fn agrees(&self, office: &Office, request: &AnyRequest) -> Checked {
        let stored = office.case(request.record().id).await?;
        hold("the history says all", stored.request == *request)?;
        let row = office.summary(request.record().id).await?;
        same("the row's stage", row.stage, request.stage())?;
        same("the row's version", row.version, request.record().version)
    }
}

/// How many lives a test lives: what `ONESERVICE_LIVES` says, for a long run, or `otherwise`. Each tries about 30 commands.
#[must_use]
pub fn wanted(otherwise: u32) -> u32 {
    std::env::var("ONESERVICE_LIVES").ok().and_then(|lives| lives.parse().ok()).unwrap_or(otherwise)
}

/// Lives so many random lives on `store`, and says how many commands were tried.
///
/// # Errors
/// The shortest life found that differs from its sheet.
pub async fn live(store: Arc<dyn Store>, lives: u32) -> Result<u64, Broken> {
    let town = Town::open(&store).await?;
    let runtime = tokio::runtime::Handle::current();
    let run = move || {
        let tried = std::sync::atomic::AtomicU64::new(0);
        let config =
            Config { cases: lives, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
        let found = TestRunner::new(config).run(&life(), |life| {
            let lived = runtime.block_on(town.live(&life));
            let lived = lived.map_err(|broken| TestCaseError::fail(broken.0))?;
            tried.fetch_add(lived, std::sync::atomic::Ordering::Relaxed);
            Ok(())
        });
        found.map_err(|error| Broken(error.to_string()))?;
        Ok(tried.into_inner())
    };
    tokio::task::spawn_blocking(run).await?
}

async fn random_lives_agree_with_the_clerk(store: Arc<dyn Store>) -> Checked {
    live(store, 24).await.map(drop)
}
