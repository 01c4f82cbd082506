//! Operators that put elements back where others took them: Col2Im and MaxUnpool.

use praxis_model::ops::{
    ConstantOfShape, PadMode, Reshape, ScatterElements, ScatterND, ScatterReduction, SliceRange, Transpose,
};

use super::{Context, pad, pick, reshape, slice};
use crate::{graph::Value, refusal::Refusal};

/// Positive numbers below 2^31.
fn sizes(given: &[i64], what: &str) -> Result<Vec<u32>, Refusal> {
    let size = |&size: &i64| u32::try_from(size).ok().filter(|&size| size > 0 && size < 1 << 31);
    given.iter().map(size).collect::<Option<_>>().ok_or_else(|| format!("its {what} {given:?} are out of range").into())
}

fn zeros(cx: &mut Context<'_, '_>, like: Value, shape: Vec<u32>) -> Result<Value, Refusal> {
    let dtype = cx.kind(like).dtype;
    cx.emit1(ConstantOfShape { dtype, value: 0, shape }, &[])
}

/// One dimension of a Col2Im.
#[derive(Clone, Copy, Debug)]
struct Side {
    image: u32,
    kernel: u32,
    dilation: u32,
    stride: u32,
    pads: (u32, u32),
    /// Places of the kernel.
    columns: u32,
}

impl Side {
    fn padded(self) -> u32 {
        self.image + self.pads.0 + self.pads.1
    }
}

fn sides(cx: &mut Context<'_, '_>) -> Result<Vec<Side>, Refusal> {
    let image = sizes(&cx.integers(1, "dimensions of the image")?.ok_or("input 1 is missing")?, "dimensions")?;
    let kernel = sizes(&cx.integers(2, "dimensions of the blocks")?.ok_or("input 2 is missing")?, "blocks")?;
    let rank = image.len();
    let mut list = |name: &str, absent: i64, count: usize| -> Result<Vec<i64>, Refusal> {
        let given = cx.attributes.short_ints(name)?.map_or_else(|| vec![absent; count], <[i64]>::to_vec);
        let fits = given.len() == count && given.iter().all(|&value| (absent..1 << 20).contains(&value));
        if fits { Ok(given) } else { Err(format!("its {name} {given:?} are out of range").into()) }
    };
    let (dilations, strides) = (list("dilations", 1, rank)?, list("strides", 1, rank)?);
    let pads = list("pads", 0, 2 * rank)?;
    if kernel.len() != rank || rank == 0 {
        return Err("its image and its blocks differ in rank".into());
    }
    (0..rank)
        .map(|axis| {
            let padded = i64::from(image[axis]) + pads[axis] + pads[rank + axis];
            let span = dilations[axis] * i64::from(kernel[axis] - 1) + 1;
            let columns = if padded < span { 0 } else { (padded - span) / strides[axis] + 1 };
            let (columns, padded) = (u32::try_from(columns).ok(), u32::try_from(padded).ok());
            let columns = columns.zip(padded).ok_or("its image is too large")?.0;
            Ok(Side {
                image: image[axis],
                kernel: kernel[axis],
                dilation: dilations[axis] as u32,
                stride: strides[axis] as u32,
                pads: (pads[axis] as u32, pads[rank + axis] as u32),
                columns,
            })
        })
        .collect()
}

/// Adds the columns of each block to the places of a padded image that they came from, in the columns' order, and cuts the
/// padding off.
pub(super) fn col2im(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let input = cx.input(0)?;
    let sides = sides(cx)?;
    let product = |each: &dyn Fn(&Side) -> u32| {
        sides.iter().try_fold(1u32, |product, side| product.checked_mul(each(side))).ok_or("its image is too large")
    };
    let (block, columns) = (product(&|side| side.kernel)?, product(&|side| side.columns)?);
    let pixels = product(&|side| side.padded())?;
    let &[images, depth, found] = cx.shape(input) else {
        return Err(format!("it takes 3 dimensions, the input has the shape {:?}", cx.shape(input)).into());
    };
    if depth % block != 0 || found != columns {
        return Err(format!("{block} by {columns} blocks do not fit an input of {depth} by {found}").into());
    }
    let channels = depth / block;
    // The input's elements bound the table of places.
    let mut places = Vec::with_capacity(block as usize * columns as usize);
    for tap in 0..block {
        for column in 0..columns {
            let (mut tap, mut column, mut place, mut below) = (tap, column, 0, 1);
            for side in sides.iter().rev() {
                let at = tap % side.kernel * side.dilation + column % side.columns * side.stride;
                place += at * below;
                below *= side.padded();
                tap /= side.kernel;
                column /= side.columns;
            }
            places.push(place);
        }
    }
    let planes = images.checked_mul(channels).ok_or("its input is too large")?;
    let count = places.len() as u32;
    let places = pick::constant(cx, vec![count, 1], &places)?;
    let updates = reshape::emit(cx, input, vec![planes, count])?;
    let updates = cx.emit1(Transpose { perm: vec![1, 0] }, &[updates])?;
    let empty = zeros(cx, input, vec![pixels, planes])?;
    let sums = cx.emit1(ScatterND { reduction: ScatterReduction::Add }, &[empty, places, updates])?;
    let turned = cx.emit1(Transpose { perm: vec![1, 0] }, &[sums])?;
    let padded: Vec<u32> = sides.iter().map(|side| side.padded()).collect();
    let whole = cx.emit1(Reshape { shape: [&[images, channels][..], &padded].concat() }, &[turned])?;
    let inside = sides.iter().enumerate().map(|(axis, side)| SliceRange {
        axis: axis as u32 + 2,
        start: i64::from(side.pads.0),
        end: i64::from(side.pads.0 + side.image),
        step: 1,
    });
    Ok(vec![slice::emit(cx, whole, inside.collect())?])
}

/// Puts each element at its place in the flattened output, zero elsewhere. A larger output that is asked for is filled up
/// with zeros at its ends.
pub(super) fn max_unpool(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(3)?;
    let (input, indices) = (cx.input(0)?, cx.input(1)?);
    let from = cx.shape(input).to_vec();
    let spatial = from.len().saturating_sub(2);
    let kernel = cx.attributes.short_ints("kernel_shape")?.ok_or("the attribute kernel_shape is missing")?.to_vec();
    let strides = cx.attributes.short_ints("strides")?.map_or_else(|| vec![1; spatial], <[i64]>::to_vec);
    let pads = cx.attributes.short_ints("pads")?.map_or_else(|| vec![0; 2 * spatial], <[i64]>::to_vec);
    if [kernel.len(), strides.len(), pads.len() / 2].iter().any(|&length| length != spatial) || spatial == 0 {
        return Err("its kernel_shape, strides and pads do not fit its input".into());
    }
    let mut shape: Vec<i64> = from.iter().map(|&dim| i64::from(dim)).collect();
    for axis in 0..spatial {
        let last = (shape[axis + 2] - 1).saturating_mul(strides[axis]);
        let padding = pads[axis].saturating_add(pads[spatial + axis]);
        shape[axis + 2] = last.saturating_sub(padding).saturating_add(kernel[axis]);
    }
    let inferred = sizes(&shape, "output dimensions")?;
    let flat = |shape: &[u32]| {
        let count = shape.iter().try_fold(1u32, |product, &dim| product.checked_mul(dim));
        count.ok_or_else(|| Refusal::from("it has too many elements"))
    };
    let (count, pixels) = (flat(&from)?, flat(&inferred)?);
    let empty = zeros(cx, input, vec![pixels])?;
    let values = reshape::emit(cx, input, vec![count])?;
    let places = reshape::emit(cx, indices, vec![count])?;
    let put = ScatterElements { axis: 0, reduction: ScatterReduction::Replace };
    let unpooled = cx.emit1(put, &[empty, places, values])?;
    let unpooled = reshape::emit(cx, unpooled, inferred.clone())?;
    let Some(wanted) = cx.integers(2, "output dimensions")? else { return Ok(vec![unpooled]) };
    let more: Vec<(i64, i64)> =
        wanted.iter().zip(&inferred).map(|(&wanted, &own)| (0, wanted.saturating_sub(i64::from(own)))).collect();
    if wanted.len() != inferred.len() || more.iter().any(|&(_, more)| more < 0) {
        return Err(format!("its output of {wanted:?} is smaller than what it unpools to, {inferred:?}").into());
    }
    Ok(vec![pad::emit(cx, unpooled, PadMode::Constant, &more, None)?])
}
