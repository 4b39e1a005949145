//! One file for each noun.

mod act;
mod acts;
pub(crate) mod cash;
pub(crate) mod catalog;
mod correct;
pub(crate) mod demo;
pub(crate) mod details;
mod follow;
mod next;
pub(crate) mod queue;
pub(crate) mod request;
pub(crate) mod result;
pub(crate) mod rules;
pub(crate) mod serve;
pub(crate) mod staff;
pub(crate) mod store;
pub(crate) mod tick;
