//! To be written on this floor.
