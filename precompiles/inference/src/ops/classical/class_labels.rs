use praxis_model::{
    DType,
    ops::{ClassLabels, Decision},
};

use super::key::Float;
use crate::{
    Fault,
    call::{Call, Kernel, NodeContext, Prepared},
};

fn run<T: Float>(call: &mut Call<'_>, decision: Decision, labels: &[i64], columns: usize) -> Result<(), Fault> {
    let scores = call.input::<T>(0)?;
    let output = call.output::<i64>()?;
    for (row, label) in scores.chunks_exact(columns).zip(output) {
        let class = match decision {
            Decision::Greatest => greatest(row),
            Decision::Above(bound) => usize::from(row[columns - 1] > T::from_f32(bound)),
        };
        *label = labels[class];
    }
    Ok(())
}

/// The first of the greatest scores. A comparison with NaN is false, so NaN wins only by standing first.
fn greatest<T: Float>(row: &[T]) -> usize {
    let mut best = 0;
    for (class, &score) in row.iter().enumerate().skip(1) {
        if score > row[best] {
            best = class;
        }
    }
    best
}

impl Kernel for ClassLabels {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let (decision, labels, columns) = (self.decision, self.labels.clone(), node.inputs[0].shape[1] as usize);
        Ok(match node.inputs[0].dtype {
            DType::F64 => Prepared::new(move |call| run::<f64>(call, decision, &labels, columns)),
            _ => Prepared::new(move |call| run::<f32>(call, decision, &labels, columns)),
        })
    }
}
