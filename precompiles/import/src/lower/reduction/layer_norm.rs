//! LayerNormalization, RMSNormalization, GroupNormalization and InstanceNormalization.

use praxis_model::{DType, ops};

use super::{reshaped, spread};
use crate::{graph::Value, lower::Context, refusal::Refusal};

const DEFAULT_EPSILON: f32 = 1e-5;
/// From this version on scale and bias of GroupNormalization have one number for each channel; before, for each group.
const SCALE_BY_CHANNEL: i64 = 21;

fn epsilon(cx: &mut Context<'_, '_>) -> Result<f32, Refusal> {
    Ok(cx.attributes.float("epsilon")?.unwrap_or(DEFAULT_EPSILON))
}

/// The first normalised axis. The type that intermediate numbers may be rounded to (`stash_type`) is read and not needed: a
/// float32 node keeps float32, a float64 node computes in float64.
fn first_axis(cx: &mut Context<'_, '_>, input: Value) -> Result<u32, Refusal> {
    let stash = cx.attributes.int("stash_type")?.unwrap_or(1);
    if ![1, 11].contains(&stash) {
        return Err(format!("its stash_type is {stash}; 1 (float32) and 11 (float64) are supported").into());
    }
    let given = cx.attributes.int("axis")?.unwrap_or(-1);
    cx.axis(given, cx.shape(input).len())
}

/// A scale or bias as the flat list of the normalised elements.
fn flat(cx: &mut Context<'_, '_>, value: Value, normalised: &[u32]) -> Result<Value, Refusal> {
    let count = normalised.iter().map(|&dim| u64::from(dim)).product::<u64>();
    let count = u32::try_from(count).map_err(|_| "its normalised axes are too long")?;
    if cx.kind(value).elements() != u64::from(count) {
        let value = spread(cx, value, normalised.to_vec())?;
        return reshaped(cx, value, vec![count]);
    }
    reshaped(cx, value, vec![count])
}

/// The elements of input 0, and the further inputs that are there, each flat.
fn operands(cx: &mut Context<'_, '_>, axis: u32, most: usize) -> Result<Vec<Value>, Refusal> {
    cx.at_most(most)?;
    let input = cx.input(0)?;
    let normalised = cx.shape(input)[axis as usize..].to_vec();
    let mut operands = vec![input];
    for index in 1..most {
        if let Some(value) = cx.optional(index) {
            operands.push(flat(cx, value, &normalised)?);
        }
    }
    Ok(operands)
}

pub(super) fn layer_normalization(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    cx.input(1)?;
    let (axis, epsilon) = (first_axis(cx, input)?, epsilon(cx)?);
    let operands = operands(cx, axis, 3)?;
    let statistics = cx.wants_output(1) || cx.wants_output(2);
    let mut outputs = cx.emit(ops::LayerNormalization { axis, epsilon, statistics }, &operands)?;
    if cx.kind(input).dtype == DType::F64 {
        // ONNX gives the statistics in float32.
        for output in outputs.iter_mut().skip(1) {
            *output = cx.emit1(ops::Cast { to: DType::F32 }, &[*output])?;
        }
    }
    Ok(outputs)
}

pub(super) fn rms_normalization(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    cx.input(1)?;
    let (axis, epsilon) = (first_axis(cx, input)?, epsilon(cx)?);
    let operands = operands(cx, axis, 2)?;
    cx.emit(ops::RMSNormalization { axis, epsilon }, &operands)
}

fn channels(cx: &Context<'_, '_>, input: Value) -> Result<u32, Refusal> {
    let shape = cx.shape(input);
    shape.get(1).copied().ok_or_else(|| format!("its input has the shape {shape:?}, without channels").into())
}

pub(super) fn instance_normalization(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let inputs = [cx.input(0)?, cx.input(1)?, cx.input(2)?];
    let groups = channels(cx, inputs[0])?;
    let epsilon = epsilon(cx)?;
    cx.emit(ops::GroupNormalization { groups, epsilon }, &inputs)
}

pub(super) fn group_normalization(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let input = cx.input(0)?;
    let channels = channels(cx, input)?;
    let groups = cx.attributes.int("num_groups")?.ok_or("its attribute num_groups is missing")?;
    let groups = u32::try_from(groups).ok().filter(|&groups| groups > 0 && channels.is_multiple_of(groups));
    let groups = groups.ok_or_else(|| format!("its num_groups does not divide {channels} channels"))?;
    let epsilon = epsilon(cx)?;
    cx.attributes.ignore("stash_type");
    let mut inputs = vec![input];
    for index in 1..3 {
        let mut value = cx.input(index)?;
        if cx.opset() < SCALE_BY_CHANNEL && groups != channels {
            value = reshaped(cx, value, vec![groups, 1])?;
            value = spread(cx, value, vec![groups, channels / groups])?;
        }
        inputs.push(reshaped(cx, value, vec![channels])?);
    }
    cx.emit(ops::GroupNormalization { groups, epsilon }, &inputs)
}
