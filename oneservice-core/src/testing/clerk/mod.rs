//! The rules in plain words, written a second time: what a clerk would have on a sheet of paper.
//!
//! The sheet shares no code with the rules but the names of stages and roles, and none with the calendar: it counts days one by one.
//! Random people try random things; the rules must allow what the sheet allows, and lead where it leads. The library's own test asks
//! the rules alone and looks at what must hold of every life; [`lives`] asks a whole office on an engine.

pub mod days;
pub mod lives;
mod money;
pub mod others;
pub mod people;
pub mod sheet;
pub mod tries;
pub mod work;

pub use people::{PEOPLE, Who};
pub use sheet::{Fee, Sheet};
pub use tries::{Part, Proof, Try, What, Why};
