use super::super::{OpMemory, Operator, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Squared Euclidean distances of rows to points: float32`[N, F]` and float32`[S, F]` to float32`[N, S]`. The points are
/// constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SquaredDistances;

/// Points that are computed side by side.
const LANES: u64 = 16;

impl Operator for SquaredDistances {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [rows, points] = rules::inputs::<2>(inputs, "2")?;
        rules::accept(inputs, rules::F32_ONLY, |dtype| dtype == DType::F32)?;
        match (rows.shape.as_slice(), points.shape.as_slice()) {
            (&[rows, features], &[points, width]) if features == width => {
                Ok(vec![TensorType::new(DType::F32, [rows, points])])
            }
            _ => Err(OpError::shape(format!("rows {:?} and points {:?}", rows.shape, points.shape))),
        }
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let features = inputs.first().and_then(|kind| kind.shape.get(1)).map_or(0, |&dim| u64::from(dim));
        let Some(&[rows, points]) = outputs.first().map(|kind| kind.shape.as_slice()) else { return Work::default() };
        let lanes = u64::from(points).div_ceil(LANES) * LANES;
        // A difference and a multiply-add, without a matrix product's reuse of registers: counted as three.
        let steps = u64::from(rows).saturating_mul(lanes).saturating_mul(features).saturating_mul(3);
        Work { multiply_adds: steps, elements: rules::output_elements(outputs), ..Work::default() }
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        let Some(&[points, features]) = inputs.get(1).map(|kind| kind.shape.as_slice()) else {
            return OpMemory::default();
        };
        let lanes = u64::from(points).div_ceil(LANES) * LANES;
        OpMemory { packed: vec![(1, lanes.saturating_mul(u64::from(features)).saturating_mul(4))], scratch: 0 }
    }

    fn is_table(&self, input: usize) -> bool {
        input == 1
    }

    fn check_constants(&self, _inputs: &[TensorType], constants: &[Option<&[u8]>]) -> Result<(), OpError> {
        super::tables::table(constants, 1).map(|_| ())
    }
}
