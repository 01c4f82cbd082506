//! Einsum becomes diagonals, sums, matrix products and transpositions of the Plan: operands are joined from the left, each
//! join is one matrix product, or one elementwise product where it sums nothing.

use std::collections::BTreeMap;

use praxis_model::{
    DType,
    ops::{self, Reduction, SliceRange},
};

use super::{
    super::Context,
    equation::{Equation, Label},
    permute::{permute, reshape},
};
use crate::{graph::Value, refusal::Refusal};

/// A value whose dimensions have labels.
struct Operand {
    value: Value,
    labels: Vec<Label>,
}

pub(super) fn einsum(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let text = cx.attributes.text("equation")?.ok_or("the attribute equation is missing")?;
    let inputs = cx.all_inputs()?;
    let ranks: Vec<usize> = inputs.iter().map(|&input| cx.shape(input).len()).collect();
    let equation = Equation::parse(text, &ranks)?;
    let Some(&first) = inputs.first() else { return Err("it has no inputs".into()) };
    let dtype = cx.kind(first).dtype;
    let mut operands = Vec::with_capacity(inputs.len());
    for (&input, labels) in inputs.iter().zip(&equation.inputs) {
        let value = widened(cx, input)?;
        operands.push(diagonals(cx, Operand { value, labels: labels.clone() })?);
    }
    let operands = drop_ones(cx, operands)?;
    let value = join(cx, operands, &equation.output)?;
    Ok(vec![if cx.kind(value).dtype == dtype { value } else { cx.emit1(ops::Cast { to: dtype }, &[value])? }])
}

/// 8- and 16-bit integers as 32-bit ones: they wrap to the same low bits.
fn widened(cx: &mut Context<'_, '_>, value: Value) -> Result<Value, Refusal> {
    let to = match cx.kind(value).dtype {
        DType::I8 | DType::I16 => DType::I32,
        DType::U8 | DType::U16 => DType::U32,
        _ => return Ok(value),
    };
    cx.emit1(ops::Cast { to }, &[value])
}

/// The shape as it is, by label.
fn dims(cx: &Context<'_, '_>, operand: &Operand) -> BTreeMap<Label, u32> {
    operand.labels.iter().copied().zip(cx.shape(operand.value).iter().copied()).collect()
}

/// Keeps the diagonal of dimensions that share a label: two of them become the last, and every (n + 1)th element stays.
fn diagonals(cx: &mut Context<'_, '_>, mut operand: Operand) -> Result<Operand, Refusal> {
    loop {
        let labels = &operand.labels;
        let twice = (0..labels.len()).find_map(|q| (0..q).find(|&p| labels[p] == labels[q]).map(|p| (p, q)));
        let Some((p, q)) = twice else { return Ok(operand) };
        let shape = cx.shape(operand.value).to_vec();
        let size = shape[p];
        if shape[q] != size {
            return Err(format!("a label stands for dimensions of {size} and {} of one input", shape[q]).into());
        }
        let rest: Vec<usize> = (0..labels.len()).filter(|&axis| axis != p && axis != q).collect();
        let perm: Vec<u32> = rest.iter().copied().chain([p, q]).map(|axis| axis as u32).collect();
        let value = permute(cx, operand.value, &perm)?;
        let square = size.checked_mul(size).ok_or("its diagonal is too large")?;
        let flat = rest.iter().map(|&axis| shape[axis]).chain([square]).collect();
        let value = reshape(cx, value, flat)?;
        let (axis, step) = (rest.len() as u32, i64::from(size) + 1);
        let range = SliceRange { axis, start: 0, end: i64::from(square), step };
        let value = cx.emit1(ops::Slice { ranges: vec![range] }, &[value])?;
        let labels = rest.iter().map(|&axis| operand.labels[axis]).chain([operand.labels[p]]).collect();
        operand = Operand { value, labels };
    }
}

/// Drops dimensions of 1 whose label has another size elsewhere: they repeat along it.
fn drop_ones(cx: &mut Context<'_, '_>, operands: Vec<Operand>) -> Result<Vec<Operand>, Refusal> {
    let mut sizes: BTreeMap<Label, u32> = BTreeMap::new();
    for operand in &operands {
        for (label, dim) in dims(cx, operand) {
            let size = sizes.entry(label).or_insert(dim);
            if *size != dim && *size != 1 && dim != 1 {
                return Err(format!("a label stands for dimensions of {size} and {dim}").into());
            }
            *size = dim.max(*size);
        }
    }
    let mut kept = Vec::with_capacity(operands.len());
    for operand in operands {
        let shape = cx.shape(operand.value).to_vec();
        let stays = |&(&label, &dim): &(&Label, &u32)| sizes.get(&label) == Some(&dim);
        let (labels, shape): (Vec<Label>, Vec<u32>) =
            operand.labels.iter().zip(&shape).filter(stays).map(|(&label, &dim)| (label, dim)).unzip();
        kept.push(Operand { value: reshape(cx, operand.value, shape)?, labels });
    }
    Ok(kept)
}

/// Sums over the labels that only this operand has and that the result does not have.
fn sum_own(cx: &mut Context<'_, '_>, operand: Operand, needed: impl Fn(Label) -> bool) -> Result<Operand, Refusal> {
    let (labels, summed): (Vec<_>, Vec<_>) = (0..).zip(&operand.labels).partition(|&(_, &label)| needed(label));
    if summed.is_empty() {
        return Ok(operand);
    }
    let axes: Vec<u32> = summed.into_iter().map(|(axis, _)| axis).collect();
    let labels = labels.into_iter().map(|(_, &label)| label).collect();
    let value = cx.emit1(ops::ReduceSum(Reduction { axes, keep_dims: false }), &[operand.value])?;
    Ok(Operand { value, labels })
}

fn join(cx: &mut Context<'_, '_>, operands: Vec<Operand>, output: &[Label]) -> Result<Value, Refusal> {
    let lists: Vec<Vec<Label>> = operands.iter().map(|operand| operand.labels.clone()).collect();
    let mut joined: Option<Operand> = None;
    for (index, operand) in operands.into_iter().enumerate() {
        let elsewhere = |label: Label| lists.iter().enumerate().any(|(i, list)| i != index && list.contains(&label));
        let operand = sum_own(cx, operand, |label| output.contains(&label) || elsewhere(label))?;
        let later = |label: Label| output.contains(&label) || lists[index + 1..].iter().any(|l| l.contains(&label));
        joined = Some(match joined {
            Some(left) => multiply(cx, left, operand, later)?,
            None => operand,
        });
    }
    let joined = joined.ok_or("it has no inputs")?;
    let place = |label: &Label| joined.labels.iter().position(|found| found == label).map(|axis| axis as u32);
    let perm: Option<Vec<u32>> = output.iter().map(place).collect();
    let perm = perm.filter(|perm| perm.len() == joined.labels.len()).ok_or("its equation is not understood")?;
    permute(cx, joined.value, &perm)
}

/// One join: labels of both that are needed later are a batch, the other common ones are summed.
fn multiply(
    cx: &mut Context<'_, '_>,
    left: Operand,
    right: Operand,
    later: impl Fn(Label) -> bool,
) -> Result<Operand, Refusal> {
    let (left_dims, right_dims) = (dims(cx, &left), dims(cx, &right));
    let pick = |labels: &[Label], wanted: &dyn Fn(Label) -> bool| -> Vec<Label> {
        labels.iter().copied().filter(|&label| wanted(label)).collect()
    };
    let batch = pick(&left.labels, &|label| right_dims.contains_key(&label) && later(label));
    let summed = pick(&left.labels, &|label| right_dims.contains_key(&label) && !later(label));
    let rows = pick(&left.labels, &|label| !right_dims.contains_key(&label));
    let columns = pick(&right.labels, &|label| !left_dims.contains_key(&label));
    let size = |labels: &[Label]| -> Result<u32, Refusal> {
        let dim = |label: &Label| left_dims.get(label).or(right_dims.get(label)).copied().unwrap_or(1);
        let product = labels.iter().try_fold(1u32, |product, label| product.checked_mul(dim(label)));
        product.ok_or_else(|| "it is too large".into())
    };
    let [b, m, k, n] = [size(&batch)?, size(&rows)?, size(&summed)?, size(&columns)?];
    let left_value = ordered(cx, &left, [&batch, &rows, &summed])?;
    let right_value = ordered(cx, &right, [&batch, &summed, &columns])?;
    let value = if summed.is_empty() {
        let operands = [reshape(cx, left_value, vec![b, m, 1])?, reshape(cx, right_value, vec![b, 1, n])?];
        cx.emit1(ops::Mul, &operands)?
    } else {
        let operands = [reshape(cx, left_value, vec![b, m, k])?, reshape(cx, right_value, vec![b, k, n])?];
        cx.emit1(ops::MatMul, &operands)?
    };
    let labels = [batch, rows, columns].concat();
    let dim = |label: &Label| left_dims.get(label).or(right_dims.get(label)).copied().unwrap_or(1);
    let shape = labels.iter().map(dim).collect();
    Ok(Operand { value: reshape(cx, value, shape)?, labels })
}

/// The operand with its labels in this order.
fn ordered(cx: &mut Context<'_, '_>, operand: &Operand, order: [&[Label]; 3]) -> Result<Value, Refusal> {
    let places = order.into_iter().flatten().filter_map(|label| operand.labels.iter().position(|found| found == label));
    let perm: Vec<u32> = places.map(|axis| axis as u32).collect();
    permute(cx, operand.value, &perm)
}
