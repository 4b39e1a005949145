//! Listings: every request stands where its row says, and nothing else stands there.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::{Check, OfficeError, PAGE, found};
use crate::calendar::Moment;
use crate::ids::RequestId;
use crate::request::STAGES;
use crate::store::{Cursor, Position, Query, Summary};

/// How many requests each listing must show. Only of those of which there are few; the others are asked for request by request.
#[derive(Debug, Default)]
pub(super) struct Listings {
    expected: BTreeMap<Query, u64>,
}

impl Check<'_> {
    /// Counts where `row` must be listed, and looks where it alone is.
    pub(super) async fn listed(&mut self, row: &Summary) -> Result<(), OfficeError> {
        for (query, position) in row.listed() {
            match query {
                Query::Code(_) | Query::Access(_) | Query::Phone(_) | Query::Token(_) => {
                    if !self.stands(&query, position, row).await? {
                        let what = format!("the request is not found under '{}'", query.key());
                        self.find_request("listing", row.request, what);
                    }
                }
                _ => *self.listings.expected.entry(query).or_default() += 1,
            }
        }
        Ok(())
    }

    /// Whether `row` is found under `query` at `position`.
    async fn stands(&self, query: &Query, position: Position, row: &Summary) -> Result<bool, OfficeError> {
        let last = RequestId::new(Moment::from_millis((1 << 48) - 1), [u8::MAX; 10]);
        let before =
            position.0.checked_sub(1).map(|before| Cursor { position: Position(before), request: last });
        let mut after = before;
        loop {
            let page = self.store.find(self.office, query, after.as_ref(), 10).await;
            let ControlFlow::Continue(page) = found(page)? else { return Ok(false) };
            if page.rows.contains(row) {
                return Ok(true);
            }
            // Others at the same position come first.
            match page.next {
                Some(next) if next.position <= position => after = Some(next),
                _ => return Ok(false),
            }
        }
    }

    /// Walks the listings of which there are few, those that must be empty too.
    pub(super) async fn listings(&mut self) -> Result<(), OfficeError> {
        let mut expected = std::mem::take(&mut self.listings.expected);
        let always = [Query::All, Query::Open, Query::Waking];
        for query in always.into_iter().chain(STAGES.iter().copied().map(Query::Stage)) {
            expected.entry(query).or_default();
        }
        for (query, expected) in expected {
            let (mut after, mut last, mut shown) = (None, None, 0);
            loop {
                let page = self.store.find(self.office, &query, after.as_ref(), PAGE).await;
                let page = match found(page)? {
                    ControlFlow::Continue(page) => page,
                    ControlFlow::Break(what) => {
                        self.find("listing", format!("'{}' cannot be read: {what}", query.key()));
                        break;
                    }
                };
                for row in &page.rows {
                    shown += 1;
                    let place = row.listed().into_iter().find(|(listed, _)| *listed == query);
                    let place = place.map(|(_, position)| (position, row.request));
                    if place.is_none() || place <= last {
                        let what = format!("the request does not belong where '{}' lists it", query.key());
                        self.find_request("listing", row.request, what);
                    }
                    last = place.max(last);
                }
                match page.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
            if shown != expected {
                let what = format!("'{}' lists {shown} requests of {expected}", query.key());
                self.find("listing", what);
            }
        }
        Ok(())
    }
}
