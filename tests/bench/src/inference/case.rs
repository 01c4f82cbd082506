//! A model with one input, as each engine needs it.

use std::sync::Arc;

use anyhow::{Context, Result};
use praxis_conformance::{Vectors, zoo::ZooModel};
use praxis_import::{ImportOptions, import_bytes};
use praxis_model::{Plan, Tensor, ValueInfo};
use prost::Message;
use tract_onnx::pb;

/// The first case of a model's vectors.
pub(crate) struct Case {
    /// What Praxis runs, or why it has no Plan of the file.
    pub(crate) plan: Result<Arc<Plan>, String>,
    /// The ONNX file, with ZipMap taken off: maps are made by no engine, so that all do the same work.
    pub(crate) onnx: Vec<u8>,
    /// Inputs in the file's order, with their names.
    pub(crate) inputs: Vec<(String, Tensor)>,
    /// Outputs in the file's order.
    pub(crate) outputs: Vec<Output>,
}

/// An output as the vectors have it.
pub(crate) struct Output {
    /// Its name.
    pub(crate) name: String,
    /// Onnxruntime's value; indices where the file gives strings.
    pub(crate) expected: Tensor,
    /// Whether the file gives strings.
    pub(crate) strings: bool,
}

impl Case {
    /// Reads a model and its vectors.
    pub(crate) fn of(model: &ZooModel) -> Result<Self> {
        let bytes = std::fs::read(model.onnx())?;
        let plan = import_bytes(&bytes, &ImportOptions::default());
        let plan = plan.map(|imported| Arc::new(imported.plan)).map_err(|error| error.to_string());
        let vectors = Vectors::read(&model.vectors())?;
        let mut file = pb::ModelProto::decode(bytes.as_slice())?;
        let graph = file.graph.as_mut().context("no graph")?;
        let zipmap = without_zipmap(graph);
        let input = |info: &pb::ValueInfoProto| Some((info.name.clone(), vectors.get("in", &info.name, 0)?));
        let inputs = graph.input.iter().filter_map(input).collect();
        let output = |info: &pb::ValueInfoProto| {
            let name = info.name.clone();
            let expected = vectors.get("out", &name, 0).with_context(|| format!("no vector out.{name}"))?;
            Ok(Output { expected, strings: is_string(info), name })
        };
        let outputs = graph.output.iter().map(output).collect::<Result<_>>()?;
        let onnx = if zipmap { file.encode_to_vec() } else { bytes };
        Ok(Self { plan, onnx, inputs, outputs })
    }
}

impl Case {
    /// The inputs in the Plan's order.
    pub(crate) fn ordered_inputs(&self, plan: &Plan) -> Result<Vec<Tensor>> {
        let find = |info: &ValueInfo| self.inputs.iter().find(|(name, _)| name == &info.name);
        let tensor =
            |info| find(info).map(|(_, tensor)| tensor.clone()).with_context(|| format!("no input {}", info.name));
        plan.inputs.iter().map(tensor).collect()
    }
}

fn is_string(info: &pb::ValueInfoProto) -> bool {
    matches!(tensor_type(info), Some(kind) if kind.elem_type == pb::tensor_proto::DataType::String as i32)
}

fn tensor_type(info: &pb::ValueInfoProto) -> Option<&pb::type_proto::Tensor> {
    let pb::type_proto::Value::TensorType(kind) = info.r#type.as_ref()?.value.as_ref()?;
    Some(kind)
}

/// ZipMap becomes Identity, and what it gave a tensor of floats of any shape. Whether there was one.
fn without_zipmap(graph: &mut pb::GraphProto) -> bool {
    let mut found = false;
    for node in graph.node.iter_mut().filter(|node| node.op_type == "ZipMap") {
        found = true;
        node.op_type = "Identity".to_owned();
        node.domain.clear();
        node.attribute.clear();
        for info in graph.output.iter_mut().filter(|info| info.name == node.output[0]) {
            let kind = pb::type_proto::Tensor { elem_type: pb::tensor_proto::DataType::Float as i32, shape: None };
            info.r#type =
                Some(pb::TypeProto { value: Some(pb::type_proto::Value::TensorType(kind)), denotation: String::new() });
        }
    }
    found
}
