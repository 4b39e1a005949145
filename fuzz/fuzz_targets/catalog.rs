//! Arbitrary files of a catalogue: read whole or refused with every mistake, never a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| oneservice_core::testing::fuzz::catalog(bytes));
