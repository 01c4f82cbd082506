//! `praxis-net`: a node's connections to other nodes, in a process of its own.
//!
//! libp2p over TCP: noise, yamux, gossip of blocks, and questions with answers. The node starts this program and speaks with it by
//! [`praxis_link`]'s frames over standard input and output; the first frame says with which key and where. It knows bytes and
//! peers: what a message means, and whether it may be sent on, the node says. When the node is gone, so is this.

mod allowances;
mod behaviour;
mod bytes_codec;
mod limits;
mod network;
mod outbox;
mod pending;
mod pipes;
mod static_peers;

use network::Network;
use outbox::Outbox;
use praxis_link::{FromNetwork, NetworkConfig, ToNetwork};
use std::process::ExitCode;
use tokio::sync::mpsc;

/// Why the process can't do its work.
#[derive(Debug, thiserror::Error)]
enum NetError {
    #[error("{0:?} is no multiaddress: write it as /ip4/1.2.3.4/tcp/9003{1}: {2}")]
    Address(String, &'static str, libp2p::multiaddr::Error),
    #[error("the peer {0:?} has no peer id at its end: write it as /ip4/1.2.3.4/tcp/9003/p2p/12D3Koo…")]
    NoPeerId(String),
    #[error("it can't listen at {0}: {1}")]
    Listen(String, String),
    #[error("the connection's layers can't be made: {0}")]
    Setup(String),
    #[error("the node and its network process are of different versions")]
    Version,
}

fn main() -> ExitCode {
    if std::env::args().len() > 1 {
        // A node's part and no command: whoever calls it by hand is told so.
        let text = "praxis-net is started by `praxis node`, which tells it by its standard input what to do";
        let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("error: {text}\n").as_bytes());
        return ExitCode::from(2);
    }
    limits::limit_this_process();
    let filter = tracing_subscriber::EnvFilter::try_from_env("PRAXIS_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return ExitCode::FAILURE;
    };
    let (outbox, writer) = Outbox::new();
    let writer = std::thread::spawn(move || pipes::write_all(writer, std::io::stdout().lock()));
    let (sender, commands) = mpsc::channel(limits::QUEUED_COMMANDS);
    std::thread::spawn(move || pipes::read_all(std::io::stdin().lock(), &sender));
    let outcome = runtime.block_on(run(commands, outbox.clone()));
    let failed = outcome.is_err();
    if let Err(error) = outcome {
        runtime.block_on(outbox.deliver(FromNetwork::Failed(error.to_string())));
    }
    // What was said last is written before the process ends.
    drop(runtime);
    drop(outbox);
    let _ = writer.join();
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

async fn run(mut commands: mpsc::Receiver<ToNetwork>, outbox: Outbox) -> Result<(), NetError> {
    match commands.recv().await {
        Some(ToNetwork::Start(config)) => start(config, commands, outbox).await,
        Some(_) => Err(NetError::Version),
        None => Ok(()),
    }
}

async fn start(config: NetworkConfig, commands: mpsc::Receiver<ToNetwork>, outbox: Outbox) -> Result<(), NetError> {
    Network::new(config, outbox)?.run(commands).await
}
