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
mod reduction;
mod reshape;
mod slice;
mod transpose;

pub(crate) use context::{Context, Lowering};

use crate::{graph::Value, refusal::Refusal};

/// Turns one node into values, one for each of its outputs that the importer supports.
type Lower = fn(&mut Context<'_, '_>) -> Result<Vec<Value>, Refusal>;

/// A domain, an operator's name in it, and its function. The default domain is the empty one.
type Row = (&'static str, &'static str, Lower);

/// The operators, by family.
const TABLES: &[&[Row]] = &[
    BASE,
    // Elementwise functions, comparisons, logic.
    // Reductions, normalisation, the softmax family.
    reduction::TABLE,
    // Movement, gathering and scattering of elements.
    // Convolution and pooling.
    // Products, recurrent cells, attention.
    // Trees and classical models.
    // Quantised arithmetic.
    // Control flow and sequences.
];

const BASE: &[Row] = &[
    ("", "Add", elementwise::add),
    ("", "Cast", cast::cast),
    ("", "Clip", clip::clip),
    ("", "Concat", concat::concat),
    ("", "Constant", constant::constant),
    ("", "ConstantOfShape", constant::constant_of_shape),
    ("", "Div", elementwise::div),
    ("", "Dropout", identity::dropout),
    ("", "Flatten", reshape::flatten),
    ("", "Gemm", product::gemm),
    ("", "Identity", identity::identity),
    ("", "LeakyRelu", elementwise::leaky_relu),
    ("", "MatMul", product::matmul),
    ("", "Mul", elementwise::mul),
    ("", "Relu", elementwise::relu),
    ("", "Reshape", reshape::reshape),
    ("", "Shape", reshape::shape),
    ("", "Sigmoid", elementwise::sigmoid),
    ("", "Slice", slice::slice),
    ("", "Squeeze", reshape::squeeze),
    ("", "Sub", elementwise::sub),
    ("", "Tanh", elementwise::tanh),
    ("", "Transpose", transpose::transpose),
    ("", "Unsqueeze", reshape::unsqueeze),
];

/// Operators that can be imported, each with its domain.
pub fn supported_operators() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLES.iter().copied().flatten().map(|&(domain, name, _)| (domain, name))
}

/// The function for an operator.
fn lower(domain: &str, op_type: &str) -> Option<Lower> {
    let domain = if crate::proto::is_default_domain(domain) { "" } else { domain };
    TABLES.iter().copied().flatten().find(|row| (row.0, row.1) == (domain, op_type)).map(|row| row.2)
}

/// Whether an operator can be imported.
pub(crate) fn is_supported(domain: &str, op_type: &str) -> bool {
    lower(domain, op_type).is_some()
}
