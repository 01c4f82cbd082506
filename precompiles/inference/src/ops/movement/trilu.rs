use praxis_model::ops::Trilu;

use crate::{
    Fault,
    call::{Kernel, NodeContext, Prepared},
};

impl Kernel for Trilu {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let [.., rows, columns] = node.inputs[0].shape[..] else {
            return Err(Fault::Internal("Trilu takes matrices"));
        };
        let (size, rows, columns) = (node.inputs[0].dtype.size(), i64::from(rows), i64::from(columns));
        let (upper, diagonal) = (self.upper, self.diagonal);
        Ok(Prepared::new(move |call| {
            let input = call.input_bytes(0)?;
            let width = columns as usize * size;
            let pairs = input.chunks_exact(width).zip(call.output_bytes()?.chunks_exact_mut(width));
            for (number, (from, to)) in (0i64..).zip(pairs) {
                // The first column on the diagonal stays in the upper triangle, the one after it leaves the lower one.
                let own = (number % rows).saturating_add(diagonal);
                let bound = if upper { own } else { own.saturating_add(1) };
                let bound = bound.clamp(0, columns) as usize * size;
                let (zeros, kept) = if upper { (0..bound, bound..width) } else { (bound..width, 0..bound) };
                to[zeros].fill(0);
                to[kept.clone()].copy_from_slice(&from[kept]);
            }
            Ok(())
        }))
    }
}
