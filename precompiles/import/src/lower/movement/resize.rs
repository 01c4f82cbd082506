//! Resize and its predecessor Upsample. Where each output element reads is computed here, once, in float64; the Plan has
//! positions and weights.

use core::ops::Range;

use praxis_model::{
    Tensor, TensorType,
    ops::{Cast, PadMode},
};

use super::{Context, pad, pick, weights, weights::Filter};
use crate::{graph::Value, limits::shown, refusal::Refusal};

/// From this version on there is a region, sizes and ways to map coordinates.
const MODES: i64 = 11;

/// How an output index becomes a coordinate of the input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Coordinates {
    HalfPixel,
    HalfPixelSymmetric,
    PytorchHalfPixel,
    AlignCorners,
    Asymmetric,
    CropAndResize,
}

/// How a coordinate between two elements is resolved.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rounding {
    HalfDown,
    HalfUp,
    Floor,
    Ceil,
    /// As version 10 was implemented: down where the axis grows, up where it shrinks.
    ByDirection,
}

/// One axis that is resized.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) scale: f64,
    /// Start and end of the region, in parts of the axis.
    region: (f64, f64),
}

impl Axis {
    /// The coordinate in the input that an output index stands for.
    pub(super) fn coordinate(self, mode: Coordinates, index: u32) -> f64 {
        let (x, from, scale) = (f64::from(index), f64::from(self.from), self.scale);
        let wanted = scale * from;
        let half_pixel = (x + 0.5) / scale - 0.5;
        match mode {
            Coordinates::HalfPixel => half_pixel,
            Coordinates::HalfPixelSymmetric => from / 2.0 * (1.0 - f64::from(self.to) / wanted) + half_pixel,
            Coordinates::PytorchHalfPixel => {
                if self.to > 1 {
                    half_pixel
                } else {
                    0.0
                }
            }
            Coordinates::AlignCorners => {
                if wanted == 1.0 {
                    0.0
                } else {
                    x * (from - 1.0) / (wanted - 1.0)
                }
            }
            Coordinates::Asymmetric => x / scale,
            Coordinates::CropAndResize => {
                let (start, end) = self.region;
                let way = (end - start) * (from - 1.0);
                let inside = if wanted == 1.0 { way / 2.0 } else { x * way / (wanted - 1.0) };
                inside + start * (from - 1.0)
            }
        }
    }

    fn is_whole(self) -> bool {
        self.from == self.to && self.scale == 1.0 && self.region == (0.0, 1.0)
    }

    /// The output indices whose coordinates lie in the input; all, but for crops.
    fn inside(self, mode: Coordinates) -> Range<u32> {
        if mode != Coordinates::CropAndResize {
            return 0..self.to;
        }
        let last = f64::from(self.from) - 1.0;
        let outside = |&index: &u32| !(0.0..=last).contains(&self.coordinate(mode, index));
        let before = (0..self.to).take_while(outside).count() as u32;
        let after = (before..self.to).rev().take_while(outside).count() as u32;
        before..self.to - after
    }

    /// The element that stands nearest to each output index.
    fn nearest(self, mode: Coordinates, rounding: Rounding, range: Range<u32>) -> Vec<u32> {
        let place = |index| {
            let x = self.coordinate(mode, index);
            let below = x.floor();
            let up = match rounding {
                Rounding::HalfDown => x - below > 0.5,
                Rounding::HalfUp => x - below >= 0.5,
                Rounding::Floor => false,
                Rounding::Ceil => x > below,
                Rounding::ByDirection => self.scale < 1.0 && x > below,
            };
            // Saturates; a NaN cannot arise from finite, positive scales.
            ((below + f64::from(u8::from(up))) as i64).clamp(0, i64::from(self.from) - 1) as u32
        };
        range.map(place).collect()
    }
}

fn target(cx: &mut Context<'_, '_>, input: Value, mode: Coordinates) -> Result<Vec<Axis>, Refusal> {
    let shape = cx.shape(input).to_vec();
    let rank = shape.len();
    let (scales, sizes) = if cx.opset() < MODES {
        cx.at_most(2)?;
        (cx.floats(1, "scales")?, None)
    } else {
        cx.at_most(4)?;
        (cx.floats(2, "scales")?, cx.integers(3, "sizes")?)
    };
    let scales = scales.filter(|scales| !scales.is_empty());
    let named = match cx.attributes.short_ints("axes")? {
        Some(axes) => axes.iter().map(|&axis| cx.axis(axis, rank)).collect::<Result<Vec<_>, _>>()?,
        None => (0..rank as u32).collect(),
    };
    let whole = |&from: &u32| Axis { from, to: from, scale: 1.0, region: (0.0, 1.0) };
    let mut axes: Vec<Axis> = shape.iter().map(whole).collect();
    let count =
        scales.as_ref().map(Vec::len).or(sizes.as_ref().map(Vec::len)).ok_or("it has neither scales nor sizes")?;
    if count != named.len() {
        return Err(format!("it has {count} scales or sizes for {} axes", named.len()).into());
    }
    let policy = cx.attributes.string("keep_aspect_ratio_policy")?.unwrap_or("stretch");
    match (scales, sizes) {
        (Some(scales), _) => by_scales(&mut axes, &named, &scales)?,
        (None, sizes) => by_sizes(&mut axes, &named, &sizes.unwrap_or_default(), policy)?,
    }
    if mode == Coordinates::CropAndResize {
        let region = cx.floats(1, "region")?.filter(|region| region.len() == 2 * named.len());
        let region = region.ok_or("its region should have a start and an end for each axis")?;
        for (index, &axis) in named.iter().enumerate() {
            axes[axis as usize].region = (region[index], region[index + named.len()]);
        }
    }
    // Tables of positions are made for these lengths, so they are checked first.
    let shape: Vec<u32> = axes.iter().map(|axis| axis.to).collect();
    TensorType::new(cx.kind(input).dtype, shape).check().map_err(|error| Refusal::Why(error.to_string()))?;
    Ok(axes)
}

fn by_scales(axes: &mut [Axis], named: &[u32], scales: &[f64]) -> Result<(), Refusal> {
    for (&axis, &scale) in named.iter().zip(scales) {
        let axis = &mut axes[axis as usize];
        if !(scale.is_finite() && scale > 0.0) {
            return Err(format!("its scale {scale} should be positive").into());
        }
        // Saturates; the size is checked against the limits of a tensor.
        (axis.scale, axis.to) = (scale, (scale * f64::from(axis.from)) as u32);
    }
    Ok(())
}

fn by_sizes(axes: &mut [Axis], named: &[u32], sizes: &[i64], policy: &str) -> Result<(), Refusal> {
    let mut scales = Vec::with_capacity(sizes.len());
    for (&axis, &size) in named.iter().zip(sizes) {
        let axis = &mut axes[axis as usize];
        axis.to = u32::try_from(size).map_err(|_| format!("its size {size} is out of range"))?;
        axis.scale = f64::from(axis.to) / f64::from(axis.from);
        scales.push(axis.scale);
    }
    let chosen = match policy {
        "stretch" => return Ok(()),
        "not_larger" => scales.iter().copied().reduce(|a, b| if b < a { b } else { a }),
        "not_smaller" => scales.iter().copied().reduce(|a, b| if b > a { b } else { a }),
        other => return Err(format!("its keep_aspect_ratio_policy \"{}\" is not known", shown(other)).into()),
    };
    let scale = chosen.unwrap_or(1.0);
    for &axis in named {
        let axis = &mut axes[axis as usize];
        (axis.scale, axis.to) = (scale, (scale * f64::from(axis.from) + 0.5) as u32);
    }
    Ok(())
}

fn coordinates(cx: &mut Context<'_, '_>) -> Result<Coordinates, Refusal> {
    if cx.opset() < MODES {
        return Ok(Coordinates::Asymmetric);
    }
    Ok(match cx.attributes.string("coordinate_transformation_mode")?.unwrap_or("half_pixel") {
        "half_pixel" => Coordinates::HalfPixel,
        "half_pixel_symmetric" => Coordinates::HalfPixelSymmetric,
        "pytorch_half_pixel" => Coordinates::PytorchHalfPixel,
        "align_corners" => Coordinates::AlignCorners,
        "asymmetric" => Coordinates::Asymmetric,
        "tf_crop_and_resize" => Coordinates::CropAndResize,
        other => return Err(format!("its coordinate mode \"{}\" is not known", shown(other)).into()),
    })
}

fn rounding(cx: &mut Context<'_, '_>) -> Result<Rounding, Refusal> {
    if cx.opset() < MODES {
        return Ok(Rounding::ByDirection);
    }
    Ok(match cx.attributes.string("nearest_mode")?.unwrap_or("round_prefer_floor") {
        "round_prefer_floor" => Rounding::HalfDown,
        "round_prefer_ceil" => Rounding::HalfUp,
        "floor" => Rounding::Floor,
        "ceil" => Rounding::Ceil,
        other => return Err(format!("its nearest_mode \"{}\" is not known", shown(other)).into()),
    })
}

/// How elements are chosen or joined.
#[derive(Clone, Copy, Debug)]
enum Mode {
    Nearest(Rounding),
    Weighted(Filter),
}

fn mode(cx: &mut Context<'_, '_>) -> Result<Mode, Refusal> {
    let rounding = rounding(cx)?;
    let antialias = cx.attributes.flag("antialias")?;
    let exclude_outside = cx.attributes.flag("exclude_outside")?;
    let coefficient = cx.attributes.float("cubic_coeff_a")?.unwrap_or(-0.75);
    Ok(match cx.attributes.string("mode")?.unwrap_or("nearest") {
        "nearest" => Mode::Nearest(rounding),
        "linear" | "bilinear" => Mode::Weighted(Filter { cubic: None, antialias, exclude_outside }),
        "cubic" => Mode::Weighted(Filter { cubic: Some(f64::from(coefficient)), antialias, exclude_outside }),
        other => return Err(format!("its mode \"{}\" is not known", shown(other)).into()),
    })
}

/// Resizes all axes, in the order that moves the least.
fn apply(
    cx: &mut Context<'_, '_>,
    input: Value,
    axes: &[Axis],
    coordinates: Coordinates,
    mode: Mode,
) -> Result<Value, Refusal> {
    let range = |axis: &Axis| (!axis.is_whole()).then(|| axis.inside(coordinates));
    match mode {
        Mode::Nearest(rounding) => {
            let positions = |axis: &Axis| Some(axis.nearest(coordinates, rounding, range(axis)?));
            pick::on_axes(cx, input, &axes.iter().map(positions).collect::<Vec<_>>())
        }
        Mode::Weighted(filter) => {
            let from = cx.shape(input).to_vec();
            let mut value = input;
            for place in pick::by_cost(&from, |place| range(&axes[place]).map(|range| range.len())) {
                let part = (axes[place], coordinates, axes[place].inside(coordinates));
                value = weights::along(cx, value, place, part, filter)?;
            }
            Ok(value)
        }
    }
}

pub(super) fn resize(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let input = cx.input(0)?;
    let coordinates = coordinates(cx)?;
    let mode = mode(cx)?;
    let outside = cx.attributes.float("extrapolation_value")?.unwrap_or(0.0);
    let axes = target(cx, input, coordinates)?;
    if axes.iter().any(|axis| axis.inside(coordinates).is_empty()) {
        return Err("its region lies outside of the input".into());
    }
    let resized = apply(cx, input, &axes, coordinates, mode)?;
    let pads = axes.iter().map(|axis| {
        let inside = axis.inside(coordinates);
        (i64::from(inside.start), i64::from(axis.to - inside.end))
    });
    let pads: Vec<(i64, i64)> = pads.collect();
    if pads.iter().all(|&pads| pads == (0, 0)) {
        return Ok(vec![resized]);
    }
    let value = cx.constant(Tensor::from_f32([], &[outside]))?;
    let to = cx.kind(input).dtype;
    let value = if to == cx.kind(value).dtype { value } else { cx.emit1(Cast { to }, &[value])? };
    Ok(vec![pad::emit(cx, resized, PadMode::Constant, &pads, Some(value))?])
}

/// The predecessor of Resize, whose coordinates are x / scale.
pub(super) fn upsample(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(2)?;
    let input = cx.input(0)?;
    let scales = match cx.attributes.floats("scales")? {
        Some(scales) => Some(scales.iter().map(|&scale| f64::from(scale)).collect()),
        None => cx.floats(1, "scales")?,
    };
    let scales: Vec<f64> = scales.ok_or("its scales are missing")?;
    let shape = cx.shape(input).to_vec();
    if scales.len() != shape.len() {
        return Err(format!("it has {} scales for {} dimensions", scales.len(), shape.len()).into());
    }
    let whole = |&from: &u32| Axis { from, to: from, scale: 1.0, region: (0.0, 1.0) };
    let mut axes: Vec<Axis> = shape.iter().map(whole).collect();
    by_scales(&mut axes, &(0..shape.len() as u32).collect::<Vec<_>>(), &scales)?;
    let to: Vec<u32> = axes.iter().map(|axis| axis.to).collect();
    TensorType::new(cx.kind(input).dtype, to).check().map_err(|error| Refusal::Why(error.to_string()))?;
    let mode = match mode(cx)? {
        Mode::Nearest(_) => Mode::Nearest(Rounding::Floor),
        weighted => weighted,
    };
    Ok(vec![apply(cx, input, &axes, Coordinates::Asymmetric, mode)?])
}
