//! Documents: streamed in, bounded, judged by content, kept under names that say nothing.
//!
//! The rule owned here: **a file is either kept whole or not at all.** Bytes are streamed to the object store under
//! a temporary name's protection (a multipart upload that becomes visible only when complete), counted and hashed
//! on the way; content that is not what its requirement allows is removed again before anybody hears of it.

mod inspect;

use std::sync::Arc;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::sync::Semaphore;

pub use inspect::{MediaType, Unfit};

use crate::catalog::DocumentFormat;
use crate::ids::{BlobId, Digest32};

/// Where documents are kept.
#[derive(Debug, Clone)]
pub struct Documents {
    store: Arc<dyn ObjectStore>,
}

/// Why a file was not taken. Nothing of it was kept; what was there before still is.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The service asks for no such document.
    #[error("the service asks for no document {0}")]
    NotAsked(String),
    /// There is no room for a further file of this document: remove one first.
    #[error("at most {limit} files are taken")]
    TooMany {
        /// How many are taken.
        limit: u32,
    },
    /// Send a smaller file: take the photo at a lower resolution, or scan in black and white.
    #[error("the file is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The most that is taken.
        limit_bytes: u64,
    },
    /// The content is not of an allowed kind, whatever the file is called.
    #[error("the content is {found}; allowed are {}", .allowed.iter().map(|f| f.as_str()).collect::<Vec<_>>().join(", "))]
    WrongFormat {
        /// What the content is.
        found: String,
        /// What is allowed.
        allowed: Vec<DocumentFormat>,
    },
    /// The content cannot be used: empty, cut off, locked, dangerous.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The sender stopped in the middle: send it again.
    #[error("the file did not arrive whole")]
    Interrupted(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No such file.
    #[error("the file is not there")]
    Missing,
    /// The place for documents does not answer or is full.
    #[error("the file cannot be kept now")]
    Unavailable(#[source] object_store::Error),
}

impl DocumentError {
    /// Stable name: API field, log field and key in `locales/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAsked(_) => "document.not-asked",
            Self::TooMany { .. } => "document.too-many",
            Self::TooLarge { .. } => "document.too-large",
            Self::WrongFormat { .. } => "document.wrong-format",
            Self::Unfit(Unfit::Empty) => "document.empty",
            Self::Unfit(Unfit::Unreadable) => "document.unreadable",
            Self::Unfit(Unfit::TooManyPixels) => "document.too-many-pixels",
            Self::Unfit(Unfit::Encrypted) => "document.encrypted",
            Self::Unfit(Unfit::ActiveContent) => "document.active-content",
            Self::Interrupted(_) => "document.interrupted",
            Self::Missing => "document.missing",
            Self::Unavailable(_) => "document.unavailable",
        }
    }

    /// What the translated message may name.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NotAsked(document) => vec![("document", document.clone())],
            Self::TooMany { limit } => vec![("n", limit.to_string())],
            Self::TooLarge { limit_bytes } => vec![("limit", limit_bytes.to_string())],
            Self::WrongFormat { found, allowed } => {
                let formats: Vec<&str> = allowed.iter().map(|format| format.as_str()).collect();
                vec![("found", found.clone()), ("formats", formats.join(", "))]
            }
            _ => Vec::new(),
        }
    }

    /// Every code there is: a locale must have words for each.
    pub const CODES: &'static [&'static str] = &[
        "document.not-asked",
        "document.too-many",
        "document.too-large",
        "document.wrong-format",
        "document.empty",
        "document.unreadable",
        "document.too-many-pixels",
        "document.encrypted",
        "document.active-content",
        "document.interrupted",
        "document.missing",
        "document.unavailable",
    ];
}

/// A file as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Where.
    pub blob: BlobId,
    /// SHA-256 of the bytes.
    pub sha256: Digest32,
    /// What the content is.
    pub media_type: MediaType,
    /// How many bytes.
    pub size_bytes: u64,
}

/// How many files are looked into at a time in the whole process: a picture unpacked takes up to 200 MB.
static LOOKED_INTO: Semaphore = Semaphore::const_new(2);

/// The largest image that is decoded to see whether it is one: larger files are refused before decoding.
const DECODE_LIMIT_BYTES: u64 = 32 << 20;

impl Documents {
    /// Documents in `store`.
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self { store }
    }

    /// Documents in a local folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`DocumentError::Unavailable`] when the folder cannot be made or read.
    pub fn in_folder(folder: impl AsRef<std::path::Path>) -> Result<Self, DocumentError> {
        let folder = folder.as_ref();
        std::fs::create_dir_all(folder).map_err(|source| {
            DocumentError::Unavailable(object_store::Error::Generic {
                store: "folder",
                source: source.into(),
            })
        })?;
        let store = object_store::local::LocalFileSystem::new_with_prefix(folder)
            .map_err(DocumentError::Unavailable)?
            .with_fsync(true);
        Ok(Self::new(Arc::new(store)))
    }

    /// Documents in memory, for tests.
    pub fn in_memory() -> Self {
        Self::new(Arc::new(object_store::memory::InMemory::new()))
    }

    /// Keeps a file under `blob`: at most `limit_bytes` long and of one of the `allowed` formats by content. Pictures are written
    /// anew, upright and without what a phone adds (place, time, device), so hash and size may be others than those of what came.
    ///
    /// # Errors
    /// See [`DocumentError`]; after any of them nothing is kept.
    pub async fn keep<E>(
        &self,
        blob: BlobId,
        mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin + Send,
        limit_bytes: u64,
        allowed: &[DocumentFormat],
    ) -> Result<Kept, DocumentError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let path = path_of(blob);
        let upload = self.store.put_multipart(&path).await.map_err(DocumentError::Unavailable)?;
        let mut writer = WriteMultipart::new(upload);
        let mut hasher = Sha256::new();
        let mut size_bytes: u64 = 0;
        let refused = loop {
            match bytes.next().await {
                None => break None,
                Some(Err(cause)) => break Some(DocumentError::Interrupted(cause.into())),
                Some(Ok(chunk)) => {
                    size_bytes = size_bytes.saturating_add(chunk.len() as u64);
                    if size_bytes > limit_bytes {
                        break Some(DocumentError::TooLarge { limit_bytes });
                    }
                    hasher.update(&chunk);
                    if let Err(cause) = writer.wait_for_capacity(4).await {
                        break Some(DocumentError::Unavailable(cause));
                    }
                    writer.put(chunk);
                }
            }
        };
        let refused = refused.or((size_bytes == 0).then_some(DocumentError::Unfit(Unfit::Empty)));
        if let Some(refused) = refused {
            // Nothing became visible; an upload that cannot be aborted is swept by the object store.
            let _ = writer.abort().await;
            return Err(refused);
        }
        writer.finish().await.map_err(DocumentError::Unavailable)?;
        match self.inspect(blob, size_bytes, allowed).await {
            Ok((media_type, None)) => {
                let sha256 = Digest32::from_bytes(hasher.finalize().into());
                Ok(Kept { blob, sha256, media_type, size_bytes })
            }
            Ok((media_type, Some(picture))) => {
                let (sha256, size_bytes) = (Digest32::sha256(&[&picture]), picture.len() as u64);
                self.store.put(&path, picture.into()).await.map_err(DocumentError::Unavailable)?;
                Ok(Kept { blob, sha256, media_type, size_bytes })
            }
            Err(refused) => {
                self.remove(blob).await?;
                Err(refused)
            }
        }
    }

    /// Judges what was kept by its content. Gives also what to keep instead, where it must be other bytes.
    async fn inspect(
        &self,
        blob: BlobId,
        size_bytes: u64,
        allowed: &[DocumentFormat],
    ) -> Result<(MediaType, Option<Vec<u8>>), DocumentError> {
        let path = path_of(blob);
        let start = self.store.get_range(&path, 0..size_bytes.min(inspect::SNIFF_BYTES));
        let start = start.await.map_err(DocumentError::Unavailable)?;
        let media_type = MediaType::of(&start);
        if !media_type.format().is_some_and(|format| allowed.contains(&format)) {
            return Err(DocumentError::WrongFormat {
                found: media_type.to_string(),
                allowed: allowed.to_vec(),
            });
        }
        if size_bytes <= DECODE_LIMIT_BYTES {
            // Held until the work is done, also if nobody waits for it any more. It is never closed.
            let turn = LOOKED_INTO.acquire().await.ok();
            let whole = self.read(blob).await?;
            let kind = media_type.clone();
            let verdict = tokio::task::spawn_blocking(move || {
                let verdict = inspect::inspect(&kind, &whole);
                drop(turn);
                verdict
            })
            .await;
            let instead = verdict.map_err(|_| DocumentError::Unfit(Unfit::Unreadable))??;
            return Ok((media_type, instead));
        }
        if matches!(media_type, MediaType::Jpeg | MediaType::Png | MediaType::Pdf) {
            return Err(DocumentError::TooLarge { limit_bytes: DECODE_LIMIT_BYTES });
        }
        Ok((media_type, None))
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// [`DocumentError::Missing`], [`DocumentError::Unavailable`].
    pub async fn read(&self, blob: BlobId) -> Result<Bytes, DocumentError> {
        let found = self.store.get(&path_of(blob)).await.map_err(missing)?;
        found.bytes().await.map_err(missing)
    }

    /// The same as it comes, with its length: a large file is never held whole.
    ///
    /// # Errors
    /// [`DocumentError::Missing`], [`DocumentError::Unavailable`]; the latter also within the stream.
    pub async fn stream(
        &self,
        blob: BlobId,
    ) -> Result<(u64, BoxStream<'static, Result<Bytes, DocumentError>>), DocumentError> {
        let found = self.store.get(&path_of(blob)).await.map_err(missing)?;
        Ok((found.meta.size, found.into_stream().map_err(missing).boxed()))
    }

    /// Whether a file is there, with its length.
    ///
    /// # Errors
    /// [`DocumentError::Missing`], [`DocumentError::Unavailable`].
    pub async fn size(&self, blob: BlobId) -> Result<u64, DocumentError> {
        Ok(self.store.head(&path_of(blob)).await.map_err(missing)?.size)
    }

    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    /// [`DocumentError::Unavailable`].
    pub async fn remove(&self, blob: BlobId) -> Result<(), DocumentError> {
        match self.store.delete(&path_of(blob)).await.map_err(missing) {
            Ok(()) | Err(DocumentError::Missing) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Keeps a text for ever under its content's name: the definition of a service version.
    pub(super) async fn archive(&self, name: &str, text: &str) -> Result<(), DocumentError> {
        let path = Path::from(format!("versions/{name}"));
        if self.store.head(&path).await.is_ok() {
            return Ok(());
        }
        self.store.put(&path, text.to_owned().into()).await.map_err(DocumentError::Unavailable)?;
        Ok(())
    }

    /// What was archived under `name`.
    pub(super) async fn archived(&self, name: &str) -> Result<Bytes, DocumentError> {
        let found = self.store.get(&Path::from(format!("versions/{name}"))).await.map_err(missing)?;
        found.bytes().await.map_err(missing)
    }
}

/// Two characters of the random name make a folder, so that no folder grows too long.
fn path_of(blob: BlobId) -> Path {
    let name = blob.to_string();
    Path::from(format!("documents/{}/{name}", &name[..2]))
}

fn missing(error: object_store::Error) -> DocumentError {
    match error {
        object_store::Error::NotFound { .. } => DocumentError::Missing,
        other => DocumentError::Unavailable(other),
    }
}
