//! What an office does on any engine: the acceptance scenarios by their numbers, each on a store that is empty.
//!
//! A scenario is a [`Case`](super::Case) over an [`Office`](crate::office::Office) of the sample catalogue, in one of the files here by what it is
//! about. [`main`](super::main) and [`main_durable`](super::main_durable) run all of them on every engine.

mod before;
mod cash;
mod claims;
mod closed;
mod counter;
mod due;
mod editions;
mod hand_over;
mod numbers;
mod papers;
mod proxies;
mod repeats;
mod scene;
mod silence;
mod succession;
mod transfers;
mod trial;
mod verdicts;
mod within;

use super::Case;

/// Every scenario.
pub(super) const FLOORS: &[&[Case]] = &[
    papers::CASES,
    before::CASES,
    repeats::CASES,
    claims::CASES,
    verdicts::CASES,
    due::CASES,
    silence::CASES,
    editions::CASES,
    closed::CASES,
    counter::CASES,
    hand_over::CASES,
    succession::CASES,
    proxies::CASES,
    numbers::CASES,
    transfers::CASES,
    cash::CASES,
    trial::CASES,
    within::CASES,
];
