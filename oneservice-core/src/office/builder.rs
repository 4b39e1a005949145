//! Putting an office together.

use std::collections::HashMap;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};

use super::registers::Registers;
use super::{
    Clock, Documents, Inner, Office, OfficeError, Random, Secret, StaffDirectory, SystemClock, SystemRandom,
};
use crate::catalog::Catalog;
use crate::store::{GroupCommit, Limits, Store};

/// Puts an [`Office`] together. Only store and catalogue must be given; an office that outlives its process also
/// needs [`documents`](Self::documents) and a [`secret`](Self::secret).
#[derive(Debug)]
pub struct OfficeBuilder {
    store: Arc<dyn Store>,
    catalog: Catalog,
    documents: Documents,
    secret: Option<Secret>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    limits: Limits,
    staff: Option<Arc<dyn StaffDirectory>>,
}

impl OfficeBuilder {
    pub(crate) fn new(store: Arc<dyn Store>, catalog: Catalog) -> Self {
        Self {
            store,
            catalog,
            documents: Documents::in_memory(),
            secret: None,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            limits: Limits::default(),
            staff: None,
        }
    }

    /// Where documents are kept. In memory unless this is said.
    #[must_use]
    pub fn documents(mut self, documents: Documents) -> Self {
        self.documents = documents;
        self
    }

    /// The office's secret. Drawn anew at each start unless this is said; then links of earlier starts are dead.
    #[must_use]
    pub fn secret(mut self, secret: Secret) -> Self {
        self.secret = Some(secret);
        self
    }

    /// Another clock than the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Another source of randomness than the machine's.
    #[must_use]
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = random;
        self
    }

    /// Other limits of the commit queue.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Who works in the office. With it a step that nobody may do is reported to the heads; without it nobody is missed.
    #[must_use]
    pub fn staff(mut self, staff: Arc<dyn StaffDirectory>) -> Self {
        self.staff = Some(staff);
        self
    }

    /// The office, ready to work: its service versions are archived, so that requests keep them for life.
    ///
    /// Must be called inside a tokio runtime, which then runs the writer.
    ///
    /// # Errors
    /// When store or document store do not answer.
    pub async fn build(self) -> Result<Office, OfficeError> {
        let Self { store, catalog, documents, secret, clock, random, limits, staff } = self;
        let secret = match secret {
            Some(secret) => secret,
            None => {
                let mut bytes = [0; 32];
                random.fill(&mut bytes)?;
                Secret::new(bytes)
            }
        };
        for service in catalog.all_versions() {
            documents.archive(&service.hash.to_string(), &service.canonical()).await?;
        }
        let id = catalog.office().id.clone();
        let head = store.head(&id).await?;
        let inner = Inner {
            id,
            commits: Arc::new(GroupCommit::new(Arc::clone(&store), limits)),
            store,
            catalog,
            documents,
            secret,
            clock,
            random,
            floor: AtomicI64::new(head.last_at.millis()),
            registers: Registers::default(),
            old_versions: HashMap::new().into(),
            staff,
            staff_seen: Mutex::default(),
        };
        Ok(Office { inner: Arc::new(inner) })
    }
}
