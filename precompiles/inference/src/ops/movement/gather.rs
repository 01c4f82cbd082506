use praxis_model::{DType, ops::Gather};

use super::positions::{Positions, product};
use crate::{
    Fault,
    align::Plain,
    call::{Call, Kernel, NodeContext, Prepared},
};

/// The data as `outer` blocks of `size` rows.
#[derive(Clone, Copy, Debug)]
struct Rows {
    outer: usize,
    size: usize,
    row_bytes: usize,
    positions: DType,
}

impl Rows {
    fn copy(self, call: &mut Call<'_>) -> Result<(), Fault> {
        let (data, positions) = (call.input_bytes(0)?, Positions::of(call, 1, self.positions)?);
        let (block, width) = (self.size * self.row_bytes, positions.len() * self.row_bytes);
        let output = call.output_bytes()?;
        for (data, output) in data.chunks_exact(block).zip(output.chunks_exact_mut(width)).take(self.outer) {
            for (number, to) in output.chunks_exact_mut(self.row_bytes).enumerate() {
                let at = positions.clamped(number, self.size) * self.row_bytes;
                to.copy_from_slice(&data[at..at + self.row_bytes]);
            }
        }
        Ok(())
    }

    /// Rows of one element.
    fn pick<T: Plain>(self, call: &mut Call<'_>) -> Result<(), Fault> {
        let (data, positions) = (call.input::<T>(0)?, Positions::of(call, 1, self.positions)?);
        let output = call.output::<T>()?;
        for (data, output) in data.chunks_exact(self.size).zip(output.chunks_exact_mut(positions.len())) {
            for (number, to) in output.iter_mut().enumerate() {
                *to = data[positions.clamped(number, self.size)];
            }
        }
        Ok(())
    }
}

impl Kernel for Gather {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let (data, axis) = (&node.inputs[0], self.axis as usize);
        let rows = Rows {
            outer: product(&data.shape[..axis]),
            size: data.shape[axis] as usize,
            row_bytes: product(&data.shape[axis + 1..]) * data.dtype.size(),
            positions: node.inputs[1].dtype,
        };
        Ok(match (rows.row_bytes == data.dtype.size(), data.dtype.size()) {
            (true, 1) => Prepared::new(move |call| rows.pick::<u8>(call)),
            (true, 2) => Prepared::new(move |call| rows.pick::<u16>(call)),
            (true, 4) => Prepared::new(move |call| rows.pick::<u32>(call)),
            (true, _) => Prepared::new(move |call| rows.pick::<u64>(call)),
            (false, _) => Prepared::new(move |call| rows.copy(call)),
        })
    }
}
