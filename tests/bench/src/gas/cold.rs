//! A model's first call in a transaction: its bytes are read from files, decoded, validated, packed, and run once.

use std::{fs, path::PathBuf};

use alloy_primitives::B256;
use anyhow::Result;
use praxis_model::{
    DType, ModelFault, ModelStore, Plan, PlanBuilder, Tensor, TensorType,
    id::model_id,
    ops::{Add, Gemm, MatMul, Relu},
};
use praxis_precompile::{PreparedModel, gas};

use super::{Row, fastest, worst};

/// Models as files, as a database has them on disk.
struct Files(PathBuf);

impl ModelStore for Files {
    fn model_bytes(&self, id: B256) -> Result<Option<Vec<u8>>, ModelFault> {
        fs::read(self.0.join(id.to_string())).map(Some).map_err(|error| ModelFault::new(id, error.to_string()))
    }
}

/// The validation of each model, which its activation pays for.
pub(crate) fn activations(chosen: &dyn Fn(&str) -> bool) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, plan) in plans()?.into_iter().filter(|(name, _)| chosen(name)) {
        let bytes = plan.encode();
        let (length, graph) = plan.encoded_len();
        let nanoseconds = fastest(|| Ok(Plan::decode(&bytes.clone())?.validate().map(|_| ())?))?;
        let gas = gas::validation_gas(u32::try_from(length)?) + graph as u64 * gas::VALIDATE_GRAPH_BYTE_GAS;
        rows.push(Row { name, detail: format!("({length} bytes)"), nanoseconds, gas, work: None });
    }
    Ok(rows)
}

/// One row for each kind of model.
pub(crate) fn measure(chosen: &dyn Fn(&str) -> bool) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let store = Files(folder.path().to_owned());
    let mut rows = Vec::new();
    for (name, plan) in plans()?.into_iter().filter(|(name, _)| chosen(name)) {
        let bytes = plan.encode();
        let id = model_id(&bytes);
        fs::write(folder.path().join(id.to_string()), &bytes)?;
        let inputs: Vec<Tensor> = plan.inputs.iter().map(|info| ones(&info.tensor_type())).collect();
        let cost = plan.cost();
        let nanoseconds = fastest(|| {
            let model = PreparedModel::load(id, &store)?;
            Ok(model.run(&inputs).map(|_| ())?)
        })?;
        let detail = format!("({} bytes, {} nodes)", bytes.len(), plan.nodes.len());
        rows.push(Row { name, detail, nanoseconds, gas: cost.gas + cost.cold_gas, work: Some(cost.work) });
    }
    Ok(rows)
}

fn ones(kind: &TensorType) -> Tensor {
    Tensor::from_f32(kind.shape.clone(), &vec![1.0; kind.elements() as usize])
}

/// Large and small weights in the layouts that are packed, and graphs of many nodes.
fn plans() -> Result<Vec<(String, Plan)>> {
    let mut plans = Vec::new();
    for (rows, columns) in [(64, 64), (512, 512), (2048, 2048), (4096, 1), (1, 4096)] {
        for trans_b in [false, true] {
            let mut b = PlanBuilder::new(0, [0; 32]);
            let x = b.input("x", TensorType::new(DType::F32, [1, rows]))?;
            let shape = if trans_b { [columns, rows] } else { [rows, columns] };
            let w = b.constant(weights(&shape))?;
            let y = b.node1(Gemm { trans_b, ..Gemm::default() }, &[x, w])?;
            b.output("y", y);
            let turned = if trans_b { ", transposed" } else { "" };
            plans.push((format!("Gemm {rows}x{columns}{turned}"), b.finish()?));
        }
    }
    for depth in [10, 19] {
        plans.push((format!("a tree of depth {depth}"), worst::one_tree(depth)?));
    }
    plans.push(("chain of 4000 Relu".to_owned(), chain(4_000, false)?));
    plans.push(("chain of 2000 MatMul 4x4".to_owned(), chain(2_000, true)?));
    plans.push(("2000 sums of constants".to_owned(), sums(2_000)?));
    Ok(plans)
}

fn weights(shape: &[u32]) -> Tensor {
    let count: u32 = shape.iter().product();
    Tensor::from_f32(shape.to_vec(), &(0..count).map(|i| (i % 251) as f32 / 100.0 - 1.2).collect::<Vec<_>>())
}

fn chain(nodes: usize, products: bool) -> Result<Plan> {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let mut x = b.input("x", TensorType::new(DType::F32, [1, 4]))?;
    for _ in 0..nodes {
        x = if products {
            let w = b.constant(weights(&[4, 4]))?;
            b.node1(MatMul, &[x, w])?
        } else {
            b.node1(Relu, &[x])?
        };
    }
    b.output("y", x);
    Ok(b.finish()?)
}

fn sums(nodes: usize) -> Result<Plan> {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let mut x = b.input("x", TensorType::new(DType::F32, [1, 4]))?;
    for _ in 0..nodes {
        let c = b.constant(weights(&[1]))?;
        x = b.node1(Add, &[x, c])?;
    }
    b.output("y", x);
    Ok(b.finish()?)
}
