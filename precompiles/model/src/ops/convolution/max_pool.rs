use super::Pool;
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{OpMemory, Operator},
};

/// Maximum over windows of each channel, and optionally where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxPool {
    /// The windows.
    pub pool: Pool,
    /// The second output, when there is one.
    pub indices: Option<IndexOrder>,
}

/// How [`MaxPool`] numbers the positions of a channel. The channels before it count with all their elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexOrder {
    /// The last dimension moves first.
    RowMajor,
    /// The first spatial dimension moves first.
    ColumnMajor,
}

fn accepts(dtype: DType) -> bool {
    matches!(dtype, DType::F32 | DType::F64 | DType::I8 | DType::U8)
}

impl Operator for MaxPool {
    fn encode(&self, out: &mut Writer) {
        self.pool.encode(out);
        out.u8(match self.indices {
            None => 0,
            Some(IndexOrder::RowMajor) => 1,
            Some(IndexOrder::ColumnMajor) => 2,
        });
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let pool = Pool::decode(reader)?;
        let indices = match reader.u8()? {
            0 => None,
            1 => Some(IndexOrder::RowMajor),
            2 => Some(IndexOrder::ColumnMajor),
            _ => return Err(PlanError::NotCanonical { what: "an order of indices has an unknown number" }),
        };
        Ok(Self { pool, indices })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let values = self.pool.output(inputs, "float32, float64, int8 and uint8", accepts)?;
        let indices = self.indices.map(|_| TensorType::new(DType::I64, values.shape.clone()));
        Ok([values].into_iter().chain(indices).collect())
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        self.pool.work(inputs, if self.indices.is_some() { 6 } else { 1 })
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        self.pool.memory(inputs)
    }
}
