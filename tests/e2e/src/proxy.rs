//! An HTTP proxy in front of an L1, which can go away and can lie.

use crate::Rpc;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Longest request that is passed on, in bytes.
const MAX_REQUEST: usize = 8 << 20;

/// One digit of one field, changed wherever the object with this hash is served.
#[derive(Debug, Clone)]
struct Alteration {
    /// Value of the object's `hash`.
    hash: String,
    field: String,
}

#[derive(Debug, Default)]
struct State {
    down: bool,
    alteration: Option<Alteration>,
    altered: u64,
}

/// The proxy; it ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub url: String,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port and passes everything to this JSON-RPC.
    pub async fn start(upstream: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(Mutex::new(State::default()));
        let http = crate::rpc::http_client(Duration::from_secs(30))?;
        let (upstream, shared) = (upstream.to_owned(), state.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (upstream, shared, http) = (upstream.clone(), shared.clone(), http.clone());
                // A connection that breaks is the client's to notice.
                tokio::spawn(async move { serve(stream, &upstream, &shared, &http).await.ok() });
            }
        });
        Ok(Self { url, state, task })
    }

    /// JSON-RPC through the proxy.
    pub fn rpc(&self) -> Result<Rpc> {
        Rpc::new(&self.url)
    }

    /// While it is down, every connection is cut, open ones at their next request.
    pub fn set_down(&self, down: bool) {
        lock(&self.state).down = down;
    }

    /// From now on the object with this `hash` is served with one digit of `field` changed: its middle one.
    pub fn alter(&self, hash: &str, field: &str) {
        let mut state = lock(&self.state);
        state.alteration = Some(Alteration { hash: hash.into(), field: field.into() });
        state.altered = 0;
    }

    /// How often the altered field was served.
    pub fn altered(&self) -> u64 {
        lock(&self.state).altered
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut stream: TcpStream, upstream: &str, state: &Mutex<State>, http: &reqwest::Client) -> Result<()> {
    let mut buffer = Vec::new();
    while let Some(body) = read_request(&mut stream, &mut buffer).await? {
        if lock(state).down {
            bail!("down");
        }
        let answer = http.post(upstream).header("content-type", "application/json").body(body).send().await?;
        let status = answer.status();
        let mut answer = answer.bytes().await?.to_vec();
        if lock(state).down {
            bail!("down");
        }
        let alteration = lock(state).alteration.clone();
        if let (Some(alteration), Ok(mut json)) = (alteration, serde_json::from_slice::<Value>(&answer)) {
            let changes = alter(&mut json, &alteration);
            if changes > 0 {
                lock(state).altered += changes;
                answer = serde_json::to_vec(&json)?;
            }
        }
        let head = format!(
            "HTTP/1.1 {} {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            status.as_u16(),
            status.canonical_reason().unwrap_or("-"),
            answer.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&answer).await?;
    }
    Ok(())
}

/// The body of the next request, none when the client closed. Requests carry a content length, as JSON-RPC clients' do.
pub(crate) async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<Option<Vec<u8>>> {
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.context("a request without content-length")?.trim().parse()?;
            anyhow::ensure!(length <= MAX_REQUEST, "a request of {length} bytes");
            let (start, total) = (end + 4, end + 4 + length);
            if buffer.len() >= total {
                let body = buffer[start..total].to_vec();
                buffer.drain(..total);
                return Ok(Some(body));
            }
        }
        anyhow::ensure!(buffer.len() <= MAX_REQUEST, "a request of more than {MAX_REQUEST} bytes");
        let mut chunk = [0; 16 << 10];
        match stream.read(&mut chunk).await? {
            0 => return Ok(None),
            count => buffer.extend_from_slice(&chunk[..count]),
        }
    }
}

/// Applies an alteration everywhere in a document; how many fields it changed.
fn alter(value: &mut Value, alteration: &Alteration) -> u64 {
    match value {
        Value::Array(items) => items.iter_mut().map(|item| alter(item, alteration)).sum(),
        Value::Object(object) => {
            let mut changes = 0;
            let meant = object.get("hash").and_then(Value::as_str) == Some(&alteration.hash);
            if let Some(Value::String(text)) = object.get_mut(&alteration.field).filter(|_| meant) {
                *text = change_digit(text);
                changes += 1;
            }
            changes + object.values_mut().map(|item| alter(item, alteration)).sum::<u64>()
        }
        _ => 0,
    }
}

/// The same text with the digit in its middle changed.
fn change_digit(text: &str) -> String {
    let middle = 2 + text.len().saturating_sub(2) / 2;
    let change = |(at, digit): (usize, char)| match (at == middle, digit) {
        (true, '0') => '1',
        (true, _) => '0',
        (false, digit) => digit,
    };
    text.char_indices().map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_digit_of_one_object_changes() {
        let alteration = Alteration { hash: "0xaa".into(), field: "input".into() };
        let mut document = json!({ "result": { "hash": "0xbb", "input": "0x1234", "transactions": [
            { "hash": "0xaa", "input": "0x12345678" }, { "hash": "0xcc", "input": "0x12345678" }
        ]}});
        assert_eq!(alter(&mut document, &alteration), 1);
        assert_eq!(document["result"]["transactions"][0]["input"], "0x12340678");
        assert_eq!(document["result"]["transactions"][1]["input"], "0x12345678");
        assert_eq!(document["result"]["input"], "0x1234");
    }
}
