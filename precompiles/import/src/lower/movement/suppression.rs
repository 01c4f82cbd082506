use std::sync::Arc;

use praxis_model::{DType, Tensor};

use super::Context;
use crate::{graph::Value, refusal::Refusal};

/// A box by its corners.
#[derive(Clone, Copy, Debug)]
struct Corners {
    low: [f32; 2],
    high: [f32; 2],
}

impl Corners {
    fn new([a, b, c, d]: [f32; 4], from_center: bool) -> Self {
        if from_center {
            return Self { low: [a - c / 2.0, b - d / 2.0], high: [a + c / 2.0, b + d / 2.0] };
        }
        let pair = |x: f32, y: f32| if x >= y { (y, x) } else { (x, y) };
        let ((y_low, y_high), (x_low, x_high)) = (pair(a, c), pair(b, d));
        Self { low: [y_low, x_low], high: [y_high, x_high] }
    }

    fn area(self) -> f32 {
        (self.high[0] - self.low[0]) * (self.high[1] - self.low[1])
    }

    /// Whether the common part is a larger share of both than the limit.
    fn overlaps(self, other: Self, limit: f32) -> bool {
        let side = |axis: usize| {
            let low = if self.low[axis] > other.low[axis] { self.low[axis] } else { other.low[axis] };
            let high = if self.high[axis] < other.high[axis] { self.high[axis] } else { other.high[axis] };
            high - low
        };
        let (height, width) = (side(0), side(1));
        let (own, others) = (self.area(), other.area());
        if !(height > 0.0 && width > 0.0 && own > 0.0 && others > 0.0) {
            return false;
        }
        let common = height * width;
        common / (own + others - common) > limit
    }
}

/// A constant and its elements.
type Floats = (Arc<Tensor>, Vec<f32>);

fn floats(cx: &Context<'_, '_>, index: usize, what: &str) -> Result<Option<Floats>, Refusal> {
    let Some(tensor) = cx.constant_input(index, what)? else { return Ok(None) };
    let values = tensor.to_f32().ok_or_else(|| format!("its {what} should be float32, they are {}", tensor.dtype))?;
    Ok(Some((tensor, values)))
}

/// The boxes that stay, as rows of batch, class and box. How many there are depends on the data, so all inputs are constant.
pub(super) fn non_max_suppression(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(5)?;
    let what =
        "boxes, which decide the size of the result (export the model without this step and do it on its outputs),";
    let (boxes, corners) = floats(cx, 0, what)?.ok_or("its boxes are missing")?;
    let (scores, score) = floats(cx, 1, "scores")?.ok_or("its scores are missing")?;
    let most = match cx.constant_input(2, "largest number of boxes")? {
        Some(tensor) if tensor.dtype == DType::I64 => tensor.to_i64().and_then(|all| all.first().copied()).unwrap_or(0),
        _ => 0,
    };
    let first = |found: Option<Floats>| found.and_then(|(_, all)| all.first().copied());
    let limit = first(floats(cx, 3, "limit of overlap")?).unwrap_or(0.0);
    let least = first(floats(cx, 4, "least score")?);
    let from_center = cx.attributes.flag("center_point_box")?;
    let (&[batches, count, 4], &[own, classes, scored]) = (&boxes.shape[..], &scores.shape[..]) else {
        return Err(
            format!("its boxes {:?} and scores {:?} should have 3 dimensions", boxes.shape, scores.shape).into()
        );
    };
    if (own, scored) != (batches, count) {
        return Err("its boxes and scores differ in number".into());
    }
    let corners: Vec<Corners> = corners.as_chunks::<4>().0.iter().map(|&c| Corners::new(c, from_center)).collect();
    let mut kept = Vec::new();
    for row in 0..batches as usize * classes as usize {
        let (batch, class, count) = (row / classes as usize, row % classes as usize, count as usize);
        let (own, score) = (&corners[batch * count..][..count], &score[row * count..][..count]);
        let mut order: Vec<usize> = (0..count).filter(|&b| least.is_none_or(|least| score[b] > least)).collect();
        order.sort_by(|&a, &b| score[b].total_cmp(&score[a]));
        let mut chosen: Vec<usize> = Vec::new();
        for candidate in order {
            if chosen.len() as i64 >= most {
                break;
            }
            if !chosen.iter().any(|&other| own[candidate].overlaps(own[other], limit)) {
                chosen.push(candidate);
                kept.extend([batch as i64, class as i64, candidate as i64]);
            }
        }
    }
    Ok(vec![cx.constant(Tensor::from_i64([kept.len() as u32 / 3, 3], &kept))?])
}
