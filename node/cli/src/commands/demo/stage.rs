//! What the demo plays on: a running development system, or one of its own.

use crate::{
    args::{BlobArgs, DemoArgs},
    client::Client,
    failure::Failure,
    rpc_args::RpcArgs,
    system::{DevOptions, DevSystem, L1Access},
    ui::Ui,
};
use praxis_primitives::RollupConfig;
use serde_json::json;
use std::sync::Arc;
use url::Url;

/// Where a `praxis dev` answers unless told otherwise.
const DEFAULT_L2: &str = "http://127.0.0.1:9545";
const DEFAULT_L1: &str = "http://127.0.0.1:8545";

/// Two chains to tell the story on.
pub(super) struct Stage {
    pub(super) l1: Url,
    pub(super) l2: Url,
    pub(super) config: Arc<RollupConfig>,
    /// The demo's own system, if it started one.
    system: Option<DevSystem>,
}

impl Stage {
    /// Finds a running system or starts one.
    pub(super) async fn prepare(args: &DemoArgs, ui: &Ui) -> Result<Self, Failure> {
        let own = args.rpc.is_none() && (args.l1_url.is_some() || args.datadir.is_some());
        let l2 = match &args.rpc {
            Some(url) => url.clone(),
            None => Url::parse(DEFAULT_L2)?,
        };
        if !own {
            match Self::attach(&l2, args.l1_url.as_ref()).await {
                Ok(stage) => return Ok(stage),
                Err(error) if args.rpc.is_some() => return Err(error),
                Err(_) => {}
            }
        }
        let spinner = ui.spinner("starting L1, sequencer, batcher, proposer and verifier");
        let system = DevSystem::start(DevOptions {
            l1_url: args.l1_url.clone(),
            l1_beacon: args.l1_beacon.clone(),
            datadir: args.datadir.clone(),
            history: praxis_chain::HistoryMode::Archive,
            block_time_ms: 250,
            l1_block_time_s: 1,
            tx_gas_cap: praxis_primitives::default_tx_gas_cap(),
            sequencing_window: 600,
            l1_port: 0,
            l2_port: 0,
            page_port: 0,
            metrics_port: None,
            fork: None,
            base_fee_floor: None,
            rpc: RpcArgs::default(),
        })
        .await?;
        spinner.finish_and_clear();
        let (l1, l2, config) = (system.l1_url.clone(), system.l2_url.clone(), system.config.clone());
        Ok(Self { l1, l2, config, system: Some(system) })
    }

    /// A system that runs already: it says itself how it is configured.
    async fn attach(l2: &Url, l1: Option<&Url>) -> Result<Self, Failure> {
        let client = Client::reader(l2);
        let config: RollupConfig = client.request("praxis_rollupConfig", json!([])).await?;
        let l1 = l1.map_or_else(|| Url::parse(DEFAULT_L1), |url| Ok(url.clone()))?;
        Ok(Self { l1, l2: l2.clone(), config: Arc::new(config), system: None })
    }

    /// L1 as the demo's verifier reads it: blobs come from the system's own archive.
    pub(super) fn access(&self) -> L1Access {
        let blobs = BlobArgs { l1_beacon: vec![], blob_archive: vec![self.l2.clone()] };
        L1Access::new(self.l1.clone(), blobs)
    }

    /// Whether the demo started the system.
    pub(super) const fn is_own(&self) -> bool {
        self.system.is_some()
    }

    /// Keeps the demo's own system running until it is interrupted.
    pub(super) async fn keep(&mut self, ui: &Ui) -> Result<(), Failure> {
        let Some(system) = &mut self.system else { return Ok(()) };
        system.announce(ui);
        ui.note("still running; Ctrl-C stops everything");
        system.tasks.until_stopped().await
    }
}
