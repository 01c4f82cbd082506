//! post_transform: what becomes of scores.

use praxis_model::{
    Tensor,
    ops::{Add, Mul, Sigmoid, Softmax},
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
        Transform::SoftmaxZero => Err("the post_transform SOFTMAX_ZERO is not supported".into()),
        Transform::Probit => Err("the post_transform PROBIT is not supported".into()),
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
