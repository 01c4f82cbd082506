//! `praxis node`.

use crate::{
    args::{NodeArgs, Role},
    failure::Failure,
    keys,
    system::{
        L2Node, L2Options, SequencerKeys, Tasks, check_golden_digests, driver, open_chain, prune_history, read_rollup,
        report_verdict,
    },
    telemetry,
    ui::Ui,
};
use alloy_signer_local::PrivateKeySigner;
use praxis_primitives::RollupConfig;
use praxis_storage::Durability;
use praxis_verifier::{DriverConfig, Verifier};
use std::{sync::Arc, time::Duration};

/// How often a real L1 is asked for news.
const POLL: Duration = Duration::from_secs(1);

/// Runs the roles until the process is interrupted.
pub(crate) async fn run(args: NodeArgs, ui: &Ui) -> Result<(), Failure> {
    check_golden_digests()?;
    let config = read_rollup(&args.rollup)?;
    std::fs::create_dir_all(&args.datadir)
        .map_err(|e| Failure::failed(format!("the data directory {} can't be made: {e}", args.datadir.display())))?;
    if let Some(address) = args.metrics_addr {
        telemetry::serve_metrics(address)?;
    }
    let mut tasks = Tasks::default();
    let serves = args.roles.contains(&Role::Sequencer) || args.roles.contains(&Role::Follower);
    let mut rpc = None;
    if serves {
        let sequencer = args.roles.contains(&Role::Sequencer).then(|| sequencer_keys(&args)).transpose()?;
        let options = L2Options {
            config: config.clone(),
            datadir: &args.datadir,
            l1: args.l1.clone(),
            rpc: args.rpc.config(args.rpc_addr),
            rpc_flag: "--rpc-addr",
            sequencer,
            poll: POLL,
            durability: Durability::PowerLoss,
            history: args.history,
        };
        rpc = Some(L2Node::start(options, &mut tasks).await?.rpc);
    }
    if args.roles.contains(&Role::Verifier) {
        start_verifier(&args, &config, &mut tasks).await?;
    }
    let roles: Vec<String> = args.roles.iter().map(|role| format!("{role:?}").to_lowercase()).collect();
    ui.line(format!("running as {} of chain {} on L1 {}", roles.join(", "), config.l2_chain_id, args.l1));
    if let Some(address) = rpc {
        ui.line(format!("JSON-RPC at http://{address} and ws://{address}"));
    }
    ui.document(&serde_json::json!({
        "roles": roles,
        "l2Rpc": rpc.map(|address| format!("http://{address}")),
        "l2ChainId": config.l2_chain_id,
    }));
    tasks.until_stopped().await
}

async fn start_verifier(args: &NodeArgs, config: &Arc<RollupConfig>, tasks: &mut Tasks) -> Result<(), Failure> {
    let chain = open_chain(config, &args.datadir.join("verifier"), Durability::PowerLoss)?;
    let driver_config =
        DriverConfig { poll: POLL, claims_of: Some(config.l1.dispute_game_factory), ..DriverConfig::default() };
    tasks.spawn("pruning of the verifier's history", prune_history(chain.clone(), args.history));
    let (driver, _) = driver(chain, &args.l1, driver_config).await?;
    tasks.spawn("verifier", Verifier::new(driver).await?.run(report_verdict));
    Ok(())
}

/// The keys of the sequencer's L1 accounts: one each, because an account's nonces have one owner.
fn sequencer_keys(args: &NodeArgs) -> Result<SequencerKeys, Failure> {
    let batcher = (!args.no_batcher).then(|| role_key(args, args.batcher_key.as_deref())).transpose()?;
    let proposer = (!args.no_proposer).then(|| role_key(args, args.proposer_key.as_deref())).transpose()?;
    let same = |batcher: &PrivateKeySigner, proposer: &PrivateKeySigner| batcher.address() == proposer.address();
    if let (Some(one), Some(other)) = (&batcher, &proposer)
        && same(one, other)
    {
        return Err(Failure::usage(format!(
            "batcher and proposer would both send from {}, but each needs an account of its own: give --batcher-key and \
             --proposer-key, or run one of them elsewhere with --no-batcher or --no-proposer",
            one.address()
        )));
    }
    Ok(SequencerKeys { batcher, proposer })
}

fn role_key(args: &NodeArgs, own: Option<&str>) -> Result<PrivateKeySigner, Failure> {
    match own {
        Some(key) => keys::parse_key(key),
        None => keys::signer(args.key.private_key.as_deref(), args.key.keystore.as_deref()),
    }
}
