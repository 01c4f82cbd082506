use super::{Operator, Walk, rules};
use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
    limits::MAX_RANK,
};

/// What is kept of one axis, with ONNX's meaning: negative positions count from the end, positions past the ends are cut off
/// at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceRange {
    /// The axis, counted from the outermost.
    pub axis: u32,
    /// First position.
    pub start: i64,
    /// One past the last position (before it for a negative step).
    pub end: i64,
    /// Distance of the positions, not 0.
    pub step: i64,
}

/// A strided part of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Ranges by ascending axis; axes that are not named stay whole.
    pub ranges: Vec<SliceRange>,
}

impl SliceRange {
    /// First position, step and number of positions on an axis of length `dim`; the number is 0 when nothing is kept.
    pub fn resolve(&self, dim: u32) -> (u32, i64, u32) {
        let length = i128::from(dim);
        let step = i128::from(self.step);
        let absolute = |position: i64| {
            let position = i128::from(position);
            if position < 0 { position + length } else { position }
        };
        let (first, count) = match step {
            0 => return (0, 1, 0),
            1.. => {
                let first = absolute(self.start).clamp(0, length);
                let end = absolute(self.end).clamp(0, length);
                (first, (end - first + step - 1) / step)
            }
            _ => {
                let first = absolute(self.start).clamp(-1, length - 1);
                let end = absolute(self.end).clamp(-1, length - 1);
                (first, (first - end - step - 1) / -step)
            }
        };
        let count = u32::try_from(count.max(0)).unwrap_or(0);
        (u32::try_from(first).unwrap_or(0), self.step, count)
    }
}

impl Slice {
    /// Where the output's elements stand in an input of this shape.
    pub fn walk(&self, shape: &[u32]) -> Result<Walk, OpError> {
        let mut loops: Vec<(u32, i64)> = shape.iter().copied().zip(Walk::strides(shape)).collect();
        let mut offset = 0i64;
        for range in &self.ranges {
            let Some(each) = loops.get_mut(range.axis as usize) else { continue };
            let (first, step, count) = range.resolve(each.0);
            offset = offset.saturating_add(i64::from(first).saturating_mul(each.1));
            *each = (count, each.1.saturating_mul(step));
        }
        Walk::new(offset, loops)
    }
}

impl Operator for Slice {
    fn encode(&self, out: &mut Writer) {
        out.list(&self.ranges, |w, range| {
            w.u32(range.axis);
            w.i64(range.start);
            w.i64(range.end);
            w.i64(range.step);
        });
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let ranges = reader.list("number of sliced axes", MAX_RANK, 28, |reader| {
            Ok(SliceRange { axis: reader.u32()?, start: reader.i64()?, end: reader.i64()?, step: reader.i64()? })
        })?;
        Ok(Self { ranges })
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [input] = rules::inputs::<1>(inputs, "1")?;
        rules::rank_limit(self.ranges.len())?;
        if !self.ranges.is_sorted_by(|left, right| left.axis < right.axis) {
            return Err(OpError::attribute("axes", "are not strictly ascending"));
        }
        let mut shape = input.shape.clone();
        for range in &self.ranges {
            let axis = rules::axis_below("axes", range.axis, shape.len())?;
            if range.step == 0 {
                return Err(OpError::attribute("steps", "contain 0"));
            }
            let (_, _, count) = range.resolve(shape[axis]);
            if count == 0 {
                let why = format!("nothing is left of axis {axis}, of length {}", shape[axis]);
                return Err(OpError::shape(why));
            }
            shape[axis] = count;
        }
        Ok(vec![TensorType::new(input.dtype, shape)])
    }

    fn work(&self, inputs: &[TensorType], _outputs: &[TensorType]) -> Work {
        let walk = inputs.first().map(|input| self.walk(&input.shape));
        walk.and_then(Result::ok).map_or_else(Work::default, |walk| walk.work())
    }
}
