//! Drafts: what somebody fills in over days and several phones, kept at the office, opened by a secret link.
//!
//! The rules owned here: **nothing typed is lost.** Every answer and every file is saved at once, wrong ones too; a
//! change that meets another one is made again on top of it. **A signature stands under what was signed.** It falls
//! when an answer or a file changes. **A draft stands under the version in force**: opened under a newer one it is carried over, and the
//! person is told what is different before it can be sent.

mod carry;
mod change;
mod successor;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use carry::{AnswerAside, CarriedOver, PaperAside, VersionChanges};

use super::{Office, OfficeError};
use crate::calendar::{Date, Moment};
use crate::catalog::{ApplicantKind, Purpose, Service, Unoffered};
use crate::ids::{AccessKey, Digest32, RequestId, ServiceId};
use crate::request::{AnyRequest, Channel, Evidence, Filled, Item, ServiceRef, Signature};
use crate::store::Draft;

/// How often a draft is looked at again when another page saved it meanwhile.
const ATTEMPTS: usize = 16;
/// How many expired drafts are erased at once.
const PURGED: usize = 100;

/// How many days a draft is kept after it was last touched.
pub const DRAFT_DAYS: i64 = 30;

/// What a draft begins with.
#[derive(Debug, Clone)]
pub struct NewDraft {
    /// The service, as `sector.service`.
    pub service: String,
    /// Person or company.
    pub applicant: ApplicantKind,
    /// Whether somebody acts for the applicant.
    pub by_representative: bool,
    /// New, or how it follows an earlier result.
    pub purpose: Purpose,
    /// The request whose result it renews, changes or replaces; whether it can is checked when it is sent.
    pub follows: Option<RequestId>,
    /// How it comes in.
    pub channel: Channel,
    /// A program's own key: the same one leads to the same draft again.
    pub idempotency_key: Option<String>,
}

impl NewDraft {
    /// A person's first request for `service`, on the web.
    pub fn of(service: &str) -> Self {
        Self {
            service: service.to_owned(),
            applicant: ApplicantKind::Person,
            by_representative: false,
            purpose: Purpose::New,
            follows: None,
            channel: Channel::Web,
            idempotency_key: None,
        }
    }
}

/// What was filled in so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftContent {
    /// The service version it stands under.
    pub service: ServiceRef,
    /// Person or company.
    pub applicant: ApplicantKind,
    /// Whether somebody acts for the applicant.
    pub by_representative: bool,
    /// New, or how it follows an earlier result.
    pub purpose: Purpose,
    /// How it comes in.
    pub channel: Channel,
    /// Answers as typed.
    pub answers: Map<String, Value>,
    /// Files.
    pub evidence: Vec<Evidence>,
    /// The signature.
    pub signature: Option<Signature>,
    /// Words instead of a correction, by item.
    #[serde(default)]
    pub explanations: BTreeMap<Item, String>,
    /// The request whose return this draft answers; none for a new request.
    #[serde(default)]
    pub corrects: Option<RequestId>,
    /// The request whose result it renews, changes or replaces, as long as that is the purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<RequestId>,
    /// What a newer version of the service did to it, until the person has seen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<CarriedOver>,
}

/// A draft that is open. Every change is saved before the method returns.
#[derive(Debug, Clone)]
pub struct DraftHandle {
    pub(super) office: Office,
    pub(super) key: AccessKey,
    pub(super) place: Digest32,
    pub(super) version: u64,
    pub(super) saved_at: Moment,
    pub(super) expires_at: Moment,
    pub(super) content: DraftContent,
}

impl Office {
    /// Begins a draft.
    ///
    /// # Errors
    /// [`OfficeError::NoService`], [`OfficeError::NotOffered`], [`OfficeError::Store`].
    pub async fn draft(&self, new: NewDraft) -> Result<DraftHandle, OfficeError> {
        let (key, content) = self.begin(&new, self.today())?;
        self.open(key, self.inner.secret.access(&key), content).await
    }

    /// An empty draft under the version in force on `day`, and its link.
    pub(super) fn begin(&self, new: &NewDraft, day: Date) -> Result<(AccessKey, DraftContent), OfficeError> {
        let none = || OfficeError::NoService(new.service.chars().take(100).collect());
        let id = new.service.parse::<ServiceId>().map_err(|_| none())?;
        let service = match self.inner.catalog.in_force(&id, day) {
            Ok(service) => service,
            Err(Unoffered::Unknown) => return Err(none()),
            Err(why) => return Err(OfficeError::NotOffered { service: id, why }),
        };
        let key = match &new.idempotency_key {
            Some(own) => self.inner.secret.link_for(own),
            None => self.new_access_key()?,
        };
        let content = DraftContent {
            service: reference(service),
            applicant: new.applicant,
            by_representative: new.by_representative,
            purpose: new.purpose,
            channel: new.channel,
            answers: Map::new(),
            evidence: Vec::new(),
            signature: None,
            explanations: BTreeMap::new(),
            corrects: None,
            follows: new.follows,
            carried: None,
        };
        Ok((key, content))
    }

    /// The draft that a secret link opens, under the version of its service that is in force: what a change of the service did to it
    /// is in [`DraftHandle::changes`]. A draft whose service is no longer offered stays as it is; [`DraftHandle::unoffered`] says so.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a wrong link, one whose draft has expired, and one whose draft was sent (then
    /// [`case_by_link`](Self::case_by_link) finds the request).
    pub async fn open_draft(&self, key: AccessKey) -> Result<DraftHandle, OfficeError> {
        let place = self.inner.secret.access(&key);
        self.load(key, place).await?.ok_or(OfficeError::NotFound)
    }

    /// The draft of corrections to a returned request; begun when it is first asked for.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] if the link opens no request, or one that is not returned; [`OfficeError::Store`].
    pub async fn correction_draft(&self, key: AccessKey) -> Result<DraftHandle, OfficeError> {
        let request = self.case_by_link(key).await?.request;
        // Each return has a draft of its own, so that an old page cannot answer a new return.
        let nth = request.record().returns.len() as u64;
        let place =
            self.inner.secret.keyed(b"correction", &[key.as_bytes().as_slice(), &nth.to_be_bytes()].concat());
        self.open_correction(&request, Channel::Web, key, place).await
    }

    /// The draft of corrections that officers enter at the counter, for an applicant who has no link at hand; the applicant's own lies
    /// beside it, and whichever is sent first counts.
    ///
    /// # Errors
    /// As [`correction_draft`](Self::correction_draft).
    pub async fn counter_correction(&self, id: RequestId) -> Result<DraftHandle, OfficeError> {
        let request = self.case(id).await?.request;
        let key = self.inner.secret.counter_link(id, request.record().returns.len() as u64);
        // No link opens it: it is the counter's, and officers are known.
        let place = self.inner.secret.keyed(b"counter-correction", key.as_bytes());
        self.open_correction(&request, Channel::Counter, key, place).await
    }

    async fn open_correction(
        &self,
        request: &AnyRequest,
        channel: Channel,
        key: AccessKey,
        place: Digest32,
    ) -> Result<DraftHandle, OfficeError> {
        if !matches!(request, AnyRequest::Returned(_)) {
            return Err(OfficeError::NotFound);
        }
        let record = request.record();
        let content = DraftContent {
            service: record.service.clone(),
            applicant: record.applicant,
            by_representative: record.by_representative,
            purpose: record.purpose,
            channel,
            answers: Map::new(),
            evidence: Vec::new(),
            signature: None,
            explanations: BTreeMap::new(),
            corrects: Some(record.id),
            follows: None,
            carried: None,
        };
        self.open(key, place, content).await
    }

    /// Saves a new draft, or finds the one that is there.
    async fn open(
        &self,
        key: AccessKey,
        place: Digest32,
        content: DraftContent,
    ) -> Result<DraftHandle, OfficeError> {
        if let Some(there) = self.load(key, place).await? {
            return Ok(there);
        }
        let now = self.now();
        let mut handle = DraftHandle {
            office: self.clone(),
            key,
            place,
            version: 0,
            saved_at: now,
            expires_at: now.plus_hours(24 * DRAFT_DAYS),
            content,
        };
        if handle.save().await? {
            Ok(handle)
        } else {
            self.load(key, place).await?.ok_or(OfficeError::NotFound)
        }
    }

    /// The draft at a place, carried over if its service has another version in force.
    async fn load(&self, key: AccessKey, place: Digest32) -> Result<Option<DraftHandle>, OfficeError> {
        for _ in 0..ATTEMPTS {
            let Some(mut draft) = self.read(key, place).await? else { return Ok(None) };
            if draft.carry_over().await? {
                return Ok(Some(draft));
            }
        }
        Err(OfficeError::Contention)
    }

    async fn read(&self, key: AccessKey, place: Digest32) -> Result<Option<DraftHandle>, OfficeError> {
        let Some(draft) = self.inner.store.load_draft(&self.inner.id, &place).await? else { return Ok(None) };
        if draft.expires_at < self.now() {
            return Ok(None);
        }
        let content: DraftContent =
            serde_json::from_slice(&draft.body).map_err(crate::request::PayloadError::from)?;
        let Draft { version, saved_at, expires_at, .. } = draft;
        Ok(Some(DraftHandle { office: self.clone(), key, place, version, saved_at, expires_at, content }))
    }

    /// Erases drafts that have expired, with their files. Gives how many; call it now and then.
    ///
    /// # Errors
    /// [`OfficeError::Store`], [`OfficeError::Document`].
    pub async fn purge_drafts(&self) -> Result<usize, OfficeError> {
        let mut count = 0;
        loop {
            let purged = self.inner.store.purge_drafts(&self.inner.id, self.now(), PURGED).await?;
            for draft in &purged {
                let Ok(content) = serde_json::from_slice::<DraftContent>(&draft.body) else { continue };
                let signature = content.signature.and_then(|signature| signature.file);
                let aside =
                    content.carried.iter().flat_map(|carried| &carried.papers).map(|aside| &aside.paper);
                for file in content.evidence.iter().chain(&signature).chain(aside) {
                    self.inner.documents.remove(file.blob).await?;
                }
            }
            count += purged.len();
            if purged.len() < PURGED {
                return Ok(count);
            }
        }
    }
}

/// The name of a version in what is stored.
fn reference(service: &Service) -> ServiceRef {
    ServiceRef { id: service.id.clone(), version: service.version, hash: service.hash }
}

impl DraftContent {
    /// What a signature stands under.
    pub fn filled(&self) -> Filled<'_> {
        Filled {
            service: &self.service.id,
            applicant: self.applicant,
            by_representative: self.by_representative,
            purpose: self.purpose,
            answers: &self.answers,
            evidence: &self.evidence,
        }
    }

    fn filing(&self, submitted_on: Date) -> crate::catalog::Filing {
        crate::catalog::Filing {
            applicant: self.applicant,
            by_representative: self.by_representative,
            purpose: self.purpose,
            submitted_on,
            form: Arc::new(self.answers.clone()),
            documents: self.evidence.iter().map(Evidence::claim).collect(),
            signature: self.signature.as_ref().map(|signature| signature.method.kind()),
        }
    }
}
