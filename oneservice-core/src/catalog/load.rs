//! Reading a catalogue's folder: the only place of this floor that touches a disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::parse::{CSV_MAX_BYTES, FILES_MAX, TOML_MAX_BYTES};
use super::{Catalog, CatalogError, Mistake, MistakeCode};

/// How deep the folder is read.
const DEPTH_MAX: usize = 4;

impl Catalog {
    /// Reads the catalogue in `folder`.
    ///
    /// # Errors
    /// Every mistake in every file, and every file that cannot be read.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, CatalogError> {
        let mut folder_read = FolderRead::default();
        folder_read.read(folder.as_ref(), "", 0);
        let FolderRead { files, mut mistakes } = folder_read;
        match Self::parse(&files) {
            Ok(catalog) if mistakes.is_empty() => Ok(catalog),
            parsed => {
                mistakes.extend(parsed.err().into_iter().flat_map(|error| error.mistakes));
                mistakes.sort();
                mistakes.dedup();
                Err(CatalogError { mistakes })
            }
        }
    }
}

#[derive(Debug, Default)]
struct FolderRead {
    files: BTreeMap<String, String>,
    mistakes: Vec<Mistake>,
}

impl FolderRead {
    fn say(&mut self, file: &str, code: MistakeCode, message: impl ToString) {
        // The folder itself has no path within it.
        let file = if file.is_empty() { "." } else { file };
        let (file, message) = (file.to_owned(), message.to_string());
        self.mistakes.push(Mistake { file, line: 1, field: String::new(), code, message });
    }

    fn read(&mut self, folder: &Path, at: &str, depth: usize) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.say(at, MistakeCode::Unreadable, error),
        };
        for entry in entries {
            let Ok(entry) = entry else { continue };
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                self.say(at, MistakeCode::Unreadable, "a file's name is not UTF-8");
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let path = if at.is_empty() { name } else { format!("{at}/{name}") };
            match entry.metadata() {
                Ok(found) if found.is_dir() && depth < DEPTH_MAX => {
                    self.read(&entry.path(), &path, depth + 1)
                }
                Ok(found) if found.is_file() => self.file(&entry.path(), path, found.len()),
                Ok(_) => self.say(&path, MistakeCode::UnknownFile, "does not belong in a catalogue"),
                Err(error) => self.say(&path, MistakeCode::Unreadable, error),
            }
        }
    }

    fn file(&mut self, from: &Path, path: String, bytes: u64) {
        let limit = if path.ends_with(".csv") { CSV_MAX_BYTES } else { TOML_MAX_BYTES };
        if self.files.len() >= FILES_MAX {
            return self.say(
                &path,
                MistakeCode::TooLarge,
                format!("a catalogue has at most {FILES_MAX} files"),
            );
        }
        if bytes > limit {
            return self.say(
                &path,
                MistakeCode::TooLarge,
                format!("has {bytes} bytes; at most {limit} are read"),
            );
        }
        match fs::read_to_string(from) {
            Ok(text) => {
                self.files.insert(path, text);
            }
            Err(error) => self.say(&path, MistakeCode::Unreadable, error),
        }
    }
}
