//! A One-Window Service Office as a library.
//!
//! Floors, bottom-up; each uses only the ones before it:
//!
//! * [`ids`], [`money`], [`text`], [`calendar`], [`khqr`]: values;
//! * [`catalog`]: what can be asked for;
//! * [`request`]: the life of a request, as types;
//! * [`store`]: what a storage engine must promise;
//! * [`office`]: the façade that brings them together.

#![deny(missing_docs)]

pub mod calendar;
pub mod catalog;
pub mod ids;
pub mod khqr;
pub mod money;
pub mod office;
pub mod request;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
