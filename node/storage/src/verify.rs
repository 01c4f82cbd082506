//! Recomputing everything that can be recomputed.

use crate::{
    Database, Reader, StateView, StorageError,
    codec::{At, Change, decode_changes},
    keys,
    tables::Table,
    walk::{Walk, Walked},
};
use alloy_consensus::{TxReceipt, proofs};
use alloy_primitives::{Address, B256, Bytes};
use praxis_primitives::{BlockNumHash, Fault, inference_requests};
use praxis_trie::{FullRoot, NodeReader, TrieStream, account_at, account_leaf, full_storage_root, slot_leaves};
use std::collections::BTreeMap;

/// How many differences are told.
const TOLD: usize = 20;
/// How many blocks lie between two reports of progress.
const BLOCKS_PER_REPORT: u64 = 1024;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The block whose state was recomputed.
    pub head: BlockNumHash,
    /// Its state root by its header.
    pub state_root: B256,
    /// The root of the flat tables, from nothing.
    pub recomputed: B256,
    /// Accounts.
    pub accounts: u64,
    /// Slots.
    pub slots: u64,
    /// Trie nodes.
    pub nodes: u64,
    /// Blocks whose indices were checked.
    pub blocks: u64,
    /// Transactions in them.
    pub transactions: u64,
    /// What does not fit together, the first 20 of each kind of check; empty when all is well.
    pub differences: Vec<Difference>,
}

/// Two things that should agree and do not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// The recomputed state root is not the header's.
    #[error("the state of block {number} has root {recomputed}, and the block's header says {header}")]
    StateRoot {
        /// The head.
        number: u64,
        /// Its header's.
        header: B256,
        /// From nothing.
        recomputed: B256,
    },
    /// The first account, in the order of the trie, that flat tables and trie show differently.
    #[error("account {address} is the first that differs: {flat} in the flat tables, {trie} in the trie")]
    Account {
        /// The account.
        address: Address,
        /// As execution reads it.
        flat: String,
        /// As proofs show it.
        trie: String,
    },
    /// Trie nodes are not those of the state.
    #[error("{what}: {count} trie nodes")]
    Nodes {
        /// What is wrong with them.
        what: &'static str,
        /// How many they are.
        count: u64,
    },
    /// A block's rows disagree.
    #[error("block {number}: {what}")]
    Block {
        /// The block.
        number: u64,
        /// What is wrong.
        what: String,
    },
    /// An index has rows that nothing backs.
    #[error("table {table} has {rows} rows, {expected} of which belong to blocks")]
    Index {
        /// The table.
        table: &'static str,
        /// Its rows.
        rows: u64,
        /// What it should have.
        expected: u64,
    },
}

impl Database {
    /// Recomputes the state root, all trie nodes and all indices, and checks that every block back to the oldest kept state
    /// can be taken back. `progress` gets blocks done and blocks in all.
    ///
    /// # Errors
    /// When a row cannot be read or decoded.
    pub fn verify(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<Verification, StorageError> {
        let view = self.state_latest()?;
        let mut found = verify_state(&view)?;
        verify_blocks(view.reader(), &mut found, progress)?;
        Ok(found)
    }
}

/// Counts the nodes that a state makes, and those of them that are not stored so.
#[derive(Default)]
struct NodeCount {
    nodes: u64,
    wrong: u64,
}

impl NodeCount {
    /// A node that cannot be read is wrong too: the table it stands in is named when it is read for use.
    fn note(&mut self, stored: Result<Option<Bytes>, Fault>, rlp: &[u8]) {
        self.nodes += 1;
        self.wrong += u64::from(!matches!(stored, Ok(Some(stored)) if stored[..] == *rlp));
    }
}

fn verify_state(view: &StateView) -> Result<Verification, StorageError> {
    let (reader, head) = (view.reader(), view.block());
    let missing = StorageError::NoSuchBlock { number: head.number, head: head.number };
    let header = reader.header(head.number)?.ok_or(missing)?;
    let (mut slots, mut accounts, mut root) = (0u64, 0u64, FullRoot::default());
    let (mut of_accounts, mut of_storage) = (NodeCount::default(), NodeCount::default());
    let mut trie = TrieStream::new(|path, rlp: Vec<u8>| of_accounts.note(view.account_node(&path), &rlp));
    Walk::new(reader)?.run(
        &mut |hashed, of_account| {
            slots += of_account.len() as u64;
            let root = full_storage_root(of_account.iter().copied());
            let mut trie =
                TrieStream::new(|path, rlp: Vec<u8>| of_storage.note(view.storage_node(hashed, &path), &rlp));
            for (key, value) in slot_leaves(of_account) {
                let _ = trie.add(key, value);
            }
            if trie.finish() == root { Ok(root) } else { Err(two_roots(hashed)) }
        },
        &mut |Walked { hashed, account, storage_root, .. }| {
            accounts += 1;
            root.add(hashed, &account, storage_root);
            let (key, leaf) = account_leaf(hashed, &account, storage_root);
            let _ = trie.add(key, leaf);
            Ok(())
        },
    )?;
    let (streamed, recomputed) = (trie.finish(), root.finish());
    let NodeCount { nodes, wrong } =
        NodeCount { nodes: of_accounts.nodes + of_storage.nodes, wrong: of_accounts.wrong + of_storage.wrong };
    let mut differences = Vec::new();
    if recomputed != header.state_root || streamed != recomputed {
        differences.push(Difference::StateRoot { number: head.number, header: header.state_root, recomputed });
    }
    if wrong > 0 {
        differences.push(Difference::Nodes { what: "missing, or not what the state makes them", count: wrong });
    }
    let stored = count(reader, Table::AccountNodes)? + count(reader, Table::StorageNodes)?;
    if stored > nodes {
        differences.push(Difference::Nodes { what: "stored, and of no state", count: stored - nodes });
    }
    if !differences.is_empty() {
        differences.extend(first_account(view)?);
    }
    let state_root = header.state_root;
    Ok(Verification { head, state_root, recomputed, accounts, slots, nodes, blocks: 0, transactions: 0, differences })
}

/// Two ways to compute one storage root disagree: this program, not the database, is broken.
fn two_roots(hashed: B256) -> StorageError {
    At { table: Table::Storage.name(), key: hashed.as_slice() }.corrupt("two ways to compute its storage root disagree")
}

fn count(reader: &Reader, table: Table) -> Result<u64, StorageError> {
    let (mut rows, mut count) = (reader.rows(table, &[], &[])?, 0);
    while rows.current()?.is_some() {
        count += 1;
        rows.advance();
    }
    Ok(count)
}

/// The first account that flat tables and trie show differently.
fn first_account(view: &StateView) -> Result<Option<Difference>, StorageError> {
    let mut first = None;
    Walk::new(view.reader())?.run(&mut |_, slots| Ok(full_storage_root(slots)), &mut |walked| {
        if first.is_some() {
            return Ok(());
        }
        let flat = (walked.account, walked.storage_root);
        let trie = match account_at(view, walked.address) {
            Ok(Some(trie)) if trie == flat => return Ok(()),
            Ok(Some((account, root))) => format!("{account:?} with storage root {root}"),
            Ok(None) => "nothing".into(),
            Err(error) => error.to_string(),
        };
        let flat = format!("{:?} with storage root {}", flat.0, flat.1);
        first = Some(Difference::Account { address: walked.address, flat, trie });
        Ok(())
    })?;
    Ok(first)
}

fn verify_blocks(
    reader: &Reader,
    found: &mut Verification,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), StorageError> {
    let (head, earliest) = (found.head.number, reader.earliest_state()?);
    let (mut told, mut parent) = (0usize, B256::ZERO);
    for number in 0..=head {
        if number % BLOCKS_PER_REPORT == 0 {
            progress(number, head);
        }
        let mut wrong = Vec::new();
        parent = verify_block(reader, number, parent, found, &mut wrong)?;
        if number > earliest {
            verify_history(reader, number, &mut wrong)?;
        }
        for what in wrong {
            if told < TOLD {
                found.differences.push(Difference::Block { number, what });
            }
            told += 1;
        }
    }
    progress(head, head);
    let expected = BTreeMap::from([("numbers", found.blocks), ("transactions", found.transactions)]);
    for table in [Table::Numbers, Table::Transactions] {
        let (rows, expected) = (count(reader, table)?, expected[table.name()]);
        if rows != expected {
            found.differences.push(Difference::Index { table: table.name(), rows, expected });
        }
    }
    Ok(())
}

/// Checks a block against its own header and its indices; gives its hash.
fn verify_block(
    reader: &Reader,
    number: u64,
    parent: B256,
    found: &mut Verification,
    wrong: &mut Vec<String>,
) -> Result<B256, StorageError> {
    let Some(block) = reader.block(number)? else {
        wrong.push("it is missing".into());
        return Ok(B256::ZERO);
    };
    let (hash, header) = (block.hash(), block.header());
    let mut check = |good: bool, what: &str| {
        if !good {
            wrong.push(what.into());
        }
    };
    check(header.hash_slow() == hash, "its header has another hash than the chain's index says");
    check(header.number == number, "its header has another number");
    check(number == 0 || header.parent_hash == parent, "its parent is not the block before it");
    check(reader.number_of(hash)? == Some(number), "its hash does not lead to its number");
    let transactions = &block.body().transactions;
    check(
        proofs::calculate_transaction_root(transactions) == header.transactions_root,
        "its transactions do not have the header's root",
    );
    for (index, transaction) in (0u32..).zip(transactions) {
        let place = reader.transaction_location(transaction.hash())?;
        check(place == Some((number, index)), &format!("transaction {index} is not found by its hash"));
    }
    if number > 0 {
        let receipts = reader.receipts(number)?.unwrap_or_default();
        let with_bloom: Vec<_> = receipts.into_iter().map(TxReceipt::into_with_bloom).collect();
        check(
            proofs::calculate_receipt_root(&with_bloom) == header.receipts_root,
            "its receipts do not have the header's root",
        );
    }
    let records: Vec<_> =
        reader.inferences(number)?.unwrap_or_default().into_iter().map(|entry| entry.record).collect();
    if !records.is_empty() {
        let requests = inference_requests(&records).requests_hash();
        check(header.requests_hash == Some(requests), "its inferences are not those that the header commits to");
    }
    found.blocks += 1;
    found.transactions += transactions.len() as u64;
    Ok(hash)
}

/// Checks that the block can be taken back.
fn verify_history(reader: &Reader, number: u64, wrong: &mut Vec<String>) -> Result<(), StorageError> {
    let Some(changes) = reader.decode(Table::Changes, &number.to_be_bytes(), decode_changes)? else {
        wrong.push("the list of what it changed is missing, so it can't be taken back".into());
        return Ok(());
    };
    let mut missing = 0u64;
    for change in &changes {
        let there = match change {
            Change::State(table, key) => reader.get(table.history(), &keys::history(key, number))?.is_some(),
            Change::Chunk(key) => reader.get(Table::ModelChunks, key)?.is_some(),
        };
        missing += u64::from(!there);
    }
    if missing > 0 {
        wrong.push(format!("{missing} of the {} rows that it replaced are missing", changes.len()));
    }
    Ok(())
}
