//! The newest state in the order of its trie.

use crate::{
    Reader, StorageError,
    codec::{At, decode_account, decode_slot},
    tables::Table,
};
use alloy_primitives::{Address, B256, U256, keccak256};
use praxis_primitives::Account;

/// Accounts that are sorted in memory at a time: about 120 bytes each.
const ACCOUNTS_AT_ONCE: u64 = 2_000_000;
/// The most parts: by the first byte of the hash.
const MAX_PARTS: u64 = 256;

/// Walks flat tables, which are in the order of addresses, in the order of hashed addresses: one pass for each part of the
/// hashes.
pub(crate) struct Walk<'r> {
    reader: &'r Reader,
    parts: u64,
}

/// An account with its place in the trie.
#[derive(Clone, Copy)]
pub(crate) struct Walked {
    pub(crate) hashed: B256,
    pub(crate) address: Address,
    pub(crate) account: Account,
    pub(crate) storage_root: B256,
}

/// Takes an account's slots, in no particular order, and gives its storage root.
pub(crate) type OnStorage<'f> = &'f mut dyn FnMut(B256, Vec<(U256, U256)>) -> Result<B256, StorageError>;
/// Takes accounts in the order of their hashed addresses.
pub(crate) type OnAccount<'f> = &'f mut dyn FnMut(Walked) -> Result<(), StorageError>;

impl<'r> Walk<'r> {
    pub(crate) fn new(reader: &'r Reader) -> Result<Self, StorageError> {
        let rows = reader.estimated_rows(Table::Accounts)?;
        Ok(Self { reader, parts: (rows / ACCOUNTS_AT_ONCE + 1).min(MAX_PARTS) })
    }

    /// With this many parts.
    #[cfg(test)]
    pub(crate) const fn in_parts(reader: &'r Reader, parts: u64) -> Self {
        Self { reader, parts }
    }

    pub(crate) fn run(&self, on_storage: OnStorage<'_>, on_account: OnAccount<'_>) -> Result<(), StorageError> {
        for part in 0..self.parts {
            let mut accounts = self.part(part, on_storage)?;
            accounts.sort_unstable_by_key(|account| account.hashed);
            accounts.into_iter().try_for_each(&mut *on_account)?;
        }
        Ok(())
    }

    /// The accounts of one part. Slots are read beside them: both tables are in the order of addresses.
    fn part(&self, part: u64, on_storage: OnStorage<'_>) -> Result<Vec<Walked>, StorageError> {
        let mut out = Vec::new();
        let mut rows = self.reader.rows(Table::Accounts, &[], &[])?;
        let mut slots = self.reader.rows(Table::Storage, &[], &[])?;
        while let Some((key, value)) = rows.current()? {
            let at = At { table: Table::Accounts.name(), key };
            let address = Address::from(at.array(key)?);
            let hashed = keccak256(address);
            let mine = u64::from(hashed[0]) * self.parts / 256 == part;
            let mut storage = Vec::new();
            while let Some((key, value)) = slots.current()? {
                let at = At { table: Table::Storage.name(), key };
                let key: [u8; 52] = at.array(key)?;
                let (owner, slot) = key.split_at(20);
                match owner.cmp(address.as_slice()) {
                    std::cmp::Ordering::Less => return Err(at.corrupt("a slot of an account that does not exist")),
                    std::cmp::Ordering::Greater => break,
                    std::cmp::Ordering::Equal if mine => {
                        storage.push((U256::from_be_slice(slot), decode_slot(at, value)?));
                    }
                    std::cmp::Ordering::Equal => {}
                }
                slots.advance();
            }
            if mine {
                let storage_root = on_storage(hashed, storage)?;
                out.push(Walked { hashed, address, account: decode_account(at, value)?, storage_root });
            }
            rows.advance();
        }
        match slots.current()? {
            None => Ok(out),
            Some((key, _)) => {
                Err(At { table: Table::Storage.name(), key }.corrupt("a slot of an account that does not exist"))
            }
        }
    }
}
