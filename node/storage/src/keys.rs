//! Keys.
//!
//! A history key is a state key followed by a block number. That finds the right row only if no state key is a prefix of
//! another of its table: accounts and slots have one length each, and a path ends with a byte that no nibble is.

use alloy_primitives::{Address, B256, U256};
use praxis_trie::Nibbles;

/// Length of a block number in a key.
pub(crate) const NUMBER_LEN: usize = 8;

/// Key of a slot.
pub(crate) fn slot(address: Address, slot: U256) -> [u8; 52] {
    let mut key = [0; 52];
    key[..20].copy_from_slice(address.as_slice());
    key[20..].copy_from_slice(&slot.to_be_bytes::<32>());
    key
}

/// Paths up to this length stand together: each block reads them, and there are 16^4 of them at most.
const SHORT_PATH: usize = 4;

/// Key of a path: whether it is long, its nibbles, each plus one in a byte, and a zero. Among long paths a node stands just
/// before everything below it, so the reads of one path's end share a block of the file.
pub(crate) fn path(path: &Nibbles) -> Vec<u8> {
    let mut key = Vec::with_capacity(2 + path.len());
    push_path(&mut key, path);
    key
}

/// Key of a storage trie's node.
pub(crate) fn storage_path(hashed_address: B256, path: &Nibbles) -> Vec<u8> {
    let mut key = Vec::with_capacity(34 + path.len());
    key.extend_from_slice(hashed_address.as_slice());
    push_path(&mut key, path);
    key
}

fn push_path(key: &mut Vec<u8>, path: &Nibbles) {
    key.push(u8::from(path.len() > SHORT_PATH));
    key.extend(path.iter().map(|nibble| nibble + 1));
    key.push(0);
}

/// Key of the row that holds what stood at `key` before block `number`.
pub(crate) fn history(key: &[u8], number: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(key.len() + NUMBER_LEN);
    out.extend_from_slice(key);
    out.extend_from_slice(&number.to_be_bytes());
    out
}

/// Key of a model's chunk.
pub(crate) fn chunk(model: B256, index: u32) -> [u8; 36] {
    let mut key = [0; 36];
    key[..32].copy_from_slice(model.as_slice());
    key[32..].copy_from_slice(&index.to_be_bytes());
    key
}

/// The first key that does not begin with `prefix`; `None` when there is none.
pub(crate) fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut out = prefix[..=last].to_vec();
    out[last] += 1;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_key_is_a_prefix_of_another() {
        let paths: Vec<Nibbles> = [&[][..], &[0], &[0, 0], &[0, 0, 0], &[1], &[1, 0], &[15], &[15, 15]]
            .iter()
            .map(Nibbles::from_nibbles)
            .collect();
        for a in &paths {
            for b in &paths {
                assert_eq!(path(b).starts_with(&path(a)), a == b, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn long_paths_stand_before_what_is_below_them_and_after_short_ones() {
        let long = |last: &[u8]| path(&Nibbles::from_nibbles([&[1, 2, 3, 4, 5][..], last].concat()));
        let order =
            [path(&Nibbles::from_nibbles([15; 4])), long(&[]), long(&[0]), long(&[0, 15]), long(&[1]), long(&[15])];
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn the_key_after_a_prefix_follows_all_that_begin_with_it() {
        assert_eq!(after_prefix(&[1, 2]), Some(vec![1, 3]));
        assert_eq!(after_prefix(&[1, 0xff, 0xff]), Some(vec![2]));
        assert_eq!(after_prefix(&[0xff, 0xff]), None);
    }
}
