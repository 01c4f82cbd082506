//! From ONNX nodes to operators of the Plan. Each ONNX operator is a function and a row in the table below; the function
//! reads attributes and constant inputs in the form of the file's operator set version and emits operators of the Plan.

mod cast;
mod classical;
mod clip;
mod concat;
mod constant;
mod context;
mod control;
mod convolution;
mod elementwise;
mod empty;
mod identity;
mod movement;
mod names;
mod products;
mod quantised;
mod reduction;
mod refused;
mod reshape;
mod scope;
mod slice;
mod transpose;

pub(crate) use context::{Context, Lowering};
pub(crate) use names::Names;
pub(crate) use refused::refused;
pub use refused::{RefusedOperator, refused_operators};
pub(crate) use scope::{Body, CallAttributes, Item, Opsets};

use tract_onnx::pb;

use crate::{graph::Value, refusal::Refusal};

/// Turns one node into values, one for each of its outputs that the importer supports.
type Lower = fn(&mut Context<'_, '_>) -> Result<Vec<Value>, Refusal>;

/// The same for operators on sequences, optionals and graphs, whose inputs or outputs may be other than tensors.
type LowerItems = fn(&mut Context<'_, '_>) -> Result<Vec<Item>, Refusal>;

/// What lowers an operator.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    Tensors(Lower),
    Items(LowerItems),
}

/// A domain, an operator's name in it, and its function. The default domain is the empty one.
type Row = (&'static str, &'static str, Lower);

/// The operators, by family.
const TABLES: &[&[Row]] = &[
    BASE,
    // Elementwise functions, comparisons, logic.
    elementwise::TABLE,
    // Reductions, normalisation, the softmax family.
    reduction::TABLE,
    // Movement, gathering and scattering of elements.
    movement::TABLE,
    // Convolution and pooling.
    convolution::TABLE,
    // Products, recurrent cells, attention.
    products::TABLE,
    // Trees and classical models.
    classical::TABLE,
    // Quantised arithmetic.
    quantised::TABLE,
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
    ("", "Gemm", products::gemm),
    ("", "LeakyRelu", elementwise::leaky_relu),
    ("", "MatMul", products::matmul),
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
    let tensors = TABLES.iter().copied().flatten().map(|&(domain, name, _)| (domain, name));
    tensors.chain(control::TABLE.iter().map(|&(name, _)| ("", name)))
}

/// Operators that mean the same in versions below `MIN_OPSET` as later, with the first version from which that holds.
/// Attributes that only older versions have are refused with the node.
const UNCHANGED: &[(&str, i64)] = &[
    ("Abs", 6),
    ("Ceil", 6),
    ("Clip", 6),
    ("Elu", 6),
    ("Exp", 6),
    ("Floor", 6),
    ("HardSigmoid", 6),
    ("Identity", 1),
    ("LeakyRelu", 6),
    ("Log", 6),
    ("Neg", 6),
    ("Not", 1),
    ("Reciprocal", 6),
    ("Relu", 6),
    ("Selu", 6),
    ("Sigmoid", 6),
    ("Softplus", 1),
    ("Softsign", 1),
    ("Sqrt", 6),
    ("Tanh", 6),
    ("Transpose", 1),
];

/// Whether a node means the same in this old version of the default operator set.
pub(crate) fn is_unchanged(node: &pb::NodeProto, opset: i64) -> bool {
    crate::proto::is_default_domain(&node.domain)
        && UNCHANGED.iter().any(|&(name, first)| node.op_type == name && opset >= first)
}

/// The function for an operator.
fn lower(domain: &str, op_type: &str) -> Option<Rule> {
    let domain = if crate::proto::is_default_domain(domain) { "" } else { domain };
    let tensors = TABLES.iter().copied().flatten().find(|row| (row.0, row.1) == (domain, op_type));
    tensors.map(|row| Rule::Tensors(row.2)).or_else(|| {
        let items = control::TABLE.iter().filter(|_| domain.is_empty()).find(|row| row.0 == op_type);
        items.map(|row| Rule::Items(row.1))
    })
}

/// Whether an operator can be imported.
pub(crate) fn is_supported(domain: &str, op_type: &str) -> bool {
    lower(domain, op_type).is_some()
}
