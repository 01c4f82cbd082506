//! The sequencer's signature under a block.

use alloy_primitives::{Address, B256, Signature, U256, keccak256};

/// What separates these signatures from all others: the words, filled up with zeros.
const DOMAIN: &[u8; 32] = b"praxis unsafe block 1\0\0\0\0\0\0\0\0\0\0\0";

/// What is signed for a block: keccak256(domain, 32 bytes; L2 chain id, 32 bytes big-endian; block hash). The hash commits to
/// everything in the block.
pub fn signing_hash(chain_id: u64, block_hash: B256) -> B256 {
    keccak256([&DOMAIN[..], &U256::from(chain_id).to_be_bytes::<32>(), block_hash.as_slice()].concat())
}

/// Whose signature this is: 64 bytes of r and s, then 27 or 28. `None` for one that has no signer, or a large s: with those, anyone
/// could make a second signature out of the first.
pub fn signer_of(chain_id: u64, block_hash: B256, signature: &[u8; 65]) -> Option<Address> {
    if !matches!(signature[64], 27 | 28) {
        return None;
    }
    let signature = Signature::from_raw_array(signature).ok()?;
    if signature.normalize_s().is_some() {
        return None;
    }
    signature.recover_address_from_prehash(&signing_hash(chain_id, block_hash)).ok()
}
