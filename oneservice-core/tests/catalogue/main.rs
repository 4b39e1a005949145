//! The catalogue: every mistake is named where it stands, conditions mean what CEL says, forms mean what JSON Schema says.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod answers;
mod asked;
mod broken;
mod conditions;
mod diff;
mod fees;
mod files;
mod folder;
mod named;
mod plan;
mod questions;
mod readings;
mod schema;
mod typed;
mod versions;
