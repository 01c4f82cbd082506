//! Ids and chunk proofs against a naive computation of the whole padded tree.

use alloy_primitives::{B256, keccak256};
use proptest::prelude::*;

use crate::id::{CHUNK_BYTES, chunk, chunk_count, chunk_proof, leaf_count, model_id, verify_chunk};

/// The definition, one level at a time over plain byte vectors.
fn naive_id(bytes: &[u8]) -> B256 {
    let mut level: Vec<Vec<u8>> = Vec::new();
    for start in (0..bytes.len()).step_by(512) {
        let mut preimage = vec![0u8];
        preimage.extend_from_slice(&bytes[start..bytes.len().min(start + 512)]);
        preimage.resize(513, 0);
        level.push(keccak256(preimage).to_vec());
    }
    while !level.len().is_power_of_two() {
        level.push(vec![0; 32]);
    }
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| keccak256([&[1], &pair[0][..], &pair[1][..]].concat()).to_vec()).collect();
    }
    let length = (bytes.len() as u64).to_be_bytes();
    keccak256([&b"praxis model v1"[..], &length, &level[0]].concat())
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 7 + i / 512) as u8).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn ids_follow_the_definition(length in 1usize..300_000) {
        let bytes = bytes(length);
        prop_assert_eq!(model_id(&bytes), naive_id(&bytes));
    }

    #[test]
    fn chunks_prove_themselves_and_nothing_else(length in 1usize..300_000, place in any::<proptest::sample::Index>()) {
        let bytes = bytes(length);
        let id = model_id(&bytes);
        let count = chunk_count(length as u64) as u32;
        for index in 0..count {
            let data = chunk(&bytes, index).unwrap();
            let proof = chunk_proof(&bytes, index).unwrap();
            prop_assert!(verify_chunk(id, length as u64, index, data, &proof));
            prop_assert!(!verify_chunk(id, length as u64 + 1, index, data, &proof));
            prop_assert!(!verify_chunk(id, length as u64, index + 1, data, &proof));
            let mut changed = data.to_vec();
            changed[place.index(data.len())] ^= 1;
            prop_assert!(!verify_chunk(id, length as u64, index, &changed, &proof));
            prop_assert!(!verify_chunk(id, length as u64, index, data, &[&proof[..], &[B256::ZERO]].concat()));
        }
        prop_assert!(chunk(&bytes, count).is_none());
        prop_assert!(chunk_proof(&bytes, count).is_none());
    }
}

/// Vectors for other implementations of the tree; byte i of the model is (7 i + floor(i / 512)) mod 256.
#[test]
fn fixed_vectors() {
    let cases = [
        (1, "0x7e0a54e1fd2c741bce91836b9c77dba375be18270e91f1a67cd946c88e4eba27"),
        (512, "0x633b26e57f729a07ea9bb3481205b4dec171e4c73bc17c103328b69667c562c1"),
        (513, "0x7b49fc0bb4819c3b97f40de7395e75e80856d6569a54ddaa606cb85c5adede51"),
        (1536, "0x6247b2212fe58f9fb940340f56b68ceb946928f7ae74c630e2cf72072e736ce8"),
        (CHUNK_BYTES, "0x2c9eca3c45e09e4ca52e841de72aef5eeb176963e2715635f72263e0ef1ea016"),
        (CHUNK_BYTES + 1, "0x1e747bdb98e358dbfee0aec09c9b91df5e9c4c8b6a5d30caadb8cc696e698b42"),
        (3 * CHUNK_BYTES + 700, "0xcaa29aa405e18b2ff289a869defa78a19d1c6d07c052daea616986bb29f7dd56"),
    ];
    let found: Vec<String> = cases
        .iter()
        .map(|&(length, _)| {
            let bytes = bytes(length);
            assert_eq!(model_id(&bytes), naive_id(&bytes));
            format!("({length}, \"{}\")", model_id(&bytes))
        })
        .collect();
    let expected: Vec<String> = cases.iter().map(|(length, id)| format!("({length}, \"{id}\")")).collect();
    assert_eq!(found, expected);
}

#[test]
fn counts_round_up() {
    assert_eq!([0, 1, 512, 513].map(leaf_count), [0, 1, 1, 2]);
    assert_eq!([0, 1, 32_768, 32_769].map(chunk_count), [0, 1, 1, 2]);
}
