//! GridSample, AffineGrid and RoiAlign.

use praxis_model::{
    DType, Tensor,
    ops::{GridMode, GridPadding, GridSample, MatMul, RoiAlign, Transpose},
};

use super::{Context, reshape};
use crate::{
    graph::Value,
    limits::{MAX_CONSTANT_BYTES, shown},
    refusal::Refusal,
};

/// From this version on regions are shifted by half an element unless the node says otherwise.
const HALF_PIXEL: i64 = 16;

pub(super) fn grid_sample(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let inputs = [cx.input(0)?, cx.input(1)?];
    // The names of version 16 stand beside the newer ones.
    let mode = match cx.attributes.string("mode")? {
        None | Some("linear" | "bilinear") => GridMode::Linear,
        Some("nearest") => GridMode::Nearest,
        Some("cubic" | "bicubic") => GridMode::Cubic,
        Some(other) => return Err(format!("its mode \"{}\" is not known", shown(other)).into()),
    };
    let padding = match cx.attributes.string("padding_mode")? {
        None | Some("zeros") => GridPadding::Zeros,
        Some("border") => GridPadding::Border,
        Some("reflection") => GridPadding::Reflection,
        Some(other) => return Err(format!("its padding_mode \"{}\" is not known", shown(other)).into()),
    };
    let align_corners = cx.attributes.flag("align_corners")?;
    cx.emit(GridSample { mode, padding, align_corners }, &inputs)
}

/// Coordinates of the points along a dimension, from -1 to 1.
fn coordinates(length: u32, align_corners: bool) -> Vec<f64> {
    let point = |index: u32| match align_corners {
        true if length == 1 => -1.0,
        true => f64::from(2 * index) / f64::from(length - 1) - 1.0,
        false => (2.0 * f64::from(index) + 1.0) / f64::from(length) - 1.0,
    };
    (0..length).map(point).collect()
}

/// The points of a regular grid, a constant matrix, times the transposed transformations.
pub(super) fn affine_grid(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let theta = cx.input(0)?;
    let size = cx.integers(1, "dimensions")?.ok_or("input 1 is missing")?;
    let align_corners = cx.attributes.flag("align_corners")?;
    let size: Vec<u32> = size.iter().filter_map(|&dim| u32::try_from(dim).ok().filter(|&dim| dim > 0)).collect();
    let (images, dims) = match size[..] {
        [images, _, ref dims @ ..] if (2..=3).contains(&dims.len()) => (images, dims.to_vec()),
        _ => return Err("its dimensions should be 4 or 5 positive numbers".into()),
    };
    let spatial = dims.len() as u32;
    if *cx.shape(theta) != [images, spatial, spatial + 1] {
        return Err(format!("its transformations have the shape {:?}", cx.shape(theta)).into());
    }
    let dtype = cx.kind(theta).dtype;
    let points = dims.iter().try_fold(1u64, |product, &dim| product.checked_mul(u64::from(dim)));
    let bytes = points.and_then(|points| points.checked_mul(u64::from(spatial + 1) * dtype.size() as u64));
    let points = points.filter(|_| bytes.is_some_and(|bytes| bytes <= MAX_CONSTANT_BYTES));
    let points = points.ok_or("its grid is too large")? as usize;
    let along: Vec<Vec<f64>> = dims.iter().map(|&dim| coordinates(dim, align_corners)).collect();
    let mut grid = Vec::with_capacity(points * (spatial as usize + 1));
    for point in 0..points {
        let mut rest = point;
        // Coordinates stand from the last dimension to the first, and a 1 for the translation.
        for (dim, along) in dims.iter().zip(&along).rev() {
            grid.push(along[rest % *dim as usize]);
            rest /= *dim as usize;
        }
        grid.push(1.0);
    }
    let shape = [points as u32, spatial + 1];
    let grid = match dtype {
        DType::F64 => Tensor::from_f64(shape, &grid),
        _ => Tensor::from_f32(shape, &grid.into_iter().map(|x| x as f32).collect::<Vec<_>>()),
    };
    let grid = cx.constant(grid)?;
    let turned = cx.emit1(Transpose { perm: vec![0, 2, 1] }, &[theta])?;
    let product = cx.emit1(MatMul, &[grid, turned])?;
    let shape = [&[images][..], &dims, &[spatial]].concat();
    Ok(vec![reshape::emit(cx, product, shape)?])
}

pub(super) fn roi_align(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let inputs = [cx.input(0)?, cx.input(1)?, cx.input(2)?];
    let half_pixel = match cx.attributes.string("coordinate_transformation_mode")? {
        None => cx.opset() >= HALF_PIXEL,
        Some("half_pixel") => true,
        Some("output_half_pixel") => false,
        Some(other) => return Err(format!("its coordinate mode \"{}\" is not known", shown(other)).into()),
    };
    let max = match cx.attributes.string("mode")? {
        None | Some("avg") => false,
        Some("max") => true,
        Some(other) => return Err(format!("its mode \"{}\" is not known", shown(other)).into()),
    };
    let mut count = |name: &str, absent: i64| -> Result<u32, Refusal> {
        let given = cx.attributes.int(name)?.unwrap_or(absent);
        u32::try_from(given).map_err(|_| format!("the attribute {name} is {given}").into())
    };
    let (height, width) = (count("output_height", 1)?, count("output_width", 1)?);
    let samples = count("sampling_ratio", 0)?;
    let scale = cx.attributes.float("spatial_scale")?.unwrap_or(1.0);
    if samples == 0 {
        return Err("its sampling_ratio is 0, so that the number of samples depends on the data; export it with a \
                    positive one"
            .into());
    }
    cx.emit(RoiAlign { max, half_pixel, height, width, samples, scale }, &inputs)
}
