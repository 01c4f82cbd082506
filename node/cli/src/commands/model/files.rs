//! Model files: ONNX or Plan.

use super::child;
use crate::{args::ShapeArgs, failure::Failure, ui::Ui};
use alloy_primitives::B256;
use praxis_import::ImportOptions;
use praxis_model::{Plan, id::model_id};
use std::path::Path;

/// A model from a file.
pub(crate) struct LoadedModel {
    /// The Plan.
    pub(crate) plan: Plan,
    /// Its canonical encoding.
    pub(crate) bytes: Vec<u8>,
    /// Its id.
    pub(crate) id: B256,
    /// What the importer decided; empty for a Plan file.
    pub(crate) notes: Vec<String>,
}

impl LoadedModel {
    pub(crate) fn of_plan(plan: Plan, notes: Vec<String>) -> Result<Self, Failure> {
        let bytes = plan.encode();
        let id = model_id(&bytes);
        Ok(Self { plan, bytes, id, notes })
    }
}

/// Options of an import from the command line's `--shape`.
pub(crate) fn options(shapes: &ShapeArgs) -> Result<ImportOptions, Failure> {
    let mut options = ImportOptions { to_float32: shapes.to_float32, ..ImportOptions::default() };
    for (name, dims) in &shapes.shapes {
        if options.shapes.insert(name.clone(), dims.clone()).is_some() {
            return Err(Failure::usage(format!("--shape names the input {name} twice")));
        }
    }
    Ok(options)
}

/// Whether the bytes are a Plan rather than ONNX.
pub(crate) fn is_plan(bytes: &[u8]) -> bool {
    bytes.starts_with(praxis_model::PLAN_MAGIC)
}

/// Reads a file, bounded by what an import accepts.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let at = |error: std::io::Error| Failure::failed(format!("{} can't be read: {error}", path.display()));
    let length = std::fs::metadata(path).map_err(at)?.len();
    let limit = praxis_import::limits::MAX_FILE_BYTES;
    if length > limit {
        let path = path.display();
        return Err(Failure::failed(format!("{path} has {length} bytes; a model file has at most {limit}")));
    }
    std::fs::read(path).map_err(at)
}

/// Reads a model from an ONNX file or a Plan file.
pub(crate) fn load(path: &Path, shapes: &ShapeArgs, ui: &Ui) -> Result<LoadedModel, Failure> {
    let bytes = read(path)?;
    let named = |error: &dyn std::fmt::Display| Failure::failed(format!("{}: {error}", path.display()));
    if is_plan(&bytes) {
        let plan = Plan::decode(&bytes).map_err(|e| named(&e))?;
        plan.validate().map_err(|e| named(&e))?;
        return LoadedModel::of_plan(plan, vec![]);
    }
    let imported = child::import(path, bytes, &options(shapes)?)?;
    for note in &imported.notes {
        ui.note(format!("note: {note}"));
    }
    LoadedModel::of_plan(imported.plan, imported.notes)
}
