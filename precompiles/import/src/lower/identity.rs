use super::Context;
use crate::{graph::Value, refusal::Refusal};

/// Nothing is dropped when a model decides. The mask, a second output, does not exist here.
pub(super) fn dropout(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    ["ratio", "seed"].into_iter().for_each(|name| cx.attributes.ignore(name));
    let training = cx.constant_input(2, "training mode")?;
    if training.is_some_and(|mode| mode.data.iter().any(|&byte| byte != 0)) {
        return Err("it is in training mode; export the model for inference".into());
    }
    Ok(vec![cx.input(0)?])
}
