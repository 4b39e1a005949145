//! The life of a request: what its table says of every cell, what the documents say of the table, and the rules against a plain model.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod cells;
mod document;
mod life;
mod model;
mod time;
