//! Loops over broadcast operands: neighbouring dimensions that behave alike are one loop.

use praxis_model::limits::MAX_RANK;

/// One loop over two operands: its length and how far each operand moves, in elements; 0 where it is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Loop {
    pub(super) length: usize,
    pub(super) left: usize,
    pub(super) right: usize,
}

/// One loop over `N` operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level<const N: usize> {
    pub(super) length: usize,
    /// How far each operand moves, in elements; 0 where it is repeated.
    pub(super) steps: [usize; N],
}

/// The loops of an elementwise operator on `N` operands of these shapes, the innermost last; at least one.
pub(super) fn levels<const N: usize>(operands: [&[u32]; N], output: &[u32]) -> Vec<Level<N>> {
    let strides = operands.map(|shape| strides(shape, output.len()));
    let mut levels: Vec<Level<N>> = Vec::with_capacity(output.len());
    for (axis, &length) in output.iter().enumerate() {
        let length = length as usize;
        if length == 1 {
            continue;
        }
        let steps = core::array::from_fn(|operand| strides[operand][axis]);
        match levels.last_mut() {
            Some(outer) if outer.steps == steps.map(|step| step * length) => {
                *outer = Level { length: outer.length * length, steps };
            }
            _ => levels.push(Level { length, steps }),
        }
    }
    if levels.is_empty() {
        levels.push(Level { length: 1, steps: [1; N] });
    }
    levels
}

/// The loops over two operands.
pub(super) fn loops(left: &[u32], right: &[u32], output: &[u32]) -> Vec<Loop> {
    let levels = levels([left, right], output);
    levels.into_iter().map(|Level { length, steps: [left, right] }| Loop { length, left, right }).collect()
}

/// Distance of neighbours along each output dimension; 0 for dimensions that are repeated.
fn strides(shape: &[u32], rank: usize) -> Vec<usize> {
    let mut strides = vec![0; rank];
    let mut stride = 1;
    for (axis, &dim) in shape.iter().enumerate().rev() {
        let dim = dim as usize;
        strides[axis + rank - shape.len()] = if dim == 1 { 0 } else { stride };
        stride *= dim;
    }
    strides
}

/// The runs of the innermost loop, in order: where each starts in the output and in the operands.
#[derive(Clone, Debug)]
pub(super) struct Rows<const N: usize> {
    outer: [Level<N>; MAX_RANK],
    depth: usize,
    index: [usize; MAX_RANK],
    starts: [usize; N],
    at: usize,
    inner: usize,
    left: usize,
}

impl<const N: usize> Rows<N> {
    /// The runs of these loops.
    #[inline(always)]
    pub(super) fn new(levels: impl ExactSizeIterator<Item = Level<N>>) -> Self {
        let none = Level { length: 1, steps: [0; N] };
        let (mut outer, mut inner) = ([none; MAX_RANK], none);
        let depth = levels.len().saturating_sub(1).min(MAX_RANK);
        for (number, level) in levels.enumerate() {
            match outer.get_mut(number) {
                Some(place) if number < depth => *place = level,
                _ => inner = level,
            }
        }
        let left = outer[..depth].iter().map(|level| level.length).product();
        Self { outer, depth, index: [0; MAX_RANK], starts: [0; N], at: 0, inner: inner.length, left }
    }
}

impl<const N: usize> Iterator for Rows<N> {
    type Item = (usize, [usize; N]);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let item = (self.at, self.starts);
        self.at += self.inner;
        for (level, index) in self.outer[..self.depth].iter().zip(&mut self.index).rev() {
            *index += 1;
            let back = if *index < level.length { 0 } else { level.length };
            for (start, &step) in self.starts.iter_mut().zip(&level.steps) {
                *start = *start + step - step * back;
            }
            if back == 0 {
                break;
            }
            *index = 0;
        }
        Some(item)
    }
}

/// Calls `row(output offset, left offset, right offset)` for each run of the innermost loop, in order.
pub(super) fn rows<E>(loops: &[Loop], mut row: impl FnMut(usize, usize, usize) -> Result<(), E>) -> Result<(), E> {
    let levels = loops.iter().map(|l| Level { length: l.length, steps: [l.left, l.right] });
    Rows::new(levels).try_for_each(|(at, [left, right])| row(at, left, right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_dimensions_join() {
        assert_eq!(loops(&[2, 3, 4], &[2, 3, 4], &[2, 3, 4]), [Loop { length: 24, left: 1, right: 1 }]);
        assert_eq!(
            loops(&[2, 3, 4], &[4], &[2, 3, 4]),
            [Loop { length: 6, left: 4, right: 0 }, Loop { length: 4, left: 1, right: 1 }]
        );
        assert_eq!(loops(&[2, 3], &[], &[2, 3]), [Loop { length: 6, left: 1, right: 0 }]);
        assert_eq!(loops(&[], &[], &[]), [Loop { length: 1, left: 1, right: 1 }]);
    }

    #[test]
    fn rows_start_where_each_operand_is() {
        let levels = levels([&[2, 1, 3], &[4, 1], &[]], &[2, 4, 3]);
        let rows: Vec<_> = Rows::new(levels.into_iter()).collect();
        let expected: Vec<_> = (0..8).map(|row| (row * 3, [row / 4 * 3, row % 4, 0])).collect();
        assert_eq!(rows, expected);
    }
}
