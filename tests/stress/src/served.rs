//! The chain as anybody reads it: over JSON-RPC.

use indicatif::ProgressBar;
use praxis_audit::{Record, fetch};
use praxis_chain::Chain;
use praxis_rpc::{RpcConfig, RpcContext, RpcServer};
use std::sync::Arc;

/// Serves the chain on a free port of this machine and reads its traces from there.
///
/// # Panics
/// When that does not work.
pub(crate) fn record(chain: Arc<Chain>, progress: &ProgressBar) -> Record {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let context = RpcContext {
            chain,
            pool: None,
            l1: None,
            blobs: None,
            dev: None,
            peers: Default::default(),
            forward: None,
            client_version: "praxis-stress".to_owned(),
        };
        let config = RpcConfig::new(([127, 0, 0, 1], 0).into());
        let server = RpcServer::start(config, context).await.expect("the server starts");
        let record = fetch(&server.http_url(), None, progress).await.expect("the node shows its traces");
        server.stop().await;
        record
    })
}
