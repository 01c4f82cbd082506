//! The kernels, one file for each operator, and the table that binds them to the model crate's operators.

mod binary;
mod broadcast;
mod cast;
mod clip;
mod concat;
mod copy;
mod gemm;
mod leaky_relu;
mod matmul;
mod reduction;
mod relu;
mod softmax;
mod strided;
mod transcendental;
mod unary;

use praxis_model::Op;

use crate::call::Kernel;

/// Each operator's attributes are its kernel: `impl Kernel for praxis_model::ops::X`.
macro_rules! kernels {
    ($($name:ident,)*) => {
        /// The kernel of an operator.
        pub(crate) fn kernel(op: &Op) -> &dyn Kernel {
            match op { $(Op::$name(op) => op,)* }
        }
    };
}

kernels! {
    Gemm,
    MatMul,
    Add,
    Sub,
    Mul,
    Div,
    Relu,
    LeakyRelu,
    Tanh,
    Sigmoid,
    Softmax,
    Clip,
    Reshape,
    Flatten,
    Concat,
    Slice,
    Transpose,
    Cast,
    Identity,

    // Elementwise functions, comparisons, logic.

    // Reductions, normalisation, the softmax family.
    ReduceSum,
    ReduceMean,
    ReduceMax,
    ReduceMin,
    ReduceProd,
    ReduceL1,
    ReduceSumSquare,
    ArgMax,
    ArgMin,
    CumSum,
    CumProd,
    TopK,
    LayerNormalization,
    RMSNormalization,
    GroupNormalization,
    BatchNormalization,

    // Movement, gathering and scattering of elements.

    // Convolution and pooling.

    // Products, recurrent cells, attention.

    // Trees and classical models.

    // Quantised arithmetic.
}
