//! The life of a request: what its table says of every cell, what the documents say of the table, and the rules against a plain model.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and says how much it tried")]

mod asked;
mod cells;
mod corners;
mod corrections;
mod denials;
mod document;
mod drawer;
mod facts;
mod forged;
mod life;
mod model;
mod on_memory;
mod time;
mod words;
