//! Arbitrary answers to a form with every type of field: judged, never a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| oneservice_core::testing::fuzz::answers(bytes));
