//! Renewing, changing or replacing a result: a draft that knows what the earlier request said and what came of it. Papers are not taken over, since they age, and
//! nobody signs by having signed before.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::super::{Office, OfficeError};
use super::{DraftContent, DraftHandle};
use crate::catalog::{FromResult, Purpose, Service};
use crate::ids::RequestId;
use crate::request::{AnyRequest, Channel, IssuedResult};

impl Office {
    /// Whether a request for `purpose` can follow the result of `request` today, and the version of its service under which.
    ///
    /// # Errors
    /// [`OfficeError::NotFollowable`] says why not; [`OfficeError::NotOffered`] if the service is not offered any more.
    pub fn followable(&self, request: &AnyRequest, purpose: Purpose) -> Result<&Arc<Service>, OfficeError> {
        let id = &request.record().service.id;
        let not_offered = |why| OfficeError::NotOffered { service: id.clone(), why };
        let in_force = self.in_force(id).map_err(not_offered)?;
        request.followable(purpose, in_force, self.today()).map_err(OfficeError::NotFollowable)?;
        Ok(in_force)
    }

    /// Begins the draft for `purpose` that follows the result of a request, or finds the one that was begun and not sent: the service as it is in force
    /// now, with the answers of the request that it still asks for, and what it asks of the former result. If the service has changed
    /// since the request, [`DraftHandle::changes`] says what is different.
    ///
    /// # Errors
    /// As [`successor`](Self::successor); [`OfficeError::Store`].
    pub async fn successor_draft(
        &self,
        former: RequestId,
        purpose: Purpose,
        channel: Channel,
    ) -> Result<DraftHandle, OfficeError> {
        let content = self.successor(former, purpose, channel).await?;
        for nth in 0.. {
            let key = self.inner.secret.successor_link(former, purpose, nth);
            if self.sent(key).await? {
                continue;
            }
            match self.open(key, self.inner.secret.access(&key), content.clone()).await {
                // One that has expired and is not erased yet.
                Err(OfficeError::NotFound) => {}
                other => return other,
            }
        }
        Err(OfficeError::Contention)
    }

    /// What the draft of [`successor_draft`](Self::successor_draft) begins with; nothing is stored.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] if there is no such request; as [`followable`](Self::followable); [`OfficeError::Document`].
    pub async fn successor(
        &self,
        former: RequestId,
        purpose: Purpose,
        channel: Channel,
    ) -> Result<DraftContent, OfficeError> {
        let case = self.case(former).await?;
        let in_force = self.followable(&case.request, purpose)?;
        let record = case.request.record();
        let mut content = DraftContent {
            service: record.service.clone(),
            applicant: record.applicant,
            by_representative: record.by_representative,
            purpose,
            channel,
            answers: (*record.answers).clone(),
            evidence: Vec::new(),
            signature: None,
            explanations: BTreeMap::new(),
            corrects: None,
            follows: Some(former),
            carried: None,
        };
        // Files do not go along, so answers name none.
        case.request.service().rename_files(&mut content.answers, |_, _| None);
        if in_force.hash != record.service.hash {
            content.carry(Some(case.request.service()), in_force, self.now());
        }
        if let Some(result) = &record.result {
            content.take_from(result, in_force);
        }
        // What is asked for a first result alone is no question of a later one.
        let asked = in_force.assess(&content.filing(self.today()), self.inner.catalog.places()).asked_fields;
        content.answers.retain(|field, _| asked.iter().any(|asked| asked.id.as_str() == field));
        Ok(content)
    }
}

impl DraftContent {
    /// Answers what the form asks of the former result. What an earlier request said of an older one gives way.
    fn take_from(&mut self, result: &IssuedResult, service: &Service) {
        for field in service.fields() {
            let answer = match field.from_result {
                None => continue,
                Some(FromResult::Number) => Some(result.number.clone()),
                Some(FromResult::ValidUntil) => result.valid_until.map(|day| day.to_string()),
                Some(FromResult::IssuedOn) => Some(result.issued_on.to_string()),
            };
            let id = field.id.to_string();
            match answer {
                Some(answer) => self.answers.insert(id, Value::String(answer)),
                None => self.answers.remove(&id),
            };
        }
    }
}
