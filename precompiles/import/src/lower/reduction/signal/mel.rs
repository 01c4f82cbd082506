use praxis_model::{Tensor, ops};

use super::{constant, whole};
use crate::{graph::Value, limits::MAX_CONSTANT_BYTES, lower::Context, refusal::Refusal, tensor::dtype};

/// mel(f) = 2595 * log10(1 + f / 700).
const MEL_FACTOR: f64 = 2595.0;
const MEL_BREAK_HERTZ: f64 = 700.0;

/// Applies a function of float64 to numbers, by our own kernel.
fn apply(cx: &mut Context<'_, '_>, op: impl Into<praxis_model::Op>, numbers: &[f64]) -> Result<Vec<f64>, Refusal> {
    let count = u32::try_from(numbers.len()).map_err(|_| "it has too many bands")?;
    let value = cx.constant(Tensor::from_f64([count], numbers))?;
    let value = cx.emit1(op, &[value])?;
    Ok(cx.known(value).and_then(|tensor| tensor.to_f64()).ok_or("a constant is not known")?)
}

/// A float that has to be known at import.
fn hertz(cx: &Context<'_, '_>, index: usize) -> Result<f64, Refusal> {
    let tensor = cx.constant_input(index, "edges")?.ok_or_else(|| format!("input {index} is missing"))?;
    let number = match tensor.to_f32() {
        Some(list) => list.first().map(|&x| f64::from(x)),
        None => tensor.to_f64().and_then(|list| list.first().copied()),
    };
    number
        .filter(|&x| (0.0..1e9).contains(&x))
        .ok_or_else(|| format!("its edge (input {index}) is out of range").into())
}

/// Triangles that overlap by half, evenly spaced in mel, with their corners on whole bins of the spectrum.
pub(in super::super) fn mel_weight_matrix(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(5)?;
    let number = |cx: &Context<'_, '_>, index: usize, what: &str| {
        let number = whole(cx, index, what)?.and_then(|number| u32::try_from(number).ok());
        number
            .filter(|number| (1..=1 << 24).contains(number))
            .ok_or_else(|| Refusal::from(format!("its {what} is out of range")))
    };
    let (bands, points) = (number(cx, 0, "number of bands")?, number(cx, 1, "length of the transform")?);
    let rate = number(cx, 2, "sample rate")?;
    let edges = [hertz(cx, 3)?, hertz(cx, 4)?];
    let to = dtype(i32::try_from(cx.attributes.int("output_datatype")?.unwrap_or(1)).unwrap_or(0))?;
    let bins = points / 2 + 1;
    if u64::from(bins) * u64::from(bands) > MAX_CONSTANT_BYTES / 8 {
        return Err("its matrix is too large".into());
    }
    let tens = apply(cx, ops::Log, &[10.0, 1.0 + edges[0] / MEL_BREAK_HERTZ, 1.0 + edges[1] / MEL_BREAK_HERTZ])?;
    let (ten, low, high) = (tens[0], MEL_FACTOR * tens[1] / tens[0], MEL_FACTOR * tens[2] / tens[0]);
    let step = (high - low) / f64::from(bands + 2);
    let mels: Vec<f64> = (0..bands + 2).map(|band| (f64::from(band) * step + low) / MEL_FACTOR * ten).collect();
    let corners = apply(cx, ops::Exp, &mels)?.into_iter().map(|power| {
        let bin = f64::from(points + 1) * (MEL_BREAK_HERTZ * (power - 1.0)) / f64::from(rate);
        // Truncation is the floor: edges are not negative.
        bin as u32
    });
    let corners: Vec<u32> = corners.collect();
    let mut matrix = vec![0.0; bins as usize * bands as usize];
    let mut set = |bin: u32, band: u32, weight: f64| {
        if bin < bins {
            matrix[bin as usize * bands as usize + band as usize] = weight;
        }
    };
    for band in 0..bands {
        let [left, top, right] = [corners[band as usize], corners[band as usize + 1], corners[band as usize + 2]];
        if left == top {
            set(top, band, 1.0);
        }
        for bin in left..=top.min(bins) {
            if left < top {
                set(bin, band, f64::from(bin - left) / f64::from(top - left));
            }
        }
        for bin in top..right.min(bins) {
            set(bin, band, f64::from(right - bin) / f64::from(right - top));
        }
    }
    Ok(vec![constant(cx, vec![bins, bands], &matrix, to)?])
}
