//! Sending a draft in, once, however often it is asked for.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{DraftContent, DraftHandle, NewDraft, Office, OfficeError, Receipt};
use crate::calendar::{Date, Moment};
use crate::catalog::Purpose;
use crate::ids::{AccessKey, Digest32, RequestId};
use crate::request::{
    Actor, AnyFact, CommandDenied, Decided, Evidence, Intake, Recorded, Request, Signature,
};
use crate::store::{Commit, IdempotencyKey, Outcome, Query};

/// How often a submission is decided again when something changed under it.
const ATTEMPTS: usize = 16;

impl DraftHandle {
    /// Sends the draft in. On success it is gone, and its link opens the request.
    ///
    /// # Errors
    /// [`OfficeError::Denied`] lists every problem; [`OfficeError::ServiceChanged`] if another version is in force meanwhile and
    /// the person has not [accepted](Self::accept_changes) what is different; [`OfficeError::NotOffered`];
    /// [`OfficeError::NotFollowable`] if the result that it follows does not stand any more;
    /// [`OfficeError::Document`] if a file that was attached is no longer there.
    pub async fn submit(self) -> Result<Receipt, OfficeError> {
        let by = Actor::with_link(self.content.by_representative);
        self.submit_as(&by, None).await
    }

    /// The same, by a representative or an officer at the counter. `occurred_at` is when it came on paper, if that was earlier: it is judged
    /// as of then, under the version of the service that the draft stands under, and both times are kept.
    ///
    /// # Errors
    /// As [`submit`](Self::submit); [`OfficeError::Denied`] also for a time that [an officer cannot enter](Request::submit).
    pub async fn submit_as(
        mut self,
        by: &Actor,
        occurred_at: Option<Moment>,
    ) -> Result<Receipt, OfficeError> {
        let office = self.office.clone();
        if self.content.corrects.is_some() {
            return Err(OfficeError::NotFound);
        }
        for _ in 0..ATTEMPTS {
            let sent = match self.try_submit(by, occurred_at).await {
                Err(OfficeError::KeyReused) => None,
                other => other?,
            };
            if let Some(receipt) = sent {
                return Ok(receipt);
            }
            // Somebody else changed or sent the draft: go on from what is there now.
            match office.load_or_sent(self.key).await? {
                // The link was sent with something else, and a program has begun it again under its own key.
                Ok(draft) if draft.version == self.version && office.sent(self.key).await? => {
                    return Err(OfficeError::KeyReused);
                }
                Ok(draft) => self = draft,
                Err(receipt) => return Ok(receipt),
            }
        }
        Err(OfficeError::Contention)
    }

    /// The commit that would send the draft in, for programs that write it together with rows of their own: as
    /// [`Office::prepare_whole`]. Once it is written, the draft is gone and its link opens the request.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub async fn prepare(&self, by: &Actor) -> Result<Commit, OfficeError> {
        self.office.catch_up().await?;
        self.office.submission(&self.content, self.key, Some(self.version), by, None).await
    }

    async fn try_submit(
        &self,
        by: &Actor,
        occurred_at: Option<Moment>,
    ) -> Result<Option<Receipt>, OfficeError> {
        self.office.send(&self.content, self.key, Some(self.version), by, occurred_at).await
    }
}

impl Office {
    /// Sends a whole request in at once, for programs that hold everything already: answers, and files that were
    /// [kept](super::Documents::keep) before. With [`NewDraft::idempotency_key`] a repeat of the same content gives the same receipt.
    /// `occurred_at` is for a request that came on paper earlier: it is judged as of then, and both times are kept.
    ///
    /// # Errors
    /// As [`DraftHandle::submit`], [`OfficeError::NoService`], and [`OfficeError::KeyReused`] when the key was used for
    /// another request: nothing is stored then.
    pub async fn submit_whole(
        &self,
        new: NewDraft,
        answers: Map<String, Value>,
        evidence: Vec<Evidence>,
        signature: Option<Signature>,
        by: &Actor,
        occurred_at: Option<Moment>,
    ) -> Result<Receipt, OfficeError> {
        let (key, mut content) = self.begin(&new, self.day_of(occurred_at))?;
        (content.answers, content.evidence, content.signature) = (answers, evidence, signature);
        for _ in 0..ATTEMPTS {
            if let Some(receipt) = self.send(&content, key, None, by, occurred_at).await? {
                return Ok(receipt);
            }
        }
        Err(OfficeError::Contention)
    }

    /// The commit that would send a whole request in, and the link that will open it, for programs that write it together
    /// with rows of their own. As [`prepare`](Self::prepare): nothing is written here.
    ///
    /// # Errors
    /// As [`submit_whole`](Self::submit_whole).
    pub async fn prepare_whole(
        &self,
        new: NewDraft,
        answers: Map<String, Value>,
        evidence: Vec<Evidence>,
        signature: Option<Signature>,
        by: &Actor,
    ) -> Result<(AccessKey, Commit), OfficeError> {
        self.catch_up().await?;
        let (key, mut content) = self.begin(&new, self.today())?;
        (content.answers, content.evidence, content.signature) = (answers, evidence, signature);
        Ok((key, self.submission(&content, key, None, by, None).await?))
    }

    /// Decides and commits a submission. None if something changed under it: look again.
    async fn send(
        &self,
        content: &DraftContent,
        key: AccessKey,
        draft: Option<u64>,
        by: &Actor,
        occurred_at: Option<Moment>,
    ) -> Result<Option<Receipt>, OfficeError> {
        let commit = self.submission(content, key, draft, by, occurred_at).await?;
        match self.inner.commits.commit(commit).await? {
            Outcome::Committed(placed) | Outcome::Replayed(placed) => {
                self.saw(placed.at);
                Ok(Some(self.receipt(placed.request, key).await?))
            }
            Outcome::KeyReused => Err(OfficeError::KeyReused),
            Outcome::ClockBehind { last } => {
                self.saw(last);
                Ok(None)
            }
            // Another code is drawn, or the draft is looked at again.
            _ => Ok(None),
        }
    }

    /// Decides a submission.
    async fn submission(
        &self,
        content: &DraftContent,
        key: AccessKey,
        draft: Option<u64>,
        by: &Actor,
        occurred_at: Option<Moment>,
    ) -> Result<Commit, OfficeError> {
        let place = self.inner.secret.access(&key);
        let id = &content.service.id;
        // A draft is carried over to the version of the day on which it is entered, and what was signed says so.
        let day = if draft.is_some() { self.today() } else { self.day_of(occurred_at) };
        let service = match self.inner.catalog.in_force(id, day) {
            Ok(service) if service.hash == content.service.hash && content.carried.is_none() => {
                Arc::clone(service)
            }
            Ok(_) => return Err(OfficeError::ServiceChanged(id.clone())),
            Err(why) => return Err(OfficeError::NotOffered { service: id.clone(), why }),
        };
        // The purpose may have been changed since the draft was begun.
        let (purpose, mut replaces) = (content.purpose, None);
        let follows = content.follows.filter(|_| purpose.follows());
        if let Some(former) = follows {
            let former = self.case(former).await?.request;
            let today = self.day_of(occurred_at);
            former.followable(purpose, &service, today).map_err(OfficeError::NotFollowable)?;
            replaces = former.record().result.clone().filter(|_| purpose != Purpose::Renewal);
        }
        let signature = content.signature.as_ref().and_then(|signature| signature.file.as_ref());
        for file in content.evidence.iter().chain(signature) {
            self.inner.documents.size(file.blob).await?;
        }
        let intake = Intake {
            id: self.new_request_id()?,
            office: self.inner.id.clone(),
            code: self.new_code()?,
            alias: self.new_alias()?,
            applicant: content.applicant,
            by_representative: content.by_representative,
            purpose,
            follows,
            replaces,
            channel: content.channel,
            answers: content.answers.clone(),
            evidence: content.evidence.clone(),
            signature: content.signature.clone(),
        };
        let decided = Decided::submission(Request::draft(intake, service), by, &self.context(occurred_at))
            .map_err(|CommandDenied { request, denials }| OfficeError::Denied { denials, request })?;
        let decided = self.noting_vacancies(decided);
        let mut commit = self.commit_of(self.new_commit_id()?, 0, &decided, place)?;
        let fingerprint = fingerprint(content);
        commit.key = Some(IdempotencyKey { key: format!("submit:{place}"), fingerprint });
        commit.closes_draft = draft.map(|version| (place, version));
        Ok(commit)
    }

    /// The office's day of a submission: today, or the earlier day on which it came on paper.
    fn day_of(&self, occurred_at: Option<Moment>) -> Date {
        let now = self.now();
        self.inner.catalog.calendar().local_date(occurred_at.map_or(now, |at| at.min(now)))
    }

    /// Whether a link opens a request.
    pub(super) async fn sent(&self, key: AccessKey) -> Result<bool, OfficeError> {
        let query = Query::Access(self.inner.secret.access(&key));
        Ok(!self.inner.store.find(&self.inner.id, &query, None, 1).await?.rows.is_empty())
    }

    /// The draft of a link, or the receipt if it was sent.
    async fn load_or_sent(&self, key: AccessKey) -> Result<Result<DraftHandle, Receipt>, OfficeError> {
        match self.open_draft(key).await {
            Ok(draft) => Ok(Ok(draft)),
            Err(OfficeError::NotFound) => Ok(Err(self.receipt_by_link(key).await?)),
            Err(other) => Err(other),
        }
    }

    /// Sends in the draft of a link, or gives its receipt again if it was sent before.
    ///
    /// # Errors
    /// As [`DraftHandle::submit`]; [`OfficeError::NotFound`] if there is neither draft nor request.
    pub async fn submit(&self, key: AccessKey) -> Result<Receipt, OfficeError> {
        match self.load_or_sent(key).await? {
            Ok(draft) => draft.submit().await,
            Err(receipt) => Ok(receipt),
        }
    }

    /// The receipt of the request that a link opens.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`].
    pub async fn receipt_by_link(&self, key: AccessKey) -> Result<Receipt, OfficeError> {
        let query = Query::Access(self.inner.secret.access(&key));
        let page = self.inner.store.find(&self.inner.id, &query, None, 1).await?;
        let found = page.rows.first().ok_or(OfficeError::NotFound)?;
        self.receipt(found.request, key).await
    }

    /// A receipt says what the submission said; it is made of the stored event, so it never changes.
    async fn receipt(&self, id: RequestId, key: AccessKey) -> Result<Receipt, OfficeError> {
        let history = self.inner.store.history(&self.inner.id, id).await?;
        let first = history.first().ok_or(OfficeError::NotFound)?;
        let Recorded { entry, fact } = Recorded::from_payload(&first.body.payload)?;
        let AnyFact::Submission(submission) = fact else {
            return Err(crate::request::PayloadError::NoBeginning.into());
        };
        // Where it stood right after it was sent: what follows by itself is recorded at the same moment.
        let second = history.get(1).map(|event| Recorded::from_payload(&event.body.payload)).transpose()?;
        let opened = second.is_some_and(|next| {
            matches!(next.fact, AnyFact::ReviewOpened(_)) && next.entry.recorded_at == entry.recorded_at
        });
        Ok(Receipt {
            id,
            code: submission.code,
            number: self.request_number(first.index, submission.received_on.year()),
            key,
            service: submission.service,
            stage: if opened {
                crate::request::StageName::InReview
            } else {
                crate::request::StageName::Submitted
            },
            recorded_at: entry.recorded_at,
            received_on: submission.received_on,
            due_on: submission.due_on,
            fee: submission.fee,
            index: first.index,
            leaf: first.body.leaf,
        })
    }

    /// The number of a request in the office's register: the place of its submission in the log, from one, so that it
    /// is unique and in order without a counter that every submission would wait for.
    pub(super) fn request_number(&self, index: u64, year: i16) -> String {
        self.number(&self.inner.catalog.office().numbering.request, year, index.saturating_add(1))
    }
}

/// What the same key must stand for again: what was filled in, and who signed it how. When it is sent does not count, nor where
/// the files lie.
fn fingerprint(content: &DraftContent) -> Digest32 {
    let filled = content.filled().hash();
    let signed = content.signature.as_ref().map_or_else(String::new, |signature| {
        let file = signature.file.as_ref().map_or_else(String::new, |file| file.sha256.to_string());
        format!("{:?} {file} {}", signature.method, signature.signer)
    });
    Digest32::sha256(&[filled.as_bytes(), signed.as_bytes()])
}
