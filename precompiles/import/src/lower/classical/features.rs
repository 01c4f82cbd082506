//! Operators that prepare features or put results together.

use std::sync::Arc;

use praxis_model::{
    DType, Tensor,
    ops::{Cast, Concat, Gather, Mul, Reshape, Sub},
};

use super::{classes, encode};
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// (x - offset) * scale, in float32.
pub(super) fn scaler(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let offset = cx.attributes.floats("offset")?.unwrap_or(&[]);
    let scale = cx.attributes.floats("scale")?.unwrap_or(&[]);
    let rows = classes::float32_rows(cx)?;
    let features = cx.shape(rows)[1] as usize;
    for (name, list) in [("offset", offset), ("scale", scale)] {
        if !list.is_empty() && list.len() != 1 && list.len() != features {
            return Err(format!("{name} has {} entries for {features} features", list.len()).into());
        }
    }
    let mut value = rows;
    if !offset.is_empty() {
        let offset = cx.constant(Tensor::from_f32([offset.len() as u32], offset))?;
        value = cx.emit1(Sub, &[value, offset])?;
    }
    if !scale.is_empty() {
        let scale = cx.constant(Tensor::from_f32([scale.len() as u32], scale))?;
        value = cx.emit1(Mul, &[value, scale])?;
    }
    let shape = cx.shape(cx.input(0)?).to_vec();
    Ok(vec![if shape.len() == 2 { value } else { cx.emit1(Reshape { shape }, &[value])? }])
}

/// Elements of the last axis at given places.
pub(super) fn array_feature_extractor(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let [data, places] = [cx.input(0)?, cx.input(1)?];
    if let Some(table) = cx.known(data) {
        return encode::look_up(cx, data, &table, places);
    }
    let Some((&length, outer)) = cx.shape(data).split_last() else {
        return Err("its input is a scalar".into());
    };
    // A vector counts as one row, whatever the shape of the places.
    let axis = outer.len().max(1) as u32;
    let data = if outer.is_empty() { cx.emit1(Reshape { shape: vec![1, length] }, &[data])? } else { data };
    let count = cx.kind(places).elements();
    let count = u32::try_from(count).map_err(|_| "it takes too many elements")?;
    let places = cx.emit1(Reshape { shape: vec![count] }, &[places])?;
    Ok(vec![cx.emit1(Gather { axis }, &[data, places])?])
}

/// Joins any number of parts, as a node of a Plan has a limited number of inputs.
fn join(cx: &mut Context<'_, '_>, mut parts: Vec<Value>, axis: u32) -> Result<Value, Refusal> {
    while parts.len() > 1 {
        let groups = parts.chunks(praxis_model::limits::MAX_NODE_ARITY).map(<[Value]>::to_vec).collect::<Vec<_>>();
        parts = groups.into_iter().map(|group| cx.emit1(Concat { axis }, &group)).collect::<Result<_, _>>()?;
    }
    parts.first().copied().ok_or_else(|| "it takes no element".into())
}

/// All inputs side by side, as float32.
pub(super) fn feature_vectorizer(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let widths = cx.attributes.short_ints("inputdimensions")?.unwrap_or(&[]).to_vec();
    let mut parts = Vec::new();
    for (index, input) in cx.all_inputs()?.into_iter().enumerate() {
        let mut part = input;
        let shape = cx.shape(part).to_vec();
        let (rows, width) = match *shape.as_slice() {
            [width] => (1, width),
            [rows, ref rest @ ..] => (rows, rest.iter().copied().fold(1u32, u32::saturating_mul)),
            [] => return Err("an input is a scalar".into()),
        };
        if widths.get(index).is_some_and(|&stated| stated != i64::from(width)) {
            return Err(format!("input {index} has {width} features, the file says {}", widths[index]).into());
        }
        if shape.len() != 2 {
            part = cx.emit1(Reshape { shape: vec![rows, width] }, &[part])?;
        }
        if cx.kind(part).dtype != DType::F32 {
            part = cx.emit1(Cast { to: DType::F32 }, &[part])?;
        }
        parts.push(part);
    }
    Ok(vec![join(cx, parts, 1)?])
}

/// A list of maps from labels to probabilities becomes the tensor of the probabilities; its columns stand for the labels.
pub(super) fn zip_map(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let integers = cx.attributes.ints("classlabels_int64s")?.unwrap_or(&[]);
    let strings = cx.attributes.strings("classlabels_strings")?.unwrap_or_default();
    let names: Vec<String> = if strings.is_empty() {
        integers.iter().map(ToString::to_string).collect()
    } else {
        strings.into_iter().map(str::to_owned).collect()
    };
    let width = cx.shape(input).last().copied().unwrap_or(1);
    if names.len() as u64 != u64::from(width) {
        return Err(format!("it has {} labels for {width} columns", names.len()).into());
    }
    cx.name_columns(input, Arc::new(names));
    Ok(vec![input])
}
