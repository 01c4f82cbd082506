//! Fixed-point numbers of contracts: value = mantissa / 10^decimals. Both directions are exact integer arithmetic with one
//! rounding, to the nearest, ties to even.

use alloy_primitives::{I256, U256, U512};
use praxis_model::{DType, Plan, Tensor, max_batch};

/// Most decimals.
pub const MAX_DECIMALS: u8 = 77;

/// Why numbers cannot be converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FixedError {
    /// More than [`MAX_DECIMALS`].
    #[error("{0} decimals, at most 77 are possible")]
    Decimals(u8),
    /// Fixed point is for float models.
    #[error("input or output {index} is {dtype}, fixed point is for float32 and float64")]
    NotFloat {
        /// Which input or output.
        index: u64,
        /// Its type.
        dtype: DType,
    },
    /// The number of values is not that of the model's inputs, or a whole multiple of it for a batch-1 model.
    #[error("{given} values given, the model takes {expected} for each row")]
    Count {
        /// Values of one row.
        expected: u64,
        /// Values given.
        given: u64,
    },
    /// NaN, infinite or outside int256.
    #[error("output element {index} is not representable as int256")]
    NotRepresentable {
        /// Which element.
        index: u64,
    },
}

/// Binary floating-point formats: bits of the significand with the leading one, and the exponent of the least
/// subnormal number.
#[derive(Clone, Copy, Debug)]
struct Format {
    precision: u32,
    least: i32,
    exponent_max: u64,
}

const F32: Format = Format { precision: 24, least: -149, exponent_max: 0xFF };
const F64: Format = Format { precision: 53, least: -1074, exponent_max: 0x7FF };

/// All inputs of a Plan from their values, concatenated in the model's order. For a batch-1 model B times as many values
/// are B rows: first all rows of the first input, then those of the next.
pub fn to_inputs(plan: &Plan, values: &[I256], decimals: u8) -> Result<Vec<Tensor>, FixedError> {
    for (index, info) in (0u64..).zip(&plan.inputs) {
        if !info.dtype.is_float() {
            return Err(FixedError::NotFloat { index, dtype: info.dtype });
        }
    }
    let given = values.len() as u64;
    let expected: u64 = plan.inputs.iter().map(|info| info.tensor_type().elements()).sum();
    let rows = given / expected.max(1);
    if rows * expected != given || !(1..=u64::from(max_batch(plan))).contains(&rows) {
        return Err(FixedError::Count { expected, given });
    }
    let mut rest = values;
    let mut inputs = Vec::with_capacity(plan.inputs.len());
    for info in &plan.inputs {
        let (own, after) = rest.split_at((info.tensor_type().elements() * rows) as usize);
        rest = after;
        let mut shape = info.shape.clone();
        if rows > 1 {
            shape[0] = rows as u32;
        }
        inputs.push(to_tensor(own, decimals, info.dtype, shape)?);
    }
    Ok(inputs)
}

/// A float tensor of these values; `shape` has as many elements. Values beyond the largest float round to infinity.
pub fn to_tensor(values: &[I256], decimals: u8, dtype: DType, shape: Vec<u32>) -> Result<Tensor, FixedError> {
    let format = format(dtype).ok_or(FixedError::NotFloat { index: 0, dtype })?;
    let denominator = power_of_ten(decimals)?;
    let mut data = Vec::with_capacity(values.len() * dtype.size());
    for &value in values {
        let bits = to_bits(value, denominator, format);
        data.extend_from_slice(&bits.to_le_bytes()[..dtype.size()]);
    }
    Ok(Tensor { dtype, shape, data })
}

/// The tensor's elements as mantissas.
pub fn from_tensor(tensor: &Tensor, decimals: u8) -> Result<Vec<I256>, FixedError> {
    let format = format(tensor.dtype).ok_or(FixedError::NotFloat { index: 0, dtype: tensor.dtype })?;
    let scale = power_of_ten(decimals)?;
    let numbers = tensor.data.chunks_exact(tensor.dtype.size()).map(|bytes| {
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(wide)
    });
    (0u64..)
        .zip(numbers)
        .map(|(index, bits)| from_bits(bits, scale, format).ok_or(FixedError::NotRepresentable { index }))
        .collect()
}

fn format(dtype: DType) -> Option<Format> {
    match dtype {
        DType::F32 => Some(F32),
        DType::F64 => Some(F64),
        _ => None,
    }
}

fn power_of_ten(decimals: u8) -> Result<U512, FixedError> {
    if decimals > MAX_DECIMALS {
        return Err(FixedError::Decimals(decimals));
    }
    Ok((0..decimals).fold(U512::ONE, |power, _| power * U512::from(10)))
}

/// Bits of the float nearest to value / denominator.
fn to_bits(value: I256, denominator: U512, format: Format) -> u64 {
    let sign_bit = if format.precision == 24 { 1u64 << 31 } else { 1 << 63 };
    let sign = if value.is_negative() { sign_bit } else { 0 };
    let numerator = U512::from(value.unsigned_abs());
    if numerator.is_zero() {
        return 0;
    }
    // The quotient gets at least precision + 2 bits; a remainder counts as one more, sticky, bit.
    let wanted = denominator.bit_len() + format.precision as usize + 2;
    let shift = wanted.saturating_sub(numerator.bit_len());
    let (quotient, remainder) = (numerator << shift).div_rem(denominator);
    let sticky = !remainder.is_zero();
    // The value lies in [2^(top - 1), 2^top); the last kept bit stands for 2^last.
    let top = quotient.bit_len() as i32 - shift as i32;
    let last = (top - format.precision as i32).max(format.least);
    let drop = (last + shift as i32) as usize;
    let kept = round(quotient, drop, sticky);
    // A carry to precision + 1 bits moves into the exponent field by itself.
    let kept = kept.as_limbs()[0];
    let hidden = 1u64 << (format.precision - 1);
    let exponent = (last - format.least) as u64;
    let bits = if kept < hidden { kept } else { (exponent << (format.precision - 1)) + kept };
    // A float32 ends at 2^128, int256 at 2^255: what rounds past the end is infinite, as everywhere in IEEE-754.
    sign | bits.min(format.exponent_max << (format.precision - 1))
}

/// x / 2^drop to the nearest integer, ties to even; `sticky` says that x is slightly too small.
fn round(x: U512, drop: usize, sticky: bool) -> U512 {
    if drop == 0 {
        return x;
    }
    if drop > 512 {
        return U512::ZERO;
    }
    let floor = if drop == 512 { U512::ZERO } else { x >> drop };
    let half = x.bit(drop - 1);
    let below = sticky || x.trailing_zeros() < drop - 1;
    if half && (below || floor.bit(0)) { floor + U512::ONE } else { floor }
}

/// The integer nearest to the float times `scale`, if int256 holds it.
fn from_bits(bits: u64, scale: U512, format: Format) -> Option<I256> {
    let fraction_bits = format.precision - 1;
    let fraction = bits & ((1 << fraction_bits) - 1);
    let exponent = (bits >> fraction_bits) & format.exponent_max;
    let negative = bits >> if format.precision == 24 { 31 } else { 63 } == 1;
    if exponent == format.exponent_max {
        return None;
    }
    let (significand, power) = match exponent {
        0 => (fraction, format.least),
        _ => (fraction | 1 << fraction_bits, format.least + exponent as i32 - 1),
    };
    let scaled = U512::from(significand) * scale;
    let size = if power >= 0 {
        if scaled.bit_len() + power as usize > 256 && !scaled.is_zero() {
            return None;
        }
        scaled << (power as usize)
    } else {
        round(scaled, power.unsigned_abs() as usize, false)
    };
    if size.bit_len() > 256 {
        return None;
    }
    let size = U256::from(size);
    let limit = U256::ONE << 255;
    match negative {
        true if size <= limit => Some(I256::from_raw(size.wrapping_neg())),
        false if size < limit => Some(I256::from_raw(size)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
