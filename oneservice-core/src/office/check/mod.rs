//! Is what is stored what was stored, and does it fit together?
//!
//! The rule owned here: **a check goes on.** What is damaged becomes a finding, and everything else is still looked at.

mod listings;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::Serialize;

use super::{Case, CashEntry, Office, OfficeError};
use crate::catalog::Periods;
use crate::ids::{Digest32, OfficeId, RequestId};
use crate::request::AnyFact;
use crate::store::{Archive, Kind, LogDigest, Place, Placed, Records, StoreError, StoredEvent};
use listings::Listings;

/// Most findings that are told; more are only counted.
pub const FINDINGS_MAX: usize = 1_000;

/// Records read at once.
const PAGE: usize = 500;

/// What a check of a whole store found.
#[derive(Debug, Clone, Serialize)]
pub struct Checkup {
    /// The offices whose logs were read.
    pub offices: Vec<OfficeId>,
    /// Events that are whole.
    pub events: u64,
    /// Requests.
    pub requests: u64,
    /// How many of them are trials.
    pub trials: u64,
    /// Requests of other offices under service versions that are not known here: their histories were read, but not replayed.
    pub not_replayed: u64,
    /// Digest over all events that are whole; see [`LogDigest`].
    pub digest: Digest32,
    /// How many findings there are.
    pub found: u64,
    /// The first [`FINDINGS_MAX`] of them.
    pub findings: Vec<Finding>,
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable name of what is wrong: `damaged`, `gap`, `history`, `summary`, `listing`, `commit`, `key`, `counter`.
    pub code: &'static str,
    /// The office.
    pub office: OfficeId,
    /// Place in its log, where it is about an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// The request, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// What is wrong, for people.
    pub message: String,
}

impl Office {
    /// Reads everything that `store`, this office's, holds: hashes every event, replays every history, and compares rows, listings,
    /// commits, keys and registers with what the histories say. Other offices in the same store are checked as well; their histories
    /// are replayed where their service versions are known here. `progress` is told the events done and all there are.
    ///
    /// # Errors
    /// [`OfficeError`] when the store does not answer; what it holds is never an error.
    pub async fn check(
        &self,
        store: &dyn Archive,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Checkup, OfficeError> {
        let offices = store.offices().await?;
        let mut total = 0;
        for office in &offices {
            total += store.head(office).await?.size;
        }
        let mut digest = LogDigest::default();
        let mut checkup = Checkup {
            offices: Vec::new(),
            events: 0,
            requests: 0,
            trials: 0,
            not_replayed: 0,
            digest: digest.clone().finish(),
            found: 0,
            findings: Vec::new(),
        };
        for office in offices {
            let mut check = Check {
                by: self,
                store,
                office: &office,
                checkup: &mut checkup,
                digest: &mut digest,
                listings: Listings::default(),
                registers: BTreeMap::new(),
                replayed_all: true,
            };
            check.log(|events| progress(events, total)).await?;
            check.listings().await?;
            check.commits().await?;
            check.keys().await?;
            check.counters().await?;
            check.drafts().await?;
            checkup.offices.push(office);
        }
        checkup.digest = digest.finish();
        Ok(checkup)
    }
}

/// The check of one office.
struct Check<'a> {
    by: &'a Office,
    store: &'a dyn Archive,
    office: &'a OfficeId,
    checkup: &'a mut Checkup,
    digest: &'a mut LogDigest,
    listings: Listings,
    /// How many numbers of each register stand in the histories.
    registers: BTreeMap<String, u64>,
    replayed_all: bool,
}

impl Check<'_> {
    fn find(&mut self, code: &'static str, message: impl Into<String>) {
        self.add(code, None, None, message);
    }

    fn find_request(&mut self, code: &'static str, request: RequestId, message: impl Into<String>) {
        self.add(code, None, Some(request), message);
    }

    fn add(
        &mut self,
        code: &'static str,
        index: Option<u64>,
        request: Option<RequestId>,
        message: impl Into<String>,
    ) {
        self.checkup.found += 1;
        if self.checkup.findings.len() < FINDINGS_MAX {
            let (office, message) = (self.office.clone(), message.into());
            self.checkup.findings.push(Finding { code, office, index, request, message });
        }
    }

    /// Every event, and with the first of each request, the request.
    async fn log(&mut self, mut progress: impl FnMut(u64)) -> Result<(), OfficeError> {
        let size = self.store.head(self.office).await?.size;
        let (mut next, mut limit) = (0, PAGE);
        while next < size {
            match self.store.export(self.office, &Place::Events(next), limit).await {
                Ok(Records::Events(events)) if !events.is_empty() => {
                    limit = PAGE;
                    for event in events {
                        if event.index != next {
                            self.add("gap", Some(next), None, "an event is missing");
                        }
                        next = event.index.saturating_add(1);
                        self.event(&event).await?;
                    }
                }
                Ok(_) => {
                    self.add("gap", Some(next), None, "events are missing up to the end of the log");
                    break;
                }
                // Somewhere in the page: one by one to where it is, then on behind it.
                Err(StoreError::Corrupt { .. }) if limit > 1 => limit = 1,
                Err(StoreError::Corrupt { what, .. }) => {
                    self.add("damaged", Some(next), None, what);
                    next += 1;
                    limit = PAGE;
                }
                Err(other) => return Err(other.into()),
            }
            progress(self.checkup.events);
        }
        let behind = self.store.export(self.office, &Place::Events(size.max(next)), 1).await;
        if behind.is_ok_and(|events| !events.is_empty()) {
            self.add("gap", Some(size), None, "there are events behind the end of the log");
        }
        Ok(())
    }

    async fn event(&mut self, event: &StoredEvent) -> Result<(), OfficeError> {
        self.digest.add(event);
        self.checkup.events += 1;
        if event.version == 1 {
            self.checkup.requests += 1;
            self.request(event.request).await?;
        }
        Ok(())
    }

    /// A request: its history replays, and its row says what the history says.
    async fn request(&mut self, id: RequestId) -> Result<(), OfficeError> {
        let history = match found(self.store.history(self.office, id).await)? {
            ControlFlow::Continue(events) => events,
            ControlFlow::Break(what) => {
                self.replayed_all = false;
                self.find_request("history", id, what);
                return Ok(());
            }
        };
        let row = match found(self.store.summary(self.office, id).await)? {
            ControlFlow::Continue(Some(row)) => row,
            ControlFlow::Continue(None) => {
                self.find_request("summary", id, "the request has no row");
                return Ok(());
            }
            ControlFlow::Break(what) => {
                self.find_request("summary", id, what);
                return Ok(());
            }
        };
        self.listed(&row).await?;
        // No request: the book of a cash desk, in a log of its own.
        if history.first().is_some_and(|first| CashEntry::from_payload(&first.body.payload).is_ok()) {
            if let Err(error) = CashEntry::book(&history) {
                self.find_request("history", id, error.to_string());
            }
            self.checkup.requests -= 1;
            return Ok(());
        }
        self.checkup.trials += u64::from(self.office.is_trial());
        let case = match self.by.case_of(id, &history).await {
            Ok(case) => case,
            Err(OfficeError::VersionLost { .. }) if self.office != self.by.id() => {
                self.replayed_all = false;
                self.checkup.not_replayed += 1;
                return Ok(());
            }
            Err(
                error @ (OfficeError::History(_) | OfficeError::VersionLost { .. } | OfficeError::NotFound),
            ) => {
                self.replayed_all = false;
                let what = std::error::Error::source(&error).map_or(error.to_string(), ToString::to_string);
                self.find_request("history", id, what);
                return Ok(());
            }
            Err(other) => return Err(other),
        };
        self.count_numbers(&case);
        let mut said = self.by.summary_of(&case.request, row.access);
        if said.phone.is_some() == row.phone.is_some() {
            // Hashed under the office's secret, which a copy of the store may not have beside it.
            said.phone = row.phone;
        }
        // When a reminder is due depends on the periods of the day on which the row was written; when the last day has passed does not.
        let calendar = self.by.catalog().calendar();
        let latest =
            case.request.wakes_on(calendar, &Periods::default()).map(|day| calendar.start_of_day(day));
        if latest.is_none_or(|latest| row.wake_at.is_some_and(|at| at <= latest)) {
            said.wake_at = row.wake_at;
        }
        if said != row {
            self.find_request("summary", id, "the row does not say what the history says");
        }
        Ok(())
    }

    fn count_numbers(&mut self, case: &Case) {
        for happening in &case.history {
            let year = self.by.catalog().calendar().local_date(happening.recorded.entry.recorded_at).year();
            let register = match &happening.recorded.fact {
                AnyFact::Payment(_) | AnyFact::TransferConfirmed(_) | AnyFact::Refund(_) => {
                    format!("receipt/{year}")
                }
                AnyFact::Issuance(_) => format!("result/{}/{year}", case.request.service().id),
                _ => continue,
            };
            *self.registers.entry(register).or_default() += 1;
        }
    }

    /// All records of a kind in pages, until one is damaged.
    async fn page(&mut self, kind: Kind, place: &Place) -> Result<Option<Records>, OfficeError> {
        Ok(match found(self.store.export(self.office, place, PAGE).await)? {
            ControlFlow::Continue(records) if records.is_empty() => None,
            ControlFlow::Continue(records) => Some(records),
            ControlFlow::Break(what) => {
                self.find("damaged", format!("{}, not looked at from there on: {what}", kind.as_str()));
                None
            }
        })
    }

    /// Each commit stands at an event of its request.
    async fn commits(&mut self) -> Result<(), OfficeError> {
        let mut place = Place::first(Kind::Commits);
        while let Some(records) = self.page(Kind::Commits, &place).await? {
            place = records.next().unwrap_or(place);
            let Records::Commits(commits) = records else { continue };
            for placed in commits {
                self.commit(&placed).await?;
            }
        }
        Ok(())
    }

    async fn commit(&mut self, placed: &Placed) -> Result<(), OfficeError> {
        let first = self.store.export(self.office, &Place::Events(placed.first_index), 1).await;
        // A damaged event was found in the log already.
        let ControlFlow::Continue(Records::Events(events)) = found(first)? else { return Ok(()) };
        let stands = events.first().is_some_and(|event| {
            event.index == placed.first_index
                && event.request == placed.request
                && event.version <= placed.version
        });
        if !stands {
            let what = format!("commit {} does not stand where it says", placed.commit);
            self.find_request("commit", placed.request, what);
        }
        Ok(())
    }

    /// Each key names a commit.
    async fn keys(&mut self) -> Result<(), OfficeError> {
        let mut place = Place::first(Kind::Keys);
        while let Some(records) = self.page(Kind::Keys, &place).await? {
            place = records.next().unwrap_or(place);
            let Records::Keys(keys) = records else { continue };
            for key in keys {
                if let ControlFlow::Continue(None) = found(self.store.outcome(self.office, key.commit).await)?
                {
                    self.find("key", format!("the idempotency key '{}' names no commit", key.key));
                }
            }
        }
        Ok(())
    }

    /// The registers have given as many numbers as stand in the histories.
    async fn counters(&mut self) -> Result<(), OfficeError> {
        let mut given = std::mem::take(&mut self.registers);
        let mut place = Place::first(Kind::Counters);
        while let Some(records) = self.page(Kind::Counters, &place).await? {
            place = records.next().unwrap_or(place);
            let Records::Counters(counters) = records else { continue };
            for (name, value) in counters {
                let stand = given.remove(&name).unwrap_or(0);
                if self.replayed_all && stand != value {
                    let what = format!(
                        "register '{name}' has given {value} numbers, {stand} stand in the histories"
                    );
                    self.find("counter", what);
                }
            }
        }
        for (name, stand) in given {
            self.find("counter", format!("register '{name}' is missing, {stand} of its numbers were given"));
        }
        Ok(())
    }

    /// Drafts are readable.
    async fn drafts(&mut self) -> Result<(), OfficeError> {
        let mut place = Place::first(Kind::Drafts);
        while let Some(records) = self.page(Kind::Drafts, &place).await? {
            place = records.next().unwrap_or(place);
        }
        Ok(())
    }
}

/// What was read, or what is damaged about it, or that the store does not answer.
fn found<T>(answer: Result<T, StoreError>) -> Result<ControlFlow<String, T>, OfficeError> {
    match answer {
        Ok(value) => Ok(ControlFlow::Continue(value)),
        Err(StoreError::Corrupt { what, .. }) => Ok(ControlFlow::Break(what)),
        Err(other) => Err(other.into()),
    }
}
