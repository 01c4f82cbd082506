use praxis_model::ops::ConstantOfShape;

use crate::{
    Fault,
    call::{Kernel, NodeContext, Prepared},
};

impl Kernel for ConstantOfShape {
    fn prepare(&self, _node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let value = self.value;
        Ok(match self.dtype.size() {
            1 => Prepared::new(move |call| fill(call.output::<u8>()?, value as u8)),
            2 => Prepared::new(move |call| fill(call.output::<u16>()?, value as u16)),
            4 => Prepared::new(move |call| fill(call.output::<u32>()?, value as u32)),
            _ => Prepared::new(move |call| fill(call.output::<u64>()?, value)),
        })
    }
}

fn fill<T: Copy>(output: &mut [T], value: T) -> Result<(), Fault> {
    output.fill(value);
    Ok(())
}
