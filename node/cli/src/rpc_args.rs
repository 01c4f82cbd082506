//! Options of the JSON-RPC server.

use clap::Args;
use praxis_rpc::{Cors, Hosts, RpcConfig, RpcLimits};
use std::{net::SocketAddr, time::Duration};

/// Who may call the L2's JSON-RPC, and how much a request may cost. What is left out has the default that suits a public
/// node on a small machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "JSON-RPC")]
pub(crate) struct RpcArgs {
    /// Origins of web pages that may call it, such as http://localhost:3000, with commas between them; * for all, none
    /// for none.
    #[arg(long, value_delimiter = ',', default_value = "*", value_name = "ORIGINS")]
    pub(crate) rpc_cors: Vec<String>,
    /// Host names that it answers to, besides IP addresses, with commas between them; * for all.
    #[arg(long, value_delimiter = ',', default_value = "localhost", value_name = "NAMES")]
    pub(crate) rpc_hosts: Vec<String>,
    /// Let GET /health answer 503 when the head is older than this many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) rpc_health_max_age: Option<u64>,
    /// Open connections, HTTP and WebSocket together.
    #[arg(long, value_name = "N")]
    pub(crate) rpc_connections: Option<u32>,
    /// Bytes of one request or batch.
    #[arg(long, value_name = "BYTES")]
    pub(crate) rpc_request_bytes: Option<u32>,
    /// Bytes of one answer.
    #[arg(long, value_name = "BYTES")]
    pub(crate) rpc_response_bytes: Option<u32>,
    /// Requests in one batch.
    #[arg(long, value_name = "N")]
    pub(crate) rpc_batch: Option<u32>,
    /// Subscriptions of one connection.
    #[arg(long, value_name = "N")]
    pub(crate) rpc_subscriptions: Option<u32>,
    /// Filters that are kept.
    #[arg(long, value_name = "N")]
    pub(crate) rpc_filters: Option<usize>,
    /// Gas of one simulated call, and of all calls of one simulation.
    #[arg(long, value_name = "GAS")]
    pub(crate) rpc_call_gas: Option<u64>,
    /// Seconds that a call, a trace or a query may wait and run.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) rpc_call_time: Option<u64>,
    /// Calls, traces and queries that run at once.
    #[arg(long, value_name = "N")]
    pub(crate) rpc_calls: Option<usize>,
    /// Bytes of one trace.
    #[arg(long, value_name = "BYTES")]
    pub(crate) rpc_trace_bytes: Option<usize>,
    /// Blocks that one log query may span.
    #[arg(long, value_name = "BLOCKS")]
    pub(crate) rpc_log_blocks: Option<u64>,
    /// Logs that one query may give.
    #[arg(long, value_name = "N")]
    pub(crate) rpc_log_results: Option<usize>,
    /// The least priority fee that is suggested to wallets, in wei.
    #[arg(long, value_name = "WEI")]
    pub(crate) rpc_min_tip: Option<u128>,
}

impl RpcArgs {
    /// The server's configuration at `addr`.
    pub(crate) fn config(&self, addr: SocketAddr) -> RpcConfig {
        let cors = match self.rpc_cors.as_slice() {
            [] => Cors::Any,
            [one] if one == "none" => Cors::None,
            origins if origins.iter().any(|origin| origin == "*") => Cors::Any,
            origins => Cors::Origins(origins.to_vec()),
        };
        let hosts = match self.rpc_hosts.iter().any(|host| host == "*") {
            true => Hosts::Any,
            false => Hosts::Names(self.rpc_hosts.clone()),
        };
        let health_max_age = self.rpc_health_max_age.map(Duration::from_secs);
        RpcConfig { cors, hosts, health_max_age, limits: self.limits(), ..RpcConfig::new(addr) }
    }

    fn limits(&self) -> RpcLimits {
        let usual = RpcLimits::default();
        RpcLimits {
            connections: self.rpc_connections.unwrap_or(usual.connections),
            request_bytes: self.rpc_request_bytes.unwrap_or(usual.request_bytes),
            response_bytes: self.rpc_response_bytes.unwrap_or(usual.response_bytes),
            batch_requests: self.rpc_batch.unwrap_or(usual.batch_requests),
            subscriptions_per_connection: self.rpc_subscriptions.unwrap_or(usual.subscriptions_per_connection),
            filters: self.rpc_filters.unwrap_or(usual.filters),
            call_gas: self.rpc_call_gas.unwrap_or(usual.call_gas),
            call_time: self.rpc_call_time.map_or(usual.call_time, Duration::from_secs),
            concurrent_calls: self.rpc_calls.unwrap_or(usual.concurrent_calls).max(1),
            trace_bytes: self.rpc_trace_bytes.unwrap_or(usual.trace_bytes),
            log_blocks: self.rpc_log_blocks.unwrap_or(usual.log_blocks),
            log_results: self.rpc_log_results.unwrap_or(usual.log_results),
            min_suggested_tip: self.rpc_min_tip.unwrap_or(usual.min_suggested_tip),
            ..usual
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        rpc: RpcArgs,
    }

    fn config(line: &[&str]) -> RpcConfig {
        let line = Line::try_parse_from(std::iter::once("praxis").chain(line.iter().copied())).unwrap();
        line.rpc.config(([127, 0, 0, 1], 0).into())
    }

    #[test]
    fn who_may_call_is_read_from_lists() {
        let usual = config(&[]);
        assert_eq!((usual.cors, usual.hosts), (Cors::Any, Hosts::Names(vec!["localhost".into()])));
        let set = config(&["--rpc-cors", "http://a.example,http://b.example", "--rpc-hosts", "*"]);
        assert_eq!(set.cors, Cors::Origins(vec!["http://a.example".into(), "http://b.example".into()]));
        assert_eq!(set.hosts, Hosts::Any);
        assert_eq!(config(&["--rpc-cors", "none"]).cors, Cors::None);
    }

    #[test]
    fn bounds_are_the_usual_ones_unless_given() {
        let usual = RpcLimits::default();
        let set = config(&["--rpc-batch", "7", "--rpc-call-time", "3", "--rpc-min-tip", "0"]).limits;
        assert_eq!((set.batch_requests, set.call_time, set.min_suggested_tip), (7, Duration::from_secs(3), 0));
        assert_eq!((set.connections, set.log_blocks), (usual.connections, usual.log_blocks));
    }
}
