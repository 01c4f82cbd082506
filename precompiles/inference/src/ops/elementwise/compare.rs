//! Comparisons, and classes of floats: bytes that are 0 or 1.

use praxis_model::{
    DType,
    ops::{Equal, Greater, GreaterOrEqual, IsInf, IsNaN, Less, LessOrEqual},
};

use super::{
    WRONG_TYPE, by_number,
    unary::{self, Map},
    zip::{self, Apply},
};
use crate::{
    Fault,
    arith::Fma,
    call::{Kernel, NodeContext, Prepared},
};

macro_rules! comparisons {
    ($($op:ident $sign:tt: $($kind:ident)*;)*) => {
        $($(impl Apply<$kind, u8> for $op {
            #[inline(always)]
            fn apply<F: Fma>(self, left: $kind, right: $kind) -> u8 {
                u8::from(left $sign right)
            }
        })*)*
    };
}

comparisons! {
    Equal ==: f32 f64 u8 u16 u32 u64;
    Greater >: f32 f64 u8 i8 u16 i16 u32 i32 u64 i64;
    GreaterOrEqual >=: f32 f64 u8 i8 u16 i16 u32 i32 u64 i64;
}

impl Kernel for Equal {
    /// Integers are equal when their bits are.
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        match node.inputs[0].dtype {
            DType::F32 => zip::prepare::<f32, u8, _>(node, Equal),
            DType::F64 => zip::prepare::<f64, u8, _>(node, Equal),
            DType::U8 | DType::I8 | DType::Bool => zip::prepare::<u8, u8, _>(node, Equal),
            DType::U16 | DType::I16 => zip::prepare::<u16, u8, _>(node, Equal),
            DType::U32 | DType::I32 => zip::prepare::<u32, u8, _>(node, Equal),
            DType::U64 | DType::I64 => zip::prepare::<u64, u8, _>(node, Equal),
        }
    }
}

macro_rules! kernels {
    ($($op:ident $prepare:ident $as:ident;)*) => {
        $(impl Kernel for $op {
            fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                by_number!(node.inputs[0].dtype, T => zip::$prepare::<T, u8, _>(node, $as))
            }
        })*
    };
}

kernels! {
    Greater prepare Greater;
    GreaterOrEqual prepare GreaterOrEqual;
    Less prepare_swapped Greater;
    LessOrEqual prepare_swapped GreaterOrEqual;
}

macro_rules! classes {
    ($($kind:ident)*) => {
        $(
            impl Map<$kind, u8> for IsNaN {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> u8 {
                    u8::from(x.is_nan())
                }
            }
            impl Map<$kind, u8> for IsInf {
                #[inline(always)]
                fn map<F: Fma>(self, x: $kind) -> u8 {
                    let positive = self.positive & (x == $kind::INFINITY);
                    let negative = self.negative & (x == $kind::NEG_INFINITY);
                    u8::from(positive | negative)
                }
            }
        )*
    };
}

classes!(f32 f64);

macro_rules! class_kernels {
    ($($op:ident)*) => {
        $(impl Kernel for $op {
            fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                match node.inputs[0].dtype {
                    DType::F32 => unary::prepare_into::<f32, u8, _>(*self),
                    DType::F64 => unary::prepare_into::<f64, u8, _>(*self),
                    _ => Err(WRONG_TYPE),
                }
            }
        })*
    };
}

class_kernels!(IsNaN IsInf);
