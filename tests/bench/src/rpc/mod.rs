//! Transactions per second over JSON-RPC, beside anvil, in one run.
//!
//! One client sends transfers that were signed before, in batches, over a few connections; another follows the chain and
//! reads every receipt; a third times plain reads. The nodes take turns, with the same block time and gas limit.

pub(crate) mod load;
pub(crate) mod node;

use anyhow::{Context, Result, ensure};
use clap::Args;
use load::{Counters, Pace, Sender};
use node::{Node, processor_seconds};
use praxis_e2e::dev_account;
use serde::Serialize;
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// The gas limit of a deployment's blocks.
const GAS_LIMIT: u64 = 30_000_000;
/// The deployment's block time.
const BLOCK_TIME_MS: u64 = 250;
/// The account of the test mnemonic with money on both chains.
pub(crate) const RICH: u32 = 1;

/// What to measure.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Seconds of load for each node
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Accounts that send
    #[arg(long, default_value_t = 200)]
    senders: usize,
    /// Transactions signed before the load begins, for each node
    #[arg(long, default_value_t = 100_000)]
    transactions: usize,
    /// Transactions of one request
    #[arg(long, default_value_t = 50)]
    batch: usize,
    /// Connections
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Transactions that may wait for a block
    #[arg(long, default_value_t = 6_000)]
    window: u64,
    /// Only the node with this name
    #[arg(long)]
    only: Option<String>,
    /// One JSON document instead of a table
    #[arg(long)]
    json: bool,
}

/// What one node did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    node: &'static str,
    accepted_per_second: f64,
    included_per_second: f64,
    receipted_per_second: f64,
    read_median_ms: f64,
    read_p99_ms: f64,
    node_processor_seconds_per_second: f64,
    client_processor_seconds_per_second: f64,
    node_microseconds_per_transaction: f64,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let rows = runtime.block_on(measure_all(options))?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    println!(
        "{} senders, {} transactions a request, {} connections, blocks of {GAS_LIMIT} gas every {BLOCK_TIME_MS} ms\n",
        options.senders, options.batch, options.connections
    );
    println!(
        "| node | accepted/s | included/s | receipted/s | read, median | read, 99 % | node's processors | client's | node's time per transaction |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for row in &rows {
        println!(
            "| {} | {:.0} | {:.0} | {:.0} | {:.1} ms | {:.1} ms | {:.2} | {:.2} | {:.0} µs |",
            row.node,
            row.accepted_per_second,
            row.included_per_second,
            row.receipted_per_second,
            row.read_median_ms,
            row.read_p99_ms,
            row.node_processor_seconds_per_second,
            row.client_processor_seconds_per_second,
            row.node_microseconds_per_transaction,
        );
    }
    if let [ours, theirs] = &rows[..] {
        println!("\nincluded: {:.1} times anvil's", ours.included_per_second / theirs.included_per_second);
    }
    Ok(())
}

async fn measure_all(options: &Options) -> Result<Vec<Row>> {
    let wanted = |name: &str| options.only.as_deref().is_none_or(|only| only == name);
    let mut rows = Vec::new();
    if wanted("praxis") {
        rows.push(measure(options, Node::praxis(false).await?).await?);
    }
    if wanted("anvil") {
        rows.push(measure(options, Node::anvil(BLOCK_TIME_MS, GAS_LIMIT).await?).await?);
    }
    ensure!(!rows.is_empty(), "the nodes are called praxis and anvil");
    Ok(rows)
}

async fn measure(options: &Options, node: Node) -> Result<Row> {
    let chain_id = node.rpc.chain_id().await?;
    let mut senders = (0..options.senders).map(Sender::new).collect::<Result<Vec<_>>>()?;
    load::fund(&node.rpc, chain_id, &dev_account(RICH)?, &senders).await?;
    let mut bodies = Vec::new();
    let rounds = options.transactions.div_ceil(options.senders * options.batch);
    for _ in 0..rounds {
        for sender in &mut senders {
            bodies.push(sender.batch(chain_id, options.batch)?);
        }
    }
    // Each connection has its own senders, so that their nonces come in order.
    let mut shares = vec![VecDeque::new(); options.connections];
    for (i, body) in bodies.into_iter().enumerate() {
        shares[(i % options.senders) % options.connections].push_back(body);
    }
    let counters = Arc::new(Counters::default());
    let stop = Arc::new(AtomicBool::new(false));
    let from = node.rpc.block_number().await? + 1;
    let pace = Pace { rate: None, window: options.window, batch: options.batch };
    let watcher = tokio::spawn(load::watch(node.rpc.clone(), counters.clone(), from, stop.clone()));
    let reader = tokio::spawn(load::read(node.rpc.clone(), stop.clone()));
    let clients: Vec<_> = shares
        .into_iter()
        .map(|mut share| {
            let next = move || Ok(share.pop_front());
            tokio::spawn(load::send(node.rpc.url.clone(), counters.clone(), pace, stop.clone(), next))
        })
        .collect();
    // The first tenth is not counted: pools fill, caches warm up.
    let load = Duration::from_secs(options.seconds);
    tokio::time::sleep(load / 10).await;
    let before = sample(&node, &counters)?;
    tokio::time::sleep(load * 9 / 10).await;
    let after = sample(&node, &counters)?;
    let starved = clients.iter().all(tokio::task::JoinHandle::is_finished);
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await??;
    }
    ensure!(!starved, "all transactions were sent before the time was over: sign more with --transactions");
    watcher.await?.with_context(|| format!("following {}", node.name))?;
    let mut reads = reader.await?.with_context(|| format!("reading from {}", node.name))?;
    reads.sort_by(f64::total_cmp);
    Ok(row(node.name, &before, &after, &reads))
}

/// Counters and clocks at one moment.
struct Sample {
    at: Instant,
    counts: [u64; 3],
    node: f64,
    client: f64,
}

fn sample(node: &Node, counters: &Counters) -> Result<Sample> {
    let load = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    Ok(Sample {
        at: Instant::now(),
        counts: [load(&counters.accepted), load(&counters.included), load(&counters.receipted)],
        node: processor_seconds(node.process)?,
        client: processor_seconds(std::process::id())?,
    })
}

fn row(node: &'static str, before: &Sample, after: &Sample, reads: &[f64]) -> Row {
    let seconds = (after.at - before.at).as_secs_f64();
    let rate = |i: usize| (after.counts[i] - before.counts[i]) as f64 / seconds;
    let quantile = |q: f64| reads.get(((reads.len() as f64 - 1.0) * q) as usize).copied().unwrap_or(f64::NAN);
    let busy = after.node - before.node;
    Row {
        node,
        accepted_per_second: rate(0),
        included_per_second: rate(1),
        receipted_per_second: rate(2),
        read_median_ms: quantile(0.5),
        read_p99_ms: quantile(0.99),
        node_processor_seconds_per_second: busy / seconds,
        client_processor_seconds_per_second: (after.client - before.client) / seconds,
        node_microseconds_per_transaction: busy * 1e6 / (after.counts[1] - before.counts[1]).max(1) as f64,
    }
}
