//! One module per command.

pub(crate) mod demo;
pub(crate) mod deploy;
pub(crate) mod dev;
pub(crate) mod model;
pub(crate) mod node;
pub(crate) mod verify;

use crate::failure::Failure;
use std::future::Future;

/// Runs a command that speaks to the network.
pub(crate) fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(command);
    // Tasks of a stopped system hold sockets and threads; none of them is worth waiting for.
    runtime.shutdown_background();
    result
}
