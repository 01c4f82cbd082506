//! Steps of training as elementwise arithmetic, in the order of operations that the operators' documentation writes.

use praxis_model::{DType, Op, ops};

use super::{as_type, number, scalar};
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// The domain of these operators.
pub(super) const DOMAIN: &str = "ai.onnx.preview.training";

/// What all of them start from: learning rate, update count, and lists of equal length.
struct Step<'c, 'l, 'a> {
    cx: &'c mut Context<'l, 'a>,
    dtype: DType,
    rate: Value,
    count: Value,
    /// For each tensor that is trained: itself, its gradient, what is accumulated.
    tensors: Vec<Vec<Value>>,
}

impl<'c, 'l, 'a> Step<'c, 'l, 'a> {
    /// `lists` lists follow the learning rate and the update count.
    fn new(cx: &'c mut Context<'l, 'a>, lists: usize) -> Result<Self, Refusal> {
        let inputs = cx.all_inputs()?;
        let [rate, count, rest @ ..] = inputs.as_slice() else { return Err("it has too few inputs".into()) };
        if rest.is_empty() || !rest.len().is_multiple_of(lists) {
            return Err(format!("it has {} tensors, they should be {lists} lists of equal length", rest.len()).into());
        }
        let each = rest.len() / lists;
        let tensors = (0..each).map(|i| (0..lists).map(|list| rest[list * each + i]).collect()).collect();
        let dtype = cx.kind(rest[0]).dtype;
        let rate = scalar(cx, *rate, "learning rate")?;
        let rate = as_type(cx, rate, dtype)?;
        let count = scalar(cx, *count, "update count")?;
        let count = as_type(cx, count, dtype)?;
        Ok(Self { cx, dtype, rate, count, tensors })
    }

    fn attribute(&mut self, name: &str, default: f32) -> Result<f64, Refusal> {
        Ok(f64::from(self.cx.attributes.float(name)?.unwrap_or(default)))
    }

    fn number(&mut self, value: f64) -> Result<Value, Refusal> {
        number(self.cx, self.dtype, value)
    }

    fn apply(&mut self, op: impl Into<Op>, left: Value, right: Value) -> Result<Value, Refusal> {
        self.cx.emit1(op, &[left, right])
    }

    /// value * factor
    fn times(&mut self, factor: f64, value: Value) -> Result<Value, Refusal> {
        let factor = self.number(factor)?;
        self.apply(ops::Mul, factor, value)
    }

    /// The gradient with that of the norm: norm * x + g.
    fn regularised(&mut self, norm: f64, x: Value, gradient: Value) -> Result<Value, Refusal> {
        let own = self.times(norm, x)?;
        self.apply(ops::Add, own, gradient)
    }

    /// sqrt(value) + epsilon
    fn root(&mut self, value: Value, epsilon: f64) -> Result<Value, Refusal> {
        let root = self.cx.emit1(ops::Sqrt, &[value])?;
        let epsilon = self.number(epsilon)?;
        self.apply(ops::Add, root, epsilon)
    }

    /// `first` at the update count 0, `later` after it.
    fn after_first(&mut self, later: Value, first: Value) -> Result<Value, Refusal> {
        let zero = self.number(0.0)?;
        let begun = self.apply(ops::Greater, self.count, zero)?;
        self.cx.emit1(ops::Where, &[begun, later, first])
    }
}

/// The first results of all tensors, then the second ones, and so on.
fn by_list(results: Vec<Vec<Value>>) -> Vec<Value> {
    let lists = results.first().map_or(0, Vec::len);
    (0..lists).flat_map(|list| results.iter().map(move |own| own[list])).collect()
}

pub(super) fn adagrad(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let mut step = Step::new(cx, 3)?;
    let norm = step.attribute("norm_coefficient", 0.0)?;
    let decay = step.attribute("decay_factor", 0.0)?;
    let epsilon = step.attribute("epsilon", 1e-6)?;
    let decayed = step.times(decay, step.count)?;
    let one = step.number(1.0)?;
    let divisor = step.apply(ops::Add, one, decayed)?;
    let rate = step.apply(ops::Div, step.rate, divisor)?;
    let mut results = Vec::new();
    for tensor in step.tensors.clone() {
        let [x, gradient, squares] = tensor[..] else { continue };
        let gradient = step.regularised(norm, x, gradient)?;
        let square = step.apply(ops::Mul, gradient, gradient)?;
        let squares = step.apply(ops::Add, squares, square)?;
        let root = step.root(squares, epsilon)?;
        let change = step.apply(ops::Mul, rate, gradient)?;
        let change = step.apply(ops::Div, change, root)?;
        results.push(vec![step.apply(ops::Sub, x, change)?, squares]);
    }
    Ok(by_list(results))
}

pub(super) fn adam(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let mut step = Step::new(cx, 4)?;
    let norm = step.attribute("norm_coefficient", 0.0)?;
    let norm_after = step.attribute("norm_coefficient_post", 0.0)?;
    let epsilon = step.attribute("epsilon", 1e-6)?;
    let (alpha, beta) = (step.attribute("alpha", 0.9)?, step.attribute("beta", 0.999)?);
    let rate = adam_rate(&mut step, alpha, beta)?;
    let mut results = Vec::new();
    for tensor in step.tensors.clone() {
        let [x, gradient, mean, squares] = tensor[..] else { continue };
        let gradient = step.regularised(norm, x, gradient)?;
        let (old, new) = (step.times(alpha, mean)?, step.times(1.0 - alpha, gradient)?);
        let mean = step.apply(ops::Add, old, new)?;
        let (old, new) = (step.times(beta, squares)?, step.times(1.0 - beta, gradient)?);
        let new = step.apply(ops::Mul, new, gradient)?;
        let squares = step.apply(ops::Add, old, new)?;
        let root = step.root(squares, epsilon)?;
        let change = step.apply(ops::Mul, rate, mean)?;
        let change = step.apply(ops::Div, change, root)?;
        let x = step.apply(ops::Sub, x, change)?;
        results.push(vec![step.times(1.0 - norm_after, x)?, mean, squares]);
    }
    Ok(by_list(results))
}

/// rate * sqrt(1 - beta^count) / (1 - alpha^count) after the first update.
fn adam_rate(step: &mut Step<'_, '_, '_>, alpha: f64, beta: f64) -> Result<Value, Refusal> {
    let one = step.number(1.0)?;
    let rest = |step: &mut Step<'_, '_, '_>, base: f64| {
        let base = step.number(base)?;
        let power = step.apply(ops::Pow, base, step.count)?;
        step.apply(ops::Sub, one, power)
    };
    let (of_squares, of_mean) = (rest(step, beta)?, rest(step, alpha)?);
    let root = step.cx.emit1(ops::Sqrt, &[of_squares])?;
    let rate = step.apply(ops::Mul, step.rate, root)?;
    let later = step.apply(ops::Div, rate, of_mean)?;
    step.after_first(later, step.rate)
}

pub(super) fn momentum(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let nesterov = match cx.attributes.text("mode")? {
        Some("nesterov") => true,
        Some("standard") => false,
        other => return Err(format!("its mode is {other:?}, it should be standard or nesterov").into()),
    };
    let mut step = Step::new(cx, 3)?;
    let norm = step.attribute("norm_coefficient", 0.0)?;
    let (alpha, beta) = (step.attribute("alpha", 0.0)?, step.attribute("beta", 0.0)?);
    let (later, first) = (step.number(beta)?, step.number(1.0)?);
    let beta = step.after_first(later, first)?;
    let mut results = Vec::new();
    for tensor in step.tensors.clone() {
        let [x, gradient, mean] = tensor[..] else { continue };
        let gradient = step.regularised(norm, x, gradient)?;
        let (old, new) = (step.times(alpha, mean)?, step.apply(ops::Mul, beta, gradient)?);
        let mean = step.apply(ops::Add, old, new)?;
        let mut direction = mean;
        if nesterov {
            let ahead = step.times(alpha, mean)?;
            direction = step.apply(ops::Add, gradient, ahead)?;
        }
        let change = step.apply(ops::Mul, step.rate, direction)?;
        results.push(vec![step.apply(ops::Sub, x, change)?, mean]);
    }
    Ok(by_list(results))
}
