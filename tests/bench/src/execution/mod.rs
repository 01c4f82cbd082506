//! Gas per second of block import, taken apart into execution, state root and the rest, beside bare revm on the same blocks
//! in one run.

mod bare;
mod blocks;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use praxis_chain::Chain;
use praxis_evm::{BlockContext, BlockExecutor, ExecutionOutput};
use praxis_primitives::RecoveredBlock;
use praxis_trie::state_root;
use revm::database::CacheDB;
use serde::Serialize;

use crate::clock::{Clock, Took, Whose};
use blocks::{Kind, Work};

/// The least part of bare revm's speed that execution must have.
const WANTED: f64 = 0.7;
/// Runs of each block by either side, in turns; the fastest counts.
const ROUNDS: usize = 5;

/// What to measure.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Blocks of each kind of work
    #[arg(long, default_value_t = 6)]
    blocks: usize,
    /// Only kinds of work whose names contain this
    #[arg(long)]
    only: Option<String>,
    /// One JSON document instead of a table
    #[arg(long)]
    json: bool,
}

/// Sums over the blocks of one kind, in seconds of processor time.
#[derive(Debug, Default, Serialize)]
struct Row {
    kind: &'static str,
    transactions: usize,
    gas: u64,
    /// Bare revm on a state in memory.
    memory: f64,
    /// Bare revm on the node's database.
    bare: f64,
    execution: f64,
    root: f64,
    import: f64,
    /// The same on the wall, without import.
    bare_wall: f64,
    execution_wall: f64,
}

impl Row {
    fn rate(&self, seconds: f64) -> f64 {
        self.gas as f64 / 1e6 / seconds
    }

    /// What import takes beside execution and root: the header's other roots, checks, and the commit.
    fn rest(&self) -> f64 {
        (self.import - self.execution - self.root).max(0.0)
    }

    fn ratio(&self) -> f64 {
        self.bare / self.execution
    }

    fn ratio_wall(&self) -> f64 {
        self.bare_wall / self.execution_wall
    }
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    let chosen = |kind: &&Kind| options.only.as_ref().is_none_or(|part| kind.name().contains(part.as_str()));
    let rows: Vec<Row> =
        Kind::ALL.iter().filter(chosen).map(|kind| measure(*kind, options.blocks)).collect::<Result<_>>()?;
    let total = |part: fn(&Row) -> f64| rows.iter().map(part).sum::<f64>();
    let ratio = total(|row| row.bare) / total(|row| row.execution);
    let worst = rows.iter().map(Row::ratio).fold(f64::MAX, f64::min);
    if options.json {
        let document = serde_json::json!({ "rows": rows, "ratio": ratio, "worst": worst, "wanted": WANTED });
        println!("{}", serde_json::to_string_pretty(&document)?);
        return Ok(());
    }
    println!("megagas per second of processor time");
    println!(
        "| blocks of       |   tx | revm, memory | revm, disk | execution | ratio | on the wall |     root |     rest |   import |"
    );
    println!(
        "|-----------------|-----:|-------------:|-----------:|----------:|------:|------------:|---------:|---------:|---------:|"
    );
    for row in &rows {
        println!(
            "| {:<15} | {:>4} | {:>12.0} | {:>10.0} | {:>9.0} | {:>5.2} | {:>11.2} | {:>8.0} | {:>8.0} | {:>8.0} |",
            row.kind,
            row.transactions / options.blocks.max(1),
            row.rate(row.memory),
            row.rate(row.bare),
            row.rate(row.execution),
            row.ratio(),
            row.ratio_wall(),
            row.rate(row.root),
            row.rate(row.rest()),
            row.rate(row.import),
        );
    }
    println!(
        "\nexecution to bare revm on the same database: {ratio:.2} over all, {worst:.2} at worst; at least {WANTED} is wanted"
    );
    Ok(())
}

fn measure(kind: Kind, count: usize) -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let spec = blocks::spec();
    let mut memory = bare::Memory::default();
    bare::apply(&mut memory, &spec.genesis_state())?;
    let chain = Chain::open(folder.path(), spec, blocks::options())?;
    let mut work = Work::new(kind);
    let mut row = Row { kind: kind.name(), ..Row::default() };
    for _ in 0..count {
        let block = chain.build(&blocks::attributes(&chain.head()), &mut work)?.block;
        if let Some(reason) = &work.refused {
            bail!("{reason}");
        }
        let (mut in_memory, mut bare, mut execution) = (Took::MAX, Took::MAX, Took::MAX);
        let mut output = None;
        for _ in 0..ROUNDS {
            let (time, used) = bare::execute(chain.spec(), &mut memory.clone(), &block)?;
            ensure!(used == block.gas_used, "bare revm uses {used} gas, the block says {}", block.gas_used);
            in_memory = in_memory.fastest(time);
            let state = chain.state_at(chain.head().number)?;
            let (time, _) = bare::execute(chain.spec(), CacheDB::new(bare::OnDisk(&state)), &block)?;
            bare = bare.fastest(time);
            let (time, result) = execute(&chain, &block)?;
            execution = execution.fastest(time);
            output = Some(result);
        }
        let output = output.context("there is at least one round")?;
        let state = chain.state_at(chain.head().number)?;
        let clock = Clock::start(Whose::Process);
        let root = state_root(&state, &output.diff)?.root;
        row.root += clock.stop().processor.as_secs_f64();
        ensure!(root == block.state_root, "the state root is {root}, the block says {}", block.state_root);
        let clock = Clock::start(Whose::Process);
        chain.import(&block)?;
        row.import += clock.stop().processor.as_secs_f64();
        bare::apply(&mut memory, &output.diff)?;
        row.memory += in_memory.processor.as_secs_f64();
        row.bare += bare.processor.as_secs_f64();
        row.execution += execution.processor.as_secs_f64();
        row.bare_wall += bare.wall.as_secs_f64();
        row.execution_wall += execution.wall.as_secs_f64();
        row.gas += block.gas_used;
        row.transactions += block.body().transactions.len();
    }
    Ok(row)
}

/// The node's own execution of a block on its database, as import does it, up to what the root is computed from.
fn execute(chain: &Chain, block: &RecoveredBlock) -> Result<(Took, ExecutionOutput)> {
    let parent = chain.head();
    let state = chain.state_at(parent.number)?;
    let models = chain.models(&state);
    let clock = Clock::start(Whose::Thread);
    let context = BlockContext::of_block(chain.spec(), &parent, block.header())?;
    let mut executor = BlockExecutor::new(chain.spec(), context, &state, models);
    executor.apply_pre_block()?;
    for tx in block.transactions_recovered() {
        executor.execute_ref(tx)?;
    }
    let output = executor.finish()?;
    Ok((clock.stop(), output))
}
