use super::{WIDE, rules, wide};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    ops::Operator,
};

/// How a cumulative operator goes along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cumulative {
    /// The axis, counted from the outermost.
    pub axis: u32,
    /// Each result leaves out the element at its own place.
    pub exclusive: bool,
    /// From the last element to the first.
    pub reverse: bool,
}

/// Elements that one element counts as: each step waits for the one before.
const STEP_COST: u64 = 4;

impl Cumulative {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.axis);
        out.bool(self.exclusive);
        out.bool(self.reverse);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axis: reader.u32()?, exclusive: reader.bool()?, reverse: reader.bool()? })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let outputs = rules::unary(inputs, WIDE, wide)?;
        rules::axis_below("axis", self.axis, outputs[0].rank())?;
        Ok(outputs)
    }

    fn work(&self, outputs: &[TensorType]) -> Work {
        let elements = rules::output_elements(outputs).saturating_mul(STEP_COST + rules::LOOP_COST);
        Work { elements, ..Work::default() }
    }
}

macro_rules! cumulative {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name(pub Cumulative);

            impl Operator for $name {
                fn encode(&self, out: &mut Writer) {
                    self.0.encode(out);
                }

                fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
                    Cumulative::decode(reader).map(Self)
                }

                fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
                    self.0.outputs(inputs)
                }

                fn work(&self, _inputs: &[TensorType], outputs: &[TensorType]) -> Work {
                    self.0.work(outputs)
                }
            }
        )*
    };
}

cumulative! {
    /// Sums of the elements up to each place along an axis, one after the other; integers wrap.
    CumSum
    /// Products of the elements up to each place along an axis, one after the other; integers wrap.
    CumProd
}
