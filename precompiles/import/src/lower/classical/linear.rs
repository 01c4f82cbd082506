use praxis_model::{
    Tensor,
    ops::{Decision, Gemm},
};

use super::{
    classes::{self, Classes},
    transform::{self, Transform},
};
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// x W^T + b in float32, W having `count` rows.
fn product(cx: &mut Context<'_, '_>, coefficients: &[f32], intercepts: &[f32], count: usize) -> Result<Value, Refusal> {
    cx.at_most(1)?;
    let rows = classes::float32_rows(cx)?;
    let features = cx.shape(rows)[1];
    if count == 0 || coefficients.len() as u64 != count as u64 * u64::from(features) {
        let found = coefficients.len();
        return Err(format!("it has {found} coefficients for {features} features and {count} scores").into());
    }
    // The count is below that of the coefficients, whose attribute is bounded with the file.
    let count = count as u32;
    let weights = cx.constant(Tensor::from_f32([count, features], coefficients))?;
    let product = Gemm { trans_b: true, ..Gemm::default() };
    if intercepts.is_empty() {
        return cx.emit1(product, &[rows, weights]);
    }
    if intercepts.len() != count as usize {
        return Err(format!("it has {} intercepts for {count} scores", intercepts.len()).into());
    }
    let intercepts = cx.constant(Tensor::from_f32([count], intercepts))?;
    cx.emit1(product, &[rows, weights, intercepts])
}

pub(super) fn regressor(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let targets = cx.attributes.int("targets")?.unwrap_or(1);
    let targets = usize::try_from(targets).map_err(|_| format!("it has {targets} targets"))?;
    let coefficients = cx.attributes.floats("coefficients")?.unwrap_or(&[]);
    let intercepts = cx.attributes.floats("intercepts")?.unwrap_or(&[]);
    let transform = Transform::from_attribute(cx)?;
    let scores = product(cx, coefficients, intercepts, targets)?;
    Ok(vec![transform::apply(cx, scores, transform)?])
}

pub(super) fn classifier(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let classes = Classes::from_attributes(cx, "classlabels_ints")?;
    let coefficients = cx.attributes.floats("coefficients")?.unwrap_or(&[]);
    let intercepts = cx.attributes.floats("intercepts")?.unwrap_or(&[]);
    let transform = Transform::from_attribute(cx)?;
    // Training's way of making several classes out of two; scores are computed alike.
    cx.attributes.ignore("multi_class");
    let count = if intercepts.is_empty() { classes.count() } else { intercepts.len() };
    let scores = product(cx, coefficients, intercepts, count)?;
    if count == 1 && classes.count() == 2 {
        let labels = classes.labels(cx, Decision::Above(0.0), scores)?;
        return Ok(vec![labels, transform::apply_binary(cx, scores, transform, true)?]);
    }
    if count != classes.count() {
        return Err(format!("it has {count} scores for {} classes", classes.count()).into());
    }
    let labels = classes.labels(cx, Decision::Greatest, scores)?;
    Ok(vec![labels, transform::apply(cx, scores, transform)?])
}
