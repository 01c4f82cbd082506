//! The operators. Each one is a file with its attributes, its type and shape rule and its counted work, and a row in the
//! table below; its kernel is a file of the same name in the inference crate.

mod add;
mod cast;
mod classical;
mod clip;
mod concat;
mod convolution;
mod div;
mod elementwise;
mod flatten;
mod gemm;
mod identity;
mod leaky_relu;
mod matmul;
mod movement;
mod mul;
mod quantised;
mod recurrent;
mod reduction;
mod relu;
mod reshape;
mod rules;
mod sigmoid;
mod slice;
mod softmax;
mod sub;
mod tanh;
mod transpose;

pub use add::Add;
pub use cast::Cast;
pub use classical::{
    Aggregate, ClassLabels, Decision, LEAF, LabelMap, LeafWeights, PairwiseLabels, PairwiseProbabilities,
    SetMembership, Split, SquaredDistances, TREE_FIELDS, TreeEnsemble,
};
pub use clip::{Clip, Scalar};
pub use concat::Concat;
pub use convolution::{
    AveragePool, Axis, Conv, ConvTranspose, DeformConv, DeformShape, Ending, Geometry, IndexOrder, LANES, LpPool,
    MAX_CHUNK, MAX_SPATIAL, MaxPool, Method, Phase, Pool, Window,
};
pub use div::Div;
pub use elementwise::{
    Abs, Acos, Acosh, And, Asin, Asinh, Atan, Atanh, BitCast, BitShift, BitwiseAnd, BitwiseNot, BitwiseOr, BitwiseXor,
    Ceil, Celu, Cos, Cosh, Elu, Equal, Erf, Exp, Floor, Gelu, Greater, GreaterOrEqual, HardSigmoid, HardSwish, IsInf,
    IsNaN, Less, LessOrEqual, Log, Max, Min, Mish, Mod, Neg, Not, Or, PRelu, Pow, Reciprocal, Round, Selu, Shrink,
    Sign, Sin, Sinh, Softplus, Softsign, Sqrt, Swish, Tan, ThresholdedRelu, Where, Xor,
};
pub use flatten::Flatten;
pub use gemm::Gemm;
pub use identity::Identity;
pub use leaky_relu::LeakyRelu;
pub use matmul::{MatMul, MatMulShape};
pub use movement::{
    ConstantOfShape, Gather, GatherElements, GatherND, GridMode, GridPadding, GridSample, OneHot, Pad, PadMode,
    Resample, ReverseSequence, RoiAlign, ScatterElements, ScatterND, ScatterReduction, Stride, TensorScatter, Trilu,
    View, Walk,
};
pub use mul::Mul;
pub use quantised::{
    ByteConv, ByteProduct, CHUNK_ROWS, ConvInteger, DequantizeLinear, DynamicQuantizeLinear, MatMulInteger,
    PANEL_COLUMNS, QLinearConv, QLinearMatMul, QUAD, QuantizeLinear, ScaleRuns,
};
pub use recurrent::{Activation, Direction, GRU, LSTM, RNN, Recurrence, RecurrentSizes, STEPS_AT_ONCE};
pub use reduction::{
    Arg, ArgMax, ArgMin, BatchNormalization, CumProd, CumSum, Cumulative, Det, GroupNormalization, LayerNormalization,
    LinearAttention, LinearAttentionShape, RMSNormalization, ReduceL1, ReduceMax, ReduceMean, ReduceMin, ReduceProd,
    ReduceSum, ReduceSumSquare, Reduction, ReductionShape, TopK,
};
pub use relu::Relu;
pub use reshape::Reshape;
pub use rules::broadcast;
pub use sigmoid::Sigmoid;
pub use slice::{Slice, SliceRange};
pub use softmax::Softmax;
pub use sub::Sub;
pub use tanh::Tanh;
pub use transpose::Transpose;

use crate::{
    OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// What the format, validation and metering need to know about an operator.
pub trait Operator: Sized {
    /// Writes the attributes.
    fn encode(&self, out: &mut Writer);

    /// Reads the attributes; refuses what [`Self::encode`] would not write.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError>;

    /// Types of the outputs for inputs of these types, or why the operator does not take them.
    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError>;

    /// Counted arithmetic, without the node's own price and the bytes of its inputs and outputs, which are counted alike
    /// for all. The types passed [`Self::outputs`].
    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work;

    /// Memory beside inputs and outputs, for inputs that passed [`Self::outputs`].
    fn memory(&self, _inputs: &[TensorType]) -> OpMemory {
        OpMemory::default()
    }

    /// Whether the output has the bytes of the first input, in the same order: such a node needs no run.
    fn is_view(&self) -> bool {
        false
    }

    /// Checks what constants hold, for operators whose constants are more than numbers: tables of tree nodes, positions. `constants`
    /// has the bytes of each input that is a constant, and `None` for the others. The types passed [`Self::outputs`].
    fn check_constants(&self, _inputs: &[TensorType], _constants: &[Option<&[u8]>]) -> Result<(), OpError> {
        Ok(())
    }

    /// Whether this input is a table that the kernel reads when it is prepared. [`Self::check_constants`] refuses such an input
    /// where it is no constant.
    fn is_table(&self, _input: usize) -> bool {
        false
    }
}

/// Memory that a node takes beside its inputs and outputs, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpMemory {
    /// Inputs that the kernel packs, each with the bytes that this takes: held with the Plan when the input is a constant,
    /// part of a run otherwise.
    pub packed: Vec<(usize, u64)>,
    /// During a run.
    pub scratch: u64,
}

impl OpMemory {
    /// Bytes of the packed inputs that are constants, and of those that are not.
    pub fn packed_bytes(&self, is_constant: impl Fn(usize) -> bool) -> (u64, u64) {
        self.packed.iter().fold((0, 0), |(held, run), &(input, bytes)| {
            if is_constant(input) { (bytes.saturating_add(held), run) } else { (held, bytes.saturating_add(run)) }
        })
    }
}

/// Makes [`Op`] and its dispatch from the table of operators.
macro_rules! operators {
    ($($code:literal $name:ident,)*) => {
        /// An operator with its attributes.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Op {
            $(#[doc = concat!("ONNX ", stringify!($name), ".")] $name($name),)*
        }

        impl Op {
            /// The operators' codes and ONNX names.
            pub const TABLE: &'static [(u16, &'static str)] = &[$(($code, stringify!($name)),)*];

            /// Its number in the format.
            pub const fn code(&self) -> u16 {
                match self { $(Self::$name(_) => $code,)* }
            }

            /// Its ONNX name.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }

            pub(crate) fn encode_attributes(&self, out: &mut Writer) {
                match self { $(Self::$name(op) => op.encode(out),)* }
            }

            /// Reads the attributes of the operator with this code; refuses what is not canonical.
            pub fn decode_attributes(code: u16, reader: &mut Reader<'_>) -> Result<Self, PlanError> {
                match code {
                    $($code => Ok(Self::$name($name::decode(reader)?)),)*
                    _ => Err(PlanError::Operator { code }),
                }
            }

            /// Types of the outputs for inputs of these types; every type is checked against the limits.
            pub fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
                for input in inputs {
                    input.check()?;
                }
                let outputs = match self { $(Self::$name(op) => op.outputs(inputs)?,)* };
                for output in &outputs {
                    output.check()?;
                }
                Ok(outputs)
            }

            /// Memory beside inputs and outputs, for inputs that passed [`Self::outputs`].
            pub fn memory(&self, inputs: &[TensorType]) -> OpMemory {
                match self { $(Self::$name(op) => op.memory(inputs),)* }
            }

            /// Whether its output is its first input's bytes under another shape.
            pub fn is_view(&self) -> bool {
                match self { $(Self::$name(op) => op.is_view(),)* }
            }

            /// Checks what the constants among the inputs hold; `None` stands for inputs that are not constant.
            pub fn check_constants(
                &self,
                inputs: &[TensorType],
                constants: &[Option<&[u8]>],
            ) -> Result<(), OpError> {
                match self { $(Self::$name(op) => op.check_constants(inputs, constants),)* }
            }

            /// Whether this input is a table that the kernel reads when it is prepared.
            pub fn is_table(&self, input: usize) -> bool {
                match self { $(Self::$name(op) => op.is_table(input),)* }
            }

            /// Counted arithmetic for inputs and outputs that passed [`Self::outputs`].
            pub fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
                match self { $(Self::$name(op) => op.work(inputs, outputs),)* }
            }
        }

        $(impl From<$name> for Op {
            fn from(op: $name) -> Self {
                Self::$name(op)
            }
        })*
    };
}

// Codes are part of the format: a code is never used again for another operator.
operators! {
    1 Gemm,
    2 MatMul,
    3 Add,
    4 Sub,
    5 Mul,
    6 Div,
    7 Relu,
    8 LeakyRelu,
    9 Tanh,
    10 Sigmoid,
    11 Softmax,
    12 Clip,
    13 Reshape,
    14 Flatten,
    15 Concat,
    16 Slice,
    17 Transpose,
    18 Cast,
    19 Identity,

    // 20 to 119: elementwise functions, comparisons, logic.
    20 Abs,
    21 Neg,
    22 Sign,
    23 Ceil,
    24 Floor,
    25 Round,
    26 Reciprocal,
    27 Sqrt,
    28 Exp,
    29 Log,
    30 Sin,
    31 Cos,
    32 Tan,
    33 Asin,
    34 Acos,
    35 Atan,
    36 Sinh,
    37 Cosh,
    38 Asinh,
    39 Acosh,
    40 Atanh,
    41 Erf,
    42 HardSigmoid,
    43 HardSwish,
    44 Softplus,
    45 Softsign,
    46 Elu,
    47 Selu,
    48 Celu,
    49 Gelu,
    50 Mish,
    51 Swish,
    52 ThresholdedRelu,
    53 Shrink,
    54 PRelu,
    55 Pow,
    56 Mod,
    57 Min,
    58 Max,
    59 Equal,
    60 Greater,
    61 GreaterOrEqual,
    62 Less,
    63 LessOrEqual,
    64 And,
    65 Or,
    66 Xor,
    67 Not,
    68 BitShift,
    69 BitwiseAnd,
    70 BitwiseOr,
    71 BitwiseXor,
    72 BitwiseNot,
    73 BitCast,
    74 Where,
    75 IsNaN,
    76 IsInf,

    // 120 to 159: reductions, normalisation, the softmax family.
    120 ReduceSum,
    121 ReduceMean,
    122 ReduceMax,
    123 ReduceMin,
    124 ReduceProd,
    125 ReduceL1,
    126 ReduceSumSquare,
    127 ArgMax,
    128 ArgMin,
    129 CumSum,
    130 CumProd,
    131 TopK,
    132 LayerNormalization,
    133 RMSNormalization,
    134 GroupNormalization,
    135 BatchNormalization,
    136 Det,
    137 LinearAttention,

    // 160 to 219: movement, gathering and scattering of elements.
    160 View,
    161 Gather,
    162 GatherElements,
    163 GatherND,
    164 ScatterElements,
    165 ScatterND,
    166 Pad,
    167 ConstantOfShape,
    168 OneHot,
    169 ReverseSequence,
    170 Trilu,
    171 TensorScatter,
    172 Resample,
    173 GridSample,
    174 RoiAlign,

    // 220 to 249: convolution and pooling.
    220 Conv,
    221 ConvTranspose,
    222 DeformConv,
    223 MaxPool,
    224 AveragePool,
    225 LpPool,

    // 250 to 279: products, recurrent cells, attention.
    250 LSTM,
    251 GRU,
    252 RNN,

    // 280 to 319: trees and classical models.
    280 TreeEnsemble,
    281 SetMembership,
    282 ClassLabels,
    283 LabelMap,
    284 PairwiseLabels,
    285 PairwiseProbabilities,
    286 SquaredDistances,

    // 320 to 349: quantised arithmetic.
    320 QuantizeLinear,
    321 DequantizeLinear,
    322 DynamicQuantizeLinear,
    323 MatMulInteger,
    324 QLinearMatMul,
    325 ConvInteger,
    326 QLinearConv,
}
