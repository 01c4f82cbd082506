//! Quantised arithmetic: tensors of 8- and 16-bit integers that stand for `(q - zero point) * scale`.

mod byte_product;
mod conv;
mod dynamic;
mod linear;
mod matmul;

pub use byte_product::{ByteProduct, CHUNK_ROWS, PANEL_COLUMNS, QUAD};
pub use conv::{ByteConv, ConvInteger, QLinearConv};
pub use dynamic::DynamicQuantizeLinear;
pub use linear::{DequantizeLinear, QuantizeLinear, ScaleRuns};
pub use matmul::{MatMulInteger, QLinearMatMul};

use super::rules;
use crate::{DType, OpError, TensorType};

const BYTES: &str = "uint8 and int8";

fn is_byte(dtype: DType) -> bool {
    matches!(dtype, DType::U8 | DType::I8)
}

/// Checks one input's element type.
fn expect(
    inputs: &[TensorType],
    input: usize,
    accepted: &'static str,
    ok: impl Fn(DType) -> bool,
) -> Result<(), OpError> {
    match inputs.get(input) {
        Some(kind) if !ok(kind.dtype) => Err(OpError::InputType { input, found: kind.dtype, accepted }),
        _ => Ok(()),
    }
}

/// A scale or zero point: one for all, or one for each of `count` rows, columns or filters.
fn one_or_each(kind: &TensorType, what: &str, count: u32) -> Result<(), OpError> {
    match kind.shape.as_slice() {
        [] => Ok(()),
        &[length] if length == count => Ok(()),
        shape => Err(OpError::shape(format!("the {what} should be one number or {count}, its shape is {shape:?}"))),
    }
}

/// A number of the operator as a whole.
fn scalar(kind: &TensorType, what: &str) -> Result<(), OpError> {
    if kind.shape.is_empty() { Ok(()) } else { Err(OpError::shape(format!("the {what} should be a scalar"))) }
}

/// The operands that a requantising operator has around its two factors: indices of scales and zero points.
fn check_scales(inputs: &[TensorType], rows: u32, columns: u32) -> Result<DType, OpError> {
    for index in [1, 4, 6] {
        expect(inputs, index, rules::F32_ONLY, |dtype| dtype == DType::F32)?;
    }
    one_or_each(&inputs[1], "scale of the left operand", rows)?;
    one_or_each(&inputs[4], "scale of the right operand", columns)?;
    scalar(&inputs[6], "scale of the result")?;
    scalar(&inputs[7], "zero point of the result")?;
    check_zero_point(inputs, 0, 2, rows)?;
    check_zero_point(inputs, 3, 5, columns)?;
    expect(inputs, 7, BYTES, is_byte)?;
    if let Some(bias) = inputs.get(8) {
        expect(inputs, 8, "int32", |dtype| dtype == DType::I32)?;
        if bias.shape != [columns] {
            return Err(OpError::shape(format!("the bias should have the shape [{columns}], it has {:?}", bias.shape)));
        }
    }
    Ok(inputs[7].dtype)
}

/// An 8-bit operand and its zero point, of one type.
fn check_zero_point(inputs: &[TensorType], operand: usize, zero_point: usize, count: u32) -> Result<(), OpError> {
    expect(inputs, operand, BYTES, is_byte)?;
    let dtype = inputs[operand].dtype;
    expect(inputs, zero_point, "the type of the operand that it belongs to", |found| found == dtype)?;
    one_or_each(&inputs[zero_point], "zero point", count)
}

/// Exactly this many inputs, or one more.
fn arity(inputs: &[TensorType], count: usize, expected: &'static str, optional: bool) -> Result<(), OpError> {
    if inputs.len() == count || (optional && inputs.len() == count + 1) {
        return Ok(());
    }
    Err(OpError::Arity { expected, found: inputs.len() })
}
