//! The summary row: what listings show of a request without replaying its history.
//!
//! The rule owned here: **one function, [`Summary::listed`], says where a request is listed**; every engine's indexes
//! are what it says, so that all engines answer alike.

use super::query::{Position, Query, QueueName, cut};
use crate::{
    calendar::{Date, Moment},
    ids::{Digest32, RequestId, SectorId, ServiceId, TrackingCode, VersionHash},
    request::StageName,
};
use serde::{Deserialize, Serialize};

/// Most search tokens of a summary that are listed; further ones are not searchable.
pub const TOKENS_MAX: usize = 48;

/// What listings show of a request. Made by the rules from the request, never by an engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The request.
    pub request: RequestId,
    /// Its tracking code, unique in the office.
    pub code: TrackingCode,
    /// Where it stands.
    pub stage: StageName,
    /// What was asked for.
    pub service: ServiceId,
    /// In which version.
    pub service_version: VersionHash,
    /// The sector of the service.
    pub sector: SectorId,
    /// Who asks, as typed.
    pub applicant_name: String,
    /// Who must act now; empty while nobody must.
    pub queues: Vec<QueueName>,
    /// When it came in.
    pub submitted_at: Moment,
    /// By when the office must have answered; none while the office's clock stands still.
    pub due_on: Option<Date>,
    /// When it must be looked at by itself.
    pub wake_at: Option<Moment>,
    /// Keyed hash of the access key.
    pub access: Digest32,
    /// Keyed hash of the phone number, if one was given.
    pub phone: Option<Digest32>,
    /// Words that find it.
    pub tokens: Vec<String>,
    /// Number of events so far.
    pub version: u64,
}

impl Summary {
    /// Every query that finds this request, and where in its answer. Each query once, in no particular order.
    pub fn listed(&self) -> Vec<(Query, Position)> {
        let newest = Position(self.submitted_at.millis().saturating_neg());
        let due = Position(self.due_on.map_or(i64::MAX, day_number));
        let mut listed = vec![
            (Query::All, newest),
            (Query::Stage(self.stage), newest),
            (Query::Service(self.service.clone()), newest),
            (Query::Code(self.code), Position(0)),
            (Query::Access(self.access), Position(0)),
        ];
        if self.stage != StageName::Closed {
            listed.push((Query::Open, due));
        }
        listed.extend(distinct(&self.queues).map(|queue| (Query::Queue(queue.clone()), due)));
        listed.extend(self.phone.map(|phone| (Query::Phone(phone), newest)));
        listed.extend(self.wake_at.map(|at| (Query::Waking, Position(at.millis()))));
        let tokens: Vec<&str> = self.tokens.iter().take(TOKENS_MAX).map(|token| cut(token)).collect();
        listed.extend(distinct(&tokens).map(|token| (Query::Token((*token).to_owned()), newest)));
        listed
    }

    /// Bytes of free text, for the bound on a row.
    pub(super) fn text_bytes(&self) -> usize {
        let queues = self.queues.iter().map(|queue| queue.as_str().len());
        self.applicant_name.len() + queues.chain(self.tokens.iter().map(String::len)).sum::<usize>()
    }
}

/// The items without repeats, in their order. Quadratic, for lists of a few dozen.
fn distinct<T: PartialEq>(items: &[T]) -> impl Iterator<Item = &T> {
    items.iter().enumerate().filter(|(n, item)| !items[..*n].contains(item)).map(|(_, item)| item)
}

/// Days in the order of the calendar; the numbers themselves mean nothing.
fn day_number(date: Date) -> i64 {
    (i64::from(date.year()) * 12 + i64::from(date.month())) * 31 + i64::from(date.day())
}
