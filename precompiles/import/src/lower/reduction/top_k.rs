use praxis_model::ops;

use crate::{graph::Value, lower::Context, refusal::Refusal};

/// From this version on k is an input.
const K_AS_INPUT: i64 = 10;

pub(super) fn top_k(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    let k = if cx.opset() < K_AS_INPUT {
        cx.at_most(1)?;
        cx.attributes.int("k")?.ok_or("its attribute k is missing")?
    } else {
        cx.at_most(2)?;
        match cx.integers(1, "number of elements")?.as_deref() {
            Some(&[k]) => k,
            _ => return Err("its number of elements (input 1) should be one number".into()),
        }
    };
    let given = cx.attributes.int("axis")?.unwrap_or(-1);
    let axis = cx.axis(given, cx.shape(input).len())?;
    let largest = cx.attributes.int("largest")?.unwrap_or(1) != 0;
    // Results in order satisfy a node that asks for any order.
    cx.attributes.ignore("sorted");
    let k = u32::try_from(k).map_err(|_| format!("its number of elements {k} is out of range"))?;
    cx.emit(ops::TopK { axis, k, largest }, &[input])
}
