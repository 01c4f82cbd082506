//! Comparisons, and functions of two numbers.

use super::{pairs, plain};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{Operator, rules},
};

fn comparison(inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
    let outputs = rules::binary(inputs)?;
    Ok(outputs.into_iter().map(|output| TensorType { dtype: DType::Bool, ..output }).collect())
}

fn equality(inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
    let [left, right] = rules::inputs::<2>(inputs, "2")?;
    rules::same_type(inputs)?;
    Ok(vec![TensorType::new(DType::Bool, rules::broadcast(&left.shape, &right.shape)?)])
}

plain! {
    /// Elementwise `a == b` as bool, for all types; NaN equals nothing.
    Equal: equality, pairs::<1>;
    /// Elementwise `a > b` as bool; false where one is NaN.
    Greater: comparison, pairs::<1>;
    /// Elementwise `a >= b` as bool; false where one is NaN.
    GreaterOrEqual: comparison, pairs::<1>;
    /// Elementwise `a < b` as bool; false where one is NaN.
    Less: comparison, pairs::<1>;
    /// Elementwise `a <= b` as bool; false where one is NaN.
    LessOrEqual: comparison, pairs::<1>;
    /// Elementwise minimum, IEEE 754-2019 for floats.
    Min: rules::binary, pairs::<1>;
    /// Elementwise maximum, IEEE 754-2019 for floats.
    Max: rules::binary, pairs::<1>;
    /// Elementwise a^b. Integers wrap; with a negative exponent they are 1 / a^|b|, truncated, and 0 for a = 0.
    Pow: rules::binary, power_work;
}

/// Integers square up to 64 times.
const INTEGER_POWER_COST: u64 = 160;

fn power_work(inputs: &[TensorType], outputs: &[TensorType]) -> Work {
    let count = rules::output_elements(outputs);
    let loops = pairs::<1>(inputs, outputs);
    match outputs.first().map(|output| output.dtype) {
        Some(DType::F32) => Work { transcendentals: count.saturating_mul(2), ..loops },
        Some(DType::F64) => Work { wide_transcendentals: count, ..loops },
        _ => pairs::<INTEGER_POWER_COST>(inputs, outputs),
    }
}

/// Elementwise remainder, exact. Integers divided by zero give 0; floats NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mod {
    /// Whether the remainder has the sign of the dividend (the quotient is truncated) and not of the divisor (floored).
    pub fmod: bool,
}

/// An integer division.
const REMAINDER_COST: u64 = 10;
/// A float remainder reduces the quotient's exponent by up to 277 in steps of 40 bits.
const FLOAT_REMAINDER_COST: u64 = 40;
/// The same by up to 2,098 in steps of 11 bits.
const WIDE_REMAINDER_COST: u64 = 800;

impl Operator for Mod {
    fn encode(&self, out: &mut Writer) {
        out.bool(self.fmod);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { fmod: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        rules::binary(inputs)
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        match outputs.first().map(|output| output.dtype) {
            Some(DType::F32) => pairs::<FLOAT_REMAINDER_COST>(inputs, outputs),
            Some(DType::F64) => pairs::<WIDE_REMAINDER_COST>(inputs, outputs),
            _ => pairs::<REMAINDER_COST>(inputs, outputs),
        }
    }
}
