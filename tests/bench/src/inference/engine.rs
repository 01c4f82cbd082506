//! What is measured, and how outputs are compared.

use anyhow::{Result, bail};
use praxis_model::{DType, Tensor};

use super::case::Case;

/// Outputs further from onnxruntime's than this, as a part of the largest magnitude, are reported. Wider than the
/// conformance tests' bound, as tract is held to it too.
pub(crate) const AGREEMENT: f64 = 1e-4;

/// A prepared model with its input.
pub(crate) trait Engine {
    /// One inference: from inputs in memory to outputs in memory.
    fn run(&mut self) -> Result<()>;

    /// The outputs of the last run, in the file's order; `None` for one that cannot be compared (strings).
    fn outputs(&self) -> Result<Vec<Option<Tensor>>>;
}

/// The largest difference from the vectors over all outputs.
pub(crate) fn difference(outputs: &[Option<Tensor>], case: &Case) -> Result<f64> {
    if outputs.len() != case.outputs.len() {
        bail!("{} outputs, expected {}", outputs.len(), case.outputs.len());
    }
    let mut worst = 0.0f64;
    for (found, expected) in outputs.iter().zip(&case.outputs) {
        let Some(found) = found else { continue };
        let (ours, theirs) = (numbers(found)?, numbers(&expected.expected)?);
        if ours.len() != theirs.len() {
            bail!("{}: {} elements, expected {}", expected.name, ours.len(), theirs.len());
        }
        let largest = theirs.iter().map(|value| value.abs()).max_by(f64::total_cmp).unwrap_or(0.0);
        let apart = ours.iter().zip(&theirs).map(|(a, b)| if a == b { 0.0 } else { (a - b).abs() });
        let apart = apart.max_by(f64::total_cmp).unwrap_or(0.0);
        worst = worst.max(if apart == 0.0 { 0.0 } else { apart / largest });
    }
    Ok(worst)
}

fn numbers(tensor: &Tensor) -> Result<Vec<f64>> {
    Ok(match tensor.dtype {
        DType::F32 => tensor.to_f32().unwrap_or_default().into_iter().map(f64::from).collect(),
        DType::F64 => tensor.to_f64().unwrap_or_default(),
        DType::I64 => tensor.to_i64().unwrap_or_default().into_iter().map(|value| value as f64).collect(),
        // Others are compared byte by byte.
        _ => tensor.data.iter().map(|&byte| f64::from(byte)).collect(),
    })
}
