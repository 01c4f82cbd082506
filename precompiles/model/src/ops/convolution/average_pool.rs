use super::{FLOATS, Pool};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{OpMemory, Operator},
};

/// Mean over windows of each channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AveragePool {
    /// The windows.
    pub pool: Pool,
    /// Whether the positions of the padding count in the divisor.
    pub count_padding: bool,
}

impl Operator for AveragePool {
    fn encode(&self, out: &mut Writer) {
        self.pool.encode(out);
        out.bool(self.count_padding);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { pool: Pool::decode(reader)?, count_padding: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        Ok(vec![self.pool.output(inputs, FLOATS, DType::is_float)?])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        self.pool.work(inputs, 1)
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        self.pool.memory(inputs)
    }
}
