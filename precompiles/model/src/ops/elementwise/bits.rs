//! Logic on bools and on the bits of integers.

use super::{elements, pairs, plain};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{Operator, rules},
};

const INTEGERS: &str = "integers";

fn bools(inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
    let [left, right] = rules::inputs::<2>(inputs, "2")?;
    rules::accept(inputs, "bool", |dtype| dtype == DType::Bool)?;
    Ok(vec![TensorType::new(DType::Bool, rules::broadcast(&left.shape, &right.shape)?)])
}

fn integers(inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
    rules::accept(inputs, INTEGERS, DType::is_integer)?;
    rules::binary(inputs)
}

fn one_bool(inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
    rules::unary(inputs, "bool", |dtype| dtype == DType::Bool)
}

fn one_integer(inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
    rules::unary(inputs, INTEGERS, DType::is_integer)
}

plain! {
    /// Elementwise conjunction of bools.
    And: bools, pairs::<1>;
    /// Elementwise disjunction of bools.
    Or: bools, pairs::<1>;
    /// Elementwise inequality of bools.
    Xor: bools, pairs::<1>;
    /// Elementwise negation of a bool.
    Not: one_bool, elements::<1>;
    /// Elementwise conjunction of bits.
    BitwiseAnd: integers, pairs::<1>;
    /// Elementwise disjunction of bits.
    BitwiseOr: integers, pairs::<1>;
    /// Elementwise inequality of bits.
    BitwiseXor: integers, pairs::<1>;
    /// Elementwise negation of bits.
    BitwiseNot: one_integer, elements::<1>;
}

/// Elementwise shift by the second operand; a negative distance, or one of all bits and more, leaves copies of what shifts in:
/// the sign for signed numbers that shift right, otherwise 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitShift {
    /// Whether bits move to the right, to lower values.
    pub right: bool,
}

impl Operator for BitShift {
    fn encode(&self, out: &mut Writer) {
        out.bool(self.right);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { right: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        integers(inputs)
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        pairs::<2>(inputs, outputs)
    }
}

/// The same bits read as another type of the same size; as bool, whether a bit is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitCast {
    /// Type of the output.
    pub to: DType,
}

impl Operator for BitCast {
    fn encode(&self, out: &mut Writer) {
        out.u8(self.to.code());
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { to: DType::try_from(reader.u8()?)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input] = rules::inputs::<1>(inputs, "1")?;
        rules::accept(inputs, "types of the output's size", |dtype| dtype.size() == self.to.size())?;
        Ok(vec![TensorType::new(self.to, input.shape.clone())])
    }

    fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        rules::per_element(outputs)
    }
}
