//! What derivation reads of an L1 block.

use crate::{LoggedUpdate, SystemConfig, TxDeposit};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, Bytes};

/// An L1 block, reduced to what derivation needs. Whoever makes one has checked it against the block's hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct L1BlockInfo {
    /// Number.
    pub number: u64,
    /// Hash.
    pub hash: B256,
    /// Hash of the parent.
    pub parent_hash: B256,
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
    /// Base fee in wei.
    pub base_fee: u64,
    /// Price of a blob gas in wei.
    pub blob_base_fee: u128,
    /// The randao mix, which L2 blocks of this origin carry on.
    pub prev_randao: B256,
    /// The header's parent beacon block root; zero where the header has none.
    pub parent_beacon_block_root: B256,
    /// Successful and failed transactions to the batch inbox, in order, with their recovered senders.
    pub batcher_transactions: Vec<BatcherTransaction>,
    /// Changes of the configuration in this block, in log order.
    pub config_updates: Vec<LoggedUpdate>,
    /// User deposits of this block, in log order.
    pub deposits: Vec<TxDeposit>,
}

impl L1BlockInfo {
    /// Number and hash.
    pub const fn id(&self) -> BlockNumHash {
        BlockNumHash::new(self.number, self.hash)
    }

    /// The configuration of L2 blocks with this origin, given that of the origin before it.
    pub fn config_after(&self, mut config: SystemConfig) -> SystemConfig {
        self.config_updates.iter().for_each(|logged| config.apply(&logged.update));
        config
    }

    /// The deposits that the first L2 block of this origin holds after its L1 attributes: updates of the configuration
    /// that are state, then users' deposits, each in log order.
    pub fn all_deposits(&self) -> impl Iterator<Item = TxDeposit> + '_ {
        let updates = self.config_updates.iter().filter_map(|logged| logged.deposit(self.id()));
        updates.chain(self.deposits.iter().cloned())
    }
}

/// A transaction to the batch inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatcherTransaction {
    /// Recovered sender.
    pub from: Address,
    /// Hash of the transaction, for messages.
    pub hash: B256,
    /// Its calldata.
    pub data: Bytes,
    /// Versioned hashes of its blobs, in order. Where there are some, they carry the frames and the calldata does not count.
    pub blobs: Vec<B256>,
}

/// The price of a blob gas that follows from a header's excess blob gas, by EIP-4844 with the Osaka schedule's
/// fraction.
pub fn blob_base_fee(excess_blob_gas: Option<u64>) -> u128 {
    excess_blob_gas.map_or(1, |excess| alloy_eips::eip7840::BlobParams::osaka().calc_blob_fee(excess))
}
