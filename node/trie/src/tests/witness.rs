//! What was read once is enough to read it again, and nothing less is.

use super::states::{address, apply, diff, recomputed};
use crate::{
    MemoryNodes, RecordingNodes, TrieError, WitnessNodes, account_at, account_proof, slot_at, state_root,
    storage_root_of,
};
use alloy_primitives::{Address, U256};
use proptest::prelude::*;
use std::collections::BTreeMap;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_recorded_change_replays_without_the_store(before in diff(), change in diff(), asked in address()) {
        let (mut nodes, mut state) = (MemoryNodes::default(), BTreeMap::new());
        let built = state_root(&nodes, &before).unwrap();
        nodes.apply(&built.updates);
        apply(&mut state, &before);

        let recording = RecordingNodes::new(&nodes);
        let proof = account_proof(&recording, asked, &[U256::from(3)]).unwrap();
        let outcome = state_root(&recording, &change).unwrap();
        let witness = WitnessNodes::new(built.root, recording.into_nodes());

        let again = state_root(&witness, &change).unwrap();
        prop_assert_eq!(&again, &outcome);
        prop_assert_eq!(&account_proof(&witness, asked, &[U256::from(3)]).unwrap(), &proof);
        prop_assert_eq!(account_at(&witness, asked).unwrap(), proof.account.map(|account| (account, proof.storage_root)));
        prop_assert_eq!(slot_at(&witness, asked, proof.storage_root, U256::from(3)).unwrap(), proof.storage[0].value);
        prop_assert_eq!(storage_root_of(&witness, asked).unwrap(), proof.storage_root);
        apply(&mut state, &change);
        prop_assert_eq!(again.root, recomputed(&state));
    }

    /// Without one of its nodes a witness gives an error, never another root.
    #[test]
    fn a_witness_without_a_node_is_refused(before in diff(), change in diff(), lost in any::<prop::sample::Index>()) {
        let mut nodes = MemoryNodes::default();
        let built = state_root(&nodes, &before).unwrap();
        nodes.apply(&built.updates);
        let recording = RecordingNodes::new(&nodes);
        state_root(&recording, &change).unwrap();
        let mut kept = recording.into_nodes();
        prop_assume!(!kept.is_empty());
        kept.remove(lost.index(kept.len()));
        let error = state_root(&WitnessNodes::new(built.root, kept), &change).unwrap_err();
        prop_assert!(matches!(error, TrieError::Missing { .. } | TrieError::Read { .. }), "{}", error);
    }
}

#[test]
fn an_empty_witness_shows_an_empty_state_alone() {
    let witness = WitnessNodes::new(crate::EMPTY_ROOT_HASH, []);
    assert_eq!(account_at(&witness, Address::ZERO).unwrap(), None);
    let witness = WitnessNodes::new(alloy_primitives::B256::repeat_byte(1), []);
    let error = account_at(&witness, Address::ZERO).unwrap_err();
    assert!(error.to_string().contains("lacks the node of the state root"), "{error}");
}
