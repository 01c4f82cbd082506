use praxis_model::{DType, ops};

use super::{super::reshaped, constant, turns, whole};
use crate::{graph::Value, limits::MAX_CONSTANT_BYTES, lower::Context, refusal::Refusal};

/// From this version on the axis is an input, counted from the end.
const AXIS_AS_INPUT: i64 = 20;

/// One transform along one axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transform {
    /// Points of the transform.
    pub(super) points: u32,
    /// Points that are given; those past the transform's are left out, missing ones are 0.
    pub(super) given: u32,
    /// Numbers of a given point: 1 for real ones, 2 for complex ones.
    pub(super) parts: u32,
    pub(super) inverse: bool,
    /// Half of the points stand for all, by symmetry: those that a forward transform gives, or an inverse one takes.
    pub(super) onesided: bool,
}

impl Transform {
    /// Points of the result and numbers of each.
    pub(super) fn result(&self) -> (u32, u32) {
        match (self.onesided, self.inverse) {
            (true, false) => (self.points / 2 + 1, 2),
            (true, true) => (self.points, 1),
            (false, _) => (self.points, 2),
        }
    }

    /// The matrix that a row of given numbers is multiplied with, row-major: a row for each given number, a column for each
    /// number of the result. Row `i` is scaled by `weight(i)`.
    pub(super) fn matrix(&self, cx: &mut Context<'_, '_>, weight: impl Fn(u32) -> f64) -> Result<Vec<f64>, Refusal> {
        let (results, numbers) = self.result();
        let size = [self.given, self.parts, results, numbers].iter().map(|&dim| u64::from(dim)).product::<u64>();
        if size > MAX_CONSTANT_BYTES / 8 {
            return Err(format!("a transform of {} points needs too large a matrix", self.points).into());
        }
        let table = turns::table(cx, self.points)?;
        let n = u64::from(self.points);
        let mut matrix = Vec::with_capacity(size as usize);
        for from in 0..self.given {
            for part in 0..self.parts {
                for to in 0..results {
                    let (cos, sin) = table[(u64::from(from) * u64::from(to) % n) as usize];
                    // e^(-i angle) forwards, e^(i angle) backwards.
                    let sin = if self.inverse { sin } else { -sin };
                    let (real, imaginary) = if part == 0 { (cos, sin) } else { (-sin, cos) };
                    let factor = self.factor(from) * weight(from);
                    matrix.push(real * factor);
                    if numbers == 2 {
                        matrix.push(imaginary * factor);
                    }
                }
            }
        }
        Ok(matrix)
    }

    /// 0 for points outside the transform, 1 / n backwards, twice that where a point stands for its mirror image too.
    fn factor(&self, from: u32) -> f64 {
        let half = self.inverse && self.onesided;
        if from >= self.points || (half && from > self.points / 2) {
            return 0.0;
        }
        let mirrored = half && from != 0 && u64::from(from) * 2 != u64::from(self.points);
        let scale = if self.inverse { 1.0 / f64::from(self.points) } else { 1.0 };
        if mirrored { 2.0 * scale } else { scale }
    }
}

pub(in super::super) fn dft(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    let shape = cx.shape(input).to_vec();
    let rank = shape.len();
    let (inverse, onesided) = (cx.attributes.flag("inverse")?, cx.attributes.flag("onesided")?);
    let axis = if cx.opset() < AXIS_AS_INPUT {
        cx.at_most(2)?;
        cx.attributes.int("axis")?.unwrap_or(1)
    } else {
        cx.at_most(3)?;
        whole(cx, 2, "axis")?.unwrap_or(-2)
    };
    let axis = cx.axis(axis, rank)? as usize;
    let parts = shape.last().copied().filter(|&parts| parts <= 2 && axis + 1 < rank && rank >= 2);
    let parts = parts.ok_or_else(|| format!("its input of the shape {shape:?} has no real or complex points there"))?;
    let default = if inverse && onesided { 2 * (i64::from(shape[axis]) - 1) } else { i64::from(shape[axis]) };
    let points = whole(cx, 1, "number of points")?.unwrap_or(default);
    let points =
        u32::try_from(points).ok().filter(|&points| points > 0).ok_or("its number of points is out of range")?;
    if onesided && parts != if inverse { 2 } else { 1 } {
        return Err("a one-sided transform takes real points, a one-sided inverse takes complex ones".into());
    }
    let transform = Transform { points, given: shape[axis], parts, inverse, onesided };
    let (results, numbers) = transform.result();
    let matrix = transform.matrix(cx, |_| 1.0)?;
    // Backwards, large terms cancel to small signals: float64 keeps those.
    let dtype = cx.kind(input).dtype;
    let working = if inverse { DType::F64 } else { dtype };
    let matrix = constant(cx, vec![shape[axis] * parts, results * numbers], &matrix, working)?;
    let input = if working == dtype { input } else { cx.emit1(ops::Cast { to: working }, &[input])? };
    // The axis goes to the end, beside the parts, and back.
    let mut perm: Vec<u32> = (0..rank as u32 - 1).filter(|&dim| dim as usize != axis).collect();
    perm.extend([axis as u32, rank as u32 - 1]);
    let last = axis + 2 == rank;
    let moved = if last { input } else { cx.emit1(ops::Transpose { perm: perm.clone() }, &[input])? };
    let mut rows = cx.shape(moved)[..rank - 2].to_vec();
    rows.push(shape[axis] * parts);
    let moved = reshaped(cx, moved, rows.clone())?;
    let product = if rank == 2 {
        let row = reshaped(cx, moved, vec![1, shape[axis] * parts])?;
        cx.emit1(ops::MatMul, &[row, matrix])?
    } else {
        cx.emit1(ops::MatMul, &[moved, matrix])?
    };
    rows.pop();
    rows.extend([results, numbers]);
    let product = if working == dtype { product } else { cx.emit1(ops::Cast { to: dtype }, &[product])? };
    let result = reshaped(cx, product, rows)?;
    if last {
        return Ok(vec![result]);
    }
    let mut back = vec![0; rank];
    perm.iter().enumerate().for_each(|(to, &from)| back[from as usize] = to as u32);
    cx.emit(ops::Transpose { perm: back }, &[result])
}
