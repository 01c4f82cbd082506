//! The node tests of the onnx package: import each one, run it, and compare with the outputs that it states.

use std::{fmt, fs, io, path::Path, sync::Arc};

use praxis_import::{ImportOptions, import_file};
use praxis_inference::Session;
use praxis_model::{DType, Tensor};
use serde::Deserialize;

use crate::read_npz;

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The outputs agree within the test's own tolerances.
    Passed,
    /// It lies outside what a Plan can be: why.
    Excluded(String),
    /// The importer refuses the file: why.
    Refused(String),
    /// The outputs differ, or the run failed.
    Wrong(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Excluded(why) => write!(f, "excluded: {why}"),
            Self::Refused(why) => write!(f, "REFUSED: {why}"),
            Self::Wrong(why) => write!(f, "WRONG: {why}"),
        }
    }
}

#[derive(Deserialize)]
struct Record {
    outside: Option<String>,
    frozen: Vec<String>,
    shapes: std::collections::BTreeMap<String, Vec<u32>>,
    rtol: f64,
    atol: f64,
}

/// Runs the tests in `folder` whose names contain one of the filters, in the order of their names.
///
/// # Errors
/// When the folder cannot be read.
pub fn run_all(folder: &Path, filters: &[String]) -> io::Result<Vec<(String, Outcome)>> {
    let mut names: Vec<String> = fs::read_dir(folder)?
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| filters.is_empty() || filters.iter().any(|filter| name.contains(filter)))
        .collect();
    names.sort();
    Ok(names.into_iter().map(|name| (name.clone(), run(&folder.join(&name)))).collect())
}

fn run(test: &Path) -> Outcome {
    let record: Record = match fs::read(test.join("test.json")).map(|text| serde_json::from_slice(&text)) {
        Ok(Ok(record)) => record,
        other => return Outcome::Wrong(format!("test.json: {:?}", other.map(|r| r.map(|_| ())))),
    };
    if let Some(why) = record.outside {
        return Outcome::Excluded(why);
    }
    let arrays = match read_npz(&test.join("data.npz")) {
        Ok(arrays) => arrays,
        Err(error) => return Outcome::Wrong(error.to_string()),
    };
    let empty = arrays.iter().find(|(name, array)| name.starts_with("out.") && array.shape.contains(&0));
    if let Some((name, _)) = empty {
        let name = name.trim_start_matches("out.");
        return Outcome::Excluded(format!("the output {name} has no elements, and a Plan has no such tensors"));
    }
    let mut options = ImportOptions::default();
    for (name, shape) in &record.shapes {
        if let Some(tensor) = arrays.get(&format!("in.{name}")).filter(|_| record.frozen.contains(name)) {
            options.frozen.insert(name.clone(), tensor.clone());
        } else {
            options.shapes.insert(name.clone(), shape.clone());
        }
    }
    let plan = match import_file(test.join("model.onnx"), &options) {
        Ok(imported) => imported.plan,
        Err(error) => return Outcome::Refused(error.to_string()),
    };
    let inputs: Option<Vec<Tensor>> =
        plan.inputs.iter().map(|info| arrays.get(&format!("in.{}", info.name)).cloned()).collect();
    let Some(inputs) = inputs else { return Outcome::Wrong("an input has no data".to_owned()) };
    let outputs = plan.outputs.iter().map(|info| format!("out.{}", info.name)).collect::<Vec<_>>();
    let results = match Session::prepare(Arc::new(plan)).map(|session| session.run(&inputs)) {
        Ok(Ok(results)) => results,
        Ok(Err(error)) => return Outcome::Wrong(error.to_string()),
        Err(error) => return Outcome::Wrong(error.to_string()),
    };
    for (name, found) in outputs.iter().zip(&results) {
        let Some(expected) = arrays.get(name) else { return Outcome::Wrong(format!("{name} is not in the data")) };
        if let Some(why) = difference(found, expected, record.rtol, record.atol) {
            return Outcome::Wrong(format!("{name}: {why}"));
        }
    }
    Outcome::Passed
}

/// The first difference beyond the tolerances, as numpy's `assert_allclose` has them: |a - b| <= atol + rtol * |b|.
fn difference(found: &Tensor, expected: &Tensor, rtol: f64, atol: f64) -> Option<String> {
    if (found.dtype, &found.shape) != (expected.dtype, &expected.shape) {
        let (a, b) = (found.tensor_type(), expected.tensor_type());
        return Some(format!("{a}, expected {b}"));
    }
    if !found.dtype.is_float() {
        let at = found.data.iter().zip(&expected.data).position(|(a, b)| a != b)? / found.dtype.size();
        let count = found.data.len() / found.dtype.size();
        return Some(format!("element {at} of {count} differs: {} {}", integer(found, at), integer(expected, at)));
    }
    let (a, b) = (floats(found), floats(expected));
    let close = |a: f64, b: f64| (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= atol + rtol * b.abs();
    let at = a.iter().zip(&b).position(|(&a, &b)| !close(a, b))?;
    Some(format!("element {at} of {} is {}, expected {}", a.len(), a[at], b[at]))
}

fn integer(tensor: &Tensor, at: usize) -> i128 {
    let size = tensor.dtype.size();
    let mut bytes = [0; 8];
    bytes[..size].copy_from_slice(&tensor.data[at * size..][..size]);
    let value = u64::from_le_bytes(bytes);
    let signed = matches!(tensor.dtype, DType::I8 | DType::I16 | DType::I32 | DType::I64);
    let shift = 64 - 8 * size as u32;
    if signed { i128::from((value << shift) as i64 >> shift) } else { i128::from(value) }
}

fn floats(tensor: &Tensor) -> Vec<f64> {
    match tensor.dtype {
        DType::F32 => tensor.to_f32().unwrap_or_default().into_iter().map(f64::from).collect(),
        _ => tensor.to_f64().unwrap_or_default(),
    }
}

/// The results as a page of Markdown.
pub fn table(results: &[(String, Outcome)]) -> String {
    let count = |wanted: fn(&Outcome) -> bool| results.iter().filter(|(_, outcome)| wanted(outcome)).count();
    let passed = count(|outcome| matches!(outcome, Outcome::Passed));
    let excluded = count(|outcome| matches!(outcome, Outcome::Excluded(_)));
    let failed = results.len() - passed - excluded;
    let rows: String = results.iter().map(|(name, outcome)| format!("| {name} | {outcome} |\n")).collect();
    format!(
        "# Node tests of the onnx package\n\n{} tests: {passed} passed, {excluded} excluded, {failed} failed. \
         Written by `./dev backend`.\n\n| test | result |\n|---|---|\n{rows}",
        results.len()
    )
}
