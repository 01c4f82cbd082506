//! A node that is killed at any moment goes on with the same chain.

use alloy_signer_local::PrivateKeySigner;
use anyhow::{Context, Result};
use praxis_e2e::{Dev, Rpc, dev_account, eventually, praxis, quantity, run, transfer};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

const KILLS: u32 = 20;

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

#[tokio::test]
async fn a_killed_node_keeps_every_receipt_that_it_showed() -> Result<()> {
    let seed = match std::env::var("PRAXIS_SEED") {
        Ok(text) => text.parse().context("PRAXIS_SEED is a number")?,
        Err(_) => rand::random(),
    };
    eprintln!("PRAXIS_SEED={seed} repeats this run");
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir()?;
    let datadir = folder.path().join("state").display().to_string();
    let account = dev_account(1)?;
    let mut seen = Seen::default();
    let mut genesis = None;

    for kill in 1..=KILLS {
        // One in four dies while it starts, before anybody could ask it anything.
        if genesis.is_some() && random.random_bool(0.25) {
            let mut service = Dev::spawn(&["--datadir", &datadir])?;
            tokio::time::sleep(Duration::from_millis(random.random_range(0..1500))).await;
            service.kill().await?;
            continue;
        }
        let mut dev = Dev::start(&["--datadir", &datadir]).await.with_context(|| format!("start {kill}"))?;
        let first = dev.l2.block_at(0).await?["hash"].clone();
        anyhow::ensure!(*genesis.get_or_insert(first.clone()) == first, "another genesis: {first}");
        seen.holds(&dev.l2).await.with_context(|| format!("after kill {}", kill - 1))?;
        dev.l2.reaches("latest", seen.highest + 1, Duration::from_secs(30)).await?;
        let until = Instant::now() + Duration::from_millis(random.random_range(50..2500));
        traffic(&dev.l2, &account, &mut seen, until).await.with_context(|| dev.service.tail())?;
        dev.service.kill().await?;
    }

    let dev = Dev::start(&["--datadir", &datadir]).await?;
    seen.holds(&dev.l2).await?;
    eprintln!("{} receipts kept, {} blocks, {KILLS} kills", seen.receipts.len(), seen.highest);
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
