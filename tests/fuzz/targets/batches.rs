//! [`praxis_fuzz::batches`] as a target of the fuzzer. Most changes are made to one section, so that the others stay where
//! they are.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|bytes: &[u8]| praxis_fuzz::batches(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if !seed.is_multiple_of(8)
        && let Some(changed) =
            praxis_fuzz::mutate::sections(&data[..size], max_size, u64::from(seed), &mut change_bytes)
    {
        data[..changed.len()].copy_from_slice(&changed);
        return changed.len();
    }
    fuzzer_mutate(data, size, max_size)
});

/// The fuzzer's own changes to a few bytes; they may become longer.
fn change_bytes(bytes: &mut Vec<u8>) {
    let size = bytes.len();
    bytes.resize(size + 16, 0);
    let length = bytes.len();
    let size = fuzzer_mutate(bytes, size, length);
    bytes.truncate(size);
}
