use praxis_model::ops::GatherND;

use super::positions::{Positions, product};
use crate::{
    Fault,
    call::{Kernel, NodeContext, Prepared},
};

impl Kernel for GatherND {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let [data, indices] = node.inputs else { return Err(Fault::Internal("GatherND takes two inputs")) };
        let batch = self.batch_dims as usize;
        let width = *indices.shape.last().unwrap_or(&1) as usize;
        // Size of each indexed dimension, and distance of its neighbours in bytes.
        let dims: Vec<(usize, usize)> = (batch..batch + width)
            .map(|axis| (data.shape[axis] as usize, product(&data.shape[axis + 1..]) * data.dtype.size()))
            .collect();
        let block = product(&data.shape[batch..]) * data.dtype.size();
        let slice = product(&data.shape[batch + width..]) * data.dtype.size();
        let tuples = product(&indices.shape[batch..]) / width;
        let dtype = indices.dtype;
        Ok(Prepared::new(move |call| {
            let (data, positions) = (call.input_bytes(0)?, Positions::of(call, 1, dtype)?);
            for (tuple, to) in call.output_bytes()?.chunks_exact_mut(slice).enumerate() {
                let mut at = tuple / tuples * block;
                for (place, &(size, stride)) in dims.iter().enumerate() {
                    at += positions.clamped(tuple * width + place, size) * stride;
                }
                to.copy_from_slice(&data[at..at + slice]);
            }
            Ok(())
        }))
    }
}
