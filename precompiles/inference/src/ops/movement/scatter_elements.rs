use praxis_model::{
    DType,
    ops::{ScatterElements, ScatterReduction},
};

use super::{
    gather_elements::Lines,
    positions::Positions,
    scatter::{Scatter, Update, updated},
};
use crate::{
    Fault,
    call::{Call, Kernel, NodeContext, Prepared},
};

struct Elements {
    lines: Lines,
    positions: DType,
    reduction: ScatterReduction,
}

impl Scatter for Elements {
    fn run<T: Update>(&self, call: &mut Call<'_>) -> Result<(), Fault> {
        let (data, positions) = (call.input::<T>(0)?, Positions::of(call, 1, self.positions)?);
        let updates = call.input::<T>(2)?;
        let output = call.output::<T>()?;
        output.copy_from_slice(data);
        let lines = &self.lines;
        lines.each(|number, at| {
            let first = number * lines.length;
            for (place, &update) in updates[first..first + lines.length].iter().enumerate() {
                if let Some(chosen) = positions.inside(first + place, lines.size) {
                    let own = &mut output[at + place * lines.step + chosen * lines.stride];
                    *own = updated(self.reduction, *own, update);
                }
            }
        });
        Ok(())
    }
}

impl Kernel for ScatterElements {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let lines = Lines::new(&node.inputs[0].shape, &node.inputs[1].shape, self.axis as usize);
        let elements = Elements { lines, positions: node.inputs[1].dtype, reduction: self.reduction };
        Ok(elements.prepare(node.inputs[0].dtype))
    }
}
