//! A node that is killed at any moment, or that dies just before or after a write, goes on with the same chain.
//!
//! `PRAXIS_KILLS` says how often (20 unless given), `PRAXIS_SEED` when and where.

use alloy_signer_local::PrivateKeySigner;
use anyhow::{Context, Result};
use praxis_e2e::{Dev, Rpc, dev_account, eventually, praxis, quantity, run, transfer};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Where the node may die by itself.
const POINTS: &[&str] = &["any", "commit.before", "commit.after", "heads.before", "heads.after", "cursors.after"];
/// After the data directory is there, the node passes a point this often in a second or two.
const MAX_PASSAGES: u32 = 60;

fn setting(name: &str, default: u64) -> Result<u64> {
    std::env::var(name).map_or(Ok(default), |text| text.parse().with_context(|| format!("{name} is a number")))
}

/// The database opens, its state root is that of a full recomputation, its indices lead where they should.
async fn verified(datadir: &str, chain: &str) -> Result<()> {
    let verify = praxis(["--json", "db", "verify", "--datadir", datadir, "--chain", chain])?;
    let found = run(verify, Duration::from_secs(120)).await?.expect(0)?.json()?;
    anyhow::ensure!(
        found["stateRoot"] == found["recomputed"] && found["differences"] == serde_json::json!([]),
        "{found}"
    );
    Ok(())
}

/// How the next process ends.
enum Death {
    /// By a signal while it starts.
    Starting(Duration),
    /// By a signal under load.
    Loaded(Duration),
    /// At a place.
    At(String),
}

impl Death {
    fn next(random: &mut StdRng, first: bool) -> Self {
        match random.random_range(0..10) {
            0..2 if !first => Self::Starting(Duration::from_millis(random.random_range(0..1500))),
            2..5 if !first => {
                let point = POINTS[random.random_range(0..POINTS.len())];
                Self::At(format!("{point}:{}", random.random_range(1..=MAX_PASSAGES)))
            }
            _ => Self::Loaded(Duration::from_millis(random.random_range(50..2500))),
        }
    }
}

/// What a client was shown: block hash and number by transaction hash.
#[derive(Debug, Default)]
struct Seen {
    receipts: BTreeMap<String, (String, u64)>,
    /// Sent, and no receipt with a block hash was seen yet.
    open: Vec<String>,
    highest: u64,
}

impl Seen {
    /// Asks for the receipts of open transactions and notes those that are there.
    async fn look(&mut self, rpc: &Rpc) -> Result<()> {
        for hash in std::mem::take(&mut self.open) {
            match block_of(rpc, &hash).await {
                Ok(Some(place)) => {
                    self.highest = self.highest.max(place.1);
                    self.receipts.insert(hash, place);
                }
                _ => self.open.push(hash),
            }
        }
        self.highest = self.highest.max(rpc.block_number().await?);
        Ok(())
    }

    /// Every receipt that was shown is there with the same block hash, and that block is in the chain.
    async fn holds(&self, rpc: &Rpc) -> Result<()> {
        for (hash, (block_hash, number)) in &self.receipts {
            let place = block_of(rpc, hash).await?.with_context(|| format!("the receipt of {hash} is gone"))?;
            anyhow::ensure!(place == (block_hash.clone(), *number), "{hash} was in {block_hash}, now {place:?}");
            let block = rpc.block_at(*number).await?;
            anyhow::ensure!(block["hash"] == **block_hash, "block {number} was {block_hash}, now {}", block["hash"]);
        }
        Ok(())
    }
}

/// Hash and number of the block that a receipt names.
async fn block_of(rpc: &Rpc, hash: &str) -> Result<Option<(String, u64)>> {
    let receipt = rpc.receipt(hash).await?;
    match receipt["blockHash"].as_str() {
        Some(block) => Ok(Some((block.to_owned(), quantity(&receipt["blockNumber"])?))),
        None => Ok(None),
    }
}

/// Sends transactions and watches their receipts until the moment has come. Errors end it: the next start tells.
async fn traffic(rpc: &Rpc, account: &PrivateKeySigner, seen: &mut Seen, until: Instant) -> Result<()> {
    while Instant::now() < until {
        seen.open.push(transfer(rpc, account, None).await?);
        seen.look(rpc).await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// One life: what was shown before holds, the chain grows, and transactions come in until the moment has come.
async fn live(
    dev: &mut Dev,
    seen: &mut Seen,
    genesis: &mut Option<serde_json::Value>,
    account: &PrivateKeySigner,
    until: Instant,
) -> Result<()> {
    let first = dev.l2.block_at(0).await?["hash"].clone();
    anyhow::ensure!(*genesis.get_or_insert(first.clone()) == first, "another genesis: {first}");
    seen.holds(&dev.l2).await?;
    dev.l2.reaches("latest", seen.highest + 1, Duration::from_secs(30)).await?;
    let until = until.max(Instant::now() + Duration::from_millis(50));
    traffic(&dev.l2, account, seen, until).await
}

#[tokio::test]
async fn a_killed_node_keeps_every_receipt_that_it_showed() -> Result<()> {
    let (kills, seed) = (setting("PRAXIS_KILLS", 20)?, setting("PRAXIS_SEED", 20)?);
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir()?;
    let datadir = folder.path().join("state").display().to_string();
    let account = dev_account(1)?;
    let mut seen = Seen::default();
    let mut genesis = None;

    for kill in 1..=kills {
        let death = Death::next(&mut random, genesis.is_none());
        let (limit, at) = match &death {
            Death::Starting(pause) => {
                let mut service = Dev::spawn(&["--datadir", &datadir])?;
                tokio::time::sleep(*pause).await;
                service.kill().await?;
                continue;
            }
            Death::Loaded(time) => (*time, None),
            Death::At(point) => (Duration::from_secs(20), Some(point.as_str())),
        };
        let told = || format!("start {kill} of seed {seed}, dying at {}", at.unwrap_or("some instant"));
        let mut dev = match Dev::start_dying(&["--datadir", &datadir], at).await {
            // It may die before it is ready.
            Err(_) if at.is_some() => continue,
            dev => dev.with_context(told)?,
        };
        let lived = live(&mut dev, &mut seen, &mut genesis, &account, Instant::now() + limit).await;
        if at.is_none() {
            lived.with_context(|| dev.service.tail()).with_context(told)?;
            dev.service.kill().await?;
        } else if let Err(error) = lived {
            // What a dying node answers is no error of its own; that it died is.
            dev.service
                .ended(Duration::from_secs(10))
                .await
                .with_context(|| format!("{error:#}"))
                .with_context(told)?;
        } else {
            dev.service.kill().await?;
        }
        verified(&datadir, "l2").await.with_context(told)?;
    }
    verified(&datadir, "verifier").await?;
    verified(&datadir, "l1").await?;

    let dev = Dev::start(&["--datadir", &datadir]).await?;
    seen.holds(&dev.l2).await?;
    eprintln!("{} receipts kept, {} blocks, {kills} kills", seen.receipts.len(), seen.highest);
    anyhow::ensure!(seen.receipts.len() >= 20, "only {} receipts were seen", seen.receipts.len());
    let new = transfer(&dev.l2, &account, None).await?;
    eventually("a new transaction's receipt", Duration::from_secs(20), async || block_of(&dev.l2, &new).await).await?;

    // What it posted before, between and after the kills is one chain to somebody who sees L1 only.
    let last = seen.highest;
    dev.l2.reaches("safe", last, Duration::from_secs(60)).await?;
    let rollup = dev.rollup.display().to_string();
    let verify = praxis(["verify", "--rollup", &rollup, "--l1", &dev.l1.url])?;
    run(verify, Duration::from_secs(120)).await?.expect(0)?;
    Ok(())
}
