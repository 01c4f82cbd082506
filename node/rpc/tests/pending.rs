//! The open block: what shows it, and what does not.

mod support;

use alloy_primitives::{Address, TxKind};
use jsonrpsee::{
    core::client::{Subscription, SubscriptionClientT},
    rpc_params,
    ws_client::WsClientBuilder,
};
use serde_json::{Value, json};
use std::time::Duration;
use support::Node;

const SOMEBODY: Address = Address::repeat_byte(0x5b);

async fn opened() -> (Node, Value) {
    let node = Node::rollup().await;
    node.seal();
    let hash = node.send(TxKind::Call(SOMEBODY), 7, vec![], 21_000).await;
    node.open();
    (node, json!(hash))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pending_tag_shows_it() {
    let (node, hash) = opened().await;
    let block = node.ok("eth_getBlockByNumber", json!(["pending", false])).await;
    assert_eq!((&block["number"], &block["hash"]), (&json!("0x2"), &Value::Null));
    assert_eq!(block["transactions"][1], hash);
    assert_eq!(block["parentHash"], json!(node.chain.head().hash()));
    let full = node.ok("eth_getBlockByNumber", json!(["pending", true])).await;
    assert_eq!(full["transactions"][1]["blockHash"], Value::Null);
    assert_eq!(full["transactions"][1]["hash"], hash);
    assert_eq!(node.ok("eth_getBlockTransactionCountByNumber", json!(["pending"])).await, "0x2");
    let one = node.ok("eth_getTransactionByBlockNumberAndIndex", json!(["pending", "0x1"])).await;
    assert_eq!((&one["hash"], &one["blockHash"]), (&hash, &Value::Null));
    assert_eq!(node.ok("eth_getBalance", json!([SOMEBODY, "pending"])).await, "0x7");
    assert_eq!(node.ok("eth_getBalance", json!([SOMEBODY, "latest"])).await, "0x0");
    assert_eq!(node.ok("eth_getTransactionCount", json!([node.signer.address(), "pending"])).await, "0x1");

    let receipts = node.ok("eth_getBlockReceipts", json!(["pending"])).await;
    assert_eq!((&receipts[1]["preconfirmed"], &receipts[1]["blockHash"]), (&json!(true), &Value::Null));
    let block = node.seal().block.hash();
    let mut sealed = node.ok("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(sealed["blockHash"], json!(block));
    // The receipt is the same but for what says that it may never be.
    sealed["blockHash"] = Value::Null;
    sealed["preconfirmed"] = json!(true);
    assert_eq!(sealed, receipts[1]);
    assert_eq!(node.ok("eth_getBlockByNumber", json!(["pending", false])).await["hash"], json!(block), "none is open");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_shows_it() {
    let (node, hash) = opened().await;
    assert_eq!(node.ok("eth_getTransactionReceipt", json!([hash])).await, Value::Null);
    assert_eq!(node.ok("eth_getTransactionByHash", json!([hash])).await["blockNumber"], Value::Null);
    assert_eq!(node.ok("eth_blockNumber", json!([])).await, "0x1");
    assert_eq!(node.ok("eth_getBlockByNumber", json!(["0x2", false])).await, Value::Null);
    assert_eq!(node.ok("eth_getBlockByNumber", json!(["latest", false])).await["number"], "0x1");
    assert_eq!(node.ok("eth_getBlockReceipts", json!(["latest"])).await.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_run_within_it() {
    let (node, _) = opened().await;
    // Returns the block's number and the balance of SOMEBODY.
    let code =
        format!("0x43600052 73{} 31 602052 60406000f3", alloy_primitives::hex::encode(SOMEBODY)).replace(' ', "");
    let at = Address::repeat_byte(0xcc);
    let call = async |tag: &str| {
        let code = json!({ at.to_string(): { "code": code } });
        let answer = node.ok("eth_call", json!([{ "to": at }, tag, code])).await;
        (answer.as_str().unwrap()[65..66].to_owned(), answer.as_str().unwrap()[129..130].to_owned())
    };
    assert_eq!(call("latest").await, ("1".into(), "0".into()));
    assert_eq!(call("pending").await, ("2".into(), "7".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribers_and_senders_who_ask_are_told_at_once() {
    let node = Node::rollup().await;
    node.seal();
    let socket = WsClientBuilder::default().build(node.rpc.ws_url()).await.unwrap();
    let kind = rpc_params!["praxis_preconfirmations"];
    let mut told: Subscription<Value> = socket.subscribe("eth_subscribe", kind, "eth_unsubscribe").await.unwrap();
    let raw = node.sign(0, TxKind::Call(SOMEBODY), 7, vec![], 21_000);
    let wait = json!([raw, "0x1388", { "preconfirmed": true }]);
    let opening = async {
        while node.pool.status().pending == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        node.open();
    };
    let (receipt, ()) = tokio::join!(node.ok("eth_sendRawTransactionSync", wait), opening);
    assert_eq!((&receipt["preconfirmed"], &receipt["blockHash"]), (&json!(true), &Value::Null));
    assert_eq!((&receipt["blockNumber"], &receipt["transactionIndex"]), (&json!("0x2"), &json!("0x1")));
    let pushed = tokio::time::timeout(Duration::from_secs(5), told.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(pushed, receipt);

    // Without the flag the answer waits for the block.
    let raw = node.sign(1, TxKind::Call(SOMEBODY), 7, vec![], 21_000);
    let sealing = async {
        while node.pool.status().pending < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        node.open();
        tokio::time::sleep(Duration::from_millis(100)).await;
        node.seal()
    };
    let (receipt, sealed) = tokio::join!(node.ok("eth_sendRawTransactionSync", json!([raw])), sealing);
    assert_eq!(receipt["blockHash"], json!(sealed.block.hash()));
    let (code, _) = node.err("eth_sendRawTransactionSync", json!(["0x00", null, { "fast": true }])).await;
    assert_eq!(code, -32602);
}
