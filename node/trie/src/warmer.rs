//! Loads the nodes on changed paths while the block that changes them is still executed.

use crate::{
    EMPTY_ROOT_HASH, Nibbles, NodeReader, TrieError,
    reader::Source,
    sparse::SparseTrie,
    state::{decode_leaf, expect_account, expect_slot, slot_key},
};
use alloy_primitives::{Address, B256, keccak256};
use praxis_primitives::{AccountBefore, StateBefore};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

/// Paths that are walked before a thread is worth its start: fewer are loaded as fast when the root is computed.
const MIN_PATHS: usize = 64;
/// Most batches of changes that wait for the thread. What comes on top is left out: the root reads it itself.
const MAX_WAITING: usize = 4_096;

/// Walks to what a block changes, in a thread of its own, so that its nodes are in the reader's cache when the root is computed.
/// The root does not depend on it, nor on how far it came. Dropping it stops it.
pub struct Warmer {
    start: Option<Box<dyn FnOnce() -> Option<Running> + Send>>,
    /// Changes that are too few yet.
    first: Vec<StateBefore>,
    paths: usize,
    running: Option<Running>,
}

struct Running {
    queue: SyncSender<StateBefore>,
    stop: Arc<AtomicBool>,
    thread: thread::JoinHandle<()>,
}

impl std::fmt::Debug for Warmer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Warmer").field("paths", &self.paths).field("running", &self.running.is_some()).finish()
    }
}

impl Warmer {
    /// A warmer that reads what the root will read. Without a cache in the reader, or a second processor, it does nothing.
    pub fn new(reader: impl NodeReader + Send + 'static) -> Self {
        let alone = thread::available_parallelism().is_ok_and(|threads| threads.get() == 1);
        let start = move || -> Option<Running> {
            reader.cache()?;
            let (queue, changes) = sync_channel(MAX_WAITING);
            let stop = Arc::new(AtomicBool::new(false));
            let stopped = stop.clone();
            let work = move || walk(&reader, &changes, &stopped);
            // Where no thread can be had the root reads for itself.
            let thread = thread::Builder::new().name("trie-warmer".into()).spawn(work).ok()?;
            Some(Running { queue, stop, thread })
        };
        Self { start: (!alone).then(|| Box::new(start) as _), first: Vec::new(), paths: 0, running: None }
    }

    /// A warmer that does nothing.
    pub const fn idle() -> Self {
        Self { start: None, first: Vec::new(), paths: 0, running: None }
    }

    /// Loads the paths to what a transaction changed. Never waits.
    pub fn changed(&mut self, before: StateBefore) {
        if let Some(running) = &self.running {
            let _left_out_when_full = running.queue.try_send(before);
        } else if self.start.is_some() {
            self.paths += before.accounts.values().map(|account| 1 + account.storage.len()).sum::<usize>();
            self.first.push(before);
            if self.paths >= MIN_PATHS {
                self.running = self.start.take().and_then(|start| start());
                for before in self.first.drain(..) {
                    let Some(running) = &self.running else { break };
                    let _left_out_when_full = running.queue.try_send(before);
                }
            }
        }
    }

    /// Waits until everything is loaded: for measurements.
    pub fn settle(mut self) {
        if let Some(Running { queue, thread, .. }) = self.running.take() {
            drop(queue);
            let _panicked = thread.join();
        }
    }
}

impl Drop for Warmer {
    fn drop(&mut self) {
        if let Some(Running { queue, stop, thread }) = self.running.take() {
            stop.store(true, Ordering::Relaxed);
            drop(queue);
            // It holds a snapshot of the database until it ends, which it does after the path that it walks.
            let _panicked = thread.join();
        }
    }
}

/// A part of the tries that grows with what is walked.
struct Walker<'a> {
    reader: &'a dyn NodeReader,
    accounts: SparseTrie<'a>,
    storage: BTreeMap<Address, SparseTrie<'a>>,
}

fn walk(reader: &dyn NodeReader, changes: &Receiver<StateBefore>, stop: &AtomicBool) {
    // An error is the root's to report: it reads the same nodes.
    let Ok(accounts) = SparseTrie::open(Source::Accounts(reader), None) else { return };
    let mut walker = Walker { reader, accounts, storage: BTreeMap::new() };
    for before in changes {
        for (address, account) in &before.accounts {
            if walker.account(*address, account, stop).is_err() || stop.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

impl Walker<'_> {
    fn account(&mut self, address: Address, before: &AccountBefore, stop: &AtomicBool) -> Result<(), TrieError> {
        if !self.storage.contains_key(&address) {
            let hashed = keccak256(address);
            let root = self.storage_root(hashed, before)?;
            if before.storage.is_empty() || root == EMPTY_ROOT_HASH {
                return Ok(());
            }
            let trie = SparseTrie::open(Source::Storage(self.reader, hashed), Some(root))?;
            self.storage.insert(address, trie);
        }
        let Some(trie) = self.storage.get_mut(&address) else { return Ok(()) };
        for (slot, value) in &before.storage {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let key = slot_key(*slot);
            expect_slot(trie, &key, *value);
            trie.get(&key)?;
        }
        Ok(())
    }

    /// Walks to the account, and gives the root of its storage.
    fn storage_root(&mut self, hashed: B256, before: &AccountBefore) -> Result<B256, TrieError> {
        let key = Nibbles::unpack(hashed);
        expect_account(&mut self.accounts, &key, Some(before));
        let leaf = self.accounts.get(&key)?.map(|rlp| decode_leaf(self.reader, rlp, key)).transpose()?;
        Ok(leaf.map_or(EMPTY_ROOT_HASH, |leaf| leaf.storage_root))
    }
}
