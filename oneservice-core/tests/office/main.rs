//! The office at work, on the sample catalogue: time, and what the applicant is owed beside the plan.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod in_time;
mod inspection;
mod oversight;
mod papers;
mod people;
mod renewal;
mod returns;
mod town;
