//! The kernels, one file for each operator, and the table that binds them to the model crate's operators.

mod binary;
mod broadcast;
mod cast;
mod classical;
mod clip;
mod concat;
mod convolution;
mod copy;
mod elementwise;
mod gemm;
mod leaky_relu;
mod matmul;
mod movement;
mod quantised;
mod recurrent;
mod reduction;
mod relu;
mod softmax;
mod transcendental;
mod unary;
mod zip;

use praxis_model::Op;

use crate::call::Kernel;

/// Dispatch on a numeric element type: `by_number!(dtype, T => expression)`, where T is Rust's type.
macro_rules! by_number {
    ($dtype:expr, $kind:ident => $prepare:expr) => {
        $crate::ops::by_number!(@ $dtype, $kind, $prepare,
            F32 f32, F64 f64, U8 u8, I8 i8, U16 u16, I16 i16, U32 u32, I32 i32, U64 u64, I64 i64)
    };
    (@ $dtype:expr, $kind:ident, $prepare:expr, $($name:ident $type:ident),*) => {
        match $dtype {
            $(praxis_model::DType::$name => {
                type $kind = $type;
                $prepare
            })*
            praxis_model::DType::Bool => Err($crate::Fault::Internal("a numeric operator on bool")),
        }
    };
}
use by_number;

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
    Abs,
    Neg,
    Sign,
    Ceil,
    Floor,
    Round,
    Reciprocal,
    Sqrt,
    Exp,
    Log,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Asinh,
    Acosh,
    Atanh,
    Erf,
    HardSigmoid,
    HardSwish,
    Softplus,
    Softsign,
    Elu,
    Selu,
    Celu,
    Gelu,
    Mish,
    Swish,
    ThresholdedRelu,
    Shrink,
    PRelu,
    Pow,
    Mod,
    Min,
    Max,
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    And,
    Or,
    Xor,
    Not,
    BitShift,
    BitwiseAnd,
    BitwiseOr,
    BitwiseXor,
    BitwiseNot,
    BitCast,
    Where,
    IsNaN,
    IsInf,

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
    Det,
    LinearAttention,

    // Movement, gathering and scattering of elements.
    View,
    Gather,
    GatherElements,
    GatherND,
    ScatterElements,
    ScatterND,
    Pad,
    ConstantOfShape,
    OneHot,
    ReverseSequence,
    Trilu,
    TensorScatter,
    Resample,
    GridSample,
    RoiAlign,

    // Convolution and pooling.
    Conv,
    ConvTranspose,
    DeformConv,
    MaxPool,
    AveragePool,
    LpPool,

    // Products, recurrent cells, attention.
    LSTM,
    GRU,
    RNN,

    // Trees and classical models.
    TreeEnsemble,
    SetMembership,
    ClassLabels,
    LabelMap,
    PairwiseLabels,
    PairwiseProbabilities,
    SquaredDistances,

    // Quantised arithmetic.
    QuantizeLinear,
    DequantizeLinear,
    DynamicQuantizeLinear,
    MatMulInteger,
    QLinearMatMul,
    ConvInteger,
    QLinearConv,
}
