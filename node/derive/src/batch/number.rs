//! Numbers as people choose them: few digits before many zeros.
//!
//! A number is `mantissa * 10^exponent`. Its shape, one byte, says exponent and length of the mantissa; the highest byte
//! of the mantissa, which is not evenly distributed, stands apart from the bytes below it, which mostly are.

use super::{
    BatchDecodeError,
    sections::{Input, Section, Sections},
};
use alloy_primitives::U256;

/// Shapes of one byte have exponents below this ...
const EXPONENTS: u8 = 28;
/// ... and mantissas of at most this many bytes.
const SHORT_BYTES: u8 = 8;
/// Shape of zero.
const ZERO: u8 = 0;
/// Exponent and length follow as a byte each.
const LONG: u8 = 255;
/// 10^77 is the highest power below 2^256.
const MAX_EXPONENT: u8 = 77;

/// A number in its decimal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    mantissa: U256,
    exponent: u8,
}

impl Decimal {
    /// The form with the smallest mantissa.
    pub(super) fn of(value: U256) -> Self {
        let (mut mantissa, mut exponent) = (value, 0);
        if value.is_zero() {
            return Self { mantissa, exponent };
        }
        // A multiple of 10^k is one of 2^k, so odd numbers need no division.
        while !mantissa.bit(0) {
            let (quotient, remainder) = mantissa.div_rem(U256::from(10));
            if !remainder.is_zero() {
                break;
            }
            (mantissa, exponent) = (quotient, exponent + 1);
        }
        Self { mantissa, exponent }
    }

    /// Bytes of the mantissa.
    pub(super) const fn len(&self) -> usize {
        self.mantissa.byte_len()
    }

    pub(super) fn put(&self, out: &mut Sections) {
        let len = self.len() as u8;
        if len == 0 {
            return out.byte(Section::Shapes, ZERO);
        }
        if len <= SHORT_BYTES && self.exponent < EXPONENTS {
            out.byte(Section::Shapes, 1 + (len - 1) * EXPONENTS + self.exponent);
        } else {
            out.bytes(Section::Shapes, &[LONG, self.exponent, len]);
        }
        let bytes = self.mantissa.to_be_bytes::<32>();
        let (top, low) = (bytes[32 - usize::from(len)], &bytes[33 - usize::from(len)..]);
        out.byte(top_section(len), top);
        out.bytes(Section::Low, low);
    }
}

const fn top_section(len: u8) -> Section {
    match len {
        1 => Section::Top1,
        2 => Section::Top2,
        3 => Section::Top3,
        _ => Section::Top4,
    }
}

pub(super) fn put_number(out: &mut Sections, value: U256) {
    Decimal::of(value).put(out);
}

/// Reads a number. Any shape that gives a number below 2^256 counts.
pub(super) fn get_number(input: &mut Input<'_>) -> Result<U256, BatchDecodeError> {
    let shape = input.byte(Section::Shapes)?;
    let (exponent, len) = match shape {
        ZERO => return Ok(U256::ZERO),
        LONG => {
            let [exponent, len] = input.array(Section::Shapes)?;
            (exponent, len)
        }
        _ => ((shape - 1) % EXPONENTS, (shape - 1) / EXPONENTS + 1),
    };
    if exponent > MAX_EXPONENT || len == 0 || len > 32 || (shape != LONG && len > SHORT_BYTES) {
        return Err(BatchDecodeError::Tag { column: "a number's shape", tag: shape });
    }
    let mut bytes = [0; 32];
    let begin = 32 - usize::from(len);
    bytes[begin] = input.byte(top_section(len))?;
    bytes[begin + 1..].copy_from_slice(input.take(Section::Low, usize::from(len) - 1)?);
    let power = U256::from(10).pow(U256::from(exponent));
    U256::from_be_bytes(bytes).checked_mul(power).ok_or(BatchDecodeError::Number("a number"))
}

/// Reads a number of at most 64 bits.
pub(super) fn get_u64(input: &mut Input<'_>, what: &'static str) -> Result<u64, BatchDecodeError> {
    u64::try_from(get_number(input)?).map_err(|_| BatchDecodeError::Number(what))
}

/// Reads a number of at most 128 bits.
pub(super) fn get_u128(input: &mut Input<'_>, what: &'static str) -> Result<u128, BatchDecodeError> {
    u128::try_from(get_number(input)?).map_err(|_| BatchDecodeError::Number(what))
}
