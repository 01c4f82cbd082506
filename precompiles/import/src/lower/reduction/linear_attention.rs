use praxis_model::ops;

use crate::{graph::Value, limits::shown, lower::Context, refusal::Refusal};

pub(super) fn linear_attention(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(6)?;
    let mut inputs = vec![cx.input(0)?, cx.input(1)?, cx.input(2)?];
    let rule = cx.attributes.string("update_rule")?.unwrap_or("gated_delta");
    let (decay, delta) = match rule {
        "linear" => (false, false),
        "gated" => (true, false),
        "delta" => (false, true),
        "gated_delta" => (true, true),
        other => return Err(format!("its update_rule {} is not known", shown(other)).into()),
    };
    // A hint for chunked implementations.
    cx.attributes.ignore("chunk_size");
    let mut heads = |name: &str| {
        let heads = cx.attributes.int(name)?.and_then(|heads| u32::try_from(heads).ok()).filter(|&heads| heads > 0);
        heads.ok_or_else(|| Refusal::from(format!("its attribute {name} is missing or out of range")))
    };
    let (query_heads, kv_heads) = (heads("q_num_heads")?, heads("kv_num_heads")?);
    let past = cx.optional(3).inspect(|&past| inputs.push(past)).is_some();
    for (index, needed, what) in [(4, decay, "decay"), (5, delta, "beta")] {
        match cx.optional(index) {
            Some(value) if needed => inputs.push(value),
            None if !needed => {}
            Some(_) => return Err(format!("its update_rule {} takes no {what} (input {index})", shown(rule)).into()),
            None => return Err(format!("its {what} (input {index}) is missing").into()),
        }
    }
    let scale = match cx.attributes.float("scale")?.unwrap_or(0.0) {
        0.0 => {
            let width = cx.shape(inputs[0]).last().copied().unwrap_or(1) / query_heads;
            (1.0 / f64::from(width.max(1)).sqrt()) as f32
        }
        scale => scale,
    };
    cx.emit(ops::LinearAttention { query_heads, heads: kv_heads, scale, past, decay, delta }, &inputs)
}
