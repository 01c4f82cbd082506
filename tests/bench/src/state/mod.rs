//! State roots at several sizes of the state: time, and trie nodes read and hashed per changed slot, beside a full
//! recomputation.

mod world;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use clap::Args;
use praxis_trie::state_root;
use serde::Serialize;
use world::{Shape, World};

use crate::clock::{Clock, Took, Whose};

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
    /// Memory of the cache of trie nodes in MiB
    #[arg(long, default_value_t = 64)]
    node_cache_mib: usize,
    /// Where the databases are made and kept: those that are there already are used; a temporary folder in the home directory
    /// unless given
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Leave out recomputing the root from nothing
    #[arg(long)]
    no_full: bool,
    /// One JSON document instead of a table
    #[arg(long)]
    json: bool,
}

/// Blocks of one shape on a state of one size; times are of the first quartile, in milliseconds, of the processor and on the
/// wall. The slower ones show what else the machine and the database did meanwhile.
#[derive(Debug, Serialize)]
struct Row {
    accounts: u64,
    slots_in_state: u64,
    shape: &'static str,
    needed_per_slot: f64,
    read_per_slot: f64,
    hashed_per_slot: f64,
    root_processor_ms: f64,
    root_wall_ms: f64,
    commit_processor_ms: f64,
    commit_wall_ms: f64,
}

/// A state of one size.
#[derive(Debug, Serialize)]
struct Size {
    accounts: u64,
    load_s: f64,
    full_recomputation_s: Option<f64>,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    let home = std::env::var("HOME").context("HOME is not set; give --dir")?;
    let temporary = tempfile::Builder::new().prefix("praxis-bench-state-").tempdir_in(home)?;
    let parent = options.dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    let (mut rows, mut sizes) = (Vec::new(), Vec::new());
    for accounts in &options.accounts {
        let folder = parent.join(accounts.to_string());
        eprintln!("{accounts} accounts: opening or loading {}", folder.display());
        let clock = Clock::start(Whose::Process);
        let mut world = World::open(&folder, *accounts, options.cache_mib, options.node_cache_mib)?;
        let load_s = clock.stop().wall.as_secs_f64();
        for shape in Shape::ALL {
            eprintln!("{accounts} accounts: {}", shape.name());
            let row = measure(&mut world, shape, options)?;
            eprintln!("{}", serde_json::json!(row));
            rows.push(row);
        }
        let mut size = Size { accounts: *accounts, load_s, full_recomputation_s: None };
        if !options.no_full {
            let clock = Clock::start(Whose::Process);
            let root = world.db.state_latest()?.full_state_root()?;
            ensure!(root == world.root, "the incremental root is {}, the full one {root}", world.root);
            size.full_recomputation_s = Some(clock.stop().wall.as_secs_f64());
        }
        sizes.push(size);
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
    let (mut needed, mut read, mut hashed, mut changed) = (0, 0, 0, 0);
    for block in 0..WARM_UP + options.blocks {
        let diff = world.diff(shape, options.slots);
        let view = world.db.state_latest()?;
        let clock = Clock::start(Whose::Process);
        let outcome = state_root(&view, &diff)?;
        let root = clock.stop();
        ensure!(outcome.previous_root == world.root, "the state is not the one that was committed");
        let clock = Clock::start(Whose::Process);
        world.commit(&diff, &outcome)?;
        let commit = clock.stop();
        if block < WARM_UP {
            continue;
        }
        roots.push(root);
        commits.push(commit);
        needed += outcome.work.nodes_read;
        read += outcome.work.nodes_read - outcome.work.nodes_cached;
        hashed += outcome.work.nodes_hashed;
        changed += diff.accounts.values().map(|account| account.storage.len() as u64).sum::<u64>();
    }
    Ok(Row {
        accounts: world.accounts,
        slots_in_state: world.slots,
        shape: shape.name(),
        needed_per_slot: needed as f64 / changed as f64,
        read_per_slot: read as f64 / changed as f64,
        hashed_per_slot: hashed as f64 / changed as f64,
        root_processor_ms: quartile(&roots, |took| took.processor),
        root_wall_ms: quartile(&roots, |took| took.wall),
        commit_processor_ms: quartile(&commits, |took| took.processor),
        commit_wall_ms: quartile(&commits, |took| took.wall),
    })
}

/// The time that one block in four does not exceed.
fn quartile(times: &[Took], which: fn(&Took) -> Duration) -> f64 {
    let mut times: Vec<Duration> = times.iter().map(which).collect();
    times.sort();
    times.get(times.len() / 4).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

fn print_tables(rows: &[Row], sizes: &[Size]) {
    println!("Nodes per changed slot; milliseconds of the processor / on the wall.");
    println!(
        "|   accounts | slots      | block of 2,000 slots | needed |  read | hashed |          root |        commit |"
    );
    println!(
        "|-----------:|-----------:|----------------------|-------:|------:|-------:|--------------:|--------------:|"
    );
    for row in rows {
        println!(
            "| {:>10} | {:>10} | {:<20} | {:>6.2} | {:>5.2} | {:>6.2} | {:>5.1} / {:>5.1} | {:>5.1} / {:>5.1} |",
            row.accounts,
            row.slots_in_state,
            row.shape,
            row.needed_per_slot,
            row.read_per_slot,
            row.hashed_per_slot,
            row.root_processor_ms,
            row.root_wall_ms,
            row.commit_processor_ms,
            row.commit_wall_ms,
        );
    }
    println!();
    for shape in Shape::ALL {
        let mut of_shape = rows.iter().filter(|row| row.shape == shape.name());
        let (Some(first), Some(last)) = (of_shape.next(), of_shape.next_back()) else { continue };
        println!(
            "{}: {} accounts against {}: {:.2} times the nodes needed, {:.2} times hashed; root {:.2} times the processor \
             time, {:.2} on the wall; root and commit {:.2} and {:.2}",
            shape.name(),
            last.accounts,
            first.accounts,
            last.needed_per_slot / first.needed_per_slot,
            last.hashed_per_slot / first.hashed_per_slot,
            last.root_processor_ms / first.root_processor_ms,
            last.root_wall_ms / first.root_wall_ms,
            (last.root_processor_ms + last.commit_processor_ms) / (first.root_processor_ms + first.commit_processor_ms),
            (last.root_wall_ms + last.commit_wall_ms) / (first.root_wall_ms + first.commit_wall_ms),
        );
    }
    println!();
    for size in sizes {
        let full = size.full_recomputation_s.map_or("not recomputed".to_owned(), |s| format!("recomputed in {s:.1} s"));
        println!("{} accounts: loaded in {:.1} s, root {full} from nothing", size.accounts, size.load_s);
    }
}
