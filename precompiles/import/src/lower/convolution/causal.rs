use praxis_model::{
    DType, Tensor, TensorType,
    ops::{self, Ending, SliceRange, Window},
};

use crate::{graph::Value, lower::Context, refusal::Refusal};

/// Depthwise convolution over the last positions, which are carried from call to call: Concat, Conv and Slice.
pub(super) fn causal_conv_with_state(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(4)?;
    let (x, w) = (cx.input(0)?, cx.input(1)?);
    let kind = cx.kind(x).clone();
    let (&[batch, channels, _], &[_, _, taps]) = (cx.shape(x), cx.shape(w)) else {
        return Err("its input and weights should have three dimensions".into());
    };
    let swish = match cx.attributes.text("activation")? {
        None | Some("none") => false,
        Some("silu" | "swish") => true,
        Some(_) => return Err("its activation is none of silu, swish and none".into()),
    };
    let carried = taps.saturating_sub(1);
    let past = match cx.optional(3) {
        _ if carried == 0 => None,
        Some(past) => Some(past),
        None => Some(zeros(cx, kind.dtype, [batch, channels, carried])?),
    };
    let all = match past {
        Some(past) => cx.emit1(ops::Concat { axis: 2 }, &[past, x])?,
        None => x,
    };
    let mut inputs = vec![all, w];
    inputs.extend(cx.optional(2));
    let conv = ops::Conv { window: Window::unit(1), groups: channels, activation: Ending::Identity };
    let mut y = cx.emit1(conv, &inputs)?;
    if swish {
        let gate = cx.emit1(ops::Sigmoid, &[y])?;
        y = cx.emit1(ops::Mul, &[y, gate])?;
    }
    if !cx.wants_output(1) {
        return Ok(vec![y]);
    }
    if carried == 0 {
        return Err("its state has the length 0, because its kernel has the length 1".into());
    }
    let range = SliceRange { axis: 2, start: -i64::from(carried), end: i64::MAX, step: 1 };
    let state = cx.emit1(ops::Slice { ranges: vec![range] }, &[all])?;
    Ok(vec![y, state])
}

fn zeros(cx: &mut Context<'_, '_>, dtype: DType, shape: [u32; 3]) -> Result<Value, Refusal> {
    let kind = TensorType::new(dtype, shape);
    kind.check().map_err(|error| Refusal::Why(error.to_string()))?;
    let data = vec![0; kind.bytes() as usize];
    cx.constant(Tensor { dtype, shape: kind.shape, data })
}
