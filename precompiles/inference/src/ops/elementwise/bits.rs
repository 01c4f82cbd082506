//! Logic on bools and on the bits of integers.

use praxis_model::{
    DType,
    ops::{And, BitCast, BitShift, BitwiseAnd, BitwiseNot, BitwiseOr, BitwiseXor, Not, Or, Xor},
};

use super::{
    WRONG_TYPE, copy,
    unary::{self, Map},
    zip::{self, Apply},
};
use crate::{
    Fault,
    arith::Fma,
    call::{Kernel, NodeContext, Prepared},
};

macro_rules! rules {
    ($($op:ident $sign:tt;)*) => {
        $(rules!(@ $op $sign: u8 u16 u32 u64);)*
    };
    (@ $op:ident $sign:tt: $($kind:ident)*) => {
        $(impl Apply<$kind> for $op {
            #[inline(always)]
            fn apply<F: Fma>(self, left: $kind, right: $kind) -> $kind {
                left $sign right
            }
        })*
    };
}

rules! {
    BitwiseAnd &;
    BitwiseOr |;
    BitwiseXor ^;
}

/// Dispatch on the size of the elements, for operators that do not look at signs.
macro_rules! by_size {
    ($dtype:expr, $kind:ident => $prepare:expr) => {
        match $dtype.size() {
            1 => {
                type $kind = u8;
                $prepare
            }
            2 => {
                type $kind = u16;
                $prepare
            }
            4 => {
                type $kind = u32;
                $prepare
            }
            _ => {
                type $kind = u64;
                $prepare
            }
        }
    };
}
pub(super) use by_size;

macro_rules! kernels {
    ($($op:ident $as:ident;)*) => {
        $(impl Kernel for $op {
            fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                by_size!(node.outputs[0].dtype, T => zip::prepare::<T, T, _>(node, $as))
            }
        })*
    };
}

// A bool is a byte that is 0 or 1, so logic is logic of its bits.
kernels! {
    And BitwiseAnd;
    Or BitwiseOr;
    Xor BitwiseXor;
    BitwiseAnd BitwiseAnd;
    BitwiseOr BitwiseOr;
    BitwiseXor BitwiseXor;
}

impl Map<u8> for Not {
    #[inline(always)]
    fn map<F: Fma>(self, x: u8) -> u8 {
        x ^ 1
    }
}

impl Kernel for Not {
    fn prepare(&self, _node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        unary::prepare::<u8, _>(Not)
    }
}

macro_rules! shifts {
    ($($kind:ident $unsigned:ident,)*) => {
        $(
            impl Apply<$kind> for BitShift {
                #[inline(always)]
                fn apply<F: Fma>(self, left: $kind, right: $kind) -> $kind {
                    // As an unsigned number a negative distance is too large as well.
                    let distance = right as $unsigned;
                    let bits = $kind::BITS as $unsigned;
                    let within = distance < bits;
                    if self.right {
                        let sign = left.wrapping_shr($kind::BITS - 1);
                        let fill = if $kind::MIN == 0 { 0 } else { sign };
                        if within { left.wrapping_shr(distance as u32) } else { fill }
                    } else {
                        if within { left.wrapping_shl(distance as u32) } else { 0 }
                    }
                }
            }
        )*
    };
}

shifts! { u8 u8, i8 u8, u16 u16, i16 u16, u32 u32, i32 u32, u64 u64, i64 u64, }

impl Kernel for BitShift {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        match node.outputs[0].dtype {
            DType::F32 | DType::F64 | DType::Bool => Err(WRONG_TYPE),
            DType::U8 => zip::prepare_scalar::<u8, u8, _>(node, *self),
            DType::I8 => zip::prepare_scalar::<i8, i8, _>(node, *self),
            DType::U16 => zip::prepare_scalar::<u16, u16, _>(node, *self),
            DType::I16 => zip::prepare_scalar::<i16, i16, _>(node, *self),
            DType::U32 => zip::prepare_scalar::<u32, u32, _>(node, *self),
            DType::I32 => zip::prepare_scalar::<i32, i32, _>(node, *self),
            DType::U64 => zip::prepare_scalar::<u64, u64, _>(node, *self),
            DType::I64 => zip::prepare_scalar::<i64, i64, _>(node, *self),
        }
    }
}

impl Map<u8> for BitwiseNot {
    #[inline(always)]
    fn map<F: Fma>(self, x: u8) -> u8 {
        !x
    }
}

impl Kernel for BitwiseNot {
    /// Bytes, whatever the size of the integers.
    fn prepare(&self, _node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        unary::prepare::<u8, _>(BitwiseNot)
    }
}

impl Map<u8> for BitCast {
    /// To bool.
    #[inline(always)]
    fn map<F: Fma>(self, x: u8) -> u8 {
        u8::from(x != 0)
    }
}

impl Kernel for BitCast {
    fn prepare(&self, _node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        match self.to {
            DType::Bool => unary::prepare::<u8, _>(*self),
            _ => Ok(Prepared::new(copy::copy)),
        }
    }
}
