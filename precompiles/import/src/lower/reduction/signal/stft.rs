use praxis_model::{Tensor, ops};

use super::{super::reshaped, constant, dft::Transform, whole};
use crate::{graph::Value, limits::MAX_CONSTANT_BYTES, lower::Context, refusal::Refusal};

/// Frames of a signal, each weighed by a window and transformed. A window that is constant becomes part of the matrix.
pub(in super::super) fn stft(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(4)?;
    let signal = cx.input(0)?;
    let dtype = cx.kind(signal).dtype;
    let (batch, length, parts) = match *cx.shape(signal) {
        [batch, length] => (batch, length, 1),
        [batch, length, parts @ 1..=2] => (batch, length, parts),
        ref other => return Err(format!("its signal should be samples by positions by parts, it is {other:?}").into()),
    };
    let step = whole(cx, 1, "frame step")?.ok_or("its frame step (input 1) is missing")?;
    let window = cx.optional(2);
    let frame = match (whole(cx, 3, "frame length")?, window) {
        (Some(frame), _) => frame,
        (None, Some(window)) => i64::from(cx.shape(window).first().copied().unwrap_or(0)),
        (None, None) => i64::from(length),
    };
    let onesided = cx.attributes.int("onesided")?.unwrap_or(1) != 0;
    let in_range = |number: i64| u32::try_from(number).ok().filter(|number| (1..=length).contains(number));
    let (step, frame) = (in_range(step).ok_or("its frame step is out of range")?, in_range(frame));
    let frame = frame.ok_or("its frame length is out of range")?;
    if window.is_some_and(|window| cx.shape(window) != [frame]) {
        return Err(format!("its window should have the shape [{frame}]").into());
    }
    if onesided && parts == 2 {
        return Err("a complex signal has no one-sided transform".into());
    }
    let frames = (length - frame) / step + 1;
    if u64::from(frames) * u64::from(frame) > MAX_CONSTANT_BYTES / 8 {
        return Err("it has too many frames".into());
    }
    let places = |number: u32| (0..frame).map(move |place| i64::from(number * step + place));
    let places: Vec<i64> = (0..frames).flat_map(places).collect();
    let places = cx.constant(Tensor::from_i64([frames, frame], &places))?;
    let signal = reshaped(cx, signal, vec![batch, length, parts])?;
    let mut cut = cx.emit1(ops::Gather { axis: 1 }, &[signal, places])?;
    let known = window.and_then(|window| cx.known(window)).and_then(|window| match window.to_f32() {
        Some(window) => Some(window.into_iter().map(f64::from).collect()),
        None => window.to_f64(),
    });
    if let (Some(window), None) = (window, &known) {
        let window = reshaped(cx, window, vec![frame, 1])?;
        cut = cx.emit1(ops::Mul, &[cut, window])?;
    }
    let cut = reshaped(cx, cut, vec![batch, frames, frame * parts])?;
    let transform = Transform { points: frame, given: frame, parts, inverse: false, onesided };
    let (results, numbers) = transform.result();
    let weights: Vec<f64> = known.unwrap_or_else(|| vec![1.0; frame as usize]);
    let matrix = transform.matrix(cx, |place| weights[place as usize])?;
    let matrix = constant(cx, vec![frame * parts, results * numbers], &matrix, dtype)?;
    let product = cx.emit1(ops::MatMul, &[cut, matrix])?;
    Ok(vec![reshaped(cx, product, vec![batch, frames, results, numbers])?])
}
