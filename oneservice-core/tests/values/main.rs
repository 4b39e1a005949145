//! The lowest floor: ids, money, text and the calendar keep what their docs promise.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calendar;
mod codes;
mod ids;
mod khqr;
mod moment;
mod money;
mod query;
mod search;
mod text;
mod wall;
