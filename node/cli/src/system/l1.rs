//! The embedded L1: the same chain, pool, builder and RPC as the L2's, under Ethereum's rules.

use super::{
    Tasks,
    l2::{Served, open_pool, serve_rpc},
};
use crate::{failure::Failure, keys};
use alloy_primitives::{Address, U256};
use praxis_builder::{Clock, DevL1, run_dev_l1};
use praxis_chain::Chain;
use praxis_pool::{PoolConfig, PoolLimits};
use praxis_primitives::{ChainSpec, EthereumRules, FeeParams, GenesisAccount, GenesisSpec, Rules};
use praxis_rpc::RpcConfig;
use praxis_storage::Durability;
use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc};

/// Chain id of the embedded L1.
pub(crate) const DEV_L1_CHAIN_ID: u64 = 77_000;
/// Its block gas limit.
const GAS_LIMIT: u64 = 60_000_000;
/// What each development account holds, in wei: 10,000 ether.
pub(crate) fn dev_balance() -> U256 {
    U256::from(10_000u64) * U256::from(10u64).pow(U256::from(18))
}

/// The addresses of the ten development accounts.
pub(crate) fn dev_addresses() -> Result<Vec<Address>, Failure> {
    (0..keys::DEV_ACCOUNTS).map(|i| Ok(keys::dev_account(i)?.address())).collect()
}

/// Ethereum at Osaka with funded development accounts and the contracts that tools expect.
pub(crate) fn dev_l1_spec(genesis_time: u64, block_time_s: u64) -> Result<ChainSpec, Failure> {
    let mut alloc: BTreeMap<Address, GenesisAccount> = praxis_contracts::preinstalls()
        .into_iter()
        .map(|p| {
            let storage = p.storage.iter().copied().collect();
            (p.address, GenesisAccount { nonce: p.nonce, balance: U256::ZERO, code: p.code, storage })
        })
        .collect();
    for address in dev_addresses()? {
        alloc.entry(address).or_default().balance = dev_balance();
    }
    Ok(ChainSpec {
        chain_id: DEV_L1_CHAIN_ID,
        genesis: GenesisSpec {
            timestamp_ms: genesis_time * 1000,
            gas_limit: GAS_LIMIT,
            base_fee: FeeParams::ETHEREUM.initial_base_fee,
            beneficiary: Address::ZERO,
            extras: Default::default(),
            alloc,
        },
        fees: FeeParams::ETHEREUM,
        rules: Rules::Ethereum(EthereumRules::osaka(block_time_s)),
    })
}

/// Starts the embedded L1; gives the address that its JSON-RPC listens at, and what seals its blocks.
pub(crate) async fn start_dev_l1(
    datadir: &Path,
    genesis_time: u64,
    block_time_s: u64,
    address: SocketAddr,
    clock: Clock,
    tasks: &mut Tasks,
) -> Result<(SocketAddr, Arc<DevL1>), Failure> {
    let spec = dev_l1_spec(genesis_time, block_time_s)?;
    let chain = Chain::open(&datadir.join("l1"), spec, super::l2::chain_options(Durability::ProcessCrash))?;
    let pool_config = PoolConfig {
        chain_id: DEV_L1_CHAIN_ID,
        tx_gas_cap: praxis_primitives::default_tx_gas_cap(),
        min_base_fee: 0,
        limits: PoolLimits::default(),
    };
    let pool = open_pool(pool_config, &chain, &datadir.join("l1"), tasks)?;
    let local =
        serve_rpc("L1", "--l1-port", RpcConfig::new(address), Served::alone(chain.clone(), pool.clone()), tasks)
            .await?;
    let chain_head_ms = chain.timestamp_ms(&chain.head());
    let producer = Arc::new(DevL1::new(chain, pool));
    clock.at_least(chain_head_ms);
    // The first block comes before anybody asks: derivation begins above genesis.
    let first = producer.clone();
    tokio::task::spawn_blocking(move || first.seal(0)).await??;
    tasks.spawn("embedded L1", run_dev_l1(producer.clone(), clock, block_time_s));
    Ok((local, producer))
}
