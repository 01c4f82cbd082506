use super::{FLOATS, Pool};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{OpMemory, Operator},
};

/// p-norm over windows of each channel: the p-th root of the sum of the magnitudes' p-th powers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LpPool {
    /// The windows.
    pub pool: Pool,
    /// 1 to 16.
    pub p: u8,
}

/// Largest p.
const MAX_P: u8 = 16;

impl Operator for LpPool {
    fn encode(&self, out: &mut Writer) {
        self.pool.encode(out);
        out.u8(self.p);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { pool: Pool::decode(reader)?, p: reader.u8()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        if !(1..=MAX_P).contains(&self.p) {
            return Err(OpError::attribute("p", format!("is {}, it should be 1 to {MAX_P}", self.p)));
        }
        Ok(vec![self.pool.output(inputs, FLOATS, DType::is_float)?])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        // Powers by multiplication, roots by Newton's method.
        self.pool.work(inputs, if self.p <= 2 { 2 } else { 4 * u64::from(self.p) })
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        self.pool.memory(inputs)
    }
}
