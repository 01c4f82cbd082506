//! State as of a block.

use crate::{
    Reader, StorageError,
    codec::{At, decode_account, decode_previous, decode_slot, split_number},
    keys,
    tables::{StateTable, Table},
    walk::Walk,
};
use alloy_consensus::constants::KECCAK_EMPTY;
use alloy_primitives::{Address, B256, Bytes, U256};
use praxis_model::{MAX_PLAN_BYTES, ModelFault, ModelStore, id::model_id};
use praxis_primitives::{Account, BlockNumHash, Fault, StateReader};
use praxis_trie::{EMPTY_ROOT_HASH, FullRoot, Nibbles, NodeCache, NodeReader, full_storage_root, storage_root_of};

/// State, trie nodes and models as of one block, through one snapshot: what is committed or unwound later does not show.
/// Owns what it reads from, and is cheap to clone. As with a [`Reader`], hold it for a request, not for a session.
///
/// At the newest block a read is one lookup in a flat table. At an older one a seek in the history comes before it.
#[derive(Debug, Clone)]
pub struct StateView {
    reader: Reader,
    block: BlockNumHash,
    latest: bool,
}

impl StateView {
    pub(crate) const fn new(reader: Reader, block: BlockNumHash, latest: bool) -> Self {
        Self { reader, block, latest }
    }

    /// The block whose state this is.
    pub const fn block(&self) -> BlockNumHash {
        self.block
    }

    /// Blocks, receipts and heads in the same snapshot.
    pub const fn reader(&self) -> &Reader {
        &self.reader
    }

    /// State root of the flat tables, computed from nothing: a check of the incremental one. Holds a part of the accounts in
    /// memory at a time, and all slots of one account.
    ///
    /// # Errors
    /// When this is not the newest state, or a row is corrupt.
    pub fn full_state_root(&self) -> Result<B256, StorageError> {
        if !self.latest {
            return Err(StorageError::NotLatest { number: self.block.number });
        }
        let mut root = FullRoot::default();
        Walk::new(&self.reader)?.run(&mut |_, slots| Ok(full_storage_root(slots)), &mut |account| {
            root.add(account.hashed, &account.account, account.storage_root);
            Ok(())
        })?;
        Ok(root.finish())
    }

    /// The value at `key` after this block: what the first later change replaced, or else the newest value.
    fn value<T>(
        &self,
        table: StateTable,
        key: &[u8],
        decode: impl FnOnce(At<'_>, &[u8]) -> Result<T, StorageError>,
    ) -> Result<Option<T>, StorageError> {
        if !self.latest {
            let history = table.history();
            let rows = self.reader.rows(history, key, &keys::history(key, self.block.number.saturating_add(1)))?;
            if let Some((row, previous)) = rows.current()? {
                let at = At { table: history.name(), key: row };
                return decode_previous(at, previous)?.map(|value| decode(at, value)).transpose();
            }
        }
        self.reader.decode(table.current(), key, decode)
    }

    /// What the chain began with, of a row that no block up to this one has written.
    fn origin(&self, table: StateTable, key: &[u8]) -> Result<Option<&(dyn StateReader + Send + Sync)>, StorageError> {
        let Some(origin) = self.reader.origin() else { return Ok(None) };
        let history = table.history();
        let rows = self.reader.rows(history, key, &keys::history(key, 0))?;
        let written = match rows.current()? {
            Some((row, _)) => row <= keys::history(key, self.block.number).as_slice(),
            None => false,
        };
        Ok((!written).then_some(&*origin.0))
    }

    fn chunks(&self, id: B256) -> Result<Vec<u8>, StorageError> {
        let mut bytes = Vec::new();
        let mut rows = self.reader.rows(Table::ModelChunks, id.as_slice(), id.as_slice())?;
        for index in 0u32.. {
            let Some((key, value)) = rows.current()? else { break };
            let at = At { table: Table::ModelChunks.name(), key };
            let (number, data) = split_number(at, value)?;
            // A gap, or a chunk that came in later: as of this block the model is not complete.
            if key != keys::chunk(id, index) || number > self.block.number {
                break;
            }
            if bytes.len() + data.len() > MAX_PLAN_BYTES {
                return Err(at.corrupt("the model is longer than a model may be"));
            }
            bytes.extend_from_slice(data);
            rows.advance();
        }
        Ok(bytes)
    }
}

impl StateReader for StateView {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        let key = address.as_slice();
        match self.value(StateTable::Accounts, key, decode_account)? {
            Some(account) => Ok(Some(account)),
            None => self.origin(StateTable::Accounts, key)?.map_or(Ok(None), |origin| origin.account(address)),
        }
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        let key = keys::slot(address, slot);
        match self.value(StateTable::Storage, &key, decode_slot)? {
            Some(value) => Ok(value),
            None => {
                self.origin(StateTable::Storage, &key)?.map_or(Ok(U256::ZERO), |origin| origin.storage(address, slot))
            }
        }
    }

    fn has_storage(&self, address: Address) -> Result<bool, Fault> {
        let root = storage_root_of(self, address).map_err(|error| Fault::new(error.to_string()))?;
        Ok(root != EMPTY_ROOT_HASH)
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        if code_hash == KECCAK_EMPTY {
            return Ok(Bytes::new());
        }
        let key = code_hash.as_slice();
        let code = self.reader.get(Table::Code, key)?;
        if let (None, Some(origin)) = (&code, self.reader.origin()) {
            return origin.0.code(code_hash);
        }
        let at = At { table: Table::Code.name(), key };
        let code = code.ok_or_else(|| at.corrupt("an account names code that is not stored"))?;
        Ok(Bytes::copy_from_slice(&code))
    }

    fn block_hash(&self, number: u64) -> Result<B256, Fault> {
        if number > self.block.number {
            return Ok(B256::ZERO);
        }
        Ok(self.reader.hash_of(number)?.unwrap_or_default())
    }
}

impl NodeReader for StateView {
    fn account_node(&self, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        Ok(self.value(StateTable::AccountNodes, &keys::path(path), |_, rlp| Ok(Bytes::copy_from_slice(rlp)))?)
    }

    fn storage_node(&self, hashed_address: B256, path: &Nibbles) -> Result<Option<Bytes>, Fault> {
        let key = keys::storage_path(hashed_address, path);
        Ok(self.value(StateTable::StorageNodes, &key, |_, rlp| Ok(Bytes::copy_from_slice(rlp)))?)
    }

    fn cache(&self) -> Option<&NodeCache> {
        Some(self.reader.nodes())
    }
}

impl ModelStore for StateView {
    /// Chunks that came in up to this block. Bytes that do not have this id are those of a model whose publication is
    /// not complete: each chunk was checked against the id before the chain took it.
    fn model_bytes(&self, id: B256) -> Result<Option<Vec<u8>>, ModelFault> {
        let bytes = self.chunks(id).map_err(|error| ModelFault { id, reason: error.to_string() })?;
        Ok((!bytes.is_empty() && model_id(&bytes) == id).then_some(bytes))
    }
}
