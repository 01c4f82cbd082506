//! Shapes against what the execution-apis specification and OP clients expect, field by field.

use super::*;
use alloy_consensus::{EthereumTxEnvelope, Signed, TransactionEnvelope as _, TxEip1559, TxEip4844, TxLegacy};
use alloy_primitives::{Address, B256, Bytes, LogData, Signature, TxKind, U256};
use praxis_primitives::{
    Block, BlockNumHash, Eip1559Params, FeeParams, FeeScalars, Header, L1Attributes, L1BlockInfo, Receipt,
    RecoveredBlock, RecoveredTransaction, RollupConfig, RollupGenesis, SealedBlock, SystemConfig, Transaction,
    TxDeposit, TxType,
};
use serde_json::{Value, json};

const SENDER: Address = Address::repeat_byte(0xaa);
const OTHER: Address = Address::repeat_byte(0xbb);

fn signed<T: alloy_consensus::SignableTransaction<Signature>>(tx: T) -> Signed<T>
where
    Signed<T>: Into<EthereumTxEnvelope<TxEip4844>>,
{
    tx.into_signed(Signature::new(U256::from(5), U256::from(6), true))
}

fn legacy() -> Transaction {
    let tx = TxLegacy {
        chain_id: Some(7),
        nonce: 3,
        gas_price: 50,
        gas_limit: 21_000,
        to: TxKind::Call(OTHER),
        value: U256::from(9),
        input: Bytes::new(),
    };
    Transaction::Ethereum(signed(tx).into())
}

fn creation() -> Transaction {
    let tx = TxEip1559 {
        chain_id: 7,
        nonce: 4,
        gas_limit: 100_000,
        max_fee_per_gas: 100,
        max_priority_fee_per_gas: 3,
        to: TxKind::Create,
        value: U256::ZERO,
        access_list: Default::default(),
        input: Bytes::from_static(&[0x60]),
    };
    Transaction::Ethereum(signed(tx).into())
}

fn attributes() -> L1Attributes {
    let origin = L1BlockInfo {
        number: 5,
        hash: B256::repeat_byte(1),
        parent_hash: B256::ZERO,
        timestamp: 1_000,
        base_fee: 77,
        blob_base_fee: 2,
        prev_randao: B256::ZERO,
        parent_beacon_block_root: B256::ZERO,
        batcher_transactions: vec![],
        config_updates: vec![],
        deposits: vec![],
    };
    let config = SystemConfig {
        batcher_hash: OTHER.into_word(),
        scalars: FeeScalars { base_fee: 1_000_000, ..FeeScalars::default() },
        gas_limit: 30_000_000,
        eip1559: Eip1559Params { denominator: 1000, elasticity: 2 },
    };
    L1Attributes::new(&origin, 0, config, 1_000_250, false)
}

fn deposit() -> TxDeposit {
    TxDeposit {
        source_hash: B256::repeat_byte(9),
        from: SENDER,
        to: TxKind::Call(OTHER),
        mint: 16,
        value: U256::from(17),
        gas_limit: 90_000,
        is_system_transaction: false,
        input: Bytes::from_static(&[1, 2]),
    }
}

fn block() -> RecoveredBlock {
    let transactions = vec![attributes().transaction(), legacy(), creation(), Transaction::deposit(deposit())];
    let header = Header {
        number: 1,
        timestamp: 1_000,
        gas_limit: 30_000_000,
        gas_used: 171_000,
        base_fee_per_gas: Some(40),
        withdrawals_root: Some(B256::repeat_byte(2)),
        requests_hash: Some(B256::repeat_byte(3)),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        ..Header::default()
    };
    let body = alloy_consensus::BlockBody { transactions, ommers: vec![], withdrawals: Some(Default::default()) };
    let senders = vec![praxis_contracts::addresses::DEPOSITOR, SENDER, SENDER, SENDER];
    RecoveredBlock::new_sealed(SealedBlock::seal_slow(Block { header, body }), senders)
}

fn receipts() -> Vec<Receipt> {
    let log = |byte: u8| alloy_primitives::Log {
        address: OTHER,
        data: LogData::new_unchecked(vec![B256::repeat_byte(byte)], Bytes::from_static(&[7])),
    };
    let receipt = |tx_type, success, cumulative_gas_used, logs| Receipt { tx_type, success, cumulative_gas_used, logs };
    let kinds = block().body().transactions.iter().map(|tx| tx.tx_type()).collect::<Vec<TxType>>();
    vec![
        receipt(kinds[0], true, 50_000, vec![log(1)]),
        receipt(kinds[1], true, 71_000, vec![]),
        receipt(kinds[2], true, 131_000, vec![log(2), log(3)]),
        receipt(kinds[3], false, 171_000, vec![]),
    ]
}

fn to_json(value: impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn mined(index: usize) -> Value {
    let block = block();
    let tx = block.recovered_transaction(index).unwrap().cloned();
    to_json(RpcTransaction::mined(tx, Position::new(block.header(), block.hash(), index)))
}

#[test]
fn a_legacy_transaction_has_the_fields_of_the_specification() {
    let tx = mined(1);
    let expected = json!({
        "blockHash": block().hash(), "blockNumber": "0x1", "blockTimestamp": "0x3e8", "transactionIndex": "0x1",
        "from": SENDER, "gas": "0x5208", "gasPrice": "0x32", "hash": legacy().hash(), "input": "0x", "nonce": "0x3",
        "to": OTHER, "value": "0x9", "type": "0x0", "chainId": "0x7", "v": "0x32", "r": "0x5", "s": "0x6",
    });
    assert_eq!(tx, expected);
}

#[test]
fn a_dynamic_fee_transaction_shows_what_it_paid() {
    let tx = mined(2);
    assert_eq!(tx["gasPrice"], "0x2b");
    assert_eq!(tx["maxFeePerGas"], "0x64");
    assert_eq!(tx["to"], Value::Null);
    assert_eq!((&tx["yParity"], &tx["v"]), (&json!("0x1"), &json!("0x1")));
    let waiting = to_json(RpcTransaction::waiting(RecoveredTransaction::new_unchecked(creation(), SENDER)));
    assert_eq!(waiting["gasPrice"], "0x64");
    assert_eq!(waiting["blockHash"], Value::Null);
    assert_eq!(waiting["transactionIndex"], Value::Null);
    assert_eq!(waiting["blockNumber"], Value::Null);
    assert_eq!(waiting.get("blockTimestamp"), None);
}

#[test]
fn a_deposit_has_the_fields_that_op_clients_read() {
    let expected = json!({
        "blockHash": block().hash(), "blockNumber": "0x1", "blockTimestamp": "0x3e8", "transactionIndex": "0x3",
        "type": "0x7e", "hash": Transaction::deposit(deposit()).hash(), "sourceHash": B256::repeat_byte(9), "from": SENDER,
        "to": OTHER, "mint": "0x10", "value": "0x11", "gas": "0x15f90", "gasPrice": "0x0", "isSystemTx": false,
        "input": "0x0102", "nonce": "0x0", "r": "0x0", "s": "0x0", "v": "0x0", "yParity": "0x0",
    });
    assert_eq!(mined(3), expected);
    assert_eq!(mined(0).get("mint"), None);
    let mut full = RpcBlock::new(&block(), None, true);
    full.set_deposit_nonces(&[Some(5), Some(6), None, Some(2)]);
    let full = to_json(full);
    assert_eq!(full["transactions"][3]["nonce"], "0x2");
    assert_eq!(full["transactions"][0]["nonce"], "0x5");
    assert_eq!(full["transactions"][1]["nonce"], "0x3");
}

#[test]
fn a_block_has_the_fields_of_the_specification_and_milliseconds() {
    let block = to_json(RpcBlock::new(&block(), Some(1_000_250), false));
    let mut expected = vec![
        "baseFeePerGas",
        "blobGasUsed",
        "difficulty",
        "excessBlobGas",
        "extraData",
        "gasLimit",
        "gasUsed",
        "hash",
        "logsBloom",
        "miner",
        "mixHash",
        "nonce",
        "number",
        "parentBeaconBlockRoot",
        "parentHash",
        "receiptsRoot",
        "requestsHash",
        "sha3Uncles",
        "size",
        "stateRoot",
        "timestamp",
        "timestampMs",
        "transactions",
        "transactionsRoot",
        "uncles",
        "withdrawals",
        "withdrawalsRoot",
    ];
    expected.sort_unstable();
    assert_eq!(keys(&block), expected);
    assert_eq!(block["timestampMs"], "0xf433a");
    assert_eq!(block["withdrawals"], json!([]));
    assert_eq!(block["transactions"][1], json!(legacy().hash()));
    let encoded = alloy_rlp::encode(super::tests::block().into_block());
    assert_eq!(block["size"], format!("{:#x}", encoded.len()));
    let ethereum = to_json(RpcBlock::new(&super::tests::block(), None, false));
    assert_eq!(ethereum.get("timestampMs"), None);
}

#[test]
fn a_receipt_is_complete() {
    let block = block();
    let l1 = Some(prices_of(&block));
    let all = to_json(receipts_of(&block, &receipts(), 0..4, l1, |_| Some(8)));
    let creation = &all[2];
    assert_eq!(creation["gasUsed"], "0xea60");
    assert_eq!(creation["cumulativeGasUsed"], "0x1ffb8");
    assert_eq!(creation["effectiveGasPrice"], "0x2b");
    assert_eq!(creation["contractAddress"], json!(SENDER.create(4)));
    assert_eq!(creation["to"], Value::Null);
    assert_eq!((&creation["type"], &creation["status"]), (&json!("0x2"), &json!("0x1")));
    assert_eq!((&creation["logs"][0]["logIndex"], &creation["logs"][1]["logIndex"]), (&json!("0x1"), &json!("0x2")));
    assert_eq!(creation["logs"][0]["removed"], false);
    // 77 wei for each of 16 gas a byte: the fee is the gas at L1's base fee, but for the fraction of a gas that is cut off.
    let number = |field: &str| u64::from_str_radix(&creation[field].as_str().unwrap()[2..], 16).unwrap();
    assert_eq!((number("l1GasPrice"), number("l1BaseFeeScalar"), number("l1BlobBaseFeeScalar")), (77, 1_000_000, 0));
    assert!(number("l1GasUsed") > 0 && (0..77).contains(&(number("l1Fee") - 77 * number("l1GasUsed"))));
    assert_eq!(creation.get("operatorFeeScalar"), None);
    assert_eq!((&all[3]["l1Fee"], &all[3]["l1GasUsed"]), (&json!("0x0"), &json!("0x0")));
    assert_eq!(creation.get("depositNonce"), None);
    assert_eq!(all[1]["contractAddress"], Value::Null);
    assert_eq!(
        (&all[3]["type"], &all[3]["status"], &all[3]["depositNonce"]),
        (&json!("0x7e"), &json!("0x0"), &json!("0x8"))
    );
    assert_eq!(all[3]["effectiveGasPrice"], "0x0");
    let one = to_json(receipts_of(&block, &receipts(), 2..3, l1, |_| None));
    assert_eq!(one[0], *creation);
    let ethereum = to_json(receipts_of(&block, &receipts(), 2..3, None, |_| None));
    assert!(keys(&ethereum[0]).iter().all(|key| !key.starts_with("l1")), "{ethereum}");
}

#[test]
fn logs_are_counted_through_the_block() {
    let block = block();
    let receipts = receipts();
    let logs =
        to_json(block_logs(&block, &receipts, true, |log| log.topics()[0] == B256::repeat_byte(3)).collect::<Vec<_>>());
    let expected = json!([{
        "address": OTHER, "topics": [B256::repeat_byte(3)], "data": "0x07", "blockNumber": "0x1", "blockHash": block.hash(),
        "blockTimestamp": "0x3e8", "transactionHash": creation().hash(), "transactionIndex": "0x2", "logIndex": "0x2",
        "removed": true,
    }]);
    assert_eq!(logs, expected);
}

#[test]
fn a_models_status_follows_its_word() {
    use praxis_contracts::layout::ModelWord;
    let word = ModelWord { length: 100, ..ModelWord::default() };
    assert_eq!(ModelStatus::of(ModelWord::default(), 0, 0, 9), ModelStatus::Unknown);
    assert_eq!(ModelStatus::of(word, 0, 1, 9), ModelStatus::Uploading);
    assert_eq!(ModelStatus::of(word, 1, 1, 9), ModelStatus::Complete);
    let active = ModelWord { activation_block: 9, ..word };
    assert_eq!(ModelStatus::of(active, 1, 1, 9), ModelStatus::Pending);
    assert_eq!(ModelStatus::of(active, 1, 1, 10), ModelStatus::Active);
    assert_eq!(to_json(ModelStatus::Active), "active");
}

#[test]
fn the_rollup_configuration_has_op_nodes_fields_and_reads_back_whole() {
    let id = |n| BlockNumHash::new(n, B256::repeat_byte(n as u8));
    let config = RollupConfig {
        genesis: RollupGenesis { l1: id(4), l2: id(0), l2_time_ms: 1_000_250, balances: Default::default() },
        l1_chain_id: 77_000,
        l2_chain_id: 77_001,
        block_time_ms: 250,
        max_sequencer_drift_ms: 600_000,
        sequencing_window: 300,
        channel_timeout: 50,
        batch_inbox: OTHER,
        batcher: SENDER,
        l1: Default::default(),
        claim_interval: 4,
        gas_limit: 30_000_000,
        fee_vaults: Default::default(),
        engines: praxis_primitives::first_engine(),
        development: Default::default(),
        tx_gas_cap: praxis_primitives::default_tx_gas_cap(),
        scalars: Default::default(),
        fees: FeeParams::ETHEREUM,
    };
    let json = to_json(RpcRollupConfig::new(&config));
    assert_eq!(json["genesis"]["l1"], json!({"hash": B256::repeat_byte(4), "number": 4}));
    assert_eq!(json["genesis"]["system_config"]["batcherAddr"], json!(SENDER));
    assert_eq!((&json["block_time"], &json["block_time_ms"]), (&json!(0), &json!(250)));
    assert_eq!(json["seq_window_size"], 300);
    assert_eq!(RollupConfig::from_json(&json["praxis"].to_string()).unwrap(), config);
}
