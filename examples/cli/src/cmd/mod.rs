//! One file for each noun.

mod act;
mod acts;
pub(crate) mod cash;
pub(crate) mod catalog;
pub(crate) mod demo;
pub(crate) mod details;
mod next;
pub(crate) mod queue;
mod renew;
pub(crate) mod request;
pub(crate) mod result;
pub(crate) mod rules;
pub(crate) mod serve;
pub(crate) mod staff;
pub(crate) mod store;
pub(crate) mod tick;
