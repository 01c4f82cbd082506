//! [`praxis_fuzz::peers`] as a target of the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| praxis_fuzz::peers(bytes));
