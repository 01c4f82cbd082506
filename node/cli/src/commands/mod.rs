//! One module per command.

pub(crate) mod agent;
pub(crate) mod archive;
pub(crate) mod db;
pub(crate) mod demo;
pub(crate) mod deploy;
pub(crate) mod dev;
pub(crate) mod ethereum;
pub(crate) mod fees;
pub(crate) mod model;
pub(crate) mod node;
pub(crate) mod verifier;
pub(crate) mod verify;

use crate::failure::Failure;
use std::{future::Future, time::Duration};

/// How long a stopped system may take to close its databases.
const SHUTDOWN: Duration = Duration::from_secs(10);

/// Runs a command that speaks to the network.
pub(crate) fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(command);
    // Tasks of a stopped system end at their next pause, and their databases close with them. The process must not end
    // before: RocksDB's own clean-up at exit would pull locks from under a thread that still writes.
    runtime.shutdown_timeout(SHUTDOWN);
    result
}
