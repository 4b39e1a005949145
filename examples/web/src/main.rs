//! The web server of a One-Window Service Office.

fn main() {}
