//! Choice, and classes of floats.

use super::{FLOATS, elements, plain};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{Operator, rules},
};

plain! {
    /// Elementwise `condition ? x : y` with broadcasting; x and y have one type, of which all bits stay.
    Where: choice, super::pairs::<1>;
    /// Elementwise whether a float is NaN.
    IsNaN: class, elements::<1>;
}

fn choice(inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
    let [condition, x, y] = rules::inputs::<3>(inputs, "3")?;
    rules::accept(&inputs[..1], "bool", |dtype| dtype == DType::Bool)?;
    if y.dtype != x.dtype {
        return Err(OpError::InputType { input: 2, found: y.dtype, accepted: "the type of input 1" });
    }
    let values = rules::broadcast(&x.shape, &y.shape)?;
    Ok(vec![TensorType::new(x.dtype, rules::broadcast(&condition.shape, &values)?)])
}

fn class(inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
    let outputs = rules::unary(inputs, FLOATS, DType::is_float)?;
    Ok(outputs.into_iter().map(|output| TensorType { dtype: DType::Bool, ..output }).collect())
}

/// Elementwise whether a float is infinite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IsInf {
    /// Whether -infinity counts.
    pub negative: bool,
    /// Whether +infinity counts.
    pub positive: bool,
}

impl Operator for IsInf {
    fn encode(&self, out: &mut Writer) {
        out.bool(self.negative);
        out.bool(self.positive);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { negative: reader.bool()?, positive: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        class(inputs)
    }

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        rules::per_element(outputs)
    }
}
