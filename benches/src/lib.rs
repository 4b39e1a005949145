//! What the benches share.
//!
//! A figure is worth something only beside another of the same run, so every bench measures the raw thing too and prints the ratio;
//! what can be counted (syncs) is counted. Run them with `cargo bench -p oneservice-benches`.

pub mod disk;
pub mod load;
pub mod raw;
pub mod raw_sql;
