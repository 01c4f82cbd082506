//! `praxis node`.

use crate::{
    args::{ChallengeArgs, DataMode, NodeArgs, Role},
    failure::Failure,
    keys::{RoleKey, open_keystore, parse_key},
    system::{
        ChallengeOptions, L1Access, L2Node, L2Options, P2pOptions, Posting, SequencerKeys, Tasks, check_golden_digests,
        open_chain, prune_history, read_rollup,
    },
    telemetry,
    ui::Ui,
};
use praxis_batcher::DataPolicy;
use praxis_primitives::RollupConfig;
use praxis_storage::Durability;
use praxis_verifier::DriverConfig;
use std::{sync::Arc, time::Duration};

/// The record of what the verifier's key signed, in the data directory.
const SIGNED_VOTES: &str = "signed-votes";
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
    let l1 = L1Access::new(args.l1.clone(), args.blobs.clone()).keeping(&args.datadir, args.keep_blobs)?;
    let mut tasks = Tasks::default();
    let serves = args.roles.contains(&Role::Sequencer) || args.roles.contains(&Role::Follower);
    if !serves && args.p2p.wanted() {
        return Err(Failure::usage(
            "--p2p-listen and --p2p-peer are for sequencers and followers: a verifier reads L1 alone",
        ));
    }
    let (mut rpc, mut peers_at) = (None, Vec::new());
    if serves {
        let sequencer = match args.roles.contains(&Role::Sequencer) {
            true => Some(sequencer_keys(&args, &config).await?),
            false => None,
        };
        let options = L2Options {
            config: config.clone(),
            datadir: &args.datadir,
            l1: l1.clone(),
            rpc: args.rpc.config(args.rpc_addr),
            rpc_flag: "--rpc-addr",
            sequencer,
            poll: POLL,
            durability: Durability::PowerLoss,
            history: args.history,
            dev: None,
            p2p: p2p_options(&args, &config)?,
            sequencer_url: args.p2p.sequencer_url.clone(),
        };
        let node = L2Node::start(options, &mut tasks).await?;
        (rpc, peers_at) = (Some(node.rpc), node.p2p);
    }
    if args.roles.contains(&Role::Verifier) {
        start_verifier(&args, &config, &l1, &mut tasks).await?;
    }
    let roles: Vec<String> = args.roles.iter().map(|role| format!("{role:?}").to_lowercase()).collect();
    ui.line(format!("running as {} of chain {} on L1 {}", roles.join(", "), config.l2_chain_id, args.l1));
    if let Some(address) = rpc {
        ui.line(format!("JSON-RPC at http://{address} and ws://{address}"));
    }
    for address in &peers_at {
        ui.line(format!("peers at {address}"));
    }
    ui.document(&serde_json::json!({
        "roles": roles,
        "p2p": peers_at,
        "l2Rpc": rpc.map(|address| format!("http://{address}")),
        "l2ChainId": config.l2_chain_id,
    }));
    tasks.until_stopped().await
}

/// How the node speaks to others. A sequencer's key for blocks is one of its own.
fn p2p_options(args: &NodeArgs, config: &RollupConfig) -> Result<Option<P2pOptions>, Failure> {
    let sequencer = args.roles.contains(&Role::Sequencer);
    if sequencer && args.p2p.sequencer_url.is_some() {
        return Err(Failure::usage("--sequencer-url is for followers: this node is the sequencer"));
    }
    let key = || match (&args.p2p.block_key, &args.p2p.block_keystore) {
        (Some(key), _) => parse_key(key),
        (None, Some(path)) => open_keystore(path, &["PRAXIS_BLOCK_PASSWORD", "PRAXIS_KEYSTORE_PASSWORD"]),
        (None, None) => Err(Failure::usage(
            "a sequencer with peers needs the key that signs its blocks, which SystemConfig on L1 names: give --block-key, \
             --block-keystore, or PRAXIS_BLOCK_KEY in the environment",
        )),
    };
    P2pOptions::new(&args.p2p, &args.datadir, config.l2_chain_id, sequencer, key)
}

async fn start_verifier(
    args: &NodeArgs,
    config: &Arc<RollupConfig>,
    l1: &L1Access,
    tasks: &mut Tasks,
) -> Result<(), Failure> {
    let chain = open_chain(config, &args.datadir.join("verifier"), Durability::PowerLoss)?;
    let driver_config =
        DriverConfig { poll: POLL, claims_of: Some(config.l1.dispute_game_factory), ..DriverConfig::default() };
    tasks.spawn("pruning of the verifier's history", prune_history(chain.clone(), args.history));
    let challenge = challenge_options(args).await?;
    crate::system::start_verifier(chain, l1, POLL, challenge, (driver_config, tasks)).await
}

/// What the verifier does beyond replaying; `None` when it is told nothing of that kind.
async fn challenge_options(args: &NodeArgs) -> Result<Option<ChallengeOptions>, Failure> {
    let given: &ChallengeArgs = &args.challenge;
    if !given.challenge && !given.attest && given.bls_key.is_none() {
        return Ok(None);
    }
    let bls_key = given.bls_key.clone().map(|key| (key, args.datadir.join(SIGNED_VOTES)));
    let account = RoleKey {
        role: "challenger",
        account: given.challenger_account,
        key: given.challenger_key.as_deref(),
        keystore: given.challenger_keystore.as_deref(),
        signer: given.challenger_signer.as_ref(),
        password: "PRAXIS_CHALLENGER_PASSWORD",
    };
    let account = account.open(&args.key).await?;
    Ok(Some(ChallengeOptions {
        contest: given.challenge,
        attest: given.attest,
        warn_days: args.batcher.warn_days,
        account,
        bls_key,
        votes_addr: given.votes_addr,
        peers: given.votes_peers.clone(),
    }))
}

/// The keys of the sequencer's L1 accounts: one each, because an account's nonces have one owner.
async fn sequencer_keys(args: &NodeArgs, config: &RollupConfig) -> Result<SequencerKeys, Failure> {
    let batcher = RoleKey {
        role: "batcher",
        account: Some(config.batcher),
        key: args.batcher_key.as_deref(),
        keystore: args.batcher_keystore.as_deref(),
        signer: args.batcher_signer.as_ref(),
        password: "PRAXIS_BATCHER_PASSWORD",
    };
    let proposer = RoleKey {
        role: "proposer",
        account: args.proposer_account,
        key: args.proposer_key.as_deref(),
        keystore: args.proposer_keystore.as_deref(),
        signer: args.proposer_signer.as_ref(),
        password: "PRAXIS_PROPOSER_PASSWORD",
    };
    let batcher = if args.no_batcher { None } else { Some(batcher.open(&args.key).await?) };
    let proposer = if args.no_proposer { None } else { Some(proposer.open(&args.key).await?) };
    if let (Some(one), Some(other)) = (&batcher, &proposer)
        && one.address() == other.address()
    {
        return Err(Failure::usage(format!(
            "batcher and proposer would both send from {}, but each needs an account of its own: give --batcher-key and \
             --proposer-key, or run one of them elsewhere with --no-batcher or --no-proposer",
            one.address()
        )));
    }
    Ok(SequencerKeys { batcher, proposer, posting: posting(args)? })
}

fn posting(args: &NodeArgs) -> Result<Posting, Failure> {
    let readable = !args.blobs.l1_beacon.is_empty();
    let given = &args.batcher;
    let mut posting = match given.batch_data {
        None => Posting::new(readable),
        Some(DataMode::Calldata) => Posting::new(false),
        Some(DataMode::Cheapest) if readable => Posting::new(true),
        Some(DataMode::Blobs) if readable => {
            let mut posting = Posting::new(true);
            posting.batcher.data = DataPolicy::Blobs;
            posting
        }
        Some(_) => {
            return Err(Failure::usage(
                "this node could not read the blobs that it posts: give --l1-beacon, or --batch-data calldata",
            ));
        }
    };
    if let Some(blocks) = given.max_channel_duration {
        posting.batcher.encoder.max_channel_l1_blocks = blocks;
    }
    if let Some(blocks) = given.max_idle_channel_duration {
        posting.batcher.encoder.max_idle_l1_blocks = blocks;
    }
    posting.batcher.warn_days = given.warn_days;
    posting.fees.max_fee = given.batcher_max_fee.unwrap_or(posting.fees.max_fee);
    posting.fees.max_blob_fee = given.batcher_max_blob_fee.unwrap_or(posting.fees.max_blob_fee);
    Ok(posting)
}
