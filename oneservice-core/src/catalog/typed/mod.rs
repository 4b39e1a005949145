//! A Rust struct for a form: the compiler knows the answers, and a proof says that the struct fits the form.
//!
//! [`verify`] holds the struct's JSON Schema, as `schemars` derives it beside `serde`, against the fields of a service. If it fits, any
//! answers that the form accepts can be read into the struct; what cannot be proven counts as not fitting.
//!
//! ```
//! use oneservice_core::catalog::{Service, typed};
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//!
//! #[derive(Deserialize, JsonSchema)]
//! struct Stall {
//!     name_km: String,
//!     stalls: u8,
//!     goods: Goods,
//!     remarks: Option<String>,
//!     place: typed::Address,
//!     // … and a place for every other answer that must be given.
//! }
//!
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(rename_all = "kebab-case")]
//! enum Goods {
//!     Food,
//!     Cloth,
//!     Other,
//! }
//!
//! fn stalls(service: &Service, answers: &serde_json::Map<String, serde_json::Value>) -> Option<u8> {
//!     match typed::verify::<Stall>(service) {
//!         Ok(form) => form.read(answers).ok().map(|stall| stall.stalls),
//!         Err(misfits) => {
//!             eprintln!("{misfits}"); // every reason, with the path of the answer
//!             None
//!         }
//!     }
//! }
//! ```

mod proof;

use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use proof::{Asked, Proof};

use super::Service;
use crate::ids::{ServiceId, VersionHash};

/// An answer to a question for an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Address {
    /// The place, by the geography's code.
    pub code: String,
    /// House and street.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
}

/// An answer to a question for a point on the map, in degrees of WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    /// North of the equator.
    pub lat: f64,
    /// East of Greenwich.
    pub lon: f64,
}

/// The proof that `T` fits the form of a service version.
#[derive(Debug, Clone, Copy)]
pub struct TypedForm<T> {
    version: VersionHash,
    form: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> TypedForm<T> {
    /// The version that it was proven for.
    pub fn version(&self) -> VersionHash {
        self.version
    }

    /// Reads normalised answers that this version's form has accepted.
    ///
    /// # Errors
    /// When they are of another form, or were not accepted, or `T` refuses values of its own accord.
    pub fn read(&self, answers: &Map<String, Value>) -> Result<T, serde_json::Error> {
        serde_json::from_value(Value::Object(answers.clone()))
    }
}

/// Why a struct does not stand for a form: every reason.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the struct does not fit the form of {service} version {version}: {}", list(.misfits))]
pub struct Misfits {
    /// The service.
    pub service: ServiceId,
    /// The version of it.
    pub version: u32,
    /// In the form's order; never empty.
    pub misfits: Vec<Misfit>,
}

fn list(misfits: &[Misfit]) -> String {
    misfits.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// One reason why a struct does not stand for a form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{path}: {why}")]
pub struct Misfit {
    /// Where: a field, `table.column`, or a part of an answer such as `address.code`.
    pub path: String,
    /// What does not fit.
    pub why: Why,
}

/// What does not fit between a struct and a form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Why {
    /// The form has the answer, and the struct would lose or refuse it.
    #[error("the struct has no place for this answer")]
    NoPlace,
    /// The struct has a place, and the form has no such question.
    #[error("the form does not ask this")]
    NotAsked,
    /// The struct insists on an answer that the form can do without: make it an `Option`.
    #[error("the form can do without this answer, the struct cannot")]
    MayBeMissing,
    /// The struct wants another type.
    #[error("answers are {wanted}, the struct takes {found}")]
    Type {
        /// What answers are.
        wanted: &'static str,
        /// What the struct takes.
        found: String,
    },
    /// The number type of the struct is too small for the field's bounds.
    #[error("answers lie between {min} and {max}, beyond what the struct's number takes")]
    Range {
        /// The field's least value.
        min: i64,
        /// The field's greatest value.
        max: i64,
    },
    /// The form offers an option that the struct does not know.
    #[error("the struct has no variant for the option '{option}'")]
    OptionWithoutPlace {
        /// The option's value.
        option: String,
    },
    /// The struct has a variant that the form does not offer.
    #[error("the form has no option '{option}'")]
    NoSuchOption {
        /// The variant's name.
        option: String,
    },
    /// The struct's schema says something from which it does not follow that every answer can be read.
    #[error("'{keyword}' in the struct's schema leaves open whether every answer can be read")]
    Unproven {
        /// The keyword of JSON Schema.
        keyword: String,
    },
}

/// Proves that `T` fits the form of `service`: every answer that must be given has a place, what may be missing may be missing, types,
/// bounds and options agree.
///
/// # Errors
/// [`Misfits`] with every reason why not.
pub fn verify<T: JsonSchema + DeserializeOwned>(service: &Service) -> Result<TypedForm<T>, Misfits> {
    let schema = schemars::schema_for!(T).to_value();
    let mut proof = Proof::over(&schema);
    let asked: Vec<Asked<'_>> = service
        .sections
        .iter()
        .flat_map(|section| {
            let always = section.visible_when.is_none();
            section.fields.iter().map(move |field| Asked::in_section(field, always))
        })
        .collect();
    proof.object("", &asked, &schema);
    if proof.misfits.is_empty() {
        return Ok(TypedForm { version: service.hash, form: PhantomData });
    }
    Err(Misfits { service: service.id.clone(), version: service.version, misfits: proof.misfits })
}
