//! `praxis verify`.

mod compare;
pub(crate) mod transaction;

use crate::{
    args::VerifyArgs,
    failure::Failure,
    system::{L1Access, check_golden_digests, driver, open_chain, read_rollup},
    ui::Ui,
};
use alloy_primitives::B256;
use indicatif::ProgressBar;
use praxis_chain::Chain;
use praxis_primitives::RollupConfig;
use praxis_storage::Durability;
use praxis_verifier::{DriverConfig, DriverError, Replayed, Report, SyncStatus, Verifier};
use serde_json::json;
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use url::Url;

/// How many claims or events a table names.
const SHOWN: usize = 10;
/// How often the bar moves, and how often the log says the same.
const SHOW_EVERY: Duration = Duration::from_millis(100);
const LOG_EVERY: Duration = Duration::from_secs(15);

/// Verifies a chain, or one transaction of it.
pub(crate) async fn run(args: VerifyArgs, ui: &Ui) -> Result<(), Failure> {
    check_golden_digests()?;
    if let Some(hash) = args.tx {
        return transaction::run(&args, hash, ui).await;
    }
    let (Some(rollup), Some(l1)) = (&args.rollup, &args.l1) else {
        return Err(Failure::usage("give --rollup and --l1"));
    };
    let config = read_rollup(rollup)?;
    let temporary = tempfile::Builder::new().prefix("praxis-verify-").tempdir()?;
    let datadir = args.datadir.as_deref().unwrap_or_else(|| temporary.path());
    let chain = open_chain(&config, datadir, Durability::ProcessCrash)?;
    let (report, speed) = replay_on(chain.clone(), &access(&args, l1)?, ui).await?;
    show(&config, &report, &speed, chain.head().hash(), ui);
    match &report.first_difference {
        None => Ok(()),
        Some(difference) => {
            let mut message = difference.to_string();
            if difference.forced || difference.preimage.is_none() {
                for dropped in report.dropped.iter().filter(|d| !d.contains("is forced")).take(SHOWN) {
                    message.push_str(&format!("\n  {dropped}"));
                }
            }
            match &args.compare {
                Some(url) => {
                    let divergence = compare::run(&chain, url, &report, Path::new(".")).await?;
                    message.push_str(&format!("\n  {divergence}"));
                }
                None => message.push_str(
                    "\n  --compare URL, of a node that claims it, names the block, the transaction and the account",
                ),
            }
            Err(Failure::difference(message))
        }
    }
}

/// L1 and its blobs; they are kept where the chain is kept.
pub(crate) fn access(args: &VerifyArgs, l1: &Url) -> Result<L1Access, Failure> {
    let access = L1Access::new(l1.clone(), args.blobs.clone());
    match &args.datadir {
        Some(datadir) => access.keeping(datadir, None),
        None => Ok(access),
    }
}

/// Replays everything that is on L1 now and judges every claim in it.
pub(crate) async fn replay(
    config: &Arc<RollupConfig>,
    l1: &L1Access,
    datadir: Option<&Path>,
    ui: &Ui,
) -> Result<Report, Failure> {
    let temporary = tempfile::Builder::new().prefix("praxis-verify-").tempdir()?;
    let chain = open_chain(config, datadir.unwrap_or_else(|| temporary.path()), Durability::ProcessCrash)?;
    Ok(replay_on(chain, l1, ui).await?.0)
}

async fn replay_on(chain: Arc<Chain>, l1: &L1Access, ui: &Ui) -> Result<(Report, Speed), Failure> {
    let begin = Instant::now();
    let config = chain.rollup().cloned().ok_or_else(|| Failure::failed("only a rollup's chain is on an L1"))?;
    let driver_config = DriverConfig {
        poll: Duration::from_millis(100),
        claims_of: Some(config.l1.dispute_game_factory),
        ..DriverConfig::default()
    };
    let (driver, _) = driver(chain, l1, driver_config).await?;
    let status = driver.status();
    let mut verifier = Verifier::new(driver, None).await?;
    let bar = ui.bar(0, "replaying L1 blocks");
    let shown = tokio::spawn(show_progress(bar.clone(), status.clone(), config.block_time_ms, begin));
    let done = replay_to_head(&mut verifier).await;
    shown.abort();
    bar.finish_and_clear();
    done?;
    let speed =
        Speed { replayed: status.borrow().replayed, took: begin.elapsed(), block_time_ms: config.block_time_ms };
    Ok((verifier.report()?, speed))
}

/// How fast a replay was.
#[derive(Debug, Clone, Copy)]
struct Speed {
    replayed: Replayed,
    took: Duration,
    block_time_ms: u64,
}

impl Speed {
    fn seconds(&self) -> f64 {
        self.took.as_secs_f64().max(1e-3)
    }

    fn megagas_per_second(&self) -> f64 {
        self.replayed.gas as f64 / 1e6 / self.seconds()
    }

    /// How many times faster than the chain itself goes.
    fn times_real_time(&self) -> f64 {
        (self.replayed.blocks * self.block_time_ms) as f64 / 1e3 / self.seconds()
    }
}

impl std::fmt::Display for Speed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (megagas, times) = (self.megagas_per_second(), self.times_real_time());
        write!(f, "{} L2 blocks, {megagas:.1} Mgas/s, {times:.1} times real time", self.replayed.blocks)
    }
}

/// Moves the bar as L1 blocks are done, and logs the same where nobody sees a bar.
async fn show_progress(
    bar: ProgressBar,
    mut status: tokio::sync::watch::Receiver<SyncStatus>,
    block_time_ms: u64,
    begin: Instant,
) {
    let mut logged = begin;
    while status.changed().await.is_ok() {
        let now = *status.borrow_and_update();
        let speed = Speed { replayed: now.replayed, took: begin.elapsed(), block_time_ms };
        bar.set_length(now.l1_head.number);
        bar.set_position(now.l1_current.number);
        bar.set_message(format!("replaying L1 blocks ({speed})"));
        if logged.elapsed() >= LOG_EVERY {
            logged = Instant::now();
            let (l1, of) = (now.l1_current.number, now.l1_head.number);
            tracing::info!(l1, of, %speed, left_s = bar.eta().as_secs(), "replaying");
        }
        // The bar is for eyes.
        tokio::time::sleep(SHOW_EVERY).await;
    }
}

async fn replay_to_head(verifier: &mut Verifier) -> Result<(), DriverError> {
    while !verifier.advance().await?.0.idle {}
    Ok(())
}

fn show(config: &RollupConfig, report: &Report, speed: &Speed, safe_hash: B256, ui: &Ui) {
    let right = report.last_right.map_or("none".to_string(), |n| n.to_string());
    let mut rows = vec![
        vec!["chain".into(), config.l2_chain_id.to_string()],
        vec!["L1 read up to block".into(), report.l1_block.to_string()],
        vec!["L2 replayed up to block".into(), report.safe_block.to_string()],
        vec!["replayed now".into(), speed.to_string()],
        vec!["claims that are right".into(), report.claims_right.to_string()],
        vec!["newest right claim is about block".into(), right],
    ];
    if let Some(difference) = &report.first_difference {
        rows.push(vec!["first wrong claim is about block".into(), difference.l2_block.to_string()]);
        rows.push(vec!["claimed output root".into(), difference.claimed.to_string()]);
        rows.push(vec!["replayed output root".into(), difference.replayed.to_string()]);
    }
    ui.table(&[], rows);
    ui.document(&json!({
        "chainId": config.l2_chain_id,
        "l1Block": report.l1_block,
        "safeBlock": report.safe_block,
        "safeHash": safe_hash,
        "replayed": {
            "blocks": speed.replayed.blocks,
            "transactions": speed.replayed.transactions,
            "gas": speed.replayed.gas,
            "seconds": speed.seconds(),
            "megagasPerSecond": speed.megagas_per_second(),
            "timesRealTime": speed.times_real_time(),
        },
        "claimsRight": report.claims_right,
        "lastRight": report.last_right,
        "firstDifference": report.first_difference,
        "dropped": report.dropped,
    }));
}
