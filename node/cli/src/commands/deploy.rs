//! `praxis deploy`.

use crate::{
    args::DeployArgs,
    failure::Failure,
    keys,
    system::{DeploymentPlan, deploy, write_rollup_files},
    ui::Ui,
};
use alloy_primitives::U256;
use serde_json::json;

/// Milliseconds of L2 time between two claims.
const CLAIM_EVERY_MS: u64 = 60_000;
/// The oracle's bound on the distance between two claims, in L2 blocks.
const MAX_INTERVAL: u64 = 8_000;

/// Deploys the L1 contract of a new rollup and writes its configuration.
pub(crate) async fn run(args: DeployArgs, ui: &Ui) -> Result<(), Failure> {
    if args.out.exists() {
        let path = args.out.display();
        return Err(Failure::failed(format!(
            "{path} exists already, and it may be a rollup's only configuration: move it, or choose another --out"
        )));
    }
    let signer = keys::signer(args.key.private_key.as_deref(), args.key.keystore.as_deref())?;
    let deployer = signer.address();
    let funded = U256::from(10_000u64) * U256::from(10u64).pow(U256::from(18));
    let plan = DeploymentPlan {
        l2_chain_id: args.chain_id,
        block_time_ms: args.block_time_ms,
        sequencing_window: args.sequencing_window,
        tx_gas_cap: args.tx_gas_cap,
        batcher: args.batcher.unwrap_or(deployer),
        proposer: args.proposer.unwrap_or(deployer),
        submission_interval: args
            .claim_interval
            .unwrap_or_else(|| (CLAIM_EVERY_MS / args.block_time_ms).clamp(1, MAX_INTERVAL)),
        base_fee_floor: args.base_fee_floor,
        balances: args.fund.iter().map(|address| (*address, funded)).collect(),
    };
    let spinner = ui.spinner("deploying");
    let config = deploy(&args.l1, signer, plan).await?.config;
    spinner.finish_and_clear();
    write_rollup_files(&config, &args.out, None)?;
    let chain_file = args.out.with_extension("viem.json");
    ui.table(
        &[],
        [
            vec!["output oracle".into(), config.output_oracle.to_string()],
            vec!["batch inbox".into(), config.batch_inbox.to_string()],
            vec!["batcher".into(), config.batcher.to_string()],
            vec!["proposer".into(), config.proposer.to_string()],
            vec!["L1 origin of genesis".into(), format!("{} {}", config.genesis.l1.number, config.genesis.l1.hash)],
            vec!["L2 genesis".into(), config.genesis.l2.hash.to_string()],
            vec!["configuration".into(), args.out.display().to_string()],
            vec!["chain for viem".into(), chain_file.display().to_string()],
        ],
    );
    if config.batcher == config.proposer {
        ui.note("note: batcher and proposer are one account; a node that runs both needs two (--batcher, --proposer)");
    }
    ui.document(&json!({ "rollup": args.out, "viem": chain_file, "config": *config }));
    Ok(())
}
