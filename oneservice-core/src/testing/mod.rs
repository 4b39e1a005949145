//! The conformance suite for storage engines.
