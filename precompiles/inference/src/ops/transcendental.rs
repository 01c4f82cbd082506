//! Tanh and Sigmoid.

use praxis_model::{
    DType,
    ops::{Sigmoid, Tanh},
};

use super::unary::{self, Map};
use crate::{
    Fault,
    arith::{self, Fma},
    call::{Kernel, NodeContext, Prepared},
};

impl Map<f32> for Tanh {
    #[inline(always)]
    fn map<F: Fma>(self, x: f32) -> f32 {
        arith::tanh::<F>(x)
    }
}

impl Map<f32> for Sigmoid {
    #[inline(always)]
    fn map<F: Fma>(self, x: f32) -> f32 {
        arith::sigmoid::<F>(x)
    }
}

impl Map<f64> for Tanh {
    #[inline(always)]
    fn map<F: Fma>(self, x: f64) -> f64 {
        arith::wide::tanh(x)
    }
}

impl Map<f64> for Sigmoid {
    #[inline(always)]
    fn map<F: Fma>(self, x: f64) -> f64 {
        arith::wide::sigmoid(x)
    }
}

macro_rules! kernels {
    ($($op:ident)*) => {
        $(impl Kernel for $op {
            fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                match node.outputs[0].dtype {
                    DType::F32 => unary::prepare::<f32, _>(*self),
                    DType::F64 => unary::prepare::<f64, _>(*self),
                    _ => Err(Fault::Internal("a transcendental function on a type that it does not take")),
                }
            }
        })*
    };
}

kernels!(Tanh Sigmoid);
