use super::rules;
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::{Operator, rules::NUMERIC},
};

/// Along which axis a position is looked for, and which of several equal ones is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arg {
    /// The axis, counted from the outermost; it stays, with the length 1.
    pub axis: u32,
    /// Of equal elements the last one, not the first.
    pub select_last: bool,
}

/// Elements that one compared element counts as: a comparison and two choices that depend on it.
const COMPARE_COST: u64 = 4;

impl Arg {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
        out.bool(self.select_last);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()?, select_last: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input] = rules::inputs::<1>(inputs, "1")?;
        rules::accept(inputs, NUMERIC, rules::numeric)?;
        let axis = rules::axis_below("axis", self.axis, input.rank())?;
        let mut shape = input.shape.clone();
        shape[axis] = 1;
        Ok(vec![TensorType::new(DType::I64, shape)])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let count = inputs.first().map_or(0, TensorType::elements).saturating_mul(COMPARE_COST);
        let starts = rules::output_elements(outputs).saturating_mul(rules::LOOP_COST);
        Work { elements: count.saturating_add(starts), ..Work::default() }
    }
}

macro_rules! positions {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name(pub Arg);

            impl Operator for $name {
                fn encode(&self, out: &mut Writer) {
                    self.0.encode(out);
                }

                fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
                    Arg::decode(reader).map(Self)
                }

                fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
                    self.0.outputs(inputs)
                }

                fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
                    self.0.work(inputs, outputs)
                }
            }
        )*
    };
}

positions! {
    /// Position of the greatest element along an axis; NaN is greater than all numbers.
    ArgMax
    /// Position of the least element along an axis; NaN is less than all numbers.
    ArgMin
}
