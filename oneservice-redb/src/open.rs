//! Opening and, after an I/O error, opening again.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use oneservice_core::store::{Schema, StoreError, Written};
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable};

use crate::error::{engine, unavailable};
use crate::tables::{
    COMMITS, COUNTERS, DRAFTS, EVENTS, EXPIRIES, FORMAT, HEADS, HISTORY, KEYS, LISTINGS, META, SUMMARIES,
};
use crate::{Inner, Opener, RedbStore};

/// What the engine may keep of the file in memory; its own default is a gigabyte, more than a small server has to spare. What is read
/// often is kept by the operating system as well.
const CACHE_BYTES: usize = 64 << 20;

impl RedbStore {
    /// Opens the store at `path`, and makes it if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while another process holds it, [`StoreError::Newer`] if a newer program wrote it,
    /// [`StoreError::Unfinished`] if a transfer into it is not finished, [`StoreError::Corrupt`] if it is no store,
    /// [`StoreError::Unavailable`] and [`StoreError::Full`].
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let store = Self::open_target(path).await?;
        let target = store.run(Written::No, Inner::is_target).await?;
        if target { Err(StoreError::Unfinished) } else { Ok(store) }
    }

    /// Opens the store at `path` as the target of a transfer, and makes it if it is not there: also one that an
    /// unfinished transfer left.
    ///
    /// # Errors
    /// As [`open`](Self::open), but for [`StoreError::Unfinished`].
    pub async fn open_target(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let task = tokio::task::spawn_blocking(move || {
            create(&path)?;
            Self::over(path.clone(), opener(path))
        });
        task.await.unwrap_or_else(|cause| Err(unavailable(Written::No, cause)))
    }

    /// Which format the file at `path` has. Opens it for a moment and changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none; as [`open`](Self::open), but for [`StoreError::Newer`] and
    /// [`StoreError::Unfinished`].
    pub async fn schema(path: impl AsRef<Path>) -> Result<Schema, StoreError> {
        let path = path.as_ref().to_owned();
        let task = tokio::task::spawn_blocking(move || {
            if !path.exists() {
                return Err(StoreError::Missing { path });
            }
            let database = opener(path.clone())().map_err(|error| opening(&path, error))?;
            Ok(Schema { found: number(format(&database)?), known: number(FORMAT), pending: Vec::new() })
        });
        task.await.unwrap_or_else(|cause| Err(unavailable(Written::No, cause)))
    }

    /// A store over something else than a file, for tests that break disks. The opener is called again after errors.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    #[doc(hidden)]
    pub fn over_backend(
        opener: impl Fn() -> Result<Database, DatabaseError> + Send + Sync + 'static,
    ) -> Result<Self, StoreError> {
        let database = opener().map_err(|error| opening(Path::new("backend"), error))?;
        make_tables(&database)?;
        drop(database);
        Self::over(PathBuf::from("backend"), Box::new(opener))
    }

    fn over(path: PathBuf, opener: Opener) -> Result<Self, StoreError> {
        let inner = Inner { opener, path, database: RwLock::new(None) };
        let database = inner.database()?;
        check_format(&database)?;
        Ok(Self { inner: Arc::new(inner) })
    }
}

/// Makes a new store under another name and moves it into place: a crash in between leaves either nothing or a store.
fn create(path: &Path) -> Result<(), StoreError> {
    let file = |error: std::io::Error| engine(Written::No, redb::Error::Io(error));
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    match fs::remove_file(&unfinished) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(file(error)),
    }
    if path.exists() {
        return Ok(());
    }
    let database = Database::create(&unfinished).map_err(|error| opening(&unfinished, error))?;
    make_tables(&database)?;
    drop(database);
    fs::rename(&unfinished, path).map_err(file)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(file)
}

fn make_tables(database: &Database) -> Result<(), StoreError> {
    let fail = |error: redb::Error| engine(Written::No, error);
    let write = database.begin_write().map_err(|e| fail(e.into()))?;
    {
        let mut meta = write.open_table(META).map_err(|e| fail(e.into()))?;
        let known = meta.get("format").map_err(|e| fail(e.into()))?.is_some();
        if !known {
            meta.insert("format", FORMAT).map_err(|e| fail(e.into()))?;
        }
        // Readers find every table, also in a store that nothing was written to.
        write.open_table(HEADS).map_err(|e| fail(e.into()))?;
        write.open_table(EVENTS).map_err(|e| fail(e.into()))?;
        write.open_table(HISTORY).map_err(|e| fail(e.into()))?;
        write.open_table(SUMMARIES).map_err(|e| fail(e.into()))?;
        write.open_table(LISTINGS).map_err(|e| fail(e.into()))?;
        write.open_table(COMMITS).map_err(|e| fail(e.into()))?;
        write.open_table(KEYS).map_err(|e| fail(e.into()))?;
        write.open_table(COUNTERS).map_err(|e| fail(e.into()))?;
        write.open_table(DRAFTS).map_err(|e| fail(e.into()))?;
        write.open_table(EXPIRIES).map_err(|e| fail(e.into()))?;
    }
    write.commit().map_err(|e| fail(e.into()))
}

fn check_format(database: &Database) -> Result<(), StoreError> {
    let found = format(database)?;
    if found > FORMAT {
        return Err(StoreError::Newer { found: number(found), known: number(FORMAT) });
    }
    Ok(())
}

fn format(database: &Database) -> Result<u64, StoreError> {
    let fail = |error: redb::Error| engine(Written::No, error);
    let read = database.begin_read().map_err(|e| fail(e.into()))?;
    let meta = read.open_table(META).map_err(|e| fail(e.into()))?;
    Ok(meta.get("format").map_err(|e| fail(e.into()))?.map_or(0, |format| format.value()))
}

fn number(format: u64) -> u32 {
    u32::try_from(format).unwrap_or(u32::MAX)
}

fn opener(path: PathBuf) -> Opener {
    Box::new(move || Database::builder().set_cache_size(CACHE_BYTES).open(&path))
}

fn opening(path: &Path, error: DatabaseError) -> StoreError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::Locked { path: path.to_owned() },
        DatabaseError::Storage(redb::StorageError::Io(source))
            if matches!(source.kind(), std::io::ErrorKind::InvalidData) =>
        {
            crate::error::corrupt(None, None, format!("{} is no store: {source}", path.display()))
        }
        other => engine(Written::No, other),
    }
}

impl Inner {
    /// The open database; opened again if an error closed it.
    pub(crate) fn database(&self) -> Result<Arc<Database>, StoreError> {
        if let Some(open) = self.database.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            return Ok(Arc::clone(open));
        }
        let mut slot = self.database.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = slot.as_ref() {
            return Ok(Arc::clone(open));
        }
        let open = Arc::new((self.opener)().map_err(|error| opening(&self.path, error))?);
        *slot = Some(Arc::clone(&open));
        Ok(open)
    }

    /// Closes the database after an error of its disk: redb refuses to write until it was opened again. Readers that
    /// are under way keep it a moment longer; until then opening again says that it is held.
    pub(crate) fn close_after_error(&self) {
        self.database.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    pub(crate) fn check_file(&self) -> Result<bool, StoreError> {
        let mut slot = self.database.write().unwrap_or_else(PoisonError::into_inner);
        slot.take();
        let mut database = (self.opener)().map_err(|error| opening(&self.path, error))?;
        let whole = database.check_integrity();
        *slot = Some(Arc::new(database));
        match whole {
            Ok(whole) => Ok(whole),
            Err(DatabaseError::Storage(redb::StorageError::Corrupted(_))) => Ok(false),
            Err(other) => Err(opening(&self.path, other)),
        }
    }
}
