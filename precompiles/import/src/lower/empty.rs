//! Tensors without elements. Plans have none, but shape arithmetic of exporters has: an empty list of dimensions, a part of
//! length 0. Their type is all there is to know, so that operators on them fold whatever they come from.

use praxis_model::{Op, Operator, TensorType, limits::MAX_RANK};

/// Types of the results of an operator that turns tensors without elements into such.
pub(super) fn results(op: &Op, inputs: &[TensorType]) -> Option<Vec<TensorType>> {
    if !inputs.iter().any(|input| input.shape.contains(&0)) {
        return None;
    }
    let outputs = match op {
        Op::Add(op) => op.outputs(inputs),
        Op::Sub(op) => op.outputs(inputs),
        Op::Mul(op) => op.outputs(inputs),
        Op::Div(op) => op.outputs(inputs),
        Op::Cast(op) => op.outputs(inputs),
        Op::Concat(op) => op.outputs(inputs),
        Op::Flatten(op) => op.outputs(inputs),
        Op::Gather(op) => op.outputs(inputs),
        Op::GatherElements(op) => op.outputs(inputs),
        Op::Identity(op) => op.outputs(inputs),
        Op::Reshape(op) => op.outputs(inputs),
        Op::Transpose(op) => op.outputs(inputs),
        _ => return None,
    };
    outputs.ok().filter(|kinds| kinds.iter().all(|kind| kind.shape.contains(&0) && kind.rank() <= MAX_RANK))
}
