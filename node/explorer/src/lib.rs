//! The web page: blocks, transactions, inferences and models of a rollup, live.
//!
//! [`serve`] hands out a few fixed files over HTTP. The page itself speaks JSON-RPC to the node, as any other client, from
//! the browser; this crate knows nothing of the chain. No file comes from elsewhere, and the page's content policy lets
//! nothing else in.

mod http;
mod page;

use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinHandle,
};

/// Connections that are served at once; more wait to be accepted.
const CONNECTIONS: usize = 128;
/// How long a connection may take for its one request and answer.
const CONNECTION_TIME: Duration = Duration::from_secs(10);

/// A page that could not be served.
#[derive(Debug, thiserror::Error)]
pub enum ExplorerError {
    /// The address is taken.
    #[error(
        "port {port} of {ip} is in use by another program: stop that program, or choose another port for the page",
        port = .0.port(), ip = .0.ip()
    )]
    InUse(SocketAddr),
    /// The address can't be listened on for another reason.
    #[error("can't listen on {addr} for the page: {error}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
}

/// A page that is being served. Dropping it stops that.
#[derive(Debug)]
pub struct Handle {
    local_addr: SocketAddr,
    task: JoinHandle<()>,
}

impl Handle {
    /// The address that it listens on.
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Where a browser on this machine finds it.
    pub fn url(&self) -> String {
        let mut addr = self.local_addr;
        if addr.ip().is_unspecified() {
            addr.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{addr}")
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves the page at `addr` (port 0 takes a free one). It asks the node at `rpc_url`, as the browser reaches it; where
/// that names this machine and the browser runs on another, the page takes the host that it came from.
///
/// # Errors
/// When the address is taken or can't be listened on.
pub async fn serve(addr: SocketAddr, rpc_url: &str) -> Result<Handle, ExplorerError> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AddrInUse => ExplorerError::InUse(addr),
        _ => ExplorerError::Listen { addr, error },
    };
    let listener = TcpListener::bind(addr).await.map_err(failed)?;
    let local_addr = listener.local_addr().map_err(failed)?;
    let index = Arc::new(page::index(rpc_url));
    tracing::info!(%local_addr, "web page");
    Ok(Handle { local_addr, task: tokio::spawn(accept(listener, index)) })
}

async fn accept(listener: TcpListener, index: Arc<String>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = places.clone().acquire_owned().await {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Usually too many open files: others must close first.
                tracing::warn!(%error, "can't accept a connection to the page");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let index = index.clone();
        tokio::spawn(async move {
            let _place = place;
            // A client that is slow or gone is no error of ours.
            let _ = tokio::time::timeout(CONNECTION_TIME, answer(stream, &index)).await;
        });
    }
}

async fn answer(mut stream: TcpStream, index: &str) -> std::io::Result<()> {
    let response = match http::read_request(&mut stream).await? {
        Ok(request) => page::respond(&request, index),
        Err(refused) => refused,
    };
    http::write_response(&mut stream, &response).await
}

#[cfg(test)]
mod tests;
