//! State roots at several sizes of the state: time, and trie nodes read and hashed per changed slot, beside a full
//! recomputation.

mod world;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use praxis_trie::state_root;
use serde::Serialize;
use world::{Shape, World};

/// Blocks before those that are measured.
const WARM_UP: u64 = 3;

/// What to measure.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Sizes of the state in accounts
    #[arg(long, value_delimiter = ',', default_values_t = [100_000, 1_000_000, 10_000_000])]
    accounts: Vec<u64>,
    /// Slots that each block changes
    #[arg(long, default_value_t = 2_000)]
    slots: u64,
    /// Blocks measured of each shape
    #[arg(long, default_value_t = 15)]
    blocks: u64,
    /// Memory of the database's cache in MiB
    #[arg(long, default_value_t = 128)]
    cache_mib: usize,
    /// Where the databases are made; a temporary folder in the home directory unless given
    #[arg(long)]
    dir: Option<PathBuf>,
    /// One JSON document instead of a table
    #[arg(long)]
    json: bool,
}

/// Blocks of one shape on a state of one size; times are medians in milliseconds.
#[derive(Debug, Serialize)]
struct Row {
    accounts: u64,
    slots_in_state: u64,
    shape: &'static str,
    read_per_slot: f64,
    hashed_per_slot: f64,
    root_ms: f64,
    commit_ms: f64,
}

/// A state of one size.
#[derive(Debug, Serialize)]
struct Size {
    accounts: u64,
    load_s: f64,
    full_recomputation_s: f64,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    let home = std::env::var("HOME").context("HOME is not set; give --dir")?;
    let parent = options.dir.clone().unwrap_or_else(|| home.into());
    let (mut rows, mut sizes) = (Vec::new(), Vec::new());
    for accounts in &options.accounts {
        let folder = tempfile::Builder::new().prefix("praxis-bench-state-").tempdir_in(&parent)?;
        eprintln!("loading {accounts} accounts");
        let start = Instant::now();
        let mut world = World::load(folder.path(), *accounts, options.cache_mib)?;
        let load_s = start.elapsed().as_secs_f64();
        for shape in Shape::ALL {
            eprintln!("{accounts} accounts: {}", shape.name());
            let row = measure(&mut world, shape, options)?;
            eprintln!("{}", serde_json::json!(row));
            rows.push(row);
        }
        let start = Instant::now();
        let root = world.db.state_latest()?.full_state_root()?;
        ensure!(root == world.root, "the incremental root is {}, the full one {root}", world.root);
        sizes.push(Size { accounts: *accounts, load_s, full_recomputation_s: start.elapsed().as_secs_f64() });
    }
    if options.json {
        println!("{}", serde_json::json!({ "rows": rows, "sizes": sizes }));
    } else {
        print_tables(&rows, &sizes);
    }
    Ok(())
}

fn measure(world: &mut World, shape: Shape, options: &Options) -> Result<Row> {
    let (mut roots, mut commits) = (Vec::new(), Vec::new());
    let (mut read, mut hashed, mut changed) = (0, 0, 0);
    for block in 0..WARM_UP + options.blocks {
        let diff = world.diff(shape, options.slots);
        let view = world.db.state_latest()?;
        let start = Instant::now();
        let outcome = state_root(&view, &diff)?;
        let root = start.elapsed();
        ensure!(outcome.previous_root == world.root, "the state is not the one that was committed");
        let start = Instant::now();
        world.commit(&diff, &outcome)?;
        let commit = start.elapsed();
        if block < WARM_UP {
            continue;
        }
        roots.push(root);
        commits.push(commit);
        read += outcome.work.nodes_read;
        hashed += outcome.work.nodes_hashed;
        changed += diff.accounts.values().map(|account| account.storage.len() as u64).sum::<u64>();
    }
    Ok(Row {
        accounts: world.accounts,
        slots_in_state: world.slots,
        shape: shape.name(),
        read_per_slot: read as f64 / changed as f64,
        hashed_per_slot: hashed as f64 / changed as f64,
        root_ms: median(roots),
        commit_ms: median(commits),
    })
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

fn print_tables(rows: &[Row], sizes: &[Size]) {
    println!("|   accounts | slots      | block of 2,000 slots | read/slot | hashed/slot | root ms | commit ms |");
    println!("|-----------:|-----------:|----------------------|----------:|------------:|--------:|----------:|");
    for row in rows {
        println!(
            "| {:>10} | {:>10} | {:<20} | {:>9.2} | {:>11.2} | {:>7.1} | {:>9.1} |",
            row.accounts,
            row.slots_in_state,
            row.shape,
            row.read_per_slot,
            row.hashed_per_slot,
            row.root_ms,
            row.commit_ms
        );
    }
    println!();
    for shape in Shape::ALL {
        let mut of_shape = rows.iter().filter(|row| row.shape == shape.name());
        let (Some(first), Some(last)) = (of_shape.next(), of_shape.next_back()) else { continue };
        println!(
            "{}: {} accounts against {}: {:.2} times the nodes read, {:.2} times the nodes hashed, {:.2} times the time",
            shape.name(),
            last.accounts,
            first.accounts,
            last.read_per_slot / first.read_per_slot,
            last.hashed_per_slot / first.hashed_per_slot,
            last.root_ms / first.root_ms
        );
    }
    println!();
    for size in sizes {
        println!(
            "{} accounts: loaded in {:.1} s, root recomputed from nothing in {:.1} s",
            size.accounts, size.load_s, size.full_recomputation_s
        );
    }
}
