//! Functions that the file itself defines. A call is replaced by the function's nodes.

use std::collections::BTreeMap;

use prost::Message;
use tract_onnx::pb;

use crate::{
    ImportError,
    attributes::Attributes,
    limits::shown,
    lower::{CallAttributes, Opsets},
    proto::{ML_DOMAIN, is_default_domain},
};

/// The fields of a function that tract's structures lack: default values of attributes.
#[derive(Clone, PartialEq, Message)]
struct Defaults {
    #[prost(message, repeated, tag = "11")]
    attributes: Vec<pb::AttributeProto>,
}

/// The functions of a file, and nothing else of it.
#[derive(Clone, PartialEq, Message)]
struct FileDefaults {
    #[prost(message, repeated, tag = "25")]
    functions: Vec<Defaults>,
}

/// Functions by domain and name.
#[derive(Debug, Default)]
pub(crate) struct Functions<'a> {
    by_name: BTreeMap<(&'a str, &'a str), &'a FunctionData>,
}

/// A function with the default values of its attributes.
#[derive(Debug)]
pub(crate) struct FunctionData {
    proto: pb::FunctionProto,
    defaults: Vec<pb::AttributeProto>,
}

/// The functions of a file whose bytes were scanned before.
pub(crate) fn read(bytes: &[u8], protos: Vec<pb::FunctionProto>) -> Result<Vec<FunctionData>, ImportError> {
    if protos.is_empty() {
        return Ok(Vec::new());
    }
    let file = FileDefaults::decode(bytes).map_err(|error| ImportError::NotOnnx { why: error.to_string() })?;
    let defaults = file.functions.into_iter().map(|function| function.attributes);
    // The two readings see the same functions.
    Ok(protos.into_iter().zip(defaults).map(|(proto, defaults)| FunctionData { proto, defaults }).collect())
}

impl<'a> Functions<'a> {
    pub(crate) fn new(functions: &'a [FunctionData]) -> Result<Self, ImportError> {
        let mut by_name = BTreeMap::new();
        for function in functions {
            let key = (function.proto.domain.as_deref().unwrap_or(""), function.proto.name.as_deref().unwrap_or(""));
            if by_name.insert(key, function).is_some() {
                let name = key.1.to_owned();
                let (first, second) = ("a function".to_owned(), "another function of its domain".to_owned());
                return Err(ImportError::DuplicateName { name, first, second });
            }
        }
        Ok(Self { by_name })
    }

    /// The function that this operator names.
    pub(crate) fn get(&self, domain: &str, op_type: &str) -> Option<&'a FunctionData> {
        self.by_name.get(&(domain, op_type)).copied()
    }
}

impl FunctionData {
    pub(crate) fn proto(&self) -> &pb::FunctionProto {
        &self.proto
    }

    /// What the body's nodes refer to: the attributes of the call, and default values for those that it leaves out.
    pub(crate) fn bind<'a>(&'a self, call: Attributes<'a>) -> Result<CallAttributes<'a>, String> {
        let mut bound = call.rest();
        let known = |name: &str| {
            self.proto.attribute.iter().any(|known| known == name)
                || self.defaults.iter().any(|known| known.name == name)
        };
        if let Some(name) = bound.keys().find(|name| !known(name)) {
            return Err(format!("the function has no attribute {}", shown(name)));
        }
        for default in &self.defaults {
            bound.entry(default.name.as_str()).or_insert(default);
        }
        Ok(bound)
    }

    /// The versions of operator sets that the body's nodes belong to; those of the file where the function does not say.
    pub(crate) fn opsets(&self, file: Opsets) -> Opsets {
        let version = |wanted: &dyn Fn(&str) -> bool| {
            self.proto.opset_import.iter().filter(|set| wanted(&set.domain)).map(|set| set.version).max()
        };
        Opsets {
            default: version(&is_default_domain).unwrap_or(file.default),
            ml: version(&|domain| domain == ML_DOMAIN).unwrap_or(file.ml),
        }
    }
}
