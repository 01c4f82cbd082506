use praxis_model::{
    Op,
    ops::{self, Axis, IndexOrder, Pool, Window},
};

use super::window::{Moves, list, space};
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// Takes the attributes that all windowed pooling operators have.
fn windows(cx: &mut Context<'_, '_>) -> Result<(Value, Pool), Refusal> {
    cx.at_most(1)?;
    let x = cx.input(0)?;
    let space = space(cx.shape(x))?.to_vec();
    let kernel = list(cx, "kernel_shape", space.len(), 0)?;
    if kernel.contains(&0) {
        return Err("its kernel_shape is missing or has a 0".into());
    }
    let moves = Moves::take(cx, space.len())?;
    let ceil = cx.attributes.flag("ceil_mode")?;
    let window = moves.window(&kernel, &space)?;
    Ok((x, Pool { kernel, window, ceil }))
}

pub(super) fn max_pool(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let (x, pool) = windows(cx)?;
    let order = if cx.attributes.flag("storage_order")? { IndexOrder::ColumnMajor } else { IndexOrder::RowMajor };
    let indices = cx.wants_output(1).then_some(order);
    cx.emit(ops::MaxPool { pool, indices }, &[x])
}

pub(super) fn average_pool(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let (x, pool) = windows(cx)?;
    let count_padding = cx.attributes.flag("count_include_pad")?;
    cx.emit(ops::AveragePool { pool, count_padding }, &[x])
}

/// The exponent of a norm.
fn exponent(cx: &mut Context<'_, '_>) -> Result<u8, Refusal> {
    let p = cx.attributes.int("p")?.unwrap_or(2);
    u8::try_from(p).map_err(|_| format!("its p is {p}; 1 to 16 are supported").into())
}

pub(super) fn lp_pool(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let p = exponent(cx)?;
    let (x, pool) = windows(cx)?;
    cx.emit(ops::LpPool { pool, p }, &[x])
}

/// One window over all of a channel, whose spatial dimensions are taken as one.
fn global(cx: &mut Context<'_, '_>, op: impl FnOnce(Pool) -> Op) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let x = cx.input(0)?;
    let shape = cx.shape(x).to_vec();
    let length = space(&shape)?.iter().try_fold(1u32, |product, &dim| product.checked_mul(dim));
    let length = length.ok_or("its input is too large")?;
    let flat = vec![shape[0], shape[1], length];
    let x = if shape == flat { x } else { cx.emit1(ops::Reshape { shape: flat }, &[x])? };
    let pool = Pool { kernel: vec![length], window: Window { axes: vec![Axis::default()] }, ceil: false };
    let y = cx.emit1(op(pool), &[x])?;
    if shape.len() == 3 {
        return Ok(vec![y]);
    }
    let ones = shape.iter().enumerate().map(|(axis, &dim)| if axis < 2 { dim } else { 1 }).collect();
    cx.emit(ops::Reshape { shape: ones }, &[y])
}

pub(super) fn global_average_pool(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    global(cx, |pool| ops::AveragePool { pool, count_padding: false }.into())
}

pub(super) fn global_max_pool(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    global(cx, |pool| ops::MaxPool { pool, indices: None }.into())
}

pub(super) fn global_lp_pool(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let p = exponent(cx)?;
    global(cx, |pool| ops::LpPool { pool, p }.into())
}
