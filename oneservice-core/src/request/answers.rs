//! A request's answers as the struct that stands for its form.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::AnyRequest;
use crate::catalog::typed::{Misfits, verify};

/// Why answers do not read into a struct.
#[derive(Debug, Error)]
pub enum AnswersError {
    /// The struct does not stand for the form of the version that the request stands under.
    #[error(transparent)]
    Misfits(#[from] Misfits),
    /// The struct refuses a value of its own accord.
    #[error("the answers do not read into the struct")]
    Unreadable(#[from] serde_json::Error),
}

impl AnyRequest {
    /// The answers, read into `T`, which is [proven](verify) to fit the version that the request stands under: another request may stand
    /// under another version, for life.
    ///
    /// # Errors
    /// [`AnswersError`].
    pub fn answers_as<T: JsonSchema + DeserializeOwned>(&self) -> Result<T, AnswersError> {
        Ok(verify::<T>(self.service())?.read(&self.record().answers)?)
    }
}
