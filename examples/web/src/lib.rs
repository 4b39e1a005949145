//! The web server of a One-Window Service Office: pages for citizens and staff, made on the server, complete without
//! script. Built on the public API of the library only.

mod app;
mod assets;
mod citizen;
mod desk;
mod fields;
mod files;
mod guard;
mod inspection;
mod page;
mod serve;
mod story;
mod tries;

pub use app::{App, router};
pub use serve::{ServeError, base_url, serve};
