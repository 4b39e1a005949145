//! From options to an office: one folder holds everything (store, documents, keys, staff).

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use oneservice_core::catalog::{Catalog, CatalogError};
use oneservice_core::office::{Clock, DocumentError, Documents, Office, OfficeBuilder, OfficeError, Secret};
use oneservice_core::store::{Archive, Schema, StoreError};
use oneservice_redb::RedbStore;
use oneservice_sqlx::{PostgresOptions, PostgresStore, PostgresUrlError, SqliteStore};
use thiserror::Error;

use crate::staff::{StaffError, StaffFile};

/// Where an office's data is, and which catalogue it works by.
#[derive(Debug, Clone)]
pub struct Place {
    /// The folder that holds everything.
    pub data: PathBuf,
    /// Another store than the folder's own.
    pub store: Option<StoreUrl>,
    /// Another catalogue than the folder's own.
    pub catalog: Option<PathBuf>,
    /// Whether the office is meant in which services are only tried.
    pub trial: bool,
}

/// A storage engine by URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// `redb:PATH`: the embedded store in one file.
    Redb(PathBuf),
    /// `sqlite:PATH`: an SQLite file.
    Sqlite(PathBuf),
    /// `postgres://…`: a schema of a PostgreSQL database, on one server or several.
    Postgres(PostgresOptions),
}

impl FromStr for StoreUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("redb", path)) if !path.is_empty() => Ok(Self::Redb(path.into())),
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            Some(("postgres" | "postgresql", _)) => {
                text.parse().map(Self::Postgres).map_err(|e: PostgresUrlError| e.to_string())
            }
            _ => Err("a store is written redb:PATH, sqlite:PATH or postgres://USER@HOST/DATABASE".into()),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redb(path) => write!(f, "redb:{}", path.display()),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(options) => options.fmt(f),
        }
    }
}

impl StoreUrl {
    /// The file, of those that are one.
    fn path(&self) -> Option<&Path> {
        match self {
            Self::Redb(path) | Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }

    fn make_folder(&self) -> Result<(), PilotError> {
        let Some(folder) = self.path().and_then(Path::parent) else { return Ok(()) };
        private_folder(folder).map_err(|source| PilotError::File { path: folder.to_owned(), source })
    }

    /// Which form the store has, and what opening it would change. Changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none; the engine's own.
    pub async fn schema(&self) -> Result<Schema, StoreError> {
        match self {
            Self::Redb(path) => RedbStore::schema(path).await,
            Self::Sqlite(path) => SqliteStore::schema(path).await,
            Self::Postgres(options) => PostgresStore::schema(options).await,
        }
    }

    /// Bytes that the store takes on disk, with what SQLite keeps beside its file; none of a store on a server.
    ///
    /// # Errors
    /// [`PilotError::File`].
    pub fn bytes(&self) -> Result<Option<u64>, PilotError> {
        let Some(file) = self.path() else { return Ok(None) };
        let mut bytes = 0;
        for beside in ["", "-wal", "-shm"] {
            let mut path = file.as_os_str().to_owned();
            path.push(beside);
            match fs::metadata(&path) {
                Ok(file) => bytes += file.len(),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && !beside.is_empty() => {}
                Err(source) => return Err(PilotError::File { path: path.into(), source }),
            }
        }
        Ok(Some(bytes))
    }
}

/// Why an office could not be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PilotError {
    /// The catalogue has mistakes: `oneservice catalog check` lists them.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// No catalogue was given, and the data folder has none.
    #[error("there is no catalogue: give --catalog DIR, or put one at {}", .0.display())]
    NoCatalog(PathBuf),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The office cannot be put together.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// Documents cannot be kept.
    #[error(transparent)]
    Documents(#[from] DocumentError),
    /// The staff file cannot be read.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// A file of the data folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no office where one is to be read: look at `--data` and `--store`.
    #[error("there is no office in {}: nothing was made", .0.display())]
    NoOffice(PathBuf),
    /// The key of a store that holds requests is not there. With another one, no link and no phone number is found again: put
    /// the key back from a backup.
    #[error("{} is missing, and the store holds requests whose links need it: put it back from a backup", .0.display())]
    KeyMissing(PathBuf),
    /// The key file does not hold a key.
    #[error("{} does not hold 32 bytes in hexadecimal digits", .0.display())]
    Key(PathBuf),
}

impl PilotError {
    /// Stable name, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Catalog(_) => "catalog",
            Self::NoCatalog(_) => "no-catalog",
            Self::Store(error) => error.code(),
            Self::Office(error) => error.code(),
            Self::Documents(error) => error.code(),
            Self::Staff(error) => error.code(),
            Self::File { .. } => "file",
            Self::NoOffice(_) => "no-office",
            Self::KeyMissing(_) => "key-missing",
            Self::Key(_) => "key-damaged",
        }
    }
}

/// An office that is open, with all that belongs to it.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The office.
    pub office: Office,
    /// Its staff.
    pub staff: Arc<StaffFile>,
    /// Its store, as a URL.
    pub store: StoreUrl,
    /// The engine itself, for its own check.
    pub engine: Engine,
}

/// An engine that is open.
#[derive(Debug, Clone)]
pub enum Engine {
    /// The embedded store.
    Redb(RedbStore),
    /// An SQLite file.
    Sqlite(SqliteStore),
    /// A schema of a PostgreSQL database.
    Postgres(PostgresStore),
}

impl Engine {
    /// Opens the store, and makes it if it is not there.
    async fn open(url: &StoreUrl) -> Result<Self, PilotError> {
        url.make_folder()?;
        Ok(match url {
            StoreUrl::Redb(path) => Self::Redb(RedbStore::open(path).await?),
            StoreUrl::Sqlite(path) => Self::Sqlite(SqliteStore::open(path).await?),
            StoreUrl::Postgres(options) => Self::Postgres(PostgresStore::open(options).await?),
        })
    }

    /// Opens a store that is there.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not, and as for any store.
    pub async fn open_existing(url: &StoreUrl) -> Result<Self, PilotError> {
        match url.path() {
            Some(path) if !path.exists() => Err(StoreError::Missing { path: path.to_owned() }.into()),
            _ => Self::open(url).await,
        }
    }

    /// Opens the target of a transfer, and makes it if it is not there: also one that an unfinished transfer left.
    ///
    /// # Errors
    /// As for any store.
    pub async fn open_target(url: &StoreUrl) -> Result<Self, PilotError> {
        url.make_folder()?;
        Ok(match url {
            StoreUrl::Redb(path) => Self::Redb(RedbStore::open_target(path).await?),
            StoreUrl::Sqlite(path) => Self::Sqlite(SqliteStore::open_target(path).await?),
            StoreUrl::Postgres(options) => Self::Postgres(PostgresStore::open_target(options).await?),
        })
    }

    /// The engine, to be read out or filled record by record.
    pub fn archive(&self) -> &dyn Archive {
        match self {
            Self::Redb(store) => store,
            Self::Sqlite(store) => store,
            Self::Postgres(store) => store,
        }
    }

    /// Waits for what is under way and lets the store go.
    pub async fn close(self) {
        match self {
            Self::Redb(store) => drop(store),
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }

    fn office(&self, catalog: Catalog) -> OfficeBuilder {
        match self {
            Self::Redb(store) => Office::builder(store.clone(), catalog),
            Self::Sqlite(store) => Office::builder(store.clone(), catalog),
            Self::Postgres(store) => Office::builder(store.clone(), catalog),
        }
    }

    /// Whether no office has anything in the store.
    async fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.archive().offices().await?.is_empty())
    }

    /// The engine's own check of its whole file. Slow. Gives whether all is well.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] while the file cannot be read.
    pub async fn check_file(&self) -> Result<bool, StoreError> {
        match self {
            Self::Redb(store) => store.check_file().await,
            Self::Sqlite(store) => store.check_file().await,
            // Its pages are the server's own business; every row has its own checksum.
            Self::Postgres(_) => Ok(true),
        }
    }
}

impl Place {
    /// Reads the catalogue.
    ///
    /// # Errors
    /// [`PilotError::Catalog`], [`PilotError::NoCatalog`].
    pub fn catalog(&self) -> Result<Catalog, PilotError> {
        let catalog = Catalog::load(self.catalog_folder()?)?;
        Ok(if self.trial { catalog.for_trial() } else { catalog })
    }

    /// Where the catalogue is: as given, in the data folder, or the Battambang example when run from the project.
    ///
    /// # Errors
    /// [`PilotError::NoCatalog`].
    pub fn catalog_folder(&self) -> Result<PathBuf, PilotError> {
        if let Some(given) = &self.catalog {
            let there = given.is_dir().then(|| given.clone());
            return there.ok_or_else(|| PilotError::NoCatalog(given.clone()));
        }
        let own = self.data.join("catalog");
        let example = Path::new("examples/catalog/battambang").to_owned();
        [own.clone(), example].into_iter().find(|folder| folder.is_dir()).ok_or(PilotError::NoCatalog(own))
    }

    /// The store's URL.
    pub fn store_url(&self) -> StoreUrl {
        self.store.clone().unwrap_or_else(|| StoreUrl::Redb(self.data.join("office.redb")))
    }

    /// Where staff and their passwords are kept.
    pub fn staff_file(&self) -> PathBuf {
        self.data.join("staff.toml")
    }

    /// Opens an office that is there: for commands that only read, so that a slip in a path makes nothing.
    ///
    /// # Errors
    /// [`PilotError::NoOffice`] and as [`open`](Self::open).
    pub async fn open_existing(&self) -> Result<Opened, PilotError> {
        let file = match self.store_url() {
            StoreUrl::Redb(path) | StoreUrl::Sqlite(path) => path,
            StoreUrl::Postgres(_) => self.data.clone(),
        };
        if !self.data.is_dir() {
            return Err(PilotError::NoOffice(self.data.clone()));
        }
        if !file.exists() {
            return Err(PilotError::NoOffice(file));
        }
        self.open(None).await
    }

    /// Opens the office, making what is not there yet.
    ///
    /// # Errors
    /// [`PilotError`]; a store that another process holds is [`StoreError::Locked`].
    pub async fn open(&self, clock: Option<Arc<dyn Clock>>) -> Result<Opened, PilotError> {
        let catalog = self.catalog()?;
        let file = |path: &Path| {
            let path = path.to_owned();
            move |source| PilotError::File { path, source }
        };
        private_folder(&self.data).map_err(file(&self.data))?;
        let url = self.store_url();
        let engine = Engine::open(&url).await?;
        let documents = Documents::in_folder(self.data.join("files"))?;
        let staff = Arc::new(StaffFile::open(&self.staff_file())?);
        let secret = self.secret(engine.is_empty().await?)?;
        let mut builder =
            engine.office(catalog).documents(documents).secret(secret).staff(Arc::clone(&staff) as _);
        if let Some(clock) = clock {
            builder = builder.clock(clock);
        }
        Ok(Opened { office: builder.build().await?, staff, store: url, engine })
    }

    /// The office's secret, made once: when nothing depends on it yet.
    fn secret(&self, may_make: bool) -> Result<Secret, PilotError> {
        let path = self.data.join("keys").join("office.key");
        let file = |source| PilotError::File { path: path.clone(), source };
        if !path.exists() {
            if !may_make {
                return Err(PilotError::KeyMissing(path));
            }
            fs::create_dir_all(self.data.join("keys")).map_err(file)?;
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).map_err(|e| file(std::io::Error::other(e.to_string())))?;
            let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            // Whole or not at all, and for the owner's eyes only.
            let draft = path.with_extension("new");
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut out = options.open(&draft).map_err(file)?;
            out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(file)?;
            fs::rename(&draft, &path).map_err(file)?;
        }
        let text = fs::read_to_string(&path).map_err(file)?;
        let text = text.trim();
        let mut bytes = [0; 32];
        let whole = text.len() == 64 && text.is_ascii();
        for (nth, byte) in bytes.iter_mut().enumerate() {
            let pair = text.get(2 * nth..2 * nth + 2).filter(|_| whole);
            let read = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
            *byte = read.ok_or_else(|| PilotError::Key(path.clone()))?;
        }
        Ok(Secret::new(bytes))
    }
}

/// Makes a folder whose content is for its owner alone: store, papers and keys inherit that from it. One that is there
/// stays as somebody has set it.
pub(crate) fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
