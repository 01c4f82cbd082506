//! Signatures of the newest blocks, to answer peers with.

use crate::limits::MAX_SIGNATURES;
use alloy_primitives::B256;
use std::collections::BTreeMap;

/// One signature per number: of the block that is in the chain, or was last.
#[derive(Debug, Default)]
pub(crate) struct SignatureBook(BTreeMap<u64, (B256, [u8; 65])>);

impl SignatureBook {
    pub(crate) fn add(&mut self, number: u64, hash: B256, signature: [u8; 65]) {
        self.0.insert(number, (hash, signature));
        while self.0.len() > MAX_SIGNATURES {
            self.0.pop_first();
        }
    }

    /// The signature of that block.
    pub(crate) fn get(&self, number: u64, hash: B256) -> Option<[u8; 65]> {
        self.0.get(&number).filter(|(known, _)| *known == hash).map(|(_, signature)| *signature)
    }
}
