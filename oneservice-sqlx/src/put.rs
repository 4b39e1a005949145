//! Rows and the statements that write them: what a commit and an import have in common.

use oneservice_core::ids::{CommitId, Digest32, OfficeId, RequestId};
use oneservice_core::store::{EventBody, Head, Placed, StoreError, Summary};
use sqlx::SqlStr;

use crate::ask::Value;
use crate::error::Engine;
use crate::row::{EventRow, Listed, PlacedRow, SummaryRow, storable};
use crate::statements::Statements;

/// A statement with its values.
pub(crate) type Work = (SqlStr, Vec<Value>);

/// An event, by `add_event` or `put_event`.
pub(crate) fn event(
    sql: &SqlStr,
    office: &OfficeId,
    (index, request, version): (u64, RequestId, u64),
    body: &EventBody,
) -> Work {
    let row = EventRow::new(office, index, request, version, body);
    let values = vec![
        office.as_str().into(),
        row.log_index.into(),
        row.request_id.into(),
        row.version.into(),
        row.envelope.into(),
        row.salt.into(),
        row.payload.into(),
        row.leaf.into(),
        row.commitment.into(),
        row.place_seal.into(),
    ];
    (sql.clone(), values)
}

/// Where a commit stands, by `add_commit` or `put_commit`.
pub(crate) fn placed(sql: &SqlStr, office: &OfficeId, placed: &Placed) -> Work {
    let row = PlacedRow::new(office, placed);
    let values = vec![
        office.as_str().into(),
        row.commit_id.into(),
        row.request_id.into(),
        row.version.into(),
        row.first_index.into(),
        row.recorded_at.into(),
        row.place_seal.into(),
    ];
    (sql.clone(), values)
}

/// An idempotency key, by `add_key` or `put_key`.
pub(crate) fn key(
    sql: &SqlStr,
    office: &OfficeId,
    key: &str,
    fingerprint: &Digest32,
    commit: CommitId,
) -> Work {
    let values = vec![
        office.as_str().into(),
        storable(key).into_owned().into(),
        fingerprint.as_bytes().as_slice().into(),
        commit.to_string().into(),
    ];
    (sql.clone(), values)
}

/// A counter's next value.
pub(crate) fn counter(all: &Statements, office: &OfficeId, name: &str, value: u64) -> Work {
    let values = vec![office.as_str().into(), storable(name).into_owned().into(), value.cast_signed().into()];
    (all.put_counter.clone(), values)
}

/// A request's row, and what of its listings changes by it; `old` is what was there. Entries that stay are not touched.
pub(crate) fn summary(
    all: &Statements,
    engine: Engine,
    office: &OfficeId,
    old: Option<&Summary>,
    summary: &Summary,
) -> Result<Vec<Work>, StoreError> {
    let row = SummaryRow::new(engine, office, summary)?;
    let (before, now) = (old.map(Listed::of).unwrap_or_default(), Listed::of(summary));
    let mut work = Vec::with_capacity(1 + now.queues.len() + now.tokens.len());
    for (delete, insert, before, now) in [
        (&all.leave_queue, &all.enter_queue, &before.queues, &now.queues),
        (&all.leave_token, &all.enter_token, &before.tokens, &now.tokens),
    ] {
        let gone = before.iter().filter(|entry| !now.contains(entry)).map(|entry| (delete, entry));
        let new = now.iter().filter(|entry| !before.contains(entry)).map(|entry| (insert, entry));
        work.extend(gone.chain(new).map(|(sql, (name, position))| {
            let request = row.request_id.as_str().into();
            (sql.clone(), vec![office.as_str().into(), request, name.as_str().into(), (*position).into()])
        }));
    }
    let values = vec![
        office.as_str().into(),
        row.request_id.into(),
        row.version.into(),
        row.tracking_code.into(),
        row.stage.into(),
        row.service_id.into(),
        row.service_version.into(),
        row.sector_id.into(),
        row.applicant_name.into(),
        row.queues.into(),
        row.tokens.into(),
        row.submitted_at.into(),
        row.due_on.into(),
        row.wake_at.into(),
        row.access_hash.into(),
        row.phone_hash.into(),
        now.newest.into(),
        now.open.into(),
        now.waking.into(),
        row.seal.into(),
    ];
    work.push((all.put_request.clone(), values));
    Ok(work)
}

/// The end of an office's log.
pub(crate) fn head(all: &Statements, office: &OfficeId, head: &Head) -> Work {
    let values = vec![office.as_str().into(), head.size.cast_signed().into(), head.last_at.millis().into()];
    (all.put_head.clone(), values)
}
