//! The conformance suite for storage engines.

pub mod fuzz;
pub mod sample;
