//! States of any size, and blocks that change them.

use std::{path::Path, sync::Arc};

use alloy_consensus::BlockBody;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use anyhow::{Context, Result};
use praxis_primitives::{
    Account, AccountBefore, AccountDiff, Block, BlockNumHash, Header, RecoveredBlock, StateBefore, StateDiff,
    StateReader as _,
};
use praxis_storage::{ChainIdentity, CommitBlock, Database, DatabaseOptions, HeadUpdate, StateLoader, StateView};
use praxis_trie::{Nibbles, NodeReader as _, RootOutcome, TrieUpdates, Warmer};

/// One account in so many is a contract with [`SLOTS_PER_CONTRACT`] slots.
const ACCOUNTS_PER_CONTRACT: u64 = 20;
const SLOTS_PER_CONTRACT: u64 = 16;
/// One account in so many has an entry in the one large mapping.
const ACCOUNTS_PER_HOLDER: u64 = 10;
/// Contracts that a block of the mixed shape calls, by the slots that it changes.
const SLOTS_PER_CALLED_CONTRACT: u64 = 10;
/// Accounts beside the contracts that a block changes, by the slots that it changes: who sent, and who was paid.
const SLOTS_PER_PLAIN_ACCOUNT: u64 = 2;

/// How a block's slots are spread.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// Ten slots in each of many contracts, and half as many plain accounts.
    Mixed,
    /// One slot in each of as many contracts.
    Spread,
    /// All slots in one mapping that grows with the state.
    OneMapping,
}

impl Shape {
    pub(super) const ALL: [Self; 3] = [Self::Mixed, Self::Spread, Self::OneMapping];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Mixed => "ten per contract",
            Self::Spread => "one per contract",
            Self::OneMapping => "one large mapping",
        }
    }
}

/// A state in a database.
pub(super) struct World {
    pub(super) db: Arc<Database>,
    pub(super) accounts: u64,
    pub(super) slots: u64,
    pub(super) root: B256,
    head: BlockNumHash,
    random: u64,
}

fn address(index: u64) -> Address {
    Address::from_word(keccak256(index.to_be_bytes()))
}

/// The contract with the large mapping.
const TOKEN: Address = Address::repeat_byte(0x70);

/// A mapping's slots are hashes.
fn holder(index: u64) -> U256 {
    keccak256(index.to_le_bytes()).into()
}

fn account(index: u64, nonce: u64) -> Account {
    Account { nonce, balance: U256::from(index + 1), ..Account::default() }
}

fn block(number: u64, parent: B256, state_root: B256) -> RecoveredBlock {
    let header = Header { number, parent_hash: parent, state_root, gas_limit: 30_000_000, ..Header::default() };
    RecoveredBlock::new_unhashed(Block { header, body: BlockBody::default() }, Vec::new())
}

impl World {
    /// Makes a state of `accounts` accounts in `folder`, unless it is there, and opens it as a node does.
    pub(super) fn open(folder: &Path, accounts: u64, cache_mib: usize, node_cache_mib: usize) -> Result<Self> {
        if !folder.exists() {
            Self::load(folder, accounts)?;
        }
        let genesis = block(0, B256::ZERO, B256::ZERO);
        let identity = ChainIdentity { chain_id: 1, genesis_hash: genesis.hash() };
        let options = DatabaseOptions {
            cache_bytes: cache_mib << 20,
            node_cache_bytes: node_cache_mib << 20,
            ..DatabaseOptions::default()
        };
        let db = Database::open_with(folder, identity, &options)?;
        let head = db.heads()?.context("the database has no genesis")?.head;
        let root = db.state_latest()?.account_node(&Nibbles::new())?.map(keccak256);
        let (root, slots) = (root.context("the state is empty")?, slots_in(accounts));
        Ok(Self { db, accounts, slots, root, head, random: accounts ^ head.number })
    }

    fn load(folder: &Path, accounts: u64) -> Result<()> {
        // The genesis header does not know the state that is loaded below it: nothing here asks it.
        let genesis = block(0, B256::ZERO, B256::ZERO);
        let identity = ChainIdentity { chain_id: 1, genesis_hash: genesis.hash() };
        let loading = DatabaseOptions { write_buffer_bytes: 512 << 20, cache_bytes: 768 << 20, ..Default::default() };
        let db = Database::open_with(folder, identity, &loading)?;
        fill(&db, accounts)?;
        db.commit_genesis(&genesis, &StateDiff::default(), &TrieUpdates::default())?;
        Ok(())
    }

    /// SplitMix64.
    fn below(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    /// What a block changes: `slots` slots, most of them set before, and accounts.
    pub(super) fn diff(&mut self, shape: Shape, slots: u64) -> StateDiff {
        let mut diff = StateDiff::default();
        let nonce = self.head.number + 2;
        for _ in 0..slots / SLOTS_PER_PLAIN_ACCOUNT {
            let index = self.below(self.accounts);
            let changed = AccountDiff { account: Some(account(index, nonce)), ..AccountDiff::default() };
            diff.accounts.insert(address(index), changed);
        }
        let mut left = slots;
        while left > 0 {
            let (owner, slot) = match shape {
                Shape::OneMapping => {
                    let index = self.below(self.accounts / ACCOUNTS_PER_HOLDER);
                    (TOKEN, holder(index * ACCOUNTS_PER_HOLDER))
                }
                Shape::Mixed | Shape::Spread => {
                    let some = match shape {
                        Shape::Mixed => left / SLOTS_PER_CALLED_CONTRACT,
                        _ => left,
                    };
                    (self.contract(some), U256::from(self.below(SLOTS_PER_CONTRACT + 2)))
                }
            };
            let value = U256::from(self.below(u64::MAX) | 1);
            let changed = diff.accounts.entry(owner).or_default();
            changed.account.get_or_insert(account(0, nonce));
            // Two calls of one contract may change all of its slots between them.
            let slot =
                if changed.storage.contains_key(&slot) { U256::from(left + SLOTS_PER_CONTRACT * 2) } else { slot };
            left -= u64::from(changed.storage.insert(slot, value).is_none());
        }
        diff
    }

    /// Some contract, the same one for the same `some` in one block.
    fn contract(&self, some: u64) -> Address {
        let mixed =
            (some + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.head.number.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        address(
            mixed.wrapping_mul(0x94d0_49bb_1331_11eb) % (self.accounts / ACCOUNTS_PER_CONTRACT) * ACCOUNTS_PER_CONTRACT,
        )
    }

    /// Reads what stands where the block changes something, as its execution does, and tells `warmer` of it account by account.
    pub(super) fn read(&self, view: &StateView, diff: &StateDiff, warmer: &mut Warmer) -> Result<StateBefore> {
        let mut all = StateBefore::default();
        for (address, change) in &diff.accounts {
            let mut before = AccountBefore { account: view.account(*address)?, ..AccountBefore::default() };
            for slot in change.storage.keys() {
                before.storage.insert(*slot, view.storage(*address, *slot)?);
            }
            warmer.changed(StateBefore { accounts: [(*address, before.clone())].into() });
            all.accounts.insert(*address, before);
        }
        Ok(all)
    }

    /// Commits a block with this difference.
    pub(super) fn commit(&mut self, diff: &StateDiff, before: &StateBefore, outcome: &RootOutcome) -> Result<()> {
        let block = block(self.head.number + 1, self.head.hash, outcome.root);
        self.db.commit_block(CommitBlock {
            block: &block,
            receipts: &[],
            diff,
            before,
            trie: &outcome.updates,
            inferences: &[],
            chunks: &[],
            heads: HeadUpdate::default(),
            cursors: &[],
        })?;
        self.head = BlockNumHash::new(block.number, block.hash());
        self.root = outcome.root;
        Ok(())
    }
}

/// How many slots are loaded.
const fn slots_in(accounts: u64) -> u64 {
    accounts.div_ceil(ACCOUNTS_PER_CONTRACT) * SLOTS_PER_CONTRACT + accounts.div_ceil(ACCOUNTS_PER_HOLDER)
}

/// Loads accounts and slots.
fn fill(db: &Database, accounts: u64) -> Result<()> {
    let mut order: Vec<(B256, u64)> = (0..accounts).map(|index| (keccak256(address(index)), index)).collect();
    order.push((keccak256(TOKEN), accounts));
    order.sort_unstable();
    let mut loader = StateLoader::new(db)?;
    loader.code(&Bytes::from_static(&[0x60, 0x00]));
    for (_, index) in order {
        let slots: Vec<(U256, U256)> = if index == accounts {
            let holders = (0..accounts).step_by(usize::try_from(ACCOUNTS_PER_HOLDER)?);
            holders.map(|index| (holder(index), U256::from(index + 1))).collect()
        } else if index % ACCOUNTS_PER_CONTRACT == 0 {
            (0..SLOTS_PER_CONTRACT).map(|slot| (U256::from(slot), U256::from(index + slot + 1))).collect()
        } else {
            Vec::new()
        };
        let at = if index == accounts { TOKEN } else { address(index) };
        loader.account(at, &account(index, 1), slots.iter().copied())?;
    }
    loader.finish().context("loading the state")?;
    Ok(())
}
