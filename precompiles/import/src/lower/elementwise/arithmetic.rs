//! Arithmetic that ONNX writes differently than Plans do: any number of operands, mixed types, attributes as text.

use praxis_model::{DType, Op, Tensor, ops};

use super::{as_type, binary, number, unary};
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// Unsigned numbers are their own absolute value.
pub(super) fn abs(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    if matches!(cx.kind(input).dtype, DType::U8 | DType::U16 | DType::U32 | DType::U64) {
        cx.at_most(1)?;
        return Ok(vec![input]);
    }
    unary(cx, ops::Abs)
}

/// Operands joined from the left.
pub(super) fn chain(cx: &mut Context<'_, '_>, op: impl Into<Op>) -> Result<Vec<Value>, Refusal> {
    let op = op.into();
    let mut result = cx.input(0)?;
    for next in cx.all_inputs()?.into_iter().skip(1) {
        result = cx.emit1(op.clone(), &[result, next])?;
    }
    Ok(vec![result])
}

/// The sum from the left, divided once.
pub(super) fn mean(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let sum = chain(cx, ops::Add)?;
    let count = cx.all_inputs()?.len();
    let (&[sum], true) = (sum.as_slice(), count > 1) else { return Ok(sum) };
    let dtype = cx.kind(sum).dtype;
    if !dtype.is_float() {
        return Err(format!("its operands should be float32 or float64, they are {dtype}").into());
    }
    let count = number(cx, dtype, count as f64)?;
    cx.emit(ops::Div, &[sum, count])
}

pub(super) fn modulo(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let fmod = cx.attributes.flag("fmod")?;
    binary(cx, ops::Mod { fmod })
}

pub(super) fn bit_shift(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let right = match cx.attributes.text("direction")? {
        Some("RIGHT") => true,
        Some("LEFT") => false,
        other => return Err(format!("its direction is {other:?}, it should be LEFT or RIGHT").into()),
    };
    binary(cx, ops::BitShift { right })
}

/// Base and exponent may have different types; the result has the base's. Squares and cubes are products.
pub(super) fn pow(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let (base, exponent) = (cx.input(0)?, cx.input(1)?);
    let dtype = cx.kind(base).dtype;
    if let Some(power) = small_power(cx, base, exponent) {
        let mut result = base;
        for _ in 1..power {
            result = cx.emit1(ops::Mul, &[result, base])?;
        }
        return Ok(vec![result]);
    }
    let inner = match (dtype, cx.kind(exponent).dtype) {
        (base, exponent) if base == exponent => base,
        (DType::F32, exponent) if narrow(cx, &exponent) => DType::F32,
        (base, exponent) if base.is_float() || exponent.is_float() => DType::F64,
        (DType::U64, other) | (other, DType::U64) => {
            return Err(format!("a power of uint64 and {other} is not supported; cast the exponent").into());
        }
        _ => DType::I64,
    };
    let operands = [as_type(cx, base, inner)?, as_type(cx, exponent, inner)?];
    let result = cx.emit1(ops::Pow, &operands)?;
    Ok(vec![as_type(cx, result, dtype)?])
}

/// Whether exponents of this type are exact as float32, or known and exact.
fn narrow(cx: &Context<'_, '_>, exponent: &DType) -> bool {
    match exponent {
        DType::U8 | DType::I8 | DType::U16 | DType::I16 => true,
        _ => exact_exponent(cx).is_some_and(|value| value.iter().all(|&x| f64::from(x as f32) == x)),
    }
}

/// The elements of the exponent where they are known, as float64.
fn exact_exponent(cx: &Context<'_, '_>) -> Option<Vec<f64>> {
    let tensor = cx.known(cx.optional(1)?)?;
    numbers(&tensor)
}

fn numbers(tensor: &Tensor) -> Option<Vec<f64>> {
    match tensor.dtype {
        DType::F32 => Some(tensor.to_f32()?.into_iter().map(f64::from).collect()),
        DType::F64 => tensor.to_f64(),
        DType::I64 => Some(tensor.to_i64()?.into_iter().map(|x| x as f64).collect()),
        DType::I32 => {
            let words = tensor.data.as_chunks::<4>().0;
            Some(words.iter().map(|&word| f64::from(i32::from_le_bytes(word))).collect())
        }
        _ => None,
    }
}

/// 2 or 3 where the exponent is one such number that does not widen the base's shape.
fn small_power(cx: &Context<'_, '_>, base: Value, exponent: Value) -> Option<u32> {
    let rank = cx.shape(exponent).len();
    let fits = cx.kind(exponent).elements() == 1 && rank <= cx.shape(base).len();
    match exact_exponent(cx).filter(|_| fits)?.as_slice() {
        [2.0] => Some(2),
        [3.0] => Some(3),
        _ => None,
    }
}
