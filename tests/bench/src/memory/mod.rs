//! Memory of a sequencer under steady load: a table of samples (CSV), and a picture of it (SVG, and text).

mod plot;

use crate::rpc::{
    RICH,
    load::{self, Counters, Pace, Sender},
    node::{Node, memory},
};
use anyhow::{Result, ensure};
use clap::Args;
use praxis_e2e::dev_account;
use std::{
    fmt::Write,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// By how much the highest of the last third may lie above the highest of the second.
const ALLOWED: f64 = 1.10;

/// What to measure.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Minutes of load
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
    /// Transactions per second
    #[arg(long, default_value_t = 400.0)]
    rate: f64,
    /// Accounts that send
    #[arg(long, default_value_t = 100)]
    senders: usize,
    /// Seconds between two samples
    #[arg(long, default_value_t = 5.0)]
    every: f64,
    /// Where the samples are written
    #[arg(long, default_value = "memory.csv")]
    csv: PathBuf,
    /// Where the picture is written
    #[arg(long, default_value = "memory.svg")]
    svg: PathBuf,
}

/// One look at the process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) seconds: f64,
    pub(crate) resident: u64,
    pub(crate) own: u64,
    pub(crate) included: u64,
}

/// Measures, writes the files and prints the picture.
pub(crate) fn run(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let samples = runtime.block_on(measure(options))?;
    std::fs::write(&options.svg, plot::svg(&samples))?;
    println!("{}", plot::text(&samples));
    let highest = |part: &[Sample]| part.iter().map(|sample| sample.own).max().unwrap_or_default() as f64;
    let third = samples.len() / 3;
    let ratio = highest(&samples[2 * third..]) / highest(&samples[third..2 * third]);
    let included = samples.last().map_or(0, |last| last.included);
    println!(
        "{included} transactions; the highest of the last third is {ratio:.3} of the highest of the second, at most \
         {ALLOWED} is wanted; samples in {}, picture in {}",
        options.csv.display(),
        options.svg.display()
    );
    ensure!(ratio <= ALLOWED, "memory grows");
    Ok(())
}

async fn measure(options: &Options) -> Result<Vec<Sample>> {
    let node = Node::praxis(true).await?;
    let chain_id = node.rpc.chain_id().await?;
    let mut senders = (0..options.senders).map(Sender::new).collect::<Result<Vec<_>>>()?;
    load::fund(&node.rpc, chain_id, &dev_account(RICH)?, &senders).await?;
    let (counters, stop) = (Arc::new(Counters::default()), Arc::new(AtomicBool::new(false)));
    let from = node.rpc.block_number().await? + 1;
    let batch = 20;
    let pace = Pace { rate: Some(options.rate), window: 4_000, batch };
    let watcher = tokio::spawn(load::watch(node.rpc.clone(), counters.clone(), from, stop.clone()));
    let mut turn = 0;
    let next = move || {
        turn = (turn + 1) % senders.len();
        senders[turn].batch(chain_id, batch).map(Some)
    };
    let client = tokio::spawn(load::send(node.rpc.url.clone(), counters.clone(), pace, stop.clone(), next));
    let begin = Instant::now();
    let mut samples = Vec::new();
    let mut table = String::from("seconds,resident_bytes,own_bytes,included\n");
    while begin.elapsed().as_secs_f64() < options.minutes * 60.0 && !client.is_finished() && !watcher.is_finished() {
        let (resident, own) = memory(node.process)?;
        let included = counters.included.load(Ordering::Relaxed);
        let seconds = begin.elapsed().as_secs_f64();
        samples.push(Sample { seconds, resident, own, included });
        writeln!(table, "{seconds:.1},{resident},{own},{included}")?;
        std::fs::write(&options.csv, &table)?;
        tokio::time::sleep(Duration::from_secs_f64(options.every)).await;
    }
    stop.store(true, Ordering::Relaxed);
    client.await??;
    watcher.await??;
    ensure!(samples.len() >= 6, "too few samples: run longer, or sample more often with --every");
    Ok(samples)
}
