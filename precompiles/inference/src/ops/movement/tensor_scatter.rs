use praxis_model::ops::TensorScatter;

use super::positions::{Positions, product};
use crate::{
    Fault,
    call::{Kernel, NodeContext, Prepared},
};

impl Kernel for TensorScatter {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let (cache, update, axis) = (&node.inputs[0], &node.inputs[1], self.axis as usize);
        let block = product(&cache.shape[axis + 1..]) * cache.dtype.size();
        let (length, steps) = (i64::from(cache.shape[axis]), update.shape[axis] as usize);
        // Rows along the axis, in all and for each element of the batch.
        let per_sample = product(&cache.shape[1..axis]);
        let (circular, dtype) = (self.circular, node.inputs.get(2).map(|places| places.dtype));
        Ok(Prepared::new(move |call| {
            let (cache, update) = (call.input_bytes(0)?, call.input_bytes(1)?);
            let places = dtype.map(|dtype| Positions::of(call, 2, dtype)).transpose()?;
            let output = call.output_bytes()?;
            output.copy_from_slice(cache);
            let rows = output.chunks_exact_mut(block * length as usize).zip(update.chunks_exact(block * steps));
            for (number, (row, update)) in rows.enumerate() {
                let first = places.and_then(|places| places.get(number / per_sample)).unwrap_or(0);
                for (step, from) in (0i64..).zip(update.chunks_exact(block)) {
                    let place =
                        if circular { (first.rem_euclid(length) + step) % length } else { first.saturating_add(step) };
                    if (0..length).contains(&place) {
                        let at = place as usize * block;
                        row[at..at + block].copy_from_slice(from);
                    }
                }
            }
            Ok(())
        }))
    }
}
