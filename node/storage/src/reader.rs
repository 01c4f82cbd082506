//! Reading blocks, all through one snapshot.

use crate::{
    HeadUpdate, Heads, Origin, StateView, StorageError,
    codec::{At, StoredBody, decode_id, decode_inferences, decode_location, decode_number, decode_receipts},
    database::{Rocks, io, meta},
    keys::after_prefix,
    tables::Table,
};
use alloy_primitives::{Address, B256};
use praxis_primitives::{Block, BlockNumHash, Header, InferenceEntry, Receipt, RecoveredBlock, SealedHeader};
use praxis_trie::NodeCache;
use rocksdb::{DB, DBPinnableSlice, DBRawIterator, ReadOptions, Snapshot};
use std::sync::Arc;

/// Everything as of one instant: commits and unwinds that come later do not show. Cheap to clone. While one is held the
/// database keeps what it shows, so hold it for a request, not for a session.
#[derive(Clone)]
pub struct Reader {
    inner: Arc<Inner>,
}

struct Inner {
    /// Options of a read of `snapshot`: made once, as they take an allocation and many reads are short.
    point_read: ReadOptions,
    // Dropped before `rocks`, which it borrows from: fields are dropped in the order of their declaration.
    snapshot: Snapshot<'static>,
    rocks: Arc<Rocks>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("sequence", &self.inner.snapshot.sequence_number()).finish()
    }
}

impl Reader {
    pub(crate) fn new(rocks: Arc<Rocks>) -> Self {
        // SAFETY: the reference points into the allocation behind `rocks`, which does not move and which `Inner` keeps
        // alive until after the snapshot is dropped. Nothing hands the snapshot out with this lifetime.
        let db: &'static DB = unsafe { &*std::ptr::from_ref(&rocks.db) };
        let snapshot = db.snapshot();
        let mut point_read = ReadOptions::default();
        point_read.set_snapshot(&snapshot);
        Self { inner: Arc::new(Inner { point_read, snapshot, rocks }) }
    }

    /// The newest state.
    ///
    /// # Errors
    /// [`StorageError::Empty`] before the genesis block is committed.
    pub fn state_latest(&self) -> Result<StateView, StorageError> {
        let head = self.heads()?.ok_or(StorageError::Empty)?.head;
        Ok(StateView::new(self.clone(), head, true))
    }

    /// The state after block `number`.
    ///
    /// # Errors
    /// When there is no such block, or its state was pruned.
    pub fn state_at(&self, number: u64) -> Result<StateView, StorageError> {
        let head = self.heads()?.ok_or(StorageError::Empty)?.head;
        if number == head.number {
            return Ok(StateView::new(self.clone(), head, true));
        }
        let earliest = self.earliest_state()?;
        if number < earliest {
            return Err(StorageError::Pruned { number, earliest });
        }
        let hash = self.hash_of(number)?.ok_or(StorageError::NoSuchBlock { number, head: head.number })?;
        Ok(StateView::new(self.clone(), BlockNumHash::new(number, hash), false))
    }

    /// The heads; `None` before the genesis block is committed.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn heads(&self) -> Result<Option<Heads>, StorageError> {
        let Some(head) = self.id(meta::HEAD)? else { return Ok(None) };
        let missing = |key| At { table: Table::Meta.name(), key }.corrupt("the row is missing");
        let safe = self.id(meta::SAFE)?.ok_or_else(|| missing(meta::SAFE))?;
        let finalized = self.id(meta::FINALIZED)?.ok_or_else(|| missing(meta::FINALIZED))?;
        Ok(Some(Heads { head, safe, finalized }))
    }

    fn id(&self, key: &[u8]) -> Result<Option<BlockNumHash>, StorageError> {
        self.decode(Table::Meta, key, decode_id)
    }

    /// The oldest block whose state can be read.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn earliest_state(&self) -> Result<u64, StorageError> {
        Ok(self.decode(Table::Meta, meta::EARLIEST_STATE, decode_number)?.unwrap_or(0))
    }

    /// The oldest block as of which the account can be proved whose proofs outlive states; that of states where there is no
    /// such account.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn earliest_proof(&self) -> Result<u64, StorageError> {
        match self.proofs_of()? {
            None => self.earliest_state(),
            Some(_) => Ok(self.decode(Table::Meta, meta::EARLIEST_PROOF, decode_number)?.unwrap_or(0)),
        }
    }

    /// The account of which proofs outlive states.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn proofs_of(&self) -> Result<Option<Address>, StorageError> {
        self.decode(Table::Meta, meta::PROOFS_OF, |at, bytes| at.array(bytes).map(Address::from))
    }

    /// The state after block `number` for proofs of `address` and its slots. For the account whose proofs outlive states that
    /// goes further back than [`Reader::state_at`]; of anything else such a view would show a mixture of states.
    ///
    /// # Errors
    /// When there is no such block, or what proofs need was pruned.
    pub fn state_for_proofs_of(&self, address: Address, number: u64) -> Result<StateView, StorageError> {
        if number >= self.earliest_state()? || self.proofs_of()? != Some(address) {
            return self.state_at(number);
        }
        let earliest = self.earliest_proof()?;
        if number < earliest {
            return Err(StorageError::Pruned { number, earliest });
        }
        let head = self.heads()?.ok_or(StorageError::Empty)?.head;
        let hash = self.hash_of(number)?.ok_or(StorageError::NoSuchBlock { number, head: head.number })?;
        Ok(StateView::new(self.clone(), BlockNumHash::new(number, hash), false))
    }

    /// `heads` after `update`, checked against the chain.
    pub(crate) fn moved_heads(&self, heads: Heads, update: HeadUpdate) -> Result<Heads, StorageError> {
        for (label, id) in [("safe", update.safe), ("finalized", update.finalized)] {
            let Some(id) = id else { continue };
            if id != heads.head && self.hash_of(id.number)? != Some(id.hash) {
                return Err(StorageError::NotCanonical { label, id });
            }
        }
        let finalized = update.finalized.unwrap_or(heads.finalized);
        if finalized.number < heads.finalized.number {
            return Err(StorageError::BelowFinalized { target: finalized.number, finalized: heads.finalized.number });
        }
        Heads { head: heads.head, safe: update.safe.unwrap_or(heads.safe), finalized }.check()
    }

    /// Header of block `number`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn header(&self, number: u64) -> Result<Option<SealedHeader>, StorageError> {
        let Some(hash) = self.hash_of(number)? else { return Ok(None) };
        Ok(Some(SealedHeader::new(self.bare_header(number)?, hash)))
    }

    /// Header of the block with this hash.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn header_by_hash(&self, hash: B256) -> Result<Option<SealedHeader>, StorageError> {
        self.by_hash(hash, Self::header)
    }

    /// Block `number` with its senders.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn block(&self, number: u64) -> Result<Option<RecoveredBlock>, StorageError> {
        let Some(hash) = self.hash_of(number)? else { return Ok(None) };
        let header = self.bare_header(number)?;
        let StoredBody { senders, body } = self.row(Table::Bodies, number, |at, bytes| at.rlp(bytes))?;
        if senders.len() != body.transactions.len() {
            let key = &number.to_be_bytes();
            return Err(At { table: Table::Bodies.name(), key }.corrupt("senders and transactions differ in number"));
        }
        Ok(Some(RecoveredBlock::new(Block { header, body }, senders, hash)))
    }

    /// The block with this hash, with its senders.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn block_by_hash(&self, hash: B256) -> Result<Option<RecoveredBlock>, StorageError> {
        self.by_hash(hash, Self::block)
    }

    /// Receipts of block `number`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn receipts(&self, number: u64) -> Result<Option<Vec<Receipt>>, StorageError> {
        if self.hash_of(number)?.is_none() {
            return Ok(None);
        }
        self.row(Table::Receipts, number, decode_receipts).map(Some)
    }

    /// Receipts of the block with this hash.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn receipts_by_hash(&self, hash: B256) -> Result<Option<Vec<Receipt>>, StorageError> {
        self.by_hash(hash, Self::receipts)
    }

    /// Inferences of block `number`; `None` where there is no such block.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn inferences(&self, number: u64) -> Result<Option<Vec<InferenceEntry>>, StorageError> {
        if self.hash_of(number)?.is_none() {
            return Ok(None);
        }
        Ok(Some(self.decode(Table::Inferences, &number.to_be_bytes(), decode_inferences)?.unwrap_or_default()))
    }

    /// Hash of block `number`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn hash_of(&self, number: u64) -> Result<Option<B256>, StorageError> {
        self.decode(Table::Canonical, &number.to_be_bytes(), |at, bytes| at.array(bytes).map(B256::from))
    }

    /// Number of the block with this hash.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn number_of(&self, hash: B256) -> Result<Option<u64>, StorageError> {
        self.decode(Table::Numbers, hash.as_slice(), decode_number)
    }

    /// Block number and index of a transaction.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn transaction_location(&self, hash: B256) -> Result<Option<(u64, u32)>, StorageError> {
        self.decode(Table::Transactions, hash.as_slice(), decode_location)
    }

    fn by_hash<T>(
        &self,
        hash: B256,
        read: impl FnOnce(&Self, u64) -> Result<Option<T>, StorageError>,
    ) -> Result<Option<T>, StorageError> {
        match self.number_of(hash)? {
            None => Ok(None),
            Some(number) => read(self, number),
        }
    }

    fn bare_header(&self, number: u64) -> Result<Header, StorageError> {
        self.row(Table::Headers, number, |at, bytes| at.rlp(bytes))
    }

    /// A row that every block on the chain has.
    fn row<T>(
        &self,
        table: Table,
        number: u64,
        decode: impl FnOnce(At<'_>, &[u8]) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let key = number.to_be_bytes();
        self.decode(table, &key, decode)?
            .ok_or_else(|| At { table: table.name(), key: &key }.corrupt("the row is missing"))
    }

    pub(crate) fn decode<T>(
        &self,
        table: Table,
        key: &[u8],
        decode: impl FnOnce(At<'_>, &[u8]) -> Result<T, StorageError>,
    ) -> Result<Option<T>, StorageError> {
        match self.get(table, key)? {
            None => Ok(None),
            Some(bytes) => decode(At { table: table.name(), key }, &bytes).map(Some),
        }
    }

    pub(crate) fn get(&self, table: Table, key: &[u8]) -> Result<Option<DBPinnableSlice<'_>>, StorageError> {
        let Inner { point_read, rocks, .. } = &*self.inner;
        let row = rocks.db.get_pinned_cf_opt(rocks.table(table)?, key, point_read);
        row.map_err(|error| io("read", table.name(), &error))
    }

    pub(crate) fn nodes(&self) -> &NodeCache {
        &self.inner.rocks.nodes
    }

    /// RocksDB's estimate of the rows of `table`.
    pub(crate) fn estimated_rows(&self, table: Table) -> Result<u64, StorageError> {
        let rocks = &self.inner.rocks;
        let rows = rocks.db.property_int_value_cf(rocks.table(table)?, rocksdb::properties::ESTIMATE_NUM_KEYS);
        Ok(rows.map_err(|error| io("read", table.name(), &error))?.unwrap_or(0))
    }

    /// The state below the chain's own, on a fork.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.inner.rocks.origin.as_ref()
    }

    /// The rows of `table` whose keys begin with `prefix`, from `from` on.
    pub(crate) fn rows<'r>(&'r self, table: Table, prefix: &[u8], from: &[u8]) -> Result<Rows<'r>, StorageError> {
        let mut options = ReadOptions::default();
        if let Some(end) = after_prefix(prefix) {
            options.set_iterate_upper_bound(end);
        }
        let mut iterator = self.inner.snapshot.raw_iterator_cf_opt(self.inner.rocks.table(table)?, options);
        iterator.seek(from);
        Ok(Rows { iterator, table })
    }
}

/// A key and its value.
pub(crate) type Row<'r> = (&'r [u8], &'r [u8]);

/// Rows in order of their keys.
pub(crate) struct Rows<'r> {
    iterator: DBRawIterator<'r>,
    table: Table,
}

impl Rows<'_> {
    /// The row at hand; `None` after the last one.
    pub(crate) fn current(&self) -> Result<Option<Row<'_>>, StorageError> {
        match self.iterator.item() {
            Some(row) => Ok(Some(row)),
            None => self.iterator.status().map(|()| None).map_err(|error| io("read", self.table.name(), &error)),
        }
    }

    /// Goes to the next row.
    pub(crate) fn advance(&mut self) {
        if self.iterator.valid() {
            self.iterator.next();
        }
    }
}
