//! Verifiers' votes over JSON-RPC: what others send here, and what is sent to them and asked of them.

use super::Tasks;
use crate::failure::Failure;
use alloy_primitives::Address;
use futures::{
    FutureExt,
    future::{BoxFuture, join_all},
};
use jsonrpsee::{
    RpcModule,
    core::client::{ClientT, Error as ClientError},
    http_client::{HttpClient, HttpClientBuilder},
    rpc_params,
    server::{BatchRequestConfig, Server, ServerConfig},
    types::ErrorObjectOwned,
};
use parking_lot::Mutex;
use praxis_verifier::{
    challenge::VoteExchange,
    votes::{SignedVote, Taken, VoteBook, VoteRefused},
};
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use url::Url;

/// Most bytes of a request or an answer: all votes of a full set of verifiers take 64 KiB.
const MAX_BYTES: u32 = 256 << 10;
/// Most connections at once.
const MAX_CONNECTIONS: u32 = 128;
/// Forged signatures that are checked per second; each costs a pairing.
const MAX_FORGED_PER_SECOND: u32 = 64;
/// Votes that are taken from one answer.
const MAX_VOTES: usize = 256;
/// How long a peer may take.
const PEER_TIMEOUT: Duration = Duration::from_secs(5);

/// The method that takes a vote.
const SUBMIT: &str = "praxis_submitVote";
/// The method that gives all votes about a claim.
const GET: &str = "praxis_getVotes";

/// Code of an answer to a vote that does not count.
const REFUSED: i32 = -32_000;
/// Code of an answer to a vote that may count later.
const LATER: i32 = -32_001;

/// What peers may cost.
struct Gate {
    book: Arc<Mutex<VoteBook>>,
    forged: Mutex<(Instant, u32)>,
}

impl Gate {
    fn submit(&self, vote: SignedVote) -> Result<bool, ErrorObjectOwned> {
        let later = |why: String| ErrorObjectOwned::owned(LATER, why, None::<()>);
        let mut forged = self.forged.lock();
        if forged.0.elapsed() >= Duration::from_secs(1) {
            *forged = (Instant::now(), 0);
        }
        if forged.1 >= MAX_FORGED_PER_SECOND {
            return Err(later("too many forged votes come in; try again".into()));
        }
        match self.book.lock().submit(vote) {
            Ok(taken) => Ok(taken == Taken::New),
            Err(unknown @ VoteRefused::UnknownClaim(_)) => Err(later(unknown.to_string())),
            Err(refused) => {
                forged.1 += u32::from(matches!(refused, VoteRefused::BadSignature(_)));
                Err(ErrorObjectOwned::owned(REFUSED, refused.to_string(), None::<()>))
            }
        }
    }
}

/// Serves `book` until the process ends.
pub(crate) async fn serve_votes(
    address: SocketAddr,
    book: Arc<Mutex<VoteBook>>,
    tasks: &mut Tasks,
) -> Result<SocketAddr, Failure> {
    let failed = |e: std::io::Error| Failure::failed(format!("votes can't be taken at {address}: {e} (--votes-addr)"));
    let config = ServerConfig::builder()
        .http_only()
        .max_request_body_size(MAX_BYTES)
        .max_response_body_size(MAX_BYTES)
        .max_connections(MAX_CONNECTIONS)
        .set_batch_request_config(BatchRequestConfig::Disabled)
        .build();
    let server = Server::builder().set_config(config).build(address).await.map_err(failed)?;
    let local = server.local_addr().map_err(failed)?;
    let mut module = RpcModule::new(Gate { book, forged: Mutex::new((Instant::now(), 0)) });
    module.register_method(SUBMIT, |params, gate, _| gate.submit(params.one()?))?;
    module.register_method(GET, |params, gate, _| {
        Ok::<_, ErrorObjectOwned>(gate.book.lock().votes(params.one::<Address>()?))
    })?;
    tasks.keep(server.start(module));
    Ok(local)
}

/// Other verifiers.
pub(crate) struct Peers(Vec<(String, HttpClient)>);

impl Peers {
    /// The verifiers at these URLs.
    pub(crate) fn new(urls: &[Url]) -> Result<Self, Failure> {
        let client = |url: &Url| {
            let builder = HttpClientBuilder::default()
                .request_timeout(PEER_TIMEOUT)
                .max_request_size(MAX_BYTES)
                .max_response_size(MAX_BYTES);
            let client = builder.build(url.as_str());
            Ok((url.to_string(), client.map_err(|e| Failure::usage(format!("--votes-peer {url}: {e}")))?))
        };
        Ok(Self(urls.iter().map(client).collect::<Result<_, Failure>>()?))
    }
}

impl VoteExchange for Peers {
    fn push<'a>(&'a self, vote: &'a SignedVote) -> BoxFuture<'a, bool> {
        let send = move |(url, client): &'a (String, HttpClient)| async move {
            match client.request::<bool, _>(SUBMIT, rpc_params![vote]).await {
                Ok(_) => true,
                // It will not count later either.
                Err(ClientError::Call(refused)) if refused.code() == REFUSED => {
                    tracing::warn!(url, "a verifier refuses our vote: {}", refused.message());
                    true
                }
                Err(error) => {
                    tracing::debug!(url, %error, "a verifier does not have our vote yet");
                    false
                }
            }
        };
        let sent: Vec<_> = self.0.iter().map(send).collect();
        async move { join_all(sent).await.into_iter().all(|has| has) }.boxed()
    }

    fn pull(&self, game: Address) -> BoxFuture<'_, Vec<SignedVote>> {
        let ask = move |(url, client): &'_ (String, HttpClient)| {
            let (url, client) = (url.clone(), client.clone());
            async move {
                match client.request::<Vec<SignedVote>, _>(GET, rpc_params![game]).await {
                    Ok(votes) => votes.into_iter().take(MAX_VOTES).collect(),
                    Err(error) => {
                        tracing::debug!(url, %error, "a verifier does not give its votes");
                        vec![]
                    }
                }
            }
        };
        let asked: Vec<_> = self.0.iter().map(ask).collect();
        async move { join_all(asked).await.concat() }.boxed()
    }
}
