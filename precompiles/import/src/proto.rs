//! From bytes to tract's protobuf structures.

use tract_onnx::{pb, prelude::Framework};

use crate::{
    ImportError,
    functions::{self, FunctionData},
    limits::{MAX_FILE_BYTES, MAX_ONNX_NODES, MAX_OPSET},
    scan::scan,
};

/// The parts of a file that everything else reads.
pub(crate) struct OnnxFile {
    pub(crate) graph: pb::GraphProto,
    /// Functions that the file defines.
    pub(crate) functions: Vec<FunctionData>,
    /// Version of the default operator set.
    pub(crate) opset: i64,
    /// Version of the operator set of classical models, `ai.onnx.ml`; 1 where the file does not say.
    pub(crate) ml_opset: i64,
}

/// Decodes a file within the limits. Nothing but tract's decoder touches it: no analysis, no symbolic dimension.
pub(crate) fn decode(bytes: &[u8]) -> Result<OnnxFile, ImportError> {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ImportError::FileSize { found: bytes.len() as u64, limit: MAX_FILE_BYTES });
    }
    if bytes.is_empty() {
        return Err(ImportError::NotOnnx { why: "it is empty".to_owned() });
    }
    scan(bytes)?;
    let mut reader = bytes;
    let model = tract_onnx::Onnx::default()
        .proto_model_for_read(&mut reader)
        .map_err(|error| ImportError::NotOnnx { why: format!("{error:#}") })?;
    let graph = model.graph.ok_or_else(|| ImportError::NotOnnx { why: "it has no graph".to_owned() })?;
    if graph.node.len() > MAX_ONNX_NODES {
        let found = graph.node.len() as u64;
        return Err(ImportError::Limit { what: "number of nodes", found, limit: MAX_ONNX_NODES as u64 });
    }
    let default_set = |set: &&pb::OperatorSetIdProto| is_default_domain(&set.domain);
    let opset = model.opset_import.iter().filter(default_set).map(|set| set.version).max();
    let ml_set = |set: &&pb::OperatorSetIdProto| set.domain == ML_DOMAIN;
    let ml_opset = model.opset_import.iter().filter(ml_set).map(|set| set.version).max().unwrap_or(1);
    // A file without a version for the default domain can still use other domains alone.
    let opset = opset.or_else(|| (!model.opset_import.is_empty()).then_some(MAX_OPSET));
    let functions = functions::read(bytes, model.functions)?;
    Ok(OnnxFile { opset: opset.ok_or(ImportError::NoOpset)?, ml_opset, graph, functions })
}

/// The domain of scikit-learn's and of tree models' operators.
pub(crate) const ML_DOMAIN: &str = "ai.onnx.ml";

/// Whether `domain` is that of the standard operators, which has two spellings.
pub(crate) fn is_default_domain(domain: &str) -> bool {
    domain.is_empty() || domain == "ai.onnx"
}

/// An element type's name in ONNX's documentation, from its number.
pub(crate) fn data_type_name(number: i32) -> String {
    use pb::tensor_proto::DataType;
    match DataType::try_from(number) {
        Ok(DataType::Undefined) | Err(_) => format!("undefined (number {number})"),
        Ok(DataType::Double) => "float64".to_owned(),
        Ok(DataType::Float) => "float32".to_owned(),
        Ok(known) => known.as_str_name().to_ascii_lowercase(),
    }
}
