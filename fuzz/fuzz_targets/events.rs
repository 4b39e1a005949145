//! Arbitrary bytes as the stored facts of a request: read or refused, lawful or refused, never a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| oneservice_core::testing::fuzz::events(bytes));
