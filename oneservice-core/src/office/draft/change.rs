//! Changes to a draft: each is saved before it returns.

use bytes::Bytes;
use futures::Stream;
use serde_json::{Map, Value};

use super::super::{DocumentError, OfficeError};
use super::{ATTEMPTS, DRAFT_DAYS, DraftContent, DraftHandle};
use crate::calendar::{Date, Moment};
use crate::catalog::{ApplicantKind, Assessment, Field, PAPERS_MAX, Purpose, Service};
use crate::ids::{AccessKey, BlobId, DocumentId};
use crate::request::{Evidence, Item, SignatureMethod};
use crate::store::{Draft, DraftOutcome, Written};

/// The most bytes of all answers together.
const ANSWERS_MAX_BYTES: usize = 1 << 20;
/// The most bytes of all files together.
const FILES_MAX_BYTES: u64 = 200 << 20;
/// How many more for each file that the form has room for.
const WITHIN_BYTES: u64 = 1 << 20;

impl DraftHandle {
    /// The secret link.
    pub fn key(&self) -> AccessKey {
        self.key
    }

    /// What was filled in so far.
    pub fn content(&self) -> &DraftContent {
        &self.content
    }

    /// When it was last saved.
    pub fn saved_at(&self) -> Moment {
        self.saved_at
    }

    /// When it is erased, unless it is touched before.
    pub fn expires_at(&self) -> Moment {
        self.expires_at
    }

    /// The service version it stands under.
    ///
    /// # Errors
    /// [`OfficeError::VersionLost`], [`OfficeError::Document`].
    pub async fn service(&self) -> Result<std::sync::Arc<Service>, OfficeError> {
        let standing = &self.content.service;
        self.office.service_version(&standing.id, standing.hash).await
    }

    /// What the rules say of it as it stands.
    ///
    /// # Errors
    /// As [`service`](Self::service).
    pub async fn assess(&self) -> Result<Assessment, OfficeError> {
        let service = self.service().await?;
        Ok(service.assess(&self.content.filing(self.office.today()), self.office.inner.catalog.places()))
    }

    /// Answers one question. Wrong answers are kept too: [`assess`](Self::assess) says what is wrong.
    ///
    /// # Errors
    /// [`OfficeError::DraftTooLarge`], [`OfficeError::Store`], [`OfficeError::NotFound`] if it was sent meanwhile.
    pub async fn answer(&mut self, field: &str, answer: impl Into<Value>) -> Result<(), OfficeError> {
        self.answers(Map::from_iter([(field.to_owned(), answer.into())])).await
    }

    /// Answers several questions at once; `null` takes an answer back.
    ///
    /// # Errors
    /// As [`answer`](Self::answer).
    pub async fn answers(&mut self, answers: Map<String, Value>) -> Result<(), OfficeError> {
        let bytes: usize = answers.iter().map(|(key, value)| key.len() + weight(value)).sum();
        if bytes > ANSWERS_MAX_BYTES {
            return Err(OfficeError::DraftTooLarge);
        }
        let service = self.service().await?;
        let mut unnamed = Vec::new();
        self.change(|content| {
            for (field, answer) in &answers {
                if answer.is_null() && content.corrects.is_none() {
                    content.answers.remove(field);
                } else {
                    content.answers.insert(field.clone(), answer.clone());
                }
            }
            unnamed = content.take_unnamed(&service);
            let all: usize = content.answers.iter().map(|(key, value)| key.len() + weight(value)).sum();
            if all > ANSWERS_MAX_BYTES { Err(OfficeError::DraftTooLarge) } else { Ok(()) }
        })
        .await?;
        self.forget(unnamed).await
    }

    /// Who asks, and for what: changed on the draft's first page.
    ///
    /// # Errors
    /// As [`answer`](Self::answer).
    pub async fn set_applicant(
        &mut self,
        applicant: ApplicantKind,
        by_representative: bool,
        purpose: Purpose,
    ) -> Result<(), OfficeError> {
        self.change(move |content| {
            (content.applicant, content.by_representative, content.purpose) =
                (applicant, by_representative, purpose);
            Ok(())
        })
        .await
    }

    /// Gives words instead of correcting an item; empty words take them back.
    ///
    /// # Errors
    /// As [`answer`](Self::answer).
    pub async fn explain(&mut self, item: Item, words: &str) -> Result<(), OfficeError> {
        let words: String = words.chars().take(crate::request::WORDS_LIMIT).collect();
        self.change(move |content| {
            if words.trim().is_empty() {
                content.explanations.remove(&item);
            } else {
                content.explanations.insert(item.clone(), words.clone());
            }
            Ok(())
        })
        .await
    }

    /// Attaches a file that is in memory.
    ///
    /// # Errors
    /// As [`attach_stream`](Self::attach_stream).
    pub async fn attach(
        &mut self,
        document: &str,
        name: &str,
        issued: Option<Date>,
        bytes: Vec<u8>,
    ) -> Result<Evidence, OfficeError> {
        let stream = futures::stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from(bytes))]);
        self.attach_stream(document, name, issued, stream).await
    }

    /// Attaches a file for a paper of the service's list as it arrives; one within the form is for
    /// [`attach_in_form`](Self::attach_in_form). The draft holds it before this returns; a file that is not taken changes
    /// nothing. Where the service takes one file only, a new one replaces the old, once it is whole; elsewhere only the very
    /// same file does, so that sending it again after a lost answer stores it once.
    ///
    /// # Errors
    /// [`OfficeError::Document`] says what is wrong with the file; [`OfficeError::Store`].
    pub async fn attach_stream<E>(
        &mut self,
        document: &str,
        name: &str,
        issued: Option<Date>,
        bytes: impl Stream<Item = Result<Bytes, E>> + Unpin + Send,
    ) -> Result<Evidence, OfficeError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let service = self.service().await?;
        let not_asked = || DocumentError::NotAsked(document.chars().take(100).collect());
        let requirement = service.document(document).ok_or_else(not_asked)?;
        let there = self.content.evidence.iter().filter(|e| e.document == requirement.id).count();
        let (id, most) = (requirement.id.clone(), requirement.max_files);
        let replaces = most == 1;
        if !replaces && there >= most as usize {
            return Err(DocumentError::TooMany { limit: most }.into());
        }
        self.room_for_a_file(&service)?;
        let evidence = self.office.keep_stream(requirement, name, issued, bytes).await?;
        let mut replaced: Vec<BlobId> = Vec::new();
        let added = evidence.clone();
        let changed = self
            .change(|content| {
                let goes = |e: &Evidence| e.document == id && (replaces || e.sha256 == added.sha256);
                replaced = content.evidence.iter().filter(|e| goes(e)).map(|e| e.blob).collect();
                content.evidence.retain(|e| !goes(e));
                if content.evidence.iter().filter(|e| e.document == id).count() >= most as usize {
                    return Err(DocumentError::TooMany { limit: most }.into());
                }
                content.evidence.push(added.clone());
                Ok(())
            })
            .await;
        self.held(evidence, changed, replaced).await
    }

    /// Attaches a file within the form, as it arrives, and has the answer at `place` name it: `photo`, or `objects.0.photo` with the row
    /// from 0, which may be the one after the last. It replaces the file that was there.
    ///
    /// # Errors
    /// As [`attach_stream`](Self::attach_stream); [`DocumentError::NotAsked`] also for a row that cannot be there yet.
    pub async fn attach_in_form<E>(
        &mut self,
        place: &str,
        name: &str,
        bytes: impl Stream<Item = Result<Bytes, E>> + Unpin + Send,
    ) -> Result<Evidence, OfficeError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let service = self.service().await?;
        let not_asked = || DocumentError::NotAsked(place.chars().take(100).collect());
        let at = service.file_place(place).ok_or_else(not_asked)?;
        self.room_for_a_file(&service)?;
        let field = at.field.id.as_str();
        // A correction begins with the answer as it was sent.
        let sent = self.sent(at.field).await?;
        let evidence = self.office.keep_stream(at.paper, name, None, bytes).await?;
        let mut replaced = Vec::new();
        let changed = self
            .change(|content| {
                let first = || sent.clone().unwrap_or_default();
                let answer = content.answers.entry(field.to_owned()).or_insert_with(first);
                if !at.put(answer, Some(&evidence.blob.to_string())) {
                    return Err(not_asked().into());
                }
                content.evidence.push(evidence.clone());
                replaced = content.take_unnamed(&service);
                Ok(())
            })
            .await;
        self.held(evidence, changed, replaced).await
    }

    /// Ends the taking of a file: gives it if the draft holds it, and removes what is held no more.
    async fn held(
        &self,
        evidence: Evidence,
        changed: Result<(), OfficeError>,
        replaced: Vec<BlobId>,
    ) -> Result<Evidence, OfficeError> {
        if let Err(error) = changed {
            // If the draft may hold the file all the same, a file too many is better than one too few.
            let may_be_held = match &error {
                OfficeError::Store(error) => error.written() == Written::Unknown,
                OfficeError::Document(DocumentError::Unavailable(_)) => true,
                _ => false,
            };
            if !may_be_held {
                self.office.inner.documents.remove(evidence.blob).await?;
            }
            return Err(error);
        }
        self.forget(replaced).await?;
        Ok(evidence)
    }

    async fn forget(&self, files: Vec<BlobId>) -> Result<(), OfficeError> {
        for file in files {
            self.office.inner.documents.remove(file).await?;
        }
        Ok(())
    }

    /// Says when the paper of a file was issued.
    ///
    /// # Errors
    /// As [`answer`](Self::answer).
    pub async fn set_issued(
        &mut self,
        document: &DocumentId,
        issued: Option<Date>,
    ) -> Result<(), OfficeError> {
        let document = document.clone();
        self.change(move |content| {
            content.evidence.iter_mut().filter(|e| e.document == document).for_each(|e| e.issued = issued);
            Ok(())
        })
        .await
    }

    /// Takes a paper's file away; for one within the form see [`detach_in_form`](Self::detach_in_form).
    ///
    /// # Errors
    /// As [`answer`](Self::answer).
    pub async fn detach(&mut self, blob: BlobId) -> Result<(), OfficeError> {
        let mut found = false;
        self.change(|content| {
            let before = content.evidence.len();
            content.evidence.retain(|e| e.blob != blob);
            found = content.evidence.len() < before;
            Ok(())
        })
        .await?;
        if found {
            self.office.inner.documents.remove(blob).await?;
        }
        Ok(())
    }

    /// Takes the file within the form away that the answer at `place` names. In a correction the file that was sent comes back, if another
    /// one stood in its place.
    ///
    /// # Errors
    /// [`DocumentError::NotAsked`] if the form has no such place; as [`answer`](Self::answer).
    pub async fn detach_in_form(&mut self, place: &str) -> Result<(), OfficeError> {
        let service = self.service().await?;
        let not_asked = || DocumentError::NotAsked(place.chars().take(100).collect());
        let at = service.file_place(place).ok_or_else(not_asked)?;
        let sent = self.sent(at.field).await?;
        let mut gone = Vec::new();
        self.change(|content| {
            let first = || sent.clone().unwrap_or_default();
            let answer = content.answers.entry(at.field.id.to_string()).or_insert_with(first);
            let before = sent.as_ref().and_then(|sent| at.named(sent));
            let back = before.filter(|before| at.named(answer).is_some_and(|named| named != *before));
            at.put(answer, back);
            // Nothing left is no answer; what was sent is no correction.
            let none = answer.is_null() || *answer == Value::Array(Vec::new());
            if sent.as_ref() == Some(answer) || none && content.corrects.is_none() {
                content.answers.remove(at.field.id.as_str());
            }
            gone = content.take_unnamed(&service);
            Ok(())
        })
        .await?;
        self.forget(gone).await
    }

    /// What the request that this draft corrects answers to a question.
    async fn sent(&self, field: &Field) -> Result<Option<Value>, OfficeError> {
        let Some(request) = self.content.corrects else { return Ok(None) };
        Ok(self.office.case(request).await?.request.record().answers.get(field.id.as_str()).cloned())
    }

    /// Signs the service's statement and all that is filled in; `picture` is a drawing or a scan, for methods that have
    /// one. Whatever is changed afterwards, signing comes again.
    ///
    /// # Errors
    /// [`OfficeError::Document`] for a picture that is none; [`OfficeError::Store`].
    pub async fn sign(
        &mut self,
        method: SignatureMethod,
        signer: &str,
        picture: Option<Vec<u8>>,
    ) -> Result<(), OfficeError> {
        let service = self.service().await?;
        let signature = self.office.signature(&service, method, signer, picture).await?;
        self.change(|content| {
            content.signature = Some(signature.clone().under(&content.filled()));
            Ok(())
        })
        .await
    }

    /// Files within the form have room of their own: as many as its tables have rows, each of which may be a photo that a phone has made
    /// smaller.
    fn room_for_a_file(&self, service: &Service) -> Result<(), OfficeError> {
        let within: u32 = service.files().map(|(_, paper)| paper.max_files).fold(0, u32::saturating_add);
        let bytes: u64 = self.content.evidence.iter().map(|e| e.size_bytes).sum();
        let full = self.content.evidence.len() >= PAPERS_MAX.saturating_add(within) as usize
            || bytes >= FILES_MAX_BYTES + u64::from(within) * WITHIN_BYTES;
        if full { Err(OfficeError::DraftTooLarge) } else { Ok(()) }
    }

    /// Makes a change and saves it; again on top, if another page saved meanwhile.
    pub(super) async fn change(
        &mut self,
        mut change: impl FnMut(&mut DraftContent) -> Result<(), OfficeError>,
    ) -> Result<(), OfficeError> {
        for _ in 0..ATTEMPTS {
            let before = self.content.clone();
            if let Err(error) = change(&mut self.content) {
                self.content = before;
                return Err(error);
            }
            if before.filled() != self.content.filled() {
                self.content.signature = None;
            }
            if self.save().await? {
                let picture = |content: &DraftContent| Some(content.signature.as_ref()?.file.as_ref()?.blob);
                if let Some(old) = picture(&before).filter(|old| picture(&self.content) != Some(*old)) {
                    self.office.inner.documents.remove(old).await?;
                }
                return Ok(());
            }
            *self = self.office.load(self.key, self.place).await?.ok_or(OfficeError::NotFound)?;
        }
        Err(OfficeError::Contention)
    }

    /// Whether it could be saved, or another page was first.
    pub(super) async fn save(&mut self) -> Result<bool, OfficeError> {
        let now = self.office.now();
        let draft = Draft {
            key: self.place,
            version: self.version + 1,
            saved_at: now,
            expires_at: now.plus_hours(24 * DRAFT_DAYS),
            body: serde_json::to_vec(&self.content).map_err(crate::request::PayloadError::from)?,
        };
        match self.office.inner.store.save_draft(&self.office.inner.id, &draft, self.version).await? {
            DraftOutcome::Saved => {
                (self.version, self.saved_at, self.expires_at) = (draft.version, now, draft.expires_at);
                Ok(true)
            }
            DraftOutcome::Changed { .. } => Ok(false),
        }
    }
}

impl DraftContent {
    /// Takes away the files within the form that no answer names any more, and gives them.
    fn take_unnamed(&mut self, service: &Service) -> Vec<BlobId> {
        let named = service.files_named(&self.answers);
        let goes = |file: &mut Evidence| {
            service.field_of_file(file.document.as_str()).is_some()
                && !named.contains(&(file.document.as_str(), file.blob.to_string().as_str()))
        };
        self.evidence.extract_if(.., goes).map(|file| file.blob).collect()
    }
}

/// Bytes of an answer, without writing it out.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum::<usize>() + items.len(),
        Value::Object(names) => names.iter().map(|(key, value)| key.len() + weight(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    }
}
