//! Receipts that were checked against a block's receipts root.

use crate::{AlteredBlock, CheckedBlock, L1Error, rpc::Rpc};
use alloy_consensus::{EthereumReceipt, TxReceipt, TxType, proofs::calculate_receipt_root};
use alloy_primitives::{Address, B256, Bytes, Log, LogData, U8, U64};
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) type L1Receipt = EthereumReceipt<TxType>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireReceipt {
    #[serde(rename = "type", default)]
    ty: U8,
    status: U8,
    cumulative_gas_used: U64,
    logs: Vec<WireLog>,
}

#[derive(Deserialize)]
struct WireLog {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
}

impl WireReceipt {
    fn receipt(self) -> Result<L1Receipt, String> {
        let tx_type = TxType::try_from(self.ty.to::<u8>()).map_err(|error| error.to_string())?;
        let logs = self.logs.into_iter().map(|log| {
            let data = LogData::new(log.topics, log.data).ok_or("a log has more than four topics")?;
            Ok(Log { address: log.address, data })
        });
        Ok(L1Receipt {
            tx_type,
            success: self.status.to::<u8>() == 1,
            cumulative_gas_used: self.cumulative_gas_used.to(),
            logs: logs.collect::<Result<_, &str>>()?,
        })
    }
}

/// All receipts of a block. Nodes that do not know `eth_getBlockReceipts` are asked for each transaction's.
pub(crate) async fn fetch(rpc: &Rpc, block: &CheckedBlock) -> Result<Vec<L1Receipt>, L1Error> {
    const METHOD: &str = "eth_getBlockReceipts";
    let receipts = match rpc.call::<Option<Vec<Value>>>(METHOD, json!([block.hash])).await {
        Ok(Some(receipts)) => receipts,
        Ok(None) => return Err(rpc.not_found(format!("the receipts of block {}", block.hash))),
        Err(L1Error::Refused { code: -32601, .. }) => fetch_each(rpc, block).await?,
        Err(error) => return Err(error),
    };
    let receipts: Vec<L1Receipt> = receipts
        .into_iter()
        .map(|value| serde_json::from_value::<WireReceipt>(value).map_err(|e| e.to_string())?.receipt())
        .collect::<Result<_, String>>()
        .map_err(|reason| rpc.malformed(METHOD, reason))?;
    let with_bloom: Vec<_> = receipts.iter().map(TxReceipt::with_bloom_ref).collect();
    let computed = calculate_receipt_root(&with_bloom);
    let expected = block.header.receipts_root;
    if computed != expected {
        let what = "list of receipts";
        return Err(L1Error::Altered(Box::new(AlteredBlock {
            url: rpc.url(),
            block: block.hash,
            what,
            computed,
            expected,
        })));
    }
    Ok(receipts)
}

async fn fetch_each(rpc: &Rpc, block: &CheckedBlock) -> Result<Vec<Value>, L1Error> {
    let mut receipts = Vec::new();
    for hash in block.transaction_hashes() {
        let receipt: Option<Value> = rpc.call("eth_getTransactionReceipt", json!([hash])).await?;
        receipts.push(receipt.ok_or_else(|| rpc.not_found(format!("the receipt of transaction {hash}")))?);
    }
    Ok(receipts)
}
