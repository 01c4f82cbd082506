//! HannWindow, HammingWindow and BlackmanWindow: constants, since the length has to be known.

use super::{constant, turns, whole};
use crate::{graph::Value, lower::Context, refusal::Refusal, tensor::dtype};

/// The window whose value at 2 pi * m / n has this form in the cosines of the angle and of its double.
fn window(cx: &mut Context<'_, '_>, at: impl Fn(f64, f64) -> f64) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let size = whole(cx, 0, "length")?.ok_or("its length (input 0) is missing")?;
    let size = u32::try_from(size).ok().filter(|&size| size > 0).ok_or("its length is out of range")?;
    let periodic = cx.attributes.int("periodic")?.unwrap_or(1) != 0;
    let number = i32::try_from(cx.attributes.int("output_datatype")?.unwrap_or(1)).unwrap_or(0);
    let dtype = dtype(number)?;
    // A symmetric window ends with its first value again.
    let turn = if periodic { size } else { (size - 1).max(1) };
    let angles = turns::table(cx, turn)?;
    let cosine = |m: u32| angles[(m % turn) as usize].0;
    let values: Vec<f64> = (0..size).map(|m| at(cosine(m), cosine(m % turn * 2))).collect();
    Ok(vec![constant(cx, vec![size], &values, dtype)?])
}

pub(in super::super) fn hann(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    window(cx, |cosine, _| 0.5 - 0.5 * cosine)
}

pub(in super::super) fn hamming(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    const ALPHA: f64 = 25.0 / 46.0;
    window(cx, |cosine, _| ALPHA - (1.0 - ALPHA) * cosine)
}

pub(in super::super) fn blackman(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    window(cx, |cosine, doubled| 0.42 - 0.5 * cosine + 0.08 * doubled)
}
