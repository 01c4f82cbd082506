//! Nanoseconds per gas: inference by operator, by model and cold, beside the EVM's own work, in one run.
//!
//! The price table holds when a block full of the worst inference takes at most 1.5 times as long as a block full of the
//! worst EVM work of equal gas. Inference runs on the AVX2 path on one thread, for which it is priced.

mod cold;
mod evm;
mod models;
mod operators;
mod worst;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;
use praxis_inference::Isa;
use praxis_model::Work;
use serde::Serialize;

/// How much longer a block of inference may take than a block of EVM work.
const ALLOWED: f64 = 1.5;
/// A block's gas, for the times of whole blocks.
const BLOCK_GAS: f64 = 30e6;

/// What to measure.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Random Plans tried for each operator
    #[arg(long, default_value_t = 40)]
    samples: usize,
    /// Only operators, models and EVM work whose names contain this
    #[arg(long)]
    only: Option<String>,
    /// Rows shown of each part, the most expensive first
    #[arg(long, default_value_t = 20)]
    rows: usize,
    /// Measure this instruction set instead of AVX2
    #[arg(long, value_parser = isa)]
    isa: Option<Isa>,
    /// One JSON document instead of tables
    #[arg(long)]
    json: bool,
}

/// One measured kind of work.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) name: String,
    /// What made it expensive, or what it holds.
    pub(crate) detail: String,
    /// Time of one run.
    pub(crate) nanoseconds: f64,
    /// Its price.
    pub(crate) gas: u64,
    /// What was counted, for inference.
    pub(crate) work: Option<Work>,
}

impl Row {
    fn per_gas(&self) -> f64 {
        self.nanoseconds / self.gas.max(1) as f64
    }
}

fn isa(name: &str) -> Result<Isa, String> {
    let found = Isa::ALL.into_iter().find(|isa| isa.name() == name);
    found.ok_or_else(|| format!("one of {}", Isa::ALL.map(Isa::name).join(", ")))
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    let isa = options.isa.unwrap_or(Isa::Avx2Fma);
    if !isa.is_available() {
        bail!("this machine does not have {}; name another with --isa", isa.name());
    }
    let chosen = |name: &str| options.only.as_ref().is_none_or(|part| name.contains(part.as_str()));
    let parts = [
        ("EVM work", evm::measure(&chosen)?),
        ("inference, by operator", operators::measure(isa, options.samples, &chosen)?),
        ("inference, Plans against the prices", worst::measure(isa, &chosen)?),
        ("inference, models of the zoo", models::measure(isa, &chosen)?),
        ("inference, cold models", cold::measure(&chosen)?),
        ("activation of models", cold::activations(&chosen)?),
    ];
    let worst = |rows: &[Row]| rows.iter().map(Row::per_gas).fold(0.0, f64::max);
    let (evm, inference) = (worst(&parts[0].1), parts[1..].iter().map(|(_, rows)| worst(rows)).fold(0.0, f64::max));
    if options.json {
        let document = serde_json::json!({
            "isa": isa.name(),
            "parts": parts.iter().map(|(name, rows)| (*name, rows)).collect::<std::collections::BTreeMap<_, _>>(),
            "worstEvm": evm, "worstInference": inference, "ratio": inference / evm,
        });
        println!("{}", serde_json::to_string_pretty(&document)?);
        return Ok(());
    }
    for (name, mut rows) in parts {
        rows.sort_by(|a, b| b.per_gas().total_cmp(&a.per_gas()));
        println!("\n{name}: {} kinds\n  ns/gas        time         gas  what", rows.len());
        for row in rows.iter().take(options.rows) {
            let time = Duration::from_nanos(row.nanoseconds as u64);
            println!(
                "{:8.2} {:>11} {:>11}  {} {}",
                row.per_gas(),
                format!("{time:.1?}"),
                row.gas,
                row.name,
                row.detail
            );
        }
    }
    let seconds = |per_gas: f64| per_gas * BLOCK_GAS / 1e6;
    println!(
        "\na block of {BLOCK_GAS:e} gas: worst EVM work {:.0} ms, worst inference {:.0} ms: ratio {:.2}, at most {ALLOWED} \
         is wanted ({})",
        seconds(evm),
        seconds(inference),
        inference / evm,
        isa.name()
    );
    Ok(())
}

/// The fastest of several runs, in nanoseconds: at least three, for at least a millisecond.
fn fastest(mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    let begin = Instant::now();
    let mut best = f64::MAX;
    let mut count = 0;
    while count < 3 || (begin.elapsed() < Duration::from_millis(1) && count < 1_000) {
        let start = Instant::now();
        run()?;
        best = best.min(start.elapsed().as_nanos() as f64);
        count += 1;
    }
    Ok(best)
}
