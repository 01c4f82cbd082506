//! The model's inputs with static shapes: from the file, from the caller, and by one rule for the batch dimension.

use std::collections::{BTreeMap, BTreeSet};

use praxis_model::{
    ValueInfo,
    limits::{MAX_MODEL_ARITY, MAX_RANK},
};
use tract_onnx::pb::{self, tensor_shape_proto::dimension::Value as Dim, type_proto};

use crate::{ImportError, ImportOptions, Note, limits::shown, tensor::dtype};

/// A dimension that the file leaves open is used with this size in the example of an error message.
const EXAMPLE_SIZE: u32 = 64;

/// Element type and dimensions as a `ValueInfoProto` declares them.
pub(crate) struct Declared<'a> {
    pub(crate) elem_type: i32,
    /// `None` where the file gives not even the rank.
    pub(crate) dims: Option<Vec<DeclaredDim<'a>>>,
}

/// One dimension of a declaration. A symbolic one is only compared, never parsed: it may hold a whole expression.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum DeclaredDim<'a> {
    Fixed(i64),
    Symbol(&'a str),
    Unknown,
}

/// Reads a declaration; `None` where it is not a tensor's.
pub(crate) fn declared(info: &pb::ValueInfoProto) -> Option<Declared<'_>> {
    let type_proto::Value::TensorType(tensor) = info.r#type.as_ref()?.value.as_ref()?;
    let dims = tensor.shape.as_ref().map(|shape| {
        let read = |dim: &'_ pb::tensor_shape_proto::Dimension| match dim.value.as_ref() {
            Some(Dim::DimValue(value)) => DeclaredDim::Fixed(*value),
            _ => DeclaredDim::Unknown,
        };
        let symbol = |dim| match read(dim) {
            DeclaredDim::Unknown => match dim.value.as_ref() {
                Some(Dim::DimParam(name)) if !name.is_empty() => DeclaredDim::Symbol(name),
                _ => DeclaredDim::Unknown,
            },
            fixed => fixed,
        };
        shape.dim.iter().map(symbol).collect()
    });
    Some(Declared { elem_type: tensor.elem_type, dims })
}

/// Gives every input its shape.
pub(crate) fn resolve(
    inputs: &[&pb::ValueInfoProto],
    options: &ImportOptions,
    notes: &mut Vec<Note>,
) -> Result<Vec<ValueInfo>, ImportError> {
    check_option_names(inputs, options)?;
    let declared: Vec<_> = inputs.iter().map(|info| (*info, declared(info))).collect();
    let mut symbols = BTreeMap::new();
    for (info, declared) in &declared {
        if let (Some(given), Some(dims)) =
            (options.shapes.get(&info.name), declared.as_ref().and_then(|d| d.dims.as_ref()))
        {
            bind(&info.name, given, dims, &mut symbols)?;
        }
    }
    let mut resolved = Vec::with_capacity(inputs.len());
    for (info, declared) in declared {
        let wrong = |why: String| ImportError::Interface { role: "input", name: info.name.clone(), why };
        let declared = declared.ok_or_else(|| wrong("it is not a tensor; only tensors are supported".to_owned()))?;
        let dtype = dtype(declared.elem_type).map_err(wrong)?;
        let shape = match options.shapes.get(&info.name) {
            Some(given) => given.clone(),
            None => from_file(&info.name, declared.dims.as_deref(), &symbols, notes)?,
        };
        let value = ValueInfo { name: info.name.clone(), dtype, shape };
        value.tensor_type().check().map_err(|error| wrong(error.to_string()))?;
        resolved.push(value);
    }
    Ok(resolved)
}

fn check_option_names(inputs: &[&pb::ValueInfoProto], options: &ImportOptions) -> Result<(), ImportError> {
    let names: BTreeSet<&str> = inputs.iter().map(|info| info.name.as_str()).collect();
    match options.shapes.iter().find(|(name, _)| !names.contains(name.as_str())) {
        None => Ok(()),
        Some((name, given)) => {
            let known: Vec<_> = names.iter().take(MAX_MODEL_ARITY).map(|name| format!("\"{}\"", shown(name))).collect();
            let why = format!("the model has no such input; its inputs are {}", known.join(", "));
            Err(ImportError::ShapeOption { name: name.clone(), given: list(given), why })
        }
    }
}

/// Checks a given shape against the declared one and remembers what it says about symbols.
fn bind<'a>(
    name: &str,
    given: &[u32],
    dims: &[DeclaredDim<'a>],
    symbols: &mut BTreeMap<&'a str, u32>,
) -> Result<(), ImportError> {
    let wrong = |why: String| ImportError::ShapeOption { name: name.to_owned(), given: list(given), why };
    if given.len() != dims.len() {
        return Err(wrong(format!("the file declares {}, so {} numbers are needed", describe(Some(dims)), dims.len())));
    }
    for (&size, dim) in given.iter().zip(dims) {
        match *dim {
            DeclaredDim::Fixed(fixed) if i64::from(size) != fixed => {
                return Err(wrong(format!("the file declares {}, which fixes {fixed} there", describe(Some(dims)))));
            }
            DeclaredDim::Symbol(symbol) => match symbols.insert(symbol, size) {
                Some(other) if other != size => {
                    return Err(wrong(format!("the dimension {} is {other} elsewhere", shown(symbol))));
                }
                _ => {}
            },
            _ => {}
        }
    }
    Ok(())
}

/// The declared shape with its symbols filled in. A leading open dimension is the batch and becomes 1: exporters leave
/// it open as a rule. Any other open dimension needs the caller.
fn from_file(
    name: &str,
    dims: Option<&[DeclaredDim<'_>]>,
    symbols: &BTreeMap<&str, u32>,
    notes: &mut Vec<Note>,
) -> Result<Vec<u32>, ImportError> {
    let open = || ImportError::DynamicShape {
        name: name.to_owned(),
        declared: describe(dims),
        example: format!("{}={}", shown(name), example(dims.unwrap_or(&[DeclaredDim::Unknown; 2]), symbols)),
    };
    let mut shape = Vec::new();
    for (axis, dim) in dims.ok_or_else(open)?.iter().enumerate() {
        let bound = match dim {
            DeclaredDim::Symbol(symbol) => symbols.get(symbol).copied(),
            _ => None,
        };
        shape.push(match (*dim, bound) {
            (DeclaredDim::Fixed(size), _) => u32::try_from(size).ok().filter(|&s| s > 0).ok_or_else(|| {
                let why = format!("its dimension {axis} is {size}; sizes from 1 to {} are possible", u32::MAX);
                ImportError::Interface { role: "input", name: name.to_owned(), why }
            })?,
            (_, Some(size)) => size,
            (_, None) if axis == 0 => {
                notes.push(Note::BatchOfOne { input: name.to_owned() });
                1
            }
            (_, None) => return Err(open()),
        });
    }
    Ok(shape)
}

fn example(dims: &[DeclaredDim<'_>], symbols: &BTreeMap<&str, u32>) -> String {
    let sizes = dims.iter().take(MAX_RANK).enumerate().map(|(axis, dim)| match *dim {
        DeclaredDim::Fixed(size) => size.to_string(),
        DeclaredDim::Symbol(symbol) if symbols.contains_key(symbol) => symbols[symbol].to_string(),
        _ => if axis == 0 { 1 } else { EXAMPLE_SIZE }.to_string(),
    });
    sizes.collect::<Vec<_>>().join(",")
}

/// A declared shape for people: `[batch, 40]`, with `?` for what has no name.
pub(crate) fn describe(dims: Option<&[DeclaredDim<'_>]>) -> String {
    let Some(dims) = dims else { return "nothing about it".to_owned() };
    let show = |dim: &DeclaredDim<'_>| match dim {
        DeclaredDim::Fixed(size) => size.to_string(),
        DeclaredDim::Symbol(symbol) => shown(symbol),
        DeclaredDim::Unknown => "?".to_owned(),
    };
    let more = if dims.len() > MAX_RANK { ", …" } else { "" };
    format!("[{}{more}]", dims.iter().take(MAX_RANK).map(show).collect::<Vec<_>>().join(", "))
}

fn list(shape: &[u32]) -> String {
    shape.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}
