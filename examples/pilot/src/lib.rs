//! What both pilot programs share: the data folder, staff and their passwords, words, codes to scan, samples, demonstration data.
//!
//! Everything here uses the public API of the library only; a province may replace any part of it.

pub mod changes;
pub mod collector;
pub mod delegation;
pub mod demo;
pub mod fake;
pub mod open;
pub mod qr;
pub mod rules;
pub mod sample;
pub mod sentence;
pub mod staff;
pub mod words;

pub use open::{Engine, Opened, PilotError, Place, StoreUrl};
