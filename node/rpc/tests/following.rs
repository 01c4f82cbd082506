//! Logs, filters and subscriptions: what happens, and what is taken back.

mod support;

use alloy_primitives::{Bytes, TxKind, hex, keccak256};
use jsonrpsee::{
    core::client::{Subscription, SubscriptionClientT},
    rpc_params,
    ws_client::{WsClient, WsClientBuilder},
};
use praxis_contracts::addresses::WETH9;
use serde_json::{Value, json};
use std::time::Duration;
use support::Node;

const DEPOSIT: [u8; 4] = hex!("d0e30db0");

async fn wrap(node: &Node) {
    node.send(TxKind::Call(WETH9), 16, DEPOSIT, 100_000).await;
}

async fn next(subscription: &mut Subscription<Value>) -> Value {
    tokio::time::timeout(Duration::from_secs(5), subscription.next()).await.expect("in time").unwrap().unwrap()
}

async fn socket(node: &Node) -> WsClient {
    WsClientBuilder::default().build(node.rpc.ws_url()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_found_by_address_topic_range_and_hash() {
    let node = Node::rollup().await;
    node.seal();
    wrap(&node).await;
    let block = node.seal().block.clone();
    node.seal();
    let topic = keccak256("Deposit(address,uint256)");
    let all = node.ok("eth_getLogs", json!([{"fromBlock": "0x0", "toBlock": "latest", "address": WETH9}])).await;
    assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
    assert_eq!(all[0]["topics"][0], json!(topic));
    assert_eq!(all[0]["blockNumber"], "0x2");
    let queries = [
        json!({"fromBlock": "0x2", "toBlock": "0x2", "topics": [topic]}),
        json!({"fromBlock": "earliest", "topics": [[topic, keccak256("x")]]}),
        json!({"blockHash": block.hash(), "topics": [null, node.signer.address().into_word()]}),
    ];
    for query in queries {
        assert_eq!(node.ok("eth_getLogs", json!([query])).await, all, "{query}");
    }
    let none = [
        json!({"fromBlock": "0x0", "toBlock": "0x1"}),
        json!({"fromBlock": "0x0", "topics": [null, topic]}),
        json!({"fromBlock": "0x0", "address": "0x0000000000000000000000000000000000000009"}),
        json!({}),
    ];
    for query in none {
        assert_eq!(node.ok("eth_getLogs", json!([query])).await, json!([]), "{query}");
    }
    let errors = [
        (json!({"fromBlock": "0x1", "toBlock": "0x9"}), -32602),
        (json!({"fromBlock": "0x2", "toBlock": "0x1"}), -32602),
        (json!({"fromBlock": "0x2", "blockHash": block.hash()}), -32602),
        (json!({"blockHash": keccak256("x")}), -32000),
    ];
    for (query, code) in errors {
        assert_eq!(node.err("eth_getLogs", json!([query])).await.0, code, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn log_queries_are_bounded() {
    let node = Node::rollup_with(|config| {
        config.limits.log_blocks = 3;
        config.limits.log_results = 1;
    })
    .await;
    for _ in 0..2 {
        wrap(&node).await;
    }
    node.seal();
    node.seal();
    node.seal();
    let (code, message) = node.err("eth_getLogs", json!([{"fromBlock": "0x0"}])).await;
    assert_eq!((code, message.as_str()), (-32005, "query spans 4 blocks, at most 3 are allowed"));
    assert_eq!(node.err("eth_getLogs", json!([{"fromBlock": "0x1", "address": WETH9}])).await.0, -32005);
    assert_eq!(node.ok("eth_getLogs", json!([{"fromBlock": "0x2"}])).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_tell_what_is_new_and_what_a_reorg_took_back() {
    let node = Node::rollup().await;
    let logs = node.ok("eth_newFilter", json!([{"address": WETH9}])).await;
    let blocks = node.ok("eth_newBlockFilter", json!([])).await;
    let pending = node.ok("eth_newPendingTransactionFilter", json!([])).await;
    let changes = async |id: &Value| {
        // The journal is written by a task of its own.
        tokio::time::sleep(Duration::from_millis(50)).await;
        node.ok("eth_getFilterChanges", json!([id])).await
    };
    wrap(&node).await;
    assert_eq!(changes(&pending).await.as_array().unwrap().len(), 1);
    let old = node.seal().block.clone();
    assert_eq!(changes(&blocks).await, json!([old.hash()]));
    let told = changes(&logs).await;
    assert_eq!((told[0]["removed"].clone(), told.as_array().unwrap().len()), (json!(false), 1));
    assert_eq!(changes(&logs).await, json!([]));
    assert_eq!(node.ok("eth_getFilterLogs", json!([logs])).await, told);

    node.chain.unwind_to(0).unwrap();
    let new = node.seal_salted(1).block.clone();
    assert_ne!(old.hash(), new.hash());
    assert_eq!(changes(&blocks).await, json!([new.hash()]));
    let told = changes(&logs).await;
    assert_eq!((told[0]["removed"].clone(), told[0]["blockHash"].clone()), (json!(true), json!(old.hash())), "{told}");
    assert_eq!(told.as_array().unwrap().len(), 1, "the pool no longer had the transaction: {told}");
    assert_eq!(node.ok("eth_uninstallFilter", json!([logs])).await, true);
    assert_eq!(node.err("eth_getFilterChanges", json!([logs])).await, (-32000, "filter not found".into()));
    assert_eq!(node.ok("eth_uninstallFilter", json!([logs])).await, false);
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribers_hear_of_heads_logs_and_pending_transactions() {
    let node = Node::rollup().await;
    let socket = socket(&node).await;
    let subscribe = async |params| -> Subscription<Value> {
        socket.subscribe("eth_subscribe", params, "eth_unsubscribe").await.unwrap()
    };
    let mut heads = subscribe(rpc_params!["newHeads"]).await;
    let mut logs = subscribe(rpc_params!["logs", json!({"address": WETH9})]).await;
    let mut hashes = subscribe(rpc_params!["newPendingTransactions"]).await;
    let mut whole = subscribe(rpc_params!["newPendingTransactions", true]).await;
    let hash = node.send(TxKind::Call(WETH9), 16, DEPOSIT, 100_000).await;
    assert_eq!(next(&mut hashes).await, json!(hash));
    assert_eq!(next(&mut whole).await["hash"], json!(hash));
    let block = node.seal().block.clone();
    let head = next(&mut heads).await;
    assert_eq!((&head["hash"], &head["number"]), (&json!(block.hash()), &json!("0x1")));
    assert!(head.get("timestampMs").is_some() && head.get("transactions").is_none());
    let log = next(&mut logs).await;
    assert_eq!((&log["transactionHash"], &log["removed"]), (&json!(hash), &json!(false)));
    node.chain.unwind_to(0).unwrap();
    let log = next(&mut logs).await;
    assert_eq!((&log["transactionHash"], &log["removed"]), (&json!(hash), &json!(true)));
    heads.unsubscribe().await.unwrap();
    let refused = socket.subscribe::<Value, _>("eth_subscribe", rpc_params!["everything"], "eth_unsubscribe").await;
    assert!(refused.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn subscription_ids_are_hex_strings_as_clients_expect() {
    let node = Node::rollup().await;
    let socket = socket(&node).await;
    let subscription: Subscription<Value> =
        socket.subscribe("eth_subscribe", rpc_params!["newHeads"], "eth_unsubscribe").await.unwrap();
    let jsonrpsee::core::client::SubscriptionKind::Subscription(id) = subscription.kind() else { panic!() };
    let id = serde_json::to_value(id).unwrap();
    assert!(id.as_str().unwrap().starts_with("0x"), "{id}");
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_are_bounded_per_connection() {
    let node = Node::rollup_with(|config| config.limits.subscriptions_per_connection = 2).await;
    let socket = socket(&node).await;
    let mut kept: Vec<Subscription<Value>> = Vec::new();
    for _ in 0..2 {
        kept.push(socket.subscribe("eth_subscribe", rpc_params!["newHeads"], "eth_unsubscribe").await.unwrap());
    }
    assert!(socket.subscribe::<Value, _>("eth_subscribe", rpc_params!["newHeads"], "eth_unsubscribe").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_creation_has_its_address_in_the_receipt() {
    let node = Node::rollup().await;
    let hash = node.send(TxKind::Create, 0, Bytes::from_static(&hex!("60015f5360015ff3")), 100_000).await;
    node.seal();
    let receipt = node.ok("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(receipt["contractAddress"], json!(node.signer.address().create(0)));
    assert_eq!(node.ok("eth_getCode", json!([receipt["contractAddress"], "latest"])).await, "0x01");
}
