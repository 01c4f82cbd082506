use praxis_model::ops;

use super::window::{AutoPad, Moves, groups, kernel, list, numbers, space};
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// Transposed convolution. What the attributes say about padding becomes the cut at the beginning and the output's shape.
pub(super) fn conv_transpose(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let (x, w) = (cx.input(0)?, cx.input(1)?);
    let space = space(cx.shape(x))?.to_vec();
    let rank = space.len();
    let weights = cx.shape(w).to_vec();
    let kernel = kernel(cx, &weights)?;
    let moves = Moves::take(cx, rank)?;
    let more = list(cx, "output_padding", rank, 0)?;
    let wanted = match cx.attributes.short_ints("output_shape")? {
        None => None,
        // Some files give batch and channels too.
        Some(given) => Some(numbers("output_shape", &given[given.len().saturating_sub(rank)..], rank)?),
    };
    let groups = groups(cx, "group")?;
    let mut window = moves.window(&kernel, &space)?;
    let mut output = Vec::with_capacity(rank);
    for (index, axis) in window.axes.iter_mut().enumerate() {
        let stride = u64::from(axis.stride);
        let whole =
            stride * u64::from(space[index].max(1) - 1) + u64::from(more[index]) + axis.span(kernel[index].max(1));
        let same = matches!(moves.auto_pad, AutoPad::SameUpper | AutoPad::SameLower);
        let wanted = match &wanted {
            Some(wanted) => Some(u64::from(wanted[index])),
            None => same.then(|| stride * u64::from(space[index])),
        };
        let (begin, length) = match wanted {
            Some(wanted) => {
                let total = whole.saturating_sub(wanted);
                let begin = if moves.auto_pad == AutoPad::SameUpper { total / 2 } else { total - total / 2 };
                (begin, wanted)
            }
            None => {
                let (begin, end) = (u64::from(moves.begins[index]), u64::from(moves.ends[index]));
                (begin, whole.saturating_sub(begin + end))
            }
        };
        let narrow = |number: u64| u32::try_from(number).map_err(|_| Refusal::from("its output is too large"));
        (axis.begin, axis.end) = (narrow(begin)?, 0);
        output.push(narrow(length)?);
    }
    let mut inputs = vec![x, w];
    inputs.extend(cx.optional(2));
    cx.emit(ops::ConvTranspose { window, groups, output }, &inputs)
}
