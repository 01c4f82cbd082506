//! post_transform: what becomes of scores.

use core::f32::consts::{PI, SQRT_2};

use praxis_model::{
    Tensor,
    ops::{
        Abs, Add, Div, Exp, Greater, Log, Mul, Neg, ReduceMax, ReduceSum, Reduction, Sigmoid, Sign, Softmax, Sqrt, Sub,
        Where,
    },
};

use crate::{graph::Value, limits::shown, lower::Context, refusal::Refusal};

/// The five transforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transform {
    None,
    Softmax,
    Logistic,
    SoftmaxZero,
    Probit,
}

impl Transform {
    pub(super) fn from_attribute(cx: &mut Context<'_, '_>) -> Result<Self, Refusal> {
        Ok(match cx.attributes.string("post_transform")?.unwrap_or("NONE") {
            "NONE" => Self::None,
            "SOFTMAX" => Self::Softmax,
            "LOGISTIC" => Self::Logistic,
            "SOFTMAX_ZERO" => Self::SoftmaxZero,
            "PROBIT" => Self::Probit,
            other => return Err(format!("the post_transform {} is unknown", shown(other)).into()),
        })
    }

    /// By the numbers of TreeEnsemble.
    pub(super) fn from_number(number: i64) -> Result<Self, Refusal> {
        Ok(match number {
            0 => Self::None,
            1 => Self::Softmax,
            2 => Self::Logistic,
            3 => Self::SoftmaxZero,
            4 => Self::Probit,
            other => return Err(format!("the post_transform {other} is unknown").into()),
        })
    }
}

/// Applies a transform to float32 scores `[N, C]`.
pub(super) fn apply(cx: &mut Context<'_, '_>, scores: Value, transform: Transform) -> Result<Value, Refusal> {
    match transform {
        Transform::None => Ok(scores),
        Transform::Softmax => cx.emit1(Softmax { axis: 1 }, &[scores]),
        Transform::Logistic => cx.emit1(Sigmoid, &[scores]),
        Transform::SoftmaxZero => softmax_zero(cx, scores),
        Transform::Probit => probit(cx, scores),
    }
}

/// Applies a transform to one float32 score `[N, 1]` that stands for the second of two classes, and gives both columns:
/// the logistic function of -s and s; otherwise 1 - s and s where `is_probability`, else -s and s.
pub(super) fn apply_binary(
    cx: &mut Context<'_, '_>,
    score: Value,
    transform: Transform,
    is_probability: bool,
) -> Result<Value, Refusal> {
    if transform == Transform::Probit {
        return Err("the post_transform PROBIT has no meaning for one score of two classes".into());
    }
    let signs = cx.constant(Tensor::from_f32([1, 2], &[-1.0, 1.0]))?;
    let both = cx.emit1(Mul, &[score, signs])?;
    if transform == Transform::Logistic {
        return cx.emit1(Sigmoid, &[both]);
    }
    if !is_probability {
        return Ok(both);
    }
    let ones = cx.constant(Tensor::from_f32([1, 2], &[1.0, 0.0]))?;
    cx.emit1(Add, &[both, ones])
}

/// Scores nearer to 0 than this stay out of SOFTMAX_ZERO.
const NEGLIGIBLE: f32 = 1e-7;

/// Softmax over the scores that are not 0; a score that is stays 0 but for a factor.
fn softmax_zero(cx: &mut Context<'_, '_>, scores: Value) -> Result<Value, Refusal> {
    let along = || Reduction { axes: vec![1], keep_dims: true };
    let greatest = cx.emit1(ReduceMax(along()), &[scores])?;
    let shifted = cx.emit1(Sub, &[scores, greatest])?;
    let exponential = cx.emit1(Exp, &[shifted])?;
    let size = cx.emit1(Abs, &[scores])?;
    let negligible = cx.constant(Tensor::from_f32([], &[NEGLIGIBLE]))?;
    let counts = cx.emit1(Greater, &[size, negligible])?;
    let zero = cx.constant(Tensor::from_f32([], &[0.0]))?;
    let terms = cx.emit1(Where, &[counts, exponential, zero])?;
    let sum = cx.emit1(ReduceSum(along()), &[terms])?;
    let opposite = cx.emit1(Neg, &[greatest])?;
    let factor = cx.emit1(Exp, &[opposite])?;
    let small = cx.emit1(Mul, &[scores, factor])?;
    let values = cx.emit1(Where, &[counts, exponential, small])?;
    cx.emit1(Div, &[values, sum])
}

/// Winitzki's approximation of the inverse error function has this constant.
const WINITZKI: f32 = 0.147;

/// The quantile of the normal distribution, sqrt(2) erf^-1(2 p - 1), by Winitzki's approximation:
/// with l = ln(1 - y^2) and v = 2 / (0.147 pi) + l / 2, erf^-1(y) = sign(y) sqrt(sqrt(v^2 - l / 0.147) - v).
fn probit(cx: &mut Context<'_, '_>, scores: Value) -> Result<Value, Refusal> {
    let mut number = |value: f32| cx.constant(Tensor::from_f32([], &[value]));
    let [one, two, half] = [number(1.0)?, number(2.0)?, number(0.5)?];
    let [shift, inverse, root] = [number(2.0 / (PI * WINITZKI))?, number(1.0 / WINITZKI)?, number(SQRT_2)?];
    let doubled = cx.emit1(Mul, &[scores, two])?;
    let y = cx.emit1(Sub, &[doubled, one])?;
    let [left, right] = [cx.emit1(Sub, &[one, y])?, cx.emit1(Add, &[one, y])?];
    let product = cx.emit1(Mul, &[left, right])?;
    let log = cx.emit1(Log, &[product])?;
    let half_log = cx.emit1(Mul, &[log, half])?;
    let v = cx.emit1(Add, &[half_log, shift])?;
    let square = cx.emit1(Mul, &[v, v])?;
    let scaled = cx.emit1(Mul, &[log, inverse])?;
    let inside = cx.emit1(Sub, &[square, scaled])?;
    let outer = cx.emit1(Sqrt, &[inside])?;
    let difference = cx.emit1(Sub, &[outer, v])?;
    let size = cx.emit1(Sqrt, &[difference])?;
    let sign = cx.emit1(Sign, &[y])?;
    let signed = cx.emit1(Mul, &[size, sign])?;
    cx.emit1(Mul, &[signed, root])
}
