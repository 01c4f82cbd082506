use praxis_model::{
    limits::MAX_RANK,
    ops::{Pad, PadMode},
};

use super::positions::product;
use crate::{
    Fault,
    align::Plain,
    call::{Call, Kernel, NodeContext, Prepared},
};

/// A padded dimension.
#[derive(Clone, Copy, Debug)]
struct Side {
    dim: u32,
    before: u32,
    after: u32,
    /// Distance of neighbours in the input, in elements.
    stride: usize,
}

impl Side {
    const fn width(self) -> usize {
        self.before as usize + self.dim as usize + self.after as usize
    }

    fn source(self, mode: PadMode, at: usize) -> Option<usize> {
        mode.source(at as i64 - i64::from(self.before), self.dim).map(|place| place as usize)
    }
}

/// Rows along the last padded dimension, whose elements are blocks of all that is below it.
#[derive(Clone, Debug)]
struct Rows {
    mode: PadMode,
    outer: Vec<Side>,
    row: Side,
}

impl Rows {
    fn run<T: Plain + Default>(&self, call: &mut Call<'_>) -> Result<(), Fault> {
        let input = call.input::<T>(0)?;
        let value = if call.inputs.len() > 1 { call.input::<T>(1)?.first().copied() } else { None };
        let value = value.unwrap_or_default();
        let output = call.output::<T>()?;
        let mut index = [0usize; MAX_RANK];
        for row in output.chunks_exact_mut(self.row.width() * self.row.stride) {
            let places = self.outer.iter().zip(&index);
            let from = places.map(|(side, &at)| Some(side.source(self.mode, at)? * side.stride)).sum::<Option<usize>>();
            match from {
                Some(from) => self.fill(&input[from..], value, row),
                None => row.fill(value),
            }
            for (side, at) in self.outer.iter().zip(&mut index).rev() {
                *at += 1;
                if *at < side.width() {
                    break;
                }
                *at = 0;
            }
        }
        Ok(())
    }

    fn fill<T: Plain>(&self, input: &[T], value: T, output: &mut [T]) {
        let (side, block) = (self.row, self.row.stride);
        let (begin, length) = (side.before as usize * block, side.dim as usize * block);
        let (before, rest) = output.split_at_mut(begin);
        let (inside, after) = rest.split_at_mut(length);
        inside.copy_from_slice(&input[..length]);
        if self.mode == PadMode::Constant {
            before.fill(value);
            after.fill(value);
            return;
        }
        let first = side.before as usize + side.dim as usize;
        for (part, first) in [(before, 0), (after, first)] {
            for (number, to) in part.chunks_exact_mut(block).enumerate() {
                let from = side.source(self.mode, first + number).unwrap_or(0) * block;
                to.copy_from_slice(&input[from..from + block]);
            }
        }
    }
}

impl Kernel for Pad {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let shape = &node.inputs[0].shape;
        let sides = shape.iter().zip(&self.pads).enumerate().map(|(axis, (&dim, &(before, after)))| Side {
            dim,
            before,
            after,
            stride: product(&shape[axis + 1..]),
        });
        let mut outer: Vec<Side> = sides.collect();
        let last = self.pads.iter().rposition(|&pads| pads != (0, 0)).unwrap_or(0);
        outer.truncate(last + 1);
        let row = outer.pop().unwrap_or(Side { dim: 1, before: 0, after: 0, stride: 1 });
        let rows = Rows { mode: self.mode, outer, row };
        Ok(match node.inputs[0].dtype.size() {
            1 => Prepared::new(move |call| rows.run::<u8>(call)),
            2 => Prepared::new(move |call| rows.run::<u16>(call)),
            4 => Prepared::new(move |call| rows.run::<u32>(call)),
            _ => Prepared::new(move |call| rows.run::<u64>(call)),
        })
    }
}
