//! What stands around the methods: the document that lists them, host names, health.

mod support;

use alloy_primitives::B256;
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
            let over_http = method.ends_with("subscribe");
            assert!(answer.is_ok() || over_http || answer.unwrap_err().code() != -32601, "{method}");
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

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_over_http_is_sent_to_the_websocket() {
    let node = Node::rollup().await;
    let ask = r#"{"jsonrpc":"2.0","id":"seven","method":"eth_subscribe","params":["newHeads"]}"#;
    let (status, body) = http(&node, "POST", "/", "localhost", ask).await;
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &answer["error"]["code"], &answer["id"]), (200, &json!(-32601), &json!("seven")));
    assert!(answer["error"]["message"].as_str().unwrap().contains("ws://"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_blobs_are_served_as_a_beacon_node_does() {
    let node = Node::rollup().await;
    let get = async |path: &str| {
        let (status, body) = http(&node, "GET", path, "localhost", "").await;
        (status, serde_json::from_str::<Value>(&body).unwrap())
    };
    let kept = B256::repeat_byte(1);
    let path = |rest: String| format!("/eth/v1/beacon/blobs/{rest}");
    let data = json!(["0x626c6f62"]);
    for asked in [format!("77?versioned_hashes={kept}"), format!("head?versioned_hashes={},{kept}", B256::ZERO)] {
        let (status, body) = get(&path(asked)).await;
        assert_eq!((status, &body["data"]), (200, &data));
    }
    assert_eq!(get(&path("5".into())).await.1["data"], data, "all of an L1 block");
    let too_many = [kept.to_string().as_str(); 65].join(",");
    for (asked, status) in [
        (path(format!("77?versioned_hashes={}", B256::ZERO)), 404),
        (path("6".into()), 404),
        (path("head".into()), 400),
        (path("77?versioned_hashes=0x12".into()), 400),
        (path(format!("77?versioned_hashes={too_many}")), 400),
        ("/eth/v1/config/spec".into(), 404),
    ] {
        let (given, body) = get(&asked).await;
        assert_eq!((given, &body["code"]), (status, &json!(status)), "{asked}: {body}");
    }
}
