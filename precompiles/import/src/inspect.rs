use std::{collections::BTreeMap, path::Path};

use praxis_model::{PlanCost, TensorType, id};
use tract_onnx::pb;

use crate::{
    ImportError, ImportOptions, Note, UnsupportedNode,
    functions::Functions,
    import::{import_file_parts, model_inputs, read_file, unsupported},
    inputs::{declared, describe},
    lower::Body,
    order::{Definition, Definitions, Section},
    proto::{self, data_type_name},
};

/// What an ONNX file holds, also where it cannot be imported.
#[derive(Debug)]
pub struct Inspection {
    /// Version of the default operator set.
    pub opset: i64,
    /// Inputs in the model's order, as the file declares them.
    pub inputs: Vec<DeclaredValue>,
    /// Outputs in the model's order, as the file declares them.
    pub outputs: Vec<DeclaredValue>,
    /// How many nodes each operator has among those that the outputs need. Names of other domains than the default one
    /// are written `domain.Name`.
    pub operators: BTreeMap<String, u64>,
    /// Elements of all initialisers that these nodes read.
    pub parameters: u64,
    /// Nodes whose operators Plans do not have.
    pub unsupported: Vec<UnsupportedNode>,
    /// The Plan that the file becomes, or why it becomes none.
    pub plan: Result<PlanSummary, ImportError>,
}

/// One input or output in the file's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredValue {
    /// Its name.
    pub name: String,
    /// Its element type by ONNX's name.
    pub dtype: String,
    /// Its shape, with names for open dimensions, such as `[batch, 40]`.
    pub shape: String,
}

/// Size and price of a Plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanSummary {
    /// Its id.
    pub id: [u8; 32],
    /// Length of its encoding in bytes.
    pub bytes: u64,
    /// Number of nodes after folding.
    pub nodes: u64,
    /// Gas, memory and counted work.
    pub cost: PlanCost,
    /// Inputs with their static types.
    pub inputs: Vec<(String, TensorType)>,
    /// Outputs with their static types.
    pub outputs: Vec<(String, TensorType)>,
    /// What the importer decided.
    pub notes: Vec<Note>,
}

/// Inspects the ONNX file at `path`.
///
/// # Errors
/// Those of [`inspect_bytes`], and [`ImportError::Read`].
pub fn inspect_file(path: impl AsRef<Path>, options: &ImportOptions) -> Result<Inspection, ImportError> {
    inspect_bytes(&read_file(path.as_ref())?, options)
}

/// Says what an ONNX file holds and what it would cost as a Plan.
///
/// # Errors
/// Where the bytes are no ONNX graph at all, or its names do not fit together. What only keeps it from becoming a Plan
/// is in [`Inspection::plan`] and [`Inspection::unsupported`].
pub fn inspect_bytes(bytes: &[u8], options: &ImportOptions) -> Result<Inspection, ImportError> {
    let file = proto::decode(bytes)?;
    let onnx = &file.graph;
    let body = Body::new(Section::of_graph(onnx), &|_| false)?;
    let functions = Functions::new(&file.functions)?;
    let mut operators = BTreeMap::new();
    for &index in &*body.order {
        *operators.entry(operator_name(&onnx.node[index])).or_insert(0) += 1;
    }
    let plan = import_file_parts(&file, bytes, options).map(|imported| {
        let encoded = imported.plan.encode();
        let list = |infos: &[praxis_model::ValueInfo]| {
            infos.iter().map(|info| (info.name.clone(), info.tensor_type())).collect()
        };
        PlanSummary {
            id: id::model_id(&encoded).0,
            bytes: encoded.len() as u64,
            nodes: imported.plan.nodes.len() as u64,
            cost: imported.plan.cost(),
            inputs: list(&imported.plan.inputs),
            outputs: list(&imported.plan.outputs),
            notes: imported.notes,
        }
    });
    Ok(Inspection {
        opset: file.opset,
        inputs: model_inputs(onnx, &body.names).into_iter().map(declared_value).collect(),
        outputs: onnx.output.iter().map(declared_value).collect(),
        operators,
        parameters: parameters(onnx, &body.names, &body.order),
        unsupported: unsupported(&body, &functions),
        plan,
    })
}

fn operator_name(node: &pb::NodeProto) -> String {
    if proto::is_default_domain(&node.domain) {
        node.op_type.clone()
    } else {
        format!("{}.{}", node.domain, node.op_type)
    }
}

fn declared_value(info: &pb::ValueInfoProto) -> DeclaredValue {
    let name = info.name.clone();
    match declared(info) {
        Some(found) => {
            DeclaredValue { name, dtype: data_type_name(found.elem_type), shape: describe(found.dims.as_deref()) }
        }
        None => DeclaredValue { name, dtype: "not a tensor".to_owned(), shape: describe(None) },
    }
}

fn parameters(onnx: &pb::GraphProto, names: &Definitions<'_>, live: &[usize]) -> u64 {
    let read = live.iter().flat_map(|&index| &onnx.node[index].input);
    let mut initialisers: Vec<usize> = read
        .filter_map(|name| match names.get(name.as_str()) {
            Some(&Definition::Initialiser(index)) => Some(index),
            _ => None,
        })
        .collect();
    initialisers.sort_unstable();
    initialisers.dedup();
    let elements = |&index: &usize| {
        let dims = onnx.initializer[index].dims.iter();
        dims.fold(1u64, |product, &dim| product.saturating_mul(u64::try_from(dim).unwrap_or(0)))
    };
    initialisers.iter().map(elements).fold(0, u64::saturating_add)
}
