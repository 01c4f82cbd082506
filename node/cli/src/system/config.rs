//! Making a rollup: its L1 contract, its configuration file, and the chain definition for viem.

use crate::failure::Failure;
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, U256, address};
use alloy_signer_local::PrivateKeySigner;
use praxis_chain::Chain;
use praxis_l1::{BlockTag, L1Client, L1ClientConfig, TxManager, TxManagerConfig, deploy_output_oracle};
use praxis_primitives::{FeeParams, RollupConfig, RollupGenesis};
use serde_json::json;
use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};
use url::Url;

/// Where batches go: an account without code and without a key.
const BATCH_INBOX: Address = address!("0xff00000000000000000000000000000000077001");
/// An L2 block's gas limit.
const L2_GAS_LIMIT: u64 = 30_000_000;
/// EIP-1559 on the L2.
const L2_FEES: FeeParams =
    FeeParams { denominator: 1000, elasticity: 2, initial_base_fee: 1_000_000, min_base_fee: 1_000 };
/// How far an L2 block's time may run ahead of its L1 origin's.
const MAX_SEQUENCER_DRIFT_MS: u64 = 600_000;
/// L1 blocks within which a channel must be complete.
const CHANNEL_TIMEOUT: u64 = 50;

/// What a new rollup is to be.
#[derive(Debug, Clone)]
pub(crate) struct DeploymentPlan {
    pub(crate) l2_chain_id: u64,
    pub(crate) block_time_ms: u64,
    pub(crate) sequencing_window: u64,
    /// The most gas of one transaction (EIP-7825).
    pub(crate) tx_gas_cap: u64,
    pub(crate) batcher: Address,
    pub(crate) proposer: Address,
    /// Least distance between two claims, in L2 blocks.
    pub(crate) submission_interval: u64,
    /// Least base fee, and the first; `None` for the usual ones.
    pub(crate) base_fee_floor: Option<u64>,
    pub(crate) balances: BTreeMap<Address, U256>,
}

/// A rollup that has just been made.
pub(crate) struct Deployment {
    pub(crate) config: Arc<RollupConfig>,
}

/// Deploys the L1 contract and fixes the rollup's genesis at L1's newest block.
pub(crate) async fn deploy(
    l1_url: &Url,
    signer: PrivateKeySigner,
    plan: DeploymentPlan,
) -> Result<Deployment, Failure> {
    let client = L1Client::new(l1_url.as_str(), L1ClientConfig::default())?;
    let l1_chain_id = client.chain_id().await?;
    let manager_config = TxManagerConfig { poll_interval: Duration::from_millis(250), ..Default::default() };
    let (manager, _) = TxManager::spawn(client.clone(), signer, l1_chain_id, manager_config);
    let oracle =
        deploy_output_oracle(&client, &manager, plan.proposer, plan.l2_chain_id, plan.submission_interval).await?;
    let (l1, header) = client
        .head(BlockTag::Latest)
        .await?
        .ok_or_else(|| Failure::failed(format!("the L1 at {l1_url} has no block")))?;
    let mut config = RollupConfig {
        genesis: RollupGenesis {
            l1,
            l2: BlockNumHash::new(0, B256::ZERO),
            l2_time_ms: header.timestamp.saturating_mul(1000),
            balances: plan.balances,
        },
        l1_chain_id,
        l2_chain_id: plan.l2_chain_id,
        block_time_ms: plan.block_time_ms,
        max_sequencer_drift_ms: MAX_SEQUENCER_DRIFT_MS,
        sequencing_window: plan.sequencing_window,
        channel_timeout: CHANNEL_TIMEOUT,
        batch_inbox: BATCH_INBOX,
        batcher: plan.batcher,
        l1: Default::default(),
        claim_interval: plan.submission_interval,
        output_oracle: oracle,
        proposer: plan.proposer,
        gas_limit: L2_GAS_LIMIT,
        engines: praxis_primitives::first_engine(),
        tx_gas_cap: plan.tx_gas_cap,
        fees: plan.base_fee_floor.map_or(L2_FEES, |floor| FeeParams {
            initial_base_fee: floor,
            min_base_fee: floor,
            ..L2_FEES
        }),
    };
    let spec = Arc::new(config.clone()).chain_spec();
    config.genesis.l2.hash = Chain::genesis_hash(&spec)?;
    Ok(Deployment { config: Arc::new(config) })
}

/// Writes the configuration, and beside it a chain definition that viem can load. Both appear whole or not at all.
pub(crate) fn write_rollup_files(config: &RollupConfig, path: &Path, l2_url: Option<&str>) -> Result<(), Failure> {
    write_whole(path, &serde_json::to_string_pretty(config)?)?;
    let url = l2_url.unwrap_or("http://127.0.0.1:9545");
    let socket = url.replacen("http", "ws", 1);
    let chain = json!({
        "id": config.l2_chain_id,
        "name": "Praxis",
        "nativeCurrency": { "name": "Ether", "symbol": "ETH", "decimals": 18 },
        "rpcUrls": { "default": { "http": [url], "webSocket": [socket] } },
        "sourceId": config.l1_chain_id,
        "contracts": {
            "multicall3": { "address": praxis_contracts::addresses::MULTICALL3 },
            "outputOracle": { config.l1_chain_id.to_string(): { "address": config.output_oracle } },
        },
    });
    write_whole(&path.with_extension("viem.json"), &serde_json::to_string_pretty(&chain)?)
}

/// Writes a file beside its place and moves it there, so that a crash leaves the old one or the new one.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure::failed(format!("{} can't be written: {e}", path.display()));
    let draft = path.with_extension("draft");
    std::fs::write(&draft, text).map_err(failed)?;
    std::fs::rename(&draft, path).map_err(failed)
}

/// Reads a rollup configuration file.
pub(crate) fn read_rollup(path: &Path) -> Result<Arc<RollupConfig>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|e| {
        Failure::failed(format!(
            "{} can't be read: {e}; `praxis deploy` writes it, and `praxis dev` keeps it in its data directory",
            path.display()
        ))
    })?;
    let config = RollupConfig::from_json(&text).map_err(|e| Failure::failed(format!("{}: {e}", path.display())))?;
    let config = Arc::new(config);
    let genesis = Chain::genesis_hash(&config.chain_spec())?;
    if genesis != config.genesis.l2.hash {
        return Err(Failure::failed(format!(
            "{} names the L2 genesis {}, but this version makes {genesis} of it: use the version that made the file",
            path.display(),
            config.genesis.l2.hash
        )));
    }
    Ok(config)
}
