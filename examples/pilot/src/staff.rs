//! Staff: who works in the office, as what, and how they sign in. The library knows officers and roles; passwords
//! live here, in `staff.toml` of the data folder, hashed with Argon2id.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use oneservice_core::calendar::Date;
use oneservice_core::catalog::OfficeProfile;
use oneservice_core::ids::OfficerId;
use oneservice_core::office::StaffDirectory;
use oneservice_core::request::{Appointment, Officer};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::delegation::Delegation;
use crate::open::private_folder;

/// The shortest password.
pub const PASSWORD_MIN_CHARS: usize = 10;

/// Everybody who may sign in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// The people.
    #[serde(default)]
    pub officers: Vec<Member>,
    /// What was delegated, for how long.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delegations: Vec<Delegation>,
}

/// The staff file of an office that runs, read again when it was changed: who is taken out of it is out at once.
#[derive(Debug)]
pub struct StaffFile {
    path: PathBuf,
    read: Mutex<(Option<Stamp>, Arc<Staff>)>,
}

/// What shows that a file was changed.
type Stamp = (SystemTime, u64);

impl StaffFile {
    /// Reads the file; one that is not there holds nobody.
    ///
    /// # Errors
    /// As [`Staff::read`].
    pub fn open(path: &Path) -> Result<Self, StaffError> {
        let stamp = stamp(path);
        Ok(Self { path: path.to_owned(), read: Mutex::new((stamp, Arc::new(Staff::read(path)?))) })
    }

    /// Who is staff now. While the file cannot be read, those who were there last.
    pub fn now(&self) -> Arc<Staff> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = stamp(&self.path);
        if stamp != read.0 {
            match Staff::read(&self.path) {
                Ok(staff) => *read = (stamp, Arc::new(staff)),
                Err(error) => tracing::error!(%error, "the staff file was changed and cannot be read"),
            }
        }
        Arc::clone(&read.1)
    }

    /// Changes the file, as [`Staff::change`]; the change holds at once. May wait for another program: call it where blocking is allowed.
    ///
    /// # Errors
    /// As [`Staff::change`].
    pub fn change<T, E: From<StaffError>>(
        &self,
        change: impl FnOnce(&mut Staff) -> Result<T, E>,
    ) -> Result<T, E> {
        let done = Staff::change(&self.path, change)?;
        // Read again by whoever asks next.
        self.read.lock().unwrap_or_else(PoisonError::into_inner).0 = None;
        Ok(done)
    }
}

impl StaffDirectory for StaffFile {
    fn officers(&self, today: Date) -> Vec<Officer> {
        let staff = self.now();
        staff.officers.iter().filter_map(|member| staff.officer(member.id.as_str(), today)).collect()
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let data = fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}

/// One officer with their password's hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Sign-in name.
    pub id: OfficerId,
    /// Name for colleagues.
    pub name: String,
    /// Argon2id, in PHC form.
    pub password: String,
    /// What the officer may act as.
    pub appointments: Vec<Appointment>,
    /// The officer's national ID and telephone numbers: nobody works on a request of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_by: Vec<String>,
}

/// Why staff could not be read or changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StaffError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a staff file.
    #[error("{}: {source}", path.display())]
    Format {
        /// Which.
        path: PathBuf,
        /// Why.
        source: Box<toml::de::Error>,
    },
    /// The name is taken.
    #[error("there is an officer {0} already")]
    Taken(OfficerId),
    /// The password is too easy to guess.
    #[error("a password has at least {PASSWORD_MIN_CHARS} characters")]
    Short,
    /// An officer must be appointed to something, and nothing the office does not have.
    #[error("{0}")]
    Appointment(String),
    /// The password could not be hashed.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
}

impl StaffError {
    /// Stable name, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::Format { .. } => "staff-format",
            Self::Taken(_) => "staff-taken",
            Self::Short => "password-short",
            Self::Appointment(_) => "appointment",
            Self::Hash(_) => "hash",
        }
    }
}

impl Staff {
    /// Reads the staff file; one that is not there holds nobody.
    ///
    /// # Errors
    /// [`StaffError::File`], [`StaffError::Format`].
    pub fn read(path: &Path) -> Result<Self, StaffError> {
        match fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text)
                .map_err(|source| StaffError::Format { path: path.to_owned(), source: source.into() }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(StaffError::File { path: path.to_owned(), source }),
        }
    }

    /// Writes the staff file, whole or not at all.
    ///
    /// # Errors
    /// [`StaffError::File`].
    fn write(&self, path: &Path) -> Result<(), StaffError> {
        let file = |source| StaffError::File { path: path.to_owned(), source };
        let text = toml::to_string_pretty(self).map_err(|e| file(std::io::Error::other(e.to_string())))?;
        let draft = path.with_extension("new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut out = options.open(&draft).map_err(file)?;
        out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(file)?;
        fs::rename(&draft, path).map_err(file)
    }

    /// Reads the staff file, changes it and writes it, while no other program or page does; if `change` fails, it stays as it was.
    ///
    /// # Errors
    /// [`StaffError::File`], [`StaffError::Format`], and those of `change`.
    pub fn change<T, E: From<StaffError>>(
        path: &Path,
        change: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let lock = path.with_extension("lock");
        let file = |source| StaffError::File { path: lock.clone(), source };
        if let Some(folder) = path.parent() {
            private_folder(folder).map_err(file)?;
        }
        // Held until the end of the function.
        let held = fs::File::create(&lock).map_err(file)?;
        held.lock().map_err(file)?;
        let mut staff = Self::read(path)?;
        let done = change(&mut staff)?;
        staff.write(path)?;
        Ok(done)
    }

    /// Adds an officer.
    ///
    /// # Errors
    /// [`StaffError::Taken`], [`StaffError::Short`], [`StaffError::Appointment`] for roles the office does not have
    /// or that one person cannot hold together.
    pub fn add(
        &mut self,
        office: &OfficeProfile,
        id: OfficerId,
        name: &str,
        appointments: Vec<Appointment>,
        known_by: Vec<String>,
        password: &str,
    ) -> Result<(), StaffError> {
        if self.member(id.as_str()).is_some() {
            return Err(StaffError::Taken(id));
        }
        if password.chars().count() < PASSWORD_MIN_CHARS {
            return Err(StaffError::Short);
        }
        if appointments.is_empty() {
            return Err(StaffError::Appointment(
                "an officer needs at least one role: ROLE@DEPARTMENT".into(),
            ));
        }
        for Appointment { role, department, .. } in &appointments {
            if !role.is_officer() || office.role(*role).is_none() {
                return Err(StaffError::Appointment(format!("the office has no officers of role {role}")));
            }
            if office.department(department.as_str()).is_none() {
                return Err(StaffError::Appointment(format!("the office has no department {department}")));
            }
            let clash = appointments.iter().find(|other| !office.may_hold_both(*role, other.role));
            if let Some(other) = clash {
                let message = format!("one person cannot be {role} and {}", other.role);
                return Err(StaffError::Appointment(message));
            }
        }
        let password = hash(password)?;
        self.officers.push(Member { id, name: name.to_owned(), password, appointments, known_by });
        Ok(())
    }

    /// An officer by sign-in name.
    pub fn member(&self, id: &str) -> Option<&Member> {
        self.officers.iter().find(|member| member.id.as_str() == id)
    }

    /// The officer, if the password is right. Takes about as long for a name that is not there. Slow on purpose: call
    /// it where blocking is allowed.
    pub fn sign_in(&self, id: &str, password: &str) -> Option<Officer> {
        let member = self.member(id);
        // A hash of nothing anybody knows, so that unknown names cost the same.
        const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$b25lc2VydmljZW5vYm9keQ$\
                              Zm9yIG5vYm9keSwgdGhhdCBub2JvZHkgd2lsbCBmaW5kLiE";
        let stored = member.map_or(NOBODY, |member| member.password.as_str());
        let right = PasswordHash::new(stored)
            .is_ok_and(|stored| Argon2::default().verify_password(password.as_bytes(), &stored).is_ok());
        member.filter(|_| right).map(Member::officer)
    }
}

impl Member {
    /// The officer, without the password.
    pub fn officer(&self) -> Officer {
        Officer {
            id: self.id.clone(),
            name: self.name.clone(),
            appointments: self.appointments.clone(),
            known_by: self.known_by.clone(),
        }
    }
}

fn hash(password: &str) -> Result<String, StaffError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|e| StaffError::Hash(e.to_string()))?;
    let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    Ok(hashed.map_err(|e| StaffError::Hash(e.to_string()))?.to_string())
}
