//! Slice and Transpose: the output reads the input at fixed distances along each dimension.

use praxis_model::{
    limits::MAX_RANK,
    ops::{Slice, Transpose},
};

use crate::{
    Fault,
    align::{self, Plain},
    call::{Call, Kernel, NodeContext, Prepared},
};

/// Where the output's elements stand in the input, in elements.
#[derive(Clone, Debug)]
struct Walk {
    start: i64,
    lengths: Vec<usize>,
    steps: Vec<i64>,
}

fn row_major(shape: &[u32]) -> Vec<i64> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * i64::from(shape[axis]);
    }
    strides
}

impl Walk {
    fn copy<T: Plain>(&self, call: &mut Call<'_>) -> Result<(), Fault> {
        let input: &[T] = align::elements(call.input_bytes(0)?)?;
        let output: &mut [T] = call.output()?;
        let outside = Fault::Internal("a strided copy leaves its input");
        let (&inner, &step) = (self.lengths.last().unwrap_or(&1), self.steps.last().unwrap_or(&0));
        let outer = self.lengths.len().saturating_sub(1);
        let mut index = [0usize; MAX_RANK];
        let mut at = self.start;
        for row in output.chunks_exact_mut(inner) {
            let mut from = at;
            for to in row {
                let found = usize::try_from(from).ok().and_then(|from| input.get(from));
                *to = *found.ok_or(outside.clone())?;
                from += step;
            }
            for axis in (0..outer).rev() {
                index[axis] += 1;
                at += self.steps[axis];
                if index[axis] < self.lengths[axis] {
                    break;
                }
                index[axis] = 0;
                at -= self.steps[axis] * self.lengths[axis] as i64;
            }
        }
        Ok(())
    }

    fn prepare(self, node: &NodeContext<'_>) -> Prepared {
        match node.outputs[0].dtype.size() {
            1 => Prepared::new(move |call| self.copy::<u8>(call)),
            2 => Prepared::new(move |call| self.copy::<u16>(call)),
            4 => Prepared::new(move |call| self.copy::<u32>(call)),
            _ => Prepared::new(move |call| self.copy::<u64>(call)),
        }
    }
}

fn lengths(node: &NodeContext<'_>) -> Vec<usize> {
    node.outputs[0].shape.iter().map(|&dim| dim as usize).collect()
}

impl Kernel for Slice {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let shape = &node.inputs[0].shape;
        let mut steps = row_major(shape);
        let mut start = 0;
        for range in &self.ranges {
            let axis = range.axis as usize;
            let (first, step, count) = range.resolve(shape[axis]);
            start += i64::from(first) * steps[axis];
            // A step past the axis is taken only when a single position is kept; then it is never used.
            steps[axis] = if count > 1 { steps[axis] * step } else { 0 };
        }
        Ok(Walk { start, lengths: lengths(node), steps }.prepare(node))
    }
}

impl Kernel for Transpose {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let strides = row_major(&node.inputs[0].shape);
        let steps = self.perm.iter().map(|&axis| strides[axis as usize]).collect();
        Ok(Walk { start: 0, lengths: lengths(node), steps }.prepare(node))
    }
}
