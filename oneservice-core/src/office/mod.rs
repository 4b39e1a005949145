//! The façade: load, ask the rules, commit, receipt.
//!
//! An [`Office`] brings a catalogue, a storage engine and a place for documents together. Everything it does goes
//! one way: the history is read and replayed, the typed rules decide, and what they decide is committed whole. It
//! holds no state of its own, so that several servers may be the same office.
//!
//! ```
//! use oneservice_core::catalog::Catalog;
//! use oneservice_core::office::{NewDraft, Office, OfficeError};
//! use oneservice_core::request::{Signature, SignatureMethod};
//! use oneservice_core::store::MemoryStore;
//!
//! # async fn apply(catalog: Catalog, plan: Vec<u8>) -> Result<(), OfficeError> {
//! let office = Office::builder(MemoryStore::default(), catalog).build().await?;
//! let mut draft = office.draft(NewDraft::of("tourism.guesthouse-licence")).await?;
//! draft.answer("rooms", 12).await?;
//! draft.attach("location-sketch", "plan.pdf", None, plan).await?;
//! draft.sign(SignatureMethod::Typed, "SOK DARA", None).await?;
//! let receipt = draft.submit().await?; // Err lists every missing item
//! println!("{} is due {}", receipt.code, receipt.due_on);
//! # Ok(())
//! # }
//! ```

mod act;
mod builder;
mod cash;
mod check;
mod clock;
mod cosign;
mod documents;
mod draft;
mod error;
mod evidence;
mod look_up;
mod mandate;
mod payment_code;
mod receipt;
mod registers;
mod results;
mod seal;
mod secret;
mod submit;
mod tick;
mod trial;
mod vacancies;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub use act::{Acted, Basis};
pub use builder::OfficeBuilder;
pub use cash::CashEntry;
pub use check::{Checkup, FINDINGS_MAX, Finding};
pub use clock::{Clock, NoRandom, Random, SeededRandom, SetClock, SystemClock, SystemRandom};
pub use documents::{DocumentError, Documents, Kept, MediaType, Unfit};
pub use draft::{
    AnswerAside, CarriedOver, DRAFT_DAYS, DraftContent, DraftHandle, NewDraft, PaperAside, VersionChanges,
};
pub use error::OfficeError;
pub use look_up::{Case, Happening};
pub use receipt::Receipt;
pub use results::Registered;
pub use secret::Secret;
pub use tick::Ticked;
pub use vacancies::StaffDirectory;

use crate::calendar::{Date, Moment};
use crate::catalog::{Catalog, Service, Unoffered};
use crate::ids::{
    AccessKey, Alias, BlobId, CommitId, OfficeId, RequestId, ServiceId, TrackingCode, VersionHash,
};
use crate::request::Context;
use crate::store::{GroupCommit, Store, Summary};
use registers::Registers;

/// A One-Window office. Cheap to clone; all clones are the same office.
#[derive(Debug, Clone)]
pub struct Office {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    id: OfficeId,
    store: Arc<dyn Store>,
    commits: Arc<GroupCommit>,
    catalog: Catalog,
    documents: Documents,
    secret: Secret,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    /// The latest time the log has seen: the office's time never runs back, whatever the machine's clock does.
    floor: AtomicI64,
    registers: Registers,
    staff: Option<Arc<dyn StaffDirectory>>,
    /// Who worked here when vacancies were looked for last.
    staff_seen: std::sync::Mutex<Option<Vec<crate::request::Officer>>>,
    old_versions: std::sync::RwLock<std::collections::HashMap<VersionHash, Arc<Service>>>,
}

impl Office {
    /// Begins to put an office together.
    pub fn builder(store: impl Store + 'static, catalog: Catalog) -> OfficeBuilder {
        OfficeBuilder::new(Arc::new(store), catalog)
    }

    /// The same over a store that others hold as well: the office before a change of the catalogue and after it, say.
    pub fn builder_over(store: Arc<dyn Store>, catalog: Catalog) -> OfficeBuilder {
        OfficeBuilder::new(store, catalog)
    }

    /// The catalogue: everything that can be asked for now, could be, or will be.
    pub fn catalog(&self) -> &Catalog {
        &self.inner.catalog
    }

    /// The name under which the office's data is filed.
    pub fn id(&self) -> &OfficeId {
        &self.inner.id
    }

    /// Where documents are kept.
    pub fn documents(&self) -> &Documents {
        &self.inner.documents
    }

    /// The storage engine, for checks and exports.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.inner.store
    }

    /// The office's secret, for form tokens and the like.
    pub fn secret(&self) -> &Secret {
        &self.inner.secret
    }

    /// Takes no further commits and returns when those under way are answered. For a store that is opened anew.
    pub async fn close(&self) {
        self.inner.commits.close().await;
    }

    /// The office's time: the clock's, but never before what its log has seen.
    pub fn now(&self) -> Moment {
        let floor = Moment::from_millis(self.inner.floor.load(Ordering::Relaxed));
        self.inner.clock.now().max(floor)
    }

    /// The office's day.
    pub fn today(&self) -> Date {
        self.inner.catalog.calendar().local_date(self.now())
    }

    /// What can be asked for today, sorted by id.
    pub fn offered(&self) -> impl Iterator<Item = &Arc<Service>> {
        self.inner.catalog.offered(self.today())
    }

    /// The version of a service that is in force today.
    ///
    /// # Errors
    /// [`Unoffered`] says why it cannot be asked for.
    pub fn in_force(&self, id: &ServiceId) -> Result<&Arc<Service>, Unoffered> {
        self.inner.catalog.in_force(id, self.today())
    }

    fn saw(&self, at: Moment) {
        self.inner.floor.fetch_max(at.millis(), Ordering::Relaxed);
    }

    fn context(&self, occurred_at: Option<Moment>) -> Context<'_> {
        let catalog = &self.inner.catalog;
        Context {
            now: self.now(),
            occurred_at,
            calendar: catalog.calendar(),
            places: catalog.places(),
            office: catalog.office(),
        }
    }

    fn random<const N: usize>(&self) -> Result<[u8; N], NoRandom> {
        let mut bytes = [0; N];
        self.inner.random.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn new_request_id(&self) -> Result<RequestId, NoRandom> {
        Ok(RequestId::new(self.now(), self.random()?))
    }

    fn new_commit_id(&self) -> Result<CommitId, NoRandom> {
        Ok(CommitId::new(self.now(), self.random()?))
    }

    fn new_blob_id(&self) -> Result<BlobId, NoRandom> {
        Ok(BlobId::new(self.random()?))
    }

    fn new_alias(&self) -> Result<Alias, NoRandom> {
        Ok(Alias::new(self.random()?))
    }

    fn new_access_key(&self) -> Result<AccessKey, NoRandom> {
        Ok(AccessKey::new(self.random()?))
    }

    fn new_code(&self) -> Result<TrackingCode, NoRandom> {
        let mut failed = None;
        let draw = if self.is_trial() { TrackingCode::draw_trial } else { TrackingCode::draw };
        let code = draw(&mut |bytes: &mut [u8]| {
            if let Err(error) = self.inner.random.fill(bytes) {
                failed = Some(error);
            }
        });
        failed.map_or(Ok(code), Err)
    }

    /// The service version that the request of a row stands under, also when the catalogue has it no longer.
    ///
    /// # Errors
    /// [`OfficeError::VersionLost`], [`OfficeError::Document`].
    pub async fn service_of(&self, row: &Summary) -> Result<Arc<Service>, OfficeError> {
        self.service_version(&row.service, row.service_version).await
    }

    /// A service version: from the catalogue, or from the archive once it was replaced.
    ///
    /// # Errors
    /// [`OfficeError::VersionLost`], [`OfficeError::Document`].
    async fn service_version(&self, id: &ServiceId, hash: VersionHash) -> Result<Arc<Service>, OfficeError> {
        if let Some(service) = self.inner.catalog.version(id, hash) {
            return Ok(Arc::clone(service));
        }
        if let Some(service) = self.known_version(hash) {
            return Ok(service);
        }
        let lost = || OfficeError::VersionLost { service: id.clone(), hash: hash.to_string() };
        let text = match self.inner.documents.archived(&hash.to_string()).await {
            Ok(text) => text,
            Err(DocumentError::Missing) => return Err(lost()),
            Err(other) => return Err(other.into()),
        };
        let text = std::str::from_utf8(&text).map_err(|_| lost())?;
        let service = Service::from_canonical(text).map_err(|_| lost())?;
        if service.hash != hash {
            return Err(lost());
        }
        let mut known = self.inner.old_versions.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.insert(hash, Arc::clone(&service));
        Ok(service)
    }

    fn known_version(&self, hash: VersionHash) -> Option<Arc<Service>> {
        let known = self.inner.old_versions.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.get(&hash).map(Arc::clone)
    }
}
