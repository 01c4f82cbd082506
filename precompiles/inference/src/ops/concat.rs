use praxis_model::ops::Concat;

use crate::{
    Fault,
    call::{Kernel, NodeContext, Prepared},
};

impl Kernel for Concat {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let axis = self.axis as usize;
        let size = node.outputs[0].dtype.size();
        let product = |dims: &[u32]| dims.iter().map(|&dim| dim as usize).product::<usize>();
        let outer = product(&node.outputs[0].shape[..axis]);
        // Bytes that each input adds to one row of the outer dimensions.
        let widths: Vec<usize> = node.inputs.iter().map(|input| product(&input.shape[axis..]) * size).collect();
        let row: usize = widths.iter().sum();
        Ok(Prepared::new(move |call| {
            let mut begin = 0;
            for (index, &width) in widths.iter().enumerate() {
                let input = call.input_bytes(index)?;
                let output = call.output_bytes()?;
                for number in 0..outer {
                    let at = number * row + begin;
                    output[at..at + width].copy_from_slice(&input[number * width..(number + 1) * width]);
                }
                begin += width;
            }
            Ok(())
        }))
    }
}
