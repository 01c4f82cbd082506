use praxis_model::{
    DType,
    ops::{ScatterND, ScatterReduction},
};

use super::{
    positions::{Positions, product},
    scatter::{Scatter, Update, updated},
};
use crate::{
    Fault,
    call::{Call, Kernel, NodeContext, Prepared},
};

struct Slices {
    /// Size of each indexed dimension, and distance of its neighbours in elements.
    dims: Vec<(usize, usize)>,
    /// Elements of a slice.
    slice: usize,
    positions: DType,
    reduction: ScatterReduction,
}

impl Slices {
    /// Where the slice of a tuple begins, none when a position is out of range.
    fn place(&self, positions: Positions<'_>, tuple: usize) -> Option<usize> {
        let mut at = 0;
        for (place, &(size, stride)) in self.dims.iter().enumerate() {
            at += positions.inside(tuple * self.dims.len() + place, size)? * stride;
        }
        Some(at)
    }
}

impl Scatter for Slices {
    fn run<T: Update>(&self, call: &mut Call<'_>) -> Result<(), Fault> {
        let (data, positions) = (call.input::<T>(0)?, Positions::of(call, 1, self.positions)?);
        let updates = call.input::<T>(2)?;
        let output = call.output::<T>()?;
        output.copy_from_slice(data);
        for (tuple, updates) in updates.chunks_exact(self.slice).enumerate() {
            let Some(at) = self.place(positions, tuple) else { continue };
            for (own, &update) in output[at..at + self.slice].iter_mut().zip(updates) {
                *own = updated(self.reduction, *own, update);
            }
        }
        Ok(())
    }
}

impl Kernel for ScatterND {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let [data, indices, _] = node.inputs else { return Err(Fault::Internal("ScatterND takes three inputs")) };
        let width = *indices.shape.last().unwrap_or(&1) as usize;
        let dims = (0..width).map(|axis| (data.shape[axis] as usize, product(&data.shape[axis + 1..]))).collect();
        let slice = product(&data.shape[width..]);
        let slices = Slices { dims, slice, positions: indices.dtype, reduction: self.reduction };
        Ok(slices.prepare(data.dtype))
    }
}
