//! Rows of the tables as values of the seam, and back. Both databases use the same columns.

use std::borrow::Cow;
use std::str::FromStr;

use oneservice_core::calendar::{Date, Moment};
use oneservice_core::ids::{CommitId, Digest32, OfficeId, RequestId};
use oneservice_core::store::{
    Draft, EventBody, Placed, Position, Query, QueueName, StoreError, StoredEvent, Summary,
};
use sqlx::FromRow;

use crate::error::Engine;

/// A checksum over the parts of a row: enough against chance and careless hands, which is all it is for.
pub(crate) fn seal(parts: &[&[u8]]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(1024);
    for part in parts {
        framed.extend_from_slice(&(part.len() as u64).to_be_bytes());
        framed.extend_from_slice(part);
    }
    Digest32::sha256(&[&framed]).as_bytes()[..8].to_vec()
}

/// The part of a place's checksum that does not depend on the index; the checksum is this plus the index, so that a database can
/// finish it once it knows the index. Of 48 bits, so that the sum stays a number.
fn place_base(parts: &[&[u8]]) -> i64 {
    seal(parts)[..6].iter().fold(0, |sum, byte| sum << 8 | i64::from(*byte))
}

/// `text` as it is stored: PostgreSQL keeps no NUL, so U+0001 begins what stands for NUL and for itself. Other text stays as it is.
pub(crate) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains(['\0', '\u{1}']) {
        text.replace('\u{1}', "\u{1}1").replace('\0', "\u{1}0").into()
    } else {
        text.into()
    }
}

/// What [`storable`] made, as it was.
pub(crate) fn as_it_was(text: &str) -> String {
    if text.contains('\u{1}') {
        text.replace("\u{1}0", "\0").replace("\u{1}1", "\u{1}")
    } else {
        text.to_owned()
    }
}

fn damaged<'a>(
    engine: Engine,
    office: &'a OfficeId,
    index: Option<u64>,
    what: impl Into<String> + 'a,
) -> impl FnOnce() -> StoreError + 'a {
    move || engine.corrupt(Some(office), index, what)
}

fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn digest(bytes: &[u8]) -> Option<Digest32> {
    bytes.try_into().ok().map(Digest32::from_bytes)
}

/// An event.
#[derive(Debug, FromRow)]
pub(crate) struct EventRow {
    pub(crate) log_index: i64,
    pub(crate) request_id: String,
    pub(crate) version: i64,
    pub(crate) envelope: Vec<u8>,
    pub(crate) salt: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) leaf: Vec<u8>,
    pub(crate) commitment: Vec<u8>,
    pub(crate) place_seal: i64,
}

impl EventRow {
    pub(crate) fn new(
        office: &OfficeId,
        index: u64,
        request: RequestId,
        version: u64,
        body: &EventBody,
    ) -> Self {
        Self {
            log_index: index.cast_signed(),
            request_id: request.to_string(),
            version: version.cast_signed(),
            envelope: body.envelope.clone(),
            salt: body.salt.to_vec(),
            payload: body.payload.clone(),
            leaf: body.leaf.as_bytes().to_vec(),
            commitment: body.commitment.as_bytes().to_vec(),
            place_seal: Self::place_seal(office, index, request, version),
        }
    }

    /// Covers the place only: the body has hashes of its own. Grows with the index.
    pub(crate) fn place_seal(office: &OfficeId, index: u64, request: RequestId, version: u64) -> i64 {
        let base = place_base(&[office.as_str().as_bytes(), request.as_bytes(), &version.to_be_bytes()]);
        base.wrapping_add_unsigned(index)
    }

    pub(crate) fn read(self, engine: Engine, office: &OfficeId) -> Result<StoredEvent, StoreError> {
        let (index, version) = (self.log_index.cast_unsigned(), self.version.cast_unsigned());
        let parts = || {
            Some((
                parsed::<RequestId>(&self.request_id)?,
                self.salt.try_into().ok()?,
                digest(&self.leaf)?,
                digest(&self.commitment)?,
            ))
        };
        let unreadable = damaged(engine, office, Some(index), "a column of the event cannot be read");
        let (request, salt, leaf, commitment) = parts().ok_or_else(unreadable)?;
        if self.place_seal != Self::place_seal(office, index, request, version) {
            let what = "the event is not where it was written";
            return Err(engine.corrupt(Some(office), Some(index), what));
        }
        let body = EventBody { envelope: self.envelope, salt, payload: self.payload, leaf, commitment };
        body.check().map_err(|damage| engine.corrupt(Some(office), Some(index), damage.to_string()))?;
        Ok(StoredEvent { office: office.clone(), index, request, version, body })
    }
}

/// A summary.
#[derive(Debug, FromRow)]
pub(crate) struct SummaryRow {
    pub(crate) request_id: String,
    pub(crate) version: i64,
    pub(crate) tracking_code: String,
    pub(crate) stage: String,
    pub(crate) service_id: String,
    pub(crate) service_version: String,
    pub(crate) sector_id: String,
    pub(crate) applicant_name: String,
    pub(crate) queues: String,
    pub(crate) tokens: String,
    pub(crate) submitted_at: i64,
    pub(crate) due_on: Option<String>,
    pub(crate) wake_at: Option<i64>,
    pub(crate) access_hash: Vec<u8>,
    pub(crate) phone_hash: Option<Vec<u8>>,
    pub(crate) seal: Vec<u8>,
}

impl SummaryRow {
    pub(crate) fn new(engine: Engine, office: &OfficeId, summary: &Summary) -> Result<Self, StoreError> {
        let unwritable = |error: serde_json::Error| engine.corrupt(Some(office), None, error.to_string());
        let mut row = Self {
            request_id: summary.request.to_string(),
            version: summary.version.cast_signed(),
            tracking_code: summary.code.to_string(),
            stage: summary.stage.to_string(),
            service_id: summary.service.to_string(),
            service_version: summary.service_version.to_string(),
            sector_id: summary.sector.to_string(),
            applicant_name: storable(&summary.applicant_name).into_owned(),
            queues: serde_json::to_string(&summary.queues).map_err(unwritable)?,
            tokens: serde_json::to_string(&summary.tokens).map_err(unwritable)?,
            submitted_at: summary.submitted_at.millis(),
            due_on: summary.due_on.map(|day| day.to_string()),
            wake_at: summary.wake_at.map(Moment::millis),
            access_hash: summary.access.as_bytes().to_vec(),
            phone_hash: summary.phone.map(|phone| phone.as_bytes().to_vec()),
            seal: Vec::new(),
        };
        row.seal = row.sealed(office);
        Ok(row)
    }

    /// Covers every column as it is stored. What is not there counts as empty: no such column can be read from an empty value.
    fn sealed(&self, office: &OfficeId) -> Vec<u8> {
        seal(&[
            office.as_str().as_bytes(),
            self.request_id.as_bytes(),
            &self.version.to_be_bytes(),
            self.tracking_code.as_bytes(),
            self.stage.as_bytes(),
            self.service_id.as_bytes(),
            self.service_version.as_bytes(),
            self.sector_id.as_bytes(),
            self.applicant_name.as_bytes(),
            self.queues.as_bytes(),
            self.tokens.as_bytes(),
            &self.submitted_at.to_be_bytes(),
            self.due_on.as_deref().unwrap_or_default().as_bytes(),
            self.wake_at.map(i64::to_be_bytes).as_ref().map_or(&[], <[u8; 8]>::as_slice),
            &self.access_hash,
            self.phone_hash.as_deref().unwrap_or_default(),
        ])
    }

    pub(crate) fn read(self, engine: Engine, office: &OfficeId) -> Result<Summary, StoreError> {
        let wrong = |what: &str| {
            let what = format!("the row of request {} {what}", self.request_id);
            engine.corrupt(Some(office), None, what)
        };
        if self.sealed(office) != self.seal {
            return Err(wrong("does not match its seal"));
        }
        self.parsed().ok_or_else(|| wrong("cannot be read"))
    }

    fn parsed(&self) -> Option<Summary> {
        Some(Summary {
            request: parsed(&self.request_id)?,
            code: parsed(&self.tracking_code)?,
            stage: serde_json::from_value(self.stage.as_str().into()).ok()?,
            service: parsed(&self.service_id)?,
            service_version: parsed(&self.service_version)?,
            sector: parsed(&self.sector_id)?,
            applicant_name: as_it_was(&self.applicant_name),
            queues: serde_json::from_str::<Vec<QueueName>>(&self.queues).ok()?,
            submitted_at: Moment::from_millis(self.submitted_at),
            due_on: self.due_on.as_deref().map(str::parse::<Date>).transpose().ok()?,
            wake_at: self.wake_at.map(Moment::from_millis),
            access: digest(&self.access_hash)?,
            phone: match &self.phone_hash {
                Some(phone) => Some(digest(phone)?),
                None => None,
            },
            tokens: serde_json::from_str(&self.tokens).ok()?,
            version: self.version.cast_unsigned(),
        })
    }
}

/// Where a summary is listed, as columns; [`Summary::listed`] is the one rule behind it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) newest: i64,
    pub(crate) open: Option<i64>,
    pub(crate) waking: Option<i64>,
    pub(crate) queues: Vec<(String, i64)>,
    pub(crate) tokens: Vec<(String, i64)>,
}

impl Listed {
    pub(crate) fn of(summary: &Summary) -> Self {
        let mut listed = Self::default();
        for (query, Position(position)) in summary.listed() {
            match query {
                Query::All => listed.newest = position,
                Query::Open => listed.open = Some(position),
                Query::Waking => listed.waking = Some(position),
                Query::Queue(queue) => listed.queues.push((queue.into(), position)),
                Query::Token(token) => listed.tokens.push((storable(&token).into_owned(), position)),
                // Equality with a column, in the order of the newest.
                Query::Stage(_) | Query::Service(_) | Query::Code(_) | Query::Access(_) | Query::Phone(_) => {
                }
            }
        }
        listed
    }
}

/// Where a commit stands.
#[derive(Debug, FromRow)]
pub(crate) struct PlacedRow {
    pub(crate) commit_id: String,
    pub(crate) request_id: String,
    pub(crate) version: i64,
    pub(crate) first_index: i64,
    pub(crate) recorded_at: i64,
    pub(crate) place_seal: i64,
}

impl PlacedRow {
    pub(crate) fn new(office: &OfficeId, placed: &Placed) -> Self {
        Self {
            commit_id: placed.commit.to_string(),
            request_id: placed.request.to_string(),
            version: placed.version.cast_signed(),
            first_index: placed.first_index.cast_signed(),
            recorded_at: placed.at.millis(),
            place_seal: Self::place_seal(office, placed),
        }
    }

    /// Grows with the first index.
    pub(crate) fn place_seal(office: &OfficeId, placed: &Placed) -> i64 {
        let base = place_base(&[
            office.as_str().as_bytes(),
            placed.commit.as_bytes(),
            placed.request.as_bytes(),
            &placed.version.to_be_bytes(),
            &placed.at.millis().to_be_bytes(),
        ]);
        base.wrapping_add_unsigned(placed.first_index)
    }

    pub(crate) fn read(&self, engine: Engine, office: &OfficeId) -> Result<Placed, StoreError> {
        let placed = || {
            Some(Placed {
                commit: parsed::<CommitId>(&self.commit_id)?,
                request: parsed(&self.request_id)?,
                version: self.version.cast_unsigned(),
                first_index: self.first_index.cast_unsigned(),
                at: Moment::from_millis(self.recorded_at),
            })
        };
        let what = format!("the row of commit {} does not match its seal", self.commit_id);
        placed()
            .filter(|placed| Self::place_seal(office, placed) == self.place_seal)
            .ok_or_else(damaged(engine, office, None, what))
    }
}

/// A draft.
#[derive(Debug, FromRow)]
pub(crate) struct DraftRow {
    pub(crate) draft_key: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) saved_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) body: Vec<u8>,
    pub(crate) seal: Vec<u8>,
}

impl DraftRow {
    pub(crate) fn seal(office: &OfficeId, draft: &Draft) -> Vec<u8> {
        seal(&[
            office.as_str().as_bytes(),
            draft.key.as_bytes(),
            &draft.version.to_be_bytes(),
            &draft.saved_at.millis().to_be_bytes(),
            &draft.expires_at.millis().to_be_bytes(),
            &draft.body,
        ])
    }

    pub(crate) fn read(self, engine: Engine, office: &OfficeId) -> Result<Draft, StoreError> {
        let seal = self.seal;
        let draft = digest(&self.draft_key).map(|key| Draft {
            key,
            version: self.version.cast_unsigned(),
            saved_at: Moment::from_millis(self.saved_at),
            expires_at: Moment::from_millis(self.expires_at),
            body: self.body,
        });
        draft.filter(|draft| Self::seal(office, draft) == seal).ok_or_else(damaged(
            engine,
            office,
            None,
            "a draft does not match its seal",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::{as_it_was, storable};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_comes_back_and_no_nul_is_stored(text in "[\\x00\\x0101a]{0,12}") {
            prop_assert!(!storable(&text).contains('\0'));
            prop_assert_eq!(as_it_was(&storable(&text)), text);
        }
    }
}
