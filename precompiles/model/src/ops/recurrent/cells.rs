use super::{Recurrence, expect};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{OpMemory, Operator},
};

/// Long short-term memory; gates i, o, f, c; functions f, g, h for each pass. After the operands of [`Recurrence`] come the
/// initial cell state (directions, batch, hidden) and the peepholes (directions, 3 * hidden: i, o, f), where they are there.
/// The last cell state is a third result.
#[derive(Clone, Debug, PartialEq)]
pub struct LSTM {
    /// What all recurrent cells have.
    pub common: Recurrence,
    /// Whether the initial cell state is an operand; it is 0 otherwise.
    pub initial_cell: bool,
    /// Whether the gates see the cell state.
    pub peepholes: bool,
    /// The forget gate is 1 - i.
    pub input_forget: bool,
}

/// Gated recurrent unit; gates z, r, h; functions f, g for each pass. Operands and results as in [`Recurrence`].
#[derive(Clone, Debug, PartialEq)]
pub struct GRU {
    /// What all recurrent cells have.
    pub common: Recurrence,
    /// The reset gate multiplies the product with R and its bias, instead of the state.
    pub linear_before_reset: bool,
}

/// Elman network: one gate, one function for each pass. Operands and results as in [`Recurrence`].
#[derive(Clone, Debug, PartialEq)]
pub struct RNN {
    /// What all recurrent cells have.
    pub common: Recurrence,
}

impl LSTM {
    /// Gates.
    pub const GATES: u32 = 4;

    /// Which operand the initial cell state is.
    pub fn cell_operand(&self) -> Option<usize> {
        self.initial_cell.then(|| self.common.operands())
    }

    /// Which operand the peepholes are.
    pub fn peepholes_operand(&self) -> Option<usize> {
        self.peepholes.then(|| self.common.operands() + usize::from(self.initial_cell))
    }
}

impl GRU {
    /// Gates.
    pub const GATES: u32 = 3;
}

impl RNN {
    /// Gates.
    pub const GATES: u32 = 1;
}

impl Operator for LSTM {
    fn encode(&self, out: &mut Writer) {
        self.common.encode(out);
        [self.initial_cell, self.peepholes, self.input_forget].into_iter().for_each(|flag| out.bool(flag));
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let common = Recurrence::decode(reader)?;
        let [initial_cell, peepholes, input_forget] = [reader.bool()?, reader.bool()?, reader.bool()?];
        Ok(Self { common, initial_cell, peepholes, input_forget })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let extra = usize::from(self.initial_cell) + usize::from(self.peepholes);
        let (sizes, mut outputs) = self.common.outputs(inputs, Self::GATES, 3, extra)?;
        let passes = self.common.direction.count();
        if let Some(index) = self.cell_operand() {
            expect("the initial cell state", &inputs[index], &[passes, sizes.batch, sizes.hidden])?;
        }
        if let Some(index) = self.peepholes_operand() {
            // R has four times as many rows, and its size was checked.
            expect("P", &inputs[index], &[passes, 3 * sizes.hidden])?;
        }
        outputs.extend(outputs.last().cloned());
        Ok(outputs)
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        self.common.work(inputs, u64::from(Self::GATES), 5)
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        self.common.memory(inputs, u64::from(Self::GATES))
    }
}

impl Operator for GRU {
    fn encode(&self, out: &mut Writer) {
        self.common.encode(out);
        out.bool(self.linear_before_reset);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { common: Recurrence::decode(reader)?, linear_before_reset: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        Ok(self.common.outputs(inputs, Self::GATES, 2, 0)?.1)
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        self.common.work(inputs, u64::from(Self::GATES), 3)
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        self.common.memory(inputs, u64::from(Self::GATES))
    }
}

impl Operator for RNN {
    fn encode(&self, out: &mut Writer) {
        self.common.encode(out);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { common: Recurrence::decode(reader)? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        Ok(self.common.outputs(inputs, Self::GATES, 1, 0)?.1)
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        self.common.work(inputs, u64::from(Self::GATES), 1)
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        self.common.memory(inputs, u64::from(Self::GATES))
    }
}
