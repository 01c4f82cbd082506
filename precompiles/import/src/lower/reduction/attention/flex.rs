use tract_onnx::pb;

use super::{Heads, cast, softmax_along, softmax_type};
use crate::{
    graph::Value,
    lower::{Context, Item},
    refusal::Refusal,
};

/// Attention whose scores and probabilities pass through graphs of the model's own.
pub(in super::super) fn flex_attention(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let heads = Heads::with(cx, [cx.input(0)?, cx.input(1)?, cx.input(2)?], 0, false)?;
    let dtype = cx.kind(heads.query).dtype;
    let scale = cx.attributes.float("scale")?;
    let precision = softmax_type(cx, dtype)?;
    let (on_scores, on_probabilities) =
        (cx.attributes.optional_graph("score_mod")?, cx.attributes.optional_graph("prob_mod")?);
    let scores = heads.scores(cx, scale)?;
    let scores = cast(cx, scores, precision)?;
    let scores = changed(cx, on_scores, scores)?;
    let probabilities = softmax_along(cx, scores, 3)?;
    let probabilities = changed(cx, on_probabilities, probabilities)?;
    let probabilities = cast(cx, probabilities, dtype)?;
    Ok(vec![heads.result(cx, probabilities)?])
}

/// What the graph gives for the value; it has to keep its type and shape.
fn changed<'a>(cx: &mut Context<'_, 'a>, graph: Option<&'a pb::GraphProto>, value: Value) -> Result<Value, Refusal> {
    let Some(graph) = graph else { return Ok(value) };
    let body = cx.body(graph)?;
    let results = cx.run(&body, vec![Item::Tensor(value)])?;
    match *results.as_slice() {
        [Item::Tensor(result)] if cx.kind(result) == cx.kind(value) => Ok(result),
        [Item::Tensor(result)] => Err(format!("its graph makes {} of {}", cx.kind(result), cx.kind(value)).into()),
        _ => Err("its graph should have one tensor as output".into()),
    }
}
