//! What single pages must say and must not say, without a browser.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod afterwards;
mod away;
mod behalf;
mod cash;
mod citizens;
mod cosigned;
mod counter;
mod files;
mod inspection;
mod officers;
mod register;
mod renewal;
mod scenarios;
#[path = "../support/mod.rs"]
mod support;
mod town;
mod trial;
