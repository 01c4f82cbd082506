//! A block whose bytes were checked against its hash.

use crate::{AlteredBlock, L1Error, rpc::Rpc};
use alloy_consensus::{
    EthereumTxEnvelope, Header, Signed, Transaction as _, TxEip4844, TxEip4844WithSidecar, Typed2718,
    proofs::{calculate_transaction_root, ordered_trie_root_encoded},
    transaction::SignerRecoverable,
};
use alloy_eips::{BlockNumHash, Decodable2718, Encodable2718};
use alloy_primitives::{Address, B256, BloomInput, Bytes, U64, keccak256};
use praxis_derive::logs::{LogSources, ReadLogs};
use praxis_primitives::{BatcherTransaction, L1BlockInfo, blob_base_fee};
use serde_json::{Value, json};

/// An Ethereum transaction; blob transactions without their blobs, as blocks hold them.
pub(crate) type L1Transaction = EthereumTxEnvelope<TxEip4844>;

/// A block with its transactions, both checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedBlock {
    /// keccak256 of the header.
    pub hash: B256,
    /// The header.
    pub header: Header,
    pub(crate) transactions: Vec<L1Transaction>,
}

/// Reads a header out of a block's JSON and computes its hash again.
pub(crate) fn check_header(rpc: &Rpc, method: &'static str, block: &Value, expected: B256) -> Result<Header, L1Error> {
    let header: Header = serde_json::from_value(block.clone()).map_err(|error| rpc.malformed(method, error))?;
    let computed = header.hash_slow();
    if computed != expected {
        let url = rpc.url();
        return Err(L1Error::Altered(Box::new(AlteredBlock {
            url,
            block: expected,
            what: "header",
            computed,
            expected,
        })));
    }
    Ok(header)
}

impl CheckedBlock {
    /// Reads a block out of the JSON of `eth_getBlockByHash` with full transactions.
    pub(crate) async fn check(rpc: &Rpc, mut block: Value, hash: B256) -> Result<Self, L1Error> {
        const METHOD: &str = "eth_getBlockByHash";
        let listed = block.get_mut("transactions").map(Value::take);
        let header = check_header(rpc, METHOD, &block, hash)?;
        let Some(Value::Array(listed)) = listed else {
            return Err(rpc.malformed(METHOD, "the block has no transactions field"));
        };
        let transactions: Vec<_> = listed.into_iter().map(|tx| read_transaction(tx, hash)).collect::<Result<_, _>>()?;
        let computed = calculate_transaction_root(&transactions);
        let expected = header.transactions_root;
        if computed != expected && !is_root_with_blobs(rpc, hash, &transactions, expected).await? {
            let what = "list of transactions";
            return Err(L1Error::Altered(Box::new(AlteredBlock {
                url: rpc.url(),
                block: hash,
                what,
                computed,
                expected,
            })));
        }
        Ok(Self { hash, header, transactions })
    }

    /// Number and hash.
    pub const fn id(&self) -> BlockNumHash {
        BlockNumHash::new(self.header.number, self.hash)
    }

    /// Whether the block's receipts may hold a log of one of these contracts, by the header's bloom filter.
    pub(crate) fn may_have_logs(&self, sources: &LogSources) -> bool {
        [sources.portal, sources.system_config]
            .into_iter()
            .any(|address| self.header.logs_bloom.contains_input(BloomInput::Raw(address.as_slice())))
    }

    /// What derivation needs of the block, given what its logs say. Senders are recovered from signatures.
    pub fn info(&self, batch_inbox: Address, logs: ReadLogs) -> L1BlockInfo {
        let header = &self.header;
        let batcher_transactions = self
            .transactions
            .iter()
            .filter_map(|tx| {
                if tx.to() != Some(batch_inbox) {
                    return None;
                }
                // The hash that came with the JSON is not what the root was computed from.
                let hash = keccak256(tx.encoded_2718());
                let from = tx.recover_signer().ok()?;
                let blobs = tx.blob_versioned_hashes().unwrap_or_default().to_vec();
                Some(BatcherTransaction { from, hash, data: tx.input().clone(), blobs })
            })
            .collect();
        L1BlockInfo {
            number: header.number,
            hash: self.hash,
            parent_hash: header.parent_hash,
            timestamp: header.timestamp,
            base_fee: header.base_fee_per_gas.unwrap_or(0),
            blob_base_fee: blob_base_fee(header.excess_blob_gas),
            prev_randao: header.mix_hash,
            parent_beacon_block_root: header.parent_beacon_block_root.unwrap_or(B256::ZERO),
            batcher_transactions,
            config_updates: logs.config_updates,
            deposits: logs.deposits,
        }
    }

    /// The transactions' hashes, in order, as the provider gave them.
    pub(crate) fn transaction_hashes(&self) -> impl Iterator<Item = B256> + '_ {
        self.transactions.iter().map(|tx| *tx.tx_hash())
    }
}

/// anvil's transactions root is that of the transactions as mempools pass them on: with blobs, commitments and proofs. It
/// gives those bytes, so its blocks can be checked too. Whether `expected` is such a root of these transactions.
async fn is_root_with_blobs(
    rpc: &Rpc,
    block: B256,
    transactions: &[L1Transaction],
    expected: B256,
) -> Result<bool, L1Error> {
    if !transactions.iter().any(Typed2718::is_eip4844) {
        return Ok(false);
    }
    let mut encoded = Vec::with_capacity(transactions.len());
    for (index, tx) in transactions.iter().enumerate() {
        let own = tx.encoded_2718();
        if !tx.is_eip4844() {
            encoded.push(Bytes::from(own));
            continue;
        }
        let params = json!([block, U64::from(index)]);
        let raw = match rpc.call::<Option<Bytes>>("eth_getRawTransactionByBlockHashAndIndex", params).await {
            Ok(Some(raw)) => raw,
            Ok(None) | Err(L1Error::Refused { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        if without_blobs(&raw).is_none_or(|tx| tx.encoded_2718() != own) {
            return Ok(false);
        }
        encoded.push(raw);
    }
    Ok(ordered_trie_root_encoded(&encoded) == expected)
}

/// The blob transaction that a mempool passes on in these bytes.
fn without_blobs(raw: &[u8]) -> Option<L1Transaction> {
    let EthereumTxEnvelope::Eip4844(signed) =
        EthereumTxEnvelope::<TxEip4844WithSidecar>::decode_2718_exact(raw).ok()?
    else {
        return None;
    };
    let (tx, signature, hash) = signed.into_parts();
    Some(L1Transaction::Eip4844(Signed::new_unchecked(tx.tx, signature, hash)))
}

fn read_transaction(tx: Value, block: B256) -> Result<L1Transaction, L1Error> {
    let text = |field: &str| tx.get(field).and_then(Value::as_str).unwrap_or("").to_owned();
    let (transaction, ty) = (text("hash"), text("type"));
    let reason = |what: String| L1Error::UnknownTransaction { block, transaction: transaction.clone(), reason: what };
    if !matches!(ty.as_str(), "" | "0x0" | "0x1" | "0x2" | "0x3" | "0x4") {
        return Err(reason(format!("its type is {ty}, and types 0x0 to 0x4 are known")));
    }
    serde_json::from_value(tx.clone()).map_err(|error| reason(error.to_string()))
}
