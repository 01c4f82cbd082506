//! Making a rollup: its L1 contracts, its configuration file, and the chain definition for viem.

use crate::failure::Failure;
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, U256, address};
use alloy_signer_local::PrivateKeySigner;
use praxis_chain::Chain;
use praxis_l1::{
    BlockTag, DeploymentPlan, L1Client, L1ClientConfig, SettlementParams, SystemParams, TxManager, TxManagerConfig,
    deploy_contracts,
};
use praxis_primitives::{
    DEFAULT_BASE_FEE_SCALAR, DEFAULT_BLOB_BASE_FEE_SCALAR, FeeParams, FeeScalars, FeeVaults, RollupConfig,
    RollupGenesis,
};
use serde::{Deserialize, Serialize};
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
/// Transactions of a deployment that wait in L1's mempool at once: what most mempools take of one account.
const DEPLOYMENTS_IN_FLIGHT: usize = 16;
/// L1 blocks within which a channel must be complete.
const CHANNEL_TIMEOUT: u64 = 50;

/// What a new rollup is to be.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub(crate) struct RollupPlan {
    pub(crate) l2_chain_id: u64,
    pub(crate) block_time_ms: u64,
    pub(crate) sequencing_window: u64,
    /// The most gas of one transaction (EIP-7825).
    pub(crate) tx_gas_cap: u64,
    pub(crate) batcher: Address,
    /// Signs unsafe blocks.
    pub(crate) unsafe_block_signer: Address,
    /// May change rules, through the timelock.
    pub(crate) governor: Address,
    /// Rotates keys and sets fees.
    pub(crate) operator: Address,
    /// Pauses.
    pub(crate) guardian: Address,
    /// L2 blocks between two claims.
    pub(crate) claim_interval: u64,
    /// Windows, delays and bonds of claims.
    pub(crate) settlement: SettlementParams,
    /// Least base fee, and the first; `None` for the usual ones.
    pub(crate) base_fee_floor: Option<u64>,
    pub(crate) balances: BTreeMap<Address, U256>,
}

/// A deployment that has begun: what must stay as it is for another try to go on with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Begun {
    rollup: RollupPlan,
    l1: DeploymentPlan,
    config: RollupConfig,
}

/// Deploys the L1 contracts of a rollup that begins at L1's newest block. What was begun is written to `journal` first, and
/// taken up from there when an earlier try did not come to its end; the file goes when all is done.
pub(crate) async fn deploy(
    l1_url: &Url,
    signer: PrivateKeySigner,
    plan: RollupPlan,
    journal: &Path,
    progress: impl FnMut(usize, usize, &str),
) -> Result<Arc<RollupConfig>, Failure> {
    let client = L1Client::new(l1_url.as_str(), L1ClientConfig::default())?;
    let deployer = signer.address();
    let l1_chain_id = client.chain_id().await?;
    let begun = match take_up(journal, &plan, deployer, l1_chain_id)? {
        Some(begun) => begun,
        None => begin(&client, deployer, plan, l1_url).await?,
    };
    write_whole(journal, &serde_json::to_string_pretty(&begun)?)?;
    let manager_config = TxManagerConfig {
        poll_interval: Duration::from_millis(250),
        max_in_flight: DEPLOYMENTS_IN_FLIGHT,
        ..Default::default()
    };
    let (manager, _) = TxManager::spawn(client.clone(), signer, l1_chain_id, manager_config);
    let deployed = deploy_contracts(&client, &manager, &begun.l1, progress).await;
    // Of a deployment that never reached L1 nothing is left to go on with: the next try may be another.
    if deployed.is_ok() || matches!(client.nonce(deployer, true).await, Ok(nonce) if nonce == begun.l1.first_nonce) {
        std::fs::remove_file(journal)?;
    }
    deployed?;
    Ok(Arc::new(begun.config))
}

/// What an earlier try began, if it was the same.
fn take_up(journal: &Path, plan: &RollupPlan, deployer: Address, l1_chain_id: u64) -> Result<Option<Begun>, Failure> {
    let Ok(text) = std::fs::read_to_string(journal) else { return Ok(None) };
    let other = |what: &str| {
        Failure::failed(format!(
            "{} holds a deployment that has begun, but {what}: go on with it as it was begun, or remove the file to begin anew",
            journal.display()
        ))
    };
    let begun: Begun = serde_json::from_str(&text).map_err(|e| other(&format!("it can't be read ({e})")))?;
    if begun.rollup != *plan {
        return Err(other("with other options"));
    }
    if begun.l1.deployer != deployer {
        return Err(other(&format!("from the account {}", begun.l1.deployer)));
    }
    if begun.config.l1_chain_id != l1_chain_id {
        return Err(other(&format!("on the L1 with chain id {}", begun.config.l1_chain_id)));
    }
    Ok(Some(begun))
}

/// Fixes genesis at L1's newest block. L2's genesis depends on addresses on L1, and L1's first output root on L2's genesis: so
/// the addresses are computed first.
async fn begin(client: &L1Client, deployer: Address, plan: RollupPlan, l1_url: &Url) -> Result<Begun, Failure> {
    let (l1, header) = client
        .head(BlockTag::Latest)
        .await?
        .ok_or_else(|| Failure::failed(format!("the L1 at {l1_url} has no block")))?;
    let first_nonce = client.nonce(deployer, true).await?;
    let mut config = RollupConfig {
        genesis: RollupGenesis {
            l1,
            l2: BlockNumHash::new(0, B256::ZERO),
            l2_time_ms: header.timestamp.saturating_mul(1000),
            balances: plan.balances.clone(),
        },
        l1_chain_id: client.chain_id().await?,
        l2_chain_id: plan.l2_chain_id,
        block_time_ms: plan.block_time_ms,
        max_sequencer_drift_ms: MAX_SEQUENCER_DRIFT_MS,
        sequencing_window: plan.sequencing_window,
        channel_timeout: CHANNEL_TIMEOUT,
        batch_inbox: BATCH_INBOX,
        batcher: plan.batcher,
        l1: DeploymentPlan::contracts(deployer, first_nonce),
        claim_interval: plan.claim_interval,
        gas_limit: L2_GAS_LIMIT,
        // What users pay for batches comes back to whoever posts them.
        fee_vaults: FeeVaults { recipient: plan.batcher, ..FeeVaults::default() },
        engines: praxis_primitives::first_engine(),
        development: Default::default(),
        tx_gas_cap: plan.tx_gas_cap,
        // As SystemConfig on L1 begins.
        scalars: FeeScalars {
            base_fee: DEFAULT_BASE_FEE_SCALAR,
            blob_base_fee: DEFAULT_BLOB_BASE_FEE_SCALAR,
            ..FeeScalars::default()
        },
        fees: plan.base_fee_floor.map_or(L2_FEES, |floor| FeeParams {
            initial_base_fee: floor,
            min_base_fee: floor,
            ..L2_FEES
        }),
    };
    let genesis = Chain::genesis_output(&Arc::new(config.clone()).chain_spec())?;
    config.genesis.l2.hash = genesis.block_hash;
    let system = SystemParams {
        l2_chain_id: plan.l2_chain_id,
        governor: plan.governor,
        operator: plan.operator,
        guardian: plan.guardian,
        batcher: plan.batcher,
        unsafe_block_signer: plan.unsafe_block_signer,
        gas_limit: config.gas_limit,
        eip1559_denominator: u32::try_from(config.fees.denominator).map_err(|_| too_large("denominator"))?,
        eip1559_elasticity: u32::try_from(config.fees.elasticity).map_err(|_| too_large("elasticity"))?,
        basefee_scalar: DEFAULT_BASE_FEE_SCALAR,
        blobbasefee_scalar: DEFAULT_BLOB_BASE_FEE_SCALAR,
    };
    let settlement = plan.settlement.clone();
    let l1 = DeploymentPlan { deployer, first_nonce, system, settlement, genesis_output: genesis.root() };
    Ok(Begun { rollup: plan, l1, config })
}

fn too_large(what: &str) -> Failure {
    Failure::failed(format!("the L2's EIP-1559 {what} does not fit into 32 bits"))
}

/// Writes the configuration, and beside it a chain definition that viem can load. Both appear whole or not at all.
pub(crate) fn write_rollup_files(config: &RollupConfig, path: &Path, l2_url: Option<&str>) -> Result<(), Failure> {
    write_whole(path, &serde_json::to_string_pretty(config)?)?;
    let url = l2_url.unwrap_or("http://127.0.0.1:9545");
    let socket = url.replacen("http", "ws", 1);
    let on_l1 = |address: Address| json!({ config.l1_chain_id.to_string(): { "address": address } });
    let chain = json!({
        "id": config.l2_chain_id,
        "name": "Praxis",
        "nativeCurrency": { "name": "Ether", "symbol": "ETH", "decimals": 18 },
        "rpcUrls": { "default": { "http": [url], "webSocket": [socket] } },
        "sourceId": config.l1_chain_id,
        "contracts": {
            "multicall3": { "address": praxis_contracts::addresses::MULTICALL3 },
            "portal": on_l1(config.l1.portal),
            "disputeGameFactory": on_l1(config.l1.dispute_game_factory),
            "l1StandardBridge": on_l1(config.l1.l1_standard_bridge),
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
