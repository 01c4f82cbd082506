//! What JSON-RPC can tell a development chain, from its start on.

use super::config::write_whole;
use crate::failure::Failure;
use praxis_builder::{Clock, DevControl, DevError, DevL1, L1View, Save, Sequencer};
use praxis_rpc::DevChain;
use praxis_verifier::SyncStatus;
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};
use tokio::sync::watch;

/// The commands of a development chain. They can be asked for before its sequencer runs, and are refused until then.
pub(crate) struct DevTools {
    l1: Arc<DevL1>,
    clock: Clock,
    /// The configuration file, which holds the jumps of time.
    rollup: PathBuf,
    running: OnceLock<Running>,
}

struct Running {
    control: DevControl,
    status: watch::Receiver<SyncStatus>,
}

impl DevTools {
    pub(crate) const fn new(l1: Arc<DevL1>, clock: Clock, rollup: PathBuf) -> Self {
        Self { l1, clock, rollup, running: OnceLock::new() }
    }

    /// The clock of both chains.
    pub(crate) const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The sequencer is there.
    pub(crate) fn start(
        &self,
        sequencer: Arc<Sequencer>,
        view: Arc<dyn L1View>,
        status: watch::Receiver<SyncStatus>,
    ) -> Result<(), Failure> {
        let config =
            sequencer.chain().rollup().cloned().ok_or_else(|| Failure::failed("a sequencer needs a rollup"))?;
        let path = self.rollup.clone();
        let save: Save = Box::new(move || {
            let text = serde_json::to_string_pretty(&*config).map_err(|error| error.to_string())?;
            write_whole(&path, &text).map_err(|failure| failure.message)
        });
        let control = DevControl::new(sequencer, view, self.l1.clone(), self.clock.clone(), save)?;
        // A node starts its sequencer once.
        let _ = self.running.set(Running { control, status });
        Ok(())
    }

    fn run<T>(&self, command: impl FnOnce(&DevControl) -> Result<T, DevError>) -> Result<T, String> {
        match self.running.get() {
            Some(running) if running.status.borrow().synced => {
                command(&running.control).map_err(|error| error.to_string())
            }
            _ => Err("the development chain is starting; try again in a second".into()),
        }
    }
}

impl DevChain for DevTools {
    fn mine(&self, blocks: u64) -> Result<(), String> {
        self.run(|control| control.mine(blocks))
    }

    fn increase_time(&self, seconds: u64) -> Result<u64, String> {
        self.run(|control| control.increase_time(seconds))
    }

    fn set_next_timestamp(&self, seconds: u64) -> Result<(), String> {
        self.run(|control| control.set_next_timestamp(seconds))
    }

    fn snapshot(&self) -> Result<u64, String> {
        self.run(DevControl::snapshot)
    }

    fn revert(&self, id: u64) -> Result<bool, String> {
        self.run(|control| control.revert(id))
    }
}
