use super::{
    Operator, rules,
    walk::{MAX_LOOPS, Stride, Walk},
};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    limits::MAX_RANK,
};

/// Elements of the input at fixed distances, in any order and any number of times: what Expand, Tile, DepthToSpace,
/// SpaceToDepth, a Gather of evenly spaced constant positions and chains of Reshape, Transpose and Slice come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Where the elements stand in the input, in the order of the output.
    pub walk: Walk,
    /// Shape of the output, with as many elements as the walk.
    pub shape: Vec<u32>,
}

impl View {
    /// From loops given as length and stride, the innermost last.
    pub fn new(
        offset: i64,
        loops: impl IntoIterator<Item = (u32, i64)>,
        shape: impl Into<Vec<u32>>,
    ) -> Result<Self, OpError> {
        Ok(Self { walk: Walk::new(offset, loops)?, shape: shape.into() })
    }
}

impl Operator for View {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.walk.offset);
        out.list(&self.walk.loops, |w, each| {
            w.u32(each.length);
            w.i64(i64::from(each.stride));
        });
        out.list(&self.shape, |w, &dim| w.u32(dim));
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let offset = reader.u32()?;
        let loops = reader.list("number of loops", MAX_LOOPS, 12, |reader| {
            let length = reader.u32()?;
            let stride = i32::try_from(reader.i64()?);
            let stride = stride.map_err(|_| PlanError::NotCanonical { what: "a stride exceeds 32 bits" })?;
            Ok(Stride { length, stride })
        })?;
        let shape = reader.list("rank", MAX_RANK, 4, Reader::u32)?;
        Ok(Self { walk: Walk { offset, loops }, shape })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input] = rules::inputs::<1>(inputs, "1")?;
        if self.walk.loops.len() > MAX_LOOPS {
            let (found, limit) = (self.walk.loops.len() as u64, MAX_LOOPS as u64);
            return Err(OpError::Limit { what: "number of loops", found, limit });
        }
        if !self.walk.is_normal() {
            return Err(OpError::attribute("loops", "are not in normal form"));
        }
        let output = TensorType::new(input.dtype, self.shape.clone());
        if output.checked_elements() != Some(self.walk.elements()) {
            let why = format!("{:?} does not have the {} elements of the loops", self.shape, self.walk.elements());
            return Err(OpError::attribute("shape", why));
        }
        if !self.walk.stays_within(input.elements()) {
            return Err(OpError::attribute("loops", format!("leave the {} elements of the input", input.elements())));
        }
        Ok(vec![output])
    }

    fn work(&self, _inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        self.walk.work()
    }
}
