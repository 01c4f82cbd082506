//! A model's answer against the bounds on it.

use crate::abi::{OutputBound, Tensor};

/// What lies outside a bound. Of float32 outputs; others are not bounded by the policies that are checked here.
pub(crate) fn outside(bounds: &[OutputBound], outputs: &[Tensor]) -> Option<String> {
    for bound in bounds {
        let Some(tensor) = outputs.get(usize::from(bound.tensor)) else {
            return Some(format!("there is no output {}", bound.tensor));
        };
        let at = 4 * bound.element as usize;
        let Some(bytes) = tensor.data.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()) else {
            return Some(format!("output {} has no element {}", bound.tensor, bound.element));
        };
        let value = f64::from(f32::from_le_bytes(bytes)) * 1e18;
        // Bounds are whole numbers of 10^-18 and values are truncated to them: one unit of play, and what f64 loses.
        let play = 1.0 + value.abs() * 1e-15;
        if !(value >= bound.low as f64 - play && value <= bound.high as f64 + play) {
            return Some(format!("output {}[{}] is {}", bound.tensor, bound.element, value / 1e18));
        }
    }
    None
}
