//! Random sequences of state diffs against recomputation from nothing.

use crate::{MemoryNodes, account_proof, full_root, full_storage_root, state_root, storage_root_of};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_rlp::Encodable;
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles, TrieAccount, proof::verify_proof};
use praxis_primitives::{Account, AccountDiff, StateDiff};
use proptest::{collection::btree_map, prelude::*};
use std::collections::BTreeMap;

pub(super) type State = BTreeMap<Address, (Account, BTreeMap<U256, U256>)>;

pub(super) fn address() -> impl Strategy<Value = Address> {
    (0u8..40).prop_map(Address::with_last_byte)
}

fn account() -> impl Strategy<Value = Account> {
    (1u64..1000, any::<u128>(), any::<bool>()).prop_map(|(nonce, balance, code)| {
        let code_hash = if code { B256::repeat_byte(7) } else { Account::default().code_hash };
        Account { nonce, balance: U256::from(balance), code_hash }
    })
}

fn slot_value() -> impl Strategy<Value = U256> {
    prop_oneof![Just(U256::ZERO), (1u64..200).prop_map(U256::from), any::<[u64; 4]>().prop_map(U256::from_limbs)]
}

fn account_diff() -> impl Strategy<Value = AccountDiff> {
    let storage = btree_map((0u64..30).prop_map(U256::from), slot_value(), 0..20);
    let gone = AccountDiff { account: None, storage_wiped: true, storage: BTreeMap::new() };
    prop_oneof![
        6 => (account(), prop::bool::weighted(0.2), storage).prop_map(|(account, storage_wiped, storage)| AccountDiff {
            account: Some(account),
            storage_wiped,
            storage,
        }),
        2 => Just(gone),
    ]
}

pub(super) fn diff() -> impl Strategy<Value = StateDiff> {
    btree_map(address(), account_diff(), 0..12).prop_map(|accounts| StateDiff { accounts, codes: BTreeMap::new() })
}

pub(super) fn apply(state: &mut State, diff: &StateDiff) {
    for (address, change) in &diff.accounts {
        let Some(account) = change.account else {
            state.remove(address);
            continue;
        };
        let entry = state.entry(*address).or_default();
        entry.0 = account;
        if change.storage_wiped {
            entry.1.clear();
        }
        for (slot, value) in &change.storage {
            if value.is_zero() {
                entry.1.remove(slot)
            } else {
                entry.1.insert(*slot, *value)
            };
        }
    }
}

pub(super) fn recomputed(state: &State) -> B256 {
    full_root(state.iter().map(|(address, (account, storage))| (*address, *account, storage.clone())))
}

fn from_nothing(state: &State) -> MemoryNodes {
    let accounts = state.iter().map(|(address, (account, storage))| {
        let change = AccountDiff { account: Some(*account), storage_wiped: false, storage: storage.clone() };
        (*address, change)
    });
    let diff = StateDiff { accounts: accounts.collect(), codes: BTreeMap::new() };
    let mut nodes = MemoryNodes::default();
    let outcome = state_root(&nodes, &diff).unwrap();
    nodes.apply(&outcome.updates);
    nodes
}

fn check_proofs(nodes: &MemoryNodes, root: B256, state: &State) -> Result<(), TestCaseError> {
    for last in 0..45 {
        let address = Address::with_last_byte(last);
        let slots: Vec<U256> = (0u64..34).map(U256::from).collect();
        let proof = account_proof(nodes, address, &slots).unwrap();
        let entry = state.get(&address);
        prop_assert_eq!(proof.account, entry.map(|(account, _)| *account));
        let storage_root = entry.map_or(EMPTY_ROOT_HASH, |(_, storage)| full_storage_root(storage.clone()));
        prop_assert_eq!(proof.storage_root, storage_root);
        prop_assert_eq!(storage_root_of(nodes, address).unwrap(), storage_root);
        let leaf = proof.account.map(|Account { nonce, balance, code_hash }| {
            alloy_rlp::encode(TrieAccount { nonce, balance, storage_root, code_hash })
        });
        verify_proof(root, Nibbles::unpack(keccak256(address)), leaf, &proof.proof)
            .map_err(|error| TestCaseError::fail(format!("account {address}: {error}")))?;
        for slot in &proof.storage {
            let expected = entry.and_then(|(_, storage)| storage.get(&slot.slot)).copied().unwrap_or_default();
            prop_assert_eq!(slot.value, expected);
            let mut leaf = Vec::new();
            expected.encode(&mut leaf);
            let key = Nibbles::unpack(keccak256(slot.slot.to_be_bytes::<32>()));
            verify_proof(storage_root, key, (!expected.is_zero()).then_some(leaf), &slot.proof)
                .map_err(|error| TestCaseError::fail(format!("slot {}: {error}", slot.slot)))?;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Roots, stored nodes and proofs after each diff are those of the state recomputed from nothing.
    #[test]
    fn diffs_give_the_root_nodes_and_proofs_of_the_whole_state(diffs in proptest::collection::vec(diff(), 1..8)) {
        let (mut nodes, mut state) = (MemoryNodes::default(), State::new());
        let mut previous = EMPTY_ROOT_HASH;
        for diff in &diffs {
            apply(&mut state, diff);
            let outcome = state_root(&nodes, diff).unwrap();
            prop_assert_eq!(outcome.previous_root, previous);
            prop_assert_eq!(outcome.root, recomputed(&state));
            for address in diff.accounts.keys() {
                let expected = state.get(address).map_or(EMPTY_ROOT_HASH, |(_, slots)| full_storage_root(slots.clone()));
                prop_assert_eq!(outcome.storage_root_of(&nodes, *address).unwrap(), expected);
            }
            nodes.apply(&outcome.updates);
            prop_assert_eq!(&nodes, &from_nothing(&state));
            previous = outcome.root;
        }
        check_proofs(&nodes, previous, &state)?;
    }
}

#[test]
fn an_empty_state_has_the_empty_root_and_proves_absence() {
    let outcome = state_root(&MemoryNodes::default(), &StateDiff::default()).unwrap();
    assert_eq!((outcome.root, outcome.previous_root), (EMPTY_ROOT_HASH, EMPTY_ROOT_HASH));
    assert!(outcome.updates.is_empty());
    let proof = account_proof(&MemoryNodes::default(), Address::ZERO, &[U256::from(1)]).unwrap();
    assert_eq!((proof.account, proof.storage_root, proof.proof.len()), (None, EMPTY_ROOT_HASH, 0));
    verify_proof(EMPTY_ROOT_HASH, Nibbles::unpack(keccak256(Address::ZERO)), None, &proof.proof).unwrap();
}

#[test]
fn an_account_encodes_as_another_implementation_encodes_it() {
    let account = Account { nonce: 3, balance: U256::from(10), ..Account::default() };
    let diff = StateDiff {
        accounts: BTreeMap::from([(Address::ZERO, AccountDiff { account: Some(account), ..AccountDiff::default() })]),
        codes: BTreeMap::new(),
    };
    let ours = state_root(&MemoryNodes::default(), &diff).unwrap().root;
    let theirs = alloy_trie::root::state_root_unhashed([(
        Address::ZERO,
        TrieAccount { nonce: 3, balance: U256::from(10), ..TrieAccount::default() },
    )]);
    assert_eq!(ours, theirs);
}
