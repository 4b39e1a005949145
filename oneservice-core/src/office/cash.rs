//! The book of the cash desk.
//!
//! A closing belongs to no request, so it stands in a log of its own beside that of the requests: the same store, the same commits, the same
//! hashes, copied and checked like every log. Its events name places in the requests' log.

use serde::{Deserialize, Serialize};

use super::{Office, OfficeError};
use crate::calendar::Moment;
use crate::catalog::Role;
use crate::ids::{DepartmentId, Digest32, OfficeId, ReasonCode, RequestId, VersionHash};
use crate::money::Money;
use crate::request::{
    Actor, CashClosed, CashDrawer, Denial, EVENT_FORMAT, Entry, PayloadError, Recorded, StageName,
};
use crate::store::{Commit, EventBody, Outcome, PAGE_MAX, StoredEvent, Summary};

/// How often a closing is decided again when somebody else was first.
const ATTEMPTS: usize = 8;

/// A closing with who recorded it and when: the private payload of an event of the book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashEntry {
    format: u32,
    /// Who and when.
    #[serde(flatten)]
    pub entry: Entry,
    /// What was counted.
    pub cash_closed: CashClosed,
}

/// What the public may know of a closing.
#[derive(Debug, Serialize)]
struct CashEnvelope<'a> {
    format: u32,
    office: &'a OfficeId,
    version: u64,
    fact: &'static str,
    day: String,
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<&'a DepartmentId>,
    minute: String,
    expected: Money,
    counted: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a ReasonCode>,
    commitment: Digest32,
}

impl CashEntry {
    /// Reads a stored payload of the book.
    ///
    /// # Errors
    /// [`PayloadError::Malformed`] for anything else, [`PayloadError::Newer`].
    pub fn from_payload(bytes: &[u8]) -> Result<Self, PayloadError> {
        let read: Self = serde_json::from_slice(bytes)?;
        if read.format > EVENT_FORMAT {
            return Err(PayloadError::Newer { found: read.format, known: EVENT_FORMAT });
        }
        Ok(read)
    }

    /// The closings of a history of the book, if it is one.
    ///
    /// # Errors
    /// [`PayloadError`] for a payload that is none; [`PayloadError::Closings`] where they do not follow each other without a gap.
    pub(super) fn book(history: &[StoredEvent]) -> Result<Vec<Self>, PayloadError> {
        let mut book: Vec<Self> = Vec::with_capacity(history.len());
        for event in history {
            let next = Self::from_payload(&event.body.payload)?;
            let last = book.last().map(|last| &last.cash_closed);
            let (from, day) = last.map_or((0, None), |last| (last.drawer.to, Some(last.day)));
            let closed = &next.cash_closed;
            if closed.drawer.from != from
                || closed.drawer.to < from
                || day.is_some_and(|day| day >= closed.day)
            {
                return Err(PayloadError::Closings);
            }
            book.push(next);
        }
        Ok(book)
    }

    fn seal(&self, salt: [u8; 32], office: &OfficeId, version: u64) -> Result<EventBody, PayloadError> {
        let payload = serde_json::to_vec(self)?;
        let closed = &self.cash_closed;
        let body = EventBody::try_seal(salt, payload, |commitment| {
            serde_json::to_vec(&CashEnvelope {
                format: EVENT_FORMAT,
                office,
                version,
                fact: "cash-closed",
                day: closed.day.to_string(),
                role: self.entry.by.role,
                department: self.entry.by.department.as_ref(),
                minute: self.entry.minute(),
                expected: closed.drawer.expected(),
                counted: closed.counted,
                reason: closed.reason.as_ref(),
                commitment: *commitment,
            })
        });
        Ok(body?)
    }
}

impl Office {
    fn cash_book() -> RequestId {
        RequestId::new(Moment::from_millis(0), *b"cash desk ")
    }

    /// Every closing of the cash desk, oldest first.
    ///
    /// # Errors
    /// [`OfficeError::Store`], [`OfficeError::History`] when what is stored is damaged.
    pub async fn cash_closings(&self) -> Result<Vec<CashEntry>, OfficeError> {
        let history = self.inner.store.history(&self.inner.id.cash_desk(), Self::cash_book()).await?;
        Ok(CashEntry::book(&history)?)
    }

    /// Closes the cash desk for today. What has to be there is counted from the receipts and repayments in the office's log since the
    /// closing before; `counted` is what the cashier found. When this returns a closing, it is on disk.
    ///
    /// # Errors
    /// The inner ones are what the rules have against it, see [`CashDrawer::close`]; [`OfficeError::Store`], [`OfficeError::History`],
    /// [`OfficeError::Contention`].
    pub async fn close_cash(
        &self,
        by: &Actor,
        counted: Money,
        reason: Option<ReasonCode>,
        note: Option<String>,
    ) -> Result<Result<CashEntry, Vec<Denial>>, OfficeError> {
        let (log, book) = (self.inner.id.cash_desk(), Self::cash_book());
        for _ in 0..ATTEMPTS {
            self.catch_up().await?;
            let history = self.inner.store.history(&log, book).await?;
            let before = CashEntry::book(&history)?;
            let last = before.last().map(|last| &last.cash_closed);
            let drawer = self.cash_since(last.map_or(0, |last| last.drawer.to)).await?;
            let context = self.context(None);
            let day = last.map(|last| last.day);
            let closed = match drawer.close(by, &context, day, counted, reason.clone(), note.clone()) {
                Ok((cash_closed, entry)) => CashEntry { format: EVENT_FORMAT, entry, cash_closed },
                Err(denials) => return Ok(Err(denials)),
            };
            let expected = history.len() as u64;
            let commit = Commit {
                id: self.new_commit_id()?,
                office: log.clone(),
                request: book,
                expected,
                at: closed.entry.recorded_at,
                events: vec![closed.seal(self.random()?, &log, expected + 1)?],
                summary: self.cash_row(&log, &closed, expected + 1).await?,
                key: None,
                counters: Vec::new(),
                closes_draft: None,
            };
            match self.inner.commits.commit(commit).await? {
                Outcome::Committed(_) => return Ok(Ok(closed)),
                Outcome::ClockBehind { last } => self.saw(last),
                // Another cashier was first: it is decided anew.
                _ => {}
            }
        }
        Err(OfficeError::Contention)
    }

    /// What has gone through the drawer since a place in the log.
    async fn cash_since(&self, from: u64) -> Result<CashDrawer, OfficeError> {
        let mut drawer = CashDrawer::empty(self.inner.catalog.office().currency, from);
        loop {
            let events = self.inner.store.events(&self.inner.id, drawer.to, PAGE_MAX).await?;
            if events.is_empty() {
                return Ok(drawer);
            }
            for event in events {
                drawer.count(&Recorded::from_payload(&event.body.payload)?.fact);
            }
        }
    }

    /// The row of the book, which every engine keeps beside a history. Nothing lists it among requests.
    async fn cash_row(
        &self,
        log: &OfficeId,
        closed: &CashEntry,
        version: u64,
    ) -> Result<Summary, OfficeError> {
        if let Some(row) = self.inner.store.summary(log, Self::cash_book()).await? {
            return Ok(Summary { version, ..row });
        }
        let word = |_| OfficeError::NotFound;
        Ok(Summary {
            request: Self::cash_book(),
            code: self.new_code()?,
            stage: StageName::Closed,
            service: "office.cash-desk".parse().map_err(word)?,
            service_version: VersionHash::sha256(&[b"cash desk"]),
            sector: "office".parse().map_err(word)?,
            applicant_name: String::new(),
            queues: Vec::new(),
            submitted_at: closed.entry.recorded_at,
            due_on: None,
            wake_at: None,
            access: Digest32::sha256(&[&self.random::<32>()?]),
            phone: None,
            tokens: Vec::new(),
            version,
        })
    }
}
