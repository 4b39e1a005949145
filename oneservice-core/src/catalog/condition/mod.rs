//! Conditions: the subset of CEL in which a catalogue says when something applies and what it costs.
//!
//! Literals, lists, `! - * / % + < <= > >= == != in && || ?:`, `has()`, `size()`, `age()`, and names. No macro, no function of
//! the host but `age()`: the whole years from a date to the day of submission; no loop: evaluation takes at most one visit of each node. Source, nodes and depth are bounded, and types
//! are checked against the form when a catalogue is loaded, so that a request never meets a condition that cannot be
//! answered. (The `cel` crate is the oracle in a test; it overflows the stack on long chains, so it is not used here.)
//!
//! ```
//! use oneservice_core::catalog::{Condition, Environment, Value};
//!
//! let condition = Condition::compile("form.rooms > 50 && form.serves_food")?;
//! let mut environment = Environment::default();
//! environment.form.insert("rooms".into(), Value::Int(60));
//! assert!(!condition.holds(&environment), "a condition over a missing answer is false");
//! environment.form.insert("serves_food".into(), Value::Bool(true));
//! assert!(condition.holds(&environment));
//! # Ok::<(), oneservice_core::catalog::ConditionError>(())
//! ```

mod evaluate;
mod parse;
mod types;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use thiserror::Error;

use evaluate::Seen;
pub use evaluate::{Environment, Names, Unanswered, Value};
use parse::Node;
pub use types::{Scope, Type};

/// The longest condition, in bytes.
pub(crate) const SOURCE_MAX_BYTES: usize = 1024;
/// The most nodes of a condition.
pub(crate) const NODES_MAX: usize = 256;
/// The deepest nesting of brackets and operators.
pub(crate) const DEPTH_MAX: usize = 24;

/// A compiled condition or amount. Written and read as its source text.
#[derive(Clone)]
pub struct Condition {
    source: String,
    root: Node,
}

impl Condition {
    /// Compiles `source`.
    ///
    /// # Errors
    /// What is wrong, and where in the text.
    pub fn compile(source: &str) -> Result<Self, ConditionError> {
        Ok(Self { source: source.to_owned(), root: parse::parse(source)? })
    }

    /// As it is written in the catalogue.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The type of its value, with every name looked up in `scope`.
    ///
    /// # Errors
    /// [`ConditionError`] for names that are not there and values that do not fit together.
    pub fn check(&self, scope: &Scope) -> Result<Type, ConditionError> {
        types::check(&self.root, scope)
    }

    /// Its value, if no name stands in it: then it is the same for everybody.
    pub(super) fn constant(&self) -> Option<Value> {
        types::constant(&self.root)
    }

    /// Its value.
    ///
    /// # Errors
    /// [`Unanswered`] when an answer is missing, or a calculation has no result.
    pub fn evaluate(&self, names: &impl Names) -> Result<Value, Unanswered> {
        evaluate::evaluate(&self.root, names).map(Value::from)
    }

    /// Whether it is true; over a missing answer it is not.
    pub fn holds(&self, names: &impl Names) -> bool {
        evaluate::evaluate(&self.root, names).is_ok_and(|value| value == Seen::Bool(true))
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({:?})", self.source)
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::compile(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for Condition {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Condition".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "A condition in the CEL subset of the format." })
    }
}

/// Why a text is not a condition for this form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// Longer than a condition may be.
    #[error("a condition has at most {SOURCE_MAX_BYTES} bytes")]
    TooLong,
    /// More parts than a condition may have.
    #[error("a condition has at most {NODES_MAX} parts")]
    TooManyParts,
    /// Nested deeper than a condition may be.
    #[error("a condition is nested at most {DEPTH_MAX} deep")]
    TooDeep,
    /// Not of the language.
    #[error("at {at}: expected {expected}")]
    Syntax {
        /// Byte of the text.
        at: usize,
        /// What could stand there.
        expected: &'static str,
    },
    /// A function that is none of those.
    #[error("at {at}: only has(), size() and age() may be called")]
    Function {
        /// Byte of the text.
        at: usize,
    },
    /// A name that neither form nor request has.
    #[error("at {at}: there is no {name}")]
    UnknownName {
        /// Byte of the text.
        at: usize,
        /// The name.
        name: String,
    },
    /// Values that do not fit together.
    #[error("at {at}: {found} where {expected} is needed")]
    Type {
        /// Byte of the text.
        at: usize,
        /// What is needed.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// A division by a number that is always zero.
    #[error("at {at}: divides by zero")]
    DivisionByZero {
        /// Byte of the text.
        at: usize,
    },
    /// A calculation over written numbers that has no result, whatever the answers are.
    #[error("at {at}: this calculation has no result")]
    NoResult {
        /// Byte of the text.
        at: usize,
    },
    /// A text that is none of the field's options.
    #[error("at {at}: '{value}' is no option of {name}")]
    NoOption {
        /// Byte of the text.
        at: usize,
        /// The text.
        value: String,
        /// The field.
        name: String,
    },
}
