//! Where the time of one model goes, by node and by operator.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow};
use praxis_conformance::zoo::ZooModel;
use praxis_inference::{Isa, Phase, Session};
use serde::Serialize;

use super::case::Case;

const RUNS: usize = 200;
/// Nodes printed, the slowest first.
const SHOWN: usize = 25;

#[derive(Clone, Serialize)]
struct Line {
    node: usize,
    operator: &'static str,
    outputs: String,
    nanoseconds: u64,
}

/// Runs the model on the instruction set and prints each node's fastest of many runs. Each includes the reading of
/// two clocks, some 40 ns.
pub(crate) fn run(model: &ZooModel, isa: Isa, json: bool) -> Result<()> {
    let case = Case::of(model)?;
    let plan = case.plan.as_ref().map_err(|why| anyhow!("{why}"))?;
    let session = Session::with_isa(Arc::clone(plan), isa)?;
    let inputs = case.ordered_inputs(plan)?;
    let mut best: BTreeMap<usize, Duration> = BTreeMap::new();
    for _ in 0..RUNS {
        let mut began = Instant::now();
        session.run_profiled(&inputs, &mut |node, phase| match phase {
            Phase::Begin => began = Instant::now(),
            Phase::End => {
                let took = began.elapsed();
                let fastest = best.entry(node).or_insert(took);
                *fastest = took.min(*fastest);
            }
        })?;
    }
    let line = |(&node, took): (&usize, &Duration)| {
        let found = &plan.nodes[node];
        let outputs = found.outputs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        Line { node, operator: found.op.name(), outputs, nanoseconds: took.as_nanos() as u64 }
    };
    let mut lines: Vec<Line> = best.iter().map(line).collect();
    if json {
        println!("{}", serde_json::to_string_pretty(&lines)?);
        return Ok(());
    }
    let total: u64 = lines.iter().map(|line| line.nanoseconds).sum();
    let mut operators: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
    for line in &lines {
        let entry = operators.entry(line.operator).or_default();
        *entry = (entry.0 + line.nanoseconds, entry.1 + 1);
    }
    println!("{} on {}: {total} ns in {} nodes", model.name, session.isa().name(), lines.len());
    let share = |part: u64| 100.0 * part as f64 / total.max(1) as f64;
    let mut operators: Vec<_> = operators.into_iter().collect();
    operators.sort_by_key(|(_, (time, _))| std::cmp::Reverse(*time));
    for (operator, (time, count)) in operators {
        println!("{time:>10} ns {:>5.1} %  {operator} ({count})", share(time));
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.nanoseconds));
    println!();
    for Line { node, operator, outputs, nanoseconds } in lines.iter().take(SHOWN) {
        println!("{nanoseconds:>10} ns {:>5.1} %  node {node}: {operator} -> {outputs}", share(*nanoseconds));
    }
    Ok(())
}
