//! Tensors without elements. Plans have none, but shape arithmetic of exporters has: an empty list of dimensions, a part of
//! length 0. Their type is all there is to know, so that operators on them fold whatever they come from.

use praxis_model::{Op, OpError, Operator, TensorType, limits::MAX_RANK};

/// Types of the results of an operator that turns tensors without elements into such.
pub(super) fn results(op: &Op, inputs: &[TensorType]) -> Option<Vec<TensorType>> {
    if !inputs.iter().any(|input| input.shape.contains(&0)) {
        return None;
    }
    let outputs = outputs(op, inputs)?;
    outputs.ok().filter(|kinds| kinds.iter().all(|kind| kind.shape.contains(&0) && kind.rank() <= MAX_RANK))
}

/// The type rules that hold for tensors without elements too.
macro_rules! rules {
    ($($name:ident)*) => {
        fn outputs(op: &Op, inputs: &[TensorType]) -> Option<Result<Vec<TensorType>, OpError>> {
            match op {
                $(Op::$name(op) => Some(op.outputs(inputs)),)*
                _ => None,
            }
        }
    };
}

rules! {
    Abs Add And Cast Ceil Clip Concat Div Equal Exp Flatten Floor Gather GatherElements Greater GreaterOrEqual Identity Less
    LessOrEqual Log Max Min Mul Neg Not Or Reciprocal Relu Reshape Round Sign Sqrt Sub Transpose Where Xor
}
