//! A file on which a sync takes as long as on a cloud volume, and is counted.
//!
//! Real disks of shared machines vary tenfold from minute to minute. So the file lies in memory where there is `/dev/shm`, and each
//! sync sleeps; reads and writes are those of the operating system.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use redb::{Database, DatabaseError, StorageBackend, StorageError, backends::FileBackend};

/// How long a sync takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// So long, whatever the disk.
    Takes(Duration),
    /// As long as the disk of the temporary folder needs.
    Real,
}

/// Counts syncs; clones count together.
#[derive(Debug, Clone, Default)]
pub struct Syncs(Arc<AtomicU64>);

impl Syncs {
    /// How many there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A file for one store; gone when this is dropped. It can be opened again and again.
#[derive(Debug)]
pub struct Volume {
    path: PathBuf,
    sync: Sync,
    syncs: Syncs,
}

impl Volume {
    /// An empty file.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn empty(name: &str, sync: Sync) -> io::Result<Self> {
        let memory = PathBuf::from("/dev/shm");
        let in_memory = matches!(sync, Sync::Takes(_)) && memory.is_dir();
        let folder = if in_memory { memory } else { std::env::temp_dir() };
        let path = folder.join(format!("oneservice-bench-{}-{name}", std::process::id()));
        File::create(&path)?;
        Ok(Self { path, sync, syncs: Syncs::default() })
    }

    /// What counts its syncs.
    #[must_use]
    pub fn syncs(&self) -> &Syncs {
        &self.syncs
    }

    /// Opens a redb database on the file, made if it is empty.
    ///
    /// # Errors
    /// redb's.
    pub fn database(&self) -> Result<Database, DatabaseError> {
        let file = OpenOptions::new().read(true).write(true).open(&self.path).map_err(StorageError::Io)?;
        let file = FileBackend::new(file)?;
        let disk = Disk { file, sync: self.sync, syncs: self.syncs.clone() };
        Database::builder().create_with_backend(disk)
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // A file that stays behind in the temporary folder harms nobody.
        let _ = fs::remove_file(&self.path);
    }
}

/// The storage backend.
#[derive(Debug)]
struct Disk {
    file: FileBackend,
    sync: Sync,
    syncs: Syncs,
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.syncs.0.fetch_add(1, Ordering::Relaxed);
        match self.sync {
            Sync::Takes(time) => {
                thread::sleep(time);
                Ok(())
            }
            Sync::Real => self.file.sync_data(),
        }
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write(offset, data)
    }
}
