//! Renewing a result: a draft that knows what the earlier request said and what came of it. Papers are not taken over, since they age, and
//! nobody signs by having signed before.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::super::{Office, OfficeError};
use super::{DraftContent, DraftHandle};
use crate::catalog::{FieldKind, FromResult, Purpose, Service};
use crate::ids::RequestId;
use crate::request::{AnyRequest, Channel, IssuedResult};

impl Office {
    /// Whether the result of `request` can be renewed today, and the version of its service under which.
    ///
    /// # Errors
    /// [`OfficeError::NotRenewable`] says why not; [`OfficeError::NotOffered`] if the service is not offered any more.
    pub fn renewable(&self, request: &AnyRequest) -> Result<&Arc<Service>, OfficeError> {
        let id = &request.record().service.id;
        let not_offered = |why| OfficeError::NotOffered { service: id.clone(), why };
        let in_force = self.in_force(id).map_err(not_offered)?;
        request.renewable(in_force, self.today()).map_err(OfficeError::NotRenewable)?;
        Ok(in_force)
    }

    /// Begins the draft that renews the result of a request, or finds the one that was begun and not sent: the service as it is in force
    /// now, with the answers of the request that it still asks for, and what it asks of the former result. If the service has changed
    /// since the request, [`DraftHandle::changes`] says what is different.
    ///
    /// # Errors
    /// As [`renewal`](Self::renewal); [`OfficeError::Store`].
    pub async fn renewal_draft(
        &self,
        former: RequestId,
        channel: Channel,
    ) -> Result<DraftHandle, OfficeError> {
        let content = self.renewal(former, channel).await?;
        for nth in 0.. {
            let key = self.inner.secret.renewal_link(former, nth);
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

    /// What the draft of [`renewal_draft`](Self::renewal_draft) begins with; nothing is stored.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] if there is no such request; as [`renewable`](Self::renewable); [`OfficeError::Document`].
    pub async fn renewal(&self, former: RequestId, channel: Channel) -> Result<DraftContent, OfficeError> {
        let case = self.case(former).await?;
        let in_force = self.renewable(&case.request)?;
        let record = case.request.record();
        let mut content = DraftContent {
            service: record.service.clone(),
            applicant: record.applicant,
            by_representative: record.by_representative,
            purpose: Purpose::Renewal,
            channel,
            answers: (*record.answers).clone(),
            evidence: Vec::new(),
            signature: None,
            explanations: BTreeMap::new(),
            corrects: None,
            renews: Some(former),
            carried: None,
        };
        if in_force.hash != record.service.hash {
            content.carry(Some(case.request.service()), in_force, self.now());
        }
        let asked = |field: &str| in_force.field(field).map(|field| &field.kind);
        content.answers.retain(|field, _| !matches!(asked(field), Some(FieldKind::File)));
        if let Some(result) = &record.result {
            content.take_from(result, in_force);
        }
        // What is asked for a first result alone is no question of a renewal.
        let visible =
            in_force.assess(&content.filing(self.today()), self.inner.catalog.places()).visible_fields;
        content.answers.retain(|field, _| visible.iter().any(|shown| shown.as_str() == field));
        Ok(content)
    }
}

impl DraftContent {
    /// Answers what the form asks of the former result. What an earlier renewal said of an older one gives way.
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
