//! Starting and stopping a server.

use crate::{
    Cors, RpcConfig, RpcContext, context::Context, debug, discover, eth, eth::HexIds, evm, filters, front::FrontLayer,
    net, optimism, praxis, register::Registrar, subscriptions::SubscriptionsLayer, txpool,
};
use jsonrpsee::{
    Methods,
    core::middleware::RpcServiceBuilder,
    server::{BatchRequestConfig, PingConfig, RegisterMethodError, Server, ServerConfig, ServerHandle},
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

/// How often a WebSocket client is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);

/// A server that could not be started.
#[derive(Debug, thiserror::Error)]
pub enum RpcError {
    /// The address is taken.
    #[error(
        "port {port} of {ip} is in use by another program: stop that program, or choose another port for the {chain} RPC",
        port = .addr.port(), ip = .addr.ip()
    )]
    InUse {
        /// The address.
        addr: SocketAddr,
        /// Which chain's server it was to be.
        chain: String,
    },
    /// The address can't be listened on for another reason.
    #[error("can't listen on {addr} for RPC: {error}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// An origin in the CORS list can't be one.
    #[error("{0:?} is not an origin that a browser could send; http://localhost:3000 would be one")]
    Origin(String),
    /// Two methods of one name: a mistake in this crate.
    #[error("the RPC methods can't be set up: {0}")]
    Methods(#[from] RegisterMethodError),
}

/// A JSON-RPC server, HTTP and WebSocket on one port.
#[derive(Debug, Clone, Copy)]
pub struct RpcServer;

/// A running server. Dropping it stops the server.
#[derive(Debug)]
pub struct RpcHandle {
    local_addr: SocketAddr,
    server: ServerHandle,
    follower: JoinHandle<()>,
    methods: Vec<&'static str>,
}

impl RpcServer {
    /// Starts a server for the chain in `context`: the rollup's with all namespaces, an embedded L1's without `praxis`
    /// and `optimism`.
    ///
    /// # Errors
    /// When the address is taken or can't be listened on, or the configuration names an impossible origin.
    pub async fn start(config: RpcConfig, context: RpcContext) -> Result<RpcHandle, RpcError> {
        let chain = if context.chain.rollup().is_some() { "L2" } else { "L1" };
        let limits = &config.limits;
        let server_config = ServerConfig::builder()
            .max_request_body_size(limits.request_bytes)
            .max_response_body_size(limits.response_bytes)
            .max_connections(limits.connections)
            .max_subscriptions_per_connection(limits.subscriptions_per_connection)
            .set_batch_request_config(BatchRequestConfig::Limit(limits.batch_requests))
            .set_message_buffer_capacity(limits.notification_buffer)
            .set_first_request_timeout(Some(limits.first_request_time))
            .enable_ws_ping(PingConfig::new().ping_interval(PING).inactive_limit(PING * 2).max_failures(2))
            .set_id_provider(HexIds)
            .build();
        let cors = cors_layer(&config.cors)?;
        let front = FrontLayer::new(&config, context.chain.clone(), context.blobs.clone(), context.peers.clone());
        let server = Server::builder()
            .set_config(server_config)
            .set_rpc_middleware(RpcServiceBuilder::new().layer(SubscriptionsLayer))
            .set_http_middleware(tower::ServiceBuilder::new().option_layer(cors).layer(front))
            .build(config.addr)
            .await
            .map_err(|error| listen_error(config.addr, chain, error))?;
        let local_addr = server.local_addr().map_err(|error| listen_error(config.addr, chain, error))?;
        let context = Arc::new(Context::new(context, config.limits));
        let methods = methods(context.clone())?;
        let names = methods.method_names().collect();
        let server = server.start(methods);
        let follower = tokio::spawn(filters::follow(context));
        tracing::info!(%local_addr, chain, "JSON-RPC over HTTP and WebSocket");
        Ok(RpcHandle { local_addr, server, follower, methods: names })
    }
}

fn listen_error(addr: SocketAddr, chain: &str, error: std::io::Error) -> RpcError {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => RpcError::InUse { addr, chain: chain.into() },
        _ => RpcError::Listen { addr, error },
    }
}

fn methods(context: Arc<Context>) -> Result<Methods, RegisterMethodError> {
    let rollup = context.chain.rollup().is_some();
    let mut registrar = Registrar::new(context);
    eth::register(&mut registrar)?;
    net::register(&mut registrar)?;
    txpool::register(&mut registrar)?;
    evm::register(&mut registrar)?;
    debug::register(&mut registrar)?;
    if rollup {
        optimism::register(&mut registrar)?;
        praxis::register(&mut registrar)?;
    }
    discover::register(&mut registrar)?;
    Ok(registrar.module.into())
}

fn cors_layer(cors: &Cors) -> Result<Option<CorsLayer>, RpcError> {
    let origins = match cors {
        Cors::None => return Ok(None),
        Cors::Any => AllowOrigin::from(Any),
        Cors::Origins(origins) => AllowOrigin::list(
            origins
                .iter()
                .map(|origin| origin.parse().map_err(|_| RpcError::Origin(origin.clone())))
                .collect::<Result<Vec<_>, _>>()?,
        ),
    };
    Ok(Some(CorsLayer::new().allow_origin(origins).allow_methods(Any).allow_headers(Any)))
}

impl RpcHandle {
    /// The address that it listens on.
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Names of the methods that it serves.
    pub fn methods(&self) -> &[&'static str] {
        &self.methods
    }

    /// Its URL for HTTP, as a client on this machine reaches it.
    pub fn http_url(&self) -> String {
        format!("http://{}", self.reachable())
    }

    /// Its URL for WebSocket, as a client on this machine reaches it.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.reachable())
    }

    fn reachable(&self) -> SocketAddr {
        let mut addr = self.local_addr;
        if addr.ip().is_unspecified() {
            addr.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        addr
    }

    /// Stops listening, lets running requests end, and waits for that.
    pub async fn stop(self) {
        self.follower.abort();
        // An error says that it has stopped already.
        let _ = self.server.stop();
        self.server.clone().stopped().await;
    }
}

impl Drop for RpcHandle {
    fn drop(&mut self) {
        self.follower.abort();
        let _ = self.server.stop();
    }
}
