//! What the rules of the seam ask about, read in one snapshot, when a run was not written.

use oneservice_core::ids::{Digest32, OfficeId};
use oneservice_core::store::{Commit, StoreError, Written};
use sqlx::{FromRow, PgConnection};

use super::member::Columns;
use super::{Inner, PostgresStore};
use crate::ask::Ask;
use crate::error::Engine;
use crate::known::Known;
use crate::row::{PlacedRow, storable};
use crate::seam::head_of;

const ENGINE: Engine = PostgresStore::ENGINE;

/// One row for each member, or two if its id and its key are those of different commits.
pub(super) const FACTS: &str = r#"
SELECT m.member, k.fingerprint, k.commit_id AS keyed, h.size, h.last_at, (SELECT t.office_id FROM ~transfer t) AS target,
    (SELECT r.version FROM ~request r WHERE r.office_id = $1 AND r.request_id BETWEEN m.request_id AND m.request_id
        ORDER BY r.request_id LIMIT 1) AS version_before,
    (SELECT r.request_id FROM ~request r WHERE r.office_id = $1 AND r.tracking_code BETWEEN m.tracking_code AND m.tracking_code
        ORDER BY r.tracking_code LIMIT 1) AS code_of,
    (SELECT d.version FROM ~draft d WHERE d.office_id = $1 AND d.draft_key = m.draft_key) AS draft_version,
    c.commit_id, c.request_id, c.version, c.first_index, c.recorded_at, c.place_seal
FROM @m(commit_id, request_id, tracking_code, key, draft_key)
LEFT JOIN ~head h ON h.office_id = $1
LEFT JOIN ~idempotency_key k ON k.office_id = $1 AND k.key = m.key
LEFT JOIN ~commit c ON c.office_id = $1 AND c.commit_id IN (m.commit_id, k.commit_id)"#;

#[derive(Debug, FromRow)]
struct FactRow {
    member: i64,
    fingerprint: Option<Vec<u8>>,
    keyed: Option<String>,
    size: Option<i64>,
    last_at: Option<i64>,
    target: Option<String>,
    version_before: Option<i64>,
    code_of: Option<String>,
    draft_version: Option<i64>,
    commit_id: Option<String>,
    request_id: Option<String>,
    version: Option<i64>,
    first_index: Option<i64>,
    recorded_at: Option<i64>,
    place_seal: Option<i64>,
}

impl FactRow {
    fn placed(&self) -> Option<PlacedRow> {
        Some(PlacedRow {
            commit_id: self.commit_id.clone()?,
            request_id: self.request_id.clone()?,
            version: self.version?,
            first_index: self.first_index?,
            recorded_at: self.recorded_at?,
            place_seal: self.place_seal?,
        })
    }
}

/// How an office stands to a run.
pub(super) enum Standing {
    /// What there is of it that the run's members ask about.
    Known(Known),
    /// It has no log yet.
    New,
    /// The store is the target of a transfer.
    Target,
}

impl Inner {
    /// Reads how `office` stands to `commits`.
    pub(super) async fn standing(
        &self,
        connection: &mut PgConnection,
        office: &OfficeId,
        commits: &[&Commit],
    ) -> Result<Standing, StoreError> {
        let fail = |error| ENGINE.error(Written::No, error);
        let facts = Columns::of(office, commits)?.bind(&self.facts, office);
        let rows: Vec<FactRow> = facts.fetch_all(&mut *connection).await.map_err(fail)?;
        if rows.iter().any(|row| row.target.is_some()) {
            return Ok(Standing::Target);
        }
        let head = rows.first().and_then(|row| row.size.zip(row.last_at));
        let Some(head) = head else { return Ok(Standing::New) };
        let mut known = Known { head: head_of(head), ..Known::default() };
        for placed in rows.iter().filter_map(FactRow::placed) {
            let placed = placed.read(ENGINE, office)?;
            known.commits.insert(placed.commit, placed);
        }
        for row in rows {
            let nth = usize::try_from(row.member - 1).ok();
            if let Some(commit) = nth.and_then(|nth| commits.get(nth)) {
                know(&mut known, office, commit, row)?;
            }
        }
        for counter in commits.iter().flat_map(|commit| &commit.counters) {
            let value: Option<i64> = sqlx::query_scalar(self.statements.counter.clone())
                .bind(office.to_string())
                .bind(storable(&counter.name).into_owned())
                .fetch_optional(&mut *connection)
                .await
                .map_err(fail)?;
            known.counters.insert(counter.name.clone(), value.unwrap_or(0).cast_unsigned());
        }
        Ok(Standing::Known(known))
    }
}

/// Adds what `row` says about `commit`; commits are known already.
fn know(known: &mut Known, office: &OfficeId, commit: &Commit, row: FactRow) -> Result<(), StoreError> {
    let corrupt = |what: String| ENGINE.corrupt(Some(office), None, what);
    if let Some(version) = row.version_before {
        known.versions.insert(commit.request, version.cast_unsigned());
    }
    if let Some(owner) = row.code_of {
        let code = commit.summary.code;
        let owner =
            owner.parse().map_err(|_| corrupt(format!("the request of the tracking code '{code}'")))?;
        known.codes.insert(code, owner);
    }
    if let Some(((draft, _), version)) = commit.closes_draft.as_ref().zip(row.draft_version) {
        known.drafts.insert(*draft, version.cast_unsigned());
    }
    if let Some((key, keyed)) = commit.key.as_ref().zip(row.keyed) {
        let lost = || corrupt(format!("the idempotency key '{}' names no commit", key.key));
        let placed = keyed.parse().ok().and_then(|id| known.commits.get(&id)).ok_or_else(lost)?;
        let fingerprint = row.fingerprint.and_then(|bytes| bytes.try_into().ok()).ok_or_else(lost)?;
        known.keys.insert(key.key.clone(), (Digest32::from_bytes(fingerprint), *placed));
    }
    Ok(())
}
