use praxis_model::ops::{ScatterElements, ScatterND, ScatterReduction};

use super::Context;
use crate::{graph::Value, limits::shown, refusal::Refusal};

fn reduction(cx: &mut Context<'_, '_>) -> Result<ScatterReduction, Refusal> {
    Ok(match cx.attributes.string("reduction")? {
        None | Some("none") => ScatterReduction::Replace,
        Some("add") => ScatterReduction::Add,
        Some("mul") => ScatterReduction::Mul,
        Some("max") => ScatterReduction::Max,
        Some("min") => ScatterReduction::Min,
        Some(other) => return Err(format!("its reduction \"{}\" is not known", shown(other)).into()),
    })
}

pub(super) fn scatter_elements(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let inputs = [cx.input(0)?, cx.input(1)?, cx.input(2)?];
    let axis = cx.attributes.int("axis")?.unwrap_or(0);
    let axis = cx.axis(axis, cx.shape(inputs[0]).len())?;
    let reduction = reduction(cx)?;
    cx.emit(ScatterElements { axis, reduction }, &inputs)
}

pub(super) fn scatter_nd(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let inputs = [cx.input(0)?, cx.input(1)?, cx.input(2)?];
    let reduction = reduction(cx)?;
    cx.emit(ScatterND { reduction }, &inputs)
}
