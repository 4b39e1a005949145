//! The life of a request as types.

mod stage_name;

pub use stage_name::StageName;
