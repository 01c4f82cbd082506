//! A server that takes what is posted to it.

use crate::proxy::read_request;
use anyhow::Result;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{io::AsyncWriteExt, net::TcpListener, task::JoinHandle};

/// The server; it ends when dropped.
#[derive(Debug)]
pub struct Webhook {
    /// Where it listens.
    pub url: String,
    taken: Arc<Mutex<Vec<Value>>>,
    task: JoinHandle<()>,
}

impl Webhook {
    /// Listens on a free port and answers each request with 204.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/alarms", listener.local_addr()?);
        let taken = Arc::new(Mutex::new(Vec::new()));
        let shared = taken.clone();
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let shared = shared.clone();
                tokio::spawn(async move {
                    let mut buffer = Vec::new();
                    while let Ok(Some(body)) = read_request(&mut stream, &mut buffer).await {
                        let posted = serde_json::from_slice(&body).unwrap_or(Value::Null);
                        shared.lock().unwrap_or_else(PoisonError::into_inner).push(posted);
                        if stream.write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n").await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Ok(Self { url, taken, task })
    }

    /// What came so far; null for a body that is no JSON.
    pub fn taken(&self) -> Vec<Value> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        self.task.abort();
    }
}
