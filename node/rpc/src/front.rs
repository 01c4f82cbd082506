//! What stands before JSON-RPC on the same port: the names that the server answers to, `GET /health`, the blobs of
//! [`crate::beacon`], and the time that a whole request may take.
//!
//! A page of a stranger can make a browser send requests to this machine under a name that resolves to it. Such a request
//! carries that name as its host, so a server that answers only to its own names is out of reach.

use crate::{Blobs, PeerCount, RpcConfig, beacon::BeaconApi};
use jsonrpsee::{
    core::BoxError,
    server::{HttpBody, HttpRequest, HttpResponse},
};
use praxis_chain::Chain;
use std::{
    future::Future,
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tower::{Layer, Service};

/// Which host names the server answers to. IP addresses always do: no stranger can make one resolve to this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hosts {
    /// All.
    Any,
    /// These, without ports, such as `localhost`.
    Names(Vec<String>),
}

impl Hosts {
    /// Whether a request with this `Host` header is answered.
    fn admit(&self, host: Option<&str>) -> bool {
        let (Self::Names(names), Some(host)) = (self, host) else { return true };
        let name = without_port(host);
        let address = name.trim_start_matches('[').trim_end_matches(']');
        address.parse::<IpAddr>().is_ok() || names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

struct Front {
    hosts: Hosts,
    chain: Arc<Chain>,
    beacon: BeaconApi,
    peers: PeerCount,
    max_age: Option<Duration>,
    request_time: Duration,
}

impl Front {
    /// The answer that a request gets before it reaches JSON-RPC, if it gets one.
    fn answer<B>(&self, request: &HttpRequest<B>) -> Option<HttpResponse> {
        let host = request.headers().get("host").and_then(|host| host.to_str().ok());
        let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
        if !self.hosts.admit(host) {
            let text = "this server does not answer to that host name: name it with --rpc-hosts";
            return Some(plain(403, "text/plain", text.into()));
        }
        let wanted = request.method().as_str() == "GET" && request.uri().path() == "/health";
        wanted.then(|| self.health())
    }

    fn health(&self) -> HttpResponse {
        let head = self.chain.head();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let age = now.saturating_sub(Duration::from_millis(self.chain.timestamp_ms(&head)));
        let stale = self.max_age.is_some_and(|most| age > most);
        let body = serde_json::json!({
            "status": if stale { "stale" } else { "ok" },
            "chainId": self.chain.spec().chain_id,
            "head": head.number,
            "headHash": head.hash(),
            "peers": self.peers.get(),
            "headAgeMs": u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
        });
        plain(if stale { 503 } else { 200 }, "application/json", body.to_string())
    }
}

pub(crate) fn plain(status: u16, kind: &str, text: String) -> HttpResponse {
    let response = HttpResponse::builder().status(status).header("content-type", kind);
    // Status and header are constants that are valid; without them the answer is an empty one.
    response.body(HttpBody::from(text)).unwrap_or_default()
}

/// Puts [`Front`] before a service.
#[derive(Clone)]
pub(crate) struct FrontLayer(Arc<Front>);

impl FrontLayer {
    pub(crate) fn new(config: &RpcConfig, chain: Arc<Chain>, blobs: Option<Arc<dyn Blobs>>, peers: PeerCount) -> Self {
        let (hosts, max_age, beacon) = (config.hosts.clone(), config.health_max_age, BeaconApi::new(blobs));
        let request_time = config.limits.request_time;
        Self(Arc::new(Front { hosts, chain, beacon, peers, max_age, request_time }))
    }
}

impl<S> Layer<S> for FrontLayer {
    type Service = FrontService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        FrontService { front: self.0.clone(), inner }
    }
}

/// A service behind [`Front`].
#[derive(Clone)]
pub(crate) struct FrontService<S> {
    front: Arc<Front>,
    inner: S,
}

impl<S, B> Service<HttpRequest<B>> for FrontService<S>
where
    S: Service<HttpRequest<B>, Response = HttpResponse>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    type Response = HttpResponse;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: HttpRequest<B>) -> Self::Future {
        let limit = self.front.request_time;
        match self.front.answer(&request) {
            Some(response) => Box::pin(async move { Ok(response) }),
            None if request.method().as_str() == "GET" && BeaconApi::has(request.uri().path()) => {
                let (path, query) = (request.uri().path().to_owned(), request.uri().query().unwrap_or("").to_owned());
                let answer = self.front.beacon.clone().answer(path, query);
                Box::pin(async move { Ok(in_time(limit, answer).await) })
            }
            None => {
                let answer = self.inner.call(request);
                // A body that never ends would hold its connection for ever.
                Box::pin(async move {
                    match tokio::time::timeout(limit, answer).await {
                        Ok(answer) => answer.map_err(Into::into),
                        Err(_) => Ok(too_long()),
                    }
                })
            }
        }
    }
}

async fn in_time(limit: Duration, answer: impl Future<Output = HttpResponse>) -> HttpResponse {
    tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| too_long())
}

fn too_long() -> HttpResponse {
    plain(408, "text/plain", "the request took too long".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_names_and_addresses_are_answered() {
        let hosts = Hosts::Names(vec!["localhost".into(), "node.example".into()]);
        for good in ["localhost", "LOCALHOST:9545", "127.0.0.1:9545", "[::1]:9545", "::1", "10.1.2.3", "node.example:1"]
        {
            assert!(hosts.admit(Some(good)), "{good}");
        }
        for bad in ["evil.example", "evil.example:9545", "localhost.evil.example", "127.0.0.1.evil.example", ""] {
            assert!(!hosts.admit(Some(bad)), "{bad}");
        }
        assert!(hosts.admit(None));
        assert!(Hosts::Any.admit(Some("evil.example")));
    }
}
