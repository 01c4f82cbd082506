use praxis_model::{DType, ops::LeakyRelu};

use super::unary::{self, Map};
use crate::{
    Fault,
    arith::Fma,
    call::{Kernel, NodeContext, Prepared},
};

impl Map<f32> for LeakyRelu {
    #[inline(always)]
    fn map<F: Fma>(self, x: f32) -> f32 {
        if x < 0.0 { self.alpha * x } else { x }
    }
}

impl Map<f64> for LeakyRelu {
    #[inline(always)]
    fn map<F: Fma>(self, x: f64) -> f64 {
        if x < 0.0 { f64::from(self.alpha) * x } else { x }
    }
}

impl Kernel for LeakyRelu {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        match node.outputs[0].dtype {
            DType::F32 => unary::prepare::<f32, _>(*self),
            DType::F64 => unary::prepare::<f64, _>(*self),
            _ => Err(Fault::Internal("LeakyRelu on a type that it does not take")),
        }
    }
}
