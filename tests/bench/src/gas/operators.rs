//! For each operator of the engine, the most expensive of some random Plans of one node: shapes from tiny to large, inputs
//! plain, special and subnormal.

use std::sync::Arc;

use anyhow::Result;
use praxis_conformance::random_plans::{self, Scale, Source};
use praxis_inference::{Isa, Session};
use praxis_model::{DType, Op, Plan, Tensor};

use super::{Row, fastest};

/// The largest value of a Plan here, in elements.
const LARGE: u64 = 1 << 18;

/// Inputs that may slow a kernel down.
const INPUTS: [&str; 3] = ["plain", "special", "subnormal"];

/// One row for each operator.
pub(crate) fn measure(isa: Isa, samples: usize, chosen: &dyn Fn(&str) -> bool) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (place, (_, name)) in Op::TABLE.iter().enumerate().filter(|(_, (_, name))| chosen(name)) {
        let mut source = Source::seeded(0x6761_7300 + place as u64);
        let mut worst: Option<Row> = None;
        let mut found = 0;
        for attempt in 0..samples * 4 {
            if found == samples {
                break;
            }
            let scale = if attempt % 2 == 0 { Scale::Small } else { Scale::Large(LARGE) };
            let Some(plan) = random_plans::single(&mut source, place, scale) else { continue };
            found += 1;
            let row = expensive(isa, name, &Arc::new(plan), &mut source)?;
            if worst.as_ref().is_none_or(|worst| row.per_gas() > worst.per_gas()) {
                worst = Some(row);
            }
        }
        rows.extend(worst);
    }
    Ok(rows)
}

/// The Plan with the inputs that take it longest.
fn expensive(isa: Isa, name: &str, plan: &Arc<Plan>, source: &mut Source<'_>) -> Result<Row> {
    let session = Session::with_isa(Arc::clone(plan), isa)?;
    let mut worst = (0.0, "");
    for kind in INPUTS {
        let inputs = match kind {
            "plain" => random_plans::inputs(source, plan, 0),
            "special" => random_plans::inputs(source, plan, 128),
            _ => subnormal(random_plans::inputs(source, plan, 0)),
        };
        let time = fastest(|| Ok(session.run(&inputs).map(|_| ())?))?;
        if time > worst.0 {
            worst = (time, kind);
        }
    }
    let shapes = |kinds: Vec<String>| kinds.join(", ");
    let node = &plan.nodes[0];
    let types = plan.value_types();
    let inputs = shapes(node.inputs.iter().map(|&id| types[id as usize].to_string()).collect());
    let detail =
        format!("{inputs} -> {} ({})", shapes(node.outputs.iter().map(ToString::to_string).collect()), worst.1);
    let cost = plan.cost();
    Ok(Row { name: name.to_owned(), detail, nanoseconds: worst.0, gas: cost.gas, work: Some(cost.work) })
}

/// Every float becomes subnormal.
fn subnormal(mut inputs: Vec<Tensor>) -> Vec<Tensor> {
    for tensor in &mut inputs {
        match tensor.dtype {
            DType::F32 => tensor.data.as_chunks_mut::<4>().0.iter_mut().for_each(|word| {
                *word = (u32::from_le_bytes(*word) & 0x807F_FFFF | 1).to_le_bytes();
            }),
            DType::F64 => tensor.data.as_chunks_mut::<8>().0.iter_mut().for_each(|word| {
                *word = (u64::from_le_bytes(*word) & 0x800F_FFFF_FFFF_FFFF | 1).to_le_bytes();
            }),
            _ => {}
        }
    }
    inputs
}
