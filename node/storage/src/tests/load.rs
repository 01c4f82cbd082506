//! A state that is loaded is the state that grew.

use super::{Rng, genesis, identity, open};
use crate::{StateLoader, StorageError, tables::Table, walk::Walk};
use alloy_primitives::{Address, U256, keccak256};
use praxis_primitives::{Account, AccountDiff, StateDiff};
use praxis_trie::{FullRoot, MemoryNodes, Nibbles, NodeReader, account_proof, full_storage_root, state_root};

fn state(seed: u64) -> StateDiff {
    let mut rng = Rng(seed);
    let mut diff = StateDiff::default();
    for n in 0..300u64 {
        let account = Account { nonce: n + 1, balance: U256::from(rng.next()), ..Account::default() };
        let slots = if rng.below(4) == 0 { rng.below(60) } else { 0 };
        let storage = (0..slots).map(|slot| (U256::from(slot), U256::from(rng.below(5)))).collect();
        let address = Address::from_word(keccak256(rng.next().to_be_bytes()));
        diff.accounts.insert(address, AccountDiff { account: Some(account), storage_wiped: false, storage });
    }
    diff
}

#[test]
fn a_loaded_state_is_the_state_that_grew() {
    let diff = state(3);
    let mut nodes = MemoryNodes::default();
    let outcome = state_root(&nodes, &diff).unwrap();
    nodes.apply(&outcome.updates);

    let (folder, mut first) = (tempfile::tempdir().unwrap(), genesis(1));
    first.diff = StateDiff::default();
    let db = open(folder.path(), &first);
    let mut accounts: Vec<_> = diff.accounts.iter().collect();
    accounts.sort_by_key(|(address, _)| keccak256(address));
    let mut loader = StateLoader::new(&db).unwrap();
    for (address, change) in &accounts {
        let slots = change.storage.iter().map(|(slot, value)| (*slot, *value));
        loader.account(**address, &change.account.unwrap(), slots).unwrap();
    }
    let (address, change) = accounts[0];
    let again = loader.account(*address, &change.account.unwrap(), []).unwrap_err();
    assert!(matches!(again, StorageError::LoadOrder { address: found } if found == *address));
    assert_eq!(loader.finish().unwrap(), outcome.root);
    db.commit_genesis(&first.block, &first.diff, &Default::default()).unwrap();

    let view = db.state_latest().unwrap();
    assert_eq!(view.full_state_root().unwrap(), outcome.root);
    assert_eq!(view.account_node(&Nibbles::new()).unwrap(), nodes.account_node(&Nibbles::new()).unwrap());
    for (address, change) in &diff.accounts {
        let slots: Vec<U256> = change.storage.keys().copied().collect();
        assert_eq!(account_proof(&view, *address, &slots).unwrap(), account_proof(&nodes, *address, &slots).unwrap());
    }
    assert_eq!(view.reader().rows(Table::AccountHistory, &[], &[]).unwrap().current().unwrap(), None);

    // However many parts the walk has.
    for parts in [1, 2, 7, 256] {
        let mut root = FullRoot::default();
        Walk::in_parts(view.reader(), parts)
            .run(&mut |_, slots| Ok(full_storage_root(slots)), &mut |walked| {
                root.add(walked.hashed, &walked.account, walked.storage_root);
                Ok(())
            })
            .unwrap();
        assert_eq!(root.finish(), outcome.root, "{parts} parts");
    }
    assert!(matches!(StateLoader::new(&db), Err(StorageError::NotEmpty)));
}

#[test]
fn a_state_that_was_not_loaded_to_its_end_is_refused() {
    let (folder, first) = (tempfile::tempdir().unwrap(), genesis(1));
    let db = open(folder.path(), &first);
    drop(StateLoader::new(&db).unwrap());
    drop(db);
    let error = crate::Database::open(folder.path(), identity(&first)).unwrap_err();
    assert!(matches!(error, StorageError::HalfLoaded { .. }), "{error}");
}
