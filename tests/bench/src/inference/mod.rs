//! Time per inference at batch 1 on one thread: onnxruntime through its C interface, tract with its own kernels, and Praxis
//! on each instruction set.
//!
//! The engines take turns in one process: in each round each of them runs for a slot of some milliseconds, and its fastest
//! run counts; the result is the median over the rounds. So a machine that is busy with something else slows all of them
//! alike, and mostly not at all.

mod case;
mod engine;
mod onnxruntime;
mod praxis;
mod profile;
mod table;
mod tract;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use clap::Args;
use praxis_conformance::zoo::{self, ZooModel};
use praxis_inference::Isa;

pub(crate) use case::Case;
use engine::Engine;
use table::{Engines, Row};

/// What to measure.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Models whose names contain one of these; all without
    filters: Vec<String>,
    /// How many times each engine has its turn
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Length of a turn in milliseconds
    #[arg(long, default_value_t = 20)]
    slot_ms: u64,
    /// One JSON document instead of a table
    #[arg(long)]
    json: bool,
    /// Also the hand-written operator models
    #[arg(long)]
    operators: bool,
    /// Where the time of one model goes, by node, instead of the comparison
    #[arg(long, value_name = "MODEL")]
    profile: Option<String>,
    /// The instruction set of the profile, by its name; by default the fastest
    #[arg(long, value_name = "NAME")]
    isa: Option<String>,
    /// onnxruntime's shared library; by default the one in the trainers' Python environment
    #[arg(long, value_name = "FILE", env = "PRAXIS_ONNXRUNTIME")]
    onnxruntime: Option<PathBuf>,
    /// Without onnxruntime
    #[arg(long)]
    no_onnxruntime: bool,
    /// Without tract
    #[arg(long)]
    no_tract: bool,
}

impl Options {
    /// The instruction set of a profile.
    fn isa(&self) -> Result<Isa> {
        let Some(name) = &self.isa else { return Ok(Isa::best()) };
        let sets = Isa::available();
        let names = sets.iter().map(|isa| isa.name()).collect::<Vec<_>>().join(", ");
        let found = sets.into_iter().find(|isa| isa.name() == name);
        found.with_context(|| format!("this machine has no instruction set {name:?}; it has {names}"))
    }
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    let models = models(options)?;
    if let Some(name) = &options.profile {
        let model = models.iter().find(|model| &model.name == name).with_context(|| format!("no model {name}"))?;
        return profile::run(model, options.isa()?, options.json);
    }
    let runtime = match (options.no_onnxruntime, &options.onnxruntime) {
        (true, _) => None,
        (false, Some(path)) => Some(onnxruntime::Runtime::load(path)?),
        (false, None) => Some(onnxruntime::Runtime::load(&onnxruntime::installed()?)?),
    };
    let chosen = |name: &str| options.filters.is_empty() || options.filters.iter().any(|part| name.contains(part));
    let mut rows = Vec::new();
    for model in models.iter().filter(|model| chosen(&model.name)) {
        let row = measure(model, runtime.as_ref(), options);
        if !options.json {
            table::print_row(rows.is_empty(), &row);
        }
        rows.push(row);
    }
    let version = runtime.as_ref().map(onnxruntime::Runtime::version);
    if options.json {
        return table::print_json(&rows, version);
    }
    table::print_summary(&rows, version);
    Ok(())
}

fn models(options: &Options) -> Result<Vec<ZooModel>> {
    let operators = if options.operators { zoo::operators()? } else { Vec::new() };
    let strategy = zoo::operators()?.into_iter().filter(|model| !options.operators && model.name == "strategy");
    Ok(operators.into_iter().chain(strategy).chain(zoo::committed()?).chain(zoo::large()?).collect())
}

/// One model on all engines. An engine that cannot run it has no time and a reason.
fn measure(model: &ZooModel, runtime: Option<&onnxruntime::Runtime>, options: &Options) -> Row {
    let mut row = Row::new(&model.name, &model.about.family, model.about.bytes);
    let case = match Case::of(model) {
        Ok(case) => case,
        Err(why) => {
            row.notes.push(format!("{why:#}"));
            return row;
        }
    };
    row.refused = case.plan.as_ref().err().cloned();
    let mut engines = prepare(&case, runtime, options, &mut row.notes);
    let slot = Duration::from_millis(options.slot_ms);
    engines.retain_mut(|(kind, engine)| match warm_up(&mut **engine, &case) {
        Ok(difference) => {
            if difference > engine::AGREEMENT || difference.is_nan() {
                row.notes.push(format!("{}: outputs differ from onnxruntime's by {difference:.1e}", kind.name()));
            }
            true
        }
        Err(error) => {
            row.notes.push(format!("{}: {error:#}", kind.name()));
            false
        }
    });
    let mut rounds = vec![Vec::new(); engines.len()];
    for round in 0..options.rounds as usize {
        for turn in 0..engines.len() {
            let at = (turn + round) % engines.len();
            match fastest(&mut *engines[at].1, slot) {
                Ok(time) => rounds[at].push(time),
                Err(error) => row.notes.push(format!("{}: {error:#}", engines[at].0.name())),
            }
        }
    }
    for ((kind, _), times) in engines.iter().zip(&mut rounds) {
        times.sort_unstable();
        if let Some(&median) = times.get(times.len() / 2) {
            row.times.insert(*kind, median.as_secs_f64());
        }
    }
    row
}

type Prepared<'a> = Vec<(Engines, Box<dyn Engine + 'a>)>;

/// The engines that can load the model; `notes` takes the reasons of the others.
fn prepare<'a>(
    case: &Case,
    runtime: Option<&'a onnxruntime::Runtime>,
    options: &Options,
    notes: &mut Vec<String>,
) -> Prepared<'a> {
    let mut made: Vec<(Engines, Result<Box<dyn Engine + 'a>>)> = Vec::new();
    if let Some(runtime) = runtime {
        made.push((Engines::Onnxruntime, onnxruntime::Model::new(runtime, case).map(|m| Box::new(m) as _)));
    }
    if !options.no_tract {
        made.push((Engines::Tract, tract::Model::new(case).map(|m| Box::new(m) as _)));
    }
    for (kind, isa) in [(Engines::Avx2, Isa::Avx2Fma), (Engines::Avx512, Isa::Avx512)] {
        if isa.is_available() && case.plan.is_ok() {
            made.push((kind, praxis::Model::new(case, isa).map(|m| Box::new(m) as _)));
        }
    }
    let mut engines = Vec::new();
    for (kind, result) in made {
        match result {
            Ok(engine) => engines.push((kind, engine)),
            Err(error) => notes.push(format!("{}: {error:#}", kind.name())),
        }
    }
    engines
}

/// The first runs, and how far the outputs are from onnxruntime's vectors, as a part of the largest magnitude.
fn warm_up(engine: &mut dyn Engine, case: &Case) -> Result<f64> {
    for _ in 0..3 {
        engine.run()?;
    }
    engine::difference(&engine.outputs()?, case)
}

/// The fastest of the runs in a slot, and of at least two. Runs of less than a few microseconds are timed in groups, so that
/// reading the clock does not count.
fn fastest(engine: &mut dyn Engine, slot: Duration) -> Result<Duration> {
    let begin = Instant::now();
    engine.run()?;
    let once = begin.elapsed().max(Duration::from_nanos(50));
    let group = (Duration::from_micros(20).as_nanos() / once.as_nanos()).clamp(1, 1000) as u32;
    let mut best = Duration::MAX;
    let mut groups = 0;
    while groups < 2 || begin.elapsed() < slot {
        let start = Instant::now();
        for _ in 0..group {
            engine.run()?;
        }
        best = best.min(start.elapsed() / group);
        groups += 1;
    }
    Ok(best)
}
