use praxis_model::{
    DType,
    ops::{AveragePool, Geometry},
};

use super::{
    pool::Windows,
    sums::{Counts, Summed, prepare_f32, prepare_f64},
};
use crate::{
    Fault,
    arith::Canonical,
    call::{Kernel, NodeContext, Prepared},
};

/// The sum of a window over the number of its positions.
#[derive(Clone, Copy, Debug)]
struct Mean;

macro_rules! means {
    ($($kind:ident)*) => {
        $(impl Summed<$kind> for Mean {
            #[inline(always)]
            fn element(self, x: $kind) -> $kind {
                x
            }

            #[inline(always)]
            fn finish(self, sum: $kind, count: u32) -> $kind {
                (sum / count as $kind).canonical()
            }
        })*
    };
}

means!(f32 f64);

/// Positions of each window that are in the input or, with `count_padding`, in the padding.
fn counts(pool: &AveragePool, geometry: &Geometry) -> Counts {
    let axes = &pool.pool.window.axes;
    Counts::new(geometry, |axis, output| {
        let window = (axis + axes.len()).checked_sub(3).map(|index| axes[index]).unwrap_or_default();
        let (begin, length) = (i64::from(window.begin), geometry.input[axis] as i64);
        let inside = if pool.count_padding { -begin..length + i64::from(window.end) } else { 0..length };
        let start = output as i64 * i64::from(window.stride) - begin;
        let positions = (0..geometry.kernel[axis] as i64).map(|tap| start + tap * i64::from(window.dilation));
        positions.filter(|position| inside.contains(position)).count() as u32
    })
}

impl Kernel for AveragePool {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let windows = Windows::new(&self.pool, &node.inputs[0])?;
        let counts = counts(self, &windows.geometry);
        match node.outputs[0].dtype {
            DType::F32 => Ok(prepare_f32(&self.pool, windows, counts, Mean)),
            DType::F64 => Ok(prepare_f64(&self.pool, windows, counts, Mean)),
            _ => Err(Fault::Internal("AveragePool on a type that it does not take")),
        }
    }
}
