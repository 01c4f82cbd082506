//! From ONNX nodes to operators of the Plan. Each ONNX operator is a function and a row in the table below; the function
//! reads attributes and constant inputs in the form of the file's operator set version and emits operators of the Plan.

mod cast;
mod clip;
mod concat;
mod constant;
mod context;
mod elementwise;
mod identity;
mod product;
mod reshape;
mod slice;
mod softmax;
mod transpose;

pub(crate) use context::{Context, Lowering};

use crate::{graph::Value, refusal::Refusal};

/// Turns one node into values, one for each of its outputs that the importer supports.
type Lower = fn(&mut Context<'_, '_>) -> Result<Vec<Value>, Refusal>;

/// Operators of the default domain by name.
const TABLE: &[(&str, Lower)] = &[
    ("Add", elementwise::add),
    ("Cast", cast::cast),
    ("Clip", clip::clip),
    ("Concat", concat::concat),
    ("Constant", constant::constant),
    ("ConstantOfShape", constant::constant_of_shape),
    ("Div", elementwise::div),
    ("Dropout", identity::dropout),
    ("Flatten", reshape::flatten),
    ("Gemm", product::gemm),
    ("Identity", identity::identity),
    ("LeakyRelu", elementwise::leaky_relu),
    ("MatMul", product::matmul),
    ("Mul", elementwise::mul),
    ("Relu", elementwise::relu),
    ("Reshape", reshape::reshape),
    ("Shape", reshape::shape),
    ("Sigmoid", elementwise::sigmoid),
    ("Slice", slice::slice),
    ("Softmax", softmax::softmax),
    ("Squeeze", reshape::squeeze),
    ("Sub", elementwise::sub),
    ("Tanh", elementwise::tanh),
    ("Transpose", transpose::transpose),
    ("Unsqueeze", reshape::unsqueeze),
];

/// Names of the operators that can be imported, all of the default domain.
pub fn supported_operators() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(name, _)| *name)
}

/// The function for an operator.
fn lower(domain: &str, op_type: &str) -> Option<Lower> {
    if !crate::proto::is_default_domain(domain) {
        return None;
    }
    TABLE.iter().find(|(name, _)| *name == op_type).map(|(_, lower)| *lower)
}

/// Whether an operator can be imported.
pub(crate) fn is_supported(domain: &str, op_type: &str) -> bool {
    lower(domain, op_type).is_some()
}
