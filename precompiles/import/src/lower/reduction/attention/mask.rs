//! What is added to the scores: 0 where a query sees a key, -infinity where it does not, and a mask of numbers as it is.

use praxis_model::{DType, Tensor, ops};

use super::{Heads, filled, number, spread};
use crate::{graph::Value, limits::MAX_CONSTANT_BYTES, lower::Context, refusal::Refusal};

/// How far a query sees, in positions; `None` is without end.
#[derive(Clone, Copy, Debug)]
struct Window {
    left: Option<i64>,
    right: Option<i64>,
}

impl Window {
    fn of(cx: &mut Context<'_, '_>) -> Result<Self, Refusal> {
        let mut bound = |name: &str| match cx.attributes.int(name)?.unwrap_or(-1) {
            -1 => Ok(None),
            bound if bound >= 0 => Ok(Some(bound)),
            other => Err(Refusal::from(format!("its {name} is {other}, it should be -1 or more"))),
        };
        let (left, right) = (bound("left_window_size")?, bound("right_window_size")?);
        let causal = cx.attributes.flag("is_causal")?;
        Ok(Self { left, right: if causal { Some(0) } else { right } })
    }

    const fn is_open(self) -> bool {
        self.left.is_none() && self.right.is_none()
    }
}

/// All of it together, `None` where every query sees every key.
pub(super) fn bias(cx: &mut Context<'_, '_>, heads: &Heads) -> Result<Option<Value>, Refusal> {
    let dtype = cx.kind(heads.query).dtype;
    let window = Window::of(cx)?;
    let mut parts = Vec::new();
    if let Some(mask) = cx.optional(3) {
        parts.push(given(cx, mask, heads, dtype)?);
    }
    if let Some(lengths) = cx.optional(6) {
        if cx.optional(4).is_some() {
            return Err("it has past keys and nonpad_kv_seqlen, which exclude each other".into());
        }
        let allowed = within_lengths(cx, lengths, heads, window)?;
        parts.push(penalty(cx, allowed, dtype)?);
    } else if !window.is_open() {
        let allowed = within_window(cx, heads, window)?;
        parts.push(penalty(cx, allowed, dtype)?);
    }
    let mut parts = parts.into_iter();
    let Some(mut bias) = parts.next() else { return Ok(None) };
    for part in parts {
        bias = cx.emit1(ops::Add, &[bias, part])?;
    }
    Ok(Some(bias))
}

/// 0 where it is allowed, -infinity elsewhere.
fn penalty(cx: &mut Context<'_, '_>, allowed: Value, dtype: DType) -> Result<Value, Refusal> {
    let (zero, nothing) = (number(cx, dtype, 0.0)?, number(cx, dtype, f64::NEG_INFINITY)?);
    cx.emit1(ops::Where, &[allowed, zero, nothing])
}

/// The mask input; keys that it is too short for are not seen.
fn given(cx: &mut Context<'_, '_>, mask: Value, heads: &Heads, dtype: DType) -> Result<Value, Refusal> {
    let mask = match cx.kind(mask).dtype {
        DType::Bool => penalty(cx, mask, dtype)?,
        same if same == dtype => mask,
        other => return Err(format!("its mask is {other}, it should be bool or {dtype}").into()),
    };
    let mut shape = cx.shape(mask).to_vec();
    let rank = shape.len();
    match shape.last_mut() {
        None => spread(cx, mask, vec![heads.queries, heads.keys]),
        Some(last) if *last < heads.keys => {
            *last = heads.keys - *last;
            let rest = filled(cx, dtype, shape, f64::NEG_INFINITY)?;
            cx.emit1(ops::Concat { axis: rank as u32 - 1 }, &[mask, rest])
        }
        Some(_) => Ok(mask),
    }
}

/// Position of each key minus that of each query, `[queries, keys]`, with the first query at `first`.
fn distances(heads: &Heads, first: i64) -> Result<Vec<i64>, Refusal> {
    let count = u64::from(heads.queries) * u64::from(heads.keys);
    if count > MAX_CONSTANT_BYTES / 8 {
        return Err("its mask is too large".into());
    }
    let row = |query: u32| (0..heads.keys).map(move |key| i64::from(key) - i64::from(query) - first);
    Ok((0..heads.queries).flat_map(row).collect())
}

/// Which keys the queries see where the past has a fixed length.
fn within_window(cx: &mut Context<'_, '_>, heads: &Heads, window: Window) -> Result<Value, Refusal> {
    let seen = |&distance: &i64| {
        let left = window.left.is_none_or(|left| -distance <= left);
        u8::from(left && window.right.is_none_or(|right| distance <= right))
    };
    let data = distances(heads, i64::from(heads.past))?.iter().map(seen).collect();
    cx.constant(Tensor { dtype: DType::Bool, shape: vec![heads.queries, heads.keys], data })
}

/// Which keys the queries see where an input says how many keys of each sample are there. The last query stands at the last
/// key, so query i is at position lengths - queries + i.
fn within_lengths(cx: &mut Context<'_, '_>, lengths: Value, heads: &Heads, window: Window) -> Result<Value, Refusal> {
    if cx.shape(lengths) != [heads.batch] {
        return Err(format!("its nonpad_kv_seqlen should have the shape [{}]", heads.batch).into());
    }
    let lengths = cx.emit1(ops::Reshape { shape: vec![heads.batch, 1, 1, 1] }, &[lengths])?;
    let keys: Vec<i64> = (0..i64::from(heads.keys)).collect();
    let keys = cx.constant(Tensor::from_i64([heads.keys], &keys))?;
    let mut allowed = cx.emit1(ops::Less, &[keys, lengths])?;
    // key - (lengths - queries + i) is `from_end` - lengths.
    let from_end = distances(heads, -i64::from(heads.queries))?;
    let shape = [heads.queries, heads.keys];
    if let Some(right) = window.right {
        let least: Vec<i64> = from_end.iter().map(|&distance| distance.saturating_sub(right)).collect();
        let least = cx.constant(Tensor::from_i64(shape, &least))?;
        let seen = cx.emit1(ops::LessOrEqual, &[least, lengths])?;
        allowed = cx.emit1(ops::And, &[allowed, seen])?;
    }
    if let Some(left) = window.left {
        let greatest: Vec<i64> = from_end.iter().map(|&distance| distance.saturating_add(left)).collect();
        let greatest = cx.constant(Tensor::from_i64(shape, &greatest))?;
        let seen = cx.emit1(ops::LessOrEqual, &[lengths, greatest])?;
        allowed = cx.emit1(ops::And, &[allowed, seen])?;
    }
    Ok(allowed)
}
