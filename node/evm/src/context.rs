//! What a block's transactions can see of the block.

use crate::{HeaderMismatch, ethereum, header::mismatch};
use alloy_eips::eip4895::Withdrawal;
use alloy_primitives::{Address, B64, B256, Bytes, U256};
use praxis_primitives::{ChainSpec, Fork, Header, PayloadAttributes, Rules, SealedHeader};

/// Longest extra data of a header.
pub const MAX_EXTRA_DATA_BYTES: usize = 32;

/// A block before its transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockContext {
    /// Number.
    pub number: u64,
    /// T_ms on the rollup; 1000 times the timestamp on Ethereum.
    pub timestamp_ms: u64,
    /// The header's timestamp in seconds.
    pub timestamp: u64,
    /// Who is credited the priority fees.
    pub beneficiary: Address,
    /// Gas limit.
    pub gas_limit: u64,
    /// Base fee in wei; zero before London.
    pub base_fee: u64,
    /// The randao mix; the mix hash under proof of work.
    pub prev_randao: B256,
    /// Hash of the parent.
    pub parent_hash: B256,
    /// The parent beacon block root; on the rollup that of the L1 origin.
    pub parent_beacon_block_root: B256,
    /// Excess blob gas; zero on the rollup, which takes no blob transactions.
    pub excess_blob_gas: u64,
    /// Extra data of the header.
    pub extra_data: Bytes,
    /// The fork of Ethereum whose rules hold.
    pub fork: Fork,
    /// What only Ethereum's blocks hold.
    pub ethereum: EthereumParts,
}

/// What only blocks of Ethereum hold: all empty on the rollup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EthereumParts {
    /// Difficulty, under proof of work.
    pub difficulty: U256,
    /// Nonce of the proof of work.
    pub nonce: B64,
    /// Uncles.
    pub ommers: Vec<Header>,
    /// Withdrawals from the beacon chain.
    pub withdrawals: Vec<Withdrawal>,
}

impl BlockContext {
    /// The context of the rollup block that these attributes describe. The attributes are trusted to follow `parent`.
    pub fn from_attributes(spec: &ChainSpec, parent: &SealedHeader, attributes: &PayloadAttributes) -> Self {
        let timestamp = attributes.timestamp_ms / 1000;
        let fork = spec.fork(attributes.number, timestamp);
        Self {
            number: attributes.number,
            timestamp_ms: attributes.timestamp_ms,
            timestamp,
            beneficiary: spec.genesis.beneficiary,
            gas_limit: attributes.gas_limit,
            base_fee: spec.next_base_fee(fork, parent),
            prev_randao: attributes.prev_randao,
            parent_hash: attributes.parent_hash,
            parent_beacon_block_root: attributes.parent_beacon_block_root,
            excess_blob_gas: next_excess_blob_gas(spec, fork, parent, timestamp),
            extra_data: attributes.extra_data.clone(),
            fork,
            ethereum: EthereumParts::default(),
        }
    }

    /// The context of the Ethereum block after `parent` at `timestamp` seconds.
    pub fn ethereum(spec: &ChainSpec, parent: &SealedHeader, timestamp: u64, prev_randao: B256) -> Self {
        let number = parent.number.saturating_add(1);
        let fork = spec.fork(number, timestamp);
        Self {
            number,
            timestamp_ms: timestamp.saturating_mul(1000),
            timestamp,
            beneficiary: spec.genesis.beneficiary,
            gas_limit: spec.genesis.gas_limit,
            base_fee: spec.next_base_fee(fork, parent),
            prev_randao,
            parent_hash: parent.hash(),
            // The embedded L1 has no beacon chain; any value that differs from block to block does.
            parent_beacon_block_root: parent.hash(),
            excess_blob_gas: next_excess_blob_gas(spec, fork, parent, timestamp),
            extra_data: Bytes::new(),
            fork,
            ethereum: EthereumParts::default(),
        }
    }

    /// The context in which to execute a block that somebody else made, once everything in its header that can be known
    /// before execution has been checked; on the rollup without what the block's first transaction says, for which there
    /// is [`crate::check_terms`].
    ///
    /// # Errors
    /// The first field that cannot be.
    pub fn of_block(spec: &ChainSpec, parent: &SealedHeader, header: &Header) -> Result<Self, HeaderMismatch> {
        let number = parent.number.saturating_add(1);
        mismatch("number", number, header.number)?;
        mismatch("parentHash", parent.hash(), header.parent_hash)?;
        let context = Self::at_header(spec, header);
        let fork = context.fork;
        match &spec.rules {
            Rules::Rollup(_) => {
                mismatch("timestamp", context.timestamp_ms / 1000, header.timestamp)?;
                mismatch("beneficiary", spec.genesis.beneficiary, header.beneficiary)?;
                mismatch("blobGasUsed", Some(0), header.blob_gas_used)?;
            }
            Rules::Ethereum(rules) => ethereum::check_header(rules, fork, parent, header)?,
        }
        let base_fee = (fork >= Fork::London).then(|| spec.next_base_fee(fork, parent));
        mismatch("baseFeePerGas", base_fee, header.base_fee_per_gas)?;
        let cancun = fork >= Fork::Cancun;
        let excess = cancun.then(|| next_excess_blob_gas(spec, fork, parent, header.timestamp));
        mismatch("excessBlobGas", excess, header.excess_blob_gas)?;
        match header.parent_beacon_block_root {
            None if cancun => return Err(HeaderMismatch::new("parentBeaconBlockRoot", "a hash", "nothing")),
            Some(root) if !cancun => return Err(HeaderMismatch::new("parentBeaconBlockRoot", "nothing", root)),
            _ => {}
        }
        if header.extra_data.len() > MAX_EXTRA_DATA_BYTES {
            let expected = format!("at most {MAX_EXTRA_DATA_BYTES} bytes");
            return Err(HeaderMismatch::new("extraData", expected, format!("{} bytes", header.extra_data.len())));
        }
        Ok(context)
    }

    /// The context of a block that this node has already accepted: for calls at that block, and for executing it again.
    pub fn at_header(spec: &ChainSpec, header: &Header) -> Self {
        let (timestamp_ms, ethereum) = match &spec.rules {
            Rules::Rollup(config) => (config.timestamp_ms(header.number), EthereumParts::default()),
            Rules::Ethereum(_) => {
                let (difficulty, nonce) = (header.difficulty, header.nonce);
                (header.timestamp.saturating_mul(1000), EthereumParts { difficulty, nonce, ..EthereumParts::default() })
            }
        };
        Self {
            number: header.number,
            timestamp_ms,
            timestamp: header.timestamp,
            beneficiary: header.beneficiary,
            gas_limit: header.gas_limit,
            base_fee: header.base_fee_per_gas.unwrap_or_default(),
            prev_randao: header.mix_hash,
            parent_hash: header.parent_hash,
            parent_beacon_block_root: header.parent_beacon_block_root.unwrap_or_default(),
            excess_blob_gas: header.excess_blob_gas.unwrap_or_default(),
            extra_data: header.extra_data.clone(),
            fork: spec.fork(header.number, header.timestamp),
            ethereum,
        }
    }

    /// With what a block's body holds besides transactions.
    ///
    /// # Errors
    /// When it holds uncles or withdrawals that the block's fork does not allow.
    pub fn with_body(mut self, ommers: &[Header], withdrawals: Option<&[Withdrawal]>) -> Result<Self, HeaderMismatch> {
        ethereum::check_body(&self, ommers, withdrawals)?;
        self.ethereum.ommers = ommers.to_vec();
        self.ethereum.withdrawals = withdrawals.unwrap_or_default().to_vec();
        Ok(self)
    }
}

/// Excess blob gas of the block after `parent` (EIP-4844, EIP-7918). The rollup has no blobs.
fn next_excess_blob_gas(spec: &ChainSpec, fork: Fork, parent: &Header, timestamp: u64) -> u64 {
    parent.next_block_excess_blob_gas(spec.blob_params(fork, timestamp)).unwrap_or_default()
}
