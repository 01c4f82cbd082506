//! `praxis deploy`.

use crate::{
    args::{DeployArgs, SettlementPreset},
    failure::Failure,
    keys,
    system::{RollupPlan, deploy, write_rollup_files},
    ui::Ui,
};
use alloy_primitives::{Address, U256};
use praxis_l1::SettlementParams;
use praxis_primitives::MAX_CLAIM_INTERVAL;
use serde_json::json;

/// Milliseconds of L2 time between two claims.
const CLAIM_EVERY_MS: u64 = 1_800_000;

/// Deploys the L1 contracts of a new rollup and writes its configuration.
pub(crate) async fn run(args: DeployArgs, ui: &Ui) -> Result<(), Failure> {
    if args.out.exists() {
        let path = args.out.display();
        return Err(Failure::failed(format!(
            "{path} exists already, and it may be a rollup's only configuration: move it, or choose another --out"
        )));
    }
    let signer = keys::signer(args.key.private_key.as_deref(), args.key.keystore.as_deref())?;
    let plan = rollup_plan(&args, signer.address());
    plan.settlement.check().map_err(Failure::usage)?;
    let bar = ui.bar(0, "deploying");
    let journal = args.out.with_extension("deploying.json");
    let config = deploy(&args.l1, signer, plan, &journal, |done, count, label| {
        bar.set_length(count as u64);
        bar.set_position(done as u64);
        bar.set_message(label.to_string());
    })
    .await?;
    bar.finish_and_clear();
    write_rollup_files(&config, &args.out, None)?;
    let chain_file = args.out.with_extension("viem.json");
    ui.table(
        &[],
        [
            vec!["timelock".into(), config.l1.timelock.to_string()],
            vec!["SystemConfig".into(), config.l1.system_config.to_string()],
            vec!["Portal".into(), config.l1.portal.to_string()],
            vec!["DisputeGameFactory".into(), config.l1.dispute_game_factory.to_string()],
            vec!["AnchorStateRegistry".into(), config.l1.anchor_state_registry.to_string()],
            vec!["VerifierRegistry".into(), config.l1.verifier_registry.to_string()],
            vec!["QuorumResolver".into(), config.l1.quorum_resolver.to_string()],
            vec!["L1StandardBridge".into(), config.l1.l1_standard_bridge.to_string()],
            vec!["InferenceProof".into(), config.l1.inference_proof.to_string()],
            vec!["batch inbox".into(), config.batch_inbox.to_string()],
            vec!["batcher".into(), config.batcher.to_string()],
            vec!["L1 origin of genesis".into(), format!("{} {}", config.genesis.l1.number, config.genesis.l1.hash)],
            vec!["L2 genesis".into(), config.genesis.l2.hash.to_string()],
            vec!["configuration".into(), args.out.display().to_string()],
            vec!["chain for viem".into(), chain_file.display().to_string()],
        ],
    );
    ui.document(&json!({ "rollup": args.out, "viem": chain_file, "config": *config }));
    Ok(())
}

/// What the command line asks for; who is not named is the deployer.
fn rollup_plan(args: &DeployArgs, deployer: Address) -> RollupPlan {
    let funded = U256::from(10_000u64) * U256::from(10u64).pow(U256::from(18));
    let claim_interval =
        args.claim_interval.unwrap_or_else(|| (CLAIM_EVERY_MS / args.block_time_ms).clamp(1, MAX_CLAIM_INTERVAL));
    let s = &args.settlement;
    let preset = match s.settlement {
        SettlementPreset::Production => SettlementParams::production(claim_interval),
        SettlementPreset::Development => SettlementParams::development(claim_interval),
    };
    let settlement = SettlementParams {
        claim_window: s.claim_window.unwrap_or(preset.claim_window),
        resolve_window: s.resolve_window.unwrap_or(preset.resolve_window),
        finality_delay: s.finality_delay.unwrap_or(preset.finality_delay),
        maturity_delay: s.maturity_delay.unwrap_or(preset.maturity_delay),
        timelock_delay: s.timelock_delay.unwrap_or(preset.timelock_delay),
        exit_delay: s.exit_delay.unwrap_or(preset.exit_delay),
        claim_bond: s.claim_bond.unwrap_or(preset.claim_bond),
        contest_bond: s.contest_bond.unwrap_or(preset.contest_bond),
        min_stake: s.min_stake.unwrap_or(preset.min_stake),
        ..preset
    };
    RollupPlan {
        l2_chain_id: args.chain_id,
        block_time_ms: args.block_time_ms,
        sequencing_window: args.sequencing_window,
        tx_gas_cap: args.tx_gas_cap,
        batcher: args.batcher.unwrap_or(deployer),
        unsafe_block_signer: args.unsafe_block_signer.unwrap_or(deployer),
        governor: args.governor.unwrap_or(deployer),
        operator: args.operator.unwrap_or(deployer),
        guardian: args.guardian.unwrap_or(deployer),
        claim_interval,
        settlement,
        base_fee_floor: args.base_fee_floor,
        balances: args.fund.iter().map(|address| (*address, funded)).collect(),
    }
}
