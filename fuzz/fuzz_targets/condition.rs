//! Arbitrary text as a condition, over arbitrary answers: compiled or refused, bounded, never a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| oneservice_core::testing::fuzz::condition(bytes));
