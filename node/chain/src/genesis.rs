//! The genesis block.

use crate::ChainError;
use alloy_primitives::Bytes;
use alloy_trie::Nibbles;
use praxis_contracts::addresses::L2_TO_L1_MESSAGE_PASSER;
use praxis_primitives::{Block, ChainSpec, Fault, StateDiff};
use praxis_trie::{NodeReader, TrieUpdates, state_root};

/// A trie without nodes.
pub(crate) struct EmptyTrie;

impl NodeReader for EmptyTrie {
    fn account_node(&self, _: &Nibbles) -> Result<Option<Bytes>, Fault> {
        Ok(None)
    }

    fn storage_node(&self, _: alloy_primitives::B256, _: &Nibbles) -> Result<Option<Bytes>, Fault> {
        Ok(None)
    }
}

/// The genesis block of `spec`, its state and the trie nodes behind its state root.
pub(crate) fn genesis(spec: &ChainSpec) -> Result<(Block, StateDiff, TrieUpdates), ChainError> {
    let diff = spec.genesis_state();
    let outcome = state_root(&EmptyTrie, &diff)?;
    let message_passer_root = outcome.storage_root_of(&EmptyTrie, L2_TO_L1_MESSAGE_PASSER)?;
    let block = spec.genesis_block(outcome.root, message_passer_root);
    Ok((block, diff, outcome.updates))
}
