//! `praxis dev`: everything in one process.

use super::{
    L1Access, L2Node, L2Options, Posting, RollupPlan, SequencerKeys, Tasks, check_golden_digests,
    config::{deploy, read_rollup, write_rollup_files, write_whole},
    dev_tools::DevTools,
    fork::Fork,
    l1::{dev_addresses, dev_balance, start_dev_l1},
    l2::open_chain,
};
use crate::{args::BlobArgs, failure::Failure, keys, rpc_args::RpcArgs, telemetry, ui::Ui};
use praxis_builder::Clock;
use praxis_chain::HistoryMode;
use praxis_l1::SettlementParams;
use praxis_primitives::RollupConfig;
use praxis_rpc::RpcConfig;
use praxis_storage::Durability;
use praxis_verifier::{DriverConfig, Verdict};
use serde::{Deserialize, Serialize};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;
use url::Url;

/// Chain id of the development L2.
const DEV_L2_CHAIN_ID: u64 = 77_001;
/// Which development account plays which part.
const DEPLOYER: u32 = 0;
const BATCHER: u32 = 8;
const PROPOSER: u32 = 9;
/// Milliseconds of L2 time between two claims.
const CLAIM_EVERY_MS: u64 = 1000;
/// How often the embedded L1 is asked for news.
const POLL: Duration = Duration::from_millis(100);

/// How a development system is run.
#[derive(Debug, Clone)]
pub(crate) struct DevOptions {
    pub(crate) l1_url: Option<Url>,
    /// Beacon API of that L1.
    pub(crate) l1_beacon: Option<Url>,
    pub(crate) datadir: Option<PathBuf>,
    pub(crate) history: HistoryMode,
    pub(crate) block_time_ms: u64,
    pub(crate) l1_block_time_s: u64,
    pub(crate) sequencing_window: u64,
    /// The most gas that a transaction of a new L2 may have.
    pub(crate) tx_gas_cap: u64,
    pub(crate) l1_port: u16,
    pub(crate) l2_port: u16,
    pub(crate) page_port: u16,
    pub(crate) metrics_port: Option<u16>,
    /// Least base fee of a new L2 in wei; `None` for the usual one.
    pub(crate) base_fee_floor: Option<u64>,
    /// The chain to begin with, and its block.
    pub(crate) fork: Option<(Url, Option<u64>)>,
    pub(crate) rpc: RpcArgs,
}

/// A running development system.
pub(crate) struct DevSystem {
    pub(crate) l1_url: Url,
    pub(crate) l2_url: Url,
    pub(crate) page_url: String,
    pub(crate) metrics_url: Option<String>,
    pub(crate) rollup: PathBuf,
    pub(crate) config: Arc<RollupConfig>,
    pub(crate) tasks: Tasks,
    datadir: PathBuf,
    /// Removed when the system is dropped.
    temporary: Option<TempDir>,
}

/// What a data directory remembers of its embedded L1.
#[derive(Serialize, Deserialize)]
struct DevState {
    l1_genesis_time: u64,
    l1_block_time_s: u64,
}

impl DevSystem {
    /// Starts everything.
    pub(crate) async fn start(options: DevOptions) -> Result<Self, Failure> {
        check_golden_digests()?;
        let (datadir, temporary) = data_directory(options.datadir.as_deref())?;
        let mut tasks = Tasks::default();
        let metrics_url = options.metrics_port.map(serve_metrics).transpose()?;
        let (clock, mut embedded) = (Clock::default(), None);
        let l1_url = match &options.l1_url {
            Some(url) => url.clone(),
            None => {
                let state = dev_state(&datadir, options.l1_block_time_s)?;
                let address = loopback(options.l1_port);
                let (time, every) = (state.l1_genesis_time, state.l1_block_time_s);
                let (local, producer) = start_dev_l1(&datadir, time, every, address, clock.clone(), &mut tasks).await?;
                embedded = Some(producer);
                Url::parse(&format!("http://{local}"))?
            }
        };
        let rollup = datadir.join("rollup.json");
        let config = rollup_config(&rollup, &l1_url, &options).await?;
        // The embedded L1 takes no blobs.
        let blobs = BlobArgs { l1_beacon: options.l1_beacon.iter().cloned().collect(), blob_archive: vec![] };
        let mut posting = Posting::new(!blobs.l1_beacon.is_empty());
        // Claims and withdrawals are tried out here, and they wait for the safe head.
        posting.batcher.encoder.max_idle_l1_blocks = posting.batcher.encoder.max_channel_l1_blocks;
        let l1 = L1Access::new(l1_url.clone(), blobs).keeping(&datadir, None)?;
        let sequencer = SequencerKeys {
            batcher: Some(keys::dev_account(BATCHER)?.into()),
            proposer: Some(keys::dev_account(PROPOSER)?.into()),
            posting,
        };
        let l2 = L2Options {
            config: config.clone(),
            datadir: &datadir,
            l1: l1.clone(),
            rpc: rpc_config(&options),
            rpc_flag: "--l2-port",
            sequencer: Some(sequencer),
            poll: POLL,
            durability: Durability::ProcessCrash,
            history: options.history,
            dev: embedded.map(|l1| Arc::new(DevTools::new(l1, clock, rollup.clone()))),
            p2p: None,
            sequencer_url: None,
        };
        let node = L2Node::start(l2, &mut tasks).await?;
        let l2_url = Url::parse(&format!("http://{}", node.rpc))?;
        write_rollup_files(&config, &rollup, Some(l2_url.as_str().trim_end_matches('/')))?;
        start_verifier(&config, &datadir, &l1, &mut tasks).await?;
        let page = praxis_explorer::serve(loopback(options.page_port), l2_url.as_str())
            .await
            .map_err(|e| Failure::failed(format!("the page can't be served: {e} (--page-port)")))?;
        let page_url = format!("http://{}", page.local_addr());
        tasks.keep(page);
        Ok(Self { l1_url, l2_url, page_url, metrics_url, rollup, config, tasks, datadir, temporary })
    }

    /// Where its state is.
    pub(crate) fn datadir(&self) -> &Path {
        &self.datadir
    }

    /// Whether its state goes when it stops.
    pub(crate) const fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }

    /// Tells people where everything is.
    pub(crate) fn announce(&self, ui: &Ui) {
        let mut rows = vec![
            vec!["L1 JSON-RPC".into(), self.l1_url.to_string(), format!("chain {}", self.config.l1_chain_id)],
            vec!["L2 JSON-RPC".into(), self.l2_url.to_string(), format!("chain {}", self.config.l2_chain_id)],
            vec!["page".into(), self.page_url.clone(), "blocks, inferences, models".into()],
        ];
        if let Some(url) = &self.metrics_url {
            rows.push(vec!["metrics".into(), url.clone(), "Prometheus".into()]);
        }
        if let Some(fork) = &self.config.development.fork {
            let state = format!("chain {} after block {}", fork.chain_id, fork.block);
            rows.push(vec!["forked state".into(), fork.url.clone(), state]);
        }
        rows.push(vec!["rollup configuration".into(), self.rollup.display().to_string(), "for praxis verify".into()]);
        ui.table(&["", "where", ""], rows);
        ui.line(format!("ten funded accounts of the mnemonic \"{}\"", keys::TEST_MNEMONIC));
        ui.document(&serde_json::json!({
            "l1Rpc": trimmed(&self.l1_url),
            "l2Rpc": trimmed(&self.l2_url),
            "l2Ws": trimmed(&self.l2_url).replacen("http", "ws", 1),
            "page": self.page_url,
            "metrics": self.metrics_url,
            "rollup": self.rollup,
            "datadir": self.datadir(),
            "l1ChainId": self.config.l1_chain_id,
            "l2ChainId": self.config.l2_chain_id,
            "fork": self.config.development.fork,
        }));
    }
}

fn trimmed(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_string()
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// The L2's JSON-RPC. Where the base fee is lower than the usual tip, so is the tip.
fn rpc_config(options: &DevOptions) -> RpcConfig {
    let mut config = options.rpc.config(loopback(options.l2_port));
    if let (Some(floor), None) = (options.base_fee_floor, options.rpc.rpc_min_tip) {
        config.limits.min_suggested_tip = config.limits.min_suggested_tip.min(floor.into());
    }
    config
}

fn serve_metrics(port: u16) -> Result<String, Failure> {
    let address = loopback(port);
    telemetry::serve_metrics(address)?;
    Ok(format!("http://{address}/metrics"))
}

fn data_directory(given: Option<&Path>) -> Result<(PathBuf, Option<TempDir>), Failure> {
    match given {
        Some(path) => {
            std::fs::create_dir_all(path).map_err(|e| {
                Failure::failed(format!(
                    "the data directory {} can't be made: {e}; choose another --datadir",
                    path.display()
                ))
            })?;
            Ok((path.to_path_buf(), None))
        }
        None => {
            let directory = tempfile::Builder::new().prefix("praxis-dev-").tempdir()?;
            Ok((directory.path().to_path_buf(), Some(directory)))
        }
    }
}

/// What the directory remembers of its embedded L1; a new one begins now.
fn dev_state(datadir: &Path, l1_block_time_s: u64) -> Result<DevState, Failure> {
    let path = datadir.join("dev.json");
    if let Ok(text) = std::fs::read_to_string(&path) {
        return serde_json::from_str(&text)
            .map_err(|e| Failure::failed(format!("{} is not what `praxis dev` wrote there: {e}", path.display())));
    }
    if datadir.join("rollup.json").exists() {
        return Err(Failure::failed(format!(
            "{} holds a rollup on another L1: give the --l1-url that it was made with, or choose another --datadir",
            datadir.display()
        )));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let state = DevState { l1_genesis_time: now.saturating_sub(2), l1_block_time_s };
    write_whole(&path, &serde_json::to_string(&state)?)?;
    Ok(state)
}

/// The directory's rollup; a new directory gets a new one, deployed to `l1_url`.
async fn rollup_config(path: &Path, l1_url: &Url, options: &DevOptions) -> Result<Arc<RollupConfig>, Failure> {
    if path.exists() {
        return read_rollup(path);
    }
    let balance = dev_balance();
    let deployer = keys::dev_account(DEPLOYER)?;
    let claim_interval = (CLAIM_EVERY_MS / options.block_time_ms).max(1);
    let plan = RollupPlan {
        l2_chain_id: DEV_L2_CHAIN_ID,
        block_time_ms: options.block_time_ms,
        sequencing_window: options.sequencing_window,
        tx_gas_cap: options.tx_gas_cap,
        batcher: keys::dev_account(BATCHER)?.address(),
        unsafe_block_signer: deployer.address(),
        governor: deployer.address(),
        operator: deployer.address(),
        guardian: deployer.address(),
        claim_interval,
        settlement: SettlementParams::development(claim_interval),
        base_fee_floor: options.base_fee_floor,
        balances: dev_addresses()?.into_iter().map(|address| (address, balance)).collect(),
    };
    let fork = match &options.fork {
        Some((url, block)) => Some(Fork::choose(url, *block).await?),
        None => None,
    };
    let mut config = deploy(l1_url, deployer, plan, &path.with_extension("deploying.json"), |_, _, _| {}).await?;
    // Not a part of the deployment: L1 knows the genesis block, which is as without it.
    Arc::make_mut(&mut config).development.fork = fork;
    write_rollup_files(&config, path, None)?;
    Ok(config)
}

/// The verifier of the system: on its own database, from L1 alone.
async fn start_verifier(
    config: &Arc<RollupConfig>,
    datadir: &Path,
    l1: &L1Access,
    tasks: &mut Tasks,
) -> Result<(), Failure> {
    let chain = open_chain(config, &datadir.join("verifier"), Durability::ProcessCrash)?;
    let driver_config =
        DriverConfig { poll: POLL, claims_of: Some(config.l1.dispute_game_factory), ..DriverConfig::default() };
    super::verifier::start_verifier(chain, l1, POLL, None, (driver_config, tasks)).await
}

/// Logs and counts a verdict.
pub(crate) fn report_verdict(verdict: &Verdict) {
    match verdict {
        Verdict::Right(claim) => {
            metrics::counter!("praxis_claims_right_total").increment(1);
            tracing::debug!(block = claim.l2_block_number, "a claim was replayed and is right");
        }
        Verdict::Wrong(_, difference) => {
            metrics::counter!("praxis_claims_wrong_total").increment(1);
            tracing::error!("{difference}");
        }
    }
}
