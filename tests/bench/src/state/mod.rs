//! State roots at several sizes of the state: time, and trie nodes read and hashed per changed slot, beside a full
//! recomputation.

mod world;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use clap::Args;
use praxis_trie::{TrieWork, Warmer, state_root_knowing};
use serde::Serialize;
use world::{Shape, World};

use crate::clock::{Clock, Took, Whose};

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
    /// Blocks before those that are measured: the nodes near the root come into their cache over some twenty
    #[arg(long, default_value_t = 20)]
    warm_up: u64,
    /// Memory of the database's cache in MiB
    #[arg(long, default_value_t = 128)]
    cache_mib: usize,
    /// Memory of the cache of trie nodes in MiB
    #[arg(long, default_value_t = 128)]
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

/// Blocks of one shape on a state of one size; times are of the first quartile, in milliseconds. The slower ones show what else the
/// machine and the database did meanwhile.
#[derive(Debug, Serialize)]
struct Row {
    accounts: u64,
    slots_in_state: u64,
    shape: &'static str,
    needed_per_slot: f64,
    made_per_slot: f64,
    read_per_slot: f64,
    hashed_per_slot: f64,
    built: Times,
    imported: Times,
}

/// What a block took.
#[derive(Debug, Serialize)]
struct Times {
    /// Reading what stands where it changes something, as its execution does, while nodes are loaded ahead.
    values: Span,
    /// The root.
    root: Span,
    /// The commit.
    commit: Span,
    /// All of it.
    whole: Span,
}

/// Milliseconds, of all threads and of the database's work in the background, and on the wall.
#[derive(Debug, Serialize)]
struct Span {
    processor_ms: f64,
    wall_ms: f64,
}

/// How long nodes are loaded ahead.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ahead {
    /// To the end, as for a block that is built within its interval.
    Settled,
    /// Until the last value is read, as for a block that is imported.
    Dropped,
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
    let (mut worlds, mut sizes) = (Vec::new(), Vec::new());
    for accounts in &options.accounts {
        let folder = parent.join(accounts.to_string());
        eprintln!("{accounts} accounts: opening or loading {}", folder.display());
        let clock = Clock::start(Whose::Process);
        worlds.push(World::open(&folder, *accounts, options.cache_mib, options.node_cache_mib)?);
        let load_s = clock.stop().wall.as_secs_f64();
        sizes.push(Size { accounts: *accounts, load_s, full_recomputation_s: None });
    }
    let mut rows = Vec::new();
    for shape in Shape::ALL {
        eprintln!("blocks of {}", shape.name());
        for row in measure(&mut worlds, shape, options)? {
            eprintln!("{}", serde_json::json!(row));
            rows.push(row);
        }
    }
    if !options.no_full {
        for (world, size) in worlds.iter().zip(&mut sizes) {
            eprintln!("{} accounts: recomputing the root from nothing", world.accounts);
            let clock = Clock::start(Whose::Process);
            let root = world.db.state_latest()?.full_state_root()?;
            ensure!(root == world.root, "the incremental root is {}, the full one {root}", world.root);
            size.full_recomputation_s = Some(clock.stop().wall.as_secs_f64());
        }
    }
    if options.json {
        println!("{}", serde_json::json!({ "rows": rows, "sizes": sizes }));
    } else {
        print_tables(&rows, &sizes);
    }
    Ok(())
}

/// Blocks of one shape on each world in turn, so that what else the machine does meets all of them alike.
fn measure(worlds: &mut [World], shape: Shape, options: &Options) -> Result<Vec<Row>> {
    let mut taken: Vec<[Vec<BlockTook>; 2]> = worlds.iter().map(|_| Default::default()).collect();
    for (mode, ahead) in [Ahead::Settled, Ahead::Dropped].into_iter().enumerate() {
        for block in 0..options.warm_up + options.blocks {
            for (world, taken) in worlds.iter_mut().zip(&mut taken) {
                let took = timed_block(world, shape, options.slots, ahead)?;
                if block >= options.warm_up {
                    taken[mode].push(took);
                }
            }
        }
    }
    let rows = worlds.iter_mut().zip(taken).map(|(world, [built, imported])| {
        let (work, changed) = count(world, shape, options)?;
        let per_slot = |nodes: u64| nodes as f64 / changed as f64;
        Ok(Row {
            accounts: world.accounts,
            slots_in_state: world.slots,
            shape: shape.name(),
            needed_per_slot: per_slot(work.nodes_needed),
            made_per_slot: per_slot(work.nodes_made),
            read_per_slot: per_slot(work.nodes_read()),
            hashed_per_slot: per_slot(work.nodes_hashed),
            built: Times::of(&built),
            imported: Times::of(&imported),
        })
    });
    rows.collect()
}

/// What the parts of a block took.
struct BlockTook {
    values: Took,
    root: Took,
    commit: Took,
}

impl Times {
    fn of(blocks: &[BlockTook]) -> Self {
        Self {
            values: quartile(blocks, |block| block.values),
            root: quartile(blocks, |block| block.root),
            commit: quartile(blocks, |block| block.commit),
            whole: quartile(blocks, |block| block.values + block.root + block.commit),
        }
    }
}

fn timed_block(world: &mut World, shape: Shape, slots: u64, ahead: Ahead) -> Result<BlockTook> {
    let diff = world.diff(shape, slots);
    let view = world.db.state_latest()?;
    let clock = Clock::start(Whose::Process);
    let mut warmer = Warmer::new(view.clone());
    let before = world.read(&view, &diff, &mut warmer)?;
    match ahead {
        Ahead::Settled => warmer.settle(),
        Ahead::Dropped => drop(warmer),
    }
    let values = clock.stop();
    let clock = Clock::start(Whose::Process);
    let outcome = state_root_knowing(&view, &diff, &before)?;
    let root = clock.stop();
    ensure!(outcome.previous_root == world.root, "the state is not the one that was committed");
    let clock = Clock::start(Whose::Process);
    world.commit(&diff, &before, &outcome)?;
    Ok(BlockTook { values, root, commit: clock.stop() })
}

/// What roots need, and how many slots changed. It does not depend on what is loaded ahead, and is counted with nothing of it.
fn count(world: &mut World, shape: Shape, options: &Options) -> Result<(TrieWork, u64)> {
    let (mut work, mut changed) = (TrieWork::default(), 0);
    for _ in 0..options.blocks {
        let diff = world.diff(shape, options.slots);
        let view = world.db.state_latest()?;
        let before = world.read(&view, &diff, &mut Warmer::idle())?;
        let outcome = state_root_knowing(&view, &diff, &before)?;
        world.commit(&diff, &before, &outcome)?;
        work += outcome.work;
        changed += diff.accounts.values().map(|account| account.storage.len() as u64).sum::<u64>();
    }
    Ok((work, changed))
}

/// The times that one block in four does not exceed.
fn quartile(blocks: &[BlockTook], part: fn(&BlockTook) -> Took) -> Span {
    let of = |which: fn(Took) -> Duration| {
        let mut times: Vec<Duration> = blocks.iter().map(|block| which(part(block))).collect();
        times.sort();
        times.get(times.len() / 4).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    Span { processor_ms: of(|took| took.processor), wall_ms: of(|took| took.wall) }
}

fn print_tables(rows: &[Row], sizes: &[Size]) {
    println!("Nodes per changed slot:");
    println!("| accounts | slots | block | needed | made | read | hashed |");
    println!("|---:|---:|---|---:|---:|---:|---:|");
    for row in rows {
        println!(
            "| {} | {} | {} | {:.2} | {:.2} | {:.2} | {:.2} |",
            row.accounts,
            row.slots_in_state,
            row.shape,
            row.needed_per_slot,
            row.made_per_slot,
            row.read_per_slot,
            row.hashed_per_slot,
        );
    }
    println!("\nMilliseconds on the wall / of the processor:");
    println!("| accounts | block | built: root | built: commit | imported: values | root | commit | imported, whole |");
    println!("|---:|---|---:|---:|---:|---:|---:|---:|");
    for row in rows {
        let Row { accounts, shape, built, imported, .. } = row;
        println!(
            "| {accounts} | {shape} | {} | {} | {} | {} | {} | {} |",
            built.root, built.commit, imported.values, imported.root, imported.commit, imported.whole
        );
    }
    println!();
    for shape in Shape::ALL {
        let mut of_shape = rows.iter().filter(|row| row.shape == shape.name());
        let (Some(first), Some(last)) = (of_shape.next(), of_shape.next_back()) else { continue };
        let wall = |times: &Times| times.root.wall_ms + times.commit.wall_ms;
        println!(
            "{}: {} accounts against {}: {:.2} times the nodes needed, {:.2} times hashed; a built block's root {:.2} times \
             the wall time, root and commit {:.2}; an imported block {:.2} times, {:.2} times the processor's",
            shape.name(),
            last.accounts,
            first.accounts,
            last.needed_per_slot / first.needed_per_slot,
            last.hashed_per_slot / first.hashed_per_slot,
            last.built.root.wall_ms / first.built.root.wall_ms,
            wall(&last.built) / wall(&first.built),
            last.imported.whole.wall_ms / first.imported.whole.wall_ms,
            last.imported.whole.processor_ms / first.imported.whole.processor_ms,
        );
    }
    println!();
    for size in sizes {
        let full = size.full_recomputation_s.map_or("not recomputed".to_owned(), |s| format!("recomputed in {s:.1} s"));
        println!("{} accounts: loaded in {:.1} s, root {full} from nothing", size.accounts, size.load_s);
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} / {:.1}", self.wall_ms, self.processor_ms)
    }
}
