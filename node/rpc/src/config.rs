//! What the server is told: address, who may call from a browser, and its bounds.

use crate::Hosts;
use std::{net::SocketAddr, time::Duration};

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct RpcConfig {
    /// Where it listens, for HTTP and WebSocket alike. Port 0 takes a free one.
    pub addr: SocketAddr,
    /// Which web pages may call it.
    pub cors: Cors,
    /// Which host names it answers to.
    pub hosts: Hosts,
    /// `GET /health` says 503 when the head is older than this.
    pub health_max_age: Option<Duration>,
    /// Its bounds.
    pub limits: RpcLimits,
}

impl RpcConfig {
    /// The defaults, at `addr`.
    pub fn new(addr: SocketAddr) -> Self {
        Self { addr, cors: Cors::Any, hosts: Hosts::Any, health_max_age: None, limits: RpcLimits::default() }
    }
}

/// Which web pages may call the server. Programs other than browsers never ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cors {
    /// None.
    None,
    /// All.
    Any,
    /// Those of these origins, such as `http://localhost:3000`.
    Origins(Vec<String>),
}

/// Bounds on what requests may cost. Each has a default that suits a public node on a small machine.
#[derive(Debug, Clone)]
pub struct RpcLimits {
    /// Bytes of one request (or batch).
    pub request_bytes: u32,
    /// Bytes of one answer.
    pub response_bytes: u32,
    /// Open connections, HTTP and WebSocket together.
    pub connections: u32,
    /// How long a client may take for the head of its first request.
    pub first_request_time: Duration,
    /// How long an HTTP request may take from its head to its answer, a batch and its slow body included.
    pub request_time: Duration,
    /// Requests in one batch.
    pub batch_requests: u32,
    /// Subscriptions of one connection.
    pub subscriptions_per_connection: u32,
    /// Notifications that a slow subscriber may fall behind before it is cut off.
    pub notification_buffer: u32,
    /// Gas of one simulated call.
    pub call_gas: u64,
    /// Bytes that one trace (or the traces of one block) may take.
    pub trace_bytes: usize,
    /// How long a heavy request may wait and run.
    pub call_time: Duration,
    /// Heavy requests (calls, estimates, logs, proofs) that run at once.
    pub concurrent_calls: usize,
    /// Heavy requests that wait for their turn; more are refused.
    pub waiting_calls: usize,
    /// Database reads that run at once.
    pub concurrent_reads: usize,
    /// Blocks that one log query may span.
    pub log_blocks: u64,
    /// Logs that one query may give.
    pub log_results: usize,
    /// Filters that are kept.
    pub filters: usize,
    /// How long a filter is kept when nobody asks for its changes.
    pub filter_lifetime: Duration,
    /// Blocks of one fee history.
    pub fee_history_blocks: u64,
    /// Slots of one proof request.
    pub proof_slots: usize,
    /// Models in one page.
    pub page: usize,
    /// How long `eth_sendRawTransactionSync` waits when the request does not say, and at most.
    pub sync_time: Duration,
    /// The least priority fee that is suggested, in wei.
    pub min_suggested_tip: u128,
}

impl Default for RpcLimits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            request_bytes: 10 << 20,
            response_bytes: 64 << 20,
            connections: 1024,
            first_request_time: Duration::from_secs(10),
            request_time: Duration::from_secs(120),
            batch_requests: 1000,
            subscriptions_per_connection: 128,
            notification_buffer: 1024,
            call_gas: 50_000_000,
            trace_bytes: 64 << 20,
            call_time: Duration::from_secs(10),
            concurrent_calls: cores.max(2),
            waiting_calls: 1024,
            concurrent_reads: 64,
            log_blocks: 100_000,
            log_results: 20_000,
            filters: 1024,
            filter_lifetime: Duration::from_secs(300),
            fee_history_blocks: 1024,
            proof_slots: 1024,
            page: 100,
            sync_time: Duration::from_secs(20),
            min_suggested_tip: 1_000_000,
        }
    }
}
