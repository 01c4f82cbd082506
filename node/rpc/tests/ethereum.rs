//! Ethereum's namespaces, over a socket, against a chain that seals when told.

mod support;

use alloy_consensus::{Header, TxEip1559};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex, keccak256};
use alloy_rlp::Decodable;
use alloy_signer_local::PrivateKeySigner;
use alloy_trie::{Nibbles, TrieAccount, proof::verify_proof};
use praxis_contracts::addresses::{L1_BLOCK, WETH9};
use praxis_rpc::{RpcConfig, RpcContext, RpcServer};
use serde_json::{Value, json};
use support::{BASE_FEE, Node, encode};

const OTHER: Address = Address::repeat_byte(0xbb);

fn quantity(value: &Value) -> u128 {
    u128::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

fn hash_of(value: &Value) -> B256 {
    serde_json::from_value(value.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_goes_from_pool_to_receipt() {
    for node in [Node::rollup().await, Node::ethereum().await] {
        let from = node.signer.address();
        let hash = node.send(TxKind::Call(OTHER), 5, Bytes::new(), 21_000).await;
        let waiting = node.ok("eth_getTransactionByHash", json!([hash])).await;
        assert_eq!(waiting["blockHash"], Value::Null);
        assert_eq!(node.ok("eth_getTransactionReceipt", json!([hash])).await, Value::Null);
        assert_eq!(node.ok("eth_getTransactionCount", json!([from, "latest"])).await, "0x0");
        assert_eq!(node.ok("eth_getTransactionCount", json!([from, "pending"])).await, "0x1");
        assert_eq!(node.ok("txpool_status", json!([])).await, json!({"pending": "0x1", "queued": "0x0"}));
        let content = node.ok("txpool_content", json!([])).await;
        assert_eq!(content["pending"].as_object().unwrap().values().next().unwrap()["0"]["hash"], json!(hash));

        let block = node.seal().block.clone();
        let index = block.body().transactions.len() - 1;
        let receipt = node.ok("eth_getTransactionReceipt", json!([hash])).await;
        assert_eq!(receipt["status"], "0x1");
        assert_eq!(receipt["gasUsed"], "0x5208");
        assert_eq!(hash_of(&receipt["blockHash"]), block.hash());
        assert_eq!(quantity(&receipt["transactionIndex"]) as usize, index);
        assert_eq!(receipt.get("l1Fee").is_some(), node.chain.rollup().is_some());
        let price = quantity(&receipt["effectiveGasPrice"]);
        assert_eq!(price, u128::from(block.base_fee_per_gas.unwrap()) + 2_000_000);
        assert_eq!(node.ok("eth_getBalance", json!([OTHER, "latest"])).await, "0x5");
        assert_eq!(node.ok("eth_getBalance", json!([OTHER, "earliest"])).await, "0x0");
        assert_eq!(node.ok("eth_getBalance", json!([OTHER, {"blockHash": block.hash()}])).await, "0x5");
        let mined = node.ok("eth_getTransactionByHash", json!([hash])).await;
        assert_eq!(quantity(&mined["gasPrice"]), price);
        let at = [json!([block.hash(), format!("{index:#x}")]), json!(["latest", format!("{index:#x}")])];
        assert_eq!(node.ok("eth_getTransactionByBlockHashAndIndex", at[0].clone()).await, mined);
        assert_eq!(node.ok("eth_getTransactionByBlockNumberAndIndex", at[1].clone()).await, mined);
        assert_eq!(node.ok("eth_getBlockReceipts", json!(["latest"])).await[index], receipt);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_come_by_number_hash_and_tag() {
    let node = Node::rollup().await;
    for _ in 0..3 {
        node.seal();
    }
    node.chain.set_safe(2).unwrap();
    node.chain.set_finalized(1).unwrap();
    let number = async |tag: Value| node.ok("eth_getBlockByNumber", json!([tag, false])).await["number"].clone();
    let tags = [
        ("earliest", "0x0"),
        ("finalized", "0x1"),
        ("safe", "0x2"),
        ("latest", "0x3"),
        ("pending", "0x3"),
        ("0x2", "0x2"),
    ];
    for (tag, expected) in tags {
        assert_eq!(number(json!(tag)).await, expected, "{tag}");
    }
    assert_eq!(node.ok("eth_getBlockByNumber", json!(["0x4", true])).await, Value::Null);
    assert_eq!(node.ok("eth_getBlockByHash", json!([B256::ZERO, true])).await, Value::Null);
    let block = node.ok("eth_getBlockByNumber", json!(["0x3", true])).await;
    assert_eq!(node.ok("eth_getBlockByHash", json!([block["hash"], true])).await, block);
    assert_eq!(quantity(&block["timestampMs"]), 1_700_000_000_750);
    assert_eq!(block["transactions"][0]["type"], "0x7e");
    assert_eq!(block["transactions"][0]["nonce"], "0x2");
    assert_eq!(node.ok("eth_getBlockTransactionCountByNumber", json!(["0x3"])).await, "0x1");
    assert_eq!(node.ok("eth_getUncleCountByBlockNumber", json!(["0x3"])).await, "0x0");
    assert_eq!(node.ok("eth_blockNumber", json!([])).await, "0x3");
    assert_eq!(node.ok("eth_syncing", json!([])).await, false);
    assert_eq!(node.ok("net_version", json!([])).await, "77001");
    assert_eq!(node.ok("eth_chainId", json!([])).await, "0x12cc9");
    assert_eq!(node.ok("web3_sha3", json!(["0x68656c6c6f"])).await, json!(keccak256("hello")));
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_encodings_hash_to_what_was_served() {
    let node = Node::rollup().await;
    let hash = node.send(TxKind::Call(OTHER), 5, Bytes::new(), 21_000).await;
    node.seal();
    let block = node.ok("eth_getBlockByNumber", json!(["latest", false])).await;
    let bytes =
        async |method: &str, params: Value| -> Bytes { serde_json::from_value(node.ok(method, params).await).unwrap() };
    let header = bytes("debug_getRawHeader", json!(["latest"])).await;
    assert_eq!(json!(keccak256(&header)), block["hash"]);
    assert_eq!(Header::decode(&mut header.as_ref()).unwrap().number, 1);
    assert_eq!(keccak256(bytes("debug_getRawTransaction", json!([hash])).await), hash);
    assert_eq!(node.ok("debug_getRawReceipts", json!(["latest"])).await.as_array().unwrap().len(), 2);
    let size = bytes("debug_getRawBlock", json!([block["hash"]])).await.len();
    assert_eq!(quantity(&block["size"]) as usize, size);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_transactions_say_why_in_ethereums_words() {
    let node = Node::rollup().await;
    let other = PrivateKeySigner::random();
    let send = async |raw: Bytes| node.err("eth_sendRawTransaction", json!([raw])).await;
    let first = node.sign(0, TxKind::Call(OTHER), 1, Bytes::new(), 21_000);
    node.ok("eth_sendRawTransaction", json!([first])).await;
    assert_eq!(send(first.clone()).await.1.split(':').next(), Some("already known"));
    node.seal();
    let (code, message) = send(first).await;
    assert_eq!((code, message.as_str()), (-32000, "nonce too low: next nonce 1, tx nonce 0"));
    let poor = TxEip1559 {
        chain_id: 77_001,
        gas_limit: 21_000,
        max_fee_per_gas: BASE_FEE,
        to: TxKind::Call(OTHER),
        ..Default::default()
    };
    assert!(send(encode(&other, poor.clone())).await.1.starts_with("insufficient funds for gas * price + value"));
    let elsewhere = TxEip1559 { chain_id: 1, ..poor };
    assert!(send(encode(&other, elsewhere)).await.1.starts_with("invalid chain id"));
    let dear = node.sign(1, TxKind::Call(OTHER), 1, Bytes::new(), 20_000);
    assert!(send(dear).await.1.starts_with("intrinsic gas too low"));
    for garbage in ["0x", "0x02", "0x03f8", "0x7e", "0x02c0", "0xdeadbeef"] {
        assert_eq!(node.err("eth_sendRawTransaction", json!([garbage])).await.0, -32000, "{garbage}");
    }
    assert_eq!(node.err("eth_sendRawTransaction", json!(["nonsense"])).await.0, -32602);
    assert_eq!(node.err("eth_sendRawTransaction", json!([])).await.1, "missing value for required argument 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_run_with_overrides_and_report_reverts() {
    let node = Node::rollup().await;
    node.seal();
    // PUSH1 7, PUSH0, SSTORE unchanged; returns slot 0.
    let returns_slot = "0x5f545f5260205ff3";
    let at = |code: &str| json!({OTHER.to_string(): {"code": code, "stateDiff": {B256::ZERO.to_string(): B256::repeat_byte(7)}}});
    let call = json!({"to": OTHER});
    let result = node.ok("eth_call", json!([call, "latest", at(returns_slot)])).await;
    assert_eq!(result, json!(B256::repeat_byte(7)));
    assert_eq!(node.ok("eth_call", json!([call, "latest"])).await, "0x");
    // Error("no"), written by hand.
    let data = hex!(
        "08c379a0000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000026e6f000000000000000000000000000000000000000000000000000000000000"
    );
    let mut code = vec![0x60, data.len() as u8, 0x60, 12, 0x5f, 0x39, 0x60, data.len() as u8, 0x5f, 0xfd, 0x00, 0x00];
    code.extend_from_slice(&data);
    let reverting = json!({OTHER.to_string(): {"code": Bytes::from(code)}});
    for (method, params) in
        [("eth_call", json!([call, "latest", reverting])), ("eth_estimateGas", json!([call, "latest", reverting]))]
    {
        let error = node.call(method, params).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (3, "execution reverted: no"), "{method}");
        assert_eq!(error.data().unwrap().get(), format!("\"0x{}\"", hex::encode(data)));
    }
    let endless = json!({OTHER.to_string(): {"code": "0x5b5f56"}});
    assert_eq!(node.err("eth_call", json!([call, "latest", endless])).await, (-32000, "out of gas".into()));
    let broke = json!({"from": OTHER, "to": OTHER, "value": "0x1"});
    assert!(node.err("eth_call", json!([broke, "latest"])).await.1.starts_with("insufficient funds"));
    assert_eq!(node.err("eth_call", json!([call, "0x99"])).await, (-32000, "header not found".into()));
    let both = json!({OTHER.to_string(): {"state": {}, "stateDiff": {}}});
    assert_eq!(node.err("eth_call", json!([call, "latest", both])).await.0, -32602);
}

#[tokio::test(flavor = "multi_thread")]
async fn estimates_are_enough() {
    let node = Node::rollup().await;
    node.seal();
    let from = node.signer.address();
    let transfer = json!({"from": from, "to": OTHER, "value": "0x1"});
    assert_eq!(node.ok("eth_estimateGas", json!([transfer])).await, "0x5208");
    let deposit = json!({"from": from, "to": WETH9, "value": "0x10", "data": "0xd0e30db0"});
    let gas = quantity(&node.ok("eth_estimateGas", json!([deposit])).await) as u64;
    let hash = node.send(TxKind::Call(WETH9), 16, hex!("d0e30db0"), gas).await;
    node.seal();
    assert_eq!(node.ok("eth_getTransactionReceipt", json!([hash])).await["status"], "0x1");
}

#[tokio::test(flavor = "multi_thread")]
async fn storage_keys_may_be_quantities() {
    let node = Node::rollup().await;
    node.seal();
    let slot = async |key: &str| node.ok("eth_getStorageAt", json!([L1_BLOCK, key, "latest"])).await;
    let word = slot(&B256::from(U256::from(3)).to_string()).await;
    assert_eq!(word, json!(B256::repeat_byte(1)));
    assert_eq!(slot("0x3").await, word);
    assert_eq!(slot("0x0000000003").await, word);
    assert_eq!(
        node.err("eth_getStorageAt", json!([L1_BLOCK, "0xasdf"])).await.1,
        "invalid hex in storage key: \"0xasdf\""
    );
    assert!(node.ok("eth_getCode", json!([L1_BLOCK, "latest"])).await.as_str().unwrap().len() > 100);
    assert_eq!(node.ok("eth_getCode", json!([OTHER, "latest"])).await, "0x");
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_verify_against_the_state_root() {
    let node = Node::rollup().await;
    let hash = node.send(TxKind::Call(OTHER), 5, Bytes::new(), 21_000).await;
    node.seal();
    node.seal();
    for tag in ["0x1", "latest"] {
        let block = node.ok("eth_getBlockByNumber", json!([tag, false])).await;
        for address in [node.signer.address(), L1_BLOCK, Address::repeat_byte(0x66)] {
            let proof = node.ok("eth_getProof", json!([address, ["0x3", "0x99"], tag])).await;
            let account = TrieAccount {
                nonce: quantity(&proof["nonce"]) as u64,
                balance: U256::from(quantity(&proof["balance"])),
                storage_root: hash_of(&proof["storageHash"]),
                code_hash: hash_of(&proof["codeHash"]),
            };
            let nodes: Vec<Bytes> = serde_json::from_value(proof["accountProof"].clone()).unwrap();
            let value = (account != TrieAccount::default()).then(|| alloy_rlp::encode(account));
            verify_proof(hash_of(&block["stateRoot"]), Nibbles::unpack(keccak256(address)), value, &nodes).unwrap();
            let slot = &proof["storageProof"][0];
            assert_eq!(slot["key"], "0x3");
            let value = U256::from_str_radix(slot["value"].as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
            assert_eq!(value.is_zero(), address != L1_BLOCK);
            let nodes: Vec<Bytes> = serde_json::from_value(slot["proof"].clone()).unwrap();
            let value = (!value.is_zero()).then(|| alloy_rlp::encode(value));
            verify_proof(account.storage_root, Nibbles::unpack(keccak256(B256::from(U256::from(3)))), value, &nodes)
                .unwrap();
        }
    }
    assert!(node.ok("eth_getTransactionReceipt", json!([hash])).await.is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn fees_are_suggested_and_remembered() {
    let node = Node::rollup().await;
    assert_eq!(quantity(&node.ok("eth_maxPriorityFeePerGas", json!([])).await), 1_000_000);
    node.send(TxKind::Call(OTHER), 5, Bytes::new(), 21_000).await;
    node.seal();
    assert_eq!(quantity(&node.ok("eth_maxPriorityFeePerGas", json!([])).await), 2_000_000);
    assert_eq!(quantity(&node.ok("eth_gasPrice", json!([])).await), BASE_FEE + 2_000_000);
    let history = node.ok("eth_feeHistory", json!(["0x2", "latest", [50.0]])).await;
    assert_eq!(history["oldestBlock"], "0x0");
    assert_eq!(history["reward"], json!([["0x0"], ["0x1e8480"]]));
    assert_eq!(history["baseFeePerGas"].as_array().unwrap().len(), 3);
    assert_eq!(history["gasUsedRatio"][0], 0);
    let beyond = node.ok("eth_feeHistory", json!(["0x400", "latest"])).await;
    assert_eq!(beyond["oldestBlock"], "0x0");
    assert_eq!(beyond.get("reward"), None);
    assert_eq!(node.err("eth_feeHistory", json!(["0x1", "0x9", []])).await.0, -32000);
    assert_eq!(node.ok("eth_blobBaseFee", json!([])).await, "0x1");
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_sends_answer_with_the_receipt_or_say_why_not() {
    let node = Node::rollup().await;
    let raw = node.sign(0, TxKind::Call(OTHER), 1, Bytes::new(), 21_000);
    let timeout = node.call("eth_sendRawTransactionSync", json!([raw, "0x1e"])).await.unwrap_err();
    assert_eq!(timeout.code(), 4);
    assert_eq!(timeout.data().unwrap().get(), format!("\"{}\"", keccak256(&raw)));
    let far = node.sign(5, TxKind::Call(OTHER), 1, Bytes::new(), 21_000);
    let gap = node.call("eth_sendRawTransactionSync", json!([far])).await.unwrap_err();
    assert_eq!((gap.code(), gap.data().unwrap().get().contains("0x1\"")), (6, true));
    let next = node.sign(1, TxKind::Call(OTHER), 1, Bytes::new(), 21_000);
    let sealing = async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        node.seal()
    };
    let (receipt, block) = tokio::join!(node.ok("eth_sendRawTransactionSync", json!([next])), sealing);
    assert_eq!(hash_of(&receipt["blockHash"]), block.block.hash());
    assert_eq!(hash_of(&receipt["transactionHash"]), keccak256(&next));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_l1_has_no_rollup_methods_and_no_milliseconds() {
    let node = Node::ethereum().await;
    node.seal();
    for method in ["praxis_listModels", "optimism_syncStatus", "optimism_rollupConfig"] {
        assert_eq!(node.err(method, json!([])).await.0, -32601, "{method}");
    }
    assert_eq!(node.ok("eth_getBlockByNumber", json!(["latest", false])).await.get("timestampMs"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_port_says_what_to_do() {
    let node = Node::rollup().await;
    let context = RpcContext {
        chain: node.chain.clone(),
        pool: None,
        l1: None,
        blobs: None,
        dev: None,
        peers: Default::default(),
        forward: None,
        client_version: String::new(),
    };
    let error = RpcServer::start(RpcConfig::new(node.rpc.local_addr()), context.clone()).await.unwrap_err();
    assert!(error.to_string().contains("choose another port for the L2 RPC"), "{error}");
    let addr = node.rpc.local_addr();
    node.rpc.stop().await;
    let again = RpcServer::start(RpcConfig::new(addr), context).await.unwrap();
    assert_eq!(again.local_addr(), addr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_a_pool_says_where_to_send() {
    let node = Node::rollup().await;
    let raw = node.sign(0, TxKind::Call(OTHER), 1, Bytes::new(), 21_000);
    let context = RpcContext {
        chain: node.chain.clone(),
        pool: None,
        l1: None,
        blobs: None,
        dev: None,
        peers: Default::default(),
        forward: None,
        client_version: String::new(),
    };
    let follower = RpcServer::start(RpcConfig::new(([127, 0, 0, 1], 0).into()), context).await.unwrap();
    let mut node = node;
    node.client = jsonrpsee::http_client::HttpClientBuilder::default().build(follower.http_url()).unwrap();
    assert!(node.err("eth_sendRawTransaction", json!([raw])).await.1.contains("send them to the sequencer"));
    assert_eq!(node.ok("txpool_status", json!([])).await, json!({"pending": "0x0", "queued": "0x0"}));
}
