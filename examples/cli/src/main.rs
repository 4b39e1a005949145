//! The command line of a One-Window Service Office.

fn main() {}
