//! The file's tables, format 1. The office leads every key.

use redb::TableDefinition;

/// Version of the file's format. A newer file is refused; an older one would be upgraded when it is opened.
pub const FORMAT: u64 = 1;

/// A 128-bit id.
pub(crate) type Id = [u8; 16];
/// A digest.
pub(crate) type Hash = [u8; 32];

/// `format` → version; [`TRANSFER`] while a transfer into this file is not finished.
pub(crate) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
/// The mark of the target of a transfer.
pub(crate) const TRANSFER: &str = "transfer";
/// office → size of its log, time of its last event.
pub(crate) const HEADS: TableDefinition<'_, &str, (u64, i64)> = TableDefinition::new("heads");
/// office, place in its log → event.
pub(crate) const EVENTS: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("events");
/// office, request, version → place in the log.
pub(crate) const HISTORY: TableDefinition<'_, (&str, Id, u64), u64> = TableDefinition::new("history");
/// office, request → summary.
pub(crate) const SUMMARIES: TableDefinition<'_, (&str, Id), &[u8]> = TableDefinition::new("summaries");
/// office, query, position, request.
pub(crate) const LISTINGS: TableDefinition<'_, (&str, &str, i64, Id), ()> = TableDefinition::new("listings");
/// office, commit → where it stands.
pub(crate) const COMMITS: TableDefinition<'_, (&str, Id), &[u8]> = TableDefinition::new("commits");
/// office, idempotency key → fingerprint, commit.
pub(crate) const KEYS: TableDefinition<'_, (&str, &str), (Hash, Id)> = TableDefinition::new("keys");
/// office, counter → value.
pub(crate) const COUNTERS: TableDefinition<'_, (&str, &str), u64> = TableDefinition::new("counters");
/// office, draft → draft.
pub(crate) const DRAFTS: TableDefinition<'_, (&str, Hash), &[u8]> = TableDefinition::new("drafts");
/// office, when it expires, draft.
pub(crate) const EXPIRIES: TableDefinition<'_, (&str, i64, Hash), ()> = TableDefinition::new("expiries");
