//! Requests that no client sends, and clients that never finish a request: the server answers with errors, keeps its memory,
//! and serves the others.
//!
//! `PRAXIS_RPC_MUTATIONS` and `PRAXIS_RPC_SLOW` say how many; `PRAXIS_RPC_SEED` begins elsewhere. `./dev hostile` runs the large
//! numbers.

mod support;

use alloy_primitives::{Bytes, TxKind};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use support::Node;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// Connections that send mutated requests at once.
const SENDERS: u64 = 4;
/// Memory that the server may hold more than before.
const GROWTH_BYTES: u64 = 512 << 20;

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .ok()
        .map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Resident memory of this process in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// Parameters that make sense for some method or other.
fn parameters(node: &Node, hash: &Value) -> Vec<Value> {
    let (from, block) = (json!(node.signer.address()), json!(node.chain.head().hash()));
    let to = json!("0x4200000000000000000000000000000000000006");
    let call = json!({"from": from, "to": to, "value": "0x5", "data": "0xd0e30db0", "gas": "0x186a0"});
    let raw = json!(node.sign(7, TxKind::Call([7; 20].into()), 1, Bytes::from_static(&[1, 2, 3]), 50_000));
    vec![
        json!([]),
        json!(["latest", true]),
        json!(["0x1", false]),
        json!([block, true]),
        json!([hash]),
        json!([hash, {"tracer": "callTracer"}]),
        json!(["latest", {"tracer": "prestateTracer", "tracerConfig": {"diffMode": true}}]),
        json!(["0x1", "0x0"]),
        json!([from, "latest"]),
        json!([from, {"blockHash": block, "requireCanonical": true}]),
        json!([to, "0x0", "latest"]),
        json!([to, ["0x0", "0x1"], "latest"]),
        json!([call, "latest", {"0x4200000000000000000000000000000000000006": {"balance": "0x1", "stateDiff": {}}}]),
        json!([call, "latest", {"stateOverrides": {}, "blockOverrides": {"number": "0x9"}, "txIndex": "0x0"}]),
        json!([{"blockStateCalls": [{"calls": [call], "blockOverrides": {"number": "0x9", "time": "0xffffffff"}}]}, "latest"]),
        json!([{"fromBlock": "0x0", "toBlock": "latest", "address": to, "topics": [null, [block]]}]),
        json!(["0x5", "latest", [10, 50.5, 90]]),
        json!([raw]),
        json!([raw, "0x1"]),
        json!([block, [[1, 2, 3]]]),
        json!([{"from": 0, "limit": 5}]),
        json!([{to.as_str().unwrap(): ["0x0", "0x1"]}, "latest"]),
    ]
}

fn strange(rng: &mut StdRng) -> Value {
    let long = "f".repeat(rng.random_range(1..3_000));
    let choices = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e308),
        json!(u64::MAX),
        json!(""),
        json!("0x"),
        json!("0x00"),
        json!("0xffffffffffffffff"),
        json!(format!("0x{long}")),
        json!("latest"),
        json!("pending"),
        json!("\u{0}\u{7f}é\u{1F600}"),
        json!([]),
        json!({}),
        json!(vec![Value::Null; rng.random_range(0..40)]),
        json!({"blockNumber": "0x1", "blockHash": "0x1"}),
        (0..rng.random_range(1..60)).fold(json!(0), |inner, _| json!([inner])),
    ];
    choices.choose(rng).unwrap().clone()
}

/// Replaces a random part of `value`.
fn mutate(rng: &mut StdRng, value: &mut Value) {
    match value {
        Value::Array(items) if !items.is_empty() && rng.random_bool(0.8) => {
            let at = rng.random_range(0..items.len());
            match rng.random_range(0..6) {
                0 => drop(items.remove(at)),
                1 => items.insert(at, strange(rng)),
                _ => mutate(rng, &mut items[at]),
            }
        }
        Value::Object(fields) if !fields.is_empty() && rng.random_bool(0.8) => {
            let key = fields.keys().nth(rng.random_range(0..fields.len())).unwrap().clone();
            match rng.random_range(0..6) {
                0 => drop(fields.remove(&key)),
                1 => drop(fields.insert("more".into(), strange(rng))),
                _ => mutate(rng, &mut fields[&key]),
            }
        }
        Value::String(text) if text.is_ascii() && !text.is_empty() && rng.random_bool(0.6) => {
            let mut bytes = text.clone().into_bytes();
            let at = rng.random_range(0..bytes.len());
            match rng.random_range(0..4) {
                0 => bytes.truncate(at),
                1 => bytes[at] = *b"0123456789abcdefxXgG ".choose(rng).unwrap(),
                2 => bytes.insert(at, b'0'),
                _ => drop(bytes.remove(at)),
            }
            *text = String::from_utf8(bytes).unwrap();
        }
        _ => *value = strange(rng),
    }
}

/// A request's bytes, more or less broken.
fn request(rng: &mut StdRng, methods: &[&str], parameters: &[Value]) -> Vec<u8> {
    let one = |rng: &mut StdRng| {
        let mut params = parameters.choose(rng).unwrap().clone();
        for _ in 0..rng.random_range(0..3) {
            mutate(rng, &mut params);
        }
        let mut request = json!({"jsonrpc": "2.0", "id": 1, "method": methods.choose(rng).unwrap(), "params": params});
        if rng.random_bool(0.05) {
            mutate(rng, &mut request);
        }
        request
    };
    let whole = match rng.random_range(0..40) {
        0 => Value::Array((0..rng.random_range(0..30)).map(|_| one(rng)).collect()),
        _ => one(rng),
    };
    let mut bytes = serde_json::to_vec(&whole).unwrap();
    if rng.random_bool(0.1) {
        for _ in 0..rng.random_range(1..6) {
            let at = rng.random_range(0..bytes.len());
            match rng.random_range(0..3) {
                0 => bytes[at] = rng.random(),
                1 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, rng.random()),
            }
        }
    }
    bytes
}

/// A connection that is kept for many requests.
struct Sender(BufReader<TcpStream>);

impl Sender {
    async fn open(node: &Node) -> Self {
        Self(BufReader::new(TcpStream::connect(node.rpc.local_addr()).await.unwrap()))
    }

    /// Sends a body; gives the answer's.
    async fn post(&mut self, body: &[u8]) -> std::io::Result<Vec<u8>> {
        let length = body.len();
        let head = format!(
            "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        // One write: as two, the second waits for the acknowledgement of the first, which the other side delays by 40 ms.
        self.0.write_all(&[head.as_bytes(), body].concat()).await?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(given) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = given.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut answer = vec![0; length];
        self.0.read_exact(&mut answer).await?;
        Ok(answer)
    }
}

/// Whether any answer says that the node is broken.
fn is_fault(answer: &[u8]) -> bool {
    let Ok(answer) = serde_json::from_slice::<Value>(answer) else { return false };
    let one = |answer: &Value| answer["error"]["code"] == -32603;
    answer.as_array().map_or_else(|| one(&answer), |answers| answers.iter().any(one))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn mutated_requests_end_in_answers() {
    let panics = Arc::new(AtomicUsize::new(0));
    let (counted, usual) = (panics.clone(), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |info| {
        counted.fetch_add(1, Ordering::SeqCst);
        usual(info);
    }));
    let node = Arc::new(Node::rollup_with(|config| config.limits.sync_time = Duration::from_millis(5)).await);
    let sent = node.send(TxKind::Call([7; 20].into()), 5, Bytes::new(), 30_000).await;
    node.seal();
    let parameters = Arc::new(parameters(&node, &json!(sent)));
    let (count, seed) = (setting("PRAXIS_RPC_MUTATIONS", 2_000), setting("PRAXIS_RPC_SEED", 1));
    let before = resident();
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let (node, parameters) = (node.clone(), parameters.clone());
            tokio::spawn(async move {
                let mut rng = StdRng::seed_from_u64(seed.wrapping_mul(SENDERS).wrapping_add(sender));
                // Subscriptions need a WebSocket: over HTTP the server library answers with this code for any of them.
                let methods: Vec<_> = node.rpc.methods().iter().copied().filter(|m| !m.ends_with("ubscribe")).collect();
                let mut line = Sender::open(&node).await;
                for _ in 0..count / SENDERS {
                    let body = request(&mut rng, &methods, &parameters);
                    match tokio::time::timeout(Duration::from_secs(30), line.post(&body)).await {
                        Err(_) => panic!("no answer: {}", String::from_utf8_lossy(&body)),
                        // A request that is no HTTP body at all may cost the connection, and nothing else.
                        Ok(Err(_)) => line = Sender::open(&node).await,
                        Ok(Ok(answer)) if is_fault(&answer) => {
                            let (body, answer) = (String::from_utf8_lossy(&body), String::from_utf8_lossy(&answer));
                            panic!("a fault: {body}\n{answer}");
                        }
                        Ok(Ok(_)) => {}
                    }
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    assert_eq!(panics.load(Ordering::SeqCst), 0, "panics");
    let growth = resident().saturating_sub(before);
    assert!(growth < GROWTH_BYTES, "grew by {growth} bytes");
    assert_eq!(node.ok("eth_blockNumber", json!([])).await, "0x1");
    eprintln!("{count} requests, grew by {} MiB", growth >> 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clients_that_never_finish_do_not_hinder_the_others() {
    let slow = setting("PRAXIS_RPC_SLOW", 200);
    let first = Duration::from_secs(2);
    let node = Node::rollup_with(|config| {
        config.limits.first_request_time = first;
        config.limits.request_time = first;
    })
    .await;
    node.seal();
    let before = resident();
    let mut held = Vec::new();
    for index in 0..slow {
        let mut stream = TcpStream::connect(node.rpc.local_addr()).await.unwrap();
        let begun: &[u8] = match index % 4 {
            0 => b"",
            1 => b"POST / HTTP/1.1\r\nhost: local",
            2 => b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"json",
            _ => b"GET / HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n",
        };
        stream.write_all(begun).await.unwrap();
        held.push(stream);
    }
    let asked = Instant::now();
    for _ in 0..20 {
        assert_eq!(node.ok("eth_blockNumber", json!([])).await, "0x1");
    }
    assert!(asked.elapsed() < Duration::from_secs(5), "20 requests took {:?}", asked.elapsed());
    assert!(resident().saturating_sub(before) < GROWTH_BYTES);
    // Whoever sent no whole request in time is cut off.
    tokio::time::sleep(first + Duration::from_secs(1)).await;
    for (kind, stream) in held.iter_mut().take(4).enumerate() {
        let mut answer = Vec::new();
        let end = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
        assert!(end.is_ok(), "a connection of kind {kind} is still open: {}", String::from_utf8_lossy(&answer));
    }
    assert_eq!(node.ok("eth_blockNumber", json!([])).await, "0x1");
}
