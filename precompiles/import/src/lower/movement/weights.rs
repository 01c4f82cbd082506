//! Weights of linear and cubic interpolation along one axis, computed in float64.

use core::ops::Range;

use praxis_model::{DType, Tensor, ops::Resample};

use super::{
    Context, pick,
    resize::{Axis, Coordinates},
};
use crate::{graph::Value, refusal::Refusal};

/// Most weights of one axis, by an upper bound.
const MAX_WEIGHTS: f64 = 1_048_576.0;

/// How elements are joined.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    /// The coefficient of a cubic, none for linear interpolation.
    pub(super) cubic: Option<f64>,
    /// Whether the filter is stretched where an axis shrinks.
    pub(super) antialias: bool,
    /// Whether elements outside count as nothing, and the other weights make up for them; otherwise the edge is repeated.
    pub(super) exclude_outside: bool,
}

/// The elements that each output element is joined from, with their weights.
type Table = Vec<Vec<(u32, f64)>>;

impl Filter {
    /// The filter's value at a distance.
    fn at(self, distance: f64) -> f64 {
        let x = distance.abs();
        match self.cubic {
            None => {
                if x < 1.0 {
                    1.0 - x
                } else {
                    0.0
                }
            }
            Some(a) if x <= 1.0 => ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0,
            Some(a) if x < 2.0 => ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a,
            Some(_) => 0.0,
        }
    }

    /// Where the first tap stands, counted from the element below the coordinate, and all weights.
    fn weights(self, fraction: f64, scale: f64) -> (i64, Vec<f64>) {
        let reach = if self.cubic.is_some() { 2.0 } else { 1.0 };
        let scale = if self.antialias && scale < 1.0 { scale } else { 1.0 };
        // Scales come from lengths of tensors, so that the number of taps is bounded by one of them.
        let first = (-reach / scale).floor() as i64 + 1;
        let mut weights: Vec<f64> = (first..2 - first).map(|tap| self.at(scale * (tap as f64 - fraction))).collect();
        if self.antialias {
            let sum: f64 = weights.iter().sum();
            weights.iter_mut().for_each(|weight| *weight /= sum);
        }
        (first, weights)
    }

    fn table(self, axis: Axis, mode: Coordinates, range: Range<u32>) -> Table {
        let last = i64::from(axis.from) - 1;
        let row = |index| {
            let x = axis.coordinate(mode, index);
            let below = x.floor();
            let (first, mut weights) = self.weights(x - below, axis.scale);
            let first = (below as i64).saturating_add(first);
            let place = |tap: usize| first.saturating_add(tap as i64);
            if self.exclude_outside {
                for (tap, weight) in weights.iter_mut().enumerate() {
                    *weight = if (0..=last).contains(&place(tap)) { *weight } else { 0.0 };
                }
                let sum: f64 = weights.iter().sum();
                if sum != 0.0 {
                    weights.iter_mut().for_each(|weight| *weight /= sum);
                }
            }
            let mut row: Vec<(u32, f64)> = Vec::with_capacity(weights.len());
            for (tap, weight) in weights.into_iter().enumerate() {
                let place = place(tap).clamp(0, last) as u32;
                match row.last_mut() {
                    Some(joined) if joined.0 == place => joined.1 += weight,
                    _ => row.push((place, weight)),
                }
            }
            row.retain(|&(_, weight)| weight != 0.0);
            row
        };
        range.map(row).collect()
    }
}

/// The input with this part of a resized axis.
pub(super) fn along(
    cx: &mut Context<'_, '_>,
    input: Value,
    place: usize,
    (axis, mode, range): (Axis, Coordinates, Range<u32>),
    filter: Filter,
) -> Result<Value, Refusal> {
    let dtype = cx.kind(input).dtype;
    if !dtype.is_float() {
        return Err(format!("it interpolates {dtype}; cast to float32 before it and back after it").into());
    }
    let stretch = if filter.antialias && axis.scale < 1.0 { 1.0 / axis.scale } else { 1.0 };
    if f64::from(axis.to) * (4.0 * stretch + 2.0) > MAX_WEIGHTS {
        return Err(format!("it needs too many weights for an axis of {} elements", axis.to).into());
    }
    let table = filter.table(axis, mode, range);
    let exact: Option<Vec<u32>> =
        table.iter().map(|row| if let [(place, 1.0)] = row[..] { Some(place) } else { None }).collect();
    if let Some(positions) = exact {
        let length = positions.len() as u32;
        return pick::along(cx, input, place as u32, &positions, vec![length]);
    }
    let taps = table.iter().map(Vec::len).max().unwrap_or(1).max(1);
    let (mut places, mut weights) = (Vec::new(), Vec::new());
    for row in &table {
        for tap in 0..taps {
            let &(place, weight) = row.get(tap).unwrap_or(&(u32::MAX, 0.0));
            // The largest number is -1, which is no tap.
            places.extend_from_slice(&place.to_le_bytes());
            weights.push(weight);
        }
    }
    let shape = [table.len() as u32, taps as u32];
    let places = cx.constant(Tensor { dtype: DType::I32, shape: shape.to_vec(), data: places })?;
    let weights = match dtype {
        DType::F64 => Tensor::from_f64(shape, &weights),
        _ => Tensor::from_f32(shape, &weights.into_iter().map(|weight| weight as f32).collect::<Vec<_>>()),
    };
    let weights = cx.constant(weights)?;
    cx.emit1(Resample { axis: place as u32 }, &[input, places, weights])
}
