//! `praxis model inspect` and `import`.

use super::{
    child,
    files::{self, LoadedModel},
};
use crate::{args::ShapeArgs, failure::Failure, ui::Ui};
use praxis_import::Inspection;
use praxis_model::{PlanCost, ValueInfo};
use serde_json::{Value, json};
use std::path::Path;

/// EIP-7825's cap on a transaction's gas, against which a model's price stands.
const TRANSACTION_GAS_CAP: u64 = 1 << 24;

/// Shows what a model file holds and costs, and what of it is not supported.
pub(crate) fn inspect(path: &Path, shapes: &ShapeArgs, ui: &Ui) -> Result<(), Failure> {
    let bytes = files::read(path)?;
    if files::is_plan(&bytes) {
        return show_plan(&files::load(path, shapes, ui)?, ui);
    }
    let options = files::options(shapes)?;
    // An ONNX file is looked at in a process with the limits of an import: this one, which does nothing else.
    child::limit_this_process()?;
    let named = |e: &dyn std::fmt::Display| Failure::failed(format!("{}: {e}", path.display()));
    let inspection = praxis_import::inspect_bytes(&bytes, &options).map_err(|e| named(&e))?;
    show_inspection(&inspection, ui);
    match &inspection.plan {
        Ok(_) => Ok(()),
        Err(error) => Err(named(error)),
    }
}

fn show_inspection(inspection: &Inspection, ui: &Ui) {
    let declared = |kind: &str, values: &[praxis_import::DeclaredValue]| -> Vec<Vec<String>> {
        values.iter().map(|v| vec![kind.into(), v.name.clone(), v.dtype.clone(), v.shape.clone()]).collect()
    };
    let mut values = declared("input", &inspection.inputs);
    values.extend(declared("output", &inspection.outputs));
    ui.table(&["", "name", "type", "shape in the file"], values);
    let operators = inspection.operators.iter().map(|(name, count)| vec![name.clone(), count.to_string()]);
    ui.table(&["operator", "nodes"], operators);
    if !inspection.unsupported.is_empty() {
        let rows = inspection.unsupported.iter().map(|node| vec![node.to_string()]);
        ui.table(&["not supported"], rows);
    }
    if let Ok(plan) = &inspection.plan {
        let mut rows = vec![
            vec!["model id".into(), format!("0x{}", hex::encode(plan.id))],
            vec!["parameters".into(), inspection.parameters.to_string()],
            vec!["Plan".into(), format!("{} bytes, {} nodes", plan.bytes, plan.nodes)],
        ];
        rows.extend(cost_rows(&plan.cost));
        ui.table(&[], rows);
        for note in &plan.notes {
            ui.note(format!("note: {note}"));
        }
    }
    ui.document(&inspection_json(inspection));
}

fn inspection_json(inspection: &Inspection) -> Value {
    let declared = |values: &[praxis_import::DeclaredValue]| -> Vec<Value> {
        values.iter().map(|v| json!({ "name": v.name, "type": v.dtype, "shape": v.shape })).collect()
    };
    let plan = inspection.plan.as_ref().ok().map(|plan| {
        json!({
            "id": format!("0x{}", hex::encode(plan.id)),
            "bytes": plan.bytes,
            "nodes": plan.nodes,
            "cost": cost_json(&plan.cost),
            "notes": plan.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    });
    json!({
        "opset": inspection.opset,
        "inputs": declared(&inspection.inputs),
        "outputs": declared(&inspection.outputs),
        "operators": inspection.operators,
        "parameters": inspection.parameters,
        "unsupported": inspection.unsupported.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "plan": plan,
        "error": inspection.plan.as_ref().err().map(ToString::to_string),
    })
}

fn cost_rows(cost: &PlanCost) -> Vec<Vec<String>> {
    let first = cost.gas.saturating_add(cost.cold_gas);
    let share = first as f64 * 100.0 / TRANSACTION_GAS_CAP as f64;
    vec![
        vec!["memory".into(), format!("at most {} bytes", cost.memory_bytes)],
        vec!["gas of a run".into(), cost.gas.to_string()],
        vec!["gas of the first run in a transaction".into(), format!("{first} ({share:.1} % of the cap)")],
    ]
}

fn cost_json(cost: &PlanCost) -> Value {
    json!({ "gas": cost.gas, "coldGas": cost.cold_gas, "memoryBytes": cost.memory_bytes, "work": cost.work })
}

fn shape_text(info: &ValueInfo) -> String {
    format!("{:?}", info.shape)
}

fn show_plan(model: &LoadedModel, ui: &Ui) -> Result<(), Failure> {
    let cost = model.plan.cost();
    let row = |kind: &str, v: &ValueInfo| vec![kind.to_string(), v.name.clone(), v.dtype.name().into(), shape_text(v)];
    let rows =
        model.plan.inputs.iter().map(|v| row("input", v)).chain(model.plan.outputs.iter().map(|v| row("output", v)));
    ui.table(&["", "name", "type", "shape"], rows);
    let mut rows = vec![
        vec!["model id".into(), model.id.to_string()],
        vec!["made from sha256".into(), format!("0x{}", hex::encode(model.plan.source_sha256))],
        vec!["Plan".into(), format!("{} bytes, {} nodes", model.bytes.len(), model.plan.nodes.len())],
    ];
    rows.extend(cost_rows(&cost));
    for (output, labels) in model.plan.outputs.iter().zip(&model.plan.labels).filter(|(_, labels)| !labels.is_empty()) {
        rows.push(vec![format!("labels of {}", output.name), labels.join(", ")]);
    }
    ui.table(&[], rows);
    let labels = model.plan.outputs.iter().zip(&model.plan.labels).map(|(output, labels)| (&*output.name, labels));
    ui.document(&json!({
        "id": model.id,
        "labels": labels.collect::<std::collections::BTreeMap<&str, &Vec<String>>>(),
        "bytes": model.bytes.len(),
        "nodes": model.plan.nodes.len(),
        "sourceSha256": format!("0x{}", hex::encode(model.plan.source_sha256)),
        "cost": cost_json(&cost),
    }));
    Ok(())
}

/// Turns an ONNX file into a Plan file.
pub(crate) fn import(path: &Path, output: &Path, shapes: &ShapeArgs, ui: &Ui) -> Result<(), Failure> {
    let model = files::load(path, shapes, ui)?;
    let write_failed = |e: std::io::Error| Failure::failed(format!("{} can't be written: {e}", output.display()));
    std::fs::write(output, &model.bytes).map_err(write_failed)?;
    ui.line(format!("{} ({} bytes)\nmodel id {}", output.display(), model.bytes.len(), model.id));
    ui.document(&json!({
        "id": model.id,
        "bytes": model.bytes.len(),
        "output": output,
        "notes": model.notes,
    }));
    Ok(())
}
