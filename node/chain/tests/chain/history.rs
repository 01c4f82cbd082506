//! A chain that forgets, and one that was copied.

use crate::{block, busy_world, everything};
use alloy_primitives::U256;
use praxis_chain::{Chain, ChainError, HistoryMode};
use praxis_contracts::addresses::L2_TO_L1_MESSAGE_PASSER;
use praxis_harness::chain_options;
use praxis_storage::StorageError;
use praxis_trie::account_proof;

#[test]
fn a_pruned_chain_still_proves_withdrawals() {
    let world = busy_world(300);
    let chain = world.sequencer.chain();
    chain.set_safe(300).unwrap();
    chain.set_finalized(298).unwrap();
    assert_eq!(chain.prune(HistoryMode::Archive, 1000).unwrap(), None);
    let before = everything(chain);
    let mode = HistoryMode::Pruned { blocks: 256 };
    let proof_at = |number: u64| {
        let view = chain.db().reader().state_for_proofs_of(L2_TO_L1_MESSAGE_PASSER, number).unwrap();
        account_proof(&view, L2_TO_L1_MESSAGE_PASSER, &[U256::from(1)]).unwrap()
    };
    let proofs: Vec<_> = (0..=300).map(proof_at).collect();
    assert!(!chain.prune(mode, 10).unwrap().unwrap().done);
    let pruned = chain.prune(mode, 1000).unwrap().unwrap();
    assert_eq!((pruned.earliest_state, pruned.earliest_proof, pruned.done), (44, 0, true));
    assert_eq!(everything(chain), before);
    assert_eq!((0..=300).map(proof_at).collect::<Vec<_>>(), proofs);
    let error = chain.state_at(43).unwrap_err();
    assert!(matches!(error, ChainError::Storage(StorageError::Pruned { number: 43, earliest: 44 })), "{error}");
}

#[test]
fn a_copy_goes_on_from_the_block_that_was_checked() {
    let mut world = busy_world(6);
    world.batcher.step(&world.sequencer, &mut world.l1);
    world.l1.mine();
    world.verifier.follow(&world.l1).unwrap();
    let chain = world.verifier.chain();
    assert_eq!(chain.head().number, 6);
    let folder = praxis_harness::temporary_directory();
    let copy = folder.path().join("copy");
    chain.db().snapshot(&copy).unwrap();
    let restored = Chain::open(&copy, world.config.chain_spec(), chain_options()).unwrap();
    restored.reset_to(4).unwrap();
    assert_eq!((restored.head().number, restored.finalized_head().unwrap().number), (4, 4));
    assert_eq!(restored.output(4).unwrap().root(), chain.output(4).unwrap().root());
    assert_eq!(restored.db().verify(&mut |_, _| {}).unwrap().differences, []);
    // Derivation begins below it, and finds what is there.
    let safe = praxis_chain::SafeChain::open(restored.clone()).unwrap();
    assert!(safe.safe().number <= 4);
    restored.import(&block(chain, 5)).unwrap();
    assert_eq!(restored.head().hash(), block(chain, 5).hash());
}
