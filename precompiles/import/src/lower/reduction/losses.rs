//! NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss.

use praxis_model::{
    DType,
    ops::{self, Reduction},
};

use super::{number, reshaped, softmax};
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// How the losses of the samples become the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Join {
    None,
    Sum,
    Mean,
}

struct Loss {
    /// Logarithms of probabilities: samples, classes, positions.
    logs: Value,
    /// A class for each sample and position.
    target: Value,
    weight: Option<Value>,
    ignored: Option<i64>,
    join: Join,
}

impl Loss {
    /// The loss of each sample and position is -(weight of the class * logarithm of the class); a mean divides by the sum of the
    /// weights. A class that is ignored, or that does not exist, weighs nothing.
    fn emit(&self, cx: &mut Context<'_, '_>) -> Result<Value, Refusal> {
        let (dtype, shape) = (cx.kind(self.logs).dtype, cx.shape(self.logs).to_vec());
        let &[_, classes, ..] = shape.as_slice() else {
            return Err(format!("its input has the shape {shape:?}, without classes").into());
        };
        let mut one_class = shape.clone();
        one_class[1] = 1;
        let target = cx.emit1(ops::Cast { to: DType::I64 }, &[self.target])?;
        let target = reshaped(cx, target, one_class)?;
        let places = softmax::places(cx, shape.len(), 1, classes)?;
        let chosen = cx.emit1(ops::Equal, &[places, target])?;
        let zero = number(cx, dtype, 0.0)?;
        // One of the classes is chosen, so a sum over the classes is the chosen number.
        let over_classes = Reduction { axes: vec![1], keep_dims: false };
        let logs = cx.emit1(ops::Where, &[chosen, self.logs, zero])?;
        let logs = cx.emit1(ops::ReduceSum(over_classes.clone()), &[logs])?;
        let weights = self.class_weights(cx, shape.len(), classes)?;
        let weights = cx.emit1(ops::Where, &[chosen, weights, zero])?;
        let weights = cx.emit1(ops::ReduceSum(over_classes), &[weights])?;
        let weighted = cx.emit1(ops::Mul, &[logs, weights])?;
        let losses = cx.emit1(ops::Neg, &[weighted])?;
        if self.join == Join::None {
            return Ok(losses);
        }
        let all = |cx: &Context<'_, '_>, value| Reduction {
            axes: (0..cx.shape(value).len() as u32).collect(),
            keep_dims: false,
        };
        let over = all(cx, losses);
        let sum = cx.emit1(ops::ReduceSum(over.clone()), &[losses])?;
        if self.join == Join::Sum {
            return Ok(sum);
        }
        let weight = cx.emit1(ops::ReduceSum(over), &[weights])?;
        cx.emit1(ops::Div, &[sum, weight])
    }

    /// The weight of each class along axis 1.
    fn class_weights(&self, cx: &mut Context<'_, '_>, rank: usize, classes: u32) -> Result<Value, Refusal> {
        let dtype = cx.kind(self.logs).dtype;
        let mut shape = vec![1; rank];
        shape[1] = classes;
        let weights = match self.weight {
            Some(weight) => reshaped(cx, weight, shape)?,
            None => super::filled(cx, dtype, shape, 1.0)?,
        };
        let Some(ignored) = self.ignored else { return Ok(weights) };
        let places = softmax::places(cx, rank, 1, classes)?;
        let ignored = cx.constant(praxis_model::Tensor::from_i64([], &[ignored]))?;
        let is_ignored = cx.emit1(ops::Equal, &[places, ignored])?;
        let zero = number(cx, dtype, 0.0)?;
        cx.emit1(ops::Where, &[is_ignored, zero, weights])
    }
}

fn loss(cx: &mut Context<'_, '_>, logs: Value) -> Result<Loss, Refusal> {
    cx.at_most(3)?;
    let join = match cx.attributes.string("reduction")?.unwrap_or("mean") {
        "none" => Join::None,
        "sum" => Join::Sum,
        "mean" => Join::Mean,
        other => return Err(format!("its reduction is {}, not none, sum or mean", crate::limits::shown(other)).into()),
    };
    let ignored = cx.attributes.int("ignore_index")?;
    Ok(Loss { logs, target: cx.input(1)?, weight: cx.optional(2), ignored, join })
}

pub(super) fn negative_log_likelihood(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let logs = cx.input(0)?;
    Ok(vec![loss(cx, logs)?.emit(cx)?])
}

pub(super) fn softmax_cross_entropy(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let scores = cx.input(0)?;
    cx.axis(1, cx.shape(scores).len())?;
    let logs = softmax::log_softmax_along(cx, scores, 1)?;
    Ok(vec![loss(cx, logs)?.emit(cx)?, logs])
}
