//! How fast `praxis verify` replays a chain from L1 alone.

mod generate;
mod l1;
mod work;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use generate::{BLOCK_TIME_MS, Made};
use l1::L1;
use praxis_e2e::{praxis, run as run_command};
use serde::Serialize;
use serde_json::Value;

/// What a verifier must reach: times real time, and memory in MiB.
const WANTED_TIMES: f64 = 20.0;
const WANTED_MIB: u64 = 1024;

/// What to measure.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// L2 blocks
    #[arg(long, default_value_t = 10_000)]
    blocks: u64,
    /// Where the chain is kept: one that is there already is used; a temporary folder in the home directory unless given
    #[arg(long)]
    dir: Option<PathBuf>,
    /// One JSON document instead of a table
    #[arg(long)]
    json: bool,
}

/// What a replay took.
#[derive(Debug, Serialize)]
struct Replay {
    #[serde(flatten)]
    made: Made,
    seconds: f64,
    /// Processor time of the verifier in seconds, all threads.
    processor_seconds: f64,
    ms_per_block: f64,
    processor_ms_per_block: f64,
    times_real_time: f64,
    megagas_per_second: f64,
    transactions_per_second: f64,
    memory_mib: u64,
    wanted_times_real_time: f64,
    wanted_memory_mib: u64,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    let home = std::env::var("HOME").context("HOME is not set; give --dir")?;
    let temporary = tempfile::Builder::new().prefix("praxis-bench-replay-").tempdir_in(home)?;
    let parent = options.dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    let folder = parent.join(options.blocks.to_string());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let replay = runtime.block_on(measure(&folder, options.blocks))?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&replay)?);
        return Ok(());
    }
    let Made { blocks, transactions, gas, l1_blocks, calldata_bytes, .. } = replay.made;
    println!("{blocks} blocks of {BLOCK_TIME_MS} ms: {transactions} transactions, {:.1} Ggas,", gas as f64 / 1e9);
    println!("on L1: {l1_blocks} blocks with {:.1} MB of calldata\n", calldata_bytes as f64 / 1e6);
    println!("| | replayed | wanted |");
    println!("|---|---:|---:|");
    println!("| times real time | {:.1} | {WANTED_TIMES:.0} |", replay.times_real_time);
    println!("| ms a block | {:.2} | {:.2} |", replay.ms_per_block, BLOCK_TIME_MS as f64 / WANTED_TIMES);
    println!("| processor ms a block | {:.2} | |", replay.processor_ms_per_block);
    println!("| Mgas a second | {:.1} | |", replay.megagas_per_second);
    println!("| transactions a second | {:.0} | |", replay.transactions_per_second);
    println!("| memory, MiB | {} | {WANTED_MIB} |", replay.memory_mib);
    Ok(())
}

async fn measure(folder: &Path, blocks: u64) -> Result<Replay> {
    let made = match fs::read_to_string(folder.join("made.json")) {
        Ok(text) => serde_json::from_str(&text)?,
        Err(_) => generate::generate(folder, blocks).await?,
    };
    let url = L1::read(&folder.join("l1.rlp"))?.serve().await?;
    let datadir = tempfile::tempdir_in(folder)?;
    let (rollup, datadir) = (folder.join("rollup.json"), datadir.path());
    let args = ["--json", "verify", "--l1", &url, "--rollup"].map(std::ffi::OsString::from);
    let args = args.into_iter().chain([rollup.into(), "--datadir".into(), datadir.into()]);
    let before = children();
    let finished = run_command(praxis(args)?, Duration::from_secs(3 * 60 * 60)).await?.expect(0)?;
    let after = children();
    let report = finished.json()?;
    ensure!(report["safeBlock"].as_u64() == Some(blocks), "{blocks} blocks were expected: {report}");
    let head = report["safeHash"].as_str().map_or(Ok(made.head), str::parse)?;
    ensure!(head == made.head, "the replay ends at {head}, the chain at {}", made.head);
    let (seconds, processor) = (replay_seconds(&report).unwrap_or(finished.elapsed.as_secs_f64()), after.0 - before.0);
    Ok(Replay {
        made,
        seconds,
        processor_seconds: processor,
        ms_per_block: seconds * 1e3 / blocks as f64,
        processor_ms_per_block: processor * 1e3 / blocks as f64,
        times_real_time: (blocks * BLOCK_TIME_MS) as f64 / 1e3 / seconds,
        megagas_per_second: made.gas as f64 / 1e6 / seconds,
        transactions_per_second: made.transactions as f64 / seconds,
        memory_mib: after.1,
        wanted_times_real_time: WANTED_TIMES,
        wanted_memory_mib: WANTED_MIB,
    })
}

fn replay_seconds(report: &Value) -> Option<f64> {
    report["replayed"]["seconds"].as_f64()
}

/// Processor time in seconds of the children that have ended, and the memory of the largest in MiB.
fn children() -> (f64, u64) {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the call fills the struct that it is given; a struct of integers may be zero.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr());
        usage.assume_init()
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    (seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss.cast_unsigned() / 1024)
}
