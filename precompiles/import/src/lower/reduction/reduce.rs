use praxis_model::{
    Op,
    ops::{self, Reduction},
};

use super::{
    empty::{self, Identity},
    reshaped,
};
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// From these versions on the axes are an input: of ReduceSum, and of the others.
const SUM_AXES_AS_INPUT: i64 = 13;
pub(super) const AXES_AS_INPUT: i64 = 18;

/// What a node reduces.
pub(super) struct Request {
    pub(super) input: Value,
    /// Ascending; may be empty.
    pub(super) axes: Vec<u32>,
    pub(super) keep_dims: bool,
}

impl Request {
    /// Reads axes and flags of a node of the Reduce family.
    pub(super) fn of(cx: &mut Context<'_, '_>, axes_as_input: i64) -> Result<Self, Refusal> {
        let input = cx.input(0)?;
        let keep_dims = cx.attributes.int("keepdims")?.unwrap_or(1) != 0;
        let (given, empty_is_none) = if cx.opset() < axes_as_input {
            cx.at_most(1)?;
            (cx.attributes.short_ints("axes")?.map(<[i64]>::to_vec), false)
        } else {
            cx.at_most(2)?;
            (cx.integers(1, "axes")?, cx.attributes.flag("noop_with_empty_axes")?)
        };
        let rank = cx.shape(input).len();
        let given = given.unwrap_or_default();
        let axes = if given.is_empty() && !empty_is_none {
            (0..rank as u32).collect()
        } else {
            let mut axes = given.iter().map(|&axis| cx.axis(axis, rank)).collect::<Result<Vec<_>, _>>()?;
            axes.sort_unstable();
            if axes.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(format!("its axes {given:?} name one twice").into());
            }
            axes
        };
        Ok(Self { input, axes, keep_dims })
    }

    /// The shape of the result.
    pub(super) fn output(&self, cx: &Context<'_, '_>) -> Vec<u32> {
        let dims = cx.shape(self.input).iter().enumerate();
        let kept = |axis: usize| !self.axes.contains(&(axis as u32));
        match self.keep_dims {
            true => dims.map(|(axis, &dim)| if kept(axis) { dim } else { 1 }).collect(),
            false => dims.filter(|&(axis, _)| kept(axis)).map(|(_, &dim)| dim).collect(),
        }
    }

    /// Emits a reduction. Without axes each element is reduced by itself.
    pub(super) fn emit(
        &self,
        cx: &mut Context<'_, '_>,
        op: impl Fn(Reduction) -> Op,
        identity: Identity,
    ) -> Result<Value, Refusal> {
        let output = self.output(cx);
        if let Some(value) = empty::reduce(cx, self.input, output.clone(), identity)? {
            return Ok(value);
        }
        if !self.axes.is_empty() {
            return cx.emit1(op(Reduction { axes: self.axes.clone(), keep_dims: self.keep_dims }), &[self.input]);
        }
        let count = u32::try_from(cx.kind(self.input).elements()).map_err(|_| "its input is too large")?;
        let flat = reshaped(cx, self.input, vec![count, 1])?;
        let flat = cx.emit1(op(Reduction { axes: vec![1], keep_dims: false }), &[flat])?;
        reshaped(cx, flat, output)
    }
}

macro_rules! plain {
    ($($name:ident $op:ident $versions:ident $identity:ident;)*) => {
        $(pub(super) fn $name(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
            let request = Request::of(cx, $versions)?;
            Ok(vec![request.emit(cx, |reduction| ops::$op(reduction).into(), Identity::$identity)?])
        })*
    };
}

plain! {
    sum ReduceSum SUM_AXES_AS_INPUT Zero;
    mean ReduceMean AXES_AS_INPUT NotANumber;
    max ReduceMax AXES_AS_INPUT Least;
    min ReduceMin AXES_AS_INPUT Greatest;
    prod ReduceProd AXES_AS_INPUT One;
    l1 ReduceL1 AXES_AS_INPUT Zero;
    sum_square ReduceSumSquare AXES_AS_INPUT Zero;
}
