//! Floats as integers of the same order, so that a comparison of a tree is one comparison of integers, NaN included.

use core::ops::{Add, Div};

use crate::{align::Plain, arith::Canonical};

/// A float32 or float64.
pub(super) trait Float: Plain + Canonical + PartialOrd + Add<Output = Self> + Div<Output = Self> {
    /// Integers that are ordered as the numbers are.
    type Key: Plain + Ord;

    /// Below the key of every number.
    const LOWEST: Self::Key;
    /// Above the key of every number.
    const HIGHEST: Self::Key;
    const ZERO: Self;
    const ONE: Self;

    fn is_nan(self) -> bool;
    /// The key of a number; both zeros have the same one. Meaningless for NaN.
    fn key(self) -> Self::Key;
    /// The bits of a float as a key, and back: how records carry weights.
    fn to_payload(self) -> Self::Key;
    fn from_payload(payload: Self::Key) -> Self;
    /// An index as a key, and back.
    fn index_payload(index: u32) -> Self::Key;
    fn payload_index(payload: Self::Key) -> usize;
    fn from_count(count: u32) -> Self;
    fn from_f32(value: f32) -> Self;
    /// From the little-endian bytes of a table.
    fn table(bytes: &[u8]) -> impl ExactSizeIterator<Item = Self> + Clone + '_;
}

macro_rules! float {
    ($float:ident $key:ident $unsigned:ident $bytes:literal) => {
        impl Float for $float {
            type Key = $key;

            const LOWEST: $key = $key::MIN;
            const HIGHEST: $key = $key::MAX;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            #[inline(always)]
            fn is_nan(self) -> bool {
                self != self
            }

            #[inline(always)]
            fn key(self) -> $key {
                // -0 + 0 is +0; a negative number's other bits are reversed, so that they ascend with the number.
                let bits = (self + 0.0).to_bits() as $key;
                bits ^ (bits >> ($key::BITS - 1)) & $key::MAX
            }

            #[inline(always)]
            fn to_payload(self) -> $key {
                self.to_bits() as $key
            }

            #[inline(always)]
            fn from_payload(payload: $key) -> Self {
                Self::from_bits(payload as $unsigned)
            }

            #[inline(always)]
            fn index_payload(index: u32) -> $key {
                index as $key
            }

            #[inline(always)]
            fn payload_index(payload: $key) -> usize {
                payload as u32 as usize
            }

            #[inline(always)]
            fn from_count(count: u32) -> Self {
                count as Self
            }

            #[inline(always)]
            fn from_f32(value: f32) -> Self {
                Self::from(value)
            }

            fn table(bytes: &[u8]) -> impl ExactSizeIterator<Item = Self> + Clone + '_ {
                bytes.as_chunks::<$bytes>().0.iter().map(|&word| Self::from_le_bytes(word))
            }
        }
    };
}

float!(f32 i32 u32 4);
float!(f64 i64 u64 8);

/// Keys of a row: feature f has two, at 2f for splits that send NaN to the second child and at 2f + 1 for those that send it
/// to the first; the last key is the one that leaves compare with.
#[inline(always)]
pub(super) fn fill_keys<T: Float>(row: &[T], keys: &mut [T::Key]) {
    let (pairs, rest) = keys.as_chunks_mut::<2>();
    for (pair, &x) in pairs.iter_mut().zip(row) {
        let key = x.key();
        *pair = if x.is_nan() { [T::HIGHEST, T::LOWEST] } else { [key, key] };
    }
    rest.fill(T::LOWEST);
}
