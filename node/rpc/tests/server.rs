//! What stands around the methods: the document that lists them, host names, health.

mod support;

use praxis_rpc::Hosts;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};
use support::Node;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// One HTTP/1.1 exchange; status and body.
async fn http(node: &Node, method: &str, path: &str, host: &str, body: &str) -> (u16, String) {
    let mut socket = tokio::net::TcpStream::connect(node.rpc.local_addr()).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: \
         close\r\n\r\n{body}"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).await.unwrap();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    (status, text.split_once("\r\n\r\n").unwrap().1.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_lists_exactly_the_methods_that_are_served() {
    for node in [Node::rollup().await, Node::ethereum().await] {
        let document = node.ok("rpc.discover", json!([])).await;
        assert_eq!(document["openrpc"], "1.2.6");
        let listed: BTreeSet<_> =
            document["methods"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
        assert_eq!(listed, node.rpc.methods().iter().copied().collect());
        let on_rollup = node.chain.rollup().is_some();
        assert_eq!(listed.contains("praxis_getModel"), on_rollup);
        for method in &listed {
            // Whatever is listed is there: it may refuse these parameters, but knows the method.
            let answer = node.call(method, json!([])).await;
            assert!(answer.is_ok() || answer.unwrap_err().code() != -32601, "{method}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_known_host_names_are_served() {
    let node = Node::rollup_with(|config| config.hosts = Hosts::Names(vec!["localhost".into()])).await;
    let ask = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#;
    for host in ["localhost:9545", "127.0.0.1:9545"] {
        let (status, body) = http(&node, "POST", "/", host, ask).await;
        assert!(status == 200 && body.contains("0x12cc9"), "{host}: {status} {body}");
    }
    let (status, body) = http(&node, "POST", "/", "evil.example", ask).await;
    assert!(status == 403 && body.contains("--rpc-hosts"), "{status} {body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_tells_the_head_and_turns_when_it_is_old() {
    let node = Node::rollup().await;
    node.seal();
    let (status, body) = http(&node, "GET", "/health", "localhost", "").await;
    let health: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &health["status"], &health["head"]), (200, &json!("ok"), &json!(1)));
    let old = Node::rollup_with(|config| config.health_max_age = Some(Duration::from_secs(60))).await;
    let (status, body) = http(&old, "GET", "/health", "localhost", "").await;
    assert!(status == 503 && body.contains("stale"), "{status} {body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_of_several_accounts_come_at_once() {
    let node = Node::rollup().await;
    let [one, two] = [praxis_contracts::addresses::L1_BLOCK, praxis_contracts::addresses::WETH9];
    let wanted = json!({one.to_string(): ["0x0", "0x1"], two.to_string(): ["0x0"]});
    node.seal();
    let values = node.ok("eth_getStorageValues", json!([wanted, "latest"])).await;
    let single = node.ok("eth_getStorageAt", json!([one, "0x1", "latest"])).await;
    assert_eq!(values[one.to_string().to_lowercase()][1], single);
    assert_eq!(values[two.to_string().to_lowercase()].as_array().unwrap().len(), 1);
    assert_eq!(node.err("eth_getStorageValues", json!([{}])).await.0, -32602);
}
