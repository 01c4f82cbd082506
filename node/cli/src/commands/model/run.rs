//! `praxis model run`.

use super::{files, tensors};
use crate::{args::ShapeArgs, failure::Failure, ui::Ui};
use praxis_inference::{Isa, Session, self_check, trace};
use praxis_model::hash_tensors;
use serde_json::json;
use std::{path::Path, sync::Arc, time::Instant};

/// Runs a model as the precompile would, and says what came out and its hash.
pub(crate) fn run(
    path: &Path,
    input: &Path,
    output: Option<&Path>,
    bench: Option<u32>,
    trace: bool,
    shapes: &ShapeArgs,
    ui: &Ui,
) -> Result<(), Failure> {
    let model = files::load(path, shapes, ui)?;
    self_check(Isa::best())?;
    let plan = Arc::new(model.plan);
    let inputs = tensors::read(input, &plan.inputs)?;
    let session = Session::prepare(plan.clone())?;
    let outputs = session.run(&inputs)?;
    if let Some(path) = output {
        tensors::write(path, &plan.outputs, &outputs)?;
    }
    let (input_hash, output_hash) = (hash_tensors(&inputs), hash_tensors(&outputs));
    let times = match bench {
        Some(count) => Some(time_runs(&session, &inputs, count)?),
        None => None,
    };
    if output.is_none() {
        for (info, tensor) in plan.outputs.iter().zip(&outputs) {
            ui.line(format!("{} = {}", info.name, tensors::tensor_json(tensor)));
        }
    }
    ui.line(format!("model id    {}\ninput hash  {input_hash}\noutput hash {output_hash}", model.id));
    let trace = if trace { Some(trace::trace(&plan, &inputs, session.isa())?) } else { None };
    if let Some(trace) = &trace {
        ui.line(format!("trace root  {} over {} tensors", trace.root, trace.leaves.len()));
    }
    if let Some((fastest, median)) = times {
        ui.line(format!(
            "{} runs on {:?}: fastest {fastest} ns, median {median} ns",
            bench.unwrap_or(0),
            session.isa()
        ));
    }
    ui.document(&json!({
        "id": model.id,
        "inputHash": input_hash,
        "outputHash": output_hash,
        "traceRoot": trace.as_ref().map(|trace| trace.root),
        "isa": format!("{:?}", session.isa()),
        "outputs": plan.outputs.iter().zip(&outputs)
            .map(|(info, t)| (info.name.clone(), tensors::tensor_json(t)))
            .collect::<serde_json::Map<_, _>>(),
        "bench": times.map(|(fastest, median)| json!({ "runs": bench, "fastestNs": fastest, "medianNs": median })),
    }));
    Ok(())
}

fn time_runs(session: &Session, inputs: &[praxis_model::Tensor], count: u32) -> Result<(u128, u128), Failure> {
    let mut times = Vec::new();
    for _ in 0..count.clamp(1, 1_000_000) {
        let start = Instant::now();
        session.run(inputs)?;
        times.push(start.elapsed().as_nanos());
    }
    times.sort_unstable();
    Ok((times[0], times[times.len() / 2]))
}
