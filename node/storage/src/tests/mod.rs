//! Tests of the whole crate, over chains that a seed determines.

mod blocks;
mod crash;
mod history;
mod load;
mod measure;
mod models;
mod open;
mod origin;
mod proofs;
mod snapshot;
mod verify;

use crate::{ChainIdentity, CommitBlock, Database, DatabaseOptions, Durability, HeadUpdate};
use alloy_consensus::{
    BlockBody, TxReceipt,
    proofs::{calculate_receipt_root, calculate_transaction_root},
};
use alloy_primitives::{Address, B256, Bytes, Log, U256, keccak256};
use praxis_primitives::{
    Account, AccountBefore, AccountDiff, Block, BlockNumHash, Header, InferenceEntry, InferenceRecord, Receipt,
    RecoveredBlock, StateBefore, StateDiff, Transaction, TxDeposit, TxType, inference_requests,
};
use praxis_trie::{MemoryNodes, NodeReader, RootOutcome, state_root};
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// SplitMix64.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

pub(crate) type State = BTreeMap<Address, (Account, BTreeMap<U256, U256>)>;

/// A block and what follows from it.
pub(crate) struct Made {
    pub(crate) block: RecoveredBlock,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) diff: StateDiff,
    pub(crate) before: StateBefore,
    pub(crate) outcome: RootOutcome,
    pub(crate) inferences: Vec<InferenceEntry>,
}

impl Made {
    pub(crate) fn id(&self) -> BlockNumHash {
        BlockNumHash::new(self.block.header().number, self.block.hash())
    }

    pub(crate) fn commit(&self) -> CommitBlock<'_> {
        CommitBlock {
            block: &self.block,
            receipts: &self.receipts,
            diff: &self.diff,
            before: &self.before,
            trie: &self.outcome.updates,
            inferences: &self.inferences,
            chunks: &[],
            heads: HeadUpdate::default(),
            cursors: &[],
        }
    }
}

/// The block that `seed` puts after `parent`, over the state in `nodes`.
pub(crate) fn make(seed: u64, parent: Option<BlockNumHash>, nodes: &dyn NodeReader) -> Made {
    let number = parent.map_or(0, |parent| parent.number + 1);
    let mut rng = Rng(seed ^ number.wrapping_mul(0x5851_f42d_4c95_7f2d));
    let diff = random_diff(&mut rng);
    make_with(rng, parent, nodes, diff)
}

/// The same with what it changes given.
pub(crate) fn make_with(mut rng: Rng, parent: Option<BlockNumHash>, nodes: &dyn NodeReader, diff: StateDiff) -> Made {
    let number = parent.map_or(0, |parent| parent.number + 1);
    let outcome = state_root(nodes, &diff).unwrap();
    let count = if number == 0 { 0 } else { rng.below(4) };
    let transactions: Vec<Transaction> = (0..count).map(|index| transaction(number, index)).collect();
    let receipts: Vec<_> = (1u64..=count)
        .map(|index| Receipt {
            tx_type: TxType::Deposit,
            success: rng.below(2) == 0,
            cumulative_gas_used: 21_000 * index,
            logs: vec![Log::new_unchecked(
                Address::with_last_byte(9),
                vec![B256::with_last_byte(index as u8)],
                Bytes::from(vec![7; 40]),
            )],
        })
        .collect();
    let inferences: Vec<_> = (0..rng.below(3) as u32).map(|index| inference(number, index)).collect();
    let records: Vec<_> = inferences.iter().map(|entry| entry.record.clone()).collect();
    let with_bloom: Vec<_> = receipts.iter().cloned().map(TxReceipt::into_with_bloom).collect();
    let header = Header {
        transactions_root: calculate_transaction_root(&transactions),
        receipts_root: calculate_receipt_root(&with_bloom),
        requests_hash: Some(inference_requests(&records).requests_hash()),
        // A header's RLP has no gaps.
        base_fee_per_gas: Some(7),
        withdrawals_root: Some(B256::ZERO),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        number,
        parent_hash: parent.map_or(B256::ZERO, |parent| parent.hash),
        state_root: outcome.root,
        timestamp: number / 4,
        gas_limit: 30_000_000,
        ..Header::default()
    };
    let senders = vec![Address::with_last_byte(1); transactions.len()];
    let block = Block { header, body: BlockBody { transactions, ommers: Vec::new(), withdrawals: None } };
    Made {
        block: RecoveredBlock::new_unhashed(block, senders),
        receipts,
        diff,
        before: StateBefore::default(),
        outcome,
        inferences,
    }
}

/// What stood in `state` where `diff` changes it. Some of it is left out: then it has to be read.
fn some_before(state: &State, diff: &StateDiff) -> StateBefore {
    let known = diff.accounts.iter().filter(|(address, _)| address[19] % 3 > 0);
    let of = |(address, change): (&Address, &AccountDiff)| {
        let (account, slots) =
            state.get(address).map_or((None, None), |(account, slots)| (Some(*account), Some(slots)));
        let known = change.storage.keys().filter(|slot| slot.bit(0));
        let value = |slot: &U256| slots.and_then(|slots| slots.get(slot)).copied().unwrap_or_default();
        (*address, AccountBefore { account, storage: known.map(|slot| (*slot, value(slot))).collect() })
    };
    StateBefore { accounts: known.map(of).collect() }
}

fn transaction(number: u64, index: u64) -> Transaction {
    Transaction::deposit(TxDeposit {
        source_hash: keccak256([number.to_be_bytes(), index.to_be_bytes()].concat()),
        from: Address::with_last_byte(1),
        to: alloy_primitives::TxKind::Call(Address::with_last_byte(2)),
        mint: 0,
        value: U256::from(number),
        gas_limit: 100_000,
        is_system_transaction: false,
        input: Bytes::from_static(b"input"),
    })
}

fn inference(number: u64, index: u32) -> InferenceEntry {
    let record = InferenceRecord {
        transaction_index: 0,
        call_index: index,
        caller: Address::with_last_byte(3),
        model: B256::with_last_byte(4),
        input_hash: B256::with_last_byte(5),
        output_hash: B256::with_last_byte(6),
        gas: number,
        is_static: index == 0,
        reverted: index == 1,
    };
    InferenceEntry { record, inputs: Bytes::from(vec![1; 100]), outputs: Bytes::from(vec![2; 10]) }
}

fn random_diff(rng: &mut Rng) -> StateDiff {
    let mut diff = StateDiff::default();
    for _ in 0..rng.below(8) {
        let address = Address::with_last_byte(rng.below(12) as u8);
        let mut change = AccountDiff { storage_wiped: rng.below(5) == 0, ..AccountDiff::default() };
        if rng.below(5) > 0 {
            let code = Bytes::from(rng.below(3).to_be_bytes().to_vec());
            let code_hash = keccak256(&code);
            diff.codes.insert(code_hash, code);
            change.account = Some(Account { nonce: rng.next(), balance: U256::from(rng.next()), code_hash });
            for _ in 0..rng.below(8) {
                let value = if rng.below(3) == 0 { 0 } else { rng.next() >> rng.below(60) };
                change.storage.insert(U256::from(rng.below(16)), U256::from(value));
            }
        }
        diff.accounts.insert(address, change);
    }
    diff
}

pub(crate) fn apply(state: &mut State, diff: &StateDiff) {
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

pub(crate) fn genesis(seed: u64) -> Made {
    make(seed, None, &MemoryNodes::default())
}

/// Tests that are not about power loss do not wait for the disk.
pub(crate) fn open(path: &Path, genesis: &Made) -> Arc<Database> {
    let options = DatabaseOptions { durability: Durability::ProcessCrash, ..DatabaseOptions::default() };
    Database::open_with(path, identity(genesis), &options).unwrap()
}

pub(crate) fn identity(genesis: &Made) -> ChainIdentity {
    ChainIdentity { chain_id: 1337, genesis_hash: genesis.block.hash() }
}

/// A chain in a database, and beside it all that the database should say.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) db: Arc<Database>,
    pub(crate) made: Vec<Made>,
    /// State after each block.
    pub(crate) states: Vec<State>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let genesis = genesis(seed);
        let db = open(folder.path(), &genesis);
        db.commit_genesis(&genesis.block, &genesis.diff, &genesis.outcome.updates).unwrap();
        let mut state = State::new();
        apply(&mut state, &genesis.diff);
        Self { folder, db, made: vec![genesis], states: vec![state] }
    }

    /// A block on top of the head, not committed.
    pub(crate) fn next(&self, seed: u64) -> Made {
        let mut made = make(seed, Some(self.made.last().unwrap().id()), &self.db.state_latest().unwrap());
        made.before = some_before(self.states.last().unwrap(), &made.diff);
        made
    }

    pub(crate) fn push(&mut self, made: Made) {
        let mut state = self.states.last().unwrap().clone();
        apply(&mut state, &made.diff);
        self.states.push(state);
        self.made.push(made);
    }

    pub(crate) fn extend(&mut self, seed: u64, count: u64) {
        for _ in 0..count {
            let made = self.next(seed);
            self.db.commit_block(made.commit()).unwrap();
            self.push(made);
        }
    }

    pub(crate) fn head(&self) -> u64 {
        self.made.len() as u64 - 1
    }

    pub(crate) fn unwind(&mut self, number: u64) {
        self.db.unwind_to(number).unwrap();
        self.made.truncate(number as usize + 1);
        self.states.truncate(number as usize + 1);
    }
}
