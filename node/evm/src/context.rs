//! What a block's transactions can see of the block.

use crate::{HeaderMismatch, header::mismatch};
use alloy_primitives::{Address, B256, Bytes};
use praxis_primitives::{ChainSpec, Header, PayloadAttributes, Rules, SealedHeader};

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
    /// Base fee in wei.
    pub base_fee: u64,
    /// The randao mix.
    pub prev_randao: B256,
    /// Hash of the parent.
    pub parent_hash: B256,
    /// The parent beacon block root; on the rollup that of the L1 origin.
    pub parent_beacon_block_root: B256,
    /// Excess blob gas, always zero: neither chain takes blob transactions.
    pub excess_blob_gas: u64,
    /// Extra data of the header.
    pub extra_data: Bytes,
}

impl BlockContext {
    /// The context of the rollup block that these attributes describe. The attributes are trusted to follow `parent`.
    pub fn from_attributes(spec: &ChainSpec, parent: &SealedHeader, attributes: &PayloadAttributes) -> Self {
        Self {
            number: attributes.number,
            timestamp_ms: attributes.timestamp_ms,
            timestamp: attributes.timestamp_ms / 1000,
            beneficiary: spec.genesis.beneficiary,
            gas_limit: spec.genesis.gas_limit,
            base_fee: spec.fees.next_base_fee(parent),
            prev_randao: attributes.prev_randao,
            parent_hash: attributes.parent_hash,
            parent_beacon_block_root: attributes.parent_beacon_block_root,
            excess_blob_gas: 0,
            extra_data: Bytes::new(),
        }
    }

    /// The context of the Ethereum block after `parent` at `timestamp` seconds.
    pub fn ethereum(spec: &ChainSpec, parent: &SealedHeader, timestamp: u64, prev_randao: B256) -> Self {
        Self {
            number: parent.number.saturating_add(1),
            timestamp_ms: timestamp.saturating_mul(1000),
            timestamp,
            beneficiary: spec.genesis.beneficiary,
            gas_limit: spec.genesis.gas_limit,
            base_fee: spec.fees.next_base_fee(parent),
            prev_randao,
            parent_hash: parent.hash(),
            // The embedded L1 has no beacon chain; any value that differs from block to block does.
            parent_beacon_block_root: parent.hash(),
            excess_blob_gas: 0,
            extra_data: Bytes::new(),
        }
    }

    /// The context in which to execute a block that somebody else made, once everything in its header that can be known
    /// before execution has been checked.
    ///
    /// # Errors
    /// The first field that cannot be.
    pub fn of_block(spec: &ChainSpec, parent: &SealedHeader, header: &Header) -> Result<Self, HeaderMismatch> {
        let number = parent.number.saturating_add(1);
        mismatch("number", number, header.number)?;
        mismatch("parentHash", parent.hash(), header.parent_hash)?;
        let context = Self::at_header(spec, header);
        match &spec.rules {
            Rules::Rollup(_) => {
                mismatch("timestamp", context.timestamp_ms / 1000, header.timestamp)?;
                mismatch("beneficiary", spec.genesis.beneficiary, header.beneficiary)?;
                // Nothing on L1 says what it holds, so what derivation makes of the block has none.
                mismatch("extraData", &Bytes::new(), &header.extra_data)?;
            }
            Rules::Ethereum(_) if header.timestamp <= parent.timestamp => {
                let expected = format!("more than {}", parent.timestamp);
                return Err(HeaderMismatch::new("timestamp", expected, header.timestamp));
            }
            Rules::Ethereum(_) => {}
        }
        mismatch("gasLimit", spec.genesis.gas_limit, header.gas_limit)?;
        mismatch("baseFeePerGas", Some(spec.fees.next_base_fee(parent)), header.base_fee_per_gas)?;
        mismatch("excessBlobGas", Some(0), header.excess_blob_gas)?;
        mismatch("blobGasUsed", Some(0), header.blob_gas_used)?;
        if header.parent_beacon_block_root.is_none() {
            return Err(HeaderMismatch::new("parentBeaconBlockRoot", "a hash", "nothing"));
        }
        if header.extra_data.len() > MAX_EXTRA_DATA_BYTES {
            let expected = format!("at most {MAX_EXTRA_DATA_BYTES} bytes");
            return Err(HeaderMismatch::new("extraData", expected, format!("{} bytes", header.extra_data.len())));
        }
        Ok(context)
    }

    /// The context of a block that this node has already accepted: for calls at that block, and for executing it again.
    pub fn at_header(spec: &ChainSpec, header: &Header) -> Self {
        let timestamp_ms = match &spec.rules {
            Rules::Rollup(config) => config.timestamp_ms(header.number),
            Rules::Ethereum(_) => header.timestamp.saturating_mul(1000),
        };
        Self {
            number: header.number,
            timestamp_ms,
            timestamp: header.timestamp,
            beneficiary: header.beneficiary,
            gas_limit: header.gas_limit,
            base_fee: header.base_fee_per_gas.unwrap_or(spec.fees.initial_base_fee),
            prev_randao: header.mix_hash,
            parent_hash: header.parent_hash,
            parent_beacon_block_root: header.parent_beacon_block_root.unwrap_or_default(),
            excess_blob_gas: header.excess_blob_gas.unwrap_or_default(),
            extra_data: header.extra_data.clone(),
        }
    }
}
