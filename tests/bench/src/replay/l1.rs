//! An L1 whose blocks lie in a file, served over JSON-RPC: real headers, transactions and receipts, so that a client can check
//! everything against the blocks' hashes.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use alloy_consensus::{
    Block, BlockBody, EthereumReceipt, EthereumTxEnvelope, Header, TxEip4844, TxReceipt as _, TxType,
    proofs::{calculate_receipt_root, calculate_transaction_root},
    transaction::SignerRecoverable as _,
};
use alloy_primitives::{Address, B256, Bytes, U64};
use alloy_rlp::Decodable as _;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Chain id of this L1.
pub(super) const CHAIN_ID: u64 = 77_800;
/// Seconds between two blocks.
pub(super) const BLOCK_SECONDS: u64 = 12;
/// Timestamp of block 0.
pub(super) const GENESIS_TIME: u64 = 1_750_000_000;
/// Largest request that is answered.
const MAX_REQUEST: usize = 1 << 20;

/// A transaction of this L1.
pub(super) type Transaction = EthereumTxEnvelope<TxEip4844>;
type L1Block = Block<Transaction>;

/// The blocks, shared by who makes them and who serves them.
#[derive(Clone, Default)]
pub(super) struct L1 {
    chain: Arc<RwLock<Blocks>>,
}

#[derive(Default)]
struct Blocks {
    blocks: Vec<(B256, L1Block)>,
    by_hash: BTreeMap<B256, usize>,
}

fn receipts(transactions: &[Transaction]) -> Vec<EthereumReceipt<TxType>> {
    let receipt = |(count, tx): (u64, &Transaction)| EthereumReceipt {
        tx_type: tx.tx_type(),
        success: true,
        cumulative_gas_used: 21_000 * count,
        logs: Vec::new(),
    };
    (1..).zip(transactions).map(receipt).collect()
}

impl L1 {
    /// Reads what [`Self::write`] wrote.
    pub(super) fn read(file: &Path) -> Result<Self> {
        let bytes = fs::read(file).with_context(|| format!("can't read {}", file.display()))?;
        let blocks = Vec::<L1Block>::decode(&mut bytes.as_slice()).context("the file of L1 blocks is broken")?;
        let l1 = Self::default();
        blocks.into_iter().for_each(|block| {
            l1.push(block);
        });
        Ok(l1)
    }

    pub(super) fn write(&self, file: &Path) -> Result<()> {
        let chain = self.chain.read().unwrap_or_else(PoisonError::into_inner);
        let blocks: Vec<&L1Block> = chain.blocks.iter().map(|(_, block)| block).collect();
        let mut bytes = Vec::new();
        alloy_rlp::encode_list::<&L1Block, L1Block>(&blocks, &mut bytes);
        fs::write(file, bytes).with_context(|| format!("can't write {}", file.display()))
    }

    fn push(&self, block: L1Block) -> B256 {
        let mut chain = self.chain.write().unwrap_or_else(PoisonError::into_inner);
        let hash = block.header.hash_slow();
        let index = chain.blocks.len();
        chain.by_hash.insert(hash, index);
        chain.blocks.push((hash, block));
        hash
    }

    /// Adds a block with these transactions; gives its hash.
    pub(super) fn seal(&self, transactions: Vec<Transaction>) -> B256 {
        let (number, parent_hash) = {
            let chain = self.chain.read().unwrap_or_else(PoisonError::into_inner);
            (chain.blocks.len() as u64, chain.blocks.last().map_or(B256::ZERO, |(hash, _)| *hash))
        };
        let receipts = receipts(&transactions);
        let with_bloom: Vec<_> = receipts.iter().map(|receipt| receipt.with_bloom_ref()).collect();
        let header = Header {
            parent_hash,
            number,
            timestamp: GENESIS_TIME + BLOCK_SECONDS * number,
            gas_limit: 60_000_000,
            gas_used: receipts.last().map_or(0, |receipt| receipt.cumulative_gas_used),
            base_fee_per_gas: Some(1_000_000_000 + number),
            mix_hash: B256::with_last_byte(7),
            transactions_root: calculate_transaction_root(&transactions),
            receipts_root: calculate_receipt_root(&with_bloom),
            withdrawals_root: Some(alloy_consensus::EMPTY_ROOT_HASH),
            blob_gas_used: Some(0),
            excess_blob_gas: Some(0),
            parent_beacon_block_root: Some(B256::with_last_byte(9)),
            requests_hash: Some(alloy_eips::eip7685::EMPTY_REQUESTS_HASH),
            ..Header::default()
        };
        let body = BlockBody { transactions, ommers: Vec::new(), withdrawals: Some(Default::default()) };
        self.push(Block { header, body })
    }

    /// Serves the blocks at an address of its own until the process ends; gives the URL.
    pub(super) async fn serve(&self) -> Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let l1 = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let l1 = l1.clone();
                tokio::spawn(async move {
                    // A client that goes away is no error.
                    let _ = l1.connection(stream).await;
                });
            }
        });
        Ok(url)
    }

    async fn connection(&self, mut stream: TcpStream) -> Result<()> {
        let mut buffer = Vec::new();
        loop {
            let body_at = loop {
                if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                    break at + 4;
                }
                ensure!(buffer.len() < MAX_REQUEST && stream.read_buf(&mut buffer).await? > 0, "the client is gone");
            };
            let head = String::from_utf8_lossy(&buffer[..body_at]).to_lowercase();
            let length = head.split_once("content-length:").and_then(|(_, rest)| rest.lines().next());
            let length: usize = length.context("a request without a length")?.trim().parse()?;
            ensure!(length < MAX_REQUEST, "a request of {length} bytes");
            while buffer.len() < body_at + length {
                ensure!(stream.read_buf(&mut buffer).await? > 0, "the client is gone");
            }
            let request: Value = serde_json::from_slice(&buffer[body_at..body_at + length])?;
            buffer.drain(..body_at + length);
            let text = self.answer(&request).to_string();
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", text.len());
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(text.as_bytes()).await?;
        }
    }

    fn answer(&self, request: &Value) -> Value {
        if let Some(batch) = request.as_array() {
            return batch.iter().map(|request| self.answer(request)).collect();
        }
        let (id, params) = (&request["id"], &request["params"]);
        let chain = self.chain.read().unwrap_or_else(PoisonError::into_inner);
        let found = chain.find(&params[0]).and_then(|index| chain.blocks.get(index));
        let result = match request["method"].as_str().unwrap_or_default() {
            "eth_chainId" => json!(U64::from(CHAIN_ID)),
            "eth_blockNumber" => json!(U64::from(chain.blocks.len().saturating_sub(1))),
            "eth_getBlockByNumber" | "eth_getBlockByHash" => {
                found.map_or(Value::Null, |(hash, block)| block_json(*hash, block, params[1] == true))
            }
            "eth_getBlockReceipts" => found.map_or(Value::Null, |(hash, block)| receipts_json(*hash, block)),
            "eth_getLogs" => json!([]),
            "eth_getCode" | "eth_call" => json!("0x"),
            "eth_getBalance" | "eth_getTransactionCount" => json!("0x0"),
            method => {
                let message = format!("the method {method} does not exist");
                return json!({ "jsonrpc": "2.0", "id": id, "error": { "code": -32601, "message": message } });
            }
        };
        json!({ "jsonrpc": "2.0", "id": id, "result": result })
    }
}

impl Blocks {
    fn find(&self, which: &Value) -> Option<usize> {
        let text = which.as_str().or_else(|| which["blockHash"].as_str())?;
        match text {
            "latest" | "pending" | "safe" | "finalized" => self.blocks.len().checked_sub(1),
            "earliest" => Some(0),
            _ if text.len() == 66 => self.by_hash.get(&text.parse::<B256>().ok()?).copied(),
            _ => usize::try_from(text.parse::<U64>().ok()?.to::<u64>()).ok(),
        }
    }
}

fn block_json(hash: B256, block: &L1Block, full: bool) -> Value {
    let mut out = json!(block.header);
    out["hash"] = json!(hash);
    let transaction = |(index, tx): (usize, &Transaction)| {
        if !full {
            return json!(tx.tx_hash());
        }
        let mut out = json!(tx);
        out["from"] = json!(tx.recover_signer().unwrap_or(Address::ZERO));
        out["blockHash"] = json!(hash);
        out["blockNumber"] = json!(U64::from(block.header.number));
        out["transactionIndex"] = json!(U64::from(index));
        out
    };
    out["transactions"] = block.body.transactions.iter().enumerate().map(transaction).collect();
    out["uncles"] = json!([]);
    out["withdrawals"] = json!([]);
    out
}

fn receipts_json(hash: B256, block: &L1Block) -> Value {
    let transactions = &block.body.transactions;
    let receipt = |(index, (tx, receipt)): (usize, (&Transaction, EthereumReceipt<TxType>))| {
        json!({
            "transactionHash": tx.tx_hash(),
            "transactionIndex": U64::from(index),
            "type": U64::from(receipt.tx_type as u8),
            "status": "0x1",
            "cumulativeGasUsed": U64::from(receipt.cumulative_gas_used),
            "gasUsed": "0x5208",
            "effectiveGasPrice": "0x1",
            "logsBloom": receipt.bloom(),
            "logs": [],
            "blockHash": hash,
            "blockNumber": U64::from(block.header.number),
        })
    };
    transactions.iter().zip(receipts(transactions)).enumerate().map(receipt).collect()
}

/// Calldata to the inbox as a transaction of this L1.
pub(super) fn inbox_transaction(
    signer: &impl alloy_signer::SignerSync,
    nonce: u64,
    inbox: Address,
    calldata: Bytes,
) -> Result<Transaction> {
    let tx = alloy_consensus::TxEip1559 {
        chain_id: CHAIN_ID,
        nonce,
        gas_limit: 10_000_000,
        max_fee_per_gas: 100_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
        to: inbox.into(),
        input: calldata,
        ..Default::default()
    };
    let signature = signer.sign_hash_sync(&alloy_consensus::SignableTransaction::signature_hash(&tx))?;
    Ok(alloy_consensus::SignableTransaction::into_signed(tx, signature).into())
}
