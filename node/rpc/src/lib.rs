//! JSON-RPC over HTTP and WebSocket, and the only place where shapes on the wire live.
//!
//! [`RpcServer::start`] serves one chain: the rollup, or the embedded L1 with the same code and fewer namespaces.
//!
//! | module | holds |
//! |---|---|
//! | `server`, `config`, `context`, `register` | starting, bounds, what methods see, how a method is put on the server |
//! | `eth`, `net`, `txpool`, `debug` | Ethereum's namespaces, a file per subject |
//! | `evm` | time and snapshots, on development chains |
//! | `praxis`, `optimism` | models and inferences; what op-node answers |
//! | `reader` | blocks and state by number, hash or tag |
//! | `front` | host names and `GET /health`, before JSON-RPC |
//! | `discover` | the OpenRPC document that `rpc.discover` serves |
//! | `filters` | polled filters over bounded journals |
//! | `gate` | bounds on what runs and waits at once |
//! | `wire` | JSON shapes |
//!
//! Knows no EVM: calls go to `praxis_evm`, which runs them as it runs blocks.

mod args;
mod beacon;
mod config;
mod context;
mod debug;
mod discover;
mod eth;
mod evm;
mod failure;
mod filters;
mod front;
mod gate;
mod net;
mod optimism;
mod praxis;
mod reader;
mod register;
mod revert;
mod server;
mod subscriptions;
mod txpool;
mod wire;

pub use config::{Cors, RpcConfig, RpcLimits};
pub use context::{Blobs, Forward, ForwardError, L1Status, PeerCount, RpcContext};
pub use evm::DevChain;
pub use front::Hosts;
pub use server::{RpcError, RpcHandle, RpcServer};
pub use wire::L1BlockRef;

pub(crate) use args::Args;
pub(crate) use context::Context;
pub(crate) use failure::Failure;
