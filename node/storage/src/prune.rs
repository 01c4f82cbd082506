//! Forgetting old states.

use crate::{
    Database, Reader, StorageError,
    codec::{Change, decode_changes, encode_changes},
    database::meta,
    failpoint::Write,
    keys,
    tables::{StateTable, Table},
};
use alloy_primitives::{Address, keccak256};
use praxis_trie::Nibbles;
use rocksdb::WriteBatch;
use std::collections::BTreeSet;

/// What to forget. Blocks, receipts, inferences and models stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prune {
    /// States before this block go; its own stays.
    pub states_before: u64,
    /// One account of which proofs outlive the states.
    pub proofs: Option<KeptProofs>,
    /// At most so many blocks are worked on, each in its own atomic batch. The next call goes on.
    pub max_blocks: u64,
}

/// An account of which proofs are kept: its storage, its storage trie, and the path to it in the account trie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptProofs {
    /// The account.
    pub address: Address,
    /// Proofs as of this block and later ones stay.
    pub before: u64,
}

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// The oldest block whose state is kept.
    pub earliest_state: u64,
    /// The oldest block as of which the kept account can be proved.
    pub earliest_proof: u64,
    /// Nothing is left to do.
    pub done: bool,
}

impl Database {
    /// Forgets the states before block `before_block`. As [`Database::prune`] without proofs and without a limit.
    ///
    /// # Errors
    /// As [`Database::prune`].
    pub fn prune_history(&self, before_block: u64) -> Result<u64, StorageError> {
        let prune = Prune { states_before: before_block, proofs: None, max_blocks: u64::MAX };
        Ok(self.prune(prune)?.earliest_state)
    }

    /// Forgets old states. One atomic batch per block, and commits may come between: a crash on the way loses nothing that
    /// was to be kept. What an earlier call forgot stays forgotten.
    ///
    /// # Errors
    /// When states from the finalized block on would go: down to it the chain must be able to go back.
    pub fn prune(&self, prune: Prune) -> Result<Pruned, StorageError> {
        let finalized = self.heads()?.ok_or(StorageError::Empty)?.finalized.number;
        if prune.states_before > finalized {
            return Err(StorageError::BelowFinalized { target: prune.states_before, finalized });
        }
        let kept = prune.proofs.map(|proofs| Kept::of(proofs.address));
        let proofs_before = prune.proofs.map_or(prune.states_before, |proofs| proofs.before.min(prune.states_before));
        let mut left = prune.max_blocks;
        loop {
            let _turn = self.turn();
            let reader = self.reader();
            let (earliest_state, earliest_proof) = (reader.earliest_state()?, reader.earliest_proof()?);
            let states = earliest_state < prune.states_before;
            let done = !states && earliest_proof >= proofs_before;
            if done || left == 0 {
                return Ok(Pruned { earliest_state, earliest_proof, done });
            }
            left -= 1;
            if states {
                self.forget_state(&reader, earliest_state + 1, kept.as_ref())?;
            } else {
                self.forget_proofs(&reader, earliest_proof + 1)?;
            }
        }
    }

    /// Drops what block `number` replaced, but for what the kept account needs.
    fn forget_state(&self, reader: &Reader, number: u64, kept: Option<&Kept>) -> Result<(), StorageError> {
        let row = number.to_be_bytes();
        let changes = reader.decode(Table::Changes, &row, decode_changes)?.unwrap_or_default();
        let (stay, go): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|change| kept.is_some_and(|kept| kept.needs(change)));
        let mut batch = WriteBatch::default();
        self.forget(&mut batch, number, &go)?;
        let (changes, meta) = (self.rocks.table(Table::Changes)?, self.rocks.table(Table::Meta)?);
        if stay.is_empty() {
            batch.delete_cf(changes, row);
        } else {
            batch.put_cf(changes, row, encode_changes(&stay));
        }
        batch.put_cf(meta, meta::EARLIEST_STATE, row);
        if let Some(kept) = kept
            && reader.proofs_of()? != Some(kept.address)
        {
            // Proofs reach back as far as states did until now.
            batch.put_cf(meta, meta::PROOFS_OF, kept.address);
            batch.put_cf(meta, meta::EARLIEST_PROOF, (number - 1).to_be_bytes());
        }
        self.write(Write::Prune, batch)
    }

    /// Drops what was kept of block `number`.
    fn forget_proofs(&self, reader: &Reader, number: u64) -> Result<(), StorageError> {
        let row = number.to_be_bytes();
        let changes = reader.decode(Table::Changes, &row, decode_changes)?.unwrap_or_default();
        let mut batch = WriteBatch::default();
        self.forget(&mut batch, number, &changes)?;
        batch.delete_cf(self.rocks.table(Table::Changes)?, row);
        batch.put_cf(self.rocks.table(Table::Meta)?, meta::EARLIEST_PROOF, row);
        self.write(Write::Prune, batch)
    }

    fn forget(&self, batch: &mut WriteBatch, number: u64, changes: &[Change]) -> Result<(), StorageError> {
        for change in changes {
            if let Change::State(table, key) = change {
                batch.delete_cf(self.rocks.table(table.history())?, keys::history(key, number));
            }
        }
        Ok(())
    }
}

/// Which rows proofs of an account need.
struct Kept {
    address: Address,
    hashed: [u8; 32],
    /// Keys of the account trie's nodes on the way to it.
    path: BTreeSet<Vec<u8>>,
}

impl Kept {
    fn of(address: Address) -> Self {
        let hashed = keccak256(address);
        let nibbles = Nibbles::unpack(hashed);
        let path = (0..=nibbles.len()).map(|len| keys::path(&nibbles.slice(..len))).collect();
        Self { address, hashed: hashed.0, path }
    }

    fn needs(&self, change: &Change) -> bool {
        match change {
            Change::State(StateTable::Accounts, key) => key == self.address.as_slice(),
            Change::State(StateTable::Storage, key) => key.starts_with(self.address.as_slice()),
            Change::State(StateTable::AccountNodes, key) => self.path.contains(key),
            Change::State(StateTable::StorageNodes, key) => key.starts_with(&self.hashed),
            Change::Chunk(_) => false,
        }
    }
}
