//! The office in which services are tried, from the form to the result in the applicant's hands.
//!
//! The rule owned here: **a trial counts nowhere.** It is filed as another office of the same store, so that queues, numbers, listings,
//! the cash desk and the log of the real one, all of which begin with the office's id, cannot hold it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::registers::Registers;
use super::{Inner, Office};
use crate::catalog::number;

/// How every number begins that a trial is given.
const NUMBERED: &str = "TRIAL-";

impl Office {
    /// The office in which this one tries its services: the same people, rules and store, but a log, queues, registers and a cash desk
    /// of its own. Every service is offered there [in its newest version](crate::catalog::Catalog::for_trial); numbers begin with
    /// `TRIAL-`, tracking codes with `TEST`. What time brings there, its own [`tick`](Self::tick) records.
    ///
    /// ```
    /// # use oneservice_core::office::{NewDraft, Office, OfficeError};
    /// async fn try_out(office: &Office) -> Result<(), OfficeError> {
    ///     let draft = office.trial().draft(NewDraft::of("tourism.guesthouse-licence")).await?;
    ///     assert!(draft.submit().await?.code.is_trial());
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn trial(&self) -> Self {
        if self.is_trial() {
            return self.clone();
        }
        let office = &self.inner;
        let catalog = office.catalog.clone().for_trial();
        let inner = Inner {
            id: catalog.office().id.clone(),
            store: Arc::clone(&office.store),
            commits: Arc::clone(&office.commits),
            catalog,
            documents: office.documents.clone(),
            secret: office.secret.clone(),
            clock: Arc::clone(&office.clock),
            random: Arc::clone(&office.random),
            floor: AtomicI64::new(office.floor.load(Ordering::Relaxed)),
            registers: Registers::default(),
            staff: office.staff.clone(),
            staff_seen: std::sync::Mutex::default(),
            old_versions: std::sync::RwLock::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Whether this office only tries its services.
    pub fn is_trial(&self) -> bool {
        self.inner.id.is_trial()
    }

    /// A number of a register, written as the register's format says.
    pub(super) fn number(&self, format: &str, year: i16, seq: u64) -> String {
        let number = number(format, year, seq);
        if self.is_trial() { format!("{NUMBERED}{number}") } else { number }
    }
}
