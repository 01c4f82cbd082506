//! Attention and FlexAttention as products, a softmax and what stands between them.

mod flex;
mod mask;
mod rotary;

pub(super) use flex::flex_attention;
pub(super) use rotary::rotary_embedding;

use praxis_model::{
    DType,
    ops::{self, Reduction},
};

use super::{filled, number, reshaped, softmax::softmax_along, spread};
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// Dimensions of a node, and its queries, keys and values by samples, heads, positions, elements.
struct Heads {
    query: Value,
    key: Value,
    value: Value,
    batch: u32,
    query_heads: u32,
    heads: u32,
    queries: u32,
    /// Positions that keys and values have, those of the past included.
    keys: u32,
    /// Positions of the past.
    past: u32,
    /// The inputs have heads and elements in one dimension, and so has the result.
    flat: bool,
}

/// `[samples, positions, heads * elements]` as `[samples, heads, positions, elements]`.
fn split_heads(cx: &mut Context<'_, '_>, value: Value, heads: Option<u32>) -> Result<Value, Refusal> {
    let &[batch, positions, width] = cx.shape(value) else { return Ok(value) };
    let heads = heads.ok_or("its inputs have three dimensions, so q_num_heads and kv_num_heads are needed")?;
    if heads == 0 || !width.is_multiple_of(heads) {
        return Err(format!("{heads} heads do not divide its dimension of {width}").into());
    }
    let split = reshaped(cx, value, vec![batch, positions, heads, width / heads])?;
    cx.emit1(ops::Transpose { perm: vec![0, 2, 1, 3] }, &[split])
}

fn heads_attribute(cx: &mut Context<'_, '_>, name: &str) -> Result<Option<u32>, Refusal> {
    let given = cx.attributes.int(name)?;
    given.map(|heads| u32::try_from(heads).map_err(|_| format!("its {name} is out of range").into())).transpose()
}

impl Heads {
    fn of(cx: &mut Context<'_, '_>) -> Result<Self, Refusal> {
        let [query, key, value] = [cx.input(0)?, cx.input(1)?, cx.input(2)?];
        let (query_heads, kv_heads) = (heads_attribute(cx, "q_num_heads")?, heads_attribute(cx, "kv_num_heads")?);
        let flat = cx.shape(query).len() == 3;
        let query = split_heads(cx, query, query_heads)?;
        let (mut key, mut value) = (split_heads(cx, key, kv_heads)?, split_heads(cx, value, kv_heads)?);
        let mut past = 0;
        if let (Some(past_key), Some(past_value)) = (cx.optional(4), cx.optional(5)) {
            past = cx.shape(past_key).get(2).copied().ok_or("its past keys should have four dimensions")?;
            // A past without positions adds nothing; a Plan has no empty tensors.
            if past > 0 {
                key = cx.emit1(ops::Concat { axis: 2 }, &[past_key, key])?;
                value = cx.emit1(ops::Concat { axis: 2 }, &[past_value, value])?;
            }
        } else if cx.optional(4).is_some() || cx.optional(5).is_some() {
            return Err("its past keys and past values should be given together".into());
        }
        Self::with(cx, [query, key, value], past, flat)
    }

    fn with(cx: &Context<'_, '_>, values: [Value; 3], past: u32, flat: bool) -> Result<Self, Refusal> {
        let [query, key, value] = values;
        let (q, k, v) = (cx.shape(query), cx.shape(key), cx.shape(value));
        let (&[batch, query_heads, queries, _], &[_, heads, keys, _], &[_, value_heads, ..]) = (q, k, v) else {
            return Err(format!("its query, key and value have the shapes {q:?}, {k:?}, {v:?}").into());
        };
        if heads == 0 || heads != value_heads || !query_heads.is_multiple_of(heads) {
            return Err(format!("{query_heads} heads of the query do not share {heads} of keys evenly").into());
        }
        Ok(Self { query, key, value, batch, query_heads, heads, queries, keys, past, flat })
    }

    /// A tensor of queries or of their scores with the queries of one group of heads as the rows of one matrix: the heads of a
    /// group stand next to each other, so only the shape changes.
    fn grouped(&self, cx: &mut Context<'_, '_>, value: Value) -> Result<Value, Refusal> {
        let width = cx.shape(value).last().copied().unwrap_or(1);
        let rows = self.query_heads / self.heads * self.queries;
        reshaped(cx, value, vec![self.batch, self.heads, rows, width])
    }

    fn ungrouped(&self, cx: &mut Context<'_, '_>, value: Value) -> Result<Value, Refusal> {
        let width = cx.shape(value).last().copied().unwrap_or(1);
        reshaped(cx, value, vec![self.batch, self.query_heads, self.queries, width])
    }

    /// (query * scale) times the keys, for each query head.
    fn scores(&self, cx: &mut Context<'_, '_>, scale: Option<f32>) -> Result<Value, Refusal> {
        let width = cx.shape(self.query)[3];
        let scale = scale.map_or_else(|| 1.0 / f64::from(width).sqrt(), f64::from);
        let factor = number(cx, cx.kind(self.query).dtype, scale)?;
        let query = cx.emit1(ops::Mul, &[self.query, factor])?;
        let query = self.grouped(cx, query)?;
        let turned = cx.emit1(ops::Transpose { perm: vec![0, 1, 3, 2] }, &[self.key])?;
        let scores = cx.emit1(ops::MatMul, &[query, turned])?;
        self.ungrouped(cx, scores)
    }

    /// Probabilities times the values, in the form of the inputs.
    fn result(&self, cx: &mut Context<'_, '_>, probabilities: Value) -> Result<Value, Refusal> {
        let probabilities = self.grouped(cx, probabilities)?;
        let result = cx.emit1(ops::MatMul, &[probabilities, self.value])?;
        let result = self.ungrouped(cx, result)?;
        if !self.flat {
            return Ok(result);
        }
        let width = cx.shape(result)[3];
        let turned = cx.emit1(ops::Transpose { perm: vec![0, 2, 1, 3] }, &[result])?;
        reshaped(cx, turned, vec![self.batch, self.queries, self.query_heads * width])
    }
}

/// The type that the softmax is computed in. Half precisions are computed in float32, which holds them.
fn softmax_type(cx: &mut Context<'_, '_>, of: DType) -> Result<DType, Refusal> {
    match cx.attributes.int("softmax_precision")? {
        None => Ok(of),
        Some(1 | 10 | 16) => Ok(DType::F32),
        Some(11) => Ok(DType::F64),
        Some(other) => Err(format!("its softmax_precision {other} is no float type").into()),
    }
}

fn cast(cx: &mut Context<'_, '_>, value: Value, to: DType) -> Result<Value, Refusal> {
    if cx.kind(value).dtype == to {
        return Ok(value);
    }
    cx.emit1(ops::Cast { to }, &[value])
}

/// limit * tanh(scores / limit).
fn soft_cap(cx: &mut Context<'_, '_>, scores: Value, limit: f32) -> Result<Value, Refusal> {
    let limit = number(cx, cx.kind(scores).dtype, f64::from(limit))?;
    let quotient = cx.emit1(ops::Div, &[scores, limit])?;
    let bent = cx.emit1(ops::Tanh, &[quotient])?;
    cx.emit1(ops::Mul, &[bent, limit])
}

/// Probabilities with the rows in which every key is masked set to 0; the rows show in the mask, not in the scores.
fn without_dead_rows(cx: &mut Context<'_, '_>, probabilities: Value, bias: Value) -> Result<Value, Refusal> {
    let last = cx.shape(bias).len() as u32 - 1;
    let greatest = cx.emit1(ops::ReduceMax(Reduction { axes: vec![last], keep_dims: true }), &[bias])?;
    let nothing = number(cx, cx.kind(bias).dtype, f64::NEG_INFINITY)?;
    let dead = cx.emit1(ops::Equal, &[greatest, nothing])?;
    if cx.known(dead).is_some_and(|dead| dead.data.iter().all(|&byte| byte == 0)) {
        return Ok(probabilities);
    }
    let zero = number(cx, cx.kind(probabilities).dtype, 0.0)?;
    cx.emit1(ops::Where, &[dead, zero, probabilities])
}

pub(super) fn attention(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(7)?;
    let heads = Heads::of(cx)?;
    let dtype = cx.kind(heads.query).dtype;
    let scale = cx.attributes.float("scale")?;
    let cap = cx.attributes.float("softcap")?.unwrap_or(0.0);
    let mode = cx.attributes.int("qk_matmul_output_mode")?.unwrap_or(0);
    let precision = softmax_type(cx, dtype)?;
    let raw = heads.scores(cx, scale)?;
    let capped = if cap == 0.0 { raw } else { soft_cap(cx, raw, cap)? };
    let bias = mask::bias(cx, &heads)?;
    let scores = match bias {
        Some(bias) => cx.emit1(ops::Add, &[capped, bias])?,
        None => capped,
    };
    let wide = cast(cx, scores, precision)?;
    let probabilities = softmax_along(cx, wide, 3)?;
    let mut probabilities = cast(cx, probabilities, dtype)?;
    if let Some(bias) = bias {
        probabilities = without_dead_rows(cx, probabilities, bias)?;
    }
    let result = heads.result(cx, probabilities)?;
    let inner = match mode {
        0 => raw,
        1 => capped,
        2 => scores,
        3 => probabilities,
        other => return Err(format!("its qk_matmul_output_mode {other} is not 0, 1, 2 or 3").into()),
    };
    Ok(vec![result, heads.key, heads.value, inner])
}
