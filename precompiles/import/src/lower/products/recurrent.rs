use std::collections::VecDeque;

use praxis_model::{
    DType,
    ops::{Activation, Direction, GRU, LSTM, RNN, Recurrence},
};

use super::{super::Context, permute::permute};
use crate::{graph::Value, limits::shown, refusal::Refusal};

/// What the cells have in common, and the operands in the Plan's order.
struct Cell {
    common: Recurrence,
    operands: Vec<Value>,
    /// The file has the batch in front.
    batch_first: bool,
}

pub(super) fn lstm(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(8)?;
    let functions = [Activation::Sigmoid, Activation::Tanh, Activation::Tanh];
    let input_forget = cx.attributes.flag("input_forget")?;
    let mut cell = cell(cx, &functions)?;
    let initial_cell = state(cx, 6, cell.batch_first)?;
    let peepholes = cx.optional(7);
    cell.operands.extend(initial_cell);
    cell.operands.extend(peepholes);
    let (initial_cell, peepholes) = (initial_cell.is_some(), peepholes.is_some());
    let op = LSTM { common: cell.common, initial_cell, peepholes, input_forget };
    let outputs = cx.emit(op, &cell.operands)?;
    finish(cx, outputs, cell.batch_first)
}

pub(super) fn gru(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(6)?;
    let linear_before_reset = cx.attributes.flag("linear_before_reset")?;
    let cell = cell(cx, &[Activation::Sigmoid, Activation::Tanh])?;
    let outputs = cx.emit(GRU { common: cell.common, linear_before_reset }, &cell.operands)?;
    finish(cx, outputs, cell.batch_first)
}

pub(super) fn rnn(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(6)?;
    let cell = cell(cx, &[Activation::Tanh])?;
    let outputs = cx.emit(RNN { common: cell.common }, &cell.operands)?;
    finish(cx, outputs, cell.batch_first)
}

fn cell(cx: &mut Context<'_, '_>, functions: &[Activation]) -> Result<Cell, Refusal> {
    let direction = match cx.attributes.text("direction")? {
        None | Some("forward") => Direction::Forward,
        Some("reverse") => Direction::Reverse,
        Some("bidirectional") => Direction::Bidirectional,
        Some(other) => return Err(format!("its direction {} is unknown", shown(other)).into()),
    };
    let mut common = Recurrence::new(direction, functions);
    if let Some(activations) = activations(cx, common.activations.len())? {
        common.activations = activations;
    }
    common.clip = cx.attributes.float("clip")?;
    let batch_first = cx.attributes.flag("layout")?;
    let (mut x, w, r) = (cx.input(0)?, cx.input(1)?, cx.input(2)?);
    if cx.shape(x).len() != 3 {
        return Err(format!("its input X should have three dimensions, it has the shape {:?}", cx.shape(x)).into());
    }
    if batch_first {
        x = permute(cx, x, &[1, 0, 2])?;
    }
    let (steps, hidden) = (cx.shape(x)[0], cx.shape(r).last().copied().unwrap_or(0));
    if let Some(given) = cx.attributes.int("hidden_size")?.filter(|&given| given != i64::from(hidden)) {
        return Err(format!("its hidden_size is {given}, its weights R are for {hidden}").into());
    }
    let mut operands = vec![x, w, r];
    let bias = cx.optional(3);
    let lengths = cx.optional(4).filter(|&lengths| !are_full(cx, lengths, steps));
    let initial = state(cx, 5, batch_first)?;
    for (operand, flag) in
        [(bias, &mut common.bias), (lengths, &mut common.lengths), (initial, &mut common.initial_state)]
    {
        *flag = operand.is_some();
        operands.extend(operand);
    }
    Ok(Cell { common, operands, batch_first })
}

/// Whether every sequence is known to have all steps, so that the lengths do not matter.
fn are_full(cx: &Context<'_, '_>, lengths: Value, steps: u32) -> bool {
    let Some(tensor) = cx.known(lengths).filter(|tensor| tensor.dtype == DType::I32) else { return false };
    let words = tensor.data.as_chunks::<4>().0;
    words.iter().all(|&word| i64::from(i32::from_le_bytes(word)) >= i64::from(steps))
}

/// An initial state, with the batch behind the directions.
fn state(cx: &mut Context<'_, '_>, index: usize, batch_first: bool) -> Result<Option<Value>, Refusal> {
    match cx.optional(index) {
        Some(value) if batch_first && cx.shape(value).len() == 3 => Ok(Some(permute(cx, value, &[1, 0, 2])?)),
        value => Ok(value),
    }
}

/// The results with the batch in front where the file has it there.
fn finish(cx: &mut Context<'_, '_>, mut outputs: Vec<Value>, batch_first: bool) -> Result<Vec<Value>, Refusal> {
    if batch_first {
        for (index, output) in outputs.iter_mut().enumerate() {
            let perm: &[u32] = if index == 0 { &[2, 0, 1, 3] } else { &[1, 0, 2] };
            *output = permute(cx, *output, perm)?;
        }
    }
    Ok(outputs)
}

/// The functions that the file names, with parameters taken from its lists by the functions that have them, in order.
fn activations(cx: &mut Context<'_, '_>, count: usize) -> Result<Option<Vec<Activation>>, Refusal> {
    let names = cx.attributes.short_strings("activations")?;
    let mut alphas: VecDeque<f32> = cx.attributes.floats("activation_alpha")?.unwrap_or(&[]).iter().copied().collect();
    let mut betas: VecDeque<f32> = cx.attributes.floats("activation_beta")?.unwrap_or(&[]).iter().copied().collect();
    let Some(names) = names else { return Ok(None) };
    if names.len() != count {
        return Err(format!("it names {} activations, it should name {count}", names.len()).into());
    }
    let mut alpha = |default: f32| alphas.pop_front().unwrap_or(default);
    let mut beta = |default: f32| betas.pop_front().unwrap_or(default);
    let mut found = Vec::with_capacity(count);
    for name in &names {
        found.push(match name.to_ascii_lowercase().as_str() {
            "relu" => Activation::Relu,
            "tanh" => Activation::Tanh,
            "sigmoid" => Activation::Sigmoid,
            "affine" => Activation::Affine { alpha: alpha(1.0), beta: beta(0.0) },
            "leakyrelu" => Activation::LeakyRelu { alpha: alpha(0.01) },
            "thresholdedrelu" => Activation::ThresholdedRelu { alpha: alpha(1.0) },
            "scaledtanh" => Activation::ScaledTanh { alpha: alpha(1.0), beta: beta(1.0) },
            "hardsigmoid" => Activation::HardSigmoid { alpha: alpha(0.2), beta: beta(0.5) },
            "elu" => Activation::Elu { alpha: alpha(1.0) },
            "softsign" => Activation::Softsign,
            "softplus" => Activation::Softplus,
            _ => return Err(format!("its activation {} is not supported", shown(name)).into()),
        });
    }
    Ok(Some(found))
}
