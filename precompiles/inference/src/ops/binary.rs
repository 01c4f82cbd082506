//! Add, Sub, Mul and Div.

use praxis_model::{
    DType,
    ops::{Add, Div, Mul, Sub},
};

use super::{
    by_number,
    zip::{self, Apply},
};
use crate::{
    Fault,
    arith::Fma,
    call::{Kernel, NodeContext, Prepared},
};

macro_rules! float_rules {
    ($($kind:ident)*) => {
        $(
            float_rules!(@ $kind Add +);
            float_rules!(@ $kind Sub -);
            float_rules!(@ $kind Mul *);
            float_rules!(@ $kind Div /);
        )*
    };
    (@ $kind:ident $op:ident $sign:tt) => {
        impl Apply<$kind> for $op {
            #[inline(always)]
            fn apply<F: Fma>(self, left: $kind, right: $kind) -> $kind {
                left $sign right
            }
        }
    };
}

macro_rules! integer_rules {
    ($($op:ident $method:ident: $($kind:ident)*;)*) => {
        $($(
            impl Apply<$kind> for $op {
                #[inline(always)]
                fn apply<F: Fma>(self, left: $kind, right: $kind) -> $kind {
                    left.$method(right)
                }
            }
        )*)*
    };
}

macro_rules! quotients {
    ($($kind:ident)*) => {
        $(impl Apply<$kind> for Div {
            /// x / 0 is 0; the least number divided by -1 wraps to itself.
            #[inline(always)]
            fn apply<F: Fma>(self, left: $kind, right: $kind) -> $kind {
                if right == 0 { 0 } else { left.wrapping_div(right) }
            }
        })*
    };
}

float_rules!(f32 f64);
integer_rules! {
    Add wrapping_add: u8 u16 u32 u64;
    Sub wrapping_sub: u8 u16 u32 u64;
    Mul wrapping_mul: u8 u16 u32 u64;
}
quotients!(u8 i8 u16 i16 u32 i32 u64 i64);

macro_rules! wrapping_kernels {
    ($($op:ident)*) => {
        $(impl Kernel for $op {
            /// Signed and unsigned integers wrap to the same bits.
            fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                match node.outputs[0].dtype {
                    DType::F32 => zip::prepare::<f32, f32, _>(node, *self),
                    DType::F64 => zip::prepare::<f64, f64, _>(node, *self),
                    DType::U8 | DType::I8 => zip::prepare::<u8, u8, _>(node, *self),
                    DType::U16 | DType::I16 => zip::prepare::<u16, u16, _>(node, *self),
                    DType::U32 | DType::I32 => zip::prepare::<u32, u32, _>(node, *self),
                    DType::U64 | DType::I64 => zip::prepare::<u64, u64, _>(node, *self),
                    DType::Bool => Err(Fault::Internal("arithmetic on bool")),
                }
            }
        })*
    };
}

wrapping_kernels!(Add Sub Mul);

impl Kernel for Div {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        match node.outputs[0].dtype {
            DType::F32 => zip::prepare::<f32, f32, _>(node, *self),
            DType::F64 => zip::prepare::<f64, f64, _>(node, *self),
            dtype => by_number!(dtype, T => zip::prepare_scalar::<T, T, _>(node, *self)),
        }
    }
}
