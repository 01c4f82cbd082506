//! Blocks, headers and receipts.

use crate::{L1Attributes, L1AttributesError, RollupConfig, SystemConfig, Transaction, TxType};
use alloy_eips::BlockNumHash;
use alloy_primitives::B256;

/// An Ethereum header. On the rollup `timestamp` is floor(T_ms / 1000), `withdrawals_root` is the message passer's
/// storage root, `parent_beacon_block_root` the L1 origin's, and `requests_hash` commits to the inference records.
pub type Header = alloy_consensus::Header;
/// A block with its transactions.
pub type Block = alloy_consensus::Block<Transaction, Header>;
/// A block with its hash.
pub type SealedBlock = reth_primitives_traits::SealedBlock<Block>;
/// A block with its hash and the sender of each transaction.
pub type RecoveredBlock = reth_primitives_traits::RecoveredBlock<Block>;
/// A header with its hash.
pub type SealedHeader = reth_primitives_traits::SealedHeader<Header>;
/// A receipt: type, status, cumulative gas and logs.
pub type Receipt = alloy_consensus::EthereumReceipt<TxType>;

/// What derivation and the sequencer need to know of an L2 block to build its child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct L2BlockInfo {
    /// Number.
    pub number: u64,
    /// Hash.
    pub hash: B256,
    /// Hash of the parent.
    pub parent_hash: B256,
    /// T_ms: milliseconds since the Unix epoch.
    pub timestamp_ms: u64,
    /// The L1 block that its attributes came from.
    pub l1_origin: BlockNumHash,
    /// How many L2 blocks of the same L1 origin stand before it.
    pub sequence_number: u64,
    /// The configuration that held for it.
    pub config: SystemConfig,
}

impl L2BlockInfo {
    /// Reads L1 origin and system configuration out of the block's first transaction. Genesis has none; its own stand in
    /// the rollup configuration.
    ///
    /// # Errors
    /// When a block other than genesis does not begin with a well-formed L1 attributes deposit.
    pub fn of(block: &SealedBlock, config: &RollupConfig) -> Result<Self, L1AttributesError> {
        use alloy_consensus::BlockHeader;
        let number = block.number();
        let (l1_origin, sequence_number, system) = if number == 0 {
            (config.genesis.l1, 0, config.system_config())
        } else {
            let first = block.body().transactions.first().ok_or(L1AttributesError::Missing)?;
            let attributes = L1Attributes::from_transaction(first)?;
            let origin = BlockNumHash::new(attributes.number, attributes.hash);
            (origin, attributes.sequence_number, attributes.config)
        };
        Ok(Self {
            number,
            hash: block.hash(),
            parent_hash: block.parent_hash(),
            timestamp_ms: config.timestamp_ms(number),
            l1_origin,
            sequence_number,
            config: system,
        })
    }

    /// Number and hash.
    pub const fn id(&self) -> BlockNumHash {
        BlockNumHash::new(self.number, self.hash)
    }
}
