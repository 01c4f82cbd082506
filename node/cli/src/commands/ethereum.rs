//! `praxis ethereum`: a chain of Ethereum's own rules, out of a genesis file and files of blocks.

use crate::{
    args::EthereumArgs,
    failure::Failure,
    system::{Served, Tasks, chain_options, follow_pool, serve_rpc},
    ui::Ui,
};
use alloy_rlp::Decodable;
use praxis_builder::pool_head;
use praxis_chain::Chain;
use praxis_pool::{Pool, PoolConfig, PoolLimits};
use praxis_primitives::{Block, ChainSpec, Fork, RecoveredBlock};
use praxis_rpc::RpcConfig;
use praxis_storage::Durability;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Imports the blocks, then serves JSON-RPC until the process is interrupted. It has no peers and builds no blocks.
pub(crate) async fn run(args: EthereumArgs, ui: &Ui) -> Result<(), Failure> {
    let spec = read_genesis(&args.genesis)?;
    let temporary = match &args.datadir {
        Some(_) => None,
        None => Some(tempfile::Builder::new().prefix("praxis-ethereum-").tempdir()?),
    };
    let datadir: PathBuf = match (&args.datadir, &temporary) {
        (Some(given), _) => given.clone(),
        (None, Some(directory)) => directory.path().to_path_buf(),
        (None, None) => return Err(Failure::failed("there is no data directory")),
    };
    let chain = Chain::open(&datadir, spec, chain_options(Durability::ProcessCrash))?;
    for file in &args.import {
        let (chain, file) = (chain.clone(), file.clone());
        tokio::task::spawn_blocking(move || import_file(&chain, &file)).await??;
    }
    let head = chain.head();
    let fork = chain.spec().fork(head.number, head.timestamp);
    let pool_config = PoolConfig {
        chain_id: chain.spec().chain_id,
        tx_gas_cap: chain.spec().tx_gas_cap(fork).unwrap_or(u64::MAX),
        min_base_fee: 0,
        limits: PoolLimits::default(),
    };
    let pool = Arc::new(Pool::new(pool_config, pool_head(&chain)?));
    let mut tasks = Tasks::default();
    let rpc = serve_rpc(
        "chain",
        "--rpc-addr",
        RpcConfig::new(args.rpc_addr),
        Served::alone(chain.clone(), pool.clone()),
        &mut tasks,
    )
    .await?;
    tasks.spawn("transaction pool", follow_pool(chain.clone(), pool));
    ui.line(format!("chain {} with head {} ({})", chain.spec().chain_id, head.number, head.hash()));
    ui.line(format!("JSON-RPC at http://{rpc} and ws://{rpc}"));
    ui.document(&serde_json::json!({
        "rpc": format!("http://{rpc}"),
        "ws": format!("ws://{rpc}"),
        "chainId": chain.spec().chain_id,
        "head": { "number": head.number, "hash": head.hash() },
    }));
    let ended = tasks.until_stopped().await;
    drop(temporary);
    ended
}

fn read_genesis(path: &Path) -> Result<ChainSpec, Failure> {
    let name = path.display();
    let json = std::fs::read_to_string(path).map_err(|e| Failure::usage(format!("{name} can't be read: {e}")))?;
    ChainSpec::from_genesis_file(&json).map_err(|e| Failure::usage(format!("{name}: {e}")))
}

/// Imports RLP-encoded blocks that stand one after the other in a file; those that the chain has already are left out. Its
/// last block is as final as whoever wrote the file: the safe and finalized heads move with it.
fn import_file(chain: &Chain, path: &Path) -> Result<(), Failure> {
    let name = path.display();
    let bytes = std::fs::read(path).map_err(|e| Failure::usage(format!("{name} can't be read: {e}")))?;
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let at = bytes.len() - rest.len();
        let block = Block::decode(&mut rest)
            .map_err(|e| Failure::failed(format!("{name}: there is no block at byte {at}: {e}")))?;
        let (number, hash) = (block.header.number, block.header.hash_slow());
        if chain.db().hash_of(number)? == Some(hash) {
            continue;
        }
        let block = recover(chain.spec(), block)
            .ok_or_else(|| Failure::failed(format!("{name}: block {number} has a transaction without a signer")))?;
        chain.import(&block).map_err(|e| Failure::failed(format!("{name}: {e}")))?;
    }
    let head = chain.head().number;
    chain.set_safe(head)?;
    chain.set_finalized(head)?;
    Ok(())
}

/// Finds who signed a block's transactions. Before Homestead a signature's s could have either of its two values.
fn recover(spec: &ChainSpec, block: Block) -> Option<RecoveredBlock> {
    match spec.fork(block.header.number, block.header.timestamp) {
        Fork::Frontier => RecoveredBlock::try_recover_unchecked(block).ok(),
        _ => RecoveredBlock::try_recover(block).ok(),
    }
}
