//! Benches beside the raw engine.
