//! Reading the file out record by record, and filling it so.

use std::ops::Bound;

use async_trait::async_trait;
use oneservice_core::ids::{CommitId, Digest32, OfficeId};
use oneservice_core::store::{
    Allowance, Archive, Counts, Head, Misuse, Place, Records, SentKey, StoreError, Weight, Written,
};
use redb::{ReadableDatabase, ReadableTable, ReadableTableMetadata};

use crate::encode::{self, read_draft, read_event, read_placed, read_summary};
use crate::error::{corrupt, engine};
use crate::tables::{COMMITS, COUNTERS, DRAFTS, EVENTS, HEADS, KEYS, META, SUMMARIES, TRANSFER};
use crate::write::{Tables, is_target};
use crate::{Inner, RedbStore};

fn fail(error: impl Into<redb::Error>) -> StoreError {
    engine(Written::No, error)
}

fn office(name: &str) -> Result<OfficeId, StoreError> {
    name.parse().map_err(|_| corrupt(None, None, "an office's name".to_owned()))
}

/// Rows of an office from a place on: from `$from`, or after it, to where the next office begins. `$read` makes a record of
/// a row.
macro_rules! page {
    ($self:ident, $table:ident, $office:ident, $limit:ident, $from:expr, $read:expr) => {{
        let table = $self.snapshot()?.open_table($table).map_err(fail)?;
        let mut allowance = Allowance::new($limit);
        let mut records = Vec::new();
        for row in table.range(($from, Bound::Unbounded)).map_err(fail)? {
            let (key, value) = row.map_err(fail)?;
            if key.value().0 != $office.as_str() || allowance.records() == 0 {
                break;
            }
            let record = $read(key.value(), value.value())?;
            if !take(&mut allowance, &record) {
                break;
            }
            records.push(record);
        }
        records
    }};
}

fn take(allowance: &mut Allowance, record: &impl Weight) -> bool {
    allowance.take(record)
}

impl Inner {
    /// Whether a transfer into this store is not finished.
    pub(crate) fn is_target(&self) -> Result<bool, StoreError> {
        let meta = self.database()?.begin_read().map_err(fail)?.open_table(META).map_err(fail)?;
        Ok(meta.get(TRANSFER).map_err(fail)?.is_some())
    }

    fn offices(&self) -> Result<Vec<OfficeId>, StoreError> {
        let snapshot = self.snapshot()?;
        let mut offices = Vec::new();
        for row in snapshot.open_table(HEADS).map_err(fail)?.iter().map_err(fail)? {
            offices.push(office(row.map_err(fail)?.0.value())?);
        }
        // From one office's drafts to the next one's.
        let drafts = snapshot.open_table(DRAFTS).map_err(fail)?;
        let mut last = String::new();
        loop {
            let behind = Bound::Excluded((last.as_str(), [u8::MAX; 32]));
            let next = drafts.range((behind, Bound::Unbounded)).map_err(fail)?.next();
            let Some((key, _)) = next.transpose().map_err(fail)? else { break };
            let name = key.value().0.to_owned();
            offices.push(office(&name)?);
            last = name;
        }
        offices.sort_unstable();
        offices.dedup();
        Ok(offices)
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        let read = self.snapshot()?;
        Ok(Counts {
            events: read.open_table(EVENTS).map_err(fail)?.len().map_err(fail)?,
            commits: read.open_table(COMMITS).map_err(fail)?.len().map_err(fail)?,
            keys: read.open_table(KEYS).map_err(fail)?.len().map_err(fail)?,
            counters: read.open_table(COUNTERS).map_err(fail)?.len().map_err(fail)?,
            summaries: read.open_table(SUMMARIES).map_err(fail)?.len().map_err(fail)?,
            drafts: read.open_table(DRAFTS).map_err(fail)?.len().map_err(fail)?,
        })
    }

    fn export(&self, office: &OfficeId, place: &Place, limit: usize) -> Result<Records, StoreError> {
        let name = office.as_str();
        Ok(match place {
            Place::Events(from) => Records::Events(page!(
                self,
                EVENTS,
                office,
                limit,
                Bound::Included((name, *from)),
                |(_, index), stored| read_event(office, index, stored)
            )),
            Place::Commits(after) => Records::Commits(page!(
                self,
                COMMITS,
                office,
                limit,
                match after {
                    Some(commit) => Bound::Excluded((name, *commit.as_bytes())),
                    None => Bound::Included((name, [0; 16])),
                },
                |_, stored| read_placed(office, stored)
            )),
            Place::Keys(after) => Records::Keys(page!(
                self,
                KEYS,
                office,
                limit,
                match after {
                    Some(key) => Bound::Excluded((name, key.as_str())),
                    None => Bound::Included((name, "")),
                },
                |(_, key): (&str, &str), (fingerprint, commit)| {
                    let lost =
                        |_| corrupt(Some(office), None, "an idempotency key names no commit".to_owned());
                    let commit = CommitId::from_bytes(commit).map_err(lost)?;
                    let fingerprint = Digest32::from_bytes(fingerprint);
                    Ok::<_, StoreError>(SentKey { key: key.to_owned(), fingerprint, commit })
                }
            )),
            Place::Counters(after) => Records::Counters(page!(
                self,
                COUNTERS,
                office,
                limit,
                match after {
                    Some(counter) => Bound::Excluded((name, counter.as_str())),
                    None => Bound::Included((name, "")),
                },
                |(_, counter): (&str, &str), value| Ok::<_, StoreError>((counter.to_owned(), value))
            )),
            Place::Summaries(after) => Records::Summaries(page!(
                self,
                SUMMARIES,
                office,
                limit,
                match after {
                    Some(request) => Bound::Excluded((name, *request.as_bytes())),
                    None => Bound::Included((name, [0; 16])),
                },
                |_, stored| read_summary(office, stored)
            )),
            Place::Drafts(after) => Records::Drafts(page!(
                self,
                DRAFTS,
                office,
                limit,
                match after {
                    Some(draft) => Bound::Excluded((name, *draft.as_bytes())),
                    None => Bound::Included((name, [0; 32])),
                },
                |(_, key), stored| read_draft(office, Digest32::from_bytes(key), stored)
            )),
        })
    }

    fn begin_import(&self) -> Result<(), StoreError> {
        self.write_any(|write| {
            let tables = Tables::open(write)?;
            if is_target(write)? {
                tables.drafts.borrow_mut().retain(|_, _| false).map_err(fail)?;
                tables.expiries.borrow_mut().retain(|_, ()| false).map_err(fail)?;
                return Ok(((), true));
            }
            // A counter, a key, a summary: all come with commits, and those with a head.
            let heads = tables.heads.borrow().len().map_err(fail)?;
            if heads > 0 || tables.drafts.borrow().len().map_err(fail)? > 0 {
                return Err(StoreError::NotEmpty);
            }
            write.open_table(META).map_err(fail)?.insert(TRANSFER, 1).map_err(fail)?;
            Ok(((), true))
        })
    }

    fn import(&self, office: &OfficeId, records: &Records) -> Result<(), StoreError> {
        self.write_any(|write| {
            if !is_target(write)? {
                return Err(Misuse::NoTransfer.into());
            }
            Tables::open(write)?.import(office, records)?;
            Ok(((), true))
        })
    }

    fn finish_import(&self, ends: &[(OfficeId, Head)]) -> Result<(), StoreError> {
        self.write_any(|write| {
            if !is_target(write)? {
                return Err(Misuse::NoTransfer.into());
            }
            let mut heads = write.open_table(HEADS).map_err(fail)?;
            for (office, head) in ends {
                heads.insert(office.as_str(), (head.size, head.last_at.millis())).map_err(fail)?;
            }
            write.open_table(META).map_err(fail)?.remove(TRANSFER).map_err(fail)?;
            Ok(((), true))
        })
    }
}

impl Tables<'_> {
    fn import(&self, office: &OfficeId, records: &Records) -> Result<(), StoreError> {
        let name = office.as_str();
        match records {
            Records::Events(events) => {
                let (mut stored, mut history) = (self.events.borrow_mut(), self.history.borrow_mut());
                for event in events {
                    if stored.get((name, event.index)).map_err(fail)?.is_some() {
                        continue;
                    }
                    let bytes = encode::event(event.request, event.version, &event.body);
                    stored.insert((name, event.index), bytes.as_slice()).map_err(fail)?;
                    let place = (name, *event.request.as_bytes(), event.version);
                    history.insert(place, event.index).map_err(fail)?;
                }
            }
            Records::Commits(commits) => {
                let mut stored = self.commits.borrow_mut();
                for placed in commits {
                    let id = (name, *placed.commit.as_bytes());
                    if stored.get(id).map_err(fail)?.is_none() {
                        stored.insert(id, encode::placed(placed).as_slice()).map_err(fail)?;
                    }
                }
            }
            Records::Keys(keys) => {
                let mut stored = self.keys.borrow_mut();
                for SentKey { key, fingerprint, commit } in keys {
                    if stored.get((name, key.as_str())).map_err(fail)?.is_none() {
                        let value = (*fingerprint.as_bytes(), *commit.as_bytes());
                        stored.insert((name, key.as_str()), value).map_err(fail)?;
                    }
                }
            }
            Records::Counters(counters) => {
                for (counter, value) in counters {
                    self.counters.borrow_mut().insert((name, counter.as_str()), value).map_err(fail)?;
                }
            }
            Records::Summaries(summaries) => {
                for summary in summaries {
                    self.list(office, summary, false)?;
                }
            }
            Records::Drafts(drafts) => {
                for draft in drafts {
                    self.put_draft(office, draft)?;
                }
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Archive for RedbStore {
    async fn offices(&self) -> Result<Vec<OfficeId>, StoreError> {
        self.run(Written::No, Inner::offices).await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.run(Written::No, Inner::counts).await
    }

    async fn export(&self, office: &OfficeId, place: &Place, limit: usize) -> Result<Records, StoreError> {
        let (office, place) = (office.clone(), place.clone());
        self.run(Written::No, move |inner| inner.export(&office, &place, limit)).await
    }

    async fn begin_import(&self) -> Result<(), StoreError> {
        self.run(Written::Unknown, Inner::begin_import).await
    }

    async fn import(&self, office: &OfficeId, records: &Records) -> Result<(), StoreError> {
        let (office, records) = (office.clone(), records.clone());
        self.run(Written::Unknown, move |inner| inner.import(&office, &records)).await
    }

    async fn finish_import(&self, heads: &[(OfficeId, Head)]) -> Result<(), StoreError> {
        let heads = heads.to_vec();
        self.run(Written::Unknown, move |inner| inner.finish_import(&heads)).await
    }
}
