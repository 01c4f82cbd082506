//! Support for tests of the real thing: the `praxis` binary, an L1 by anvil, the clients that people use, an older processor.
//!
//! It knows none of the node's code, only the command line, JSON-RPC and the contracts' ABIs.

mod anvil;
mod claims;
mod command;
mod deployment;
mod dev;
mod exchange;
pub mod onnx;
mod proxy;
mod readme;
mod rpc;
mod service;
mod wallet;
mod webhook;

pub use anvil::{Anvil, foundry, python};
pub use claims::{Claim, Claims, read};
pub use command::{Finished, fixture, praxis, praxis_path, run};
pub use deployment::{Deployment, Role};
pub use dev::Dev;
pub use exchange::{Exchange, read_exchanges, shared_fixtures};
pub use proxy::Proxy;
pub use readme::{Shell, shell_lines};
pub use rpc::{Rpc, eventually, quantity};
pub use service::Service;
pub use wallet::{dev_account, dev_key, signed_transfer, transfer};
pub use webhook::Webhook;
