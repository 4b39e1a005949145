//! A disk for redb that fails when told, and remembers what a power cut may leave of it.
#![allow(dead_code, reason = "each test uses a part")]

use std::io;
use std::sync::{Arc, Mutex};

use oneservice_redb::RedbStore;
use redb::{Database, DatabaseError, StorageBackend};

/// What was asked of the disk and is not synced yet.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Length(u64),
    Bytes(u64, Vec<u8>),
}

#[derive(Debug, Default)]
struct State {
    /// What a reader sees.
    live: Vec<u8>,
    /// What a sync has made safe.
    durable: Vec<u8>,
    unsynced: Vec<Change>,
    writes: u64,
    syncs: u64,
    /// Operations (writes, lengths and syncs) that still succeed; without it all do.
    left: Option<u64>,
    /// How the others fail.
    kind: Option<io::ErrorKind>,
}

impl State {
    fn operation(&mut self) -> io::Result<()> {
        match &mut self.left {
            None => Ok(()),
            Some(0) => Err(self.kind.map_or_else(|| io::Error::other("the power is gone"), io::Error::from)),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }
}

/// The disk. Clones are the same disk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

/// How often a disk was written to and synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) writes: u64,
    pub(crate) syncs: u64,
}

impl Disk {
    /// A disk with these bytes on it.
    pub(crate) fn with(bytes: Vec<u8>) -> Self {
        let state = State { live: bytes.clone(), durable: bytes, ..State::default() };
        Self(Arc::new(Mutex::new(state)))
    }

    /// From here on `operations` succeed, and none after them.
    pub(crate) fn fails_after(&self, operations: u64) {
        self.0.lock().unwrap().left = Some(operations);
    }

    /// From here on `operations` succeed, and the others fail in this manner.
    pub(crate) fn fails_with(&self, operations: u64, kind: io::ErrorKind) {
        self.0.lock().unwrap().kind = Some(kind);
        self.fails_after(operations);
    }

    /// The disk works again.
    pub(crate) fn is_mended(&self) {
        self.0.lock().unwrap().left = None;
    }

    pub(crate) fn used(&self) -> Used {
        let state = self.0.lock().unwrap();
        Used { writes: state.writes, syncs: state.syncs }
    }

    /// What a reader sees.
    pub(crate) fn live(&self) -> Vec<u8> {
        self.0.lock().unwrap().live.clone()
    }

    /// What is safe, and what was changed after it in that order.
    pub(crate) fn after_power_cut(&self) -> (Vec<u8>, Vec<Change>) {
        let state = self.0.lock().unwrap();
        (state.durable.clone(), state.unsynced.clone())
    }

    /// The store on this disk.
    pub(crate) fn open(&self) -> Result<RedbStore, oneservice_core::store::StoreError> {
        let disk = self.clone();
        RedbStore::over_backend(move || -> Result<Database, DatabaseError> {
            Database::builder().create_with_backend(disk.clone())
        })
    }
}

/// Does `change` to `bytes`.
pub(crate) fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Length(length) => bytes.resize(usize::try_from(*length).unwrap(), 0),
        Change::Bytes(offset, written) => {
            let from = usize::try_from(*offset).unwrap();
            // A write may come to the disk before the length that makes room for it.
            if bytes.len() < from + written.len() {
                bytes.resize(from + written.len(), 0);
            }
            bytes[from..from + written.len()].copy_from_slice(written);
        }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().live.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.0.lock().unwrap();
        let from = usize::try_from(offset).unwrap();
        let bytes = state.live.get(from..from + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        state.operation()?;
        state.writes += 1;
        let change = Change::Length(len);
        apply(&mut state.live, &change);
        state.unsynced.push(change);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        state.operation()?;
        state.syncs += 1;
        state.durable = state.live.clone();
        state.unsynced.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        state.operation()?;
        state.writes += 1;
        let change = Change::Bytes(offset, data.to_vec());
        apply(&mut state.live, &change);
        state.unsynced.push(change);
        Ok(())
    }
}
