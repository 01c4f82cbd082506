//! Where the elements of a strided copy stand in its input. Slice, Transpose and View are all such walks, so that one kernel
//! and one count of work serve them.

use super::rules;
use crate::{OpError, Work};

/// Most loops of a [`Walk`].
pub(super) const MAX_LOOPS: usize = 16;
/// Elements on a side of the square that the kernel of a transposing walk turns at once.
const TILE: u64 = 16;
/// Elements that a loop must have to be turned.
const LEAST_TURNED: u64 = 4;

/// One loop of a [`Walk`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stride {
    /// How many elements.
    pub length: u32,
    /// How far apart they stand in the input, in elements: 0 repeats, a negative one goes backwards.
    pub stride: i32,
}

/// Nested loops over the input, in the row-major order of the output. It is normal: no loop has the length 1, and neighbouring
/// loops that one loop could do are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// The first element read.
    pub offset: u32,
    /// The innermost last.
    pub loops: Vec<Stride>,
}

impl Walk {
    /// The normal form of loops given as length and stride.
    pub fn new(offset: i64, loops: impl IntoIterator<Item = (u32, i64)>) -> Result<Self, OpError> {
        let mut joined: Vec<(i64, i64)> = Vec::new();
        for (length, stride) in loops {
            let length = i64::from(length);
            match joined.last_mut() {
                _ if length == 1 => {}
                Some(outer) if stride.checked_mul(length) == Some(outer.1) => {
                    *outer = (outer.0.saturating_mul(length), stride);
                }
                _ => joined.push((length, stride)),
            }
        }
        let outside = || OpError::shape("a strided copy does not fit 32 bits");
        let convert = |(length, stride)| {
            let length = u32::try_from(length).map_err(|_| outside())?;
            Ok(Stride { length, stride: i32::try_from(stride).map_err(|_| outside())? })
        };
        let loops = joined.into_iter().map(convert).collect::<Result<_, OpError>>()?;
        Ok(Self { offset: u32::try_from(offset).map_err(|_| outside())?, loops })
    }

    /// Distance of neighbours along each dimension of a row-major tensor, in elements.
    pub fn strides(shape: &[u32]) -> Vec<i64> {
        let mut strides = vec![1i64; shape.len()];
        for axis in (1..shape.len()).rev() {
            strides[axis - 1] = strides[axis].saturating_mul(i64::from(shape[axis]));
        }
        strides
    }

    /// Whether it is in normal form.
    pub(super) fn is_normal(&self) -> bool {
        let loops = self.loops.iter().map(|each| (each.length, i64::from(each.stride)));
        Self::new(i64::from(self.offset), loops).as_ref() == Ok(self)
    }

    /// Number of elements copied, saturating.
    pub fn elements(&self) -> u64 {
        self.loops.iter().fold(1u64, |product, each| product.saturating_mul(u64::from(each.length)))
    }

    /// Whether all reads stay within this many elements.
    pub fn stays_within(&self, elements: u64) -> bool {
        let (mut first, mut last) = (i128::from(self.offset), i128::from(self.offset));
        for each in &self.loops {
            let way = i128::from(each.stride) * (i128::from(each.length) - 1);
            first += way.min(0);
            last += way.max(0);
        }
        first >= 0 && last < i128::from(elements)
    }

    /// The loop whose neighbours are neighbours in the input, where it is long enough to be turned with the innermost one in
    /// square tiles.
    pub fn turned(&self) -> Option<usize> {
        self.loops.iter().position(|each| each.stride == 1 && u64::from(each.length) >= LEAST_TURNED)
    }

    /// Counted work: runs of neighbours are copied whole, a transposition in square tiles, all else element by element.
    pub(in crate::ops) fn work(&self) -> Work {
        let count = self.elements();
        let Some(inner) = self.loops.last() else { return Work { elements: 1, ..Work::default() } };
        let in_runs = |length: u64, each: u64| {
            let runs = count.div_ceil(length.max(1));
            count.saturating_mul(each).saturating_add(runs.saturating_mul(rules::LOOP_COST))
        };
        let elements = match (inner.stride, self.turned()) {
            (0 | 1, _) => in_runs(u64::from(inner.length), 1),
            (_, Some(turned)) => in_runs(u64::from(self.loops[turned].length).min(TILE), 2),
            _ => count.saturating_mul(rules::STRIDED_COST),
        };
        Work { elements, ..Work::default() }
    }
}
