//! Transactions on their way to the sequencer.

use crate::failure::Failure;
use alloy_primitives::{B256, Bytes};
use futures::{FutureExt, future::BoxFuture};
use jsonrpsee::{
    core::client::{ClientT, Error as ClientError},
    http_client::{HttpClient, HttpClientBuilder},
    rpc_params,
};
use praxis_rpc::{Forward, ForwardError};
use std::{sync::Arc, time::Duration};
use url::Url;

/// How long the sequencer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of a request or an answer.
const MAX_BYTES: u32 = 1 << 20;
/// Transactions that are on their way at once.
const MAX_AT_ONCE: usize = 256;

/// What the sequencer says to a transaction that it has already, from whoever.
const KNOWN: &str = "already known";

struct Sequencer(HttpClient);

/// Sends transactions to the node at `url`.
pub(super) fn to(url: &Url) -> Result<Arc<dyn Forward>, Failure> {
    let client = HttpClientBuilder::default()
        .request_timeout(PATIENCE)
        .max_request_size(MAX_BYTES)
        .max_response_size(MAX_BYTES)
        .max_concurrent_requests(MAX_AT_ONCE)
        .build(url.as_str())
        .map_err(|error| Failure::usage(format!("--sequencer-url {url}: {error}")))?;
    Ok(Arc::new(Sequencer(client)))
}

impl Forward for Sequencer {
    fn send(&self, transaction: Bytes) -> BoxFuture<'_, Result<B256, ForwardError>> {
        async move {
            let hash = alloy_primitives::keccak256(&transaction);
            match self.0.request("eth_sendRawTransaction", rpc_params![transaction]).await {
                Ok(hash) => Ok(hash),
                Err(ClientError::Call(refused)) if refused.message().contains(KNOWN) => Ok(hash),
                Err(ClientError::Call(refused)) => Err(ForwardError::Refused(refused.message().to_owned())),
                Err(error) => Err(ForwardError::Unreachable(error.to_string())),
            }
        }
        .boxed()
    }
}
