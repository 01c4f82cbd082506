//! An L1 node for tests: real hashes, a mempool with rules, blocks when the test says so, and the ways in which nodes fail.

use crate::{L1Client, L1ClientConfig, block::L1Transaction, receipts::L1Receipt};
use alloy_consensus::{
    EthereumTxEnvelope, Header, Transaction as _, TxEip4844WithSidecar, TxReceipt, Typed2718,
    proofs::{calculate_receipt_root, calculate_transaction_root},
    transaction::SignerRecoverable,
};
use alloy_eips::{Decodable2718, Encodable2718, eip7594::BlobTransactionSidecarEip7594};
use alloy_primitives::{Address, B256, Bloom, Bytes, Log, U64, U256, keccak256};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

#[derive(Clone)]
pub(crate) struct FakeBlock {
    pub(crate) header: Header,
    pub(crate) transactions: Vec<L1Transaction>,
    pub(crate) receipts: Vec<L1Receipt>,
}

type Alter = Box<dyn Fn(&str, &mut Value) + Send>;

pub(crate) struct State {
    pub(crate) blocks: Vec<FakeBlock>,
    pub(crate) mempool: BTreeMap<u64, L1Transaction>,
    pub(crate) balance: U256,
    /// Transactions below this fee are not mined.
    pub(crate) min_fee: u128,
    /// Blob transactions below this blob fee are not mined.
    pub(crate) min_blob_fee: u128,
    /// What `eth_blobBaseFee` says.
    pub(crate) blob_base_fee: u128,
    /// The mempool refuses what is not of the type of what it holds.
    pub(crate) sidecars: Vec<BlobTransactionSidecarEip7594>,
    pub(crate) down: bool,
    pub(crate) refuse: Option<&'static str>,
    pub(crate) fail_next: bool,
    pub(crate) hide_block_receipts: bool,
    pub(crate) logs: Vec<Log>,
    pub(crate) alter: Option<Alter>,
    pub(crate) sent: Vec<L1Transaction>,
}

#[derive(Clone)]
pub(crate) struct FakeL1 {
    state: Arc<Mutex<State>>,
    pub(crate) url: String,
}

impl FakeL1 {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            blocks: vec![],
            mempool: BTreeMap::new(),
            balance: U256::from(10u128.pow(18)),
            min_fee: 0,
            min_blob_fee: 0,
            blob_base_fee: 1,
            sidecars: vec![],
            down: false,
            refuse: None,
            fail_next: false,
            hide_block_receipts: false,
            logs: vec![],
            alter: None,
            sent: vec![],
        };
        let fake = Self { state: Arc::new(Mutex::new(state)), url };
        fake.mine();
        let served = fake.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(served.clone().serve(stream));
            }
        });
        fake
    }

    pub(crate) fn client(&self) -> L1Client {
        let config = L1ClientConfig {
            timeout: Duration::from_secs(2),
            attempts: 2,
            backoff: Duration::from_millis(1),
            max_backoff: Duration::from_millis(5),
        };
        L1Client::new(&self.url, config).unwrap()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Mines what the mempool holds in order of nonce and pays enough.
    pub(crate) fn mine(&self) -> B256 {
        let mut state = self.state();
        let mut transactions = Vec::new();
        let mut nonce = state.nonce();
        let pays = |state: &State, tx: &L1Transaction| {
            let blobs = tx.max_fee_per_blob_gas().is_none_or(|fee| fee >= state.min_blob_fee);
            blobs && tx.max_fee_per_gas() >= state.min_fee
        };
        while state.mempool.get(&nonce).is_some_and(|tx| pays(&state, tx)) {
            transactions.extend(state.mempool.remove(&nonce));
            nonce += 1;
        }
        let success = !std::mem::take(&mut state.fail_next);
        let logs = std::mem::take(&mut state.logs);
        state.append(transactions, success, logs)
    }

    /// Takes the newest block away, its transactions with it.
    pub(crate) fn reorg(&self) {
        self.state().blocks.pop();
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut buffer = Vec::new();
        loop {
            let body_at = loop {
                if let Some(at) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                    break at + 4;
                }
                match stream.read_buf(&mut buffer).await {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                }
            };
            let head = String::from_utf8_lossy(&buffer[..body_at]).to_lowercase();
            let length = head.split("content-length:").nth(1).and_then(|s| s.lines().next()).unwrap().trim().to_owned();
            let end = body_at + length.parse::<usize>().unwrap();
            while buffer.len() < end {
                if stream.read_buf(&mut buffer).await.unwrap() == 0 {
                    return;
                }
            }
            let request: Value = serde_json::from_slice(&buffer[body_at..end]).unwrap();
            buffer.drain(..end);
            let Some(answer) = self.answer(&request) else { return };
            let text = answer.to_string();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
            if stream.write_all(format!("{head}{}\r\n\r\n{text}", text.len()).as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn answer(&self, request: &Value) -> Option<Value> {
        let mut state = self.state();
        if state.down {
            return None;
        }
        let method = request["method"].as_str().unwrap();
        let id = &request["id"];
        Some(match state.call(method, &request["params"]) {
            Ok(mut result) => {
                if let Some(alter) = &state.alter {
                    alter(method, &mut result);
                }
                json!({ "jsonrpc": "2.0", "id": id, "result": result })
            }
            Err((code, message)) => {
                json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
            }
        })
    }
}

impl State {
    pub(crate) fn nonce(&self) -> u64 {
        self.blocks.iter().map(|block| block.transactions.len() as u64).sum()
    }

    fn append(&mut self, transactions: Vec<L1Transaction>, success: bool, mut logs: Vec<Log>) -> B256 {
        let receipts: Vec<L1Receipt> = (1..)
            .zip(&transactions)
            .map(|(n, tx)| L1Receipt {
                tx_type: tx.tx_type(),
                success,
                cumulative_gas_used: 21_000 * n,
                logs: std::mem::take(&mut logs),
            })
            .collect();
        let with_bloom: Vec<_> = receipts.iter().map(TxReceipt::with_bloom_ref).collect();
        let header = Header {
            parent_hash: self.blocks.last().map_or(B256::ZERO, |block| block.header.hash_slow()),
            number: self.blocks.len() as u64,
            timestamp: 12 * self.blocks.len() as u64,
            base_fee_per_gas: Some(1_000_000_000),
            mix_hash: B256::repeat_byte(7),
            extra_data: Bytes::from(self.sent.len().to_be_bytes()),
            transactions_root: calculate_transaction_root(&transactions),
            receipts_root: calculate_receipt_root(&with_bloom),
            logs_bloom: receipts.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | receipt.bloom()),
            ..Header::default()
        };
        let hash = header.hash_slow();
        self.blocks.push(FakeBlock { header, transactions, receipts });
        hash
    }

    fn find(&self, param: &Value) -> Option<&FakeBlock> {
        let text = param.as_str()?;
        match text {
            "latest" | "pending" => self.blocks.last(),
            "safe" | "finalized" => None,
            _ if text.len() == 66 => self.blocks.iter().find(|b| json!(b.header.hash_slow()) == *param),
            _ => self.blocks.get(text.parse::<U64>().ok()?.to::<usize>()),
        }
    }

    fn call(&mut self, method: &str, params: &Value) -> Result<Value, (i64, String)> {
        Ok(match method {
            "eth_chainId" => json!("0x1"),
            "eth_getBalance" => json!(self.balance),
            "eth_getCode" => json!("0x"),
            "eth_maxPriorityFeePerGas" => json!("0x3b9aca00"),
            "eth_blobBaseFee" => json!(U256::from(self.blob_base_fee)),
            "eth_estimateGas" => match self.refuse {
                Some(message) => return Err((3, message.into())),
                None => json!("0x5208"),
            },
            "eth_getTransactionCount" => {
                let pending = if params[1] == "pending" { self.mempool.len() as u64 } else { 0 };
                json!(U64::from(self.nonce() + pending))
            }
            "eth_getBlockByNumber" | "eth_getBlockByHash" => {
                self.find(&params[0]).map_or(Value::Null, |block| block.json(params[1] == true))
            }
            "eth_getBlockReceipts" if !self.hide_block_receipts => {
                self.find(&params[0]).map_or(Value::Null, |block| Value::from(block.receipts_json()))
            }
            "eth_getTransactionReceipt" => {
                let all = self.blocks.iter().flat_map(FakeBlock::receipts_json);
                all.into_iter().find(|receipt| receipt["transactionHash"] == params[0]).unwrap_or(Value::Null)
            }
            "eth_sendRawTransaction" => return self.receive(&params[0]),
            _ => return Err((-32601, format!("the method {method} does not exist"))),
        })
    }

    fn receive(&mut self, raw: &Value) -> Result<Value, (i64, String)> {
        let refuse = |message: &str| Err((-32000, message.to_owned()));
        if let Some(message) = self.refuse {
            return refuse(message);
        }
        let raw: Bytes = serde_json::from_value(raw.clone()).unwrap();
        let (tx, sidecar) = read_pooled(&raw);
        if tx.nonce() < self.nonce() {
            return refuse("nonce too low");
        }
        if self.mempool.get(&tx.nonce()) == Some(&tx) {
            return refuse("already known");
        }
        if self
            .mempool
            .values()
            .any(|other| other.nonce() != tx.nonce() && other.ty() != tx.ty() && (other.ty() == 3 || tx.ty() == 3))
        {
            return refuse("address already reserved");
        }
        if let Some(old) = self.mempool.get(&tx.nonce()) {
            // The strictest rules that are in use: an eighth more is not enough, nor is twice as much: it must be above.
            let fees = |tx: &L1Transaction| {
                let tip = tx.max_priority_fee_per_gas().unwrap();
                [tx.max_fee_per_gas(), tip, tx.max_fee_per_blob_gas().unwrap_or(u128::MAX / 8)]
            };
            let blobs = tx.ty() == 3;
            if blobs != (old.ty() == 3) {
                return refuse("address already reserved");
            }
            let enough = |(new, old): (u128, u128)| if blobs { new > old * 2 } else { new * 8 > old * 9 };
            let count = if blobs { 3 } else { 2 };
            if !fees(&tx).into_iter().zip(fees(old)).take(count).all(enough) {
                return refuse("replacement transaction underpriced");
            }
        }
        self.sidecars.extend(sidecar);
        self.sent.push(tx.clone());
        let hash = *tx.tx_hash();
        self.mempool.insert(tx.nonce(), tx);
        Ok(json!(hash))
    }
}

/// A transaction as a mempool gets it: with its blobs, if it has some.
pub(crate) fn read_pooled(raw: &[u8]) -> (L1Transaction, Option<BlobTransactionSidecarEip7594>) {
    type Pooled = EthereumTxEnvelope<TxEip4844WithSidecar<BlobTransactionSidecarEip7594>>;
    if raw[0] != 3 {
        return (L1Transaction::decode_2718_exact(raw).unwrap(), None);
    }
    let Pooled::Eip4844(signed) = Pooled::decode_2718_exact(raw).unwrap() else { unreachable!() };
    let (tx, signature, hash) = signed.into_parts();
    let TxEip4844WithSidecar { tx, sidecar } = tx;
    (L1Transaction::Eip4844(alloy_consensus::Signed::new_unchecked(tx, signature, hash)), Some(sidecar))
}

impl FakeBlock {
    fn json(&self, full: bool) -> Value {
        let mut block = serde_json::to_value(&self.header).unwrap();
        block["hash"] = json!(self.header.hash_slow());
        let transactions = self.transactions.iter().map(|tx| {
            let mut value = serde_json::to_value(tx).unwrap();
            value["from"] = json!(tx.recover_signer().unwrap_or(Address::ZERO));
            if full { value } else { json!(tx.tx_hash()) }
        });
        block["transactions"] = transactions.collect();
        block
    }

    fn receipts_json(&self) -> Vec<Value> {
        let all = self.transactions.iter().zip(&self.receipts);
        all.map(|(tx, receipt)| {
            let logs: Vec<Value> = receipt
                .logs
                .iter()
                .map(|log| json!({ "address": log.address, "topics": log.topics(), "data": log.data.data }))
                .collect();
            json!({
                "transactionHash": keccak256(tx.encoded_2718()),
                "type": U64::from(receipt.tx_type as u8),
                "status": U64::from(u8::from(receipt.success)),
                "cumulativeGasUsed": U64::from(receipt.cumulative_gas_used),
                "blockHash": self.header.hash_slow(),
                "blockNumber": U64::from(self.header.number),
                "logs": logs,
            })
        })
        .collect()
    }
}
