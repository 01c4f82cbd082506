use praxis_model::{DType, ops::Relu};

use super::unary::{self, Map};
use crate::{
    Fault,
    arith::Fma,
    call::{Kernel, NodeContext, Prepared},
};

macro_rules! maps {
    ($($kind:ident $zero:literal,)*) => {
        $(impl Map<$kind> for Relu {
            /// -0 and NaN fail the comparison and stay.
            #[inline(always)]
            fn map<F: Fma>(self, x: $kind) -> $kind {
                if x < $zero { $zero } else { x }
            }
        })*
    };
}

maps! { f32 0.0, f64 0.0, i8 0, i16 0, i32 0, i64 0, }

impl Kernel for Relu {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        match node.outputs[0].dtype {
            DType::F32 => unary::prepare::<f32, _>(*self),
            DType::F64 => unary::prepare::<f64, _>(*self),
            DType::I8 => unary::prepare::<i8, _>(*self),
            DType::I16 => unary::prepare::<i16, _>(*self),
            DType::I32 => unary::prepare::<i32, _>(*self),
            DType::I64 => unary::prepare::<i64, _>(*self),
            _ => Err(Fault::Internal("Relu on a type that it does not take")),
        }
    }
}
