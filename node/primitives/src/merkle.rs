//! The binary Merkle tree that commits to inference records.
//!
//! A leaf is keccak256(0x00 ‖ data), a node keccak256(0x01 ‖ left ‖ right); leaves are padded with zero words to a
//! power of two. The prefixes keep a node from being read as a leaf.

use alloy_primitives::{B256, keccak256};

fn leaf(data: &[u8]) -> B256 {
    let mut bytes = Vec::with_capacity(1 + data.len());
    bytes.push(0x00);
    bytes.extend_from_slice(data);
    keccak256(bytes)
}

fn node(left: B256, right: B256) -> B256 {
    let mut bytes = [0u8; 65];
    bytes[0] = 0x01;
    bytes[1..33].copy_from_slice(left.as_slice());
    bytes[33..].copy_from_slice(right.as_slice());
    keccak256(bytes)
}

fn leaves(data: &[impl AsRef<[u8]>]) -> Vec<B256> {
    let mut level: Vec<B256> = data.iter().map(|d| leaf(d.as_ref())).collect();
    level.resize(data.len().next_power_of_two(), B256::ZERO);
    level
}

fn parents(level: &[B256]) -> Vec<B256> {
    level.chunks(2).map(|pair| node(pair[0], pair[1])).collect()
}

/// The root over `data` in order; zero for an empty list.
pub fn merkle_root(data: &[impl AsRef<[u8]>]) -> B256 {
    if data.is_empty() {
        return B256::ZERO;
    }
    let mut level = leaves(data);
    while level.len() > 1 {
        level = parents(&level);
    }
    level[0]
}

/// The siblings from leaf `index` up to the root; `None` when there is no such leaf.
pub fn merkle_branch(data: &[impl AsRef<[u8]>], index: usize) -> Option<Vec<B256>> {
    if index >= data.len() {
        return None;
    }
    let (mut level, mut position, mut branch) = (leaves(data), index, Vec::new());
    while level.len() > 1 {
        branch.push(level[position ^ 1]);
        level = parents(&level);
        position /= 2;
    }
    Some(branch)
}

/// Whether `data` stands at `index` under `root`.
pub fn verify_merkle_branch(root: B256, data: &[u8], index: usize, branch: &[B256]) -> bool {
    if branch.len() < usize::BITS as usize && index >> branch.len() != 0 {
        return false;
    }
    let mut hash = leaf(data);
    for (depth, sibling) in branch.iter().enumerate() {
        let right = index.checked_shr(depth as u32).unwrap_or(0) & 1 == 1;
        hash = if right { node(*sibling, hash) } else { node(hash, *sibling) };
    }
    hash == root
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_leaf_has_a_branch_and_no_other_data_fits_it(items in prop::collection::vec(any::<[u8; 5]>(), 1..20), pick: prop::sample::Index) {
            let root = merkle_root(&items);
            let index = pick.index(items.len());
            let branch = merkle_branch(&items, index).unwrap();
            prop_assert!(verify_merkle_branch(root, &items[index], index, &branch));
            let mut wrong = items[index];
            wrong[0] ^= 1;
            prop_assert!(!verify_merkle_branch(root, &wrong, index, &branch));
            prop_assert!(!verify_merkle_branch(root, &items[index], index + (1 << branch.len()), &branch));
        }
    }

    #[test]
    fn one_leaf_is_its_own_root_and_none_is_zero() {
        assert_eq!(merkle_root(&[[7u8; 3]]), leaf(&[7; 3]));
        assert_eq!(merkle_root(&[] as &[[u8; 1]]), B256::ZERO);
    }
}
