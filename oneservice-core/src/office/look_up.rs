//! Finding requests again, and what happened to them.

use super::{Office, OfficeError};
use crate::ids::{AccessKey, RequestId, TrackingCode};
use crate::request::{AnyFact, AnyRequest, PayloadError, Recorded, replay};
use crate::store::{Cursor, Page, Query, StoredEvent, Summary};

/// A request with its history.
#[derive(Debug, Clone)]
pub struct Case {
    /// The request as it stands.
    pub request: AnyRequest,
    /// Everything that happened, oldest first.
    pub history: Vec<Happening>,
    /// Its number in the office's register.
    pub number: String,
}

/// One thing that happened, with its place in the office's log.
#[derive(Debug, Clone)]
pub struct Happening {
    /// Place in the office's log.
    pub index: u64,
    /// What, by whom and when.
    pub recorded: Recorded,
}

impl Office {
    /// A request and its history.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]; [`OfficeError::History`] and [`OfficeError::Store`] when what is stored is damaged.
    pub async fn case(&self, id: RequestId) -> Result<Case, OfficeError> {
        let events = self.inner.store.history(&self.inner.id, id).await?;
        self.case_of(id, &events).await
    }

    pub(super) async fn case_of(&self, id: RequestId, events: &[StoredEvent]) -> Result<Case, OfficeError> {
        let mut history = Vec::with_capacity(events.len());
        for event in events {
            let recorded = Recorded::from_payload(&event.body.payload)?;
            history.push(Happening { index: event.index, recorded });
        }
        let Some(Happening { index, recorded: Recorded { fact: AnyFact::Submission(first), .. } }) =
            history.first()
        else {
            return Err(if events.is_empty() {
                OfficeError::NotFound
            } else {
                PayloadError::NoBeginning.into()
            });
        };
        let number = self.request_number(*index, first.received_on.year());
        let service = self.service_version(&first.service.id, first.service.hash).await?;
        let request = replay(id, service, history.iter().map(|happening| &happening.recorded))?;
        Ok(Case { request, history, number })
    }

    /// The request that a secret link opens.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] and as [`case`](Self::case).
    pub async fn case_by_link(&self, key: AccessKey) -> Result<Case, OfficeError> {
        self.case(self.one(&Query::Access(self.inner.secret.access(&key))).await?.request).await
    }

    /// The request with this code. Only for officers: a code is no secret.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] and as [`case`](Self::case).
    pub async fn case_by_code(&self, code: TrackingCode) -> Result<Case, OfficeError> {
        self.case(self.one(&Query::Code(code)).await?.request).await
    }

    /// The row of the request with this code and this phone number, in E.164.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`], the same for a wrong code and for a wrong phone.
    pub async fn find_by_code_and_phone(
        &self,
        code: TrackingCode,
        phone: &str,
    ) -> Result<Summary, OfficeError> {
        let hashed = self.inner.secret.phone(phone);
        let found = self.one(&Query::Code(code)).await?;
        if found.phone == Some(hashed) { Ok(found) } else { Err(OfficeError::NotFound) }
    }

    /// The row of a request.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`], [`OfficeError::Store`].
    pub async fn summary(&self, id: RequestId) -> Result<Summary, OfficeError> {
        self.inner.store.summary(&self.inner.id, id).await?.ok_or(OfficeError::NotFound)
    }

    /// A page of rows, in the query's order.
    ///
    /// # Errors
    /// [`OfficeError::Store`].
    pub async fn list(
        &self,
        query: &Query,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page, OfficeError> {
        Ok(self.inner.store.find(&self.inner.id, query, after, limit).await?)
    }

    async fn one(&self, query: &Query) -> Result<Summary, OfficeError> {
        let page = self.inner.store.find(&self.inner.id, query, None, 1).await?;
        page.rows.into_iter().next().ok_or(OfficeError::NotFound)
    }
}
