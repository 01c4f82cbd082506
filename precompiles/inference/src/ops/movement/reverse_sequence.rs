use praxis_model::ops::ReverseSequence;

use super::positions::{Positions, product};
use crate::{
    Fault,
    call::{Kernel, NodeContext, Prepared},
};

impl Kernel for ReverseSequence {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let [input, lengths] = node.inputs else { return Err(Fault::Internal("ReverseSequence takes two inputs")) };
        let block = product(&input.shape[2..]) * input.dtype.size();
        let (first, second) = (input.shape[0] as usize, input.shape[1] as usize);
        let (times, time_first, dtype) = (if self.time_first { first } else { second }, self.time_first, lengths.dtype);
        Ok(Prepared::new(move |call| {
            let (input, lengths) = (call.input_bytes(0)?, Positions::of(call, 1, dtype)?);
            for (number, to) in call.output_bytes()?.chunks_exact_mut(block).enumerate() {
                let (row, column) = (number / second, number % second);
                let (time, sequence) = if time_first { (row, column) } else { (column, row) };
                let length = lengths.get(sequence).unwrap_or(0).clamp(0, times as i64) as usize;
                let time = if time < length { length - 1 - time } else { time };
                let from = if time_first { time * second + column } else { row * second + time } * block;
                to.copy_from_slice(&input[from..from + block]);
            }
            Ok(())
        }))
    }
}
