//! What can be asked for, and the order of the answers.
//!
//! The rule owned here: **an engine keeps rows sorted and understands none of them.** A summary says under which
//! queries it is listed and where ([`Summary::listed`](super::Summary::listed)); an engine keeps
//! *(office, query, position, request)* in order and answers a query by walking from a cursor. It reads at most one row
//! more than it shows and counts nothing.

use super::Summary;
use crate::{
    catalog::Role,
    ids::{DepartmentId, Digest32, RequestId, ServiceId, TrackingCode},
    request::StageName,
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt, str::FromStr};
use thiserror::Error;

/// Most rows that [`Requests::find`](super::Requests::find) and [`Log::events`](super::Log::events) give at once,
/// whatever the caller asks.
pub const PAGE_MAX: usize = 1_000;

/// Longest search token in bytes; what is longer is cut, on both sides alike.
pub const TOKEN_MAX_BYTES: usize = 96;

/// What can be asked of a store's summaries.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Query {
    /// Every request of the office, newest first.
    All,
    /// Every request that is not closed, the one due first first; those without a due date last.
    Open,
    /// Requests in a stage, newest first.
    Stage(StageName),
    /// Requests for a service, newest first.
    Service(ServiceId),
    /// Requests on which a queue must act, the one due first first.
    Queue(QueueName),
    /// The request with this tracking code: at most one.
    Code(TrackingCode),
    /// The request that this access key (hashed) opens.
    Access(Digest32),
    /// Requests of this phone number (hashed), newest first.
    Phone(Digest32),
    /// Requests with this search token, newest first.
    Token(String),
    /// Requests that must be looked at by themselves at some time, the earliest first.
    Waking,
}

impl Query {
    /// The query as text: unique, stable (engines store it), at most 300 bytes or so. May hold any character.
    pub fn key(&self) -> Cow<'static, str> {
        match self {
            Self::All => "all".into(),
            Self::Open => "open".into(),
            Self::Waking => "waking".into(),
            Self::Stage(stage) => format!("stage:{}", stage_key(*stage)).into(),
            Self::Service(service) => format!("service:{service}").into(),
            Self::Queue(queue) => format!("queue:{queue}").into(),
            Self::Code(code) => format!("code:{code}").into(),
            Self::Access(digest) => format!("access:{digest}").into(),
            Self::Phone(digest) => format!("phone:{digest}").into(),
            Self::Token(token) => format!("token:{}", cut(token)).into(),
        }
    }
}

/// At most [`TOKEN_MAX_BYTES`] of `token`, never half a character.
pub(super) fn cut(token: &str) -> &str {
    &token[..token.floor_char_boundary(TOKEN_MAX_BYTES)]
}

fn stage_key(stage: StageName) -> &'static str {
    match stage {
        StageName::Draft => "draft",
        StageName::Submitted => "submitted",
        StageName::Returned => "returned",
        StageName::InReview => "in-review",
        StageName::Approved => "approved",
        StageName::Ready => "ready",
        StageName::Refused => "refused",
        StageName::Objected => "objected",
        StageName::Closed => "closed",
    }
}

/// Place of a row under a query: smaller comes first; equal ones are ordered by request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub i64);

/// Where a page of [`Requests::find`](super::Requests::find) ended: the next one starts after it.
///
/// Written as text it can stand in a link. It says a place, not a permission: a made-up cursor shows other rows of the
/// same query, nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// Position of the last row shown.
    pub position: Position,
    /// Its request.
    pub request: RequestId,
}

impl Cursor {
    /// The cursor after the last of `rows`, an answer to `query`; for engines.
    pub fn after(rows: &[Summary], query: &Query) -> Option<Self> {
        let last = rows.last()?;
        let (_, position) = last.listed().into_iter().find(|(listed, _)| listed.key() == query.key())?;
        Some(Self { position, request: last.request })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let request = u128::from_be_bytes(*self.request.as_bytes());
        write!(f, "{:016x}{request:032x}", self.position.0)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        if text.len() != 48 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(CursorError);
        }
        let (position, request) = text.split_at(16);
        let position = u64::from_str_radix(position, 16).map_err(|_| CursorError)?;
        let request = u128::from_str_radix(request, 16).map_err(|_| CursorError)?;
        Ok(Self {
            position: Position(position.cast_signed()),
            request: RequestId::from_bytes(request.to_be_bytes()).map_err(|_| CursorError)?,
        })
    }
}

/// A text that is no cursor: start from the first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a page marker")]
pub struct CursorError;

/// A queue of work: a role in a department, written `role@department`, or a part of its work.
///
/// Kept as text, so that rows outlive a role that a later version drops.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QueueName(String);

impl QueueName {
    /// The queue of `role` in `department`.
    pub fn new(role: Role, department: &DepartmentId) -> Self {
        Self(format!("{}@{department}", role_key(role)))
    }

    /// The transfers that cashiers of `department` look for on the bank account.
    pub fn transfers(department: &DepartmentId) -> Self {
        Self(format!("{}-transfers@{department}", role_key(Role::Cashier)))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn role_key(role: Role) -> &'static str {
    match role {
        Role::Applicant => "applicant",
        Role::Representative => "representative",
        Role::Cosigner => "cosigner",
        Role::FrontDesk => "front-desk",
        Role::Examiner => "examiner",
        Role::Inspector => "inspector",
        Role::OpinionOfficer => "opinion-officer",
        Role::DepartmentHead => "department-head",
        Role::Approver => "approver",
        Role::GovernorDelegate => "governor-delegate",
        Role::Cashier => "cashier",
        Role::Ombudsman => "ombudsman",
        Role::Auditor => "auditor",
        Role::Operator => "operator",
        Role::System => "system",
    }
}

impl fmt::Display for QueueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<QueueName> for String {
    fn from(queue: QueueName) -> Self {
        queue.0
    }
}

impl TryFrom<String> for QueueName {
    type Error = QueueNameError;

    fn try_from(text: String) -> Result<Self, QueueNameError> {
        let part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        match text.split_once('@') {
            Some((role, department)) if part(role) && part(department) && text.len() <= 200 => Ok(Self(text)),
            _ => Err(QueueNameError),
        }
    }
}

impl FromStr for QueueName {
    type Err = QueueNameError;

    fn from_str(text: &str) -> Result<Self, QueueNameError> {
        text.to_owned().try_into()
    }
}

/// A text that is not `role@department`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a queue is written role@department")]
pub struct QueueNameError;
