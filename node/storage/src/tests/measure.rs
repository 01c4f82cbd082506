//! Times, for people. `cargo nextest run -p praxis-storage measure --run-ignored only --no-capture`

use super::{identity, make};
use crate::{CommitBlock, Database, DatabaseOptions, Durability, HeadUpdate};
use alloy_primitives::{Address, U256, keccak256};
use praxis_primitives::{Account, AccountDiff, StateDiff, StateReader};
use praxis_trie::{MemoryNodes, account_proof, state_root};
use std::time::Instant;

fn address(n: u64) -> Address {
    Address::from_word(keccak256(n.to_be_bytes()))
}

/// `accounts` accounts change, and one of them `slots` slots.
fn diff(number: u64, accounts: u64, slots: u64) -> StateDiff {
    let mut diff = StateDiff::default();
    for n in 0..accounts {
        let account = Some(Account { nonce: number + 1, balance: U256::from(n + number), ..Account::default() });
        diff.accounts
            .insert(address((n * 7919 + number * 104_729) % 200_000), AccountDiff { account, ..Default::default() });
    }
    let slot = |n: u64| U256::from((n * 7919 + number * 104_729) % 200_000);
    let storage = (0..slots).map(|n| (slot(n), U256::from(number + 1))).collect();
    let account = Some(Account { nonce: number + 1, ..Account::default() });
    diff.accounts.insert(Address::with_last_byte(1), AccountDiff { account, storage, ..Default::default() });
    diff
}

#[test]
#[ignore = "a measurement, not a check"]
fn commit_and_read() {
    for durability in [Durability::ProcessCrash, Durability::PowerLoss] {
        let folder = tempfile::tempdir_in(std::env::var("HOME").unwrap()).unwrap();
        let mut genesis = make(1, None, &MemoryNodes::default());
        genesis.diff = diff(0, 200_000, 200_000);
        genesis.outcome = state_root(&MemoryNodes::default(), &genesis.diff).unwrap();
        let options = DatabaseOptions { durability, ..DatabaseOptions::default() };
        let db = Database::open_with(folder.path(), identity(&genesis), &options).unwrap();
        let start = Instant::now();
        db.commit_genesis(&genesis.block, &genesis.diff, &genesis.outcome.updates).unwrap();
        eprintln!("{durability:?}: genesis of 200,000 accounts and slots: {:?}", start.elapsed());

        let (mut parent, mut roots, mut commits) = (genesis.id(), Vec::new(), Vec::new());
        for number in 1..=60 {
            let mut made = make(1, Some(parent), &db.state_latest().unwrap());
            made.diff = diff(number, 100, 1400);
            let start = Instant::now();
            made.outcome = state_root(&db.state_latest().unwrap(), &made.diff).unwrap();
            roots.push(start.elapsed());
            let start = Instant::now();
            db.commit_block(CommitBlock { heads: HeadUpdate::default(), ..made.commit() }).unwrap();
            commits.push(start.elapsed());
            parent = made.id();
        }
        roots.sort();
        commits.sort();
        let nodes = made_nodes(&db);
        eprintln!(
            "  block of 100 accounts and 1,400 slots ({nodes} nodes): root {:?} median, {:?} worst; commit {:?} median, {:?} worst",
            roots[30], roots[59], commits[30], commits[59]
        );
        for (name, view) in [("newest", db.state_latest().unwrap()), ("block 1", db.state_at(1).unwrap())] {
            let start = Instant::now();
            for n in 0..20_000u64 {
                view.storage(Address::with_last_byte(1), U256::from(n * 9)).unwrap();
            }
            let read = start.elapsed() / 20_000;
            let start = Instant::now();
            for n in 0..500u64 {
                account_proof(&view, address(n), &[]).unwrap();
            }
            eprintln!("  {name}: a slot {read:?}, an account's proof {:?}", start.elapsed() / 500);
        }
        let start = Instant::now();
        db.unwind_to(50).unwrap();
        eprintln!("  taking back 10 blocks: {:?}", start.elapsed());
    }
}

fn made_nodes(db: &Database) -> usize {
    let view = db.state_latest().unwrap();
    let outcome = state_root(&view, &diff(9_999, 100, 1400)).unwrap();
    outcome.updates.account_nodes.len() + outcome.updates.storage.values().map(|s| s.nodes.len()).sum::<usize>()
}
