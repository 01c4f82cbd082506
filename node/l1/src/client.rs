//! The client: reads of L1.

use crate::{
    CheckedBlock, L1ClientConfig, L1Error, L1Prices,
    block::check_header,
    receipts::{self, L1Receipt},
    rpc::Rpc,
};
use alloy_consensus::Header;
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use praxis_derive::logs::{LogSources, ReadLogs, read_logs};
use praxis_primitives::L1BlockInfo;
use serde_json::{Value, json};

/// Where L1 does not suggest a priority fee, in wei per gas.
const DEFAULT_TIP: u128 = 1_000_000_000;

/// Which head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockTag {
    /// The newest block.
    Latest,
    /// The newest block that is unlikely to be reorganised.
    Safe,
    /// The newest block that will not be reorganised.
    Finalized,
}

impl BlockTag {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::Safe => "safe",
            Self::Finalized => "finalized",
        }
    }
}

/// A connection to one L1 node. Cheap to clone.
#[derive(Debug, Clone)]
pub struct L1Client {
    pub(crate) rpc: Rpc,
}

impl L1Client {
    /// A client for `url`. Nothing is sent yet.
    ///
    /// # Errors
    /// When `url` is not an HTTP URL.
    pub fn new(url: &str, config: L1ClientConfig) -> Result<Self, L1Error> {
        Ok(Self { rpc: Rpc::new(url, config)? })
    }

    /// The URL.
    pub fn url(&self) -> String {
        self.rpc.url()
    }

    /// The node's chain id.
    ///
    /// # Errors
    /// When L1 cannot be read.
    pub async fn chain_id(&self) -> Result<u64, L1Error> {
        Ok(self.rpc.call::<U64>("eth_chainId", json!([])).await?.to())
    }

    /// Makes sure that this is the L1 that the rollup is on.
    ///
    /// # Errors
    /// When it is another, or L1 cannot be read.
    pub async fn check_chain(&self, expected: u64) -> Result<(), L1Error> {
        match self.chain_id().await? {
            given if given == expected => Ok(()),
            given => Err(L1Error::WrongChain { url: self.url(), given, expected }),
        }
    }

    /// A head, its header checked against its hash. `None` where L1 has none yet, as a young chain has no finalized one.
    ///
    /// # Errors
    /// When L1 cannot be read, or the header does not hash to the hash that came with it.
    pub async fn head(&self, tag: BlockTag) -> Result<Option<(BlockNumHash, Header)>, L1Error> {
        match self.block_by_number(Value::from(tag.as_str())).await {
            // "Unknown block": nodes differ in how they say that there is no such head yet.
            Err(L1Error::Refused { .. }) if tag != BlockTag::Latest => Ok(None),
            other => other,
        }
    }

    /// Number and hash of the canonical block `number`, as this provider sees it; `None` when there is none yet.
    ///
    /// # Errors
    /// When L1 cannot be read, or the header does not hash to the hash that came with it.
    pub async fn block_id(&self, number: u64) -> Result<Option<BlockNumHash>, L1Error> {
        Ok(self.block_by_number(json!(U64::from(number))).await?.map(|(id, _)| id).filter(|id| id.number == number))
    }

    /// The lowest block from `lowest` on whose time is at least `timestamp`, in seconds; `highest + 1` when none up to `highest` is.
    /// A bisection over headers.
    ///
    /// # Errors
    /// When L1 cannot be read, or does not have one of the blocks.
    pub async fn first_block_since(&self, timestamp: u64, (lowest, highest): (u64, u64)) -> Result<u64, L1Error> {
        let (mut low, mut high) = (lowest, highest.saturating_add(1));
        while low < high {
            let middle = low + (high - low) / 2;
            let found = self.block_by_number(json!(U64::from(middle))).await?;
            let (_, header) = found.ok_or_else(|| self.rpc.not_found(format!("block {middle}")))?;
            if header.timestamp < timestamp {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    pub(crate) async fn block_by_number(&self, which: Value) -> Result<Option<(BlockNumHash, Header)>, L1Error> {
        const METHOD: &str = "eth_getBlockByNumber";
        let Some(mut block) = self.rpc.call::<Option<Value>>(METHOD, json!([which, false])).await? else {
            return Ok(None);
        };
        let hash = block.get_mut("hash").map(Value::take).unwrap_or_default();
        let hash: B256 = serde_json::from_value(hash).map_err(|error| self.rpc.malformed(METHOD, error))?;
        let header = check_header(&self.rpc, METHOD, &block, hash)?;
        Ok(Some((BlockNumHash::new(header.number, hash), header)))
    }

    /// A block with its transactions, by hash.
    ///
    /// # Errors
    /// When L1 cannot be read, does not have the block, or altered it.
    pub async fn block(&self, hash: B256) -> Result<CheckedBlock, L1Error> {
        let block = self.rpc.call::<Option<Value>>("eth_getBlockByHash", json!([hash, true])).await?;
        let block = block.ok_or_else(|| self.rpc.not_found(format!("block {hash}")))?;
        CheckedBlock::check(&self.rpc, block, hash).await
    }

    /// What derivation needs of a block, by hash. Receipts are read only of a block whose bloom filter has one of the
    /// contracts.
    ///
    /// # Errors
    /// As [`Self::block`], and when the receipts are not those of the block.
    pub async fn block_info(
        &self,
        hash: B256,
        batch_inbox: Address,
        sources: LogSources,
    ) -> Result<L1BlockInfo, L1Error> {
        let block = self.block(hash).await?;
        let logs = self.read_logs(&block, sources).await?;
        Ok(block.info(batch_inbox, logs))
    }

    /// What the logs of a block say to derivation.
    ///
    /// # Errors
    /// When the receipts cannot be read, or are not those of the block.
    pub async fn read_logs(&self, block: &CheckedBlock, sources: LogSources) -> Result<ReadLogs, L1Error> {
        if !block.may_have_logs(&sources) {
            return Ok(ReadLogs::default());
        }
        let receipts = self.receipts(block).await?;
        Ok(read_logs(sources, block.hash, receipts.iter().flat_map(|receipt| &receipt.logs)))
    }

    /// The receipts of a block, checked against its receipts root.
    pub(crate) async fn receipts(&self, block: &CheckedBlock) -> Result<Vec<L1Receipt>, L1Error> {
        receipts::fetch(&self.rpc, block).await
    }

    /// What L1 charges for a transaction in its next block.
    ///
    /// # Errors
    /// When L1 cannot be read.
    pub async fn prices(&self) -> Result<L1Prices, L1Error> {
        let head = self.head(BlockTag::Latest).await?;
        let base_fee = head.and_then(|(_, header)| header.base_fee_per_gas).unwrap_or(0);
        let tip = match self.rpc.call::<U256>("eth_maxPriorityFeePerGas", json!([])).await {
            Ok(tip) => tip.saturating_to(),
            Err(L1Error::Refused { .. }) => DEFAULT_TIP,
            Err(error) => return Err(error),
        };
        // Asked rather than computed: how the fee follows from a header changes by fork (EIP-7892).
        let blob_base_fee = match self.rpc.call::<Option<U256>>("eth_blobBaseFee", json!([])).await {
            Ok(fee) => fee.map(|fee| fee.saturating_to()),
            Err(L1Error::Refused { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(L1Prices { base_fee: u128::from(base_fee), tip, blob_base_fee })
    }

    /// A contract call on the state of the block with this hash.
    ///
    /// # Errors
    /// When L1 cannot be read, or the call reverts.
    pub async fn call(&self, to: Address, data: Bytes, block: B256) -> Result<Bytes, L1Error> {
        self.rpc.call("eth_call", json!([{ "to": to, "data": data }, { "blockHash": block }])).await
    }

    /// The code of an account at the newest block.
    ///
    /// # Errors
    /// When L1 cannot be read.
    pub async fn code(&self, address: Address) -> Result<Bytes, L1Error> {
        self.rpc.call("eth_getCode", json!([address, "latest"])).await
    }

    /// The balance of an account at the newest block, in wei.
    ///
    /// # Errors
    /// When L1 cannot be read.
    pub async fn balance(&self, address: Address) -> Result<U256, L1Error> {
        self.rpc.call("eth_getBalance", json!([address, "latest"])).await
    }

    /// The nonce of an account at the newest block, or with the mempool's transactions counted.
    ///
    /// # Errors
    /// When L1 cannot be read.
    pub async fn nonce(&self, address: Address, pending: bool) -> Result<u64, L1Error> {
        let tag = if pending { "pending" } else { "latest" };
        Ok(self.rpc.call::<U64>("eth_getTransactionCount", json!([address, tag])).await?.to())
    }
}
