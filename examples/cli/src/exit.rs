//! Errors and the one place where they become exit codes: 0 ok, 1 unexpected, 2 usage, 3 not found, 4 not permitted,
//! 5 conflict, 6 findings, 7 temporary.

use std::io::Write;
use std::process::ExitCode;

use oneservice_core::office::OfficeError;
use oneservice_core::store::{StoreError, TransferError};
use oneservice_pilot::PilotError;
use oneservice_pilot::sample::SampleError;
use oneservice_pilot::staff::StaffError;
use thiserror::Error;

/// Why a command ended without doing what it was asked for.
#[derive(Debug, Error)]
pub(crate) enum CliError {
    /// What was typed cannot be meant.
    #[error("{0}")]
    Usage(String),
    /// What was asked for is not there.
    #[error("{0}")]
    NotFound(String),
    /// A check found something; it was written already.
    #[error("")]
    Findings,
    #[error(transparent)]
    Pilot(#[from] PilotError),
    #[error(transparent)]
    Office(#[from] OfficeError),
    #[error(transparent)]
    Transfer(#[from] TransferError),
    #[error(transparent)]
    Sample(#[from] SampleError),
    #[error(transparent)]
    Staff(#[from] StaffError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Web(#[from] oneservice_web::ServeError),
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::Office(error.into())
    }
}

impl CliError {
    fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::NotFound(_) => 3,
            Self::Findings => 6,
            Self::Pilot(PilotError::Store(error)) => store(error),
            Self::Pilot(PilotError::Catalog(_)) => 6,
            Self::Pilot(PilotError::NoCatalog(_)) => 3,
            Self::Office(error) => office(error),
            Self::Transfer(TransferError::Source(error) | TransferError::Target(error)) => store(error),
            Self::Transfer(_) => 6,
            Self::Sample(SampleError::NoService(_)) => 3,
            Self::Sample(_) => 2,
            Self::Staff(StaffError::Taken(_)) => 5,
            Self::Staff(StaffError::Short | StaffError::Appointment(_)) => 2,
            _ => 1,
        }
    }

    /// What to do next, where it can be said.
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Pilot(PilotError::Store(StoreError::Locked { .. })) => Some(
                "a server or another command holds this store: stop it, or use the pages that it serves meanwhile",
            ),
            Self::Pilot(PilotError::Store(StoreError::Newer { .. })) => {
                Some("use the program that wrote it, or a newer one")
            }
            Self::Pilot(PilotError::Store(StoreError::Unfinished)) => {
                Some("`oneservice store transfer FROM TO` with the same FROM takes it up")
            }
            Self::Transfer(TransferError::Target(StoreError::NotEmpty)) => {
                Some("it was not touched; name a store that is not there yet")
            }
            Self::Transfer(TransferError::Source(StoreError::Corrupt { .. })) => {
                Some("`oneservice --store FROM store check` names everything that is damaged")
            }
            Self::Transfer(_) => Some("the source is as it was; the same command takes the transfer up"),
            Self::Pilot(PilotError::Catalog(_)) => Some("`oneservice catalog check DIR` lists every mistake"),
            Self::Office(OfficeError::NotFound) => {
                Some("`oneservice request list` shows the requests there are")
            }
            Self::Office(OfficeError::Stale { .. }) => {
                Some("`oneservice request show CODE` shows what happened; then decide again")
            }
            _ => None,
        }
    }
}

fn office(error: &OfficeError) -> u8 {
    match error {
        OfficeError::NotFound | OfficeError::NoService(_) => 3,
        OfficeError::Denied { .. } => 4,
        OfficeError::Stale { .. } | OfficeError::KeyReused | OfficeError::ServiceChanged(_) => 5,
        OfficeError::Contention => 7,
        OfficeError::Document(_) | OfficeError::DraftTooLarge => 2,
        OfficeError::Store(error) => store(error),
        _ => 1,
    }
}

fn store(error: &StoreError) -> u8 {
    match error {
        StoreError::Locked { .. }
        | StoreError::Busy { .. }
        | StoreError::Unavailable { .. }
        | StoreError::Full { .. } => 7,
        StoreError::Corrupt { .. } => 6,
        StoreError::Missing { .. } => 3,
        StoreError::NotEmpty | StoreError::Unfinished | StoreError::AlreadyThere { .. } => 5,
        _ => 1,
    }
}

/// Writes the error for people and gives its code. A closed pipe is no error.
pub(crate) fn report(error: &CliError) -> ExitCode {
    if let CliError::Io(io) = error
        && io.kind() == std::io::ErrorKind::BrokenPipe
    {
        return ExitCode::SUCCESS;
    }
    if !matches!(error, CliError::Findings) {
        let mut text = format!("error: {error}");
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            let words = inner.to_string();
            if !text.contains(&words) {
                text.push_str(": ");
                text.push_str(&words);
            }
            cause = inner.source();
        }
        if let CliError::Pilot(PilotError::Catalog(mistakes)) = error {
            for mistake in mistakes.mistakes.iter().take(20) {
                text.push_str(&format!("\n  {mistake}"));
            }
        }
        if let Some(hint) = error.hint() {
            text.push_str(&format!("\n  {hint}"));
        }
        let _ = writeln!(std::io::stderr(), "{text}");
    }
    ExitCode::from(error.code())
}
