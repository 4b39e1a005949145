//! Reading the memory engine out record by record, and filling it so.

use super::{Held, MemoryStore, Offices};
use crate::{
    ids::OfficeId,
    store::{
        Allowance, Archive, Counts, Head, Misuse, Place, Records, SentKey, StoreError, StoredEvent, Weight,
    },
};
use async_trait::async_trait;
use std::{collections::BTreeMap, ops::Bound};

/// What comes after `after` in a map, or from its beginning.
fn following<'m, K: Ord, V>(
    map: &'m BTreeMap<K, V>,
    after: Option<&K>,
) -> impl Iterator<Item = (&'m K, &'m V)> {
    map.range((after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded))
}

fn page<R: Weight>(rows: impl Iterator<Item = R>, limit: usize) -> Vec<R> {
    let mut allowance = Allowance::new(limit);
    rows.take_while(|row| allowance.take(row)).collect()
}

impl Held {
    fn is_empty(&self) -> bool {
        self.head == Head::default() && self.drafts.is_empty()
    }

    fn export(&self, place: &Place, limit: usize) -> Result<Records, StoreError> {
        Ok(match place {
            Place::Events(from) => {
                let from = usize::try_from(*from).unwrap_or(usize::MAX);
                let events = page(self.events.iter().skip(from).cloned(), limit);
                for StoredEvent { office, index, body, .. } in &events {
                    body.check().map_err(|damage| StoreError::Corrupt {
                        engine: "memory",
                        office: Some(office.clone()),
                        index: Some(*index),
                        what: damage.to_string(),
                    })?;
                }
                Records::Events(events)
            }
            Place::Commits(after) => Records::Commits(page(
                following(&self.commits, after.as_ref()).map(|(_, placed)| *placed),
                limit,
            )),
            Place::Keys(after) => {
                let rows = following(&self.keys, after.as_ref()).map(|(key, (fingerprint, commit))| {
                    SentKey { key: key.clone(), fingerprint: *fingerprint, commit: *commit }
                });
                Records::Keys(page(rows, limit))
            }
            Place::Counters(after) => {
                let rows =
                    following(&self.counters, after.as_ref()).map(|(name, value)| (name.clone(), *value));
                Records::Counters(page(rows, limit))
            }
            Place::Summaries(after) => {
                let rows = following(&self.summaries, after.as_ref()).map(|(_, summary)| summary.clone());
                Records::Summaries(page(rows, limit))
            }
            Place::Drafts(after) => Records::Drafts(page(
                following(&self.drafts, after.as_ref()).map(|(_, draft)| draft.clone()),
                limit,
            )),
        })
    }

    fn import(&mut self, records: &Records) {
        match records {
            Records::Events(events) => {
                for event in events {
                    // Events come in order, so that one whose place is behind the end is there already.
                    if event.index >= self.events.len() as u64 {
                        self.append(event.clone());
                    }
                }
            }
            Records::Commits(commits) => {
                for placed in commits {
                    self.commits.entry(placed.commit).or_insert(*placed);
                }
            }
            Records::Keys(keys) => {
                for SentKey { key, fingerprint, commit } in keys {
                    self.keys.entry(key.clone()).or_insert((*fingerprint, *commit));
                }
            }
            Records::Counters(counters) => self.counters.extend(counters.iter().cloned()),
            Records::Summaries(summaries) => summaries.iter().for_each(|summary| self.list(summary)),
            Records::Drafts(drafts) => {
                self.drafts.extend(drafts.iter().map(|draft| (draft.key, draft.clone())));
            }
        }
    }
}

impl Offices {
    fn target(&mut self) -> Result<&mut Self, StoreError> {
        if self.unfinished { Ok(self) } else { Err(Misuse::NoTransfer.into()) }
    }
}

#[async_trait]
impl Archive for MemoryStore {
    async fn offices(&self) -> Result<Vec<OfficeId>, StoreError> {
        let offices = self.read();
        Ok(offices
            .held
            .iter()
            .filter(|(_, held)| !held.is_empty())
            .map(|(office, _)| office.clone())
            .collect())
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        for held in self.read().held.values() {
            counts.events += held.events.len() as u64;
            counts.commits += held.commits.len() as u64;
            counts.keys += held.keys.len() as u64;
            counts.counters += held.counters.len() as u64;
            counts.summaries += held.summaries.len() as u64;
            counts.drafts += held.drafts.len() as u64;
        }
        Ok(counts)
    }

    async fn export(&self, office: &OfficeId, place: &Place, limit: usize) -> Result<Records, StoreError> {
        match self.read().of(office) {
            Some(held) => held.export(place, limit),
            None => Held::default().export(place, limit),
        }
    }

    async fn begin_import(&self) -> Result<(), StoreError> {
        let mut offices = self.write();
        if offices.unfinished {
            offices.held.values_mut().for_each(|held| held.drafts.clear());
        } else if !offices.held.values().all(Held::is_empty) {
            return Err(StoreError::NotEmpty);
        }
        offices.unfinished = true;
        Ok(())
    }

    async fn import(&self, office: &OfficeId, records: &Records) -> Result<(), StoreError> {
        let mut offices = self.write();
        offices.target()?.held.entry(office.clone()).or_default().import(records);
        Ok(())
    }

    async fn finish_import(&self, heads: &[(OfficeId, Head)]) -> Result<(), StoreError> {
        let mut offices = self.write();
        let offices = offices.target()?;
        for (office, head) in heads {
            offices.held.entry(office.clone()).or_default().head = *head;
        }
        offices.unfinished = false;
        Ok(())
    }
}
