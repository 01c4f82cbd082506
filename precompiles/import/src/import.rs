use std::{fs::File, io::Read, path::Path};

use praxis_model::{DType, Plan};
use sha2::{Digest, Sha256};
use tract_onnx::pb;

use crate::{
    ImportError, ImportOptions, Note, UnsupportedNode, build,
    functions::Functions,
    graph::Value,
    inputs,
    limits::{MAX_FILE_BYTES, MAX_OPSET, MIN_OPSET},
    lower::{Body, Lowering, Names, Opsets, is_supported, is_unchanged},
    order::{Definition, Definitions, Section, label},
    proto::{self, OnnxFile},
    tensor::dtype,
};

/// A Plan and what the caller should know about how it came out of the file.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The Plan, valid.
    pub plan: Plan,
    /// Decisions worth showing.
    pub notes: Vec<Note>,
}

/// Imports the ONNX file at `path`.
///
/// # Errors
/// [`ImportError::Read`] where the file cannot be read, and all errors of [`import_bytes`].
pub fn import_file(path: impl AsRef<Path>, options: &ImportOptions) -> Result<Imported, ImportError> {
    import_bytes(&read_file(path.as_ref())?, options)
}

/// Imports an ONNX file. The same bytes and options give the same Plan on every machine.
///
/// # Errors
/// See [`ImportError`]; no input makes it panic, run for long or take much memory.
pub fn import_bytes(bytes: &[u8], options: &ImportOptions) -> Result<Imported, ImportError> {
    let file = proto::decode(bytes)?;
    import_file_parts(&file, bytes, options)
}

/// Reads a file of at most [`MAX_FILE_BYTES`], and no more of it where it turns out to have no end.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, ImportError> {
    let failed = |source| ImportError::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

pub(crate) fn import_file_parts(
    file: &OnnxFile,
    bytes: &[u8],
    options: &ImportOptions,
) -> Result<Imported, ImportError> {
    let onnx = &file.graph;
    let body = Body::new(Section::of_graph(onnx), &|_| false)?;
    let unchanged = |index: &usize| is_unchanged(&body.section.nodes[*index], file.opset);
    if file.opset > MAX_OPSET || (file.opset < MIN_OPSET && !body.order.iter().all(unchanged)) {
        return Err(ImportError::Opset { found: file.opset });
    }
    let functions = Functions::new(&file.functions)?;
    let unsupported = unsupported(&body, &functions);
    if !unsupported.is_empty() {
        return Err(ImportError::Unsupported(unsupported));
    }
    let mut notes = Vec::new();
    let given: Vec<_> = model_inputs(onnx, &body.names);
    let open: Vec<_> = given.iter().copied().filter(|info| !options.frozen.contains_key(&info.name)).collect();
    let mut inputs = inputs::resolve(&open, options, &mut notes)?;
    let doubles = inputs.iter_mut().filter(|info| options.to_float32 && info.dtype == DType::F64);
    let narrowed = doubles.map(|info| info.dtype = DType::F32).count() > 0;
    let types = inputs.iter().map(|info| (info.name.as_str(), info.tensor_type()));
    let opsets = Opsets { default: file.opset, ml: file.ml_opset };
    let mut lowering = Lowering::new(&functions, body, opsets, types);
    if options.to_float32 {
        lowering.narrow_floats();
    }
    lowering.freeze(&given, options)?;
    lowering.main()?;
    let mut outputs = Vec::with_capacity(onnx.output.len());
    for info in &onnx.output {
        let wrong = |why: String| ImportError::Interface { role: "output", name: info.name.clone(), why };
        let value = lowering.value(&info.name).map_err(|refusal| refusal.named(wrong))?;
        check_declared(info, lowering.graph.kind(value), lowering.names.labels(value).is_some(), &mut notes)
            .map_err(wrong)?;
        let labels = output_labels(info, &lowering.names, value, &mut notes);
        outputs.push(build::Output { name: info.name.clone(), value, labels });
    }
    if narrowed || lowering.narrowed {
        notes.push(Note::ToFloat32);
    }
    let source_sha256 = Sha256::digest(bytes).into();
    let graph = std::mem::take(&mut lowering.graph);
    let label = |source| lowering.label(source);
    let plan = build::build(graph, &label, &inputs, &outputs, source_sha256, &mut notes)?;
    tracing::debug!(nodes = plan.nodes.len(), weights = plan.weights.len(), "imported an ONNX file");
    Ok(Imported { plan, notes })
}

/// The inputs that a caller gives: those that no initialiser fills.
pub(crate) fn model_inputs<'a>(onnx: &'a pb::GraphProto, names: &Definitions<'_>) -> Vec<&'a pb::ValueInfoProto> {
    onnx.input.iter().filter(|info| matches!(names.get(info.name.as_str()), Some(Definition::Input(_)))).collect()
}

/// The nodes of the main graph whose operators Plans do not have.
pub(crate) fn unsupported(body: &Body<'_>, functions: &Functions<'_>) -> Vec<UnsupportedNode> {
    let nodes = body.order.iter().map(|&index| (index, &body.section.nodes[index]));
    let missing = nodes.filter(|(_, node)| {
        functions.get(&node.domain, &node.op_type).is_none() && !is_supported(&node.domain, &node.op_type)
    });
    missing.map(|(index, node)| UnsupportedNode::new(label(body.section.nodes, index), &node.domain)).collect()
}

/// Names of an output's labels: of its numbers, or of its columns where the file gives maps.
fn output_labels(info: &pb::ValueInfoProto, names: &Names, value: Value, notes: &mut Vec<Note>) -> Vec<String> {
    let output = info.name.clone();
    match (names.labels(value), names.columns(value)) {
        (Some(labels), _) => {
            notes.push(Note::Labels { output, names: labels.to_vec() });
            labels.to_vec()
        }
        (None, Some(columns)) => {
            notes.push(Note::Maps { output });
            columns.to_vec()
        }
        (None, None) => Vec::new(),
    }
}

/// A declared element type must be the computed one, but for strings, which became numbers, and for the width of floats, which
/// exporters confuse: then the file's nodes decide. A declared shape that differs is worth a note too.
fn check_declared(
    info: &pb::ValueInfoProto,
    computed: &praxis_model::TensorType,
    is_labels: bool,
    notes: &mut Vec<Note>,
) -> Result<(), String> {
    let Some(declared) = inputs::declared(info) else { return Ok(()) };
    let is_text = declared.elem_type == pb::tensor_proto::DataType::String as i32;
    if declared.elem_type != 0 && !(is_text && is_labels) {
        let stated = dtype(declared.elem_type)?;
        if stated != computed.dtype {
            if !(stated.is_float() && computed.dtype.is_float()) {
                return Err(format!("the file declares it as {stated}, its nodes give {}", computed.dtype));
            }
            notes.push(Note::OutputType { output: info.name.clone(), declared: stated, computed: computed.dtype });
        }
    }
    let Some(dims) = declared.dims else { return Ok(()) };
    let fits = |(dim, &size): (&inputs::DeclaredDim<'_>, &u32)| match *dim {
        inputs::DeclaredDim::Fixed(fixed) => fixed == i64::from(size),
        _ => true,
    };
    if dims.len() != computed.rank() || !dims.iter().zip(&computed.shape).all(fits) {
        let declared = inputs::describe(Some(&dims));
        notes.push(Note::OutputShape { output: info.name.clone(), declared, computed: computed.shape.clone() });
    }
    Ok(())
}
