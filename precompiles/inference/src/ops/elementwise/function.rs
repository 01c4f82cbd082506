//! Functions of one number, bound to the arithmetic.

/// Kernels of operators that map float32 to float32 and float64 to float64.
macro_rules! float_kernels {
    ($($op:ident)*) => {
        $(impl $crate::call::Kernel for praxis_model::ops::$op {
            fn prepare(
                &self,
                node: &$crate::call::NodeContext<'_>,
            ) -> Result<$crate::call::Prepared, $crate::Fault> {
                match node.outputs[0].dtype {
                    praxis_model::DType::F32 => $crate::ops::unary::prepare::<f32, _>(*self),
                    praxis_model::DType::F64 => $crate::ops::unary::prepare::<f64, _>(*self),
                    _ => Err($crate::ops::elementwise::WRONG_TYPE),
                }
            }
        })*
    };
}
pub(super) use float_kernels;
