use super::{JOIN_COST, WIDE, rules, wide};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    limits::MAX_RANK,
    ops::{OpMemory, Operator},
};

/// Which axes a reduction joins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduction {
    /// The axes, counted from the outermost, ascending; at least one.
    pub axes: Vec<u32>,
    /// The reduced axes stay, with the length 1.
    pub keep_dims: bool,
}

/// The loops of a reduction: neighbouring axes that behave alike are one, axes of length 1 are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReductionShape {
    /// Length and distance of neighbours, in elements, of the loops over results, the outermost first.
    pub kept: Vec<(usize, usize)>,
    /// The same of the loops over what becomes one result.
    pub reduced: Vec<(usize, usize)>,
}

impl ReductionShape {
    /// Elements that become one result.
    pub fn length(&self) -> usize {
        self.reduced.iter().map(|l| l.0).product()
    }

    /// Results.
    pub fn results(&self) -> usize {
        self.kept.iter().map(|l| l.0).product()
    }

    /// Whether the elements of each result, or of neighbouring results, are taken straight from the input. Otherwise they are
    /// collected first.
    pub fn is_direct(&self) -> bool {
        match (self.reduced.as_slice(), self.kept.last()) {
            ([] | [(_, 1)], _) => true,
            ([_], Some(&(_, distance))) => distance == 1,
            _ => false,
        }
    }
}

impl Reduction {
    fn encode(&self, out: &mut Writer) {
        out.list(&self.axes, |w, &axis| w.u32(axis));
        out.bool(self.keep_dims);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self { axes: reader.list("number of axes", MAX_RANK, 4, Reader::u32)?, keep_dims: reader.bool()? })
    }

    /// The shape of the result.
    fn output(&self, input: &[u32]) -> Result<Vec<u32>, OpError> {
        if self.axes.is_empty() || !self.axes.is_sorted_by(|a, b| a < b) {
            return Err(OpError::attribute("axes", format!("{:?} are not ascending axes, at least one", self.axes)));
        }
        for &axis in &self.axes {
            rules::axis_below("axes", axis, input.len())?;
        }
        let reduced = |axis: usize| self.axes.contains(&(axis as u32));
        let dims = input.iter().enumerate();
        Ok(match self.keep_dims {
            true => dims.map(|(axis, &dim)| if reduced(axis) { 1 } else { dim }).collect(),
            false => dims.filter(|&(axis, _)| !reduced(axis)).map(|(_, &dim)| dim).collect(),
        })
    }

    /// The loops over an input of this shape.
    pub fn loops(&self, input: &[u32]) -> ReductionShape {
        // Length, distance of neighbours, whether it is reduced; from the innermost outwards.
        let mut loops: Vec<(usize, usize, bool)> = Vec::with_capacity(input.len());
        let mut distance = 1usize;
        for (axis, &dim) in input.iter().enumerate().rev() {
            let (length, reduced) = (dim as usize, self.axes.contains(&(axis as u32)));
            match loops.last_mut() {
                _ if length == 1 => {}
                Some(inner) if inner.2 == reduced => inner.0 *= length,
                _ => loops.push((length, distance, reduced)),
            }
            distance = distance.saturating_mul(length);
        }
        let part = |wanted| loops.iter().rev().filter(|l| l.2 == wanted).map(|l| (l.0, l.1)).collect();
        ReductionShape { kept: part(false), reduced: part(true) }
    }

    fn rule(
        &self,
        inputs: &[TensorType],
        accepted: &'static str,
        accepts: fn(DType) -> bool,
    ) -> Result<Vec<TensorType>, OpError> {
        let [input] = rules::inputs::<1>(inputs, "1")?;
        rules::accept(inputs, accepted, accepts)?;
        Ok(vec![TensorType::new(input.dtype, self.output(&input.shape)?)])
    }

    /// `cost` counted elements for each four bytes of the input, and the joining of lanes for each result.
    fn work(&self, inputs: &[TensorType], outputs: &[TensorType], cost: u64) -> Work {
        let Some(input) = inputs.first() else { return Work::default() };
        let words = input.elements().saturating_mul((input.dtype.size() as u64).div_ceil(4));
        let collected =
            if self.loops(&input.shape).is_direct() { 0 } else { words.saturating_mul(rules::STRIDED_COST) };
        let joins = rules::output_elements(outputs).saturating_mul(JOIN_COST);
        Work { elements: words.saturating_mul(cost).saturating_add(collected).saturating_add(joins), ..Work::default() }
    }

    fn memory(&self, inputs: &[TensorType]) -> OpMemory {
        let Some(input) = inputs.first() else { return OpMemory::default() };
        let shape = self.loops(&input.shape);
        let collected = (shape.length() as u64).saturating_mul(input.dtype.size() as u64).saturating_add(64);
        OpMemory { scratch: if shape.is_direct() { 0 } else { collected }, ..OpMemory::default() }
    }
}

/// The types of ONNX's ReduceMax and ReduceMin.
fn ordered(dtype: DType) -> bool {
    wide(dtype) || matches!(dtype, DType::U8 | DType::I8 | DType::Bool)
}

const ORDERED: &str = "float32, float64, int8, int32, int64, uint8, uint32, uint64 and bool";

macro_rules! reductions {
    ($($(#[$doc:meta])* $name:ident, $accepted:expr, $accepts:expr, $cost:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub struct $name(pub Reduction);

            impl Operator for $name {
                fn encode(&self, out: &mut Writer) {
                    self.0.encode(out);
                }

                fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
                    Reduction::decode(reader).map(Self)
                }

                fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
                    self.0.rule(inputs, $accepted, $accepts)
                }

                fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
                    self.0.work(inputs, outputs, $cost)
                }

                fn memory(&self, inputs: &[TensorType]) -> OpMemory {
                    self.0.memory(inputs)
                }
            }
        )*
    };
}

reductions! {
    /// Sum along axes; integers wrap.
    ReduceSum, WIDE, wide, 2;
    /// Sum divided by the number of elements; integers wrap in the sum and truncate in the division.
    ReduceMean, WIDE, wide, 2;
    /// IEEE 754-2019 maximum along axes.
    ReduceMax, ORDERED, ordered, 4;
    /// IEEE 754-2019 minimum along axes.
    ReduceMin, ORDERED, ordered, 4;
    /// Product along axes; integers wrap.
    ReduceProd, WIDE, wide, 4;
    /// Sum of the absolute values along axes; integers wrap.
    ReduceL1, WIDE, wide, 2;
    /// Sum of the squares along axes, fused in float32; integers wrap.
    ReduceSumSquare, WIDE, wide, 4;
}
