//! Errors and the one place where they become exit codes: 0 ok, 1 unexpected, 2 usage, 3 not found, 4 not permitted,
//! 5 conflict, 6 findings, 7 temporary.

use std::io::Write;
use std::process::ExitCode;

use oneservice_core::catalog::{Catalog, Service};
use oneservice_core::office::{DocumentError, OfficeError};
use oneservice_core::request::Denial;
use oneservice_core::store::{StoreError, TransferError};
use oneservice_core::text::Lang;
use oneservice_pilot::delegation::DelegationError;
use oneservice_pilot::demo::NotHere;
use oneservice_pilot::sample::SampleError;
use oneservice_pilot::staff::StaffError;
use oneservice_pilot::{PilotError, sentence, words};
use oneservice_web::ServeError;
use serde_json::{Map, Value, json};
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
    /// The rules deny it.
    #[error("denied: {}", .0.iter().map(|no| no.code).collect::<Vec<_>>().join(", "))]
    Denied(Vec<No>),
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
    NotHere(#[from] NotHere),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Web(#[from] ServeError),
}

/// One reason of a denial, with its words in the chosen language.
#[derive(Debug)]
pub(crate) struct No {
    code: &'static str,
    words: String,
    params: Vec<(&'static str, String)>,
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::Office(error.into())
    }
}

impl CliError {
    /// What the rules deny, in words.
    pub(crate) fn denied(lang: Lang, catalog: &Catalog, service: &Service, denials: &[Denial]) -> Self {
        Self::told(denials, sentence::denials(lang, catalog, service, denials))
    }

    /// The same for an act that is about no request.
    pub(crate) fn denied_of_office(lang: Lang, catalog: &Catalog, denials: &[Denial]) -> Self {
        Self::told(denials, sentence::office_denials(lang, catalog, denials))
    }

    /// Why a role is not given to another.
    pub(crate) fn not_delegated(lang: Lang, catalog: &Catalog, why: &DelegationError) -> Self {
        let words = sentence::delegation(lang, catalog, why);
        Self::Denied(vec![No { code: why.code(), words, params: why.params() }])
    }

    /// Each denial with its words.
    fn told(denials: &[Denial], words: Vec<String>) -> Self {
        let no =
            |(denial, words): (&Denial, String)| No { code: denial.code(), words, params: denial.params() };
        Self::Denied(denials.iter().zip(words).map(no).collect())
    }

    fn exit(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::NotHere(NotHere::Requests(_) | NotHere::Officer { .. }) => 2,
            Self::Web(ServeError::NotHere(NotHere::Requests(_) | NotHere::Officer { .. })) => 2,
            Self::NotFound(_) => 3,
            Self::Denied(_) => 4,
            Self::Findings => 6,
            Self::Pilot(error)
            | Self::Web(ServeError::Pilot(error))
            | Self::NotHere(NotHere::Pilot(error))
            | Self::Web(ServeError::NotHere(NotHere::Pilot(error))) => pilot(error),
            Self::Office(error) | Self::Web(ServeError::Office(error)) => office(error),
            Self::Transfer(TransferError::Source(error) | TransferError::Target(error)) => store(error),
            Self::Transfer(_) => 6,
            Self::Sample(SampleError::NoService(_)) => 3,
            Self::Sample(_) => 2,
            Self::Staff(StaffError::Taken(_)) => 5,
            Self::Staff(StaffError::Short | StaffError::Appointment(_)) => 2,
            _ => 1,
        }
    }

    /// Stable name of the error, for programs.
    fn code(&self) -> &'static str {
        match self {
            Self::Usage(_) => "usage",
            Self::NotFound(_) => "not-found",
            Self::Denied(_) => "denied",
            Self::Findings => "findings",
            Self::Pilot(error) | Self::Web(ServeError::Pilot(error)) => error.code(),
            Self::Office(error) | Self::Web(ServeError::Office(error)) => error.code(),
            Self::Transfer(TransferError::Source(error) | TransferError::Target(error)) => error.code(),
            Self::Transfer(_) => "transfer",
            Self::Sample(error) => error.code(),
            Self::Staff(error) => error.code(),
            Self::NotHere(error) | Self::Web(ServeError::NotHere(error)) => error.code(),
            Self::Io(_) => "io",
            Self::Web(_) => "serve",
        }
    }

    fn params(&self) -> Value {
        let named = |params: &[(&'static str, String)]| {
            params.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<Map<_, _>>()
        };
        match self {
            Self::Denied(nos) => {
                let no =
                    |no: &No| json!({ "code": no.code, "message": no.words, "params": named(&no.params) });
                json!({ "denials": nos.iter().map(no).collect::<Vec<_>>() })
            }
            Self::Pilot(PilotError::Catalog(mistakes)) => json!({ "mistakes": mistakes.mistakes }),
            Self::Pilot(PilotError::Store(error)) => json!(named(&error.params())),
            Self::Office(error) => json!(named(&error.params())),
            _ => json!({}),
        }
    }

    /// The error in words: the locale's where it has them, else the error's own with its causes.
    fn message(&self, lang: Lang) -> String {
        if let Self::Office(OfficeError::NotOffered { service, why }) = self {
            return format!("{service}: {}", sentence::unoffered(lang, why));
        }
        if let Self::Office(OfficeError::NotFollowable(why)) = self {
            return sentence::unfollowable(lang, why);
        }
        let key = match self {
            Self::Office(OfficeError::NotFound) => Some("not-found-title"),
            other if other.exit() == 7 && !matches!(other, Self::Pilot(_) | Self::Transfer(_)) => {
                Some("unavailable")
            }
            Self::Denied(_) => Some("denied"),
            Self::Office(error) if words::has(error.code()) => Some(error.code()),
            _ => None,
        };
        let english = !matches!(self, Self::Denied(_)) && lang == Lang::En;
        if let Some(key) = key.filter(|_| !english) {
            let params = match self {
                Self::Office(error) => error.params(),
                _ => Vec::new(),
            };
            let params: Vec<_> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
            return words::get(lang, key, &params);
        }
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(inner) = cause {
            let words = inner.to_string();
            if !text.contains(&words) {
                text.push_str(": ");
                text.push_str(&words);
            }
            cause = inner.source();
        }
        text
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

fn pilot(error: &PilotError) -> u8 {
    match error {
        PilotError::Store(error) => store(error),
        PilotError::Office(error) => office(error),
        PilotError::Documents(error) => document(error),
        PilotError::Catalog(_) => 6,
        PilotError::NoCatalog(_) | PilotError::NoOffice(_) | PilotError::KeyMissing(_) => 3,
        _ => 1,
    }
}

fn office(error: &OfficeError) -> u8 {
    match error {
        OfficeError::NotFound | OfficeError::NoService(_) => 3,
        OfficeError::Denied { .. } => 4,
        OfficeError::Stale { .. }
        | OfficeError::KeyReused
        | OfficeError::ServiceChanged(_)
        | OfficeError::NotOffered { .. }
        | OfficeError::NotFollowable(_)
        | OfficeError::NotEnded(_) => 5,
        OfficeError::Contention => 7,
        OfficeError::Document(error) => document(error),
        OfficeError::DraftTooLarge => 2,
        OfficeError::Store(error) => store(error),
        _ => 1,
    }
}

fn document(error: &DocumentError) -> u8 {
    match error {
        DocumentError::Unavailable(_) | DocumentError::Interrupted(_) => 7,
        DocumentError::Missing => 3,
        _ => 2,
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
        StoreError::Newer { .. }
        | StoreError::NotEmpty
        | StoreError::Unfinished
        | StoreError::AlreadyThere { .. } => 5,
        _ => 1,
    }
}

/// Writes the error, for people or as one JSON object, and gives its code. A closed pipe is no error.
pub(crate) fn report(error: &CliError, json: bool, lang: Lang) -> ExitCode {
    if let CliError::Io(io) = error
        && io.kind() == std::io::ErrorKind::BrokenPipe
    {
        return ExitCode::SUCCESS;
    }
    if !matches!(error, CliError::Findings) {
        let text = if json { object(error, lang).to_string() } else { lines(error, lang) };
        let _ = writeln!(std::io::stderr(), "{text}");
    }
    ExitCode::from(error.exit())
}

fn object(error: &CliError, lang: Lang) -> Value {
    let mut object =
        json!({ "code": error.code(), "message": error.message(lang), "params": error.params() });
    if let Some(hint) = error.hint() {
        object["hint"] = json!(hint);
    }
    object
}

fn lines(error: &CliError, lang: Lang) -> String {
    let mut text = format!("error: {}", error.message(lang));
    if let CliError::Denied(nos) = error {
        for no in nos {
            text.push_str(&format!("\n  {}: {}", no.code, no.words));
        }
    }
    if let CliError::Pilot(PilotError::Catalog(mistakes)) = error {
        for mistake in mistakes.mistakes.iter().take(20) {
            text.push_str(&format!("\n  {mistake}"));
        }
    }
    if let Some(hint) = error.hint() {
        text.push_str(&format!("\n  {hint}"));
    }
    text
}
