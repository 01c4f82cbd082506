//! One JSON-RPC connection with timeouts and retries.

use crate::L1Error;
use alloy_json_rpc::RpcError;
use alloy_rpc_client::RpcClient;
use alloy_transport::{TransportError, TransportErrorKind};
use alloy_transport_http::Http;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use url::{Host, Url};

/// How patient a client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct L1ClientConfig {
    /// Longest wait for one answer.
    pub timeout: Duration,
    /// How often one read is tried before it counts as failed; at least once.
    pub attempts: u32,
    /// Wait after the first failure; doubles with each further one, up to `max_backoff`.
    pub backoff: Duration,
    /// Longest wait between two attempts.
    pub max_backoff: Duration,
}

impl Default for L1ClientConfig {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(20),
            attempts: 5,
            backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(5),
        }
    }
}

impl L1ClientConfig {
    /// The wait after failure number `failures`, counted from 1.
    pub(crate) fn wait(&self, failures: u32) -> Duration {
        let factor = 1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        self.backoff.saturating_mul(factor).min(self.max_backoff)
    }
}

/// Chooses ring for TLS, once for the process. Whoever makes an HTTP client of another crate calls it first: without a
/// choice, making one panics. A choice that was made before stays.
pub fn install_tls() {
    // The error says that there is a provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// An HTTP client for `url`, the URL read, and whether it is this machine's.
pub(crate) fn http_client(url: &str, config: &L1ClientConfig) -> Result<(reqwest::Client, Url, bool), L1Error> {
    let bad = |reason: String| L1Error::Url { url: url.to_owned(), reason };
    let parsed = Url::parse(url).map_err(|error| bad(error.to_string()))?;
    match parsed.scheme() {
        "http" | "https" => {}
        other => return Err(bad(format!("its scheme is {other}, not http or https"))),
    }
    install_tls();
    let mut builder = reqwest::Client::builder().timeout(config.timeout);
    let loopback = match parsed.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if loopback {
        builder = builder.no_proxy();
    }
    let http = builder.build().map_err(|error| bad(error.to_string()))?;
    Ok((http, parsed, loopback))
}

#[derive(Debug, Clone)]
pub(crate) struct Rpc {
    url: Arc<str>,
    client: RpcClient,
    config: L1ClientConfig,
}

impl Rpc {
    pub(crate) fn new(url: &str, config: L1ClientConfig) -> Result<Self, L1Error> {
        let (http, parsed, loopback) = http_client(url, &config)?;
        let client = RpcClient::new(Http::with_client(http, parsed), loopback);
        Ok(Self { url: url.into(), client, config })
    }

    pub(crate) fn url(&self) -> String {
        self.url.to_string()
    }

    /// Calls a method; tries again while L1 does not answer.
    pub(crate) async fn call<R: DeserializeOwned>(&self, method: &'static str, params: Value) -> Result<R, L1Error> {
        let mut failures = 0;
        loop {
            match self.call_once(method, params.clone()).await {
                Err(L1Error::Unreachable { .. }) if failures + 1 < self.config.attempts => {
                    failures += 1;
                    tokio::time::sleep(self.config.wait(failures)).await;
                }
                Err(L1Error::Unreachable { url, reason, .. }) => {
                    return Err(L1Error::Unreachable { url, reason, attempts: failures + 1 });
                }
                other => return other,
            }
        }
    }

    /// Calls a method once. For transactions, whose second submission is not the same as the first.
    pub(crate) async fn call_once<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<R, L1Error> {
        let value: Value = match self.client.request::<Value, Value>(method, params).await {
            Ok(value) => value,
            Err(error) => return Err(self.classify(method, error)),
        };
        serde_json::from_value(value).map_err(|error| self.malformed(method, error))
    }

    pub(crate) fn malformed(&self, method: &'static str, reason: impl std::fmt::Display) -> L1Error {
        L1Error::Malformed { url: self.url(), method, reason: shorten(&reason.to_string()) }
    }

    pub(crate) fn not_found(&self, what: impl Into<String>) -> L1Error {
        L1Error::NotFound { url: self.url(), what: what.into() }
    }

    fn classify(&self, method: &'static str, error: TransportError) -> L1Error {
        let unreachable = |reason: String| L1Error::Unreachable { url: self.url(), reason, attempts: 1 };
        match error {
            RpcError::ErrorResp(payload) => {
                // Rate limits come as ordinary errors: -32005 by custom, 429 from some providers.
                if matches!(payload.code, -32005 | 429) {
                    return unreachable(format!("it limits our rate: {}", payload.message));
                }
                L1Error::Refused {
                    url: self.url(),
                    method,
                    code: payload.code,
                    message: shorten(&payload.message),
                    data: payload.data.and_then(|data| serde_json::from_str(data.get()).ok()),
                }
            }
            RpcError::Transport(TransportErrorKind::HttpError(http)) => {
                unreachable(format!("HTTP status {}", http.status))
            }
            RpcError::Transport(kind) => unreachable(root_cause(&kind)),
            RpcError::DeserError { err, .. } => self.malformed(method, err),
            RpcError::NullResp => self.malformed(method, "null"),
            other => self.malformed(method, other),
        }
    }
}

/// The innermost error says "connection refused"; the outer ones repeat the URL.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    shorten(&inner.to_string())
}

fn shorten(text: &str) -> String {
    const MOST: usize = 300;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
