//! A chain that begins with the state of another one.

use super::{Made, Rng, genesis, identity, make_with};
use crate::{Database, DatabaseOptions, Durability, Origin};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use praxis_primitives::{Account, AccountDiff, Fault, StateDiff, StateReader};
use std::sync::Arc;

const OTHERS: Address = Address::repeat_byte(0xcc);

/// Every account but those of the test's genesis exists, and every slot holds its own number plus 100.
struct Other;

fn others_code() -> Bytes {
    Bytes::from_static(b"other")
}

fn others_account() -> Account {
    Account { nonce: 3, balance: U256::from(9), code_hash: keccak256(others_code()) }
}

impl StateReader for Other {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        Ok((address == OTHERS).then(others_account))
    }
    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        Ok(if address == OTHERS { slot + U256::from(100) } else { U256::ZERO })
    }
    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        if code_hash == keccak256(others_code()) { Ok(others_code()) } else { Err(Fault::new("no such code")) }
    }
    fn block_hash(&self, _: u64) -> Result<B256, Fault> {
        Ok(B256::ZERO)
    }
}

/// A block that gives the other chain's account this balance (none: takes it away) and writes these slots of it.
fn block(db: &Database, balance: Option<u64>, slots: &[(u64, u64)]) -> Made {
    let account = balance.map(|balance| Account { balance: U256::from(balance), ..others_account() });
    let storage = slots.iter().map(|(slot, value)| (U256::from(*slot), U256::from(*value))).collect();
    let mut diff = StateDiff::default();
    diff.accounts.insert(OTHERS, AccountDiff { account, storage, ..AccountDiff::default() });
    make_with(Rng(1), Some(db.heads().unwrap().unwrap().head), &db.state_latest().unwrap(), diff)
}

#[test]
fn what_no_block_has_written_is_the_others_and_what_was_cleared_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let first = genesis(5);
    let options = DatabaseOptions {
        durability: Durability::ProcessCrash,
        origin: Some(Origin(Arc::new(Other))),
        ..DatabaseOptions::default()
    };
    let db = Database::open_with(folder.path(), identity(&first), &options).unwrap();
    db.commit_genesis(&first.block, &first.diff, &first.outcome.updates).unwrap();
    let commits = [(Some(9), &[][..]), (Some(8), &[(1, 7), (2, 0)][..]), (Some(8), &[(1, 0)][..]), (None, &[][..])];
    for (balance, slots) in commits {
        let made = block(&db, balance, slots);
        db.commit_block(made.commit()).unwrap();
    }
    // After each block: balance, and slots 1 to 3.
    let expected = [
        (Some(9), [101, 102, 103]),
        (Some(9), [101, 102, 103]),
        (Some(8), [7, 0, 103]),
        (Some(8), [0, 0, 103]),
        (None, [0, 0, 103]),
    ];
    let check = |number: u64, latest: bool| {
        let state = if latest { db.state_latest() } else { db.state_at(number) }.unwrap();
        let (balance, slots) = expected[number as usize];
        assert_eq!(state.account(OTHERS).unwrap().map(|a| a.balance), balance.map(U256::from), "block {number}");
        let found = [1, 2, 3].map(|slot| state.storage(OTHERS, U256::from(slot)).unwrap());
        assert_eq!(found, slots.map(U256::from), "block {number}");
        assert_eq!(state.code(others_account().code_hash).unwrap(), others_code());
        assert!(state.account(Address::repeat_byte(0xdd)).unwrap().is_none());
    };
    (0..5).for_each(|number| check(number, false));
    check(4, true);
    // What is taken back is the others' again.
    for number in (0..4).rev() {
        db.unwind_to(number).unwrap();
        check(number, true);
    }
}
