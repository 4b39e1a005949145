//! What judging an answer gives.

use serde_json::Value as Json;

use super::Problem;
use super::condition::Value;

/// What an answer is worth: its value for conditions, and what is made of it.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) value: Option<Value>,
    pub(super) outcome: Outcome,
}

#[derive(Debug, Default)]
pub(super) enum Outcome {
    /// Nothing was answered.
    #[default]
    Missing,
    /// In order; the normal form is the value, written down only when nobody looks at the value any more.
    Fine,
    /// In order, in a normal form of its own, such as the digits of a decimal number as they were typed.
    FineAs(Json),
    /// What is wrong with it; conditions may still see what was given.
    Wrong(Vec<Problem>),
}

impl Judged {
    pub(super) fn missing() -> Self {
        Self::default()
    }

    pub(super) fn is_missing(&self) -> bool {
        matches!(self.outcome, Outcome::Missing)
    }

    pub(super) fn fine(value: Value) -> Self {
        Self { value: Some(value), outcome: Outcome::Fine }
    }

    pub(super) fn fine_as(normal: Json, value: Value) -> Self {
        Self { value: Some(value), outcome: Outcome::FineAs(normal) }
    }

    pub(super) fn text(normal: impl Into<String>) -> Self {
        Self::fine(Value::Text(normal.into()))
    }

    pub(super) fn wrong(problem: Problem) -> Self {
        Self { value: None, outcome: Outcome::Wrong(vec![problem]) }
    }

    /// Wrong, but conditions may still see what was given.
    pub(super) fn wrong_but(problem: Problem, value: Value) -> Self {
        Self { value: Some(value), outcome: Outcome::Wrong(vec![problem]) }
    }

    /// What is wrong with it.
    pub(super) fn problems(&self) -> &[Problem] {
        match &self.outcome {
            Outcome::Wrong(problems) => problems,
            _ => &[],
        }
    }

    /// The normal form, if the answer is in order.
    pub(super) fn into_normal(self) -> Option<Json> {
        match self.outcome {
            Outcome::Fine => self.value.map(Json::from),
            Outcome::FineAs(json) => Some(json),
            Outcome::Missing | Outcome::Wrong(_) => None,
        }
    }
}
