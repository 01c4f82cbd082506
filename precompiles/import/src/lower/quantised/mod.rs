//! Quantised arithmetic. Pairs of DequantizeLinear and QuantizeLinear around a product become one integer operator.

mod average;
mod fuse;
mod linear;
mod microsoft;
mod product;

use super::Row;

/// The domain of onnxruntime's own operators, which its quantisation tools write.
const MICROSOFT: &str = "com.microsoft";

pub(super) const TABLE: &[Row] = &[
    ("", "ConvInteger", product::conv_integer),
    ("", "DequantizeLinear", linear::dequantize),
    ("", "DynamicQuantizeLinear", linear::dynamic),
    ("", "MatMulInteger", product::matmul_integer),
    ("", "QLinearConv", product::qlinear_conv),
    ("", "QLinearMatMul", product::qlinear_matmul),
    ("", "QuantizeLinear", linear::quantize),
    (MICROSOFT, "DequantizeLinear", linear::dequantize),
    (MICROSOFT, "QGemm", microsoft::gemm),
    (MICROSOFT, "QLinearAdd", microsoft::add),
    (MICROSOFT, "QLinearAveragePool", microsoft::average_pool),
    (MICROSOFT, "QLinearConcat", microsoft::concat),
    (MICROSOFT, "QLinearGlobalAveragePool", microsoft::global_average_pool),
    (MICROSOFT, "QLinearLeakyRelu", microsoft::leaky_relu),
    (MICROSOFT, "QLinearMul", microsoft::mul),
    (MICROSOFT, "QLinearSigmoid", microsoft::sigmoid),
    (MICROSOFT, "QLinearSoftmax", microsoft::softmax),
    (MICROSOFT, "QuantizeLinear", linear::quantize),
];
