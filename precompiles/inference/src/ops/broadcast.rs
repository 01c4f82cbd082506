//! Loops over two broadcast operands: neighbouring dimensions that behave alike are one loop.

/// One loop: its length and how far each operand moves, in elements; 0 where it is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Loop {
    pub(super) length: usize,
    pub(super) left: usize,
    pub(super) right: usize,
}

/// The loops of an elementwise operator, the innermost last; at least one.
pub(super) fn loops(left: &[u32], right: &[u32], output: &[u32]) -> Vec<Loop> {
    let left = strides(left, output.len());
    let right = strides(right, output.len());
    let mut loops: Vec<Loop> = Vec::with_capacity(output.len());
    for ((&length, left), right) in output.iter().zip(left).zip(right) {
        let length = length as usize;
        if length == 1 {
            continue;
        }
        match loops.last_mut() {
            Some(outer) if outer.left == left * length && outer.right == right * length => {
                *outer = Loop { length: outer.length * length, left, right };
            }
            _ => loops.push(Loop { length, left, right }),
        }
    }
    if loops.is_empty() {
        loops.push(Loop { length: 1, left: 1, right: 1 });
    }
    loops
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

/// Calls `row(output offset, left offset, right offset)` for each run of the innermost loop, in order.
pub(super) fn rows<E>(loops: &[Loop], mut row: impl FnMut(usize, usize, usize) -> Result<(), E>) -> Result<(), E> {
    let Some((inner, outer)) = loops.split_last() else { return Ok(()) };
    let count: usize = outer.iter().map(|l| l.length).product();
    let mut index = [0usize; praxis_model::limits::MAX_RANK];
    let (mut left, mut right) = (0, 0);
    for number in 0..count {
        row(number * inner.length, left, right)?;
        for (axis, l) in outer.iter().enumerate().rev() {
            index[axis] += 1;
            left += l.left;
            right += l.right;
            if index[axis] < l.length {
                break;
            }
            index[axis] = 0;
            left -= l.left * l.length;
            right -= l.right * l.length;
        }
    }
    Ok(())
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
}
