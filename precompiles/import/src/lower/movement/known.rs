//! Operators whose results are known at import: they depend on shapes and on constants alone.

use praxis_model::{DType, Tensor, TensorType};

use super::Context;
use crate::{graph::Value, limits::MAX_CONSTANT_BYTES, refusal::Refusal, tensor::dtype};

/// Number of elements.
pub(super) fn size(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let count = i64::try_from(cx.kind(input).elements()).map_err(|_| "it has too many elements")?;
    Ok(vec![cx.constant(Tensor::from_i64([], &[count]))?])
}

/// A scalar as integer and as float64.
fn number(tensor: &Tensor) -> Option<(i128, f64)> {
    if tensor.tensor_type().elements() != 1 {
        return None;
    }
    let data = &tensor.data;
    let integer = match tensor.dtype {
        DType::F32 => return Some((0, f64::from(*tensor.to_f32()?.first()?))),
        DType::F64 => return Some((0, *tensor.to_f64()?.first()?)),
        DType::I16 => i64::from(i16::from_le_bytes(data.as_slice().try_into().ok()?)),
        DType::I32 => i64::from(i32::from_le_bytes(data.as_slice().try_into().ok()?)),
        DType::I64 => *tensor.to_i64()?.first()?,
        _ => return None,
    };
    Some((i128::from(integer), 0.0))
}

/// start + i * delta below the limit: exact in integers; in floats computed in float64 and rounded once.
pub(super) fn range(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    // It is about low-precision types, which Plans do not have.
    cx.attributes.ignore("stash_type");
    let mut ends = Vec::with_capacity(3);
    let mut dtype = DType::I64;
    for (index, what) in ["start", "limit", "delta"].into_iter().enumerate() {
        let tensor = cx.constant_input(index, what)?.ok_or_else(|| format!("its {what} is missing"))?;
        dtype = tensor.dtype;
        ends.push(number(&tensor).ok_or_else(|| {
            format!("its {what} should be a single number of a type that Range has, it is {}", tensor.tensor_type())
        })?);
    }
    let [(start, real_start), (limit, real_limit), (delta, real_delta)] = ends[..] else {
        return Err("it takes three inputs".into());
    };
    if (dtype.is_float() && !(real_delta.is_finite() && real_delta != 0.0)) || (!dtype.is_float() && delta == 0) {
        return Err("its delta should be a finite number other than 0".into());
    }
    // Saturates; a limit that is no number gives no elements.
    let count = match dtype.is_float() {
        true => (((real_limit - real_start) / real_delta).ceil() as i128).clamp(0, 1 << 62),
        false => ((limit - start + delta - delta.signum()) / delta).max(0),
    };
    if count * dtype.size() as i128 > i128::from(MAX_CONSTANT_BYTES) {
        return Err(format!("it has {count} elements; a constant may have {MAX_CONSTANT_BYTES} bytes").into());
    }
    let count = u32::try_from(count).map_err(|_| "it has too many elements")?;
    let real = |i: u32| real_start + f64::from(i) * real_delta;
    let whole = |i: u32| start + i128::from(i) * delta;
    let data = match dtype {
        DType::F32 => (0..count).flat_map(|i| (real(i) as f32).to_le_bytes()).collect(),
        DType::F64 => (0..count).flat_map(|i| real(i).to_le_bytes()).collect(),
        dtype => (0..count).flat_map(|i| whole(i).to_le_bytes().into_iter().take(dtype.size())).collect(),
    };
    Ok(vec![cx.constant(Tensor { dtype, shape: vec![count], data })?])
}

/// Ones on a diagonal of a matrix of the input's shape.
pub(super) fn eye_like(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let &[rows, columns] = cx.shape(input) else {
        return Err(format!("it takes a matrix, the input has the shape {:?}", cx.shape(input)).into());
    };
    let to = match cx.attributes.int("dtype")? {
        Some(number) => dtype(i32::try_from(number).unwrap_or(0))?,
        None => cx.kind(input).dtype,
    };
    let diagonal = cx.attributes.int("k")?.unwrap_or(0);
    let kind = TensorType::new(to, [rows, columns]);
    let bytes = kind.checked_bytes().filter(|&bytes| bytes <= MAX_CONSTANT_BYTES);
    let bytes = bytes.ok_or_else(|| format!("{kind} has more than {MAX_CONSTANT_BYTES} bytes"))?;
    let mut data = vec![0; bytes as usize];
    let one: &[u8] = match to {
        DType::F32 => &1f32.to_le_bytes(),
        DType::F64 => &1f64.to_le_bytes(),
        other => &1u64.to_le_bytes()[..other.size()],
    };
    for row in 0..i64::from(rows) {
        let column = row.saturating_add(diagonal);
        if (0..i64::from(columns)).contains(&column) {
            let at = (row * i64::from(columns) + column) as usize * one.len();
            data[at..at + one.len()].copy_from_slice(one);
        }
    }
    Ok(vec![cx.constant(Tensor { dtype: to, shape: kind.shape, data })?])
}

/// The indices of all elements that are not zero, one row for each dimension.
pub(super) fn non_zero(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let tensor = cx.constant_input(0, "elements, which decide the size of the result,")?.ok_or("input 0 is missing")?;
    let size = tensor.dtype.size();
    // The sign of a float zero does not make it other than zero.
    let sign = |at: usize| if tensor.dtype.is_float() && at + 1 == size { 0x7F } else { 0xFF };
    let is_set = |word: &[u8]| word.iter().enumerate().any(|(at, &byte)| byte & sign(at) != 0);
    let words = tensor.data.chunks_exact(size).enumerate();
    let found: Vec<usize> = words.filter(|(_, word)| is_set(word)).map(|(at, _)| at).collect();
    let mut values = Vec::with_capacity(found.len() * tensor.shape.len());
    for axis in 0..tensor.shape.len() {
        let below: usize = tensor.shape[axis + 1..].iter().map(|&dim| dim as usize).product();
        values.extend(found.iter().map(|&at| (at / below % tensor.shape[axis] as usize) as i64));
    }
    let shape = [tensor.shape.len() as u32, u32::try_from(found.len()).map_err(|_| "it has too many elements")?];
    Ok(vec![cx.constant(Tensor::from_i64(shape, &values))?])
}
