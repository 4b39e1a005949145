//! Turns at the registers whose numbers have no gap.
//!
//! Two commands that want the next number of one register at the same time cannot both have it: one of their commits is refused, and the
//! command decides again. With many at once, some would be refused again and again. So within one process they take turns; between
//! processes the refused commit remains what keeps the numbers right.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Lane, OwnedMutexGuard};

/// One lane for each register.
#[derive(Debug, Default)]
pub(super) struct Registers {
    lanes: Mutex<HashMap<String, Arc<Lane<()>>>>,
}

/// Whose turn it is; the next one's when this is dropped.
pub(super) type Turn = OwnedMutexGuard<()>;

impl Registers {
    /// The turn at once, or the wait for it. Those who wait are served in the order in which they came.
    pub(super) fn turn(&self, register: &str) -> Result<Turn, impl Future<Output = Turn> + use<>> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = Arc::clone(lanes.entry(register.to_owned()).or_default());
        Arc::clone(&lane).try_lock_owned().map_err(|_| lane.lock_owned())
    }
}
