use praxis_model::{DType, ops::OneHot};

use super::positions::{Positions, product};
use crate::{
    Fault,
    align::Plain,
    call::{Call, Kernel, NodeContext, Prepared},
};

#[derive(Clone, Copy, Debug)]
struct Places {
    /// Positions after the new dimension.
    inner: usize,
    depth: usize,
    positions: DType,
}

impl Places {
    fn run<T: Plain + Default>(self, call: &mut Call<'_>) -> Result<(), Fault> {
        let positions = Positions::of(call, 0, self.positions)?;
        let &[off, on] = call.input::<T>(1)? else { return Err(Fault::Internal("OneHot takes a pair of values")) };
        let output = call.output::<T>()?;
        output.fill(off);
        for number in 0..positions.len() {
            if let Some(place) = positions.inside(number, self.depth) {
                let (block, column) = (number / self.inner, number % self.inner);
                output[(block * self.depth + place) * self.inner + column] = on;
            }
        }
        Ok(())
    }
}

impl Kernel for OneHot {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let indices = &node.inputs[0];
        let places = Places {
            inner: product(&indices.shape[self.axis as usize..]),
            depth: self.depth as usize,
            positions: indices.dtype,
        };
        Ok(match node.outputs[0].dtype.size() {
            1 => Prepared::new(move |call| places.run::<u8>(call)),
            2 => Prepared::new(move |call| places.run::<u16>(call)),
            4 => Prepared::new(move |call| places.run::<u32>(call)),
            _ => Prepared::new(move |call| places.run::<u64>(call)),
        })
    }
}
