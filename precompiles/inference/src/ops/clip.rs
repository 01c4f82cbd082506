use praxis_model::{
    DType,
    ops::{Clip, Scalar},
};

use super::unary::{self, Map};
use crate::{
    Fault,
    align::Plain,
    arith::{Canonical, Fma},
    call::{Kernel, NodeContext, Prepared},
};

/// Bounds of one element type.
#[derive(Clone, Copy, Debug)]
struct Bounds<T> {
    min: Option<T>,
    max: Option<T>,
}

macro_rules! integer_maps {
    ($($kind:ident)*) => {
        $(impl Map<$kind> for Bounds<$kind> {
            #[inline(always)]
            fn map<F: Fma>(self, x: $kind) -> $kind {
                let x = self.min.map_or(x, |min| if x < min { min } else { x });
                self.max.map_or(x, |max| if x > max { max } else { x })
            }
        })*
    };
}

macro_rules! float_maps {
    ($($kind:ident)*) => {
        $(impl Map<$kind> for Bounds<$kind> {
            /// IEEE 754-2019 maximum and minimum: NaN stays NaN, -0 is below +0. The bounds are not NaN.
            #[inline(always)]
            fn map<F: Fma>(self, x: $kind) -> $kind {
                let x = match self.min {
                    Some(min) if x < min || (x == min && x.is_sign_negative()) => min,
                    _ => x,
                };
                match self.max {
                    Some(max) if x > max || (x == max && x.is_sign_positive()) => max,
                    _ => x,
                }
            }
        })*
    };
}

integer_maps!(u8 i8 u16 i16 u32 i32 u64 i64);
float_maps!(f32 f64);

fn bounds<T: Plain + Canonical, const N: usize>(clip: &Clip, read: fn([u8; N]) -> T) -> Result<Prepared, Fault>
where
    Bounds<T>: Map<T>,
{
    let number = |scalar: Scalar| scalar.data().try_into().map(read);
    let wrong = |_| Fault::Internal("a bound of Clip has another type than the input");
    let min = clip.min.map(number).transpose().map_err(wrong)?;
    let max = clip.max.map(number).transpose().map_err(wrong)?;
    unary::prepare::<T, _>(Bounds { min, max })
}

impl Kernel for Clip {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        match node.outputs[0].dtype {
            DType::F32 => bounds(self, f32::from_le_bytes),
            DType::F64 => bounds(self, f64::from_le_bytes),
            DType::U8 => bounds(self, u8::from_le_bytes),
            DType::I8 => bounds(self, i8::from_le_bytes),
            DType::U16 => bounds(self, u16::from_le_bytes),
            DType::I16 => bounds(self, i16::from_le_bytes),
            DType::U32 => bounds(self, u32::from_le_bytes),
            DType::I32 => bounds(self, i32::from_le_bytes),
            DType::U64 => bounds(self, u64::from_le_bytes),
            DType::I64 => bounds(self, i64::from_le_bytes),
            DType::Bool => Err(Fault::Internal("Clip on bool")),
        }
    }
}
