//! Drafts: what somebody fills in over days and several phones, kept at the office, opened by a secret link.
//!
//! The rules owned here: **nothing typed is lost.** Every answer and every file is saved at once, wrong ones too; a
//! change that meets another one is made again on top of it. **A signature stands under what was signed.** It falls
//! when an answer or a file changes.

mod change;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Office, OfficeError};
use crate::calendar::{Date, Moment};
use crate::catalog::{ApplicantKind, Purpose};
use crate::ids::{AccessKey, Digest32, RequestId, ServiceId};
use crate::request::{AnyRequest, Channel, Evidence, Filled, Item, ServiceRef, Signature};
use crate::store::Draft;

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
    /// New, renewal or amendment.
    pub purpose: Purpose,
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
            channel: Channel::Web,
            idempotency_key: None,
        }
    }
}

/// What was filled in so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftContent {
    /// The service version it was begun under.
    pub service: ServiceRef,
    /// Person or company.
    pub applicant: ApplicantKind,
    /// Whether somebody acts for the applicant.
    pub by_representative: bool,
    /// New, renewal or amendment.
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
    /// [`OfficeError::NoService`], [`OfficeError::Store`].
    pub async fn draft(&self, new: NewDraft) -> Result<DraftHandle, OfficeError> {
        let (key, content) = self.begin(&new)?;
        self.open(key, self.inner.secret.access(&key), content).await
    }

    /// An empty draft and its link.
    pub(super) fn begin(&self, new: &NewDraft) -> Result<(AccessKey, DraftContent), OfficeError> {
        let service = new.service.parse::<ServiceId>().ok();
        let service = service.and_then(|id| self.inner.catalog.service(&id));
        let service =
            service.ok_or_else(|| OfficeError::NoService(new.service.chars().take(100).collect()))?;
        let key = match &new.idempotency_key {
            Some(own) => self.inner.secret.link_for(own),
            None => self.new_access_key()?,
        };
        let content = DraftContent {
            service: ServiceRef { id: service.id.clone(), version: service.version, hash: service.hash },
            applicant: new.applicant,
            by_representative: new.by_representative,
            purpose: new.purpose,
            channel: new.channel,
            answers: Map::new(),
            evidence: Vec::new(),
            signature: None,
            explanations: BTreeMap::new(),
            corrects: None,
        };
        Ok((key, content))
    }

    /// The draft that a secret link opens.
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
        let case = self.case_by_link(key).await?;
        if !matches!(case.request, AnyRequest::Returned(_)) {
            return Err(OfficeError::NotFound);
        }
        let record = case.request.record();
        // Each return has a draft of its own, so that an old page cannot answer a new return.
        let nth = record.returns.len() as u64;
        let place =
            self.inner.secret.keyed(b"correction", &[key.as_bytes().as_slice(), &nth.to_be_bytes()].concat());
        let content = DraftContent {
            service: record.service.clone(),
            applicant: record.applicant,
            by_representative: record.by_representative,
            purpose: record.purpose,
            channel: Channel::Web,
            answers: Map::new(),
            evidence: Vec::new(),
            signature: None,
            explanations: BTreeMap::new(),
            corrects: Some(record.id),
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

    async fn load(&self, key: AccessKey, place: Digest32) -> Result<Option<DraftHandle>, OfficeError> {
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
                for file in content.evidence.iter().chain(&signature) {
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
            form: self.answers.clone(),
            documents: self.evidence.iter().map(Evidence::claim).collect(),
            signature: self.signature.as_ref().map(|signature| signature.method.kind()),
        }
    }
}
